//! Tables of text, packed: each text follows a byte with its length.
//!
//! In wasm a `&str` takes 8 bytes besides its text, as much as most texts of our tables, and these bytes do not compress.

/// Rows of text, made by [`table!`](crate::table).
#[derive(Clone, Copy)]
pub(crate) struct Table(pub(crate) &'static [u8]);

impl Table {
    /// The place of a text in a table of one column.
    #[inline(never)]
    pub(crate) fn position(self, text: &[u8]) -> Option<usize> {
        self.texts().position(|known| known == text)
    }

    /// Whether a text is in such a table.
    pub(crate) fn contains(self, text: &[u8]) -> bool {
        self.position(text).is_some()
    }

    /// The same, and a text of the table that ends with an asterisk stands for all texts that begin with it.
    #[inline(never)]
    pub(crate) fn lists(self, text: &[u8]) -> bool {
        self.texts().any(|listed| match listed {
            [start @ .., b'*'] => text.starts_with(start),
            _ => text == listed,
        })
    }

    /// Row by row.
    pub(crate) fn texts(self) -> Texts {
        Texts(self.0)
    }
}

pub(crate) struct Texts(&'static [u8]);

impl Iterator for Texts {
    type Item = &'static [u8];

    #[inline(always)]
    fn next(&mut self) -> Option<Self::Item> {
        let (length, rest) = self.0.split_first()?;
        let (text, rest) = rest.split_at_checked(usize::from(*length))?;
        self.0 = rest;
        Some(text)
    }
}

macro_rules! table {
    ($texts:ident) => {
        $crate::packed_table::Table(&$crate::packed_table::pack::<{ $crate::packed_table::packed_length(&$texts) }>(&$texts))
    };
    ($([$($text:expr),+]),+ $(,)?) => {{
        const TEXTS: &[&str] = &[$($($text),+),+];
        $crate::packed_table::Table(&$crate::packed_table::pack::<{ $crate::packed_table::packed_length(TEXTS) }>(TEXTS))
    }};
}
pub(crate) use table;

/// One list after another. `LENGTH` is that of both.
pub(crate) const fn joined<const LENGTH: usize>(
    list: &[&'static str],
    other: &[&'static str],
) -> [&'static str; LENGTH] {
    assert!(list.len() + other.len() == LENGTH);
    let mut both = [""; LENGTH];
    let (start, end) = both.split_at_mut(list.len());
    start.copy_from_slice(list);
    end.copy_from_slice(other);
    both
}

pub(crate) const fn packed_length(texts: &[&str]) -> usize {
    let mut length = texts.len();
    let mut index = 0;
    while index < texts.len() {
        length += texts[index].len();
        index += 1;
    }
    length
}

pub(crate) const fn pack<const LENGTH: usize>(texts: &[&str]) -> [u8; LENGTH] {
    let mut packed = [0; LENGTH];
    let mut at = 0;
    let mut index = 0;
    while index < texts.len() {
        let text = texts[index].as_bytes();
        assert!(text.len() < 256);
        packed[at] = text.len() as u8;
        let (_, rest) = packed.split_at_mut(at + 1);
        rest.split_at_mut(text.len()).0.copy_from_slice(text);
        at += 1 + text.len();
        index += 1;
    }
    packed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gives_back_the_texts() {
        const TABLE: Table = table!(["a", "bc"], ["", "d"]);
        assert!(TABLE.texts().eq([&b"a"[..], b"bc", b"", b"d"]));
        assert_eq!(TABLE.position(b"d"), Some(3));
        assert!(TABLE.contains(b"d") && !TABLE.contains(b"b"));
        const PATTERNS: Table = table!(["a*"], ["b"]);
        for (text, is_listed) in [("a", true), ("abc", true), ("b", true), ("bc", false), ("", false)] {
            assert_eq!(PATTERNS.lists(text.as_bytes()), is_listed, "{text}");
        }
    }
}
