//! Signing keys: derived once, kept as HMAC states.

use alloc::vec::Vec;
use core::fmt;

use hmac::{Hmac, KeyInit};
use sha2::Sha256;
use zeroize::{Zeroize, Zeroizing};

use crate::credentials::check_secret_access_key;
use crate::sha256::{Hasher, State, state_after};
use crate::text::{Put, split};
use crate::{Error, Scope};

use super::scheme::private::Scheme;

/// A key that is good for one scope: `HMAC(HMAC(HMAC(HMAC("AWS4" + secret, date), region), service), "aws4_request")`.
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
    pub(super) fn derive_for(secret_access_key: &[u8], scope: &[u8]) -> Result<Self, Error> {
        check_secret_access_key(secret_access_key)?;
        // Room for all of it, so that no piece of the secret stays behind where the text was before it grew.
        let mut first = Vec::with_capacity(PREFIX.len() + secret_access_key.len());
        first.put(PREFIX).put(secret_access_key);
        let mut key = Zeroizing::new([0; 32]);
        for (order, part) in split(scope, b'/').enumerate() {
            let next = if order == 0 { hmac(&first, part) } else { hmac(&*key, part) };
            *key = next;
        }
        first.as_mut_slice().zeroize();
        Ok(Self::new(&*key))
    }

    #[inline(never)]
    pub(crate) fn new(key: &[u8]) -> Self {
        let mut block = Zeroizing::new([0; 64]);
        // A key that is longer than a block is hashed first (RFC 2104, section 3).
        match block.get_mut(..key.len()) {
            Some(start) => start.copy_from_slice(key),
            None => {
                let digest = Zeroizing::new(Hasher::new().update(key).finish());
                block.split_at_mut(32).0.copy_from_slice(&*digest);
            }
        }
        let mut state = |pad: u8| {
            block.iter_mut().for_each(|byte| *byte ^= pad);
            state_after(&block)
        };
        Self { inner: state(INNER_PAD), outer: state(INNER_PAD ^ OUTER_PAD) }
    }

    /// The signature of a text, as bytes.
    #[inline(never)]
    pub fn sign(&self, text: &[u8]) -> [u8; 32] {
        self.begin().update(text).finish()
    }

    /// For texts in parts.
    pub(super) fn begin(&self) -> Mac<'_> {
        self.resume(self.inner, 0)
    }

    /// Continues after whole blocks of a text, from their inner state and their length.
    fn resume(&self, inner: State, length: u64) -> Mac<'_> {
        Mac { inner: Hasher::resume(inner, 64 + length), outer: &self.outer }
    }
}

impl Drop for SigningKey {
    fn drop(&mut self) {
        self.inner.zeroize();
        self.outer.zeroize();
    }
}

/// A key after the start of a text, which many texts have in common.
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

    /// The signature of the text that ends like this.
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

/// What the derivation leaves on the stack is wiped after it: see `clear_stack`.
#[inline(never)]
#[allow(clippy::expect_used)] // HMAC takes keys of any length (RFC 2104), so this cannot fail.
fn hmac(key: &[u8], text: &[u8]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    hmac::Mac::update(&mut mac, text);
    hmac::Mac::finalize(mac).into_bytes().into()
}

/// A signature in the making. States are changed in place, so that nothing of them is left.
pub(super) struct Mac<'k> {
    inner: Hasher,
    outer: &'k State,
}

impl Mac<'_> {
    pub(super) fn update(&mut self, bytes: &[u8]) -> &mut Self {
        self.inner.update(bytes);
        self
    }

    pub(super) fn finish(&mut self) -> [u8; 32] {
        let digest = self.inner.finish();
        let mut outer = Hasher::resume(*self.outer, 64);
        outer.update(&digest).finish()
    }
}

/// A key that signs many requests.
///
/// The first block of a string to sign holds the time and part of the scope: within a second it is hashed once.
#[derive(Clone)]
pub struct CachedKey {
    key: SigningKey,
    first_block: [u8; 64],
    after_first_block: State,
}

impl CachedKey {
    pub(super) fn new(key: SigningKey) -> Self {
        let first_block = [0; 64];
        let after_first_block = key.begin().update(&first_block).inner.state();
        Self { key, first_block, after_first_block }
    }

