//! From a canonical request to a signature: in headers, or in the query of a presigned URL.

use alloc::vec::Vec;
#[cfg(all(target_arch = "wasm32", feature = "engine"))]
use core::mem::swap;

#[cfg(all(target_arch = "wasm32", feature = "engine"))]
use crate::canonical::path;
use crate::endpoint::LastHost;
use crate::text::{Put, wipe};
use crate::{Error, PathEncoding, PathNormalization, SigV4, Timestamp};

use scheme::private::Scheme;

pub(crate) mod key;
pub(crate) mod prepare;
pub(crate) mod scheme;
#[cfg(feature = "sigv4a")]
pub(crate) mod sigv4a;
pub(crate) mod stored_keys;

/// Signs requests into memory that it keeps for the next one: the path of the wasm modules, which also keeps signing keys.
/// Rust users have [`crate::Signer`], which borrows the memory of one of these.
pub(crate) struct LowLevelSigner<S: Scheme = SigV4> {
    keys: key::KeyCache<S>,
    pub(crate) texts: Texts,
    /// The last request, for [`LowLevelSigner::complete`] and [`LowLevelSigner::prepare_path`].
    last: Option<Prepared>,
    last_host: LastHost,
    #[cfg(all(target_arch = "wasm32", feature = "engine"))]
    pub(crate) entropy: S::Entropy,
}

/// Texts of the last signature; the next one reuses their memory.
pub(crate) struct Texts {
    /// Lower-case names of the headers, one after the other, for entries to borrow from.
    names: Vec<u8>,
    pub(crate) credential: Vec<u8>,
    pub(crate) payload_hash: Vec<u8>,
    parameters: Vec<u8>,
    query: Vec<u8>,
    pub(crate) signed_headers: Vec<u8>,
    pub(crate) signature: Vec<u8>,
    pub(crate) region_set: Vec<u8>,
    pub(crate) canonical_request: Vec<u8>,
    /// The canonical request of the next path.
    next_request: Vec<u8>,
    pub(crate) string_to_sign: Vec<u8>,
    /// What a presigned query ends with, after the signature.
    appended: Vec<u8>,
    /// The path and the query to send, joined with `?`, where they are not to be sent as they were given; of a presigned
    /// request the path alone.
    ///
    /// S3 and the servers that resemble it read some spellings in different ways: Amazon S3 takes a raw `+` in a path for a
    /// space, others for a plus; some sign escapes and repeated parameters as they arrive. All agree on the canonical one.
    pub(crate) target: Vec<u8>,
}

/// What is known of a signature before the canonical request is hashed.
#[derive(Clone, Copy)]
pub(crate) struct Prepared {
    algorithm: &'static [u8],
    timestamp: Timestamp,
    /// See `KeyCache::find`.
    #[cfg_attr(not(all(target_arch = "wasm32", feature = "engine")), allow(dead_code))]
    key: usize,
    is_presigned: bool,
    content_sha256_header: bool,
    session_token_header: &'static str,
    #[cfg_attr(not(all(target_arch = "wasm32", feature = "engine")), allow(dead_code))]
    path_form: (PathEncoding, PathNormalization),
    #[cfg(all(target_arch = "wasm32", feature = "engine"))]
    has_token: bool,
    /// Where the path is in the canonical request.
    #[cfg_attr(not(all(target_arch = "wasm32", feature = "engine")), allow(dead_code))]
    path: (usize, usize),
    /// Where the hash of the canonical request comes in the string to sign.
    hash: usize,
}

/// A signature and everything that went into it, borrowed from the signer.
pub(crate) struct Signed<'s> {
    pub(crate) texts: &'s Texts,
    pub(crate) prepared: Prepared,
}

impl Signed<'_> {
    /// The value of `x-amz-date`.
    pub(crate) fn amz_date_bytes(&self) -> &[u8] {
        self.prepared.timestamp.as_bytes()
    }

    /// What the `authorization` header, or the query of a presigned request, is made of.
    pub(crate) fn parts(&self) -> [&[u8]; 7] {
        let Texts { credential, signed_headers, query, signature, appended, .. } = self.texts;
        if self.prepared.is_presigned {
            [query, b"&X-Amz-Signature=", signature, appended, b"", b"", b""]
        } else {
            let algorithm = self.prepared.algorithm;
            [
                algorithm,
                b" Credential=",
                credential,
                b", SignedHeaders=",
                signed_headers,
                b", Signature=",
                signature,
            ]
        }
    }

    #[cfg(all(target_arch = "wasm32", feature = "engine"))]
    pub(crate) fn has_token(&self) -> bool {
        self.prepared.has_token
    }

    pub(crate) fn is_presigned(&self) -> bool {
        self.prepared.is_presigned
    }

    pub(crate) fn has_content_sha256(&self) -> bool {
        self.prepared.content_sha256_header
    }

    /// The header that carries the session token, where there is one.
    pub(crate) fn session_token_header(&self) -> &'static str {
        self.prepared.session_token_header
    }
}

impl<S: Scheme> LowLevelSigner<S> {
    pub(crate) const fn empty() -> Self {
        Self {
            keys: key::KeyCache::new(),
            texts: Texts::new(),
            last: None,
            last_host: LastHost::new(),
            #[cfg(all(target_arch = "wasm32", feature = "engine"))]
            entropy: S::SYSTEM_ENTROPY,
        }
    }

