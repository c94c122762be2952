//! Errors, their codes and their texts: one table.

use core::fmt;

/// The one table of errors: documentation, name, what the error carries, code, message; and the message of the crate, where
/// that of JavaScript names its options. The numbers by which errors cross into JavaScript follow from the order of the rows,
/// and `js/engine/generated/errors.js` is written from it (see `tables.rs`).
macro_rules! errors {
    ($($(#[$doc:meta])* $name:ident $(($index:ty))? => $code:literal, $message:literal $(, rust: $rust:literal)?;)*) => {
        /// Why a request could not be signed. Codes are stable; messages may be reworded.
        ///
        /// No variant carries a value of the request or the credentials, so that no secret can reach a log through an error.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum Error {
            $($(#[$doc])* $name $(($index))?,)*
        }

        /// The place of each error in the table.
        #[cfg(any(test, feature = "tables", all(target_arch = "wasm32", feature = "module")))]
        #[derive(Clone, Copy)]
        enum Number {
            $($name,)*
        }

        /// The name, the code and JavaScript's message of each error, by number.
        #[cfg(any(test, feature = "tables"))]
        pub(crate) const ROWS: &[(&str, &str, &str)] = &[$((stringify!($name), $code, $message),)*];

        /// The name and the message of each error.
        #[cfg(test)]
        const MESSAGES: &[(&str, &str)] = &[$((stringify!($name), [$($rust,)? $message][0]),)*];

        /// How many errors there are.
        #[cfg(any(test, feature = "tables", all(target_arch = "wasm32", feature = "module")))]
        const COUNT: usize = [$(Number::$name,)*].len();

        impl Error {
            #[cfg(any(test, all(target_arch = "wasm32", feature = "module")))]
            const fn number(self) -> Number {
                match self {
                    $(Self::$name { .. } => Number::$name,)*
                }
            }

            const fn describe(self) -> (&'static str, &'static str) {
                match self {
                    $(Self::$name { .. } => ($code, [$($rust,)? $message][0]),)*
                }
            }
        }
    };
}

errors! {
    /// The access key id is empty, contains a control character, or begins or ends with white space.
    AccessKeyIdInvalid => "ERR_SIGV4_CREDENTIALS_INVALID",
        "accessKeyId is empty, contains a control character, or begins or ends with white space. Pass the key id as AWS issued it.",
        rust: "the access key id is empty, contains a control character, or begins or ends with white space. Pass the key id as AWS issued it.";
    /// The secret access key is empty, contains a control character, or begins or ends with white space.
    SecretAccessKeyInvalid => "ERR_SIGV4_CREDENTIALS_INVALID",
        "secretAccessKey is empty, contains a control character, or begins or ends with white space. Pass the secret as AWS issued it; a trailing newline often comes from reading the secret from a file.",
        rust: "the secret access key is empty, contains a control character, or begins or ends with white space. Pass the secret as AWS issued it; a trailing newline often comes from reading the secret from a file.";
    /// The session token contains a control character, or begins or ends with white space.
    SessionTokenInvalid => "ERR_SIGV4_CREDENTIALS_INVALID",
        "sessionToken contains a control character, or begins or ends with white space. Pass the token as AWS issued it, or leave it out for long-term credentials.",
        rust: "the session token contains a control character, or begins or ends with white space. Pass the token as AWS issued it, or leave it out for long-term credentials.";
    /// The secret access key is needed to derive a signing key that is not cached (any longer).
    SigningKeyMissing => "ERR_SIGV4_CREDENTIALS_INVALID",
        "the signing key is not cached, and there is no secretAccessKey to derive it from. Pass the secretAccessKey.",
        rust: "the signing key is not cached, and there is no secret access key to derive it from. Pass credentials with a secret.";
    /// No region was given, and none can be inferred from the host.
    RegionRequired => "ERR_SIGV4_REGION_REQUIRED",
        "cannot infer the region from the host. Pass the region option, for example region: 'eu-west-1'.",
        rust: "cannot infer the region from the host. Name it, for example with Config::infer().region(\"eu-west-1\").";
    /// The host serves several regions, and takes only SigV4a.
    SigV4aRequired => "ERR_SIGV4_REGION_REQUIRED",
        "the host serves several regions and takes only SigV4a, which is not bound to a single region. Sign with SigV4a.",
        rust: "the host serves several regions and takes only SigV4a, which is not bound to a single region. Sign with Signer<SigV4a>.";
    /// No service was given, and none can be inferred from the host.
    ServiceRequired => "ERR_SIGV4_SERVICE_REQUIRED",
        "cannot infer the service from the host. Pass the service option, for example service: 'execute-api' for an API Gateway behind a custom domain.",
        rust: "cannot infer the service from the host. Name it, for example with Config::new(\"execute-api\", \"eu-west-1\") for an API Gateway behind a custom domain.";
    /// The region contains a character that a credential scope cannot contain.
    RegionInvalid => "ERR_SIGV4_REGION_REQUIRED",
        "the region contains a slash, white space or a control character. Pass a region such as 'eu-west-1'.",
        rust: "the region contains a slash, white space or a control character. Pass a region such as eu-west-1.";
    /// The service contains a character that a credential scope cannot contain.
    ServiceInvalid => "ERR_SIGV4_SERVICE_REQUIRED",
        "the service contains a slash, white space or a control character. Pass a signing name such as 'execute-api'.",
        rust: "the service contains a slash, white space or a control character. Pass a signing name such as execute-api.";
    /// The method is not an RFC 9110 token.
    MethodInvalid => "ERR_SIGV4_METHOD_INVALID",
        "the method is not an HTTP method (an RFC 9110 token). Pass a method such as 'GET' or 'POST'.",
        rust: "the method is not an HTTP method (an RFC 9110 token). Pass a method such as GET or POST.";
    /// The host is empty, or contains white space or a control character.
    HostInvalid => "ERR_SIGV4_URL_INVALID",
        "the host is empty, or contains white space or a control character. Pass an absolute URL.",
        rust: "the host is empty, or contains white space or a control character. Pass an absolute URI, or a Host header.";
    /// The name of the header at this index is not an RFC 9110 token.
    HeaderNameInvalid(usize) => "ERR_SIGV4_HEADER_INVALID",
        "a header name is not an RFC 9110 token. Use letters, digits and hyphens.";
    /// The value of the header at this index contains CR, LF or NUL.
    HeaderValueInvalid(usize) => "ERR_SIGV4_HEADER_INVALID",
        "a header value contains CR, LF or NUL, which no HTTP request can carry. Remove them.";
    /// The value of the header at this index contains a character beyond U+00FF.
    HeaderValueNotLatin1(usize) => "ERR_SIGV4_HEADER_INVALID",
        "a header value contains a character beyond U+00FF, which no HTTP client sends. Encode it.";
    /// The date is before 1970 or after 9999.
    DateInvalid => "ERR_SIGV4_DATE_INVALID",
        "the signing date is not a valid time between the years 1970 and 9999. Pass a valid Date.",
        rust: "the date is not a valid time between the years 1970 and 9999. In a scope, write eight digits such as 20150830; as text, write 20150830T123600Z.";
    /// The lifetime of a presigned URL is not within 1..=604800 seconds.
    ExpiresInvalid => "ERR_SIGV4_EXPIRES_INVALID",
        "expiresIn must be a whole number of seconds from 1 to 604800 (seven days).",
        rust: "the lifetime of a presigned URL must be a whole number of seconds from 1 to 604800 (seven days).";
    /// The given payload hash is neither 64 hex digits nor one of the keywords of SigV4.
    PayloadHashInvalid => "ERR_SIGV4_BODY_UNSUPPORTED",
        "the payload hash is not valid. Pass a SHA-256 in 64 hex digits, UNSIGNED-PAYLOAD or a STREAMING- keyword.";
    /// A header that is always signed was excluded from the signature.
    UnsignableHeaderInvalid => "ERR_SIGV4_OPTION_INVALID",
        "host and the headers that the signer adds are always signed. Leave them out of the unsignable headers.",
        rust: "host and the headers that the signer adds are always signed. Leave them out of Config::never_sign.";
    /// The request has more headers or parameters, or a longer URL and headers, than any server accepts.
    LimitExceeded => "ERR_SIGV4_LIMIT_EXCEEDED",
        "the request has more than 2000 headers or 10000 parameters, or more than 1 MiB of URL and headers, which no server accepts. Send long values in the body.";
    /// A record that crossed into wasm does not match its lengths, because a text contains a NUL.
    RecordInvalid => "ERR_SIGV4_HEADER_INVALID",
        "a part of the request contains a NUL character, which no HTTP request can carry. Remove it.";
    /// The path or the query contains a control character, which JavaScript escapes.
    TargetInvalid => "ERR_SIGV4_URL_INVALID",
        "the path or the query contains a control character, which no request line can carry. Percent-encode it.";
}

impl Error {
    /// The stable code, the same as in the npm package.
    pub const fn code(self) -> &'static str {
        self.describe().0
    }

    /// What is wrong and what to do, in one or two sentences for users of the crate. The npm package has its own texts.
    pub const fn message(self) -> &'static str {
        self.describe().1
    }

    /// Where the error lies in the header list, for the errors that concern one header.
    pub const fn header_index(self) -> Option<usize> {
        match self {
            Self::HeaderNameInvalid(index)
            | Self::HeaderValueInvalid(index)
            | Self::HeaderValueNotLatin1(index) => Some(index),
            _ => None,
        }
    }

    /// How the error crosses into JavaScript, where the length of a result would be: as
    /// `-1 - (number + STATUS_NUMBERS * header index)`. `js/engine/engine.js` parses it.
    #[doc(hidden)]
    #[cfg(any(test, all(target_arch = "wasm32", feature = "module")))]
    pub const fn status(self) -> i32 {
        let index = match self.header_index() {
            Some(index) if index < MAX_STATUS_INDEX => index,
            Some(_) => MAX_STATUS_INDEX,
            None => 0,
        };
        -1 - (self.number() as usize + STATUS_NUMBERS * index) as i32
    }
}

/// How many errors a status can distinguish.
#[cfg(any(test, feature = "tables", all(target_arch = "wasm32", feature = "module")))]
pub(crate) const STATUS_NUMBERS: usize = 256;

/// The last header index that a status can hold: far more headers than memory has room for.
#[cfg(any(test, all(target_arch = "wasm32", feature = "module")))]
const MAX_STATUS_INDEX: usize = i32::MAX as usize / STATUS_NUMBERS - 1;

// One error more than that would turn into another error of the next header.
#[cfg(any(test, feature = "tables", all(target_arch = "wasm32", feature = "module")))]
const _: () = assert!(COUNT <= STATUS_NUMBERS);

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.message())
    }
}

