//! Signing keys that are stored with credentials: derived once for each scope, wiped with the credentials.

#[cfg(any(feature = "std", feature = "sigv4a"))]
use alloc::vec::Vec;

use crate::{Credentials, Error, SigV4};

use super::key::SigningKey;
use super::scheme::private::Scheme;

/// A scheme whose keys are stored with credentials.
pub trait StoredScheme: Scheme {
    /// In hex.
    type Signature: AsRef<[u8]>;

    /// Signs a text with the key of a scope. `entropy` is mixed in if the scheme uses it.
    fn sign_stored(
        credentials: &Credentials,
        scope: &[u8],
        text: &[u8],
        entropy: Option<&[u8; 32]>,
    ) -> Result<Self::Signature, Error>;

    /// Random bytes of the operating system, if the scheme uses them and there are any.
    fn entropy() -> Option<[u8; 32]> {
        None
    }
}

impl StoredScheme for SigV4 {
    type Signature = [u8; 64];

    fn sign_stored(
        credentials: &Credentials,
        scope: &[u8],
        text: &[u8],
        _entropy: Option<&[u8; 32]>,
    ) -> Result<[u8; 64], Error> {
        let secret = credentials.secret_access_key().as_bytes();
        credentials.keys().with_key(secret, scope, |key| crate::sha256::to_hex(&key.sign(text)))
    }
}

#[cfg(feature = "sigv4a")]
impl StoredScheme for crate::SigV4a {
    type Signature = Vec<u8>;

    fn sign_stored(
        credentials: &Credentials,
        _scope: &[u8],
        text: &[u8],
        entropy: Option<&[u8; 32]>,
    ) -> Result<Vec<u8>, Error> {
        credentials.keys().with_ecdsa_key(credentials, |key| Self::sign_text(key, text, entropy))
    }

    fn entropy() -> Option<[u8; 32]> {
        super::sigv4a::system_entropy()
    }
}

/// The keys of some credentials. Readers do not wait for one another.
///
/// Without `std` there is no lock, and each signature derives its key.
#[derive(Default)]
pub(crate) struct StoredKeys {
    #[cfg(feature = "std")]
    keys: std::sync::RwLock<Ring>,
    #[cfg(feature = "sigv4a")]
    ecdsa: std::sync::OnceLock<p256::ecdsa::SigningKey>,
}

impl StoredKeys {
    #[cfg(feature = "std")]
    fn with_key<T>(
        &self,
        secret: &[u8],
        scope: &[u8],
        mut work: impl FnMut(&SigningKey) -> T,
    ) -> Result<T, Error> {
        use std::sync::PoisonError;

        {
            let keys = self.keys.read().unwrap_or_else(PoisonError::into_inner);
            if let Some(key) = keys.find(scope) {
                return Ok(work(key));
            }
        }
        let key = SigningKey::derive_for(secret, scope)?;
        let done = work(&key);
        self.keys.write().unwrap_or_else(PoisonError::into_inner).insert(scope, key);
        Ok(done)
    }

    #[cfg(not(feature = "std"))]
    fn with_key<T>(
        &self,
        secret: &[u8],
        scope: &[u8],
        work: impl FnOnce(&SigningKey) -> T,
    ) -> Result<T, Error> {
        SigningKey::derive_for(secret, scope).map(|key| work(&key))
    }

    #[cfg(feature = "sigv4a")]
    fn with_ecdsa_key<T>(
        &self,
        credentials: &Credentials,
        work: impl FnOnce(&p256::ecdsa::SigningKey) -> T,
    ) -> Result<T, Error> {
        if let Some(key) = self.ecdsa.get() {
            return Ok(work(key));
        }
        let (secret, id) = (credentials.secret_access_key(), credentials.access_key_id());
        let key = <crate::SigV4a as Scheme>::derive(secret.as_bytes(), id.as_bytes())?;
        Ok(work(self.ecdsa.get_or_init(|| key)))
    }
}

/// Keys by scope. The newest replaces the oldest, and keys do not move.
#[cfg(feature = "std")]
#[derive(Default)]
struct Ring {
    entries: Vec<(Vec<u8>, SigningKey)>,
    oldest: usize,
}

#[cfg(feature = "std")]
impl Ring {
    fn find(&self, scope: &[u8]) -> Option<&SigningKey> {
        self.entries.iter().find(|(name, _)| name == scope).map(|(_, key)| key)
    }

    fn insert(&mut self, scope: &[u8], key: SigningKey) {
        if self.find(scope).is_some() {
            return; // another thread was faster
        }
        if self.entries.len() < CAPACITY {
            self.entries.reserve_exact(CAPACITY - self.entries.len());
            self.entries.push((scope.to_vec(), key));
        } else if let Some(entry) = self.entries.get_mut(self.oldest) {
            *entry = (scope.to_vec(), key);
            self.oldest = (self.oldest + 1) % CAPACITY;
        }
    }
}

/// The number of keys kept, one for each day, region and service. Credentials are rarely used for more of them at a time.
#[cfg(feature = "std")]
const CAPACITY: usize = 16;

#[cfg(all(test, feature = "std"))]
mod tests {
    use alloc::format;

    use super::*;

    #[test]
    fn derives_each_key_once_and_keeps_so_many() {
        let credentials = Credentials::new("AKID", "secret", None).unwrap();
        let sign = |scope: &str| SigV4::sign_stored(&credentials, scope.as_bytes(), b"text", None).unwrap();
        let alone = |scope: &str| {
            let key = SigningKey::derive_for(b"secret", scope.as_bytes()).unwrap();
            crate::sha256::to_hex(&key.sign(b"text"))
        };
        let scope = |n: usize| format!("20260203/region-{n}/s3/aws4_request");
        for n in (0..40).chain([39, 3, 39]) {
            assert_eq!(sign(&scope(n)), alone(&scope(n)));
            let keys = credentials.keys().keys.read().unwrap();
            assert!(keys.entries.len() <= CAPACITY && keys.entries.capacity() == CAPACITY);
            assert_eq!(keys.entries.iter().filter(|(name, _)| *name == scope(n).as_bytes()).count(), 1);
        }
        let keys = credentials.keys().keys.read().unwrap();
        assert!(keys.find(scope(24).as_bytes()).is_none() && keys.find(scope(26).as_bytes()).is_some());
    }
}
