//! The operations of the core on text, each compiled once: they are most of the work of a signer, and every browser would download
//! every copy.
//!
//! Text is bytes here. SigV4 does not depend on characters, so the bytes need not be UTF-8.

use alloc::vec::Vec;

use zeroize::Zeroize;

use crate::sha256::to_hex;

/// Storage for texts that are written one after the other. Calls can be chained.
#[allow(unreachable_pub)] // a method of `Scheme`, which is as private as this, takes it
pub trait Put {
    fn put(&mut self, text: &[u8]) -> &mut Self;

    /// A digest, in hex.
    fn put_hex(&mut self, digest: &[u8; 32]) {
        self.put(&to_hex(digest));
    }

    /// The bytes written so far.
    fn written(&self) -> &[u8];

    /// The same, to be changed in place.
    fn written_mut(&mut self) -> &mut [u8];

    /// Removes everything after this many bytes.
    fn shorten(&mut self, length: usize);

    /// Appends at most this many zeros, to be filled in place and shortened.
    fn lengthen(&mut self, most: usize);

    /// Records that a text was cut off, in storage where that can happen.
    fn overflow(&mut self) {}
}

impl Put for Vec<u8> {
    #[inline(never)]
    fn put(&mut self, text: &[u8]) -> &mut Self {
        reserve(self, text.len());
        match text {
            [byte] => self.push(*byte), // a separator: not worth the call that copies memory
            _ => self.extend_from_slice(text),
        }
        self
    }

    fn written(&self) -> &[u8] {
        self
    }

    fn written_mut(&mut self) -> &mut [u8] {
        self
    }

    fn shorten(&mut self, length: usize) {
        self.truncate(length);
    }

    fn lengthen(&mut self, most: usize) {
        reserve(self, most);
        self.resize(self.len() + most, 0);
    }
}

/// Makes room for this many more bytes, if there is none.
pub(crate) fn reserve(text: &mut Vec<u8>, more: usize) {
    if text.capacity() - text.len() < more {
        grow(text, more);
    }
}

/// Makes room for this many more bytes. The text may contain a session token, so its old memory is wiped.
#[cold]
#[inline(never)]
fn grow(text: &mut Vec<u8>, more: usize) {
    let mut longer = Vec::with_capacity(2 * text.len() + more);
    longer.extend_from_slice(text);
    erase(text);
    *text = longer;
}

/// Copies a text to the start of a slice of the same length or more. Most texts are short, and in wasm engines the instruction that
/// copies memory is a call out of the module, which takes longer than this.
#[inline(always)]
pub(crate) fn copy_inline(text: &[u8], room: &mut [u8]) {
    let Some(room) = room.get_mut(..text.len()) else { return };
    if text.len() > 100 {
        room.copy_from_slice(text);
        return;
    }
    let (words, _) = text.as_chunks::<8>();
    for (to, word) in room.as_chunks_mut::<8>().0.iter_mut().zip(words) {
        *to = *word;
    }
    // The last word of a text overlaps the one before.
    match (room.last_chunk_mut::<8>(), text.last_chunk::<8>()) {
        (Some(to), Some(word)) => *to = *word,
        _ => room.iter_mut().zip(text).for_each(|(to, byte)| *to = *byte),
    }
}

/// The same, not inlined, for less frequent use.
#[inline(never)]
pub(crate) fn copy(text: &[u8], room: &mut [u8]) {
    copy_inline(text, room);
}

/// Whether two texts are the same. Compares words, because `==` may compare bytes.
#[inline(never)]
pub(crate) fn is_same(one: &[u8], other: &[u8]) -> bool {
    let (words, rest) = one.as_chunks::<8>();
    let (other_words, other_rest) = other.as_chunks::<8>();
    let are_same =
        |(one, other): (&[u8; 8], &[u8; 8])| u64::from_le_bytes(*one) == u64::from_le_bytes(*other);
    one.len() == other.len() && words.iter().zip(other_words).all(are_same) && rest.iter().eq(other_rest)
}

/// Wipes a text whose memory is about to be freed. The compiler would drop a `fill` there.
#[inline(never)]
pub(crate) fn erase(text: &mut [u8]) {
    text.zeroize();
}

