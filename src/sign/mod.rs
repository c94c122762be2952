//! From a canonical request to a signature: in headers, or in the query of a presigned URL.

use alloc::string::String;
use alloc::vec::Vec;
use core::mem::{swap, take};

use crate::canonical::headers::ALWAYS_SIGNED;
use crate::canonical::{add, path};
use crate::endpoint::LastHost;
use crate::request::Input;
use crate::sha256::sha256_hex;
use crate::text::{Put, wipe};
use crate::{
    Credentials, Error, PathEncoding, PathNormalization, Payload, Request, Scope, Settings, SigV4,
    SignedHeaders, Timestamp,
};

use scheme::private::Scheme;

pub(crate) mod key;
mod prepare;
pub(crate) mod scheme;
#[cfg(feature = "sigv4a")]
pub(crate) mod sigv4a;

/// Signs requests, and keeps the keys and the memory that make the next signature cheap.
pub struct Signer<S: Scheme = SigV4> {
    keys: key::KeyCache<S>,
    texts: Texts,
    /// The last request, for [`Signer::complete`] and [`Signer::sign_path`].
    last: Option<Prepared>,
    last_host: LastHost,
    pub(crate) entropy: S::Entropy,
}

/// Texts of the last signature; the next one reuses their memory.
pub(crate) struct Texts {
    /// Lower-case names of the headers, one after the other, for entries to borrow from.
    names: Vec<u8>,
    credential: Vec<u8>,
    pub(crate) payload_hash: Vec<u8>,
    parameters: Vec<u8>,
    query: Vec<u8>,
    signed_headers: Vec<u8>,
    pub(crate) signature: Vec<u8>,
    pub(crate) region_set: Vec<u8>,
    pub(crate) canonical_request: Vec<u8>,
    /// The canonical request of the next path.
    next_request: Vec<u8>,
    pub(crate) string_to_sign: Vec<u8>,
    /// What a presigned query ends with, after the signature.
    appended: Vec<u8>,
    /// What to send in place of the path and the query that were given; see [`Signed::target`].
    pub(crate) target: Vec<u8>,
    /// The [`Signed::parts`] in one.
    result: Vec<u8>,
}

/// What is known of a signature before the canonical request is hashed.
#[derive(Clone, Copy)]
pub(crate) struct Prepared {
    algorithm: &'static [u8],
    timestamp: Timestamp,
    /// See `KeyCache::find`.
    key: usize,
    is_presigned: bool,
    content_sha256_header: bool,
    session_token_header: &'static str,
    path_form: (PathEncoding, PathNormalization),
    #[cfg(all(target_arch = "wasm32", feature = "engine"))]
    has_token: bool,
    /// Where the path is in the canonical request.
    path: (usize, usize),
    /// Where the hash of the canonical request comes in the string to sign.
    hash: usize,
}

/// A signature and everything that went into it, borrowed from the signer.
pub struct Signed<'s> {
    pub(crate) texts: &'s Texts,
    prepared: Prepared,
}

