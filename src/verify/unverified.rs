//! A request that says who signed it, and whether that is true.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::authorization::{Algorithm, Authorization};
use super::body_hash::BodyHash;
use super::checks::Payload;
#[cfg(all(target_arch = "wasm32", feature = "module-verify"))]
use super::checks::is_decodable;
#[cfg(all(target_arch = "wasm32", feature = "module-verify"))]
use super::chunks::{DecodedBody, SignatureChain, decode_declared};
#[cfg(any(feature = "checksum", feature = "module-verify"))]
use super::digest_lines::digest_lines;
use super::incoming_request::IncomingRequest;
use super::known_credentials::{KnownCredentials, SessionToken, check_token, unknown};
#[cfg(all(target_arch = "wasm32", feature = "module-verify"))]
use super::known_credentials::{VerifyingKey, is_equal};
use super::presigned_url::SIGNATURE_PARAMETER;
use super::rejection::Rejection;
use super::verified::Verified;
use super::verifier::Verifier;
use super::words::SecretBytes;
use crate::SessionTokenMode;
#[cfg(all(target_arch = "wasm32", feature = "module-verify"))]
use crate::SigningKey;
use crate::canonical::request::{CanonicalRequest, Query};
use crate::canonical::{Entry, add, sort};
use crate::sha256::sha256_hex;

/// Who a request says it is from. Nothing of it is known to be true.
pub struct Unverified<'r, 'v> {
    pub(super) verifier: &'v Verifier,
    pub(super) request: IncomingRequest<'r>,
    pub(super) authorization: Authorization,
    pub(super) payload: Payload,
    pub(super) declared: Option<String>,
    pub(super) now: i64,
}

impl Unverified<'_, '_> {
    /// The signature of the request.
    pub fn authorization(&self) -> &Authorization {
        &self.authorization
    }

    /// Whose key is wanted.
    pub fn access_key_id(&self) -> &str {
        self.authorization.access_key_id()
    }

    /// The session token that the request carries. It is compared by [`Unverified::verify`], or judged by the caller.
    pub fn session_token(&self) -> Option<&str> {
        self.authorization.session_token()
    }

    /// SigV4 or SigV4a.
    pub fn algorithm(&self) -> Algorithm {
        self.authorization.algorithm
    }

    /// `YYYYMMDD`, as in the credential scope.
    pub fn date(&self) -> &str {
        self.authorization.date()
    }

    /// Such as `eu-west-1`; of SigV4a, the region set.
    pub fn region(&self) -> &str {
        self.authorization.regions()
    }

    /// Such as `execute-api`.
    pub fn service(&self) -> &str {
        self.authorization.service()
    }

    /// Whether the signature covers the body.
    pub fn payload(&self) -> Payload {
        self.payload
    }

    /// Whether the body is needed to verify the signature. Where it is not, read it only after that, and compare its hash with
    /// [`Verified::declared_body_hash`].
    pub fn needs_body(&self) -> bool {
        self.declared.is_none()
    }

    /// Of a presigned request: for how many seconds it is valid.
    pub fn expires_in(&self) -> Option<u32> {
        self.authorization.expires
    }

    /// When it was signed, in milliseconds since 1970.
    pub fn signed_at(&self) -> i64 {
        self.authorization.signed_at
    }

    /// What is signed instead of the body, where the request says so: a hash in hex, or a keyword.
    pub fn declared_payload(&self) -> Option<&str> {
        self.declared.as_deref()
    }

    /// Whether this is the signature of the request, in constant time.
    #[cfg(all(target_arch = "wasm32", feature = "module-verify"))]
    pub(crate) fn has_signature(&self, signature: &[u8; 64]) -> bool {
        is_equal(signature, self.signature().as_bytes())
    }

    pub(crate) fn signature(&self) -> &str {
        self.authorization.signature()
    }

    /// Lower-case names, sorted, joined with semicolons.
    pub fn signed_headers(&self) -> &str {
        self.authorization.signed_headers()
    }

    /// The credential scope: `20260203/eu-west-1/execute-api/aws4_request`.
    pub fn scope(&self) -> &str {
        self.authorization.scope()
    }

    /// Whether the credentials are those of the request: before its body is read, where the signature needs it.
    /// [`Unverified::verify`] does so in any case.
    pub fn check_token(&self, token: SessionToken<'_>, expires_at: Option<i64>) -> Result<(), Rejection> {
        check_token(&self.authorization, self.now, token, expires_at)
    }

    /// For an access key id that nobody knows.
    pub fn unknown(&self) -> Rejection {
        unknown(&self.authorization)
    }

    /// Whether the signature is that of this request and this key. `body` is the hash of the body; without one, there is no
    /// body, or the request has declared its hash.
    pub fn verify(
        self,
        known: &KnownCredentials<'_>,
        body: Option<&BodyHash>,
    ) -> Result<Verified, Rejection> {
        self.check_token(known.session_token, known.expires_at)?;
        let canonical_request = self.canonical_request(body);
        let string_to_sign = canonical_request.as_ref().map(|text| self.string_to_sign(&text.0));
        let is_signed = string_to_sign
            .as_deref()
            .is_some_and(|text| known.key.verifies(self.algorithm(), text, self.signature()));
        match string_to_sign {
            Some(string_to_sign) if is_signed => self.verified(string_to_sign, body),
            text => Err(self.mismatch(canonical_request.as_ref().map(|text| &text.0[..]), text.as_deref())),
        }
    }

