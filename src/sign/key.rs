//! Signing keys: derived once, kept as HMAC states.

use core::fmt;

use hmac::KeyInit;
use hmac::block_api::HmacCore;
use hmac::digest::array::Array;
use hmac::digest::block_api::{Buffer, FixedOutputCore, UpdateCore};
use sha2::Sha256;
use zeroize::{Zeroize, Zeroizing};

use crate::credentials::check_secret_access_key;
#[cfg(any(feature = "mismatch", feature = "sigv4a"))]
use crate::sha256::Hasher;
use crate::sha256::{INITIAL, State, compress, digest};
use crate::text::{copy, is_same, split};
use crate::{Error, Scope};

/// A key that is valid for one scope: `HMAC(HMAC(HMAC(HMAC("AWS4" + secret, date), region), service), "aws4_request")`.
///
/// Holds the two SHA-256 states that HMAC begins with (RFC 2104, section 4), not the key itself: the secret cannot be found
/// from them, and a signature costs two compressions less. Wiped on drop.
#[derive(Clone)]
pub struct SigningKey {
    inner: State,
    outer: State,
}

impl SigningKey {
    /// Derives the key ("Create a signed AWS API request", step 3).
    pub fn derive(secret_access_key: &str, scope: &Scope<'_>) -> Result<Self, Error> {
        Self::derive_for(secret_access_key.as_bytes(), &scope.text()?)
    }

    /// The scope as text: its parts are the inputs of the derivation.
    pub(crate) fn derive_for(secret_access_key: &[u8], scope: &[u8]) -> Result<Self, Error> {
        check_secret_access_key(secret_access_key)?;
        let mut block = key_block(PREFIX, secret_access_key);
        for part in split(scope, b'/') {
            hmac(&mut block, part);
        }
        Ok(Self::of_block(&mut block))
    }

    #[cfg(any(test, feature = "mismatch", feature = "sigv4a", feature = "verify"))]
    pub(crate) fn new(key: &[u8]) -> Self {
        Self::of_block(&mut key_block(b"", key))
    }

    fn of_block(block: &mut [u8; 64]) -> Self {
        let mut state = |pad: u8| {
            block.iter_mut().for_each(|byte| *byte ^= pad);
            let mut state = INITIAL;
            compress(&mut state, block);
            state
        };
        Self { inner: state(INNER_PAD), outer: state(INNER_PAD ^ OUTER_PAD) }
    }

    /// The signature of a text, as bytes.
    #[inline(never)]
    pub fn sign(&self, text: &[u8]) -> [u8; 32] {
        self.sign_rest(self.inner, 64, text)
    }

    /// Continues after whole blocks, given the inner state after them and their length.
    fn sign_rest(&self, mut inner: State, length: u64, text: &[u8]) -> [u8; 32] {
        let inner = digest(&mut inner, length, text);
        digest(&mut self.outer.clone(), 64, &inner)
    }

    /// Starts a signature of a text that comes in parts.
    #[cfg(any(feature = "mismatch", feature = "sigv4a"))]
    pub(super) fn begin(&self) -> Mac<'_> {
        Mac { inner: Hasher::resume(self.inner, 64), outer: &self.outer }
    }
}

impl Drop for SigningKey {
    fn drop(&mut self) {
        self.inner.zeroize();
        self.outer.zeroize();
    }
}

/// A key that has hashed the start of a text, which many texts have in common.
#[cfg(feature = "mismatch")]
#[derive(Clone)]
pub(crate) struct StartedMac {
    inner: Hasher,
    outer: State,
}

#[cfg(feature = "mismatch")]
impl StartedMac {
    pub(crate) fn new(key: &SigningKey, start: &[u8]) -> Self {
        let mut mac = key.begin();
        mac.update(start);
        Self { inner: mac.inner, outer: key.outer }
    }

    /// The signature of the text with this end.
    pub(crate) fn sign(&self, rest: &[u8]) -> [u8; 32] {
        let mut mac = Mac { inner: self.inner.clone(), outer: &self.outer };
        mac.update(rest).finish()
    }
}

#[cfg(feature = "mismatch")]
impl Drop for StartedMac {
    fn drop(&mut self) {
        self.inner.zeroize();
        self.outer.zeroize();
    }
}

