//! Checks of a request that need no key.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::authorization::{Algorithm, Authorization};
use super::dates::amz_date;
use super::incoming_request::IncomingRequest;
use super::latin1::trim;
use super::rejection::Say::{Quoted, Text};
use super::rejection::{
    Rejection, RejectionDetails, RejectionKind, Say, denied, malformed, reject, shown_key,
};
use super::verifier::Verifier;
use super::words::{cut, find_part, split};
use crate::SessionTokenMode;
use crate::canonical::Entry;
use crate::canonical::headers::{CONTENT_SHA256, is_amz};
use crate::request::UNSIGNED_PAYLOAD;

/// Names all that is wrong with the credential scope.
pub(super) fn check_scope(authorization: &Authorization, verifier: &Verifier) -> Result<(), Rejection> {
    let (regions, date) = (authorization.regions(), authorization.amz_date().get(..8).unwrap_or_default());
    let is_region = match (&verifier.region, authorization.algorithm) {
        (None, _) => !regions.is_empty(),
        (Some(region), Algorithm::HmacSha256) => region == regions,
        (Some(region), Algorithm::EcdsaP256Sha256) => is_in_set(region, regions),
    };
    let is_service = match &verifier.service {
        None => !authorization.service().is_empty(),
        Some(service) => service == authorization.service(),
    };
    let is_terminator = authorization.terminator() == "aws4_request";
    let is_date = authorization.date() == date;
    if is_region && is_service && is_terminator && is_date {
        return Ok(());
    }
    Err(scope_mismatch(authorization, verifier, [is_region, is_service, is_terminator, is_date]))
}

#[cold]
fn scope_mismatch(authorization: &Authorization, verifier: &Verifier, is_right: [bool; 4]) -> Rejection {
    let [is_region, is_service, is_terminator, is_date] = is_right;
    let regions = authorization.regions();
    let mut problems = Vec::new();
    if !is_region {
        problems.extend([
            Text(" Credential should be scoped to a valid region, not "),
            Quoted(regions),
            Text("."),
        ]);
    }
    if !is_service {
        problems.push(Text(" Credential should be scoped to correct service"));
        if let Some(service) = &verifier.service {
            problems.extend([Text(": '"), Text(service), Text("'")]);
        }
        problems.push(Text("."));
    }
    if !is_terminator {
        problems.extend([
            Text(" Credential should be scoped with a valid terminator: 'aws4_request', not "),
            Quoted(authorization.terminator()),
            Text("."),
        ]);
    }
    if !is_date {
        let date = authorization.amz_date();
        problems.extend([
            Text(
                " Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: ",
            ),
            Quoted(authorization.date()),
            Text(" != '"),
            Text(date.get(..8).unwrap_or_default()),
            Text("', from '"),
            Text(date),
            Text("'."),
        ]);
    }
    if let Some(Text(first)) = problems.first_mut() {
        *first = first.trim_start_matches(' ');
    }
    reject(RejectionKind::ScopeMismatch, &problems).with(RejectionDetails {
        region: Some(regions.into()),
        expected_region: verifier.region.clone(),
        service: Some(authorization.service().into()),
        expected_service: verifier.service.clone(),
        ..shown_key(authorization.access_key_id())
    })
}

/// `now` is in milliseconds since 1970.
pub(super) fn check_time(
    authorization: &Authorization,
    now: i64,
    verifier: &Verifier,
) -> Result<(), Rejection> {
    let (now, signed_at) = (now as f64, authorization.signed_at as f64);
    let skew = verifier.max_skew_seconds * 1000.0;
    let not_now = |problem, limit, sign| {
        let (limit, server_time) = (amz_date(limit), amz_date(now));
        let message = [
            Text("Signature "),
            Text(if sign == " + " { "not yet current: " } else { "expired: " }),
            Text(authorization.amz_date()),
            Text(problem),
            Text(&limit),
            Text(" ("),
            Text(&server_time),
            Text(sign),
            Text(&verifier.max_skew_minutes),
            Text(" min.)"),
        ];
        Err(skewed(RejectionKind::SignatureExpired, &message, authorization, now))
    };
    if signed_at > now + skew {
        return not_now(" is still later than ", now + skew, " + ");
    }
    match authorization.expires {
        Some(seconds) if now < signed_at + f64::from(seconds) * 1000.0 => Ok(()),
        Some(_) => {
            let message = [Text("Request has expired")];
            Err(skewed(RejectionKind::RequestExpired, &message, authorization, now))
        }
        None if signed_at >= now - skew => Ok(()),
        None => not_now(" is now earlier than ", now - skew, " - "),
    }
}

