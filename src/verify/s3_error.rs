//! What S3 names otherwise than API Gateway.
//!
//! Source: "List of error codes", Amazon S3 API reference.

use super::rejection::RejectionKind;

/// How S3 answers a request that is rejected.
#[derive(Debug, Clone, Copy)]
pub(crate) struct S3Error {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    /// In place of API Gateway's.
    pub(crate) message: Option<&'static str>,
    /// Whether the region that was expected stands beside it: clients that signed for another one try again with this one.
    pub(crate) has_region: bool,
}

impl RejectionKind {
    /// `None` for what has S3's own name from the start, such as `BadDigest`.
    pub(crate) const fn s3_error(self) -> Option<S3Error> {
        Some(match self {
            Self::SignatureMissing => row(403, "AccessDenied", Some("Access Denied")),
            Self::SignatureMalformed | Self::ScopeMismatch => {
                S3Error { has_region: true, ..row(400, "AuthorizationHeaderMalformed", None) }
            }
            Self::SignatureMismatch => row(403, "SignatureDoesNotMatch", None),
            Self::SignatureExpired => row(403, "RequestTimeTooSkewed", Some(SKEWED)),
            Self::RequestExpired | Self::AccessDenied => row(403, "AccessDenied", None),
            Self::AccessKeyUnknown => row(403, "InvalidAccessKeyId", Some(UNKNOWN)),
            Self::CredentialsExpired => row(400, "ExpiredToken", Some("The provided token has expired.")),
            Self::BodyTooLong => row(400, "EntityTooLarge", Some(TOO_LONG)),
            _ => return None,
        })
    }
}

const fn row(status: u16, code: &'static str, message: Option<&'static str>) -> S3Error {
    S3Error { status, code, message, has_region: false }
}

const SKEWED: &str = "The difference between the request time and the server's time is too large.";
const UNKNOWN: &str = "The AWS access key ID that you provided does not exist in our records.";
const TOO_LONG: &str = "Your proposed upload exceeds the maximum allowed object size.";
