//! The canonical URI.

use alloc::vec::Vec;

use super::encode::{Decode, encode};
use crate::text::{Put, split};

/// How the path on the wire becomes the one that is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathEncoding {
    /// The wire form is encoded once more, so that its `%` becomes `%25`: every service but S3.
    Double,
    /// Escapes are decoded, then everything is encoded once: S3 ("Do not normalize URI paths").
    Single,
}

/// Whether dot segments and empty segments are taken out first (RFC 3986, section 5.2.4, and what AWS adds to it).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathNormalization {
    /// Every service but S3.
    Enabled,
    /// S3, where `//` and `/./` are part of the key.
    Disabled,
}

#[inline(never)]
pub(crate) fn write(
    path: &[u8],
    encoding: PathEncoding,
    normalization: PathNormalization,
    out: &mut Vec<u8>,
) {
    let normalized;
    let path = match normalization {
        PathNormalization::Enabled if needs_normalization(path) => {
            normalized = normalize(path);
            &normalized[..]
        }
        _ => path,
    };
    if !path.starts_with(b"/") {
        out.put(b"/");
    }
    let decode = match encoding {
        PathEncoding::Double => Decode::Nothing,
        PathEncoding::Single => Decode::Escapes,
    };
    encode(path, decode, true, out);
}

/// A path without its dot segments and empty segments, as it is spelled.
#[cfg(any(test, feature = "tables", feature = "engine"))]
#[cfg_attr(not(all(target_arch = "wasm32", feature = "engine")), allow(dead_code))] // asked for by JavaScript
pub(crate) fn write_normalized(path: &[u8], out: &mut Vec<u8>) {
    if needs_normalization(path) {
        out.put(&normalize(path));
    } else {
        out.put(path);
    }
}

/// Only an empty segment or one that begins with a dot can change anything.
fn needs_normalization(path: &[u8]) -> bool {
    path.starts_with(b".") || path.windows(2).any(|pair| matches!(pair, b"//" | b"/."))
}

fn normalize(path: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    for segment in split(path, b'/') {
        match segment {
            b"" | b"." => {}
            b".." => out.truncate(out.iter().rposition(|byte| *byte == b'/').unwrap_or(0)),
            _ => {
                out.put(b"/").put(segment);
            }
        }
    }
    if path.ends_with(b"/") || out.is_empty() {
        out.put(b"/");
    }
    out
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

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
