//! SHA-256, in one copy each of what callers need.

use sha2::{Digest, Sha256};

/// SHA-256 of nothing.
const EMPTY: &[u8; 64] = b"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

#[inline(never)]
pub(crate) fn sha256_hex(bytes: &[u8]) -> [u8; 64] {
    if bytes.is_empty() {
        return *EMPTY; // most requests have no body
    }
    let mut hasher = Sha256::new();
    update(&mut hasher, bytes);
    to_hex(&finish(&mut hasher))
}

#[inline(never)]
pub(crate) fn update(hasher: &mut Sha256, bytes: &[u8]) {
    hasher.update(bytes);
}

/// The digest; the hasher starts afresh.
#[inline(never)]
pub(crate) fn finish(hasher: &mut Sha256) -> [u8; 32] {
    hasher.finalize_reset().into()
}

#[inline(never)]
pub(crate) fn to_hex(bytes: &[u8; 32]) -> [u8; 64] {
    let mut text = [0; 64];
    let digit = |nibble: u8| nibble + if nibble < 10 { b'0' } else { b'a' - 10 };
    for (pair, byte) in text.as_chunks_mut().0.iter_mut().zip(bytes) {
        *pair = [digit(byte >> 4), digit(byte & 15)];
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_empty_hash_is_that_of_nothing() {
        assert_eq!(EMPTY, &to_hex(&finish(&mut Sha256::new())));
    }
}
