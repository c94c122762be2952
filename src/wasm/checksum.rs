//! Checksums for JavaScript: of uploads, with a number for each that is in the making, and the digests of a body that arrived.
#![allow(unreachable_pub, missing_docs)] // wasm-bindgen exports what is `pub`

use alloc::vec::Vec;

use wasm_bindgen::prelude::wasm_bindgen;

use super::runtime::Single;
use super::verify::{ENGINE, Engine, Failure, put};
use crate::Checksum;
use crate::verify::BodyDigests;

static CHECKSUMS: Single<Vec<Option<Checksum>>> = Single::new(Vec::new());

/// Starts one, whose name (see `Checksum::new`) is in the buffer, and returns its number; -1 where there is none of that name.
#[wasm_bindgen]
pub fn checksum_start(length: usize) -> i32 {
    let engine = ENGINE.lend();
    let name = str::from_utf8(engine.buffer.get(..length).unwrap_or_default()).unwrap_or_default();
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
    let engine = ENGINE.lend();
    if let Some(Some(checksum)) = CHECKSUMS.lend().get_mut(number) {
        checksum.update(engine.buffer.get(..length).unwrap_or_default());
    }
}

/// Puts a checksum, in network byte order, at the start of the buffer, and returns its length. Its number becomes that of
/// another.
#[wasm_bindgen]
pub fn checksum_finish(number: usize) -> i32 {
    let checksum = CHECKSUMS.lend().get_mut(number).and_then(Option::take);
    let bytes = checksum.map(Checksum::finish).unwrap_or_default();
    put(&mut ENGINE.lend().buffer, &bytes)
}

/// Forgets a checksum that nobody wants any more.
#[wasm_bindgen]
pub fn checksum_free(number: usize) {
    if let Some(slot) = CHECKSUMS.lend().get_mut(number) {
        *slot = None;
    }
}

/// Begins with a body, whose digests are in the buffer as `begin` gave them. Returns 0, or what `begin` does.
#[wasm_bindgen]
pub fn digests_start(length: usize) -> i32 {
    let mut engine = ENGINE.lend();
    let lines = str::from_utf8(engine.buffer.get(..length).unwrap_or_default());
    let outcome = match BodyDigests::parse(lines.unwrap_or_default()) {
        Ok(digests) => {
            engine.digests = Some(digests);
            Ok(Vec::new())
        }
        Err(rejection) => Err(Failure::Rejected(rejection)),
    };
    engine.finish(outcome, length)
}

/// Takes the first `length` bytes of the buffer into them.
#[wasm_bindgen]
pub fn digests_update(length: usize) {
    let mut engine = ENGINE.lend();
    let Engine { buffer, digests, .. } = &mut *engine;
    if let Some(digests) = digests {
        digests.update(buffer.get(..length).unwrap_or_default());
    }
}

/// Whether the body has these digests. Likewise.
#[wasm_bindgen]
pub fn digests_finish() -> i32 {
    let mut engine = ENGINE.lend();
    let outcome = engine.digests.take().map_or(Ok(()), BodyDigests::finish);
    engine.finish(outcome.map(|()| Vec::new()).map_err(Failure::Rejected), 0)
}