    pub(super) fn sign(&mut self, text: &[u8]) -> [u8; 32] {
        let Some((first_block, rest)) = text.split_first_chunk() else { return self.key.sign(text) };
        if *first_block != self.first_block {
            self.first_block = *first_block;
            self.after_first_block = self.key.begin().update(first_block).inner.state();
        }
        self.key.resume(self.after_first_block, 64).update(rest).finish()
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

/// How many signing keys are kept; the least recently used goes first. One process rarely signs for more than a few
/// credentials, regions and services at a time; 64 keys are some 20 kB.
pub(crate) const KEY_CACHE_CAPACITY: usize = 64;

/// Signing keys by credentials and by what they are good for.
///
/// The table has its full size from the first key on and no key moves within it, so that no copy of one stays behind.
pub(crate) struct KeyCache<S: Scheme> {
    entries: Vec<Option<Entry<S::Key>>>,
    clock: u64,
    derived: u64,
}

/// Wiped on drop, as the key is.
struct Entry<K> {
    /// The caller's number for the credentials; 0 for none.
    credentials_id: u64,
    /// Tells secrets apart without keeping them.
    fingerprint: [u8; 32],
    /// See [`Scheme::key_name`].
    name: Vec<u8>,
    key: K,
    last_used: u64,
}

impl<K> Drop for Entry<K> {
    fn drop(&mut self) {
        self.fingerprint.zeroize();
    }
}

impl<S: Scheme> KeyCache<S> {
    pub(crate) const fn new() -> Self {
        Self { entries: Vec::new(), clock: 0, derived: 0 }
    }

    /// Where the key of a name is, for [`KeyCache::key`] until the next call of this. A caller that numbers its credentials
    /// (never twice the same number, never 0) can leave the secret out as long as the key is cached.
    pub(crate) fn find(
        &mut self,
        credentials_id: u64,
        secret: Option<&[u8]>,
        name: &[u8],
    ) -> Result<usize, Error> {
        let is_theirs = |entry: &Entry<S::Key>| {
            credentials_id != 0 && entry.credentials_id == credentials_id && entry.name == name
        };
        let index = match self.position(is_theirs) {
            Some(index) => index,
            None => self.insert(credentials_id, secret.ok_or(Error::SigningKeyMissing)?, name)?,
        };
        self.clock += 1;
        if let Some(Some(entry)) = self.entries.get_mut(index) {
            entry.credentials_id = credentials_id;
            entry.last_used = self.clock;
        }
        Ok(index)
    }

    #[cfg(any(test, all(target_arch = "wasm32", any(feature = "engine", feature = "module-verify"))))]
    pub(crate) fn key(&mut self, index: usize) -> Result<&mut S::Key, Error> {
        let entry = self.entries.get_mut(index).and_then(Option::as_mut);
        entry.map(|entry| &mut entry.key).ok_or(Error::SigningKeyMissing)
    }

    /// How many keys were derived so far.
    #[cfg(any(test, all(target_arch = "wasm32", feature = "engine")))]
    pub(crate) fn derived(&self) -> u64 {
        self.derived
    }

    #[cfg(all(target_arch = "wasm32", feature = "engine"))]
    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }

    /// Forgets the keys of a secret.
    #[cfg(any(test, all(target_arch = "wasm32", feature = "engine")))]
    pub(crate) fn forget(&mut self, secret: &[u8]) {
        let fingerprint = fingerprint(secret);
        for slot in &mut self.entries {
            if slot.as_ref().is_some_and(|entry| entry.fingerprint == fingerprint) {
                *slot = None;
            }
        }
    }

    fn position(&self, is_wanted: impl Fn(&Entry<S::Key>) -> bool) -> Option<usize> {
        self.entries.iter().position(|slot| slot.as_ref().is_some_and(&is_wanted))
    }

    /// The same credentials under another number share a key; otherwise one is derived.
    fn insert(&mut self, credentials_id: u64, secret: &[u8], name: &[u8]) -> Result<usize, Error> {
        let fingerprint = fingerprint(secret);
        let is_same = |entry: &Entry<S::Key>| entry.fingerprint == fingerprint && entry.name == name;
        let known = self.position(is_same);
        let key = match known.and_then(|index| self.entries.get_mut(index)) {
            // Unnumbered credentials use any key, and leave theirs to the first that has a number.
            Some(Some(entry)) if credentials_id == 0 || entry.credentials_id == 0 => {
                entry.credentials_id = credentials_id.max(entry.credentials_id);
                return known.ok_or(Error::SigningKeyMissing);
            }
            // Two numbers for the same credentials each have an entry, so that neither takes it from the other.
            Some(Some(entry)) => entry.key.clone(),
            _ => {
                let key = S::derive(secret, name)?;
                self.derived += 1;
                key
            }
        };
        let index = self.vacancy();
        let entry = Entry { credentials_id, fingerprint, name: name.to_vec(), key, last_used: self.clock };
        if let Some(slot) = self.entries.get_mut(index) {
            *slot = Some(entry);
        }
        Ok(index)
    }

    /// The place of the next key: one that is free, or that of the key which was not used for the longest time.
    fn vacancy(&mut self) -> usize {
        if self.entries.is_empty() {
            self.entries.resize_with(KEY_CACHE_CAPACITY, || None);
        }
        let last_used = |slot: &Option<Entry<S::Key>>| slot.as_ref().map_or(0, |entry| entry.last_used);
        let oldest = self.entries.iter().enumerate().min_by_key(|(_, slot)| last_used(slot));
        oldest.map_or(0, |(index, _)| index)
    }
}

fn fingerprint(secret: &[u8]) -> [u8; 32] {
    // One compression for a secret of the usual 40 characters. The prefix keeps this hash apart from any that SigV4
    // makes of the secret.
    Hasher::new().update(b"fingerprint\0").update(secret).finish()
}

const PREFIX: &[u8] = b"AWS4";
/// RFC 2104, section 2.
const INNER_PAD: u8 = 0x36;
const OUTER_PAD: u8 = 0x5C;

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::ToString;

