//! SHA-256 for JavaScript, for platforms without a synchronous one.
#![allow(unreachable_pub, missing_docs)] // wasm-bindgen exports what is `pub`

use core::mem::replace;

use wasm_bindgen::prelude::wasm_bindgen;

use super::buffer::{BUFFER, put};
use super::runtime::Single;
use crate::sha256::{Hasher, to_hex};

static HASHER: Single<Hasher> = Single::new(Hasher::new());

/// Adds the first `length` bytes of the buffer.
#[wasm_bindgen]
pub fn hash_update(length: usize) {
    HASHER.lend().update(BUFFER.lend().get(..length).unwrap_or_default());
}

/// Puts the hex digits at the start of the buffer, and starts a new hash.
#[wasm_bindgen]
pub fn hash_finish() {
    let digest = to_hex(&replace(&mut *HASHER.lend(), Hasher::new()).finish());
    put(&mut BUFFER.lend(), &digest);
}
