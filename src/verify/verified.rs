//! A request whose signature is valid, and its body.

use alloc::string::String;
use alloc::vec::Vec;

use super::authorization::Algorithm;
use super::body_hash::BodyHash;
use super::checks::Payload;
use super::chunks::{self, DecodedBody, SignatureChain};
#[cfg(feature = "checksum")]
use super::digests::BodyDigests;
use super::known_credentials::VerifyingKey;
use super::rejection::Say::Text;
use super::rejection::{BODY_MISMATCH, Rejection, RejectionKind, reject};
use super::words::{join, split};
use crate::sha256::sha256_hex;

/// A request whose signature is valid.
#[derive(Debug, Clone)]
pub struct Verified {
    pub(super) access_key_id: String,
    pub(super) string_to_sign: String,
    pub(super) signed_headers: String,
    pub(super) payload: Payload,
    pub(super) algorithm: Algorithm,
    pub(super) amz_date: String,
    pub(super) scope: String,
    pub(super) signature: String,
    pub(super) decoded_length: Option<String>,
    pub(super) declared: Option<String>,
    #[cfg(feature = "checksum")]
    pub(super) digests: String,
}

impl Verified {
    /// Who signed.
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// Lower-case names; believe no other headers.
    pub fn signed_headers(&self) -> impl Iterator<Item = &str> {
        split(&self.signed_headers, b';')
    }

    /// Whether the signature covers the body.
    pub fn payload(&self) -> Payload {
        self.payload
    }

    /// The hash that the body must have, in hex, where the request has declared one.
    pub fn declared_body_hash(&self) -> Option<&str> {
        self.declared.as_deref().filter(|_| self.payload == Payload::Signed)
    }

    /// Whether the body is the one that was signed. Not needed where its hash was passed to
    /// [`Unverified::verify`](super::Unverified::verify).
    pub fn check_body(&self, body: &BodyHash) -> Result<(), Rejection> {
        match self.declared_body_hash() {
            Some(declared) if declared.as_bytes() != body.0 => {
                Err(reject(RejectionKind::BodyMismatch, &[Text(BODY_MISMATCH)]))
            }
            _ => Ok(()),
        }
    }

    /// The digests of the body that the signature covers, in `Content-MD5` and `x-amz-checksum-*`, which S3 checks and others do not. Pass the body to them as
    /// it arrived, in as many pieces as you like.
    #[cfg(feature = "checksum")]
    pub fn digests(&self) -> Result<BodyDigests, Rejection> {
        BodyDigests::parse(&self.digests)
    }

    /// Verifies the signatures of chunks, or of the messages of an event stream, which each sign the one before: by the key that
    /// verified the request.
    pub fn signature_chain(&self, key: &VerifyingKey) -> SignatureChain {
        SignatureChain {
            algorithm: self.algorithm,
            amz_date: self.amz_date.clone(),
            scope: self.scope.clone(),
            key: Some(key.clone()),
            last: self.signature.clone(),
            unverified: Vec::new(),
        }
    }

    /// Takes a body in the encoding `aws-chunked` apart, and verifies the signatures of its chunks and trailers, as far as the
    /// request says that they have some, and, with the feature `checksum`, the checksums in the trailers. Any other body is
    /// returned as it is.
    pub fn decode_body(&self, key: &VerifyingKey, body: &[u8]) -> Result<DecodedBody, Rejection> {
        let keyword = self.declared.as_deref().unwrap_or_default();
        if !keyword.starts_with("STREAMING-") || keyword.ends_with("-EVENTS") {
            return Ok(DecodedBody { body: body.into(), trailers: Vec::new() });
        }
        let mut chain = self.signature_chain(key);
        chunks::decode_declared(keyword, self.decoded_length.as_deref(), &mut chain, body)
    }

    /// What was signed.
    pub fn string_to_sign(&self) -> &str {
        &self.string_to_sign
    }

    /// What is the same whenever the same request is sent again, in hex: the SHA-256 of the access key id, a line feed and the
    /// string to sign. Not the signature: of SigV4a, anyone can make a second one that is valid.
    pub fn replay_id(&self) -> String {
        let hash = sha256_hex(join(&[&self.access_key_id, "\n", &self.string_to_sign]).as_bytes());
        str::from_utf8(&hash).unwrap_or_default().into()
    }
}