    use super::*;
    use crate::SigV4;

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    impl<S: Scheme> KeyCache<S> {
        fn get(
            &mut self,
            credentials_id: u64,
            secret: Option<&[u8]>,
            name: &[u8],
        ) -> Result<&mut S::Key, Error> {
            let index = self.find(credentials_id, secret, name)?;
            self.key(index)
        }

        fn count(&self) -> usize {
            self.entries.iter().flatten().count()
        }
    }

    fn scope(region: &str) -> Vec<u8> {
        format!("20150830/{region}/iam/aws4_request").into_bytes()
    }

    #[test]
    fn derives_the_key_of_the_aws_documentation() {
        // "Examples of how to derive a signing key for Signature Version 4", whose key signs nothing there: compare
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

    #[test]
    fn one_derivation_serves_many_signatures() {
        let mut cache = KeyCache::<SigV4>::new();
        for _ in 0..3 {
            cache.get(1, Some(SECRET.as_bytes()), &scope("us-east-1")).unwrap();
        }
        cache.get(1, None, &scope("us-east-1")).unwrap();
        cache.get(0, Some(SECRET.as_bytes()), &scope("us-east-1")).unwrap(); // unnumbered, equal credentials
        assert_eq!(cache.derived(), 1);
    }

    #[test]
    fn two_numbers_for_equal_credentials_do_not_take_the_key_from_each_other() {
        let mut cache = KeyCache::<SigV4>::new();
        for credentials_id in [0, 1, 2] {
            cache.get(credentials_id, Some(SECRET.as_bytes()), &scope("us-east-1")).unwrap();
        }
        for credentials_id in [1, 2, 1, 2] {
            cache.get(credentials_id, None, &scope("us-east-1")).unwrap();
        }
        assert_eq!((cache.derived(), cache.count()), (1, 2));
    }

    #[test]
    fn never_answers_with_the_key_of_other_credentials_or_scopes() {
        let mut cache = KeyCache::<SigV4>::new();
        let first = cache.get(1, Some(SECRET.as_bytes()), &scope("us-east-1")).unwrap().sign(b"x");
        let other_secret = cache.get(2, Some(b"another"), &scope("us-east-1")).unwrap().sign(b"x");
        let other_region = cache.get(1, Some(SECRET.as_bytes()), &scope("eu-west-1")).unwrap().sign(b"x");
        assert!(first != other_secret && first != other_region);
        assert_eq!(cache.get(3, None, &scope("us-east-1")).map(|_| ()), Err(Error::SigningKeyMissing));
        assert_eq!(cache.get(0, None, &scope("us-east-1")).map(|_| ()), Err(Error::SigningKeyMissing));
    }

    #[test]
    fn forgets_the_keys_of_one_secret_and_no_others() {
        let mut cache = KeyCache::<SigV4>::new();
        for (credentials_id, secret) in [(0, SECRET), (1, SECRET), (2, "another")] {
            cache.get(credentials_id, Some(secret.as_bytes()), &scope("us-east-1")).unwrap();
            cache.get(credentials_id, Some(secret.as_bytes()), &scope("eu-west-1")).unwrap();
        }
        cache.forget(SECRET.as_bytes());
        assert_eq!(cache.count(), 2);
        assert_eq!(cache.get(1, None, &scope("us-east-1")).map(|_| ()), Err(Error::SigningKeyMissing));
        cache.get(2, None, &scope("us-east-1")).unwrap();
    }

    #[test]
    fn no_key_moves() {
        let mut cache = KeyCache::<SigV4>::new();
        let mut place = |n: u64| {
            let key: *const _ = cache.get(n, Some(n.to_string().as_bytes()), &scope("us-east-1")).unwrap();
            key
        };
        let first = place(1);
        for n in 2..=KEY_CACHE_CAPACITY as u64 {
            place(n);
            assert_eq!(place(1), first);
        }
    }

    #[test]
    fn is_bounded_and_forgets_the_least_recently_used_first() {
        let mut cache = KeyCache::<SigV4>::new();
        let mut get = |n, secret: Option<&str>| {
            cache.get(1, secret.map(str::as_bytes), &scope(&format!("region-{n}"))).map(|_| ())
        };
        for n in 0..KEY_CACHE_CAPACITY {
            get(n, Some(SECRET)).unwrap();
        }
        get(0, None).unwrap(); // now 1 is the oldest
        get(1000, Some(SECRET)).unwrap();
        get(0, None).unwrap();
        assert_eq!(get(1, None), Err(Error::SigningKeyMissing));
        assert_eq!(cache.count(), KEY_CACHE_CAPACITY);
    }
}
