//! Checksums for JavaScript: a number for each that is in the making.
#![allow(unreachable_pub, missing_docs)] // wasm-bindgen exports what is `pub`

use alloc::vec::Vec;

use wasm_bindgen::prelude::wasm_bindgen;

use super::runtime::Single;
use super::verify::{ENGINE, put};
use crate::Checksum;

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
