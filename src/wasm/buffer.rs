//! The buffer that is shared with JavaScript: the result replaces the record.
#![allow(unreachable_pub, missing_docs)] // wasm-bindgen exports what is `pub`

use alloc::vec::Vec;

use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroize;

use super::results::written;
use super::runtime::Single;
use crate::Error;
use crate::record_flags::verify::REJECTED;
use crate::verify::Rejection;

/// At the end of each call, no part of a key or a session token is left in it, except in a result that JavaScript has not read yet.
pub(super) static BUFFER: Single<Vec<u8>> = Single::new(Vec::new());

/// The address of the buffer, after it was extended to at least this length. Its old content may be lost.
#[wasm_bindgen]
pub fn reserve(length: usize) -> usize {
    let mut buffer = BUFFER.lend();
    grow(&mut buffer, length);
    buffer.as_ptr() as usize
}

/// The reason why there is no result.
pub(super) enum Failure {
    Rejected(Rejection),
    Failed(Error),
}

impl From<Rejection> for Failure {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

/// Replaces the record, of this length, with the result. Returns the length of the result; with [`REJECTED`], that of a
/// rejection; or the status of an error (`Error::status`).
pub(super) fn finish(buffer: &mut Vec<u8>, outcome: Result<Vec<u8>, Failure>, length: usize) -> i32 {
    let used = length.min(buffer.len());
    buffer.get_mut(..used).unwrap_or_default().fill(0);
    match outcome {
        Ok(mut result) => {
            let length = put(buffer, &result);
            result.zeroize(); // it may hold the session token of the request
            length
        }
        Err(Failure::Rejected(rejection)) => put(buffer, written(&rejection).as_bytes()) | REJECTED as i32,
        Err(Failure::Failed(error)) => error.status(),
    }
}

/// Puts a result at the start of the buffer, which grows if necessary.
pub(super) fn put(buffer: &mut Vec<u8>, text: &[u8]) -> i32 {
    grow(buffer, text.len());
    if let Some(start) = buffer.get_mut(..text.len()) {
        start.copy_from_slice(text);
    }
    text.len() as i32
}

/// The old content is wiped.
fn grow(buffer: &mut Vec<u8>, length: usize) {
    if buffer.len() < length {
        buffer.as_mut_slice().zeroize();
        *buffer = alloc::vec![0; length];
    }
}
