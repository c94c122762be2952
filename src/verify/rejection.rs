//! Why a request is rejected, in AWS's words.

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

use super::words::join;

/// The one table of rejections: documentation, name, code, HTTP status, the name of AWS's exception.
macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident => $code:literal, $status:literal, $exception:literal;)*) => {
        /// What is wrong with a request that is rejected.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum RejectionKind {
            $($(#[$doc])* $name,)*
        }

        impl RejectionKind {
            /// For the tables of JavaScript.
            #[cfg(feature = "tables")]
            pub(crate) const ALL: &'static [Self] = &[$(Self::$name,)*];

            const fn row(self) -> (&'static str, u16, &'static str) {
                match self {
                    $(Self::$name => ($code, $status, $exception),)*
                }
            }
        }
    };
}

kinds! {
    /// There is no signature.
    SignatureMissing => "ERR_SIGV4_SIGNATURE_MISSING", 403, "MissingAuthenticationTokenException";
    /// The signature of the request cannot be read, or contradicts itself.
    SignatureMalformed => "ERR_SIGV4_SIGNATURE_MALFORMED", 403, "IncompleteSignatureException";
    /// An `Authorization` header stands beside a presigned URL, of which S3 takes one.
    SeveralMechanisms => "ERR_SIGV4_SIGNATURE_MALFORMED", 400, "InvalidArgument";
    /// The signature is not that of this request and this key.
    SignatureMismatch => "ERR_SIGV4_SIGNATURE_MISMATCH", 403, "InvalidSignatureException";
    /// The signature is too old, or from the future.
    SignatureExpired => "ERR_SIGV4_SIGNATURE_EXPIRED", 403, "InvalidSignatureException";
    /// A presigned URL has expired.
    RequestExpired => "ERR_SIGV4_REQUEST_EXPIRED", 403, "AccessDeniedException";
    /// The request was signed for another region, service or day.
    ScopeMismatch => "ERR_SIGV4_SCOPE_MISMATCH", 403, "InvalidSignatureException";
    /// Nobody knows the access key id, or it has another session token.
    AccessKeyUnknown => "ERR_SIGV4_ACCESS_KEY_UNKNOWN", 403, "UnrecognizedClientException";
    /// The credentials are known and have expired.
    CredentialsExpired => "ERR_SIGV4_CREDENTIALS_EXPIRED", 403, "ExpiredTokenException";
    /// What must be signed is not.
    AccessDenied => "ERR_SIGV4_ACCESS_DENIED", 403, "AccessDeniedException";
    /// The body is not the one whose hash was signed.
    BodyMismatch => "ERR_SIGV4_BODY_MISMATCH", 400, "XAmzContentSHA256Mismatch";
    /// A body in chunks is cut off, or is not encoded as the request says.
    BodyIncomplete => "ERR_SIGV4_BODY_MISMATCH", 400, "IncompleteBody";
    /// The body is longer than the server takes.
    BodyTooLong => "ERR_SIGV4_BODY_UNSUPPORTED", 413, "RequestEntityTooLargeException";
    /// A file is larger than the policy of its form allows.
    UploadTooLarge => "ERR_SIGV4_ACCESS_DENIED", 400, "EntityTooLarge";
    /// A file is smaller than the policy of its form allows.
    UploadTooSmall => "ERR_SIGV4_ACCESS_DENIED", 400, "EntityTooSmall";
    /// A checksum in a header, or after the body, is not that of the body.
    ChecksumMismatch => "ERR_SIGV4_BODY_MISMATCH", 400, "BadDigest";
    /// `Content-MD5` holds no MD5.
    DigestInvalid => "ERR_SIGV4_BODY_MISMATCH", 400, "InvalidDigest";
    /// A header with a checksum holds none of its kind.
    ChecksumInvalid => "ERR_SIGV4_BODY_MISMATCH", 400, "InvalidRequest";
}

/// What AWS says where JavaScript says it, too.
pub(crate) const BODY_MISMATCH: &str =
    "The provided 'x-amz-content-sha256' header does not match what was computed.";
pub(crate) const ACCESS_KEY_UNKNOWN: &str = "The security token included in the request is invalid.";
#[cfg(any(feature = "tables", feature = "tower"))]
pub(crate) const BODY_TOO_LONG: &str = "Request Too Long";

impl RejectionKind {
    /// The stable code, the same as in the npm package.
    pub const fn code(self) -> &'static str {
        self.row().0
    }

    /// The HTTP status to answer with.
    pub const fn status(self) -> u16 {
        self.row().1
    }

    /// AWS's name for it, which API Gateway sends as `x-amzn-errortype`.
    pub const fn exception(self) -> &'static str {
        self.row().2
    }
}