impl Signed<'_> {
    /// The value of the `authorization` header; for a header signature.
    pub fn authorization(&self) -> &str {
        text(&self.texts.result)
    }

    /// The whole query to send, without the `?`; for a presigned request.
    pub fn query(&self) -> &str {
        text(&self.texts.result)
    }

    /// The path and the query to send, joined with `?`, where they are not to be sent as they were given; of a presigned
    /// request the path alone, as its query is [`Signed::query`].
    ///
    /// S3 and the servers that resemble it read some spellings in different ways: Amazon S3 takes a raw `+` in a path for a
    /// space, others for a plus; some sign escapes and repeated parameters as they arrive. All agree on the canonical one.
    pub fn target(&self) -> Option<&str> {
        Some(text(&self.texts.target)).filter(|target| !target.is_empty())
    }

    /// The value of `x-amz-date`.
    pub fn amz_date(&self) -> &str {
        self.prepared.timestamp.date_time()
    }

    #[cfg(all(target_arch = "wasm32", feature = "engine"))]
    pub(crate) fn amz_date_bytes(&self) -> &[u8] {
        self.prepared.timestamp.as_bytes()
    }

    /// The value of `x-amz-content-sha256`, where that header is to be sent.
    pub fn content_sha256(&self) -> Option<&str> {
        self.prepared.content_sha256_header.then(|| text(&self.texts.payload_hash))
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

    #[cfg(all(target_arch = "wasm32", feature = "engine"))]
    pub(crate) fn has_content_sha256(&self) -> bool {
        self.prepared.content_sha256_header
    }

    /// The value of `x-amz-region-set`, where SigV4a sends that header.
    pub fn region_set(&self) -> Option<&str> {
        Some(text(&self.texts.region_set)).filter(|regions| !regions.is_empty())
    }

    /// The header that carries the session token, where there is one.
    pub fn session_token_header(&self) -> &'static str {
        self.prepared.session_token_header
    }

    /// Holds the session token of temporary credentials.
    pub fn canonical_request(&self) -> &str {
        text(&self.texts.canonical_request)
    }

    /// What the signing key signed.
    pub fn string_to_sign(&self) -> &str {
        text(&self.texts.string_to_sign)
    }

    /// Names joined with a semicolon.
    pub fn signed_headers(&self) -> &str {
        text(&self.texts.signed_headers)
    }

    /// In hex: 64 digits, or those of a DER-encoded ECDSA signature.
    pub fn signature(&self) -> &str {
        text(&self.texts.signature)
    }

    /// `date/region/service/aws4_request`; SigV4a leaves the region out.
    pub fn credential_scope(&self) -> &str {
        self.string_to_sign().split('\n').nth(2).unwrap_or_default()
    }
}

impl Signer {
    /// For SigV4, with an empty key cache.
    pub fn new() -> Self {
        Self::default()
    }
}

impl<S: Scheme> Default for Signer<S> {
    fn default() -> Self {
        Self::empty()
    }
}

impl<S: Scheme> Signer<S> {
    pub(crate) const fn empty() -> Self {
        Self {
            keys: key::KeyCache::new(),
            texts: Texts::new(),
            last: None,
            last_host: LastHost::new(),
            entropy: S::SYSTEM_ENTROPY,
        }
    }

