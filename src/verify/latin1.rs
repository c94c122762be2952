//! Header values as text: one character for each byte, as clients send them (the Fetch standard's "isomorphic decode").

use alloc::borrow::Cow;
use alloc::string::String;

pub(crate) fn decode(bytes: &[u8]) -> Cow<'_, str> {
    match core::str::from_utf8(bytes) {
        Ok(text) if text.is_ascii() => Cow::Borrowed(text),
        _ => Cow::Owned(bytes.iter().map(|byte| char::from(*byte)).collect::<String>()),
    }
}

/// White space as JavaScript's `trim` and `\s` have it, and so servers that are written in it: Unicode's, without U+0085 and
/// with U+FEFF.
pub(super) fn is_space(char: char) -> bool {
    char.is_whitespace() && char != '\u{85}' || char == '\u{FEFF}'
}

#[inline(never)]
pub(super) fn trim(text: &str) -> &str {
    text.trim_matches(is_space)
}

/// Lower case of a byte that is one character.
pub(super) fn to_lower(byte: u8) -> u8 {
    match byte {
        b'A'..=b'Z' | 0xC0..=0xD6 | 0xD8..=0xDE => byte + 0x20,
        _ => byte,
    }
}
