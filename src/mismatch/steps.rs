//! Spellings of a text, in steps: each changes the result of the previous one.

use alloc::vec::Vec;

use super::pieces::Text;
use crate::canonical::encode::{Decode, encode};
use crate::canonical::path::{PathEncoding, PathNormalization, write, write_normalized};
use crate::text::Put;

/// A text before its steps.
#[derive(Clone, Default)]
pub(crate) struct Spelling {
    pub(crate) text: Text,
    pub(crate) steps: Vec<Step>,
}

#[derive(Clone)]
pub(crate) enum Step {
    /// The canonical path of every service except for S3, not normalized.
    Double,
    /// The canonical path of S3.
    Single,
    /// Each byte in its canonical spelling; the slashes between the segments of a path are kept.
    Segments,
    /// Each byte in its canonical spelling.
    Escapes,
    /// A path without its dot segments and empty segments.
    Normalize,
    /// A path without its empty segments.
    MergeSlashes,
    /// A path as a URL parser leaves it: without dot segments.
    UrlPath,
    LowerEscapes,
    UpperEscapes,
    /// Without its first character.
    CutFirst,
    Replace(Text, Text),
    /// Escapes of these characters are decoded; all escapes if no character is named.
    Decode(Text),
    /// These characters are escaped.
    Encode(Text),
}

impl Spelling {
    #[inline(never)]
    pub(crate) fn spelled(&self) -> Text {
        spelled(&self.text, &self.steps)
    }
}

pub(crate) fn spelled(text: &[u8], steps: &[Step]) -> Text {
    let mut text = text.to_vec();
    for step in steps {
        text = step.apply(&text);
    }
    text
}

impl Step {
    fn apply(&self, text: &[u8]) -> Text {
        let mut out = Vec::with_capacity(text.len());
        match self {
            Self::Double => write(text, PathEncoding::Double, PathNormalization::Disabled, &mut out),
            Self::Single => write(text, PathEncoding::Single, PathNormalization::Disabled, &mut out),
            Self::Segments => {
                for (order, segment) in text.split(|byte| *byte == b'/').enumerate() {
                    if order > 0 {
                        out.push(b'/');
                    }
                    encode(segment, Decode::Escapes, false, &mut out);
                }
            }
            Self::Escapes => encode(text, Decode::Escapes, false, &mut out),
            Self::Normalize => write_normalized(text, &mut out),
            Self::MergeSlashes => {
                out.extend_from_slice(text);
                out.dedup_by(|next, last| *next == b'/' && *last == b'/');
            }
            Self::UrlPath => url_path(text, &mut out),
            Self::LowerEscapes => escapes(text, u8::to_ascii_lowercase, &mut out),
            Self::UpperEscapes => escapes(text, u8::to_ascii_uppercase, &mut out),
            Self::CutFirst => out.extend_from_slice(text.get(1..).unwrap_or_default()),
            Self::Replace(from, to) => replace(text, from, to, &mut out),
            Self::Decode(which) => decode(text, which, &mut out),
            Self::Encode(which) => {
                for byte in text {
                    if which.contains(byte) { escape(*byte, &mut out) } else { out.push(*byte) }
                }
            }
        }
        out
    }
}

#[inline(never)]
fn replace(text: &[u8], from: &[u8], to: &[u8], out: &mut Text) {
    let mut rest = text;
    while let [byte, tail @ ..] = rest {
        match rest.strip_prefix(from) {
            Some(tail) if !from.is_empty() => {
                out.put(to);
                rest = tail;
            }
            _ => {
                out.push(*byte);
                rest = tail;
            }
        }
    }
}

#[inline(never)]
fn decode(text: &[u8], which: &[u8], out: &mut Text) {
    let mut rest = text;
    while let [byte, tail @ ..] = rest {
        rest = tail;
        match (byte, tail) {
            (b'%', [high, low, tail @ ..]) => match hex(*high).zip(hex(*low)) {
                Some((high, low)) if which.is_empty() || which.contains(&(high << 4 | low)) => {
                    out.push(high << 4 | low);
                    rest = tail;
                }
                _ => out.push(*byte),
            },
            _ => out.push(*byte),
        }
    }
}

/// Changes the case of the two characters after each `%`.
fn escapes(text: &[u8], change: impl Fn(&u8) -> u8, out: &mut Text) {
    let mut rest = text;
    while let [byte, tail @ ..] = rest {
        out.push(*byte);
        rest = tail;
        if let (b'%', [high, low, tail @ ..]) = (byte, tail) {
            out.push(change(high));
            out.push(change(low));
            rest = tail;
        }
    }
}

