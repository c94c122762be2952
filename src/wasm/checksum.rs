//! Checksums for JavaScript: checksums of uploads, with a number for each unfinished one, and the digests of a received body.
#![allow(unreachable_pub, missing_docs)] // wasm-bindgen exports what is `pub`

use alloc::vec::Vec;

use wasm_bindgen::prelude::wasm_bindgen;

use super::buffer::{BUFFER, Failure, finish, put};
use super::runtime::Single;
use crate::Checksum;
use crate::verify::BodyDigests;

static CHECKSUMS: Single<Vec<Option<Checksum>>> = Single::new(Vec::new());
/// The digests of the current body.
static DIGESTS: Single<Option<BodyDigests>> = Single::new(None);

/// Starts the checksum whose name (see `Checksum::new`) is in the buffer, and returns its number; -1 if the name is unknown.
#[wasm_bindgen]
pub fn checksum_start(length: usize) -> i32 {
    let buffer = BUFFER.lend();
    let name = str::from_utf8(buffer.get(..length).unwrap_or_default()).unwrap_or_default();
    let Some(checksum) = Checksum::new(name) else { return -1 };
    let mut checksums = CHECKSUMS.lend();
    let vacant = checksums.iter().position(Option::is_none);
    let number = vacant.unwrap_or(checksums.len());
    match checksums.get_mut(number) {
        Some(slot) => *slot = Some(checksum),
        None => checksums.push(Some(checksum)),
    }
    number as i32
}

/// Adds the first `length` bytes of the buffer to a checksum.
#[wasm_bindgen]
pub fn checksum_update(number: usize, length: usize) {
    let buffer = BUFFER.lend();
    if let Some(Some(checksum)) = CHECKSUMS.lend().get_mut(number) {
        checksum.update(buffer.get(..length).unwrap_or_default());
    }
}

/// Puts a checksum, in network byte order, at the start of the buffer, and returns its length. Its number may be reused.
#[wasm_bindgen]
pub fn checksum_finish(number: usize) -> i32 {
    let checksum = CHECKSUMS.lend().get_mut(number).and_then(Option::take);
    let bytes = checksum.map(Checksum::finish).unwrap_or_default();
    put(&mut BUFFER.lend(), &bytes)
}

/// Forgets a checksum that is no longer needed.
#[wasm_bindgen]
pub fn checksum_free(number: usize) {
    if let Some(slot) = CHECKSUMS.lend().get_mut(number) {
        *slot = None;
    }
}

/// Starts a body, whose digests are in the buffer: lines of `name:value`, of headers or, with `are_trailers`, of trailers.
/// Returns 0, or the result of `finish`.
#[wasm_bindgen]
pub fn digests_start(length: usize, are_trailers: bool) -> i32 {
    let mut buffer = BUFFER.lend();
    let lines = str::from_utf8(buffer.get(..length).unwrap_or_default()).unwrap_or_default();
    let digests = if are_trailers { BodyDigests::of_trailers(lines) } else { BodyDigests::parse(lines) };
    let outcome = digests.map(|digests| {
        *DIGESTS.lend() = Some(digests);
        Vec::new()
    });
    finish(&mut buffer, outcome.map_err(Failure::Rejected), length)
}

/// Adds the first `length` bytes of the buffer to them.
#[wasm_bindgen]
pub fn digests_update(length: usize) {
    if let Some(digests) = &mut *DIGESTS.lend() {
        digests.update(BUFFER.lend().get(..length).unwrap_or_default());
    }
}

/// Whether the body has these digests. Returns the same as [`digests_start`].
#[wasm_bindgen]
pub fn digests_finish() -> i32 {
    let outcome = DIGESTS.lend().take().map_or(Ok(()), BodyDigests::finish);
    finish(&mut BUFFER.lend(), outcome.map(|()| Vec::new()).map_err(Failure::Rejected), 0)
}
