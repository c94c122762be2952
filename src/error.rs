use core::fmt;

/// Why a request could not be signed. Codes are stable; messages may be reworded.
///
/// No variant carries a value of the request or the credentials, so that no secret can reach a log through an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Error {
    /// The access key id is empty, or holds a control character or white space around it.
    AccessKeyIdInvalid,
    /// The secret access key is empty, or holds a control character or white space around it.
    SecretAccessKeyInvalid,
    /// The session token holds a control character or white space around it.
    SessionTokenInvalid,
    /// The secret access key is needed to derive a signing key that is not cached (any longer).
    SigningKeyMissing,
    /// No region was given and the host tells none.
    RegionRequired,
    /// No service was given and the host tells none.
    ServiceRequired,
    /// The region holds a character that a credential scope cannot.
    RegionInvalid,
    /// The service holds a character that a credential scope cannot.
    ServiceInvalid,
    /// The method is no RFC 9110 token.
    MethodInvalid,
    /// The host is empty or holds white space or a control character.
    HostInvalid,
    /// The name of the header at this index is no RFC 9110 token.
    HeaderNameInvalid(usize),
    /// The value of the header at this index holds CR, LF or NUL.
    HeaderValueInvalid(usize),
    /// The date is before 1970 or after 9999.
    DateInvalid,
    /// The lifetime of a presigned URL is not within 1..=604800 seconds.
    ExpiresInvalid,
    /// The given payload hash is neither 64 hex digits nor one of the keywords of SigV4.
    PayloadHashInvalid,
    /// A record that crossed into wasm was not what its lengths say: some text held a NUL.
    RecordInvalid,
}

impl Error {
    /// The stable code, the same as in the npm package.
    pub const fn code(self) -> &'static str {
        self.describe().0
    }

    /// What is wrong and what to do, in one sentence or two.
    pub const fn message(self) -> &'static str {
        self.describe().1
    }

    /// Which error this is, as a number for the way into JavaScript, where js/errors.js has the texts.
    #[cfg(target_arch = "wasm32")]
    pub(crate) const fn number(self) -> u32 {
        match self {
            Self::AccessKeyIdInvalid => 0,
            Self::SecretAccessKeyInvalid => 1,
            Self::SessionTokenInvalid => 2,
            Self::SigningKeyMissing => 3,
            Self::RegionRequired => 4,
            Self::ServiceRequired => 5,
            Self::RegionInvalid => 6,
            Self::ServiceInvalid => 7,
            Self::MethodInvalid => 8,
            Self::HostInvalid => 9,
            Self::HeaderNameInvalid(_) => 10,
            Self::HeaderValueInvalid(_) => 11,
            Self::DateInvalid => 12,
            Self::ExpiresInvalid => 13,
            Self::PayloadHashInvalid => 14,
            Self::RecordInvalid => 15,
        }
    }

    /// Where the error lies in the header list, for the errors that concern one header.
    pub const fn header_index(self) -> Option<usize> {
        match self {
            Self::HeaderNameInvalid(index) | Self::HeaderValueInvalid(index) => Some(index),
            _ => None,
        }
    }

    /// The one table of codes and messages.
    const fn describe(self) -> (&'static str, &'static str) {
        match self {
            Self::AccessKeyIdInvalid => (
                "ERR_SIGV4_CREDENTIALS_INVALID",
                "accessKeyId is empty, or has white space around it or a control character in it. Pass the key id as AWS issued it.",
            ),
            Self::SecretAccessKeyInvalid => (
                "ERR_SIGV4_CREDENTIALS_INVALID",
                "secretAccessKey is empty, or has white space around it or a control character in it. Pass the secret as AWS issued it; a trailing newline often comes from reading it out of a file.",
            ),
            Self::SessionTokenInvalid => (
                "ERR_SIGV4_CREDENTIALS_INVALID",
                "sessionToken has white space around it or a control character in it. Pass the token as AWS issued it, or leave it out for long-term credentials.",
            ),
            Self::SigningKeyMissing => (
                "ERR_SIGV4_CREDENTIALS_INVALID",
                "the signing key is not cached, and no secretAccessKey was given to derive it.",
            ),
            Self::RegionRequired => (
                "ERR_SIGV4_REGION_REQUIRED",
                "the host does not tell the region. Pass the region option, for example region: 'eu-west-1'.",
            ),
            Self::ServiceRequired => (
                "ERR_SIGV4_SERVICE_REQUIRED",
                "the host does not tell the service. Pass the service option, for example service: 'execute-api' for an API Gateway behind a custom domain.",
            ),
            Self::RegionInvalid => (
                "ERR_SIGV4_REGION_REQUIRED",
                "the region holds a slash, white space or a control character. Pass a region such as 'eu-west-1'.",
            ),
            Self::ServiceInvalid => (
                "ERR_SIGV4_SERVICE_REQUIRED",
                "the service holds a slash, white space or a control character. Pass a signing name such as 'execute-api'.",
            ),
            Self::MethodInvalid => (
                "ERR_SIGV4_METHOD_INVALID",
                "the method is not an HTTP method (an RFC 9110 token). Pass one such as 'GET' or 'POST'.",
            ),
            Self::HostInvalid => (
                "ERR_SIGV4_URL_INVALID",
                "the host is empty, or has white space or a control character in it. Pass an absolute URL.",
            ),
            Self::HeaderNameInvalid(_) => (
                "ERR_SIGV4_HEADER_INVALID",
                "a header name is not an RFC 9110 token. Use letters, digits and hyphens.",
            ),
            Self::HeaderValueInvalid(_) => (
                "ERR_SIGV4_HEADER_INVALID",
                "a header value holds CR, LF or NUL, which no HTTP request can carry. Remove them.",
            ),
            Self::DateInvalid => (
                "ERR_SIGV4_DATE_INVALID",
                "the signing date is not a valid time between the years 1970 and 9999.",
            ),
            Self::ExpiresInvalid => (
                "ERR_SIGV4_EXPIRES_INVALID",
                "expiresIn must be a whole number of seconds from 1 to 604800 (seven days).",
            ),
            Self::PayloadHashInvalid => (
                "ERR_SIGV4_BODY_UNSUPPORTED",
                "the given payload hash is neither a SHA-256 in 64 hex digits nor UNSIGNED-PAYLOAD or a STREAMING- keyword.",
            ),
            Self::RecordInvalid => (
                "ERR_SIGV4_HEADER_INVALID",
                "a part of the request holds a NUL character, which no HTTP request can carry. Remove it.",
            ),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl core::error::Error for Error {}