/// The pathname of a path in the URL standard ("path state"), which keeps empty segments.
fn url_path(text: &[u8], out: &mut Text) {
    if !text.starts_with(b"/") {
        out.extend_from_slice(text); // together with another mistake, it may be no path
        return;
    }
    let end = text.iter().position(|byte| matches!(byte, b'?' | b'#')).unwrap_or(text.len());
    let path: Text =
        text.iter().take(end).filter(|byte| !matches!(byte, b'\t' | b'\n' | b'\r')).copied().collect();
    let path = if end == text.len() { path.trim_ascii_end() } else { &path };
    let mut segments = path.split(|byte| matches!(byte, b'/' | b'\\')).skip(1).peekable();
    while let Some(segment) = segments.next() {
        let is_last = segments.peek().is_none();
        match dots(segment) {
            Some(count) => {
                if count == 2 {
                    out.truncate(out.iter().rposition(|byte| *byte == b'/').unwrap_or(0));
                }
                if is_last {
                    out.push(b'/');
                }
            }
            None => {
                out.push(b'/');
                for byte in segment {
                    match byte {
                        b'"' | b'<' | b'>' | b'`' | b'{' | b'}' | b'^' | 0..=b' ' | 0x7F => {
                            escape(*byte, out)
                        }
                        // Here a byte is a character, whose UTF-8 is escaped.
                        0x80.. => {
                            escape(0xC0 | byte >> 6, out);
                            escape(0x80 | byte & 0x3F, out);
                        }
                        _ => out.push(*byte),
                    }
                }
            }
        }
    }
}

/// Whether a segment is one dot or two, which may be escaped.
fn dots(segment: &[u8]) -> Option<usize> {
    let mut plain = Vec::with_capacity(segment.len());
    decode(segment, b".", &mut plain);
    matches!(&plain[..], b"." | b"..").then_some(plain.len())
}

fn escape(byte: u8, out: &mut Text) {
    let digit = |nibble: u8| nibble + if nibble < 10 { b'0' } else { b'A' - 10 };
    out.put(&[b'%', digit(byte >> 4), digit(byte & 15)]);
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).map(|digit| digit as u8)
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;

    #[test]
    fn each_step_spells_a_text_as_its_name_says() {
        let text = |text: &str| text.as_bytes().to_vec();
        let replace = |from: &str, to: &str| Step::Replace(text(from), text(to));
        for (step, before, after) in [
            (Step::Double, "/a%20b/../é", "/a%2520b/../%C3%A9"),
            (Step::Double, "a", "/a"),
            (Step::Single, "/a%2fb%C3", "/a/b%C3"),
            (Step::Segments, "/a%2fb/c d", "/a%2Fb/c%20d"),
            (Step::Escapes, "a/b+%7e%", "a%2Fb%2B~%25"),
            (Step::Normalize, "/a//b/../c/", "/a/c/"),
            (Step::MergeSlashes, "//a///b/./", "/a/b/./"),
            (Step::UrlPath, "/a//b/../c/%2E/d", "/a//c/d"),
            (Step::UrlPath, "/a/..", "/"),
            (Step::UrlPath, "/..//{x y}?q", "//%7Bx%20y%7D"),
            (Step::UrlPath, "a/../b", "a/../b"),
            (Step::LowerEscapes, "%C3%9FA%", "%c3%9fA%"),
            (Step::UpperEscapes, "%c3%9fa%2", "%C3%9Fa%2"),
            (Step::CutFirst, "/a", "a"),
            (Step::CutFirst, "", ""),
            (replace("%20", "+"), "a%20b%20", "a+b+"),
            (replace("", "x"), "ab", "ab"),
            (Step::Decode(text("/:")), "%2f%3A%20%zz%", "/:%20%zz%"),
            (Step::Decode(text("")), "%2f%25%", "/%%"),
            (Step::Encode(text("!(")), "a!(b)", "a%21%28b)"),
        ] {
            assert_eq!(String::from_utf8(step.apply(before.as_bytes())).unwrap(), after, "{before}");
        }
        let twice = Spelling { text: text("/a b"), steps: [Step::Double, Step::Double].to_vec() };
        assert_eq!(twice.spelled(), b"/a%2520b");
    }
}