    /// Signs what was prepared last; `hash` is that of the canonical request, in hex, and `sign` has the key.
    pub(crate) fn complete_with(
        &mut self,
        hash: &[u8; 64],
        sign: impl FnOnce(&Texts) -> Result<S::Signature, Error>,
    ) -> Result<Signed<'_>, Error> {
        let prepared = self.complete_text(hash)?;
        let signature = sign(&self.texts)?;
        self.texts.signature.put(signature.as_ref());
        Ok(Signed { texts: &self.texts, prepared })
    }

    fn complete_text(&mut self, hash: &[u8; 64]) -> Result<Prepared, Error> {
        let prepared = self.last.ok_or(Error::RecordInvalid)?;
        self.texts.string_to_sign.truncate(prepared.hash);
        self.texts.string_to_sign.put(hash);
        self.texts.signature.clear();
        Ok(prepared)
    }

    /// Wipes what the last signature has left of a session token. Then there is no last request.
    #[inline(never)]
    pub(crate) fn wipe(&mut self) {
        self.last = None;
        let Texts { parameters, query, canonical_request, next_request, appended, .. } = &mut self.texts;
        for text in [parameters, query, canonical_request, next_request, appended] {
            wipe(text);
        }
    }
}

#[cfg(all(target_arch = "wasm32", feature = "engine"))]
impl<S: Scheme> LowLevelSigner<S> {
    /// Prepares the last request once more, with another path: of many URLs with the same parameters, all but the path is
    /// written once. Fails where no request was signed since the last text.
    pub(crate) fn prepare_path(&mut self, path: &[u8]) -> Result<(), Error> {
        let last = self.last.as_mut().ok_or(Error::RecordInvalid)?;
        let Texts { canonical_request, next_request, target, .. } = &mut self.texts;
        next_request.clear();
        next_request.put(canonical_request.get(..last.path.0).unwrap_or_default());
        path::write(path, last.path_form.0, last.path_form.1, next_request);
        let path_end = next_request.len();
        target.clear();
        let canonical = next_request.get(last.path.0..).unwrap_or_default();
        if last.path_form.0 == PathEncoding::Single && canonical != path {
            put_target(canonical, b"", target);
        }
        next_request.put(canonical_request.get(last.path.1..).unwrap_or_default());
        swap(canonical_request, next_request);
        last.path.1 = path_end;
        Ok(())
    }

    /// Signs what was prepared last; `hash` is that of the canonical request, in hex.
    pub(crate) fn complete(&mut self, hash: &[u8; 64]) -> Result<Signed<'_>, Error> {
        let prepared = self.complete_text(hash)?;
        let texts = &mut self.texts;
        let key = self.keys.key(prepared.key)?;
        texts.signature.put(S::sign(key, &texts.string_to_sign, self.entropy).as_ref());
        Ok(Signed { texts, prepared })
    }

    /// Likewise, without a signature: for a platform that signs the string to sign itself.
    #[cfg(all(target_arch = "wasm32", feature = "engine"))]
    pub(crate) fn complete_unsigned(&mut self, hash: &[u8; 64]) -> Result<Signed<'_>, Error> {
        let prepared = self.complete_text(hash)?;
        Ok(Signed { texts: &self.texts, prepared })
    }

    /// Signs any text with the key of a scope, such as the string to sign of a chunk, a trailer, an event or a POST policy.
    /// The signature is in hex.
    ///
    /// `credentials_id` and the secret: see `KeyCache::get`. The scope as text.
    pub(crate) fn sign_text_for(
        &mut self,
        text: &[u8],
        credentials_id: u64,
        access_key_id: &[u8],
        secret_access_key: Option<&[u8]>,
        scope: &[u8],
    ) -> Result<S::Signature, Error> {
        self.last = None; // its key may go
        let index = self.keys.find(credentials_id, secret_access_key, S::key_name(scope, access_key_id))?;
        Ok(S::sign(self.keys.key(index)?, text, self.entropy))
    }

    /// The texts of the last signature, or of what was prepared.
    #[cfg(all(target_arch = "wasm32", feature = "engine"))]
    pub(crate) fn texts(&self) -> &Texts {
        &self.texts
    }

    /// Wipes what a signature in a header has left of a session token. Then there is no last request.
    #[cfg(all(target_arch = "wasm32", feature = "engine"))]
    pub(crate) fn wipe_canonical_request(&mut self) {
        self.last = None;
        wipe(&mut self.texts.canonical_request);
    }

    /// Forgets every signing key of a secret.
    #[cfg(all(target_arch = "wasm32", feature = "engine"))]
    pub(crate) fn forget(&mut self, secret_access_key: &[u8]) {
        self.keys.forget(secret_access_key);
        self.wipe();
    }

    /// Forgets every signing key.
    pub(crate) fn clear_keys(&mut self) {
        self.keys.clear();
        self.wipe();
    }

    /// How many signing keys were derived so far: a cached key costs none.
    pub(crate) fn derived_keys(&self) -> u64 {
        self.keys.derived()
    }
}

impl Texts {
    const fn new() -> Self {
        Self {
            names: Vec::new(),
            credential: Vec::new(),
            payload_hash: Vec::new(),
            parameters: Vec::new(),
            query: Vec::new(),
            signed_headers: Vec::new(),
            signature: Vec::new(),
            region_set: Vec::new(),
            canonical_request: Vec::new(),
            string_to_sign: Vec::new(),
            appended: Vec::new(),
            target: Vec::new(),
            next_request: Vec::new(),
        }
    }

    fn clear(&mut self) {
        self.names.clear();
        self.credential.clear();
        self.payload_hash.clear();
        self.parameters.clear();
        self.query.clear();
        self.signed_headers.clear();
        self.signature.clear();
        self.region_set.clear();
        self.canonical_request.clear();
        self.string_to_sign.clear();
        self.appended.clear();
        self.target.clear();
    }
}

fn put_target(path: &[u8], query: &[u8], out: &mut Vec<u8>) {
    out.put(path);
    if !query.is_empty() {
        out.put(b"?").put(query);
    }
}