/// Why a request is rejected: its fault, not that of the server. Holds no secret and no session token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rejection {
    kind: RejectionKind,
    message: String,
    details: Option<Box<RejectionDetails>>,
}

/// What a rejection is about, for the log of a server: AWS's message, which the client gets, does not say all of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct RejectionDetails {
    /// The region that the request was signed for; of SigV4a, the region set.
    pub region: Option<String>,
    /// The region that it should have been signed for.
    pub expected_region: Option<String>,
    /// The service that the request was signed for.
    pub service: Option<String>,
    /// The service that it should have been signed for.
    pub expected_service: Option<String>,
    /// How far the clock of the server is ahead of the signature.
    pub skew_seconds: Option<i64>,
    /// The end of the access key id, such as `…MPLE`.
    pub access_key_id: Option<String>,
}

impl Rejection {
    /// Of what no request can be.
    #[cfg(feature = "http")]
    pub(crate) fn of_request(error: crate::Error) -> Self {
        malformed(&[Say::Text(error.message())])
    }

    /// Of a body that the server does not read to its end.
    #[cfg(feature = "tower")]
    pub(crate) fn of_long_body() -> Self {
        reject(RejectionKind::BodyTooLong, &[Say::Text(BODY_TOO_LONG)])
    }

    pub(super) fn with(mut self, details: RejectionDetails) -> Self {
        self.details = Some(Box::new(details));
        self
    }

    /// What is wrong.
    pub fn kind(&self) -> RejectionKind {
        self.kind
    }

    /// The stable code, the same as in the npm package.
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }

    /// The HTTP status to answer with.
    pub fn status(&self) -> u16 {
        self.kind.status()
    }

    /// What AWS says, for the client.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// What AWS does not say, for the log of the server.
    pub fn details(&self) -> Option<&RejectionDetails> {
        self.details.as_deref()
    }
}

impl fmt::Display for Rejection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl core::error::Error for Rejection {}

/// A piece of a message.
#[derive(Clone, Copy)]
pub(super) enum Say<'t> {
    Text(&'t str),
    /// What arrived: short, and without what a log could choke on.
    Quoted(&'t str),
}

#[cold]
#[inline(never)]
pub(super) fn reject(kind: RejectionKind, message: &[Say<'_>]) -> Rejection {
    let mut text = String::new();
    for piece in message {
        match piece {
            Say::Text(piece) => text.push_str(piece),
            Say::Quoted(piece) => quote(piece, &mut text),
        }
    }
    Rejection { kind, message: text, details: None }
}

#[cold]
#[inline(never)]
pub(super) fn malformed(message: &[Say<'_>]) -> Rejection {
    reject(RejectionKind::SignatureMalformed, message)
}

#[cold]
#[inline(never)]
pub(super) fn denied(message: &[Say<'_>]) -> Rejection {
    reject(RejectionKind::AccessDenied, message)
}

/// Counts UTF-16 units, as JavaScript does.
fn quote(text: &str, out: &mut String) {
    out.push('\'');
    for (count, unit) in text.encode_utf16().enumerate() {
        if count == 100 {
            out.push('…');
            break;
        }
        out.push(match unit {
            0x20..=0x7E => char::from(unit as u8),
            ELLIPSIS => '…',
            _ => '?',
        });
    }
    out.push('\'');
}

const ELLIPSIS: u16 = '…' as u16;

/// Enough of an access key id to tell one key from another.
pub(super) fn shown_key(access_key_id: &str) -> RejectionDetails {
    let end = access_key_id.len().checked_sub(4).filter(|start| *start > 0);
    let shown = match end.and_then(|start| access_key_id.get(start..)) {
        Some(end) => join(&["…", end]),
        None => access_key_id.into(),
    };
    RejectionDetails { access_key_id: Some(shown), ..Default::default() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_what_a_log_can_hold() {
        let quote = |text: &str| malformed(&[Say::Quoted(text)]).message;
        assert_eq!(quote("a b\n\u{e9}…"), "'a b??…'");
        assert_eq!(quote(&"x".repeat(100)), ["'", &"x".repeat(100), "'"].concat());
        assert_eq!(quote(&"x".repeat(101)), ["'", &"x".repeat(100), "…'"].concat());
        // Beyond the basic plane, a character is two units.
        assert_eq!(quote("\u{1F600}"), "'??'");
    }

    #[test]
    fn shows_the_end_of_a_key_id() {
        let shown = |id| shown_key(id).access_key_id.unwrap();
        assert_eq!(shown("AKIDEXAMPLE"), "…MPLE");
        assert_eq!(shown("AKID"), "AKID");
    }
}
