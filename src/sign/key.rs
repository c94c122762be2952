//! Signing keys: derived once, kept as HMAC states.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::credentials::check_secret_access_key;
use crate::scope::TERMINATOR;
use crate::{Error, Scope};

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
        check_secret_access_key(secret_access_key)?;
        let mut first = Zeroizing::new(Vec::with_capacity(PREFIX.len() + secret_access_key.len()));
        first.extend_from_slice(PREFIX);
        first.extend_from_slice(secret_access_key.as_bytes());
        let mut key = hmac(&first, scope.date().as_bytes());
        for part in [scope.region(), scope.service(), TERMINATOR] {
            key = hmac(&*key, part.as_bytes());
        }
        Ok(Self { state: keyed(&*key) })
    }

    /// The signature of a text, as bytes.
    pub fn sign(&self, text: &[u8]) -> [u8; 32] {
        self.state.clone().chain_update(text).finalize().into_bytes().into()
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

/// Signing keys by credentials and scope.
#[derive(Default)]
pub(crate) struct KeyCache {
    entries: Vec<CachedKey>,
    clock: u64,
    derived: u64,
}

struct CachedKey {
    /// The caller's number for the credentials; 0 for none.
    owner: u64,
    /// Tells secrets apart without keeping them.
    fingerprint: [u8; 32],
    date: Box<str>,
    region: Box<str>,
    service: Box<str>,
    key: SigningKey,
    last_used: u64,
}

impl KeyCache {
    /// The key for a scope. A caller that numbers its credentials (never twice the same number, never 0) can leave the
    /// secret out as long as the key is cached.
    pub(crate) fn get(
        &mut self,
        owner: u64,
        secret: Option<&str>,
        scope: &Scope<'_>,
    ) -> Result<&SigningKey, Error> {
        let index = match self.position(scope, |entry| owner != 0 && entry.owner == owner) {
            Some(index) => index,
            None => self.insert(owner, secret.ok_or(Error::SigningKeyMissing)?, scope)?,
        };
        self.clock += 1;
        let entry = self.entries.get_mut(index).ok_or(Error::SigningKeyMissing)?;
        entry.last_used = self.clock;
        Ok(&entry.key)
    }

    /// How many keys were derived so far.
    pub(crate) fn derived(&self) -> u64 {
        self.derived
    }

    pub(crate) fn clear(&mut self) {
        self.entries.clear();
    }

    /// The same credentials under another number share a key; otherwise one is derived.
    fn insert(&mut self, owner: u64, secret: &str, scope: &Scope<'_>) -> Result<usize, Error> {
        let fingerprint = fingerprint(secret);
        if let Some(index) = self.position(scope, |entry| entry.fingerprint == fingerprint) {
            if let Some(entry) = self.entries.get_mut(index) {
                entry.owner = owner;
            }
            return Ok(index);
        }
        let entry = CachedKey {
            owner,
            fingerprint,
            date: scope.date().into(),
            region: scope.region().into(),
            service: scope.service().into(),
            key: SigningKey::derive(secret, scope)?,
            last_used: self.clock,
        };
        self.derived += 1;
        if self.entries.len() < KEY_CACHE_CAPACITY {
            self.entries.push(entry);
            return Ok(self.entries.len() - 1);
        }
        let oldest = self.entries.iter().enumerate().min_by_key(|(_, entry)| entry.last_used);
        let index = oldest.map_or(0, |(index, _)| index);
        if let Some(slot) = self.entries.get_mut(index) {
            *slot = entry;
        }
        Ok(index)
    }

    fn position(&self, scope: &Scope<'_>, is_owner: impl Fn(&CachedKey) -> bool) -> Option<usize> {
        self.entries.iter().position(|entry| {
            is_owner(entry)
                && *entry.date == *scope.date()
                && *entry.region == *scope.region()
                && *entry.service == *scope.service()
        })
    }
}

fn fingerprint(secret: &str) -> [u8; 32] {
    // One compression for a secret of the usual 40 characters. The prefix keeps this hash apart from any that SigV4
    // makes of the secret.
    Sha256::new().chain_update(b"fingerprint\0").chain_update(secret).finalize().into()
}

fn hmac(key: &[u8], text: &[u8]) -> Zeroizing<[u8; 32]> {
    Zeroizing::new(keyed(key).chain_update(text).finalize().into_bytes().into())
}

#[allow(clippy::expect_used)] // HMAC takes keys of any length (RFC 2104), so this cannot fail.
fn keyed(key: &[u8]) -> Hmac<Sha256> {
    Hmac::new_from_slice(key).expect("HMAC takes keys of any length")
}

const PREFIX: &[u8] = b"AWS4";

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    fn scope(region: &'static str) -> Scope<'static> {
        Scope::new("20150830", region, "iam").unwrap()
    }

    #[test]
    fn derives_the_key_of_the_aws_documentation() {
        // "Examples of how to derive a signing key for Signature Version 4", whose key signs nothing there: compare
        // the signature of the documentation's IAM ListUsers example instead.
        let key = SigningKey::derive(SECRET, &scope("us-east-1")).unwrap();
        let text = "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/iam/aws4_request\n\
                    f536975d06c0309214f805bb90ccff089219ecd68b2577efef23edd43b7e1a59";
        let signature = hex::encode(key.sign(text.as_bytes()));
        assert_eq!(signature, "5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7");
    }

    #[test]
    fn one_derivation_serves_many_signatures() {
        let mut cache = KeyCache::default();
        for _ in 0..3 {
            cache.get(1, Some(SECRET), &scope("us-east-1")).unwrap();
        }
        cache.get(1, None, &scope("us-east-1")).unwrap();
        cache.get(0, Some(SECRET), &scope("us-east-1")).unwrap(); // unnumbered, equal credentials
        assert_eq!(cache.derived(), 1);
    }

    #[test]
    fn never_answers_with_the_key_of_other_credentials_or_scopes() {
        let mut cache = KeyCache::default();
        let first = cache.get(1, Some(SECRET), &scope("us-east-1")).unwrap().sign(b"x");
        let other_secret = cache.get(2, Some("another"), &scope("us-east-1")).unwrap().sign(b"x");
        let other_region = cache.get(1, Some(SECRET), &scope("eu-west-1")).unwrap().sign(b"x");
        assert!(first != other_secret && first != other_region);
        assert_eq!(cache.get(3, None, &scope("us-east-1")).unwrap_err(), Error::SigningKeyMissing);
        assert_eq!(cache.get(0, None, &scope("us-east-1")).unwrap_err(), Error::SigningKeyMissing);
    }

    #[test]
    fn is_bounded_and_forgets_the_least_recently_used_first() {
        let mut cache = KeyCache::default();
        let region = |n: usize| format!("region-{n}");
        for n in 0..KEY_CACHE_CAPACITY {
            let region = region(n);
            cache.get(1, Some(SECRET), &Scope::new("20150830", &region, "s3").unwrap()).unwrap();
        }
        let mut get = |n, secret| {
            let region = region(n);
            cache.get(1, secret, &Scope::new("20150830", &region, "s3").unwrap()).map(|_| ())
        };
        get(0, None).unwrap(); // now 1 is the oldest
        get(1000, Some(SECRET)).unwrap();
        get(0, None).unwrap();
        assert_eq!(get(1, None), Err(Error::SigningKeyMissing));
        assert_eq!(cache.entries.len(), KEY_CACHE_CAPACITY);
    }
}
