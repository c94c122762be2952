//! Results of the verifier as they cross to JavaScript: numbers and texts, with a NUL in between.

use alloc::string::String;
use alloc::vec::Vec;

use zeroize::Zeroize;

use crate::record_flags::verify::*;
use crate::text::Put;
use crate::verify::{Algorithm, Authorization, BodyHash, IncomingPayload, Rejection, Unverified};

/// When the request was signed, in seconds since 1970, for how long it is good, and some bits; then access key id, region,
/// service, scope, amz-date, signature, signed headers: a field each, with a NUL in between.
pub(super) fn parsed(authorization: &Authorization) -> String {
    let bits = signature_bits(authorization) | if authorization.is_presigned() { IS_PRESIGNED } else { 0 };
    let mut text = String::new();
    push_numbers(authorization, bits, &mut text);
    for field in [
        authorization.access_key_id(),
        authorization.regions(),
        authorization.service(),
        authorization.scope(),
        authorization.amz_date(),
        authorization.signature(),
        authorization.signed_headers(),
    ] {
        text.push('\0');
        text += field;
    }
    text
}

/// When the request was signed, in seconds since 1970, for how long it is good, and some bits; then access key id, session token,
/// region, service, what is signed in place of the body, its digests, the
/// string to sign, where the body is known, the signature, signed headers: a field each, with a NUL in between. After a
/// byte that is in no UTF-8 follows the canonical request, where JavaScript hashes it; then the string to sign lacks the hash.
pub(super) fn described(
    unverified: &Unverified<'_, '_>,
    body: Option<&BodyHash>,
    is_hashed_elsewhere: bool,
) -> Vec<u8> {
    let authorization = unverified.authorization();
    let payload = match unverified.payload() {
        IncomingPayload::Signed => 0,
        IncomingPayload::Unsigned => PAYLOAD_UNSIGNED,
        IncomingPayload::Chunked => PAYLOAD_CHUNKED,
    };
    let decoded = if unverified.is_decoded() { IS_DECODED } else { 0 };
    let digests = unverified.digest_lines();
    // As soon as all that is signed is known: then only the key is missing.
    let is_known = body.is_some() || !unverified.needs_body();
    let is_signed_here = is_known && authorization.algorithm() == Algorithm::HmacSha256;
    let canonical_request = if is_signed_here { unverified.canonical_request(body) } else { None };
    let (string_to_sign, unhashed) = match &canonical_request {
        Some(text) if is_hashed_elsewhere => (unverified.string_to_sign_start(), &text.0[..]),
        Some(text) => (unverified.string_to_sign(&text.0), &[][..]),
        None => Default::default(),
    };
    let token = unverified.session_token().unwrap_or_default();
    // Room for all of it: a token must leave no piece behind where the text was before it grew.
    let mut text = String::with_capacity(
        256 + token.len()
            + unverified.region().len()
            + unverified.scope().len()
            + digests.len()
            + string_to_sign.len()
            + unverified.signature().len()
            + unverified.signed_headers().len(),
    );
    push_numbers(authorization, signature_bits(authorization) | payload | decoded, &mut text);
    for field in [
        unverified.access_key_id(),
        token,
        unverified.region(),
        unverified.service(),
        unverified.declared_payload().unwrap_or_default(),
        &digests,
        &string_to_sign,
        unverified.signature(),
        unverified.signed_headers(),
    ] {
        text.push('\0');
        text += field;
    }
    // Likewise.
    let mut result = Vec::with_capacity(text.len() + 1 + unhashed.len());
    result.put(text.as_bytes()).put(&[NO_UTF8]).put(unhashed);
    text.zeroize();
    result
}

pub(super) fn signature_bits(authorization: &Authorization) -> u32 {
    let is_v4a = authorization.algorithm() == Algorithm::EcdsaP256Sha256;
    let token = if authorization.session_token().is_some() { HAS_SESSION_TOKEN } else { 0 };
    token | if is_v4a { IS_V4A } else { 0 }
}

/// When a request was signed, in seconds since 1970, for how long it is good, and the bits.
pub(super) fn push_numbers(authorization: &Authorization, bits: u32, text: &mut String) {
    push_number(authorization.signed_at().unsigned_abs() / 1000, text);
    text.push('\0');
    push_number(authorization.expires_in().unwrap_or_default().into(), text);
    text.push('\0');
    push_number(bits.into(), text);
}

/// Code, status, AWS's exception, then the details, each after `=` where there is one, and the message.
pub(super) fn written(rejection: &Rejection) -> String {
    let mut text = String::from(rejection.code());
    text.push('\0');
    push_number(rejection.status().into(), &mut text);
    text.push('\0');
    text += rejection.kind().exception();
    let none = Default::default();
    let details = rejection.details().unwrap_or(&none);
    let skew = details.skew_seconds.map(|seconds| {
        let mut text = String::from(if seconds < 0 { "-" } else { "" });
        push_number(seconds.unsigned_abs(), &mut text);
        text
    });
    for detail in [
        &details.region,
        &details.expected_region,
        &details.service,
        &details.expected_service,
        &skew,
        &details.access_key_id,
    ] {
        text.push('\0');
        if let Some(detail) = detail {
            text.push('=');
            text += detail;
        }
    }
    text.push('\0');
    text + rejection.message()
}

pub(super) fn push_number(number: u64, text: &mut String) {
    let mut digits = [b'0'; 20];
    let (mut rest, mut start) = (number, digits.len());
    for (at, digit) in digits.iter_mut().enumerate().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
        start = at;
        if rest == 0 {
            break;
        }
    }
    *text += digits.get(start..).and_then(|digits| str::from_utf8(digits).ok()).unwrap_or_default();
}

/// Ends the text before a canonical request.
const NO_UTF8: u8 = 0xFF;
