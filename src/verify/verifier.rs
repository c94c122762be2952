//! The verifier: what a server accepts.

use alloc::format;
use alloc::string::String;

use super::authorization::Authorization;
use super::checks::{check_coverage, check_host, check_scope, check_time, stated_payload};
use super::incoming_request::IncomingRequest;
use super::rejection::Rejection;
use super::unverified::Unverified;
use crate::PathEncoding;

/// How old a signature in headers may be, and how far from the future any.
pub(crate) const MAX_SKEW_SECONDS: u32 = 300;

/// What a server accepts.
#[derive(Debug, Clone)]
pub struct Verifier {
    pub(crate) region: Option<String>,
    pub(crate) service: Option<String>,
    pub(crate) max_skew_seconds: f64,
    /// As messages have it.
    pub(crate) max_skew_minutes: String,
    pub(crate) body_required: Option<bool>,
    pub(crate) path_encoding: Option<PathEncoding>,
    pub(crate) decodes_chunks: bool,
    pub(crate) explain: bool,
}

impl Verifier {
    /// For requests that are signed for this region and this service, such as `eu-west-1` and `execute-api`.
    ///
    /// ```
    /// use sigv4_wasm::verify::{BodyHash, IncomingRequest, KnownCredentials, Verifier, VerifyingKey};
    ///
    /// let verifier = Verifier::new("us-east-1", "iam");
    /// // The example of the IAM user guide.
    /// let headers: [(&[u8], &[u8]); 4] = [
    ///     (b"host", b"iam.amazonaws.com"),
    ///     (b"content-type", b"application/x-www-form-urlencoded; charset=utf-8"),
    ///     (b"x-amz-date", b"20150830T123600Z"),
    ///     (
    ///         b"authorization",
    ///         b"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
    ///           SignedHeaders=content-type;host;x-amz-date, \
    ///           Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
    ///     ),
    /// ];
    /// let request = IncomingRequest::new(b"GET", b"/?Action=ListUsers&Version=2010-05-08", headers)?;
    /// let unverified = verifier.begin(request, 1_440_938_160_000)?;
    /// assert_eq!(unverified.access_key_id(), "AKIDEXAMPLE");
    /// let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"; // looked up by that id
    /// let key = VerifyingKey::from_secret(secret, &unverified)?;
    /// let known = KnownCredentials::new(key);
    /// let verified = unverified.verify(&known, Some(&BodyHash::of(b"")))?;
    /// assert_eq!(verified.signed_headers().collect::<Vec<_>>(), ["content-type", "host", "x-amz-date"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(region: impl Into<String>, service: impl Into<String>) -> Self {
        Self { region: Some(region.into()), service: Some(service.into()), ..Self::any() }
    }

    /// For any region and service: then the client chooses whose rules apply, such as those of S3, which takes unsigned bodies.
    pub fn any() -> Self {
        Self {
            region: None,
            service: None,
            max_skew_seconds: MAX_SKEW_SECONDS.into(),
            max_skew_minutes: "5".into(),
            body_required: None,
            path_encoding: None,
            decodes_chunks: false,
            explain: false,
        }
    }

    /// The region that requests must be signed for; `None` for any.
    pub fn region(self, region: Option<String>) -> Self {
        Self { region, ..self }
    }

    /// The service that requests must be signed for; `None` for any.
    pub fn service(self, service: Option<String>) -> Self {
        Self { service, ..self }
    }

    /// How old a signature in headers may be, and how far from the future any. Default: five minutes.
    pub fn max_skew(self, max_skew: core::time::Duration) -> Self {
        let seconds = max_skew.as_secs_f64();
        Self { max_skew_seconds: seconds, max_skew_minutes: format!("{}", seconds / 60.0), ..self }
    }

    /// Whether the signature must cover the body. `false` also takes `UNSIGNED-PAYLOAD`, and bodies in signed chunks. Default: S3
    /// and VPC Lattice may leave the body unsigned, as with AWS.
    pub fn body_required(self, body_required: bool) -> Self {
        Self { body_required: Some(body_required), ..self }
    }

    /// How paths are encoded. Default: as the service has it.
    pub fn path_encoding(self, path_encoding: PathEncoding) -> Self {
        Self { path_encoding: Some(path_encoding), ..self }
    }

    /// Takes uploads to S3 in chunks (`aws-chunked`), for a caller that passes each body to
    /// [`Verified::decode_body`](super::Verified::decode_body): that verifies the chunks. Default: they are rejected.
    pub fn decodes_chunks(self, decodes_chunks: bool) -> Self {
        Self { decodes_chunks, ..self }
    }

    /// Adds to the message of a mismatch what should have been signed, without the session token. It helps attackers as well, too.
    pub fn explain(self, explain: bool) -> Self {
        Self { explain, ..self }
    }

    /// Parses the signature of a request, and makes every check that needs no key. `now` is in milliseconds since 1970.
    pub fn begin<'r>(&self, request: IncomingRequest<'r>, now: i64) -> Result<Unverified<'r, '_>, Rejection> {
        request.check_fragment()?;
        let authorization = Authorization::parse(&request)?;
        check_scope(&authorization, self)?;
        check_time(&authorization, now, self)?;
        check_host(&request)?;
        check_coverage(&authorization, &request)?;
        let (payload, declared) = stated_payload(&authorization, &request, self)?;
        Ok(Unverified { verifier: self, request, authorization, payload, declared, now })
    }
}
