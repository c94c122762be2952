//! The bits of the number that crosses with a record: js/engine/generated/flags.js has them from here.

macro_rules! flags {
    ($($(#[$about:meta])* $name:ident = $bits:expr;)*) => {
        $($(#[$about])* #[allow(missing_docs)] pub const $name: u32 = $bits;)*

        /// The name and the bits of each.
        #[cfg(feature = "tables")]
        pub(crate) const ALL: &[(&str, u32)] = &[$((stringify!($name), $bits),)*];
    };
}

// Of two bits in a row, none leaves the choice to the service.
flags! {
    SIGNED_HEADERS_ALL = 1;
    PATH_DOUBLE = 1 << 2;
    PATH_SINGLE = 2 << 2;
    CONTENT_SHA256_YES = 1 << 4;
    CONTENT_SHA256_NO = 2 << 4;
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