#[cold]
fn skewed(kind: RejectionKind, message: &[Say<'_>], authorization: &Authorization, now: f64) -> Rejection {
    reject(kind, message).with(RejectionDetails {
        skew_seconds: Some(round((now - authorization.signed_at as f64) / 1000.0)),
        ..shown_key(authorization.access_key_id())
    })
}

/// Half a second is one, as `Math.round` has it.
fn round(seconds: f64) -> i64 {
    let below = seconds as i64 - i64::from(seconds < 0.0);
    let below = if (below + 1) as f64 <= seconds { below + 1 } else { below };
    if seconds - below as f64 >= 0.5 { below + 1 } else { below }
}

/// A request may name its host in several places. An application that reads an unsigned one would see a different host than
/// the one that was signed (RFC 9112, section 3.2.2; RFC 9113, section 8.3.1).
pub(super) fn check_host(request: &IncomingRequest<'_>) -> Result<(), Rejection> {
    if request.has_one_host() {
        return Ok(());
    }
    let hosts = request.hosts();
    if hosts.len() < 2 {
        return Ok(());
    }
    let mut message = Vec::from([Text("The request names more than one host: ")]);
    for host in &hosts {
        message.extend([Quoted(host), Text(", ")]);
    }
    message.pop();
    message.push(Text("."));
    Err(malformed(&message))
}

/// Any proxy on the way could add unsigned headers, or change them.
pub(super) fn check_coverage(
    authorization: &Authorization,
    request: &IncomingRequest<'_>,
) -> Result<(), Rejection> {
    match uncovered_header(authorization, request) {
        None => Ok(()),
        Some(name) => {
            Err(denied(&[Quoted(name), Text(" must be a 'SignedHeader' in the AWS Authorization.")]))
        }
    }
}

/// The first header that must be signed, and is not.
pub(super) fn uncovered_header<'r>(
    authorization: &Authorization,
    request: &'r IncomingRequest<'_>,
) -> Option<&'r str> {
    let rules = authorization.rules;
    let is_appended = |name: &[u8]| {
        rules.session_token_mode == SessionTokenMode::Appended
            && name == rules.session_token_header.as_bytes()
    };
    // Both are sorted.
    let mut names = split(authorization.signed_headers(), b';');
    let mut signed = names.next();
    let mut unsigned: Option<&Entry<'_>> = None;
    for header in request.headers() {
        if !is_amz(header.key) && header.key != b"host" {
            continue;
        }
        while signed.is_some_and(|name| name.as_bytes() < header.key) {
            signed = names.next();
        }
        let is_signed = signed.is_some_and(|name| name.as_bytes() == header.key);
        if !is_signed && !is_appended(header.key) && unsigned.is_none_or(|first| header.order < first.order) {
            unsigned = Some(header);
        }
    }
    let signs_host = || split(authorization.signed_headers(), b';').any(|name| name == "host");
    match unsigned {
        Some(header) => Some(str::from_utf8(header.key).unwrap_or_default()),
        None if request.host_from_elsewhere().is_some() && !signs_host() => Some("host"),
        None => None,
    }
}

/// Whether a signature covers the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Payload {
    /// All of it.
    Signed,
    /// Nothing of it.
    Unsigned,
    /// Each chunk has a signature of its own.
    Chunked,
}

