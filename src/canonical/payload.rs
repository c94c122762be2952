//! The hashed payload: the last line of the canonical request.

use alloc::vec::Vec;

use crate::hash::sha256_hex;
use crate::request::{Input, UNSIGNED_PAYLOAD};
use crate::text::Put;

/// A hash in lower-case hex, or a keyword. `unsigned` is what the service expects where the caller left the choice to it.
pub(crate) fn write(input: &Input<'_>, unsigned: bool, out: &mut Vec<u8>) {
    match input.payload_hash {
        Some(text) => out.put(text),
        None if input.signs_body.unwrap_or(!unsigned) => out.put(&sha256_hex(input.body)),
        None => out.put(UNSIGNED_PAYLOAD),
    };
}
