//! Signing keys: derived once, kept as HMAC states.

use alloc::vec::Vec;
use core::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use crate::credentials::check_secret_access_key;
use crate::hash::{finish, update};
use crate::text::{Put, split};
use crate::{Error, Scope};

use super::scheme::private::Scheme;

/// A key that is good for one scope: `HMAC(HMAC(HMAC(HMAC("AWS4" + secret, date), region), service), "aws4_request")`.
///
/// Holds the two SHA-256 states that HMAC begins with, not the key itself: the secret cannot be found from them, and
/// a signature costs two compressions less. Wiped on drop.
#[derive(Clone)]
pub struct SigningKey {
    state: Hmac<Sha256>,
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
        let mut key = Self::new(&first);
        first.as_mut_slice().zeroize();
        for part in split(scope, b'/') {
            key = Self::new(&*Zeroizing::new(key.sign(part)));
        }
        Ok(key)
    }

    #[inline(never)]
    #[allow(clippy::expect_used)] // HMAC takes keys of any length (RFC 2104), so this cannot fail.
    pub(super) fn new(key: &[u8]) -> Self {
        Self { state: Hmac::new_from_slice(key).expect("HMAC takes keys of any length") }
    }

    /// The signature of a text, as bytes.
    #[inline(never)]
    pub fn sign(&self, text: &[u8]) -> [u8; 32] {
        self.after(text).state.finalize().into_bytes().into()
    }

    /// For texts that begin with this one: what is then signed is the rest.
    #[inline(never)]
    fn after(&self, text: &[u8]) -> Self {
        let mut key = self.clone();
        key.state.update(text);
        key
    }

    /// For texts in parts.
    #[cfg(feature = "tools")]
    pub(super) fn begin(&self) -> Hmac<Sha256> {
        self.state.clone()
    }
}

/// A key that signs many requests.
///
/// The first block of a string to sign holds the time and part of the scope: within a second it is hashed once.
#[derive(Clone)]
pub struct CachedKey {
    key: SigningKey,
    first_block: [u8; 64],
    after_first_block: SigningKey,
}

impl CachedKey {
    pub(super) fn new(key: SigningKey) -> Self {
        let first_block = [0; 64];
        let after_first_block = key.after(&first_block);
        Self { key, first_block, after_first_block }
    }

    pub(super) fn sign(&mut self, text: &[u8]) -> [u8; 32] {
        let Some((first_block, rest)) = text.split_first_chunk() else { return self.key.sign(text) };
        if *first_block != self.first_block {
            self.first_block = *first_block;
            self.after_first_block = self.key.after(first_block);
        }
        self.after_first_block.sign(rest)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").finish_non_exhaustive()
    }
}

/// How many signing keys are kept; the least recently used goes first. One process rarely signs for more than a few
/// credentials, regions and services at a time; 64 keys are some 20 kB.
pub const KEY_CACHE_CAPACITY: usize = 64;

/// Signing keys by credentials and by what they are good for.
pub(crate) struct KeyCache<S: Scheme> {
    entries: Vec<Entry<S::Key>>,
    clock: u64,
    derived: u64,
}

struct Entry<K> {
    /// The caller's number for the credentials; 0 for none.
    owner: u64,
    /// Tells secrets apart without keeping them.
    fingerprint: [u8; 32],
    /// See [`Scheme::key_name`].
    name: Vec<u8>,
    key: K,
    last_used: u64,
}

impl<S: Scheme> KeyCache<S> {
    pub(crate) const fn new() -> Self {
        Self { entries: Vec::new(), clock: 0, derived: 0 }
    }

    /// Where the key of a name is, for [`KeyCache::key`] until the next call of this. A caller that numbers its credentials
    /// (never twice the same number, never 0) can leave the secret out as long as the key is cached.
    pub(crate) fn find(&mut self, owner: u64, secret: Option<&[u8]>, name: &[u8]) -> Result<usize, Error> {
        let is_owners = |entry: &Entry<S::Key>| owner != 0 && entry.owner == owner && entry.name == name;
        let index = match self.entries.iter().position(is_owners) {
            Some(index) => index,
            None => self.insert(owner, secret.ok_or(Error::SigningKeyMissing)?, name)?,
        };
        self.clock += 1;
        if let Some(entry) = self.entries.get_mut(index) {
            entry.owner = owner;
            entry.last_used = self.clock;
        }
        Ok(index)
    }

    pub(crate) fn key(&mut self, index: usize) -> Result<&mut S::Key, Error> {
        self.entries.get_mut(index).map(|entry| &mut entry.key).ok_or(Error::SigningKeyMissing)
    }

    /// How many keys were derived so far.
    pub(crate) fn derived(&self) -> u64 {
        self.derived
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }

    /// The same credentials under another number share a key; otherwise one is derived.
    fn insert(&mut self, owner: u64, secret: &[u8], name: &[u8]) -> Result<usize, Error> {
        let fingerprint = fingerprint(secret);
        let is_same = |entry: &Entry<S::Key>| entry.fingerprint == fingerprint && entry.name == name;
        let key = match self.entries.iter_mut().enumerate().find(|(_, entry)| is_same(entry)) {
            // Unnumbered credentials use any key, and leave theirs to the first that has a number.
            Some((index, known)) if owner == 0 || known.owner == 0 => {
                known.owner = owner.max(known.owner);
                return Ok(index);
            }
            // Two numbers for the same credentials each have an entry, so that neither takes it from the other.
            Some((_, known)) => known.key.clone(),
            None => {
                let key = S::derive(secret, name)?;
                self.derived += 1;
                key
            }
        };
        let entry = Entry { owner, fingerprint, name: name.to_vec(), key, last_used: self.clock };
        let index = self.entries.len();
        if index < KEY_CACHE_CAPACITY {
            self.entries.push(entry);
            return Ok(index);
        }
        let oldest = self.entries.iter().enumerate().min_by_key(|(_, entry)| entry.last_used);
        let index = oldest.map_or(0, |(index, _)| index);
        if let Some(slot) = self.entries.get_mut(index) {
            *slot = entry;
        }
        Ok(index)
    }
}

fn fingerprint(secret: &[u8]) -> [u8; 32] {
    // One compression for a secret of the usual 40 characters. The prefix keeps this hash apart from any that SigV4
    // makes of the secret.
    let mut hasher = Sha256::new();
    update(&mut hasher, b"fingerprint\0");
    update(&mut hasher, secret);
    finish(&mut hasher)
}

const PREFIX: &[u8] = b"AWS4";

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;
    use crate::SigV4;

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    impl<S: Scheme> KeyCache<S> {
        fn get(&mut self, owner: u64, secret: Option<&[u8]>, name: &[u8]) -> Result<&mut S::Key, Error> {
            let index = self.find(owner, secret, name)?;
            self.key(index)
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
        for owner in [0, 1, 2] {
            cache.get(owner, Some(SECRET.as_bytes()), &scope("us-east-1")).unwrap();
        }
        for owner in [1, 2, 1, 2] {
            cache.get(owner, None, &scope("us-east-1")).unwrap();
        }
        assert_eq!((cache.derived(), cache.entries.len()), (1, 2));
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
        assert_eq!(cache.entries.len(), KEY_CACHE_CAPACITY);
    }
}
