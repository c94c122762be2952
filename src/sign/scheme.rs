//! The algorithms of Signature Version 4, and their differences.

use crate::Error;
use crate::text::Put;

use super::key::{CachedKey, SigningKey};
use super::stored_keys::StoredScheme;

/// An algorithm: [`SigV4`], or `SigV4a` of the feature `sigv4a`.
pub trait Scheme: StoredScheme {}

impl<S: StoredScheme> Scheme for S {}

/// `AWS4-HMAC-SHA256`: a key for each day, region and service.
#[derive(Debug, Clone, Copy)]
pub struct SigV4;

pub(crate) mod private {
    use super::{Error, Put};

    /// The differences.
    pub trait Scheme: Clone + core::fmt::Debug + Send + Sync + 'static {
        /// The name of the algorithm.
        const ALGORITHM: &'static [u8];
        /// Whether the regions are in a signed `x-amz-region-set` instead of the credential scope.
        const HAS_REGION_SET: bool;

        /// Wiped on drop.
        type Key: Clone + Send;
        /// The source of random bytes.
        type Entropy: Copy + Send;

        /// The operating system.
        const SYSTEM_ENTROPY: Self::Entropy;
        /// None: signatures are deterministic.
        const NO_ENTROPY: Self::Entropy;

        /// The region that is part of the credential scope.
        fn region_of_scope(region: &[u8]) -> Option<&[u8]> {
            if Self::HAS_REGION_SET { None } else { Some(region) }
        }
        /// The scope that a key is valid for. The key is derived from it, and cached under it.
        fn key_name<'a>(scope: &'a [u8], access_key_id: &'a [u8]) -> &'a [u8];
        /// Derives the key of that name.
        fn derive(secret_access_key: &[u8], key_name: &[u8]) -> Result<Self::Key, Error>;
        /// Signs a text, and writes the signature in hex.
        fn sign(key: &mut Self::Key, text: &[u8], entropy: Self::Entropy, out: &mut impl Put);
    }
}

impl private::Scheme for SigV4 {
    const ALGORITHM: &'static [u8] = b"AWS4-HMAC-SHA256";
    const HAS_REGION_SET: bool = false;

    type Key = CachedKey;
    type Entropy = ();

    const SYSTEM_ENTROPY: () = ();
    const NO_ENTROPY: () = ();

    fn key_name<'a>(scope: &'a [u8], _access_key_id: &'a [u8]) -> &'a [u8] {
        scope
    }

    fn derive(secret_access_key: &[u8], scope: &[u8]) -> Result<CachedKey, Error> {
        SigningKey::derive_for(secret_access_key, scope).map(CachedKey::new)
    }

    fn sign(key: &mut CachedKey, text: &[u8], (): (), out: &mut impl Put) {
        out.put_hex(&key.sign(text));
    }
}
