//! The canonical request: the one text that signer and server must agree on, byte for byte.
//!
//! Source: "Create a signed AWS API request", step 1, in the IAM user guide.

use alloc::collections::BinaryHeap;
use alloc::vec::Vec;

pub(crate) mod encode;
pub(crate) mod headers;
pub(crate) mod path;
pub(crate) mod payload;
pub(crate) mod query;

/// A query parameter or a header on its way to its sorted place. Field order is sort order.
///
/// One type for both, so that the module carries one sort.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry<'a> {
    pub(crate) key: &'a [u8],
    /// Headers of one name keep the order in which they were given; parameters leave this 0 and sort by value.
    pub(crate) order: usize,
    pub(crate) value: &'a [u8],
}

/// Sorts by heap: the sort of `core` would be a third of the whole module, and is no faster for a handful of headers.
pub(crate) fn sort(entries: Vec<Entry<'_>>) -> Vec<Entry<'_>> {
    if entries.is_sorted() { entries } else { BinaryHeap::from(entries).into_sorted_vec() }
}

/// Where the parts of a canonical request lie in its text.
pub(crate) struct Layout {
    pub(crate) query: core::ops::Range<usize>,
    pub(crate) signed_headers: core::ops::Range<usize>,
}

/// What stands above the headers: everything is decided, nothing is written yet.
pub(crate) struct RequestLine<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) path_encoding: path::PathEncoding,
    pub(crate) path_normalization: path::PathNormalization,
    pub(crate) query: &'a query::Query,
}

/// Assembles the six parts into `out`, which is cleared first.
pub(crate) fn write_request(
    line: &RequestLine<'_>,
    headers: &[Entry<'_>],
    payload_hash: &[u8],
    out: &mut Vec<u8>,
) -> Layout {
    out.clear();
    out.extend_from_slice(line.method.as_bytes());
    out.push(b'\n');
    path::write(line.path, line.path_encoding, line.path_normalization, out);
    out.push(b'\n');
    let query_start = out.len();
    line.query.write(out);
    let query = query_start..out.len();
    out.push(b'\n');
    headers::write_lines(headers, out);
    out.push(b'\n');
    let signed_start = out.len();
    headers::write_names(headers, out);
    let signed_headers = signed_start..out.len();
    out.push(b'\n');
    out.extend_from_slice(payload_hash);
    Layout { query, signed_headers }
}
