//! What can be said of a request before anybody is asked for a key.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::authorization::{Algorithm, Authorization};
use super::dates::amz_date;
use super::incoming_request::IncomingRequest;
use super::latin1::is_space;
use super::rejection::{Rejection, RejectionDetails, RejectionKind, denied, malformed, quote, shown_key};
use super::verifier::Verifier;
use crate::SessionTokenMode;
use crate::canonical::headers::{CONTENT_SHA256, is_amz};
use crate::request::UNSIGNED_PAYLOAD;

/// Names all that is wrong with the credential scope.
pub(super) fn check_scope(authorization: &Authorization, verifier: &Verifier) -> Result<(), Rejection> {
    let credential = &authorization.credential;
    let Verifier { region, service, .. } = verifier;
    let (regions, date) = (authorization.regions(), authorization.amz_date.get(..8).unwrap_or_default());
    let is_region = match (region, authorization.algorithm) {
        (None, _) => !regions.is_empty(),
        (Some(region), Algorithm::HmacSha256) => region == regions,
        (Some(region), Algorithm::EcdsaP256Sha256) => is_in_set(region, regions),
    };
    let is_service = match service {
        None => !credential.service().is_empty(),
        Some(service) => service == credential.service(),
    };
    let is_terminator = credential.terminator() == "aws4_request";
    let is_date = credential.date() == date;
    if is_region && is_service && is_terminator && is_date {
        return Ok(());
    }
    let mut problems: Vec<String> = Vec::new();
    if !is_region {
        problems.push(["Credential should be scoped to a valid region, not ", &quote(regions), "."].concat());
    }
    if !is_service {
        let (before, after) = if service.is_some() { (": '", "'") } else { ("", "") };
        let name = service.as_deref().unwrap_or_default();
        problems.push(["Credential should be scoped to correct service", before, name, after, "."].concat());
    }
    if !is_terminator {
        let start = "Credential should be scoped with a valid terminator: 'aws4_request', not ";
        problems.push([start, &quote(credential.terminator()), "."].concat());
    }
    if !is_date {
        let start =
            "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: ";
        let shown = quote(credential.date());
        problems.push([start, &shown, " != '", date, "', from '", &authorization.amz_date, "'."].concat());
    }
    Err(Rejection::new(RejectionKind::ScopeMismatch, problems.join(" ")).with(RejectionDetails {
        region: Some(regions.into()),
        expected_region: region.clone(),
        service: Some(credential.service().into()),
        expected_service: service.clone(),
        ..shown_key(credential.access_key_id())
    }))
}

/// `now` is in milliseconds since 1970.
pub(super) fn check_time(
    authorization: &Authorization,
    now: i64,
    verifier: &Verifier,
) -> Result<(), Rejection> {
    let (now, signed_at) = (now as f64, authorization.signed_at as f64);
    let (skew, minutes) = (verifier.max_skew_seconds * 1000.0, &verifier.max_skew_minutes);
    let rejected = |kind, message: String| {
        Err(Rejection::new(kind, message).with(RejectionDetails {
            skew_seconds: Some(round((now - signed_at) / 1000.0)),
            ..shown_key(authorization.credential.access_key_id())
        }))
    };
    let rejected_for = |problem, limit, sign| {
        let (limit, now, date) = (amz_date(limit), amz_date(now), &authorization.amz_date);
        let message = ["Signature ", problem, &limit, " (", &now, sign, minutes, " min.)"].concat();
        rejected(RejectionKind::SignatureExpired, message.replacen("{}", date, 1))
    };
    if signed_at > now + skew {
        return rejected_for("not yet current: {} is still later than ", now + skew, " + ");
    }
    match authorization.expires {
        Some(seconds) if now < signed_at + f64::from(seconds) * 1000.0 => Ok(()),
        Some(_) => rejected(RejectionKind::RequestExpired, "Request has expired".into()),
        None if signed_at >= now - skew => Ok(()),
        None => rejected_for("expired: {} is now earlier than ", now - skew, " - "),
    }
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
    let hosts = request.hosts();
    if hosts.len() < 2 {
        return Ok(());
    }
    let shown: Vec<String> = hosts.iter().map(|host| quote(host)).collect();
    Err(malformed(["The request names more than one host: ", &shown.join(", "), "."].concat()))
}