/// What is signed instead of the body, as far as the request says: a keyword, or a hash that must be that of the body.
pub(super) fn stated_payload(
    authorization: &Authorization,
    request: &IncomingRequest<'_>,
    verifier: &Verifier,
) -> Result<(Payload, Option<String>), Rejection> {
    let takes_unsigned = authorization.rules.unsigned_presigned_payload;
    let parameter = || {
        let mut parameters = request.parameters();
        let (_, value) = parameters.find(|(name, _)| name.eq_ignore_ascii_case(CONTENT_SHA256))?;
        Some(Cow::Owned(String::from(str::from_utf8(value).unwrap_or_default())))
    };
    let of_url = || {
        let unsigned = || takes_unsigned.then_some(Cow::Borrowed(UNSIGNED));
        if authorization.is_presigned { parameter().or_else(unsigned) } else { None }
    };
    let Some(declared) = request.header_text(CONTENT_SHA256).or_else(of_url) else {
        return Ok((Payload::Signed, None));
    };
    if declared.len() == 64 && declared.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')) {
        return Ok((Payload::Signed, Some(declared.into_owned())));
    }
    let payload = match &*declared {
        UNSIGNED | UNSIGNED_TRAILER => Payload::Unsigned,
        keyword if is_chunked(keyword) => Payload::Chunked,
        _ => {
            return Err(malformed(&[Text(
                "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-… or a valid sha256 value.",
            )]));
        }
    };
    // The body of a chunked upload is covered as far as its chunks are, which somebody has to verify.
    let is_accepted = match &*declared {
        UNSIGNED => takes_unsigned,
        keyword => verifier.decodes_chunks && authorization.rules.is_of_s3() && is_decodable(keyword),
    };
    let is_covered = payload == Payload::Chunked && is_accepted;
    if verifier.body_required.map_or(!is_accepted, |is_required| is_required && !is_covered) {
        return Err(denied(&[
            Text("The body must be signed: "),
            Text(&declared),
            Text(" is not accepted here."),
        ]));
    }
    Ok((payload, Some(declared.into_owned())))
}

/// Whether a body is in chunks that can be decoded: event streams are no bodies, and the chunks of SigV4a need its feature.
pub(super) fn is_decodable(keyword: &str) -> bool {
    let is_known = keyword == UNSIGNED_TRAILER || is_chunked(keyword);
    let is_v4a = keyword.starts_with("STREAMING-AWS4-ECDSA-");
    is_known
        && !keyword.ends_with("-EVENTS")
        && (cfg!(any(feature = "sigv4a", feature = "module-verify")) || !is_v4a)
}

fn is_chunked(keyword: &str) -> bool {
    split(CHUNKED, b' ').any(|known| known == keyword)
}

/// Names joined with commas, in which `*` stands for any characters.
fn is_in_set(region: &str, region_set: &str) -> bool {
    split(region_set, b',').any(|pattern| {
        let pattern = trim(pattern);
        let Some((start, rest)) = cut(pattern, b'*') else { return region == pattern };
        let Some(mut left) = region.strip_prefix(start) else { return false };
        // The first place that fits leaves the most for those that follow.
        let mut parts = split(rest, b'*').peekable();
        while let Some(part) = parts.next() {
            if parts.peek().is_none() {
                return left.ends_with(part);
            }
            let Some(at) = find_part(left, part) else { return false };
            left = left.get(at + part.len()..).unwrap_or_default();
        }
        false
    })
}

const UNSIGNED: &str = match str::from_utf8(UNSIGNED_PAYLOAD) {
    Ok(text) => text,
    Err(_) => "",
};

/// In chunks without signatures, with a checksum after them.
const UNSIGNED_TRAILER: &str = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

/// "Signature Calculations for the Authorization Header: Transferring Payload in Multiple Chunks", S3 API reference; those of
/// SigV4a and of event streams by the SDKs. In one text, because a comparison with each of a list is a kilobyte of code.
const CHUNKED: &str = "\
    STREAMING-AWS4-HMAC-SHA256-PAYLOAD \
    STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER \
    STREAMING-AWS4-HMAC-SHA256-EVENTS \
    STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD \
    STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER \
    STREAMING-AWS4-ECDSA-P256-SHA256-EVENTS";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_set_has_names_and_patterns() {
        for (region, region_set, expected) in [
            ("eu-west-1", "eu-west-1", true),
            ("eu-west-1", "us-east-1, eu-west-1", true),
            ("eu-west-1", "*", true),
            ("eu-west-1", "eu-*", true),
            ("eu-west-1", "*-1", true),
            ("eu-west-1", "e*w*1", true),
            ("eu-west-1", "eu**1", true),
            ("eu-west-1", "eu-west-1*", true),
            ("eu-west-1", "eu-west-2", false),
            ("eu-west-1", "eu-west-1*1", false),
            ("eu-west-1", "us-*,eu-*-2", false),
            ("eu-west-1", "", false),
            ("eu-west-1", "*west*west*", false),
        ] {
            assert_eq!(is_in_set(region, region_set), expected, "{region_set}");
        }
    }

    #[test]
    fn rounds_as_javascript_does() {
        for (seconds, expected) in
            [(0.4, 0), (0.5, 1), (1.5, 2), (-0.5, 0), (-0.6, -1), (-1.5, -1), (-2.0, -2)]
        {
            assert_eq!(round(seconds), expected, "{seconds}");
        }
    }
}
