//! SHA-256 (FIPS 180-4) over the compression function of the crate `sha2`.
//!
//! That crate's own hashers, and the HMACs built on them, are moved together with their buffers, and each move leaves a copy
//! behind, which may contain a signing key. This one is changed in place.

use sha2::block_api::compress256;

use crate::text::{ONES, copy};

/// An unfinished SHA-256 hash of a text in pieces of any length.
#[cfg(any(test, feature = "mismatch", feature = "sigv4a", feature = "verify"))]
#[cfg_attr(feature = "mismatch", derive(Clone))]
pub(crate) struct Hasher {
    state: State,
    /// The number of bytes hashed so far.
    length: u64,
    /// Begins with the bytes that do not fill a block yet.
    block: [u8; 64],
}

pub(crate) type State = [u32; 8];

#[cfg(any(test, feature = "mismatch", feature = "sigv4a", feature = "verify"))]
#[allow(dead_code)] // which of these is used, features decide
impl Hasher {
    pub(crate) const fn new() -> Self {
        Self::resume(INITIAL, 0)
    }

    /// Continues after whole blocks, given their state and their length.
    /// The digest. The hasher cannot be used afterwards.
    pub(crate) const fn resume(state: State, length: u64) -> Self {
        Self { state, length, block: [0; 64] }
    }

    #[inline(never)]
    pub(crate) fn update(&mut self, bytes: &[u8]) -> &mut Self {
        let filled = self.filled();
        self.length += bytes.len() as u64;
        let mut rest = bytes;
        if filled > 0 {
            let (head, tail) = bytes.split_at_checked(64 - filled).unwrap_or((bytes, &[]));
            copy(head, self.block.get_mut(filled..).unwrap_or_default());
            if filled + head.len() < 64 {
                return self;
            }
            compress256(&mut self.state, &[self.block]);
            rest = tail;
        }
        let (blocks, rest) = rest.as_chunks();
        if !blocks.is_empty() {
            compress256(&mut self.state, blocks);
        }
        copy(rest, &mut self.block);
        self
    }

    /// The digest. The hasher cannot be used afterwards.
    pub(crate) fn finish(&mut self) -> [u8; 32] {
        let filled = self.filled();
        let rest = self.block.get(..filled).unwrap_or_default();
        digest(&mut self.state, self.length - filled as u64, rest)
    }

    fn filled(&self) -> usize {
        (self.length % 64) as usize
    }
}

#[cfg(feature = "mismatch")]
impl zeroize::Zeroize for Hasher {
    fn zeroize(&mut self) {
        self.state.zeroize();
        self.block.zeroize();
    }
}

/// The same for a text in pieces of whole blocks, except for the last one. It buffers no bytes.
#[cfg(any(test, feature = "engine"))]
pub(crate) struct BlockHasher {
    /// Empty before the first block, so that it takes no bytes in a module.
    state: Option<State>,
    length: u64,
}

#[cfg(any(test, feature = "engine"))]
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))] // natively, for its test
impl BlockHasher {
    pub(crate) const fn new() -> Self {
        Self { state: None, length: 0 }
    }

    pub(crate) fn update(&mut self, blocks: &[u8]) {
        compress256(self.state.get_or_insert(INITIAL), blocks.as_chunks().0);
        self.length += blocks.len() as u64;
    }

    /// The digest. The hasher cannot be used afterwards.
    pub(crate) fn finish(&mut self, rest: &[u8]) -> [u8; 32] {
        digest(self.state.get_or_insert(INITIAL), self.length, rest)
    }
}