/// Whoever passes a request on could add what is not signed, or change it.
pub(super) fn check_coverage(
    authorization: &Authorization,
    request: &IncomingRequest<'_>,
) -> Result<(), Rejection> {
    let rules = authorization.rules;
    let signed: Vec<&str> = authorization.signed_headers.split(';').collect();
    let is_signed = |name: &[u8]| {
        // They are sorted.
        signed.binary_search_by(|known| known.as_bytes().cmp(name)).is_ok()
            || (rules.session_token_mode == SessionTokenMode::Appended
                && name == rules.session_token_header.as_bytes())
    };
    let headers = request.headers().iter();
    let unsigned =
        headers.filter(|header| (is_amz(header.key) || header.key == b"host") && !is_signed(header.key));
    let name = match unsigned.min_by_key(|header| header.order) {
        Some(header) => str::from_utf8(header.key).unwrap_or_default(),
        None if request.host_from_elsewhere().is_some() && !is_signed(b"host") => "host",
        None => return Ok(()),
    };
    Err(denied([&quote(name), " must be a 'SignedHeader' in the AWS Authorization."].concat()))
}

/// Whether a signature covers the body.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Payload {
    /// All of it.
    Signed,
    /// Nothing of it.
    Unsigned,
    /// Each chunk has a signature of its own.
    Chunked,
}

/// What is signed in place of the body, as far as the request says: a keyword, or a hash that must be that of the body.
pub(super) fn stated_payload(
    authorization: &Authorization,
    request: &IncomingRequest<'_>,
    body_required: Option<bool>,
) -> Result<(Payload, Option<String>), Rejection> {
    let takes_unsigned = authorization.rules.unsigned_presigned_payload;
    let parameter = || {
        let mut parameters = request.parameters();
        let (_, value) = parameters.find(|(name, _)| name.eq_ignore_ascii_case(CONTENT_SHA256))?;
        Some(Cow::Owned(String::from_utf8_lossy(value).into_owned()))
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
        UNSIGNED => Payload::Unsigned,
        keyword if CHUNKED.contains(&keyword) => Payload::Chunked,
        _ => {
            return Err(malformed(
                "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-… or a valid sha256 value.",
            ));
        }
    };
    // AWS checks the signature of each chunk; here, nobody may.
    if body_required.unwrap_or(!(payload == Payload::Unsigned && takes_unsigned)) {
        return Err(denied(["The body must be signed: ", &declared, " is not accepted here."].concat()));
    }
    Ok((payload, Some(declared.into_owned())))
}

/// Names joined with commas, in which `*` stands for any characters.
fn is_in_set(region: &str, region_set: &str) -> bool {
    region_set.split(',').any(|pattern| {
        let pattern = pattern.trim_matches(is_space);
        let Some((start, rest)) = pattern.split_once('*') else { return region == pattern };
        let (middle, end) = rest.rsplit_once('*').unwrap_or(("", rest));
        let Some(mut left) = region.strip_prefix(start) else { return false };
        // The first place that fits leaves the most for those that follow.
        for part in middle.split('*') {
            let Some((_, after)) = left.split_once(part) else { return false };
            left = after;
        }
        left.ends_with(end)
    })
}

const UNSIGNED: &str = match str::from_utf8(UNSIGNED_PAYLOAD) {
    Ok(text) => text,
    Err(_) => "",
};

/// "Signature Calculations for the Authorization Header: Transferring Payload in Multiple Chunks", S3 API reference; those of
/// SigV4a and of event streams by the SDKs.
const CHUNKED: [&str; 7] = [
    "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    "STREAMING-AWS4-HMAC-SHA256-EVENTS",
    "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD",
    "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER",
    "STREAMING-AWS4-ECDSA-P256-SHA256-EVENTS",
];

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