impl core::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_nothing_of_javascript() {
        let named = [
            "accessKeyId",
            "secretAccessKey",
            "sessionToken",
            "expiresIn",
            " option",
            "region: '",
            "service: '",
        ];
        for (name, message) in MESSAGES {
            assert!(!named.iter().any(|part| message.contains(part)), "{name}: {message}");
        }
    }

    #[test]
    fn a_status_tells_every_error_and_every_header_apart() {
        // As js/engine/engine.js parses it.
        let read = |status: i32| {
            let rest = (-1 - status) as usize;
            (ROWS[rest % STATUS_NUMBERS].0, rest / STATUS_NUMBERS)
        };
        for index in [0, 1, 15, 16, 255, 256, 100_000, MAX_STATUS_INDEX] {
            assert_eq!(read(Error::HeaderNameInvalid(index).status()), ("HeaderNameInvalid", index));
            assert_eq!(read(Error::HeaderValueInvalid(index).status()), ("HeaderValueInvalid", index));
        }
        assert_eq!(read(Error::HeaderNameInvalid(usize::MAX).status()).0, "HeaderNameInvalid");
        assert_eq!(read(Error::AccessKeyIdInvalid.status()), ("AccessKeyIdInvalid", 0));
        assert_eq!(read(Error::RecordInvalid.status()), ("RecordInvalid", 0));
        assert_eq!(ROWS.len(), COUNT);
    }
}
