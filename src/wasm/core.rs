//! Requests and signing keys: an engine without its memory.

use crate::Error;
use crate::sign::arena::Arena;
use crate::sign::key_cache::{KeyCache, Slots};
use crate::sign::requests::Requests;
use crate::sign::scheme::private::Scheme;
use crate::sign::texts::Text;
use crate::text::Put;

pub(crate) struct Core<S: Scheme, T> {
    pub(super) requests: Requests,
    pub(super) keys: KeyCache<S, T>,
    /// The key of the last request: see [`KeyCache::find`].
    key: Option<usize>,
    pub(super) entropy: S::Entropy,
}

impl<S: Scheme, T: Slots<S::Key>> Core<S, T> {
    pub(super) const fn new() -> Self {
        Self { requests: Requests::new(), keys: KeyCache::new(), key: None, entropy: S::SYSTEM_ENTROPY }
    }

    /// Finds the key of the request prepared last. `credentials_id` and the secret: see [`KeyCache::find`].
    pub(super) fn find_key(
        &mut self,
        credentials_id: u64,
        secret_access_key: Option<&[u8]>,
        access_key_id: &[u8],
        scope: &[u8],
    ) -> Result<(), Error> {
        let name = S::key_name(scope, access_key_id);
        self.key = Some(self.keys.find(credentials_id, secret_access_key, name)?);
        Ok(())
    }

    /// Signs the request prepared last, after it was hashed. Returns the number of bytes written so far, or `None` if there was no
    /// room for the signature.
    pub(super) fn sign(&mut self, memory: &mut [u8]) -> Result<Option<usize>, Error> {
        let end = self.requests.last()?.end;
        let key = self.keys.key(self.key.ok_or(Error::SigningKeyMissing)?)?;
        let (written, mut out) = Arena::behind(memory, end);
        S::sign(key, self.requests.texts.get(Text::StringToSign, written), self.entropy, &mut out);
        self.requests.texts.end(Text::Signature, &mut out);
        Ok((!out.is_full()).then(|| out.used()))
    }

    /// Signs any text with the key found last.
    pub(super) fn sign_text(&mut self, text: &[u8], out: &mut impl Put) -> Result<(), Error> {
        S::sign(self.keys.key(self.key.ok_or(Error::SigningKeyMissing)?)?, text, self.entropy, out);
        Ok(())
    }
}
