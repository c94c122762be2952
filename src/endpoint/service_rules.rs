//! The signing rules of services, in one table.

use crate::SessionTokenMode;
use crate::canonical::path::{PathEncoding, PathNormalization};

/// How requests to a service must be signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct ServiceRules {
    /// How the path is encoded.
    pub(crate) path_encoding: PathEncoding,
    /// Whether dot segments are removed.
    pub(crate) path_normalization: PathNormalization,
    /// Whether `x-amz-content-sha256` is sent.
    pub(crate) content_sha256_header: bool,
    /// Whether the body of a header-signed request is left out of the signature.
    pub(crate) unsigned_payload: bool,
    /// The same for a presigned request.
    pub(crate) unsigned_presigned_payload: bool,
    /// Whether the session token is signed.
    pub(crate) session_token_mode: SessionTokenMode,
    /// The header that carries the session token.
    pub(crate) session_token_header: &'static str,
    /// The query parameter that carries the session token in a presigned URL.
    pub(crate) session_token_parameter: &'static str,
}

impl ServiceRules {
    /// Whether these are the rules of S3 and similar services, which sign paths unchanged.
    #[cfg(feature = "verify")]
    pub(crate) fn is_of_s3(&self) -> bool {
        self.path_encoding == PathEncoding::Single
    }
}

pub(crate) const DEFAULT: ServiceRules = ServiceRules {
    path_encoding: PathEncoding::Double,
    path_normalization: PathNormalization::Enabled,
    content_sha256_header: false,
    unsigned_payload: false,
    unsigned_presigned_payload: false,
    session_token_mode: SessionTokenMode::Signed,
    session_token_header: "x-amz-security-token",
    session_token_parameter: "X-Amz-Security-Token",
};

const S3: ServiceRules = ServiceRules {
    path_encoding: PathEncoding::Single,
    path_normalization: PathNormalization::Disabled,
    content_sha256_header: true,
    unsigned_presigned_payload: true,
    ..DEFAULT
};

/// Services whose rules differ from the default, by signing name.
pub(crate) const SERVICE_RULES: &[(&str, ServiceRules)] = &[
    ("s3", S3),
    (
        "s3express",
        ServiceRules {
            session_token_header: "x-amz-s3session-token",
            session_token_parameter: "X-Amz-S3session-Token",
            ..S3
        },
    ),
    ("s3-object-lambda", S3),
    ("s3-outposts", S3),
    ("aoss", ServiceRules { content_sha256_header: true, ..DEFAULT }),
    (
        "vpc-lattice-svcs",
        ServiceRules {
            content_sha256_header: true,
            unsigned_payload: true,
            unsigned_presigned_payload: true,
            ..DEFAULT
        },
    ),
    ("iotdevicegateway", ServiceRules { session_token_mode: SessionTokenMode::Appended, ..DEFAULT }),
];

/// The rules of a service, by signing name.
#[cfg(any(test, feature = "verify"))]
pub(crate) fn rules(service: &[u8]) -> &'static ServiceRules {
    SERVICE_RULES.iter().find(|(name, _)| name.as_bytes() == service).map_or(&DEFAULT, |(_, rules)| rules)
}
