//! Each module is a target: `run` takes bytes, makes an input of them, and panics where a property does not hold.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU64, Ordering};

use arbitrary::{Arbitrary, Unstructured};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};
use sigv4_wasm::Timestamp;

pub mod chunks;
pub mod differential;
pub mod events;
pub mod examine;
pub mod host;
pub mod http;
pub mod incoming;
pub mod policy;
pub mod post_form;
pub mod search;
pub mod sign;
pub mod texts;
pub mod verify;

/// A target takes whatever bytes there are.
pub type Run = fn(&[u8]);

/// Every target, by name.
pub const TARGETS: &[(&str, Run)] = &[
    ("host", host::run),
    ("sign", sign::run),
    ("differential", differential::run),
    ("verify", verify::run),
    ("incoming", incoming::run),
    ("chunks", chunks::run),
    ("events", events::run),
    ("post_form", post_form::run),
    ("policy", policy::run),
    ("texts", texts::run),
    ("http", http::run),
    ("examine", examine::run),
    ("search", search::run),
];

/// How many inputs went all the way through a target: most random ones are refused early.
pub static COMPLETED: AtomicU64 = AtomicU64::new(0);

pub(crate) fn completed() {
    COMPLETED.fetch_add(1, Ordering::Relaxed);
}

pub(crate) const ACCESS_KEY_ID: &str = "AKIDEXAMPLE";
pub(crate) const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
/// 2015-08-30T12:36:00Z.
pub(crate) const NOW: i64 = 1_440_938_160;

pub(crate) fn input<'d, T: Arbitrary<'d>>(data: &'d [u8]) -> Option<T> {
    Unstructured::new(data).arbitrary().ok()
}

pub(crate) fn at(seconds: i64) -> Timestamp {
    Timestamp::from_unix_seconds(seconds).expect("a time of this millennium")
}

/// In lower case.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

pub(crate) fn hmac(key: &[u8], text: &[u8]) -> Vec<u8> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes keys of any length");
    mac.update(text);
    mac.finalize().into_bytes().to_vec()
}

/// The key of a scope `date/region/service/aws4_request`, by the steps of "Create a signed AWS API request".
pub(crate) fn signing_key(secret: &str, scope: &str) -> Vec<u8> {
    scope.split('/').fold(format!("AWS4{secret}").into_bytes(), |key, part| hmac(&key, part.as_bytes()))
}

/// A path or a value as clients send it: each byte is itself, or an escape in upper case.
pub(crate) fn escaped(bytes: &[u8], keeps_slash: bool) -> String {
    let mut text = String::new();
    for byte in bytes {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => text.push(*byte as char),
            b'/' if keeps_slash => text.push('/'),
            _ => {
                let _ = write!(text, "%{byte:02X}");
            }
        }
    }
    text
}

/// The value of a header with every byte that one may have, but for the ends, where blanks are cut off.
pub(crate) fn header_value(bytes: &[u8]) -> Vec<u8> {
    let allowed = |byte: &u8| matches!(byte, b'\t' | b' '..=b'~' | 0x80..=0xFF);
    bytes.iter().copied().filter(allowed).collect()
}

/// RFC 4648, section 4.
pub(crate) fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::new();
    for three in bytes.chunks(3) {
        let held =
            three.iter().enumerate().fold(0u32, |held, (i, byte)| held | u32::from(*byte) << (16 - 8 * i));
        for digit in 0..4 {
            let value = (held >> (18 - 6 * digit)) as usize & 63;
            text.push(if digit <= three.len() { DIGITS[value] as char } else { '=' });
        }
    }
    text
}
