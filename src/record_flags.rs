//! The bits of the numbers that are passed with records. js/engine/generated/ is written from here. The signer's bits come first.

use crate::{PathEncoding, PathNormalization};

macro_rules! flags {
    ($($(#[$about:meta])* $name:ident = $bits:expr;)*) => {
        $($(#[$about])* #[allow(missing_docs)] pub const $name: u32 = $bits;)*

        /// The name and the bits of each.
        #[cfg(feature = "tables")]
        pub(crate) const ALL: &[(&str, u32)] = &[$((stringify!($name), $bits),)*];
    };
}

// Two consecutive bits are a choice. If neither is set, the service chooses: see `Settings::with`.
flags! {
    SIGNED_HEADERS_ALL = 1;
    PATH_DOUBLE = with_normalization(PathEncoding::Double, PATH_ENCODED_TWICE);
    PATH_SINGLE = with_normalization(PathEncoding::Single, PATH_ENCODED_ONCE);
    CONTENT_SHA256_NO = 1 << 4;
    CONTENT_SHA256_YES = 2 << 4;
    TOKEN_SIGNED = 1 << 6;
    TOKEN_APPENDED = 2 << 6;
    PAYLOAD_SIGNED = 1 << 8;
    PAYLOAD_UNSIGNED = 2 << 8;
    WEB_SOCKET = 1 << 10;
    TRACE = 1 << 11;
    HAS_SECRET = 1 << 12;
    PRESIGN = 1 << 13;
    BODY_HASH = 1 << 14;
    KEEP_HEADERS = 1 << 15;
    PLATFORM_HASH = 1 << 16;
    SIGNATURE_ONLY = 1 << 17;
    KEEP = 1 << 18;
    DETERMINISTIC = 1 << 19;
    PLATFORM_SIGN = 1 << 20;
}

// JavaScript chooses both of them together.
pub(crate) const PATH_ENCODED_TWICE: u32 = 1 << 2;
pub(crate) const PATH_ENCODED_ONCE: u32 = 2 << 2;
pub(crate) const PATH_NORMALIZED: u32 = 1 << 22;
pub(crate) const PATH_RAW: u32 = 2 << 22;

const fn with_normalization(encoding: PathEncoding, bits: u32) -> u32 {
    match encoding.normalization() {
        PathNormalization::Enabled => bits | PATH_NORMALIZED,
        PathNormalization::Disabled => bits | PATH_RAW,
    }
}

/// Not set by JavaScript: whether non-ASCII values of headers are sent with one byte for each character.
pub(crate) const LATIN1_HEADERS: u32 = 1 << 24;

/// The bits of the module `verify`.
pub mod verify {
    flags! {
        NOT_ASCII = 1;
        TARGET_URL = 1 << 1;
        TARGET_OF_PLATFORM = 1 << 2;
        BODY_REQUIRED = 1 << 3;
        BODY_OPTIONAL = 1 << 4;
        PATH_DOUBLE = 1 << 5;
        PATH_SINGLE = 1 << 6;
        EXPLAIN = 1 << 7;
        ANY_REGION = 1 << 8;
        ANY_SERVICE = 1 << 9;
        UNKNOWN = 1 << 10;
        TOKEN_JUDGED = 1 << 11;
        HAS_TOKEN = 1 << 12;
        HAS_EXPIRY = 1 << 13;
        CHECK_ONLY = 1 << 14;
        IS_SIGNING_KEY = 1 << 15;
        MISMATCH = 1 << 16;
        BODY_IS_HASH = 1 << 17;
        DECODE = 1 << 24;
        HAS_BODY = 1 << 25;
        PLATFORM_HASH = 1 << 26;
        // In results: the signature of a request.
        IS_PRESIGNED = 1 << 18;
        IS_V4A = 1 << 19;
        HAS_SESSION_TOKEN = 1 << 20;
        PAYLOAD_UNSIGNED = 1 << 21;
        PAYLOAD_CHUNKED = 1 << 22;
        IS_DECODED = 1 << 23;
        // In results: the faults of a request.
        IS_DECLARED = 1;
        SCOPE_WRONG = 1 << 1;
        REGION_WRONG = 1 << 2;
        SERVICE_WRONG = 1 << 3;
        TIME_WRONG = 1 << 4;
        PAYLOAD_WRONG = 1 << 5;
        HOST_WRONG = 1 << 6;
        // In the length of a result: the result is a rejection.
        REJECTED = 1 << 30;
    }
}

/// The bits of the module `policy`.
pub mod policy {
    flags! {
        IS_ACCESS = 1;
        HAS_PRINCIPAL = 1 << 1;
        ESCAPED = 1 << 2;
    }
}
