//! Results of the verifier: see `results`.

use alloc::string::String;
use alloc::vec::Vec;

use zeroize::Zeroize;

use super::incoming::{push_numbers, signature_bits};
use crate::record_flags::verify::*;
use crate::text::Put;
use crate::verify::{Algorithm, Authorization, BodyHash, IncomingPayload, Unverified, UnverifiedPost};

/// When the request was signed, in seconds since 1970, for how long it is valid, and some bits; then access key id, region,
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

/// When the request was signed, in seconds since 1970, for how long it is valid, and some bits; then access key id, session token,
/// region, service, what is signed instead of the body, its digests, the
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
    // As soon as everything that is signed is known, so that only the key is missing.
    let is_known = body.is_some() || !unverified.needs_body();
    let is_signed_here = is_known && authorization.algorithm() == Algorithm::HmacSha256;
    let canonical_request = if is_signed_here { unverified.canonical_request(body) } else { None };
    let (string_to_sign, unhashed) = match &canonical_request {
        Some(text) if is_hashed_elsewhere => (unverified.string_to_sign_start(), &text.0[..]),
        Some(text) => (unverified.string_to_sign(&text.0), &[][..]),
        None => Default::default(),
    };
    let token = unverified.session_token().unwrap_or_default();
    // Room for all of it, because growing would leave a part of the token behind in the old place.
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

/// When the form was signed, in seconds since 1970, and some bits; then access key id, session token, region, service, and the
/// JSON text of the policy: a field each, with a NUL in between. Without a policy that is Base64 of text, it is empty.
pub(super) fn stated_post(form: &UnverifiedPost<'_>) -> Vec<u8> {
    let authorization = form.authorization();
    let token = authorization.session_token().unwrap_or_default();
    let policy = form.decoded_policy().and_then(|policy| String::from_utf8(policy).ok()).unwrap_or_default();
    // Room for all of it, because growing would leave a part of the token behind in the old place.
    let mut text = String::with_capacity(256 + token.len() + authorization.scope().len() + policy.len());
    push_numbers(authorization, signature_bits(authorization), &mut text);
    for field in
        [authorization.access_key_id(), token, authorization.region(), authorization.service(), &policy]
    {
        text.push('\0');
        text += field;
    }
    text.into_bytes()
}

/// Ends the text before bytes.
pub(super) const NO_UTF8: u8 = 0xFF;
