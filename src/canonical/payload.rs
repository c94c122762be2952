//! The hashed payload: the last line of the canonical request.

use crate::record_flags::BODY_HASH;
use crate::request::{Input, UNSIGNED_PAYLOAD};
use crate::sha256::{EMPTY, sha256};
use crate::text::Put;

/// A hash in lower-case hex, or a keyword.
pub(crate) fn write(input: &Input<'_>, signs_body: bool, out: &mut impl Put) {
    if !input.payload_hash.is_empty() && (signs_body || !input.settings.has(BODY_HASH)) {
        out.put(input.payload_hash);
    } else if !signs_body {
        out.put(UNSIGNED_PAYLOAD);
    } else if input.body.is_empty() {
        out.put(EMPTY); // most requests
    } else {
        out.put_hex(&sha256(input.body));
    }
}
