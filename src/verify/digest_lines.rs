//! The headers of a request that are digests of its body.

use alloc::string::String;

use super::authorization::Authorization;
use super::incoming_request::IncomingRequest;
use super::words::{join, split};

/// The headers that are digests of the body, and signed: `name:value`, with line feeds in between.
pub(super) fn digest_lines(authorization: &Authorization, request: &IncomingRequest<'_>) -> String {
    let mut lines = String::new();
    if !authorization.rules.is_of_s3() {
        return lines;
    }
    // The request that completes an upload in parts carries the checksum of the object, not of its own body.
    let completes_upload =
        || request.parameters().any(|(name, _)| name == b"uploadId") && request.method == b"POST";
    for name in split(authorization.signed_headers(), b';') {
        let is_digest = match name.strip_prefix(CHECKSUM) {
            Some(checksum) => CHECKSUMS.contains(&checksum) && !completes_upload(),
            None => name == "content-md5",
        };
        if let (true, Some(value)) = (is_digest, request.header_text(name.as_bytes())) {
            let separator = if lines.is_empty() { "" } else { "\n" };
            lines += &join(&[separator, name, ":", &value]);
        }
    }
    lines
}

pub(super) const CHECKSUM: &str = "x-amz-checksum-";
const CHECKSUMS: [&str; 5] = ["crc32", "crc32c", "crc64nvme", "sha1", "sha256"];
