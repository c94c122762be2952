//! Canonical headers, and which headers are signed.

use super::Entry;
use crate::endpoint::{SESSION_TOKEN_HEADERS, SESSION_TOKEN_NAMES};
use crate::packed_table::{Table, joined, table};
use crate::text::{Put, has_blank};

/// Written by the signer itself: whatever the caller passed under these names is stale.
pub(crate) const REPLACED: Table = table!(REPLACED_NAMES);

const REPLACED_NAMES: [&str; 3 + SESSION_TOKEN_NAMES] =
    joined(&["x-amz-content-sha256", "authorization", "x-amz-date"], &SESSION_TOKEN_HEADERS);

/// The place of [`CONTENT_SHA256`] in [`REPLACED`].
pub(crate) const CONTENT_SHA256_PLACE: usize = 0;

pub(crate) const CONTENT_SHA256: &[u8] = b"x-amz-content-sha256";

/// The headers that every signature covers besides `x-amz-*`: AWS requires `host` and `content-type`, S3 `content-md5`. A
/// longer list would only let proxies break more signatures.
const REQUIRED: Table = table![["host"], ["content-type"], ["content-md5"]];

/// Headers that proxies and HTTP clients add, change or remove on the way, and that `signedHeaders: 'all'` leaves out. A
/// name that ends with an asterisk stands for all that begin with it.
const HOP_HEADERS: Table = table![
    // The headers that botocore, smithy or the CRT leaves out.
    ["authorization"],
    ["cache-control"],
    ["connection"],
    ["expect"],
    ["from"],
    ["keep-alive"],
    ["max-forwards"],
    ["pragma"],
    ["proxy-*"],
    ["referer"],
    ["sec-*"],
    ["te"],
    ["trailer"],
    ["transfer-encoding"],
    ["upgrade"],
    ["user-agent"],
    ["x-amzn-trace-id"],
    // Load balancers and reverse proxies write these (RFC 7239 and its predecessors; RFC 9110, section 7.6.3).
    ["forwarded"],
    ["via"],
    ["x-forwarded-*"],
    ["x-real-ip"],
    ["x-request-id"],
    ["x-correlation-id"],
    // CDNs: Cloudflare's HTTP headers; "CDN-Loop" (RFC 8586) and "CDN-Cache-Control" (RFC 9213). They and shared caches
    // rewrite headers that request a representation, or a part of one ("Caching Behavior", CloudFront developer guide).
    ["cf-*"],
    ["cdn-*"],
    ["accept-encoding"],
    ["if-none-match"],
    ["range"],
    // HTTP/2 may leave it out, and a buffering proxy writes its own.
    ["content-length"],
    // Tracing: W3C Trace Context and Baggage, Zipkin's B3.
    ["baggage"],
    ["traceparent"],
    ["tracestate"],
    ["x-b3-*"],
];

/// Headers that every signature needs or adds itself: callers cannot leave these out.
pub(crate) const ALWAYS_SIGNED: [&str; 6 + SESSION_TOKEN_NAMES] = joined(
    &[
        "host",
        "x-amz-date",
        "x-amz-content-sha256",
        "x-amz-region-set",
        "x-amz-trailer",
        "x-amz-decoded-content-length",
    ],
    &SESSION_TOKEN_HEADERS,
);

/// `x-amz-*` headers that stay headers when all others move to the query of a presigned URL.
const UNHOISTABLE: Table = table![
    // S3 ignores these in a query (`s3-request-presigner` of the AWS SDK for JavaScript keeps them too), and a key that
    // the customer provides must never be part of a URL.
    ["x-amz-server-side-encryption*"],
    // Likewise the key of the source. A deliberate difference from the SDK, which puts it into the URL.
    ["x-amz-copy-source-server-side-encryption*"],
    // Sources disagree whether S3 reads it in a query; botocore keeps it.
    ["x-amz-tagging"],
];

pub(crate) fn is_required(name: &[u8]) -> bool {
    is_amz(name) || REQUIRED.contains(name)
}

pub(crate) fn is_amz(name: &[u8]) -> bool {
    name.starts_with(b"x-amz-")
}

pub(crate) fn is_hop_header(name: &[u8]) -> bool {
    HOP_HEADERS.lists(name)
}