/// A short text, stored inline. A text that is too long is dropped, and equals no other text.
#[derive(Clone, Copy)]
pub(crate) struct ShortText<const N: usize> {
    length: Option<u8>,
    bytes: [u8; N],
}

impl<const N: usize> ShortText<N> {
    /// A value without text.
    pub(crate) const fn none() -> Self {
        Self { length: None, bytes: [0; N] }
    }

    pub(crate) fn set(&mut self, text: &[u8]) {
        self.length = put_short(text, &mut self.bytes);
    }

    pub(crate) fn get(&self) -> Option<&[u8]> {
        self.bytes.get(..usize::from(self.length?))
    }

    pub(crate) fn is(&self, text: &[u8]) -> bool {
        self.get().is_some_and(|own| is_same(own, text))
    }
}

/// Puts a text at the start of some room, if it is short enough. Returns its length.
#[inline(never)]
fn put_short(text: &[u8], room: &mut [u8]) -> Option<u8> {
    let length = u8::try_from(text.len()).ok()?;
    room.get_mut(..text.len())?.copy_from_slice(text);
    Some(length)
}

/// The place of the first byte that is below `limit` or one of `others`; the length of the text if there is none.
///
/// Checks 8 bytes at a time ("Bit Twiddling Hacks", "Determine if a word has a byte less than n"), because a session token has
/// a thousand.
#[inline(never)]
pub(crate) fn find(text: &[u8], limit: u8, others: [u8; 3]) -> usize {
    let [first, second, third] = others;
    let is = |word: u64, byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    let (words, rest) = text.as_chunks();
    let mut at = 0;
    for word in words {
        let word = u64::from_le_bytes(*word);
        let found = below(word, limit) | is(word, first) | is(word, second) | is(word, third);
        let found = found & (ONES << 7);
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    for byte in rest {
        if (*byte < limit) | (*byte == first) | (*byte == second) | (*byte == third) {
            break;
        }
        at += 1;
    }
    at
}

/// The same for a single byte.
#[inline(never)]
fn find_one(text: &[u8], byte: u8) -> usize {
    let (words, rest) = text.as_chunks();
    let mut at = 0;
    for word in words {
        let found = below(u64::from_le_bytes(*word) ^ (ONES * u64::from(byte)), 1) & (ONES << 7);
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    at + rest.iter().position(|one| *one == byte).unwrap_or(rest.len())
}

/// Whether a text contains a blank or a tab.
pub(crate) fn has_blank(text: &[u8]) -> bool {
    let (words, rest) = text.as_chunks();
    let is_blank = |word: &[u8; 8]| {
        let word = u64::from_le_bytes(*word);
        let found = below(word ^ (ONES * u64::from(b' ')), 1) | below(word ^ (ONES * u64::from(b'\t')), 1);
        found & (ONES << 7) != 0
    };
    words.iter().any(is_blank) || rest.iter().any(|byte| (*byte == b' ') | (*byte == b'\t'))
}

/// Whether all bytes are ASCII.
#[inline(never)]
pub(crate) fn is_ascii(text: &[u8]) -> bool {
    let (words, rest) = text.as_chunks();
    let words = words.iter().fold(0, |all, word| all | u64::from_le_bytes(*word));
    let rest = rest.iter().fold(0, |all, byte| all | u64::from(*byte));
    (words | rest) & (ONES << 7) == 0
}

/// For eight bytes: sets the top bit of each that is below the limit. Bits after the first may be wrong.
fn below(word: u64, limit: u8) -> u64 {
    word.wrapping_sub(ONES * u64::from(limit)) & !word
}

/// One in each byte.
pub(crate) const ONES: u64 = u64::from_le_bytes([1; 8]);

/// A set of bytes: a bit for each.
pub(crate) struct ByteSet([u32; 8]);

impl ByteSet {
    /// Letters, digits, and these bytes.
    pub(crate) const fn alphanumeric_and(others: &[u8]) -> Self {
        let mut bits = [0; 8];
        let mut byte = 0;
        while byte < 256 {
            if (byte as u8).is_ascii_alphanumeric() {
                bits[byte / 32] |= 1 << (byte % 32);
            }
            byte += 1;
        }
        let mut at = 0;
        while at < others.len() {
            bits[others[at] as usize / 32] |= 1 << (others[at] % 32);
            at += 1;
        }
        Self(bits)
    }

    #[inline(always)]
    pub(crate) fn contains(&self, byte: u8) -> bool {
        self.0[usize::from(byte / 32)] >> (byte % 32) & 1 != 0
    }
}

pub(crate) fn contains(text: &[u8], limit: u8, others: [u8; 3]) -> bool {
    find(text, limit, others) < text.len()
}

/// The parts before and after the first separator; without one, the whole text and an empty one.
#[inline(never)]
pub(crate) fn cut(text: &[u8], separator: u8) -> (&[u8], &[u8]) {
    let (before, rest) = text.split_at_checked(find_one(text, separator)).unwrap_or_default();
    (before, rest.get(1..).unwrap_or_default())
}

/// The parts before and after the last separator; without one, an empty text and the whole one.
#[inline(never)]
pub(crate) fn cut_last(text: &[u8], separator: u8) -> (&[u8], &[u8]) {
    let after = text.rsplit(|byte| *byte == separator).next().unwrap_or_default();
    let before = text.len().saturating_sub(after.len() + 1);
    (text.get(..before).unwrap_or_default(), after)
}

/// The parts between separators. There is at least one.
pub(crate) fn split(text: &[u8], separator: u8) -> Split<'_> {
    Split { rest: Some(text), separator }
}

pub(crate) struct Split<'a> {
    rest: Option<&'a [u8]>,
    separator: u8,
}