/// A key in two parts as HMAC takes it, with zeros behind it; one that is longer than a block is hashed first (RFC 2104,
/// section 3).
#[inline(never)]
pub(super) fn key_block(start: &[u8], end: &[u8]) -> Zeroizing<[u8; 64]> {
    let mut block = Zeroizing::new([0; 64]);
    let (first, room) = block.split_at_mut_checked(start.len()).unwrap_or_default();
    let (head, tail) = end.split_at_checked(room.len()).unwrap_or((end, &[]));
    copy(start, first);
    copy(head, room);
    if !tail.is_empty() {
        let mut state = INITIAL;
        compress(&mut state, &block);
        let hash = Zeroizing::new(digest(&mut state, 64, tail));
        *block = [0; 64];
        copy(&*hash, &mut *block);
    }
    block
}

/// Replaces a key, as a block, with the HMAC of a text. Uses the block function of the crate, because its buffering is two thirds
/// of the code.
///
/// `clear_stack` wipes the stack afterwards.
#[inline(never)]
fn hmac(key: &mut [u8; 64], text: &[u8]) {
    let mut core = HmacCore::<Sha256>::new((&*key).into());
    let (blocks, rest) = Array::slice_as_chunks(text);
    core.update_blocks(blocks);
    *key = [0; 64];
    let (next, _) = key.split_at_mut(32);
    if let (Ok(mut rest), Ok(next)) = (Buffer::<HmacCore<Sha256>>::try_new(rest), next.try_into()) {
        core.finalize_fixed_core(&mut rest, next);
    }
}

/// An unfinished signature. States are changed in place, so that no copy of them remains.
#[cfg(any(feature = "mismatch", feature = "sigv4a"))]
pub(super) struct Mac<'k> {
    inner: Hasher,
    outer: &'k State,
}

#[cfg(any(feature = "mismatch", feature = "sigv4a"))]
impl Mac<'_> {
    pub(super) fn update(&mut self, bytes: &[u8]) -> &mut Self {
        self.inner.update(bytes);
        self
    }

    pub(super) fn finish(&mut self) -> [u8; 32] {
        digest(&mut self.outer.clone(), 64, &self.inner.finish())
    }
}

/// A key that signs many requests.
///
/// The first block of a string to sign holds the time and part of the scope, so it is hashed only once a second.
#[derive(Clone)]
pub struct CachedKey {
    key: SigningKey,
    first_block: [u8; 64],
    after_first_block: State,
}

impl CachedKey {
    pub(super) fn new(key: SigningKey) -> Self {
        let mut cached = Self { key, first_block: [0; 64], after_first_block: [0; 8] };
        cached.begin(&[0; 64]);
        cached
    }

    fn begin(&mut self, first_block: &[u8; 64]) {
        self.first_block = *first_block;
        self.after_first_block = self.key.inner;
        compress(&mut self.after_first_block, first_block);
    }

    pub(super) fn sign(&mut self, text: &[u8]) -> [u8; 32] {
        let Some((first_block, rest)) = text.split_first_chunk() else { return self.key.sign(text) };
        if !is_same(first_block, &self.first_block) {
            self.begin(first_block);
        }
        self.key.sign_rest(self.after_first_block, 128, rest)
    }
}

impl Drop for CachedKey {
    fn drop(&mut self) {
        self.after_first_block.zeroize();
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").finish_non_exhaustive()
    }
}

const PREFIX: &[u8] = b"AWS4";
/// RFC 2104, section 2.
const INNER_PAD: u8 = 0x36;
const OUTER_PAD: u8 = 0x5C;

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    #[test]
    fn derives_the_key_of_the_aws_documentation() {
        // "Examples of how to derive a signing key for Signature Version 4" has a key, but no signature: compare
        // the signature of the documentation's IAM ListUsers example instead.
        let key = SigningKey::derive(SECRET, &Scope::new("20150830", "us-east-1", "iam").unwrap()).unwrap();
        let text = "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/iam/aws4_request\n\
                    f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59";
        let signature = hex::encode(key.sign(text.as_bytes()));
        assert_eq!(signature, "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
    }

    #[test]
    fn a_cached_key_signs_as_the_key_itself() {
        let key = SigningKey::derive(SECRET, &Scope::new("20150830", "us-east-1", "iam").unwrap()).unwrap();
        let mut cached = CachedKey::new(key.clone());
        for length in [0, 63, 64, 65, 142, 200] {
            for first in [0, 0, 1, 0] {
                let mut text = [b'x'; 200];
                text[20] = first;
                assert_eq!(cached.sign(&text[..length]), key.sign(&text[..length]));
            }
        }
        assert_eq!(cached.sign(&[0; 100]), key.sign(&[0; 100]));
    }
}
