//! Verifies requests on a server: who signed them, and whether the signature covers them.
//!
//! A request flows one way: [`IncomingRequest`] → [`Verifier::begin`] (parses the signature and makes every check that needs
//! no secret) → [`Unverified`] (the access key id, and the data to verify) → [`Unverified::verify`]. In between, the caller
//! looks up the key. This module never waits or reads, and takes the time as an argument.
//!
//! Sources: "Create a signed AWS API request", IAM user guide; "Authenticating Requests", Amazon S3 API reference.
//! Messages are those of API Gateway and S3.

mod authorization;
mod authorization_header;
#[cfg(any(feature = "checksum", feature = "policy", feature = "module-verify"))]
mod base64;
mod body_hash;
mod checks;
mod chunks;
mod dates;
#[cfg(any(feature = "checksum", feature = "module-verify"))]
mod digest_lines;
#[cfg(feature = "checksum")]
mod digests;
#[cfg(any(feature = "fuzzing", all(target_arch = "wasm32", feature = "mismatch")))]
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))] // natively, for fuzz/
mod examination;
mod incoming_request;
mod known_credentials;
mod latin1;
#[cfg(any(feature = "policy", feature = "module-verify"))]
mod post_policy;
mod presigned_url;
mod rejection;
#[cfg(any(feature = "http", feature = "tables"))]
mod s3_error;
mod signature_mismatch;
mod unverified;
mod verified;
mod verifier;
mod words;

pub use authorization::{Algorithm, Authorization};
pub use body_hash::BodyHash;
pub use checks::Payload as IncomingPayload;
pub use chunks::{DecodedBody, SignatureChain};
#[cfg(feature = "checksum")]
pub use digests::BodyDigests;
#[cfg(any(feature = "fuzzing", all(target_arch = "wasm32", feature = "mismatch")))]
pub(crate) use examination::Examination;
pub use incoming_request::IncomingRequest;
#[cfg(all(target_arch = "wasm32", any(feature = "module-verify", feature = "module-mismatch")))]
pub(crate) use incoming_request::TargetForm;
pub use known_credentials::{KnownCredentials, SessionToken, VerifyingKey};
#[cfg(all(target_arch = "wasm32", feature = "module-verify"))]
pub(crate) use known_credentials::{is_equal, is_token};
#[cfg(any(feature = "policy", feature = "module-verify"))]
pub use post_policy::{PostForm, UnverifiedPost};
#[cfg(feature = "tables")]
pub(crate) use rejection::{ACCESS_KEY_UNKNOWN, BODY_MISMATCH, BODY_TOO_LONG};
pub use rejection::{Rejection, RejectionDetails, RejectionKind};
#[cfg(feature = "http")]
pub(crate) use s3_error::S3Error;
pub use unverified::Unverified;
pub use verified::Verified;
#[cfg(feature = "tables")]
pub(crate) use verifier::MAX_SKEW_SECONDS;
pub use verifier::Verifier;