    /// Signs with the `authorization` header.
    pub fn sign_header(
        &mut self,
        request: &Request<'_>,
        credentials: &Credentials,
        timestamp: Timestamp,
        settings: &Settings<'_>,
    ) -> Result<Signed<'_>, Error> {
        self.sign_request(request, credentials, timestamp, settings, None)
    }

    /// Signs with query parameters; `expires_in` is in seconds, from 1 to 604800.
    pub fn presign(
        &mut self,
        request: &Request<'_>,
        credentials: &Credentials,
        timestamp: Timestamp,
        settings: &Settings<'_>,
        expires_in: u32,
    ) -> Result<Signed<'_>, Error> {
        self.sign_request(request, credentials, timestamp, settings, Some(expires_in))
    }

    fn sign_request(
        &mut self,
        request: &Request<'_>,
        credentials: &Credentials,
        timestamp: Timestamp,
        settings: &Settings<'_>,
        expires_in: Option<u32>,
    ) -> Result<Signed<'_>, Error> {
        let mut headers = Vec::new();
        for (order, (name, value)) in request.headers.iter().enumerate() {
            add(&mut headers, name.as_bytes(), order, value.as_bytes());
        }
        let signed_headers = match settings.signed_headers {
            SignedHeaders::Also(names) => names.join(";"),
            SignedHeaders::Required | SignedHeaders::All => String::new(),
        };
        if settings.unsignable_headers.iter().any(|name| ALWAYS_SIGNED.contains(name)) {
            return Err(Error::UnsignableHeaderInvalid);
        }
        let unsignable_headers = settings.unsignable_headers.join(";");
        let (body, signs_body, payload_hash) = match request.payload {
            Payload::Bytes(body) => (body, None, None),
            Payload::Signed(body) => (body, Some(true), None),
            Payload::Unsigned => (&[][..], Some(false), None),
            Payload::Literal(text) => (&[][..], None, Some(text.as_bytes())),
        };
        let input = Input {
            method: request.method.as_bytes(),
            host: request.host.as_bytes(),
            path: request.path.as_bytes(),
            query: request.query.as_bytes(),
            headers: &headers,
            body,
            payload_hash,
            is_body_hash: false,
            signs_body,
            access_key_id: credentials.access_key_id().as_bytes(),
            session_token: credentials.session_token().unwrap_or_default().as_bytes(),
            credentials_id: 0,
            secret_access_key: Some(credentials.secret_access_key().as_bytes()),
            region: settings.region.unwrap_or_default().as_bytes(),
            service: settings.service.unwrap_or_default().as_bytes(),
            web_socket: settings.web_socket,
            path_encoding: settings.path_encoding,
            path_normalization: settings.path_normalization,
            content_sha256_header: settings.content_sha256_header,
            session_token_mode: settings.session_token_mode,
            signs_all_headers: settings.signed_headers == SignedHeaders::All,
            signed_headers: signed_headers.as_bytes(),
            unsignable_headers: unsignable_headers.as_bytes(),
            header_placement: settings.header_placement,
            latin1_headers: false,
        };
        self.prepare(&input, timestamp, expires_in)?;
        self.hash_and_complete()
    }

    pub(crate) fn hash_and_complete(&mut self) -> Result<Signed<'_>, Error> {
        let hash = sha256_hex(&self.texts.canonical_request);
        let mut result = take(&mut self.texts.result);
        result.clear();
        let prepared = {
            let signed = self.complete(&hash)?;
            for part in signed.parts() {
                result.put(part);
            }
            signed.prepared
        };
        self.texts.result = result;
        Ok(Signed { texts: &self.texts, prepared })
    }

    /// Signs the last request once more, with another path: of many URLs with the same parameters, all but the path is
    /// written once. Fails where no request was signed since the last text.
    pub fn sign_path(&mut self, path: &str) -> Result<Signed<'_>, Error> {
        self.prepare_path(path.as_bytes())?;
        self.hash_and_complete()
    }

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

    fn complete_text(&mut self, hash: &[u8; 64]) -> Result<Prepared, Error> {
        let prepared = self.last.ok_or(Error::RecordInvalid)?;
        self.texts.string_to_sign.truncate(prepared.hash);
        self.texts.string_to_sign.put(hash);
        self.texts.signature.clear();
        Ok(prepared)
    }

    /// Signs any text with the key of a scope, such as the string to sign of a chunk, a trailer, an event or a POST policy.
    /// The signature is in hex.
    pub fn sign_text(
        &mut self,
        text: &[u8],
        credentials: &Credentials,
        scope: &Scope<'_>,
    ) -> Result<String, Error> {
        let secret_access_key = credentials.secret_access_key().as_bytes();
        let access_key_id = credentials.access_key_id().as_bytes();
        let signature =
            self.sign_text_for(text, 0, access_key_id, Some(secret_access_key), &scope.text()?)?;
        Ok(self::text(signature.as_ref()).into())
    }

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

    /// Wipes what the last signature has left of a session token. Then there is no last request.
    pub(crate) fn wipe(&mut self) {
        self.last = None;
        let Texts { parameters, query, canonical_request, next_request, appended, result, .. } =
            &mut self.texts;
        for text in [parameters, query, canonical_request, next_request, appended, result] {
            wipe(text);
        }
    }

    /// Forgets every signing key of a secret.
    #[cfg(all(target_arch = "wasm32", feature = "engine"))]
    pub(crate) fn forget(&mut self, secret_access_key: &[u8]) {
        self.keys.forget(secret_access_key);
        self.wipe();
    }

    /// Forgets every signing key.
    pub fn clear_keys(&mut self) {
        self.keys.clear();
        self.wipe();
    }

    /// How many signing keys were derived so far: a cached key costs none.
    pub fn derived_keys(&self) -> u64 {
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
            result: Vec::new(),
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
        self.result.clear();
    }
}

fn put_target(path: &[u8], query: &[u8], out: &mut Vec<u8>) {
    out.put(path);
    if !query.is_empty() {
        out.put(b"?").put(query);
    }
}

/// The core writes UTF-8 only: every input is a `&str`, and encoding and cutting keep to character bounds.
fn text(bytes: &[u8]) -> &str {
    core::str::from_utf8(bytes).unwrap_or_default()
}