pub(crate) fn is_unhoistable(name: &[u8]) -> bool {
    UNHOISTABLE.lists(name)
}

/// `name:value` lines of sorted entries; the values of one name are joined with a comma.
pub(crate) fn write_lines(entries: &[Entry<'_>], out: &mut impl Put) {
    let mut last: Option<&[u8]> = None;
    for entry in entries {
        match last {
            Some(name) if name == entry.key => out.put(b","),
            Some(_) => out.put(b"\n").put(entry.key).put(b":"),
            None => out.put(entry.key).put(b":"),
        };
        write_value(entry.value, out);
        last = Some(entry.key);
    }
    if last.is_some() {
        out.put(b"\n");
    }
}

/// The names of sorted entries, each once, joined with a semicolon.
pub(crate) fn write_names(entries: &[Entry<'_>], out: &mut impl Put) {
    let mut last: &[u8] = b"";
    for entry in entries {
        if entry.key != last {
            let separator: &[u8] = if last.is_empty() { b"" } else { b";" };
            out.put(separator).put(entry.key);
            last = entry.key;
        }
    }
}

/// Spaces and tabs are trimmed at both ends, and runs of them become one space. Nothing else counts as white space.
pub(crate) fn write_value(value: &[u8], out: &mut impl Put) {
    if !has_blank(value) {
        out.put(value);
        return;
    }
    let mut separator: &[u8] = b"";
    for word in value.split(is_blank).filter(|word| !word.is_empty()) {
        out.put(separator).put(word);
        separator = b" ";
    }
}

/// Whether a value in UTF-8 has no character beyond U+00FF.
pub(crate) fn is_latin1(value: &[u8]) -> bool {
    value.iter().all(|byte| *byte < 0xC4)
}

/// Converts a UTF-8 text that [`is_latin1`] to one byte for each character, as HTTP clients send header values (the Fetch
/// standard's "byte sequence", and likewise Node's http client).
#[cold]
pub(crate) fn to_latin1(text: &mut impl Put) {
    let bytes = text.written_mut();
    let (mut high, mut from, mut to) = (0, 0, 0);
    while let Some(byte) = bytes.get(from).copied() {
        from += 1;
        if matches!(byte, 0xC2..=0xC3) {
            high = byte << 6;
            continue;
        }
        if let Some(place) = bytes.get_mut(to) {
            *place = if high == 0 { byte } else { high | byte & 0x3F };
        }
        high = 0;
        to += 1;
    }
    // The end of the text, which may be part of a token, is now there twice.
    bytes.get_mut(to..).unwrap_or_default().fill(0);
    text.shorten(to);
}

fn is_blank(byte: &u8) -> bool {
    (*byte == b' ') | (*byte == b'\t')
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::vec::Vec;

    use super::*;

    #[test]
    fn latin1_is_one_byte_for_each_character() {
        let all: alloc::string::String = ('\0'..='\u{FF}').collect();
        let mut text = all.into_bytes();
        assert!(is_latin1(&text));
        to_latin1(&mut text);
        assert_eq!(text, (0..=255).collect::<Vec<u8>>());
        assert!(!is_latin1("\u{100}".as_bytes()) && !is_latin1("日".as_bytes()));
    }

    #[test]
    fn joins_repeated_headers_and_folds_white_space() {
        let entry = |key: &'static str, order, value: &'static str| Entry {
            key: key.as_bytes(),
            order,
            value: value.as_bytes(),
        };
        let long = "0123456789".repeat(10);
        for blank in [" ", "\t"] {
            for at in 0..long.len() {
                let (before, after) = long.split_at(at);
                let mut out = Vec::new();
                write_value(format!("{before}{blank}{blank}{after}").as_bytes(), &mut out);
                assert_eq!(out, format!("{before} {after}").trim().as_bytes());
            }
        }
        let entries = [entry("a", 0, " x \t y\u{a0} "), entry("a", 1, ""), entry("b", 2, "z")];
        let mut out = Vec::new();
        write_lines(&entries, &mut out);
        assert_eq!(out, "a:x y\u{a0},\nb:z\n".as_bytes());
        out.clear();
        write_names(&entries, &mut out);
        assert_eq!(out, b"a;b");
    }
}
