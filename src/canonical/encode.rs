//! Percent-encoding with the unreserved set of RFC 3986, section 2.3, and upper-case hex: the only one SigV4 knows.

use alloc::vec::Vec;

/// Encodes every byte but the unreserved ones and, where `keep_slash`, the slash.
pub(crate) fn encode(text: &[u8], keep_slash: bool, out: &mut Vec<u8>) {
    let mut rest = text;
    while let Some(at) = rest.iter().position(|byte| !(is_unreserved(*byte) || keep_slash && *byte == b'/')) {
        let (plain, tail) = rest.split_at(at);
        out.extend_from_slice(plain);
        if let Some((byte, tail)) = tail.split_first() {
            push_escape(*byte, out);
            rest = tail;
        }
    }
    out.extend_from_slice(rest);
}

/// Decodes each `%XX`, then encodes: what is already encoded stays as it is, in its one canonical spelling. A `%` that
/// begins no escape is a literal `%`.
pub(crate) fn normalize(text: &[u8], keep_slash: bool, plus_is_space: bool, out: &mut Vec<u8>) {
    let mut rest = text;
    while let Some((byte, tail)) = rest.split_first() {
        let (decoded, tail) = match *byte {
            b'%' => match tail {
                [high, low, after @ ..] => match (hex_value(*high), hex_value(*low)) {
                    (Some(high), Some(low)) => (high << 4 | low, after),
                    _ => (b'%', tail),
                },
                _ => (b'%', tail),
            },
            b'+' if plus_is_space => (b' ', tail),
            other => (other, tail),
        };
        if is_unreserved(decoded) || (keep_slash && decoded == b'/') {
            out.push(decoded);
        } else {
            push_escape(decoded, out);
        }
        rest = tail;
    }
}

/// Whether any byte is such. Looks at all of them, as a loop without an early exit becomes SIMD code.
pub(crate) fn any(bytes: &[u8], is_such: impl Fn(&u8) -> bool) -> bool {
    bytes.iter().fold(false, |found, byte| found | is_such(byte))
}

fn push_escape(byte: u8, out: &mut Vec<u8>) {
    out.extend_from_slice(&[b'%', upper_hex(byte >> 4), upper_hex(byte & 15)]);
}

const fn upper_hex(nibble: u8) -> u8 {
    if nibble < 10 { b'0' + nibble } else { b'A' + nibble - 10 }
}

const fn hex_value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

const fn is_unreserved(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~')
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;

    fn normalized(text: &str, keep_slash: bool) -> String {
        let mut out = Vec::new();
        normalize(text.as_bytes(), keep_slash, true, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn encodes_all_but_the_unreserved() {
        let mut out = Vec::new();
        encode("/aZ09-._~ %!'()*:é".as_bytes(), true, &mut out);
        assert_eq!(out, b"/aZ09-._~%20%25%21%27%28%29%2A%3A%C3%A9");
        out.clear();
        encode(b"a/b", false, &mut out);
        assert_eq!(out, b"a%2Fb");
    }

    #[test]
    fn normalizes_escapes_to_one_spelling() {
        assert_eq!(normalized("a+b%2b%7e%e4", false), "a%20b%2B~%E4");
        assert_eq!(normalized("a%2Fb", true), "a/b");
        assert_eq!(normalized("a%2Fb", false), "a%2Fb");
    }

    #[test]
    fn a_percent_that_begins_no_escape_is_literal() {
        assert_eq!(normalized("%", false), "%25");
        assert_eq!(normalized("%4", false), "%254");
        assert_eq!(normalized("%zz%41", false), "%25zzA");
        assert_eq!(normalized("%%41", false), "%25A");
    }
}