impl<'a> Iterator for Split<'a> {
    type Item = &'a [u8];

    #[inline(never)]
    fn next(&mut self) -> Option<&'a [u8]> {
        let text = self.rest?;
        let (part, rest) = cut(text, self.separator);
        self.rest = (part.len() < text.len()).then_some(rest);
        Some(part)
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    #[test]
    fn finds_the_first_wherever_it_is() {
        let is_such = |byte: u8| byte < b' ' || byte == b'x' || byte == 0x7F;
        for length in 0..40 {
            for byte in 0..=255 {
                for others in [b'!', 0x80, 0xFF] {
                    let mut bytes = vec![others; length];
                    assert_eq!(find(&bytes, b' ', *b"xx\x7F"), length);
                    assert_eq!(find_one(&bytes, b'x'), length);
                    for at in (0..length).rev() {
                        bytes[at] = byte;
                        let expected = if is_such(byte) { at } else { length };
                        assert_eq!(find(&bytes, b' ', *b"xx\x7F"), expected);
                        let first_x = if byte == b'x' { at } else { length };
                        assert_eq!(find_one(&bytes, b'x'), first_x);
                    }
                }
            }
        }
    }

    #[test]
    fn a_byte_that_is_not_ascii_is_seen_wherever_it_is() {
        for length in 0..40 {
            let mut bytes = vec![0x7F; length];
            assert!(is_ascii(&bytes));
            for at in 0..length {
                bytes[at] = 0x80;
                assert!(!is_ascii(&bytes));
                bytes[at] = 0;
            }
        }
    }

    #[test]
    fn a_short_text_holds_what_it_has_room_for() {
        let mut text = ShortText::<4>::none();
        assert_eq!(text.get(), None);
        for (given, kept) in [("abcd", true), ("abcde", false), ("", true), ("a", true)] {
            text.set(given.as_bytes());
            assert_eq!(text.get(), kept.then_some(given.as_bytes()));
        }
        let mut text = ShortText::<300>::none();
        text.set(&[b'x'; 256]);
        assert_eq!(text.get(), None);
    }

    #[test]
    fn cuts_and_splits_at_separators() {
        assert_eq!(cut(b"a.b.c", b'.'), (&b"a"[..], &b"b.c"[..]));
        assert_eq!(cut_last(b"a.b.c", b'.'), (&b"a.b"[..], &b"c"[..]));
        assert_eq!(cut(b"abc", b'.'), (&b"abc"[..], &b""[..]));
        assert_eq!(cut_last(b"abc", b'.'), (&b""[..], &b"abc"[..]));
        assert!(split(b".a.", b'.').eq([&b""[..], b"a", b""]));
        assert!(split(b"", b'.').eq([b""]));
    }
}
