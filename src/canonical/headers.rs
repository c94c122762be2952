//! Canonical headers, and which headers are signed.

use alloc::vec::Vec;

use super::{Entry, encode::any};

/// Written by the signer itself: whatever the caller passed under these names is stale.
pub(crate) fn is_replaced(name: &[u8]) -> bool {
    matches!(
        name,
        b"authorization"
            | b"x-amz-date"
            | b"x-amz-security-token"
            | b"x-amz-s3session-token"
            | b"x-amz-content-sha256"
    )
}

/// What every signature covers: AWS asks for `host`, `content-type` and all `x-amz-*`, S3 for `content-md5`.
/// A longer list only gives proxies more to break.
pub(crate) fn is_required(name: &[u8]) -> bool {
    matches!(name, b"host" | b"content-type" | b"content-md5") || is_amz(name)
}

pub(crate) fn is_amz(name: &[u8]) -> bool {
    name.starts_with(b"x-amz-")
}

/// Headers that proxies and HTTP clients add, change or remove on the way. The same list as botocore, smithy and the
/// CRT use, united.
pub(crate) fn is_unsignable(name: &[u8]) -> bool {
    matches!(
        name,
        b"authorization"
            | b"cache-control"
            | b"connection"
            | b"expect"
            | b"from"
            | b"keep-alive"
            | b"max-forwards"
            | b"pragma"
            | b"referer"
            | b"te"
            | b"trailer"
            | b"transfer-encoding"
            | b"upgrade"
            | b"user-agent"
            | b"x-amzn-trace-id"
    ) || name.starts_with(b"proxy-")
        || name.starts_with(b"sec-")
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

/// The names of sorted entries, each once.
pub(crate) fn write_names(entries: &[Entry<'_>], separator: &[u8], out: &mut Vec<u8>) {
    for (index, group) in entries.chunk_by(|a, b| a.key == b.key).enumerate() {
        if index > 0 {
            out.extend_from_slice(separator);
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
        write_names(&entries, b";", &mut out);
        assert_eq!(out, b"a;b");
    }
}
