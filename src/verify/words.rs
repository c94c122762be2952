//! What the verifier does with texts, in one copy each: as in `text.rs`, and for the same reason. The searches of `core` are
//! fast on long texts, and take 10 kB.

use alloc::string::String;
use alloc::vec::Vec;
use core::hint::black_box;

use crate::text::find;

/// Texts one after the other.
#[inline(never)]
pub(super) fn join(parts: &[&str]) -> String {
    let mut text = String::with_capacity(parts.iter().map(|part| part.len()).sum());
    for part in parts {
        text.push_str(part);
    }
    text
}

/// What stands before and after the first separator, which is ASCII.
#[inline(never)]
pub(super) fn cut(text: &str, separator: u8) -> Option<(&str, &str)> {
    let (before, rest) = text.split_at_checked(find(text.as_bytes(), 0, [separator; 3]))?;
    Some((before, rest.get(1..)?))
}

/// The parts between separators, of which there is at least one.
pub(super) fn split(text: &str, separator: u8) -> Parts<'_> {
    Parts { rest: Some(text), separator }
}

#[derive(Clone)]
pub(super) struct Parts<'a> {
    rest: Option<&'a str>,
    separator: u8,
}

impl<'a> Iterator for Parts<'a> {
    type Item = &'a str;

    #[inline(never)]
    fn next(&mut self) -> Option<&'a str> {
        let text = self.rest?;
        let (part, rest) = match cut(text, self.separator) {
            Some((part, rest)) => (part, Some(rest)),
            None => (text, None),
        };
        self.rest = rest;
        Some(part)
    }
}

/// Where a part first is. Texts are short.
#[inline(never)]
pub(super) fn find_part(text: &str, part: &str) -> Option<usize> {
    let last = text.len().checked_sub(part.len())?;
    (0..=last).find(|at| text.as_bytes().get(*at..at + part.len()) == Some(part.as_bytes()))
}

/// A text with another one instead of each part, at most so often.
#[inline(never)]
pub(super) fn replace(text: &str, part: &str, with: &str, limit: usize) -> Secret {
    let mut replaced = Secret(String::with_capacity(text.len() + with.len()));
    let (mut rest, mut count) = (text, 0);
    while let Some((before, after)) = find_part(rest, part)
        .filter(|_| count < limit && !part.is_empty())
        .and_then(|at| Some((rest.get(..at)?, rest.get(at + part.len()..)?)))
    {
        replaced.0.push_str(before);
        replaced.0.push_str(with);
        rest = after;
        count += 1;
    }
    replaced.0.push_str(rest);
    replaced
}

/// A text that may hold a session token. Wiped on drop.
#[derive(Clone)]
pub(super) struct Secret(pub(super) String);

impl Drop for Secret {
    fn drop(&mut self) {
        drop(SecretBytes(core::mem::take(&mut self.0).into_bytes()));
    }
}

/// Likewise, bytes.
pub(crate) struct SecretBytes(pub(crate) Vec<u8>);

impl Drop for SecretBytes {
    #[inline(never)]
    fn drop(&mut self) {
        self.0.fill(0);
        black_box(&mut self.0); // or else the compiler would leave that out: the memory is freed
    }
}
