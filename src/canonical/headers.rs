//! Canonical headers, and which headers are signed.

use alloc::vec::Vec;

use super::{Entry, encode::any};

/// Written by the signer itself: whatever the caller passed under these names is stale.
const REPLACED: &[&str] =
    &["authorization", "x-amz-date", "x-amz-security-token", "x-amz-s3session-token", CONTENT_SHA256];

pub(crate) const CONTENT_SHA256: &str = "x-amz-content-sha256";

/// What every signature covers besides `x-amz-*`: AWS asks for `host` and `content-type`, S3 for `content-md5`. A
/// longer list only gives proxies more to break.
const REQUIRED: &[&str] = &["host", "content-type", "content-md5"];

/// Headers that proxies and HTTP clients add, change or remove on the way: what any of botocore, smithy and the CRT
/// leaves out. A name that ends with a hyphen stands for all that begin with it.
const UNSIGNABLE: &[&str] = &[
    "authorization",
    "cache-control",
    "connection",
    "expect",
    "from",
    "keep-alive",
    "max-forwards",
    "pragma",
    "proxy-",
    "referer",
    "sec-",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "user-agent",
    "x-amzn-trace-id",
];

pub(crate) fn is_replaced(name: &[u8]) -> bool {
    is_listed(REPLACED, name)
}

pub(crate) fn is_required(name: &[u8]) -> bool {
    is_amz(name) || is_listed(REQUIRED, name)
}

pub(crate) fn is_amz(name: &[u8]) -> bool {
    name.starts_with(b"x-amz-")
}

pub(crate) fn is_unsignable(name: &[u8]) -> bool {
    is_listed(UNSIGNABLE, name)
}

fn is_listed(list: &[&str], name: &[u8]) -> bool {
    list.iter().any(|listed| {
        let listed = listed.as_bytes();
        if listed.last() == Some(&b'-') { name.starts_with(listed) } else { name == listed }
    })
}

/// `name:value` lines of sorted entries; the values of one name are joined with a comma.
pub(crate) fn write_lines(entries: &[Entry<'_>], out: &mut Vec<u8>) {
    for group in entries.chunk_by(|a, b| a.key == b.key) {
        for (index, entry) in group.iter().enumerate() {
            if index == 0 {
                out.extend_from_slice(entry.key);
                out.push(b':');
            } else {
                out.push(b',');
            }
            write_value(entry.value, out);
        }
        out.push(b'\n');
    }
}

/// The names of sorted entries, each once, joined with a semicolon.
pub(crate) fn write_names(entries: &[Entry<'_>], out: &mut Vec<u8>) {
    for (index, group) in entries.chunk_by(|a, b| a.key == b.key).enumerate() {
        if index > 0 {
            out.push(b';');
        }
        if let Some(entry) = group.first() {
            out.extend_from_slice(entry.key);
        }
    }
}

/// Space and tab go at both ends, and runs of them become one space. Nothing else counts as white space.
fn write_value(value: &[u8], out: &mut Vec<u8>) {
    let is_blank = |byte: &u8| matches!(byte, b' ' | b'\t');
    if !any(value, is_blank) {
        return out.extend_from_slice(value);
    }
    let mut words = value.split(is_blank).filter(|word| !word.is_empty());
    if let Some(first) = words.next() {
        out.extend_from_slice(first);
    }
    for word in words {
        out.push(b' ');
        out.extend_from_slice(word);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_repeated_headers_and_folds_white_space() {
        let entry = |key: &'static str, order, value: &'static str| Entry {
            key: key.as_bytes(),
            order,
            value: value.as_bytes(),
        };
        let entries = [entry("a", 0, " x \t y\u{a0} "), entry("a", 1, ""), entry("b", 2, "z")];
        let mut out = Vec::new();
        write_lines(&entries, &mut out);
        assert_eq!(out, "a:x y\u{a0},\nb:z\n".as_bytes());
        out.clear();
        write_names(&entries, &mut out);
        assert_eq!(out, b"a;b");
    }
}
