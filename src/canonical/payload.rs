//! The hashed payload: the last line of the canonical request.

use sha2::{Digest, Sha256};

use crate::request::{Payload, UNSIGNED_PAYLOAD};

/// The line as text: a hash in lower-case hex, or a keyword.
pub(crate) struct PayloadLine<'a> {
    keyword: Option<&'a str>,
    hash: [u8; 64],
}

impl<'a> PayloadLine<'a> {
    /// `unsigned` is what the service expects where the caller left the choice to it.
    pub(crate) fn new(payload: Payload<'a>, unsigned: bool) -> Self {
        let (keyword, bytes) = match payload {
            Payload::Unsigned => (Some(UNSIGNED_PAYLOAD), &[][..]),
            Payload::Literal(text) => (Some(text), &[][..]),
            Payload::Bytes(_) if unsigned => (Some(UNSIGNED_PAYLOAD), &[][..]),
            Payload::Bytes(bytes) | Payload::Signed(bytes) => (None, bytes),
        };
        let hash = match (keyword, bytes) {
            (Some(_), _) | (None, []) => *EMPTY_SHA256,
            (None, bytes) => sha256_hex(bytes),
        };
        Self { keyword, hash }
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        self.keyword.map_or(&self.hash[..], str::as_bytes)
    }
}

pub(crate) fn sha256_hex(bytes: &[u8]) -> [u8; 64] {
    hex_lower(&Sha256::digest(bytes).into())
}

pub(crate) fn hex_lower(bytes: &[u8; 32]) -> [u8; 64] {
    let mut text = [0; 64];
    // Cannot fail: 64 digits are room for 32 bytes.
    let _ = hex::encode_to_slice(bytes, &mut text);
    text
}

/// SHA-256 of nothing.
const EMPTY_SHA256: &[u8; 64] = b"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_empty_hash_is_that_of_nothing() {
        assert_eq!(&sha256_hex(b""), EMPTY_SHA256);
    }

    #[test]
    fn a_literal_stands_as_it_is() {
        let line = PayloadLine::new(Payload::Literal("STREAMING-UNSIGNED-PAYLOAD-TRAILER"), false);
        assert_eq!(line.as_bytes(), b"STREAMING-UNSIGNED-PAYLOAD-TRAILER");
    }
}