    /// After the signature: the body must be the one whose hash was declared.
    fn verified(self, string_to_sign: String, body: Option<&BodyHash>) -> Result<Verified, Rejection> {
        let verified = Verified {
            access_key_id: self.access_key_id().into(),
            string_to_sign,
            signed_headers: self.signed_headers().into(),
            payload: self.payload,
            algorithm: self.algorithm(),
            amz_date: self.authorization.amz_date().into(),
            scope: self.scope().into(),
            signature: self.signature().into(),
            decoded_length: self.request.header_text(b"x-amz-decoded-content-length").map(Cow::into_owned),
            #[cfg(feature = "checksum")]
            digests: self.digest_lines(),
            declared: self.declared,
        };
        match body {
            Some(body) => verified.check_body(body).map(|()| verified),
            None => Ok(verified),
        }
    }

    #[cfg(any(feature = "checksum", feature = "module-verify"))]
    pub(crate) fn digest_lines(&self) -> String {
        digest_lines(&self.authorization, &self.request)
    }

    /// Takes apart the body in chunks of a request whose signature was verified with this key. Without one, the texts of which
    /// another module has to verify the signatures come with it.
    #[cfg(all(target_arch = "wasm32", feature = "module-verify"))]
    pub(crate) fn decode_body(
        &self,
        key: Option<SigningKey>,
        body: &[u8],
    ) -> Result<(DecodedBody, Vec<[String; 2]>), Rejection> {
        let mut chain = SignatureChain {
            algorithm: self.algorithm(),
            amz_date: self.authorization.amz_date().into(),
            scope: self.scope().into(),
            key: key.map(VerifyingKey::from_key),
            last: self.signature().into(),
            unverified: Vec::new(),
        };
        let length = self.request.header_text(b"x-amz-decoded-content-length");
        let keyword = self.declared_payload().unwrap_or_default();
        let decoded = decode_declared(keyword, length.as_deref(), &mut chain, body)?;
        Ok((decoded, chain.unverified))
    }

    /// Whether the body is in chunks that are decoded.
    #[cfg(all(target_arch = "wasm32", feature = "module-verify"))]
    pub(crate) fn is_decoded(&self) -> bool {
        self.verifier.decodes_chunks && self.declared.as_deref().is_some_and(is_decodable)
    }

    /// `None` where a header that is signed did not arrive: AWS signs no such.
    pub(crate) fn canonical_request(&self, body: Option<&BodyHash>) -> Option<SecretBytes> {
        let Authorization { rules, is_presigned, .. } = &self.authorization;
        let signed_headers = self.signed_headers();
        let request = &self.request;
        let mut signed: Vec<Entry<'_>> = Vec::with_capacity(request.headers().len());
        for name in signed_headers.as_bytes().split(|byte| *byte == b';') {
            match (request.headers_named(name), request.host_from_elsewhere()) {
                ([], Some(host)) if name == b"host" => add(&mut signed, name, 0, host),
                ([], _) => return None,
                (headers, _) => signed.extend_from_slice(headers),
            }
        }
        let leaves_out = |name: &[u8]| {
            *is_presigned
                && (name == SIGNATURE_PARAMETER.as_bytes()
                    || rules.session_token_mode == SessionTokenMode::Appended
                        && name == rules.session_token_parameter.as_bytes())
        };
        let mut parameters = Vec::new();
        for (name, value) in request.parameters().filter(|(name, _)| !leaves_out(name)) {
            add(&mut parameters, name, 0, value);
        }
        sort(&mut parameters);

        let path_form = match self.verifier.path_encoding {
            None => (rules.path_encoding, rules.path_normalization),
            Some(encoding) => (encoding, encoding.normalization()),
        };
        let empty = BodyHash::of(b"");
        let request = CanonicalRequest {
            method: request.method,
            path: request.path,
            path_form,
            query: Query::Sorted(&parameters),
            headers: &signed,
            signed_headers: signed_headers.as_bytes(),
            payload: match &self.declared {
                Some(declared) => declared.as_bytes(),
                None => &body.unwrap_or(&empty).0,
            },
        };
        // Room for most of it: it may hold a token, of which each move would have to be wiped.
        let mut secret = SecretBytes(Vec::with_capacity(1024));
        request.write(&mut secret.0);
        Some(secret)
    }

    pub(crate) fn string_to_sign(&self, canonical_request: &[u8]) -> String {
        self.string_to_sign_start() + str::from_utf8(&sha256_hex(canonical_request)).unwrap_or_default()
    }

    /// What stands before the hash of the canonical request.
    pub(crate) fn string_to_sign_start(&self) -> String {
        let mut text = String::with_capacity(192);
        for part in [self.algorithm().name(), "\n", self.authorization.amz_date(), "\n", self.scope(), "\n"] {
            text += part;
        }
        text
    }
}
