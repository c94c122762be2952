//! The canonical request as a value that signer and verifier fill in and write.

use super::path::{PathEncoding, PathNormalization};
use super::{Entry, headers, path, query};
use crate::text::Put;

/// The parts to be signed. All except for the path are already canonical.
pub(crate) struct CanonicalRequest<'a> {
    pub(crate) method: &'a [u8],
    /// As on the wire.
    pub(crate) path: &'a [u8],
    pub(crate) path_form: (PathEncoding, PathNormalization),
    pub(crate) query: Query<'a>,
    /// Sorted.
    pub(crate) headers: &'a [Entry<'a>],
    /// Their names, joined with semicolons.
    pub(crate) signed_headers: &'a [u8],
    /// A hash in hex, or a keyword.
    pub(crate) payload: &'a [u8],
}

/// A canonical query string.
pub(crate) enum Query<'a> {
    /// Already written, because a signer also sends it.
    Text(&'a [u8]),
    /// From sorted parameters.
    #[cfg_attr(not(any(test, feature = "verify")), allow(dead_code))]
    Sorted(&'a [Entry<'a>]),
}

impl CanonicalRequest<'_> {
    /// Writes the canonical request, and allocates no memory. Returns the place of the path.
    pub(crate) fn write(&self, out: &mut impl Put) -> (usize, usize) {
        let (encoding, normalization) = self.path_form;
        out.put(self.method).put(b"\n");
        let path_start = out.written().len();
        path::write(self.path, encoding, normalization, out);
        let path_end = out.written().len();
        out.put(b"\n");
        match self.query {
            Query::Text(query) => {
                out.put(query);
            }
            Query::Sorted(parameters) => {
                query::write_sorted(parameters, out);
            }
        }
        out.put(b"\n");
        headers::write_lines(self.headers, out);
        out.put(b"\n").put(self.signed_headers).put(b"\n").put(self.payload);
        (path_start, path_end)
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use super::*;
    use crate::sign::arena::Arena;

    fn entry(key: &'static str, value: &'static str) -> Entry<'static> {
        Entry { key: key.as_bytes(), order: 0, value: value.as_bytes() }
    }

    /// The example of "Create a signed AWS API request", IAM user guide, and its hash.
    const EXPECTED: &str = "GET\n/\nAction=ListUsers&Version=2010-05-08\n\
        content-type:application/x-www-form-urlencoded; charset=utf-8\nhost:iam.amazonaws.com\nx-amz-date:20150830T123600Z\n\n\
        content-type;host;x-amz-date\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn is_that_of_the_documentation_in_any_storage_that_is_large_enough() {
        let parameters = [entry("Action", "ListUsers"), entry("Version", "2010-05-08")];
        let headers = [
            entry("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
            entry("host", "iam.amazonaws.com"),
            entry("x-amz-date", "20150830T123600Z"),
        ];
        let request = CanonicalRequest {
            method: b"GET",
            path: b"/a/../",
            path_form: (PathEncoding::Double, PathNormalization::Enabled),
            query: Query::Sorted(&parameters),
            headers: &headers,
            signed_headers: b"content-type;host;x-amz-date",
            payload: b"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        };
        let mut text = Vec::new();
        assert_eq!(request.write(&mut text), (4, 5));
        assert_eq!(str::from_utf8(&text), Ok(EXPECTED));
        let query = Query::Text(b"Action=ListUsers&Version=2010-05-08");
        let with_text = CanonicalRequest { query, ..request };
        for size in 0..EXPECTED.len() + 40 {
            let mut memory = vec![0; size];
            let mut out = Arena::of_texts(&mut memory);
            with_text.write(&mut out);
            assert_eq!(out.is_full(), size < EXPECTED.len(), "{size}");
            assert!(out.is_full() || out.written() == EXPECTED.as_bytes());
        }
    }
}
