//! Checksums for JavaScript: of uploads, with a number for each that is unfinished, and the digests of a body that arrived.
#![allow(unreachable_pub, missing_docs)] // wasm-bindgen exports what is `pub`

use alloc::vec::Vec;

use wasm_bindgen::prelude::wasm_bindgen;

use super::buffer::{BUFFER, Failure, finish, put};
use super::runtime::Single;
use crate::Checksum;
use crate::verify::BodyDigests;

static CHECKSUMS: Single<Vec<Option<Checksum>>> = Single::new(Vec::new());
/// Of the body that is looked at.
static DIGESTS: Single<Option<BodyDigests>> = Single::new(None);

/// Starts one, whose name (see `Checksum::new`) is in the buffer, and returns its number; -1 if there is none of that name.
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

/// Takes the first `length` bytes of the buffer into a checksum.
#[wasm_bindgen]
pub fn checksum_update(number: usize, length: usize) {
    let buffer = BUFFER.lend();
    if let Some(Some(checksum)) = CHECKSUMS.lend().get_mut(number) {
        checksum.update(buffer.get(..length).unwrap_or_default());
    }
}

/// Puts a checksum, in network byte order, at the start of the buffer, and returns its length. Its number becomes that of
/// another.
#[wasm_bindgen]
pub fn checksum_finish(number: usize) -> i32 {
    let checksum = CHECKSUMS.lend().get_mut(number).and_then(Option::take);
    let bytes = checksum.map(Checksum::finish).unwrap_or_default();
    put(&mut BUFFER.lend(), &bytes)
}

/// Forgets a checksum that nobody wants any more.
#[wasm_bindgen]
pub fn checksum_free(number: usize) {
    if let Some(slot) = CHECKSUMS.lend().get_mut(number) {
        *slot = None;
    }
}

/// Begins with a body, whose digests are in the buffer: lines of `name:value`, of headers or, with `are_trailers`, of trailers.
/// Returns 0, or what `finish` does.
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

/// Takes the first `length` bytes of the buffer into them.
#[wasm_bindgen]
pub fn digests_update(length: usize) {
    if let Some(digests) = &mut *DIGESTS.lend() {
        digests.update(BUFFER.lend().get(..length).unwrap_or_default());
    }
}

/// Whether the body has these digests. Likewise.
#[wasm_bindgen]
pub fn digests_finish() -> i32 {
    let outcome = DIGESTS.lend().take().map_or(Ok(()), BodyDigests::finish);
    finish(&mut BUFFER.lend(), outcome.map(|()| Vec::new()).map_err(Failure::Rejected), 0)
}