/// The digest of a text that begins with whole blocks, given their state and length, and continues with this text. The
/// state is changed in place, so that no copy of it is left.
#[inline(never)]
pub(crate) fn digest(state: &mut State, before: u64, text: &[u8]) -> [u8; 32] {
    let (blocks, rest) = text.as_chunks();
    if !blocks.is_empty() {
        compress256(state, blocks);
    }
    let mut block = [0; 64];
    let bytes = &mut block[..];
    copy(rest, bytes);
    if let Some(byte) = bytes.get_mut(rest.len()) {
        *byte = 0x80;
    }
    if rest.len() >= 56 {
        compress256(state, bytes.as_chunks().0);
        bytes.fill(0);
    }
    if let Some(length) = bytes.last_chunk_mut() {
        *length = (8 * (before + text.len() as u64)).to_be_bytes();
    }
    compress256(state, bytes.as_chunks().0);
    let mut digest = [0; 32];
    for (bytes, word) in digest.as_chunks_mut().0.iter_mut().zip(*state) {
        *bytes = word.to_be_bytes();
    }
    digest
}

/// The state after one more block.
pub(crate) fn compress(state: &mut State, block: &[u8; 64]) {
    compress256(state, core::slice::from_ref(block));
}

pub(crate) fn sha256(bytes: &[u8]) -> [u8; 32] {
    digest(&mut INITIAL.clone(), 0, bytes)
}

#[cfg(any(test, feature = "verify"))]
pub(crate) fn sha256_hex(bytes: &[u8]) -> [u8; 64] {
    if bytes.is_empty() {
        return *EMPTY; // most requests have no body
    }
    to_hex(&sha256(bytes))
}

pub(crate) fn to_hex(digest: &[u8; 32]) -> [u8; 64] {
    let mut text = [0; 64];
    write_hex(digest, &mut text);
    text
}

/// Writes the digits of a digest at the start of a slice, as far as they fit.
#[inline(never)]
pub(crate) fn write_hex(digest: &[u8; 32], room: &mut [u8]) {
    for (digits, word) in room.as_chunks_mut().0.iter_mut().zip(digest.as_chunks().0) {
        // Each of eight bytes gets a nibble, the first in the highest byte.
        let word = u64::from(u32::from_be_bytes(*word));
        let word = (word | word << 16) & 0x0000_FFFF_0000_FFFF;
        let word = (word | word << 8) & 0x00FF_00FF_00FF_00FF;
        let word = (word | word << 4) & 0x0F0F_0F0F_0F0F_0F0F;
        let is_letter = (word + ONES * 6) >> 4 & ONES;
        *digits = (word + ONES * u64::from(b'0') + is_letter * u64::from(b'a' - 10 - b'0')).to_be_bytes();
    }
}

/// FIPS 180-4, section 5.3.3.
pub(crate) const INITIAL: State =
    [0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19];

/// The SHA-256 of an empty text.
pub(crate) const EMPTY: &[u8; 64] = b"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn hashes_any_number_of_bytes_in_any_parts() {
        let bytes: Vec<u8> = (0..300u32).map(|n| (n * n) as u8).collect();
        for length in 0..bytes.len() {
            let expected: [u8; 32] = Sha256::digest(&bytes[..length]).into();
            for parts in [1, 7, 64, 65, 300] {
                let mut hasher = Hasher::new();
                for part in bytes[..length].chunks(parts) {
                    hasher.update(part);
                }
                assert_eq!(hasher.finish(), expected, "{length} bytes, {parts} each");
            }
            let mut hasher = BlockHasher::new();
            let (blocks, rest) = bytes[..length].split_at(length / 128 * 128);
            blocks.chunks(128).for_each(|blocks| hasher.update(blocks));
            assert_eq!(hasher.finish(rest), expected, "{length} bytes");
        }
    }

    #[test]
    fn goes_on_from_a_state() {
        let block = [7; 64];
        let mut state = INITIAL;
        compress(&mut state, &block);
        let mut hasher = Hasher::resume(state, 64);
        let expected: [u8; 32] = Sha256::new().chain_update(block).chain_update(b"abc").finalize().into();
        assert_eq!(hasher.update(b"abc").finish(), expected);
    }

    #[test]
    fn the_empty_hash_is_that_of_nothing() {
        assert_eq!(EMPTY, &to_hex(&Hasher::new().finish()));
    }
}
