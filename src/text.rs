//! What the core does with text, in one copy each: it is most of what a signer does, and every browser would fetch every
//! copy.
//!
//! Text is bytes here. Nothing in SigV4 looks at characters, so nothing has to prove that they are UTF-8.

use alloc::vec::Vec;

/// Writes texts one after the other, in a chain.
pub(crate) trait Put {
    fn put(&mut self, text: &[u8]) -> &mut Self;
}

impl Put for Vec<u8> {
    #[inline(never)]
    fn put(&mut self, text: &[u8]) -> &mut Self {
        match text {
            [byte] => self.push(*byte), // a separator: not worth the call that copies memory
            _ => self.extend_from_slice(text),
        }
        self
    }
}

/// Where the first byte is that is below `limit` or one of `others`; the length of the text where there is none.
///
/// Looks at 8 bytes at once ("Bit Twiddling Hacks", "Determine if a word has a byte less than n"): a session token has
/// a thousand, and each is looked at several times.
#[inline(never)]
pub(crate) fn find(text: &[u8], limit: u8, others: &[u8]) -> usize {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    let below = |word: u64, limit: u8| word.wrapping_sub(ONES * u64::from(limit)) & !word & (ONES << 7);
    let (words, rest) = text.as_chunks::<8>();
    let mut at = 0;
    for word in words {
        let word = u64::from_le_bytes(*word);
        let mut found = below(word, limit);
        for other in others {
            found |= below(word ^ (ONES * u64::from(*other)), 1);
        }
        if found != 0 {
            return at + found.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    for byte in rest {
        if *byte < limit || others.iter().any(|other| other == byte) {
            return at;
        }
        at += 1;
    }
    at
}

pub(crate) fn contains(text: &[u8], limit: u8, others: &[u8]) -> bool {
    find(text, limit, others) < text.len()
}

/// What stands before and after the first separator; without one, the whole text and nothing.
#[inline(never)]
pub(crate) fn cut(text: &[u8], separator: u8) -> (&[u8], &[u8]) {
    let (before, rest) = text.split_at_checked(find(text, 0, &[separator])).unwrap_or_default();
    (before, rest.get(1..).unwrap_or_default())
}

/// What stands before and after the last separator; without one, nothing and the whole text.
#[inline(never)]
pub(crate) fn cut_last(text: &[u8], separator: u8) -> (&[u8], &[u8]) {
    let after = text.rsplit(|byte| *byte == separator).next().unwrap_or_default();
    let before = text.len().saturating_sub(after.len() + 1);
    (text.get(..before).unwrap_or_default(), after)
}

/// The parts between separators, of which there is at least one.
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
        for length in 0..20 {
            for byte in 0..=255 {
                for others in [b'!', 0x80, 0xFF] {
                    let mut bytes = vec![others; length];
                    assert_eq!(find(&bytes, b' ', b"x\x7F"), length);
                    for at in (0..length).rev() {
                        bytes[at] = byte;
                        let expected = if is_such(byte) { at } else { length };
                        assert_eq!(find(&bytes, b' ', b"x\x7F"), expected);
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
