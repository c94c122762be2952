//! Percent-encoding with the unreserved set of RFC 3986, section 2.3, and upper-case hex, the only encoding in SigV4.

use crate::text::{ByteSet, ONES, Put};

/// The form of a text before it is encoded.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Decode {
    /// Every byte stands for itself.
    Nothing,
    /// `%XX` stands for a byte, which is written in its canonical spelling; a `%` that begins no escape is a literal `%`.
    Escapes,
    /// A part of a query: likewise, and `+` is a space.
    Form,
}

/// Encodes every byte except for the unreserved ones and, with `keep_slash`, the slash.
pub(crate) fn encode(text: &[u8], decode: Decode, keep_slash: bool, out: &mut impl Put) {
    let is_plain = |byte| UNRESERVED.contains(byte) || keep_slash && byte == b'/';
    let plain = text.iter().position(|byte| !is_plain(*byte)).unwrap_or(text.len());
    let (plain, mut rest) = text.split_at_checked(plain).unwrap_or_default();
    out.put(plain);
    if rest.is_empty() {
        return; // most texts
    }
    // Room for the longest result, filled in place: in a session token, the runs between escapes are too short to be worth a
    // call each.
    let start = out.written().len();
    out.lengthen(3 * rest.len());
    let room = out.written_mut().get_mut(start..).unwrap_or_default();
    let (mut length, mut is_cut_off) = (0, false);
    let mut push = |byte, length: &mut usize, room: &mut [u8]| match room.get_mut(*length) {
        Some(place) => {
            *place = byte;
            *length += 1;
        }
        None => is_cut_off = true,
    };
    loop {
        // The bytes of a word that stay unchanged.
        if let (Some(word), Some(place)) =
            (rest.first_chunk(), room.get_mut(length..).and_then(|room| room.first_chunk_mut()))
        {
            let plain = alphanumeric_run(*word);
            *place = *word;
            length += plain;
            rest = rest.get(plain..).unwrap_or_default();
            if plain == 8 {
                continue;
            }
        }
        let [byte, tail @ ..] = rest else { break };
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
                push(b'%', &mut length, room);
                push(upper_hex(byte >> 4), &mut length, room);
                byte = upper_hex(byte & 15);
            }
        }
        push(byte, &mut length, room);
    }
    out.shorten(start + length);
    if is_cut_off {
        out.overflow();
    }
}

/// The number of letters and digits at the start of a word.
fn alphanumeric_run(word: [u8; 8]) -> usize {
    let word = u64::from_le_bytes(word);
    // In eight bytes below 0x80: the top bit of each that is within a range.
    let within = |word: u64, first: u8, last: u8| {
        (word + ONES * u64::from(0x80 - first)) & !(word + ONES * u64::from(0x7F - last))
    };
    let ascii = word & (ONES * 0x7F);
    let found = within(ascii, b'0', b'9') | within(ascii | (ONES * 0x20), b'a', b'z');
    let others = !(found & !word) & (ONES << 7);
    (others.trailing_zeros() / 8) as usize
}

/// The byte that two hex digits at the start of a text stand for, and the rest of the text.
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
    fn a_run_ends_before_the_first_that_is_neither_letter_nor_digit() {
        for byte in 0..=255u8 {
            for at in 0..8 {
                let mut word = *b"aZz09Ab5";
                word[at] = byte;
                let expected = if byte.is_ascii_alphanumeric() { 8 } else { at };
                assert_eq!(alphanumeric_run(word), expected, "{word:?}");
            }
        }
    }

    #[test]
    fn encodes_in_any_storage_that_is_large_enough() {
        let text = "abcdefgh%41+/==ijklmnopqrstu \u{e4}vwxyz0123456789".repeat(3);
        let mut expected = Vec::new();
        encode(text.as_bytes(), Decode::Escapes, false, &mut expected);
        for size in 0..expected.len() + 20 {
            let mut memory = alloc::vec![0xAA; size];
            let mut arena = crate::sign::arena::Arena::of_texts(&mut memory);
            encode(text.as_bytes(), Decode::Escapes, false, &mut arena);
            assert_eq!(arena.is_full(), size < expected.len(), "{size}");
            assert!(arena.is_full() || arena.written() == expected);
        }
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
