//! The hashed payload: the last line of the canonical request.

use crate::request::{Input, UNSIGNED_PAYLOAD};
use crate::sha256::{EMPTY, sha256};
use crate::text::Put;

/// A hash in lower-case hex, or a keyword. `unsigned` is what the service expects where the caller left the choice to it.
pub(crate) fn write(input: &Input<'_>, unsigned: bool, out: &mut impl Put) {
    let signs_body = input.signs_body.unwrap_or(!unsigned);
    match input.payload_hash {
        Some(text) if signs_body || !input.is_body_hash => out.put(text),
        None if signs_body && input.body.is_empty() => out.put(EMPTY), // most requests
        None if signs_body => {
            out.put_hex(&sha256(input.body));
            out
        }
        _ => out.put(UNSIGNED_PAYLOAD),
    };
}
