//! Percent-encoding with the unreserved set of RFC 3986, section 2.3, and upper-case hex: the only one SigV4 knows.

use crate::text::{ByteSet, Put};

/// What a text is before it is encoded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decode {
    /// Every byte stands for itself.
    Nothing,
    /// `%XX` stands for a byte, whose one canonical spelling comes out; a `%` that begins no escape is a literal `%`.
    Escapes,
    /// A part of a query: likewise, and `+` is a space.
    Form,
}

/// Encodes every byte but the unreserved ones and, where `keep_slash`, the slash.
pub(crate) fn encode(text: &[u8], decode: Decode, keep_slash: bool, out: &mut impl Put) {
    let is_plain = |byte| UNRESERVED.contains(byte) || keep_slash && byte == b'/';
    let plain = text.iter().position(|byte| !is_plain(*byte)).unwrap_or(text.len());
    let (plain, mut rest) = text.split_at_checked(plain).unwrap_or_default();
    out.put(plain);
    if rest.is_empty() {
        return; // most texts
    }
    // Room for the longest outcome, filled byte by byte: in a session token, the runs between escapes are too short to be
    // worth a call each.
    let start = out.written().len();
    out.lengthen(3 * rest.len());
    let mut room = out.written_mut().get_mut(start..).unwrap_or_default().iter_mut();
    let mut is_cut_off = false;
    let mut push = |byte| match room.next() {
        Some(slot) => *slot = byte,
        None => is_cut_off = true,
    };
    while let [byte, tail @ ..] = rest {
        let mut byte = *byte;
        rest = tail;
        if !is_plain(byte) {
            match byte {
                b'+' if decode == Decode::Form => byte = b' ',
                b'%' if decode != Decode::Nothing => {
                    if let Some((unescaped, tail)) = unescape(tail) {
                        (byte, rest) = (unescaped, tail);
                    }
                }
                _ => {}
            }
            if !is_plain(byte) {
                push(b'%');
                push(upper_hex(byte >> 4));
                byte = upper_hex(byte & 15);
            }
        }
        push(byte);
    }
    let left = room.len();
    out.shorten(out.written().len() - left);
    if is_cut_off {
        out.overflow();
    }
}

/// The byte for which two hex digits at the start of a text stand, and what follows.
fn unescape(text: &[u8]) -> Option<(u8, &[u8])> {
    let [high, low, tail @ ..] = text else { return None };
    let value = |digit: u8| char::from(digit).to_digit(16);
    Some(((value(*high)? << 4 | value(*low)?) as u8, tail))
}

const fn upper_hex(nibble: u8) -> u8 {
    if nibble < 10 { b'0' + nibble } else { b'A' + nibble - 10 }
}

static UNRESERVED: ByteSet = ByteSet::alphanumeric_and(b"-._~");

#[cfg(test)]
mod tests {
    use alloc::string::String;
    use alloc::vec::Vec;

    use super::*;

    fn normalized(text: &str, keep_slash: bool) -> String {
        let mut out = Vec::new();
        encode(text.as_bytes(), Decode::Form, keep_slash, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn encodes_all_but_the_unreserved() {
        let mut out = Vec::new();
        encode("/aZ09-._~ %!'()*:é".as_bytes(), Decode::Nothing, true, &mut out);
        assert_eq!(out, b"/aZ09-._~%20%25%21%27%28%29%2A%3A%C3%A9");
        out.clear();
        encode(b"a/b", Decode::Nothing, false, &mut out);
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
