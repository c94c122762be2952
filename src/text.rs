//! What the core does with text, in one copy each: it is most of what a signer does, and every browser would fetch every
//! copy.
//!
//! Text is bytes here. Nothing in SigV4 looks at characters, so nothing has to prove that they are UTF-8.

use alloc::vec::Vec;

use zeroize::Zeroize;

/// Storage that texts are written into, one after the other, in a chain.
pub(crate) trait Put {
    fn put(&mut self, text: &[u8]) -> &mut Self;

    /// What was written so far.
    fn written(&self) -> &[u8];

    /// Likewise, to be changed in place.
    fn written_mut(&mut self) -> &mut [u8];

    /// Takes back what was written after this many bytes.
    fn shorten(&mut self, length: usize);

    /// Zeros after what was written, at most so many: to be filled in place, and shortened.
    fn lengthen(&mut self, most: usize);

    /// Notes that a text was cut off, where that can be.
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

/// Memory that does not grow. What does not fit is left out, and that is noted.
#[cfg(test)]
pub(crate) struct Bounded<'b> {
    pub(crate) memory: &'b mut [u8],
    pub(crate) length: usize,
    pub(crate) is_full: bool,
}

#[cfg(test)]
impl Put for Bounded<'_> {
    fn put(&mut self, text: &[u8]) -> &mut Self {
        match self.memory.get_mut(self.length..self.length + text.len()) {
            Some(room) => {
                room.copy_from_slice(text);
                self.length += text.len();
            }
            None => self.is_full = true,
        }
        self
    }

    fn written(&self) -> &[u8] {
        &self.memory[..self.length]
    }

    fn written_mut(&mut self) -> &mut [u8] {
        &mut self.memory[..self.length]
    }

    fn shorten(&mut self, length: usize) {
        self.length = self.length.min(length);
    }

    fn lengthen(&mut self, most: usize) {
        self.length += most.min(self.memory.len() - self.length);
    }

    fn overflow(&mut self) {
        self.is_full = true;
    }
}

/// Makes room for so many bytes more, where there is none.
pub(crate) fn reserve(text: &mut Vec<u8>, more: usize) {
    if text.capacity() - text.len() < more {
        grow(text, more);
    }
}

/// Makes room for this many bytes more. The text may hold a session token, so the memory that it leaves is wiped.
#[cold]
#[inline(never)]
fn grow(text: &mut Vec<u8>, more: usize) {
    let mut longer = Vec::with_capacity(2 * text.len() + more);
    longer.extend_from_slice(text);
    erase(text);
    *text = longer;
}

/// Wipes a text whose memory is freed next: the compiler drops a `fill` there.
#[inline(never)]
pub(crate) fn erase(text: &mut [u8]) {
    text.zeroize();
}

/// Empties a text, and keeps its memory.
pub(crate) fn wipe(text: &mut Vec<u8>) {
    text.fill(0);
    text.clear();
}

/// Where the first byte is that is below `limit` or one of `others`; the length of the text where there is none.
///
/// Looks at 8 bytes at a time ("Bit Twiddling Hacks", "Determine if a word has a byte less than n"): a session token has
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

/// Likewise, where the first of one byte is.
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

/// In eight bytes: the top bit of each that is below the limit, and, as far as they count, of others behind the first.
fn below(word: u64, limit: u8) -> u64 {
    word.wrapping_sub(ONES * u64::from(limit)) & !word
}

const ONES: u64 = u64::from_le_bytes([1; 8]);

/// A set of bytes: a bit for each.
pub(crate) struct ByteSet([u32; 8]);

impl ByteSet {
    /// Letters, digits, and these.
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

/// What stands before and after the first separator; without one, the whole text and nothing.
#[inline(never)]
pub(crate) fn cut(text: &[u8], separator: u8) -> (&[u8], &[u8]) {
    let (before, rest) = text.split_at_checked(find_one(text, separator)).unwrap_or_default();
    (before, rest.get(1..).unwrap_or_default())
}

/// What stands before and after the last separator; without one, nothing and the whole text.
#[inline(never)]
pub(crate) fn cut_last(text: &[u8], separator: u8) -> (&[u8], &[u8]) {
    let after = text.rsplit(|byte| *byte == separator).next().unwrap_or_default();
    let before = text.len().saturating_sub(after.len() + 1);
    (text.get(..before).unwrap_or_default(), after)
}

/// The parts between separators: at least one.
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
    fn cuts_and_splits_at_separators() {
        assert_eq!(cut(b"a.b.c", b'.'), (&b"a"[..], &b"b.c"[..]));
        assert_eq!(cut_last(b"a.b.c", b'.'), (&b"a.b"[..], &b"c"[..]));
        assert_eq!(cut(b"abc", b'.'), (&b"abc"[..], &b""[..]));
        assert_eq!(cut_last(b"abc", b'.'), (&b""[..], &b"abc"[..]));
        assert!(split(b".a.", b'.').eq([&b""[..], b"a", b""]));
        assert!(split(b"", b'.').eq([b""]));
    }
}
