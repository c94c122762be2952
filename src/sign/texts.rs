//! The texts that make up a signature, by name, and the templates that combine them.

use super::arena::{Arena, Span};

/// A text that is written for each signature. It may be empty.
#[derive(Clone, Copy)]
pub(crate) enum Text {
    Algorithm,
    /// The value of `x-amz-date`.
    DateTime,
    /// `AKID/20260203/eu-west-1/execute-api/aws4_request`.
    Credential,
    /// Its end, without the access key id.
    Scope,
    /// The value of `x-amz-region-set`.
    RegionSet,
    PayloadHash,
    /// The value of `x-amz-content-sha256`: the same, if the header is sent.
    ContentSha256,
    /// The name of the header.
    SessionToken,
    SignedHeaders,
    Query,
    /// The end of a presigned query, after the signature.
    Appended,
    /// Ends with the hash of the canonical request.
    StringToSign,
    /// The path and query to send instead of the given ones; see `Signed::target`.
    Target,
    CanonicalRequest,
    /// The canonical request of the first path, which the next text is a part of. Other paths may follow: see
    /// `Requests::prepare_path`.
    FirstRequest,
    Path,
    Signature,
}

const COUNT: usize = Text::Signature as usize + 1;

/// The place of each text in the memory of the arena.
pub(crate) struct Texts([Span; COUNT]);

impl Texts {
    pub(crate) const fn new() -> Self {
        Self([Span { start: 0, end: 0 }; COUNT])
    }

    /// Ends the text that is being written, and records it under this name.
    #[inline(never)]
    pub(crate) fn end<'m>(&mut self, name: Text, arena: &mut Arena<'m>) -> &'m [u8] {
        let (text, span) = arena.finish();
        self.set(name, span);
        text
    }

    pub(crate) fn set(&mut self, name: Text, span: Span) {
        if let Some(place) = self.0.get_mut(name as usize) {
            *place = span;
        }
    }

    pub(crate) fn span(&self, name: Text) -> Span {
        self.0.get(name as usize).copied().unwrap_or_default()
    }

    pub(crate) fn get<'t>(&self, name: Text, memory: &'t [u8]) -> &'t [u8] {
        self.span(name).of(memory)
    }

    /// The parts of a template, in order.
    #[inline(never)]
    pub(crate) fn each_part<'t>(&self, template: Template, memory: &'t [u8], mut put: impl FnMut(&'t [u8])) {
        let mut rest = template.0;
        while let Some((code, tail)) = rest.split_first() {
            let name = usize::from(code.wrapping_sub(NAMES));
            let (length, part) = match self.0.get(name) {
                Some(span) => (0, span.of(memory)),
                None => (usize::from(*code), tail.get(..usize::from(*code)).unwrap_or_default()),
            };
            put(part);
            rest = tail.get(length..).unwrap_or_default();
        }
    }
}

/// A template for texts. Packed, because code that appends part after part would be several times as large, in a module
/// that every page loads: a byte is either the number of a text or the length of the literal that follows.
#[derive(Clone, Copy)]
pub(crate) struct Template(&'static [u8]);

/// The numbers of texts begin here; lengths are below.
const NAMES: u8 = 0x80;

enum Piece {
    Of(Text),
    Is(&'static str),
}

use Piece::{Is, Of};

macro_rules! template {
    ($($piece:expr),+ $(,)?) => {{
        const PIECES: &[Piece] = &[$($piece),+];
        Template(&pack::<{ packed_length(PIECES) }>(PIECES))
    }};
}

/// The header `authorization`.
pub(crate) const AUTHORIZATION: Template = template![
    Of(Text::Algorithm),
    Is(" Credential="),
    Of(Text::Credential),
    Is(", SignedHeaders="),
    Of(Text::SignedHeaders),
    Is(", Signature="),
    Of(Text::Signature),
];

/// The query of a presigned request.
pub(crate) const SIGNED_QUERY: Template =
    template![Of(Text::Query), Is("&X-Amz-Signature="), Of(Text::Signature), Of(Text::Appended)];

/// The texts that JavaScript reads before one of the two.
#[cfg(all(target_arch = "wasm32", feature = "engine"))]
pub(crate) const RESULT: Template = template![
    Of(Text::DateTime),
    Is("\n"),
    Of(Text::ContentSha256),
    Is("\n"),
    Of(Text::SessionToken),
    Is("\n"),
    Of(Text::RegionSet),
    Is("\n"),
    Of(Text::Target),
    Is("\n"),
];

/// The texts that JavaScript reads for each path after the first.
#[cfg(all(target_arch = "wasm32", feature = "engine"))]
pub(crate) const SIGNED_PATH: Template = template![Of(Text::Target), Is("\n"), Of(Text::Signature)];

/// The same if the platform signs.
#[cfg(all(target_arch = "wasm32", feature = "engine"))]
pub(crate) const UNSIGNED_PATH: Template = template![Of(Text::Target), Is("\n"), Of(Text::StringToSign)];

/// The texts that JavaScript also reads for a trace.
#[cfg(all(target_arch = "wasm32", feature = "engine"))]
pub(crate) const TRACE: Template =
    template![Is("\0"), Of(Text::CanonicalRequest), Is("\0"), Of(Text::StringToSign)];

/// The texts that JavaScript also reads if the platform signs.
#[cfg(all(target_arch = "wasm32", feature = "engine"))]
pub(crate) const UNSIGNED: Template = template![Is("\0\0"), Of(Text::StringToSign)];

const fn packed_length(pieces: &[Piece]) -> usize {
    let mut length = pieces.len();
    let mut index = 0;
    while index < pieces.len() {
        if let Is(text) = pieces[index] {
            length += text.len();
        }
        index += 1;
    }
    length
}

const fn pack<const LENGTH: usize>(pieces: &[Piece]) -> [u8; LENGTH] {
    let mut packed = [0; LENGTH];
    let mut at = 0;
    let mut index = 0;
    while index < pieces.len() {
        match pieces[index] {
            Of(name) => packed[at] = NAMES + name as u8,
            Is(text) => {
                assert!(text.len() < NAMES as usize);
                packed[at] = text.len() as u8;
                let (_, rest) = packed.split_at_mut(at + 1);
                rest.split_at_mut(text.len()).0.copy_from_slice(text.as_bytes());
                at += text.len();
            }
        }
        at += 1;
        index += 1;
    }
    packed
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::*;

    #[test]
    fn a_template_has_its_texts_and_what_is_between_them() {
        let mut texts = Texts::new();
        texts.set(Text::Query, Span { start: 1, end: 4 });
        texts.set(Text::Signature, Span { start: 4, end: 6 });
        let mut written = Vec::new();
        texts.each_part(SIGNED_QUERY, b".a=bcd", |part| written.extend_from_slice(part));
        assert_eq!(written, b"a=b&X-Amz-Signature=cd");
    }
}
