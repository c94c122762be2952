//! The hashed payload: the last line of the canonical request.

use alloc::vec::Vec;

use crate::request::{Input, UNSIGNED_PAYLOAD};
use crate::sha256::sha256_hex;
use crate::text::Put;

/// A hash in lower-case hex, or a keyword. `unsigned` is what the service expects where the caller left the choice to it.
pub(crate) fn write(input: &Input<'_>, unsigned: bool, out: &mut Vec<u8>) {
    let signs_body = input.signs_body.unwrap_or(!unsigned);
    match input.payload_hash {
        Some(text) if signs_body || !input.is_body_hash => out.put(text),
        None if signs_body => out.put(&sha256_hex(input.body)),
        _ => out.put(UNSIGNED_PAYLOAD),
    };
}
