//! The canonical URI.

use super::encode::{Decode, encode};
use crate::text::{Put, split};

/// How the path on the wire is converted to the signed path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PathEncoding {
    /// The wire form is encoded once more, so that its `%` becomes `%25`: every service but S3.
    Double,
    /// Escapes are decoded, then everything is encoded once: S3 ("Do not normalize URI paths").
    Single,
}

/// Whether dot segments and empty segments are removed first (RFC 3986, section 5.2.4, and AWS's additions to it).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PathNormalization {
    /// Every service but S3.
    Enabled,
    /// S3, where `//` and `/./` are part of the key.
    Disabled,
}

impl PathEncoding {
    /// The default for an encoding: both distinguish S3 from other services.
    pub(crate) const fn normalization(self) -> PathNormalization {
        match self {
            Self::Double => PathNormalization::Enabled,
            Self::Single => PathNormalization::Disabled,
        }
    }
}

#[inline(never)]
pub(crate) fn write(
    path: &[u8],
    encoding: PathEncoding,
    normalization: PathNormalization,
    out: &mut impl Put,
) {
    let decode = match encoding {
        PathEncoding::Double => Decode::Nothing,
        PathEncoding::Single => Decode::Escapes,
    };
    if normalization == PathNormalization::Enabled && needs_normalization(path) {
        let start = out.written().len();
        // With its slashes escaped, a segment is still a single one when the next removes it.
        normalize(path, out, &|segment, out| encode(segment, decode, false, out));
        decode_slashes(start, out);
        return;
    }
    if !path.starts_with(b"/") {
        out.put(b"/");
    }
    encode(path, decode, true, out);
}

/// A path without its dot segments and empty segments, in its original spelling.
#[cfg(any(test, feature = "tables", feature = "engine", feature = "mismatch"))]
#[cfg_attr(not(any(feature = "mismatch", all(target_arch = "wasm32", feature = "engine"))), allow(dead_code))]
pub(crate) fn write_normalized(path: &[u8], out: &mut impl Put) {
    if needs_normalization(path) {
        normalize(path, out, &|segment, out| {
            out.put(segment);
        });
    } else {
        out.put(path);
    }
}

/// Only an empty segment or one that begins with a dot can change anything.
fn needs_normalization(path: &[u8]) -> bool {
    path.starts_with(b".") || path.windows(2).any(|pair| matches!(pair, b"//" | b"/."))
}

/// `write` writes a segment without a slash in it.
fn normalize<P: Put>(path: &[u8], out: &mut P, write: &dyn Fn(&[u8], &mut P)) {
    let start = out.written().len();
    for segment in split(path, b'/') {
        match segment {
            b"" | b"." => {}
            b".." => {
                let written = out.written().get(start..).unwrap_or_default();
                let last = written.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
                out.shorten(start + last);
            }
            _ => {
                out.put(b"/");
                write(segment, out);
            }
        }
    }
    if path.ends_with(b"/") || out.written().len() == start {
        out.put(b"/");
    }
}

/// Replaces `%2F` with a slash, from this offset on: in canonical encoding it stands for nothing else.
fn decode_slashes(start: usize, out: &mut impl Put) {
    let text = out.written_mut().get_mut(start..).unwrap_or_default();
    let (mut from, mut to) = (0, 0);
    while let Some(byte) = text.get(from).copied() {
        let is_slash = text.get(from..from + 3) == Some(b"%2F");
        if let Some(place) = text.get_mut(to) {
            *place = if is_slash { b'/' } else { byte };
        }
        from += if is_slash { 3 } else { 1 };
        to += 1;
    }
    out.shorten(start + to);
}

#[cfg(test)]
mod tests {
    use alloc::string::String;
    use alloc::vec::Vec;

    use super::*;

    fn written(path: &str, encoding: PathEncoding, normalization: PathNormalization) -> String {
        let mut out = Vec::new();
        write(path.as_bytes(), encoding, normalization, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn default_services_normalize_then_encode_the_wire_form_again() {
        for (wire, canonical) in [
            ("", "/"),
            ("/", "/"),
            ("//", "/"),
            ("a", "/a"),
            ("/a//b/", "/a/b/"),
            ("/a/./b/../c", "/a/c"),
            ("/a/..", "/"),
            ("/..", "/"),
            ("/a/b/..", "/a"),
            ("/.well-known/x", "/.well-known/x"),
            ("/d../x", "/d../x"),
            ("/a%20b/%2F", "/a%2520b/%252F"),
            ("/prod/@connections/ab=", "/prod/%40connections/ab%3D"),
        ] {
            assert_eq!(written(wire, PathEncoding::Double, PathNormalization::Enabled), canonical, "{wire}");
        }
    }

    #[test]
    fn segments_go_before_their_escapes_are_decoded() {
        for (wire, canonical) in [
            ("/a%2Fb/../c", "/c"),
            ("/a//b%2fc/", "/a/b/c/"),
            ("/./%2F%25", "//%25"),
            ("/a/%2E%2E/b//", "/a/../b/"),
        ] {
            assert_eq!(written(wire, PathEncoding::Single, PathNormalization::Enabled), canonical, "{wire}");
        }
    }

    #[test]
    fn s3_keeps_every_segment_and_encodes_once() {
        for (wire, canonical) in [
            ("", "/"),
            ("//a//", "//a//"),
            ("/a/../b/./", "/a/../b/./"),
            ("/a%20b", "/a%20b"),
            ("/a%2fb", "/a/b"),
            ("/a+b$!'()*", "/a%2Bb%24%21%27%28%29%2A"),
        ] {
            assert_eq!(written(wire, PathEncoding::Single, PathNormalization::Disabled), canonical, "{wire}");
        }
    }
}
