//! The canonical URI.

use alloc::vec::Vec;

use super::encode;

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

pub(crate) fn write(path: &str, encoding: PathEncoding, normalization: PathNormalization, out: &mut Vec<u8>) {
    let normalized;
    let path = match normalization {
        PathNormalization::Enabled if needs_normalization(path) => {
            normalized = normalize(path);
            &normalized[..]
        }
        _ => path.as_bytes(),
    };
    if path.first() != Some(&b'/') {
        out.push(b'/');
    }
    match encoding {
        PathEncoding::Double => encode::encode(path, true, out),
        PathEncoding::Single => encode::normalize(path, true, false, out),
    }
}

/// Only an empty segment or one that begins with a dot can change anything.
fn needs_normalization(path: &str) -> bool {
    path.as_bytes().windows(2).any(|pair| matches!(pair, b"//" | b"/.")) || path.starts_with('.')
}

fn normalize(path: &str) -> Vec<u8> {
    let mut segments: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => {
                segments.pop();
            }
            _ => segments.push(segment),
        }
    }
    let mut out = Vec::with_capacity(path.len() + 1);
    for segment in &segments {
        out.push(b'/');
        out.extend_from_slice(segment.as_bytes());
    }
    if path.ends_with('/') || segments.is_empty() {
        out.push(b'/');
    }
    out
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;

    fn written(path: &str, encoding: PathEncoding, normalization: PathNormalization) -> String {
        let mut out = Vec::new();
        write(path, encoding, normalization, &mut out);
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
