//! Requests and signing keys: what an engine is without its memory.

use crate::Error;
use crate::sign::arena::{Arena, Span};
use crate::sign::key_cache::{KeyCache, Slots};
use crate::sign::requests::Requests;
use crate::sign::scheme::private::Scheme;
use crate::text::Put;

pub(crate) struct Core<S: Scheme, T> {
    pub(super) requests: Requests,
    pub(super) keys: KeyCache<S, T>,
    /// Of the last request: see [`KeyCache::find`].
    key: usize,
    pub(super) entropy: S::Entropy,
}

impl<S: Scheme, T: Slots<S::Key>> Core<S, T> {
    pub(super) const fn new() -> Self {
        Self { requests: Requests::new(), keys: KeyCache::new(), key: usize::MAX, entropy: S::SYSTEM_ENTROPY }
    }

    /// Finds the key of what was prepared last. `credentials_id` and the secret: see [`KeyCache::find`].
    pub(super) fn find_key(
        &mut self,
        credentials_id: u64,
        secret_access_key: Option<&[u8]>,
        access_key_id: &[u8],
        scope: &[u8],
    ) -> Result<(), Error> {
        self.key = self.keys.find(credentials_id, secret_access_key, S::key_name(scope, access_key_id))?;
        Ok(())
    }

    /// Signs what was prepared last, and hashed. Where the signature is, in hex; nothing, where there was no room for it.
    pub(super) fn sign(&mut self, memory: &mut [u8]) -> Result<Option<Span>, Error> {
        let last = self.requests.last()?;
        let key = self.keys.key(self.key)?;
        let (texts, mut out) = Arena::behind(memory, last.end);
        S::sign(key, last.string_to_sign.of(texts), self.entropy, &mut out);
        Ok((!out.is_full()).then(|| out.finish().1))
    }

    /// Signs any text, by the key that was found last.
    pub(super) fn sign_text(&mut self, text: &[u8], out: &mut impl Put) -> Result<(), Error> {
        S::sign(self.keys.key(self.key)?, text, self.entropy, out);
        Ok(())
    }
}
