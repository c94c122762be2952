//! Verification for JavaScript: the received request is passed as a flat record, once to find out whose key is needed, and once
//! more with the key. Nothing of a request is kept in between.
#![allow(unreachable_pub, missing_docs)] // wasm-bindgen exports what is `pub`

use alloc::vec::Vec;

use wasm_bindgen::prelude::wasm_bindgen;

use super::buffer::{BUFFER, Failure, finish};
use super::incoming::{Record, verifier};
use super::runtime::{Single, clear_stack};
use super::verify_results::{NO_UTF8, described, parsed};
use crate::record_flags::verify::*;
use crate::sha256;
use crate::sign::key_cache::KeyCache;
use crate::sign::scheme::private::Scheme as _;
use crate::text::{Put, split};
use crate::verify::{
    Algorithm, Authorization, BodyHash, IncomingRequest, SessionToken, Unverified, Verifier, is_equal,
    is_token,
};
use crate::{Error, SigV4, SigningKey};

pub(super) static ENGINE: Single<Engine> = Single::new(Engine {
    verifier: LastVerifier { options: Vec::new(), verifier: None },
    keys: KeyCache::new(),
});

/// The state kept from one request to the next.
pub(super) struct Engine {
    verifier: LastVerifier,
    /// Derived keys. At the end of a call, nothing is left of the secrets themselves.
    pub(super) keys: KeyCache<SigV4>,
}

/// The statements of the request in the buffer about its signature, after every check that needs no key. The result replaces it:
/// see `described`. Returns the result of `finish`.
#[wasm_bindgen]
pub fn begin(
    text_length: usize,
    target_length: usize,
    header_count: usize,
    flags: u32,
    now: f64,
    max_skew_seconds: f64,
    body_length: usize,
) -> i32 {
    let (mut buffer, mut engine) = (BUFFER.lend(), ENGINE.lend());
    let record = Record { text_length, target_length, header_count, flags, now, max_skew_seconds };
    let outcome = record.read(&mut buffer, &mut |options, request, rest| {
        let unverified = engine.verifier.begin(options, request, &record)?;
        let body =
            (flags & HAS_BODY != 0).then(|| body_hash(rest.get(..body_length).unwrap_or_default(), flags));
        Ok(described(&unverified, body.as_ref(), flags & PLATFORM_HASH != 0))
    });
    finish(&mut buffer, outcome, text_length.saturating_add(target_length).saturating_add(body_length))
}

/// Whether a signature matches a string to sign, and the session token is the expected one. The buffer holds access key id,
/// string to sign and signature, each ended by a NUL, then the token of the request, the expected token, and the key. If it does
/// not match, `verify` gives the reason.
#[allow(clippy::too_many_arguments)] // numbers cross for nothing
#[wasm_bindgen]
pub fn verify_signature(
    text_length: usize,
    given_length: usize,
    token_length: usize,
    key_length: usize,
    flags: u32,
    now: f64,
    expires_at: f64,
) -> bool {
    let mut buffer = BUFFER.lend();
    let used =
        text_length.saturating_add(given_length).saturating_add(token_length).saturating_add(key_length);
    let record = buffer.get_mut(..used).unwrap_or_default();
    let lengths = [text_length, given_length, token_length];
    let is_live = flags & HAS_EXPIRY == 0 || expires_at as i64 > now as i64;
    let is_signed = is_live && is_signed(record, lengths, flags, &mut ENGINE.lend().keys).unwrap_or(false);
    record.fill(0);
    clear_stack();
    is_signed
}

fn is_signed(record: &[u8], lengths: [usize; 3], flags: u32, keys: &mut KeyCache<SigV4>) -> Option<bool> {
    let (mut parts, mut rest) = ([&b""[..]; 3], record);
    for (part, length) in parts.iter_mut().zip(lengths) {
        (*part, rest) = rest.split_at_checked(length)?;
    }
    let ([text, given, token], key) = (parts, rest);
    let mut fields = split(text, 0);
    let (access_key_id, string_to_sign, signature) = (fields.next()?, fields.next()?, fields.next()?);
    let given = if flags & HAS_SESSION_TOKEN != 0 { Some(str::from_utf8(given).ok()?) } else { None };
    if !is_token(str::from_utf8(access_key_id).ok()?, given, session_token(token, flags).ok()?) {
        return Some(false);
    }
    let scope = split(string_to_sign, b'\n').nth(2)?;
    has_key(key, flags, keys, scope, string_to_sign, signature).ok()
}

/// Whether a signature matches a text, with a secret or a derived key.
pub(super) fn has_key(
    key: &[u8],
    flags: u32,
    keys: &mut KeyCache<SigV4>,
    scope: &[u8],
    text: &[u8],
    signature: &[u8],
) -> Result<bool, Error> {
    let mut computed = Vec::with_capacity(64);
    if flags & IS_SIGNING_KEY != 0 {
        computed.put_hex(&SigningKey::new(key).sign(text));
    } else {
        let index = keys.find(0, Some(key), scope)?;
        SigV4::sign(keys.key(index)?, text, (), &mut computed);
    }
    Ok(is_equal(&computed, signature))
}

pub(super) fn session_token(token: &[u8], flags: u32) -> Result<SessionToken<'_>, Error> {
    Ok(match flags & (TOKEN_JUDGED | HAS_TOKEN) {
        TOKEN_JUDGED => SessionToken::Unchecked,
        HAS_TOKEN => SessionToken::Known(str::from_utf8(token).map_err(|_| Error::RecordInvalid)?),
        _ => SessionToken::None,
    })
}

/// The hash of a body, or the hash that was passed.
fn body_hash(body: &[u8], flags: u32) -> BodyHash {
    match body.try_into() {
        Ok(hash) if flags & BODY_IS_HASH != 0 => BodyHash::from_hex(hash),
        _ => BodyHash::of(body),
    }
}

/// The statements of the request in the buffer about its signature, checked only for form: see `parsed`.
#[wasm_bindgen]
pub fn parse_authorization(text_length: usize, target_length: usize, header_count: usize, flags: u32) -> i32 {
    let mut buffer = BUFFER.lend();
    let record = Record { text_length, target_length, header_count, flags, now: 0.0, max_skew_seconds: 0.0 };
    let outcome = record
        .read(&mut buffer, &mut |_, request, _| Ok(parsed(&Authorization::parse(&request)?).into_bytes()));
    finish(&mut buffer, outcome, text_length.saturating_add(target_length))
}

/// Whether the signature was made with the key. The result is the string to sign. With SigV4a, which another module verifies,
/// the signature follows after a NUL.
#[allow(clippy::too_many_arguments)] // numbers cross for nothing
#[wasm_bindgen]
pub fn verify(
    text_length: usize,
    target_length: usize,
    header_count: usize,
    flags: u32,
    now: f64,
    max_skew_seconds: f64,
    token_length: usize,
    key_length: usize,
    body_length: usize,
    expires_at: f64,
) -> i32 {
    let (mut buffer, mut engine) = (BUFFER.lend(), ENGINE.lend());
    let Engine { verifier, keys } = &mut *engine;
    let record = Record { text_length, target_length, header_count, flags, now, max_skew_seconds };
    let outcome = record.read(&mut buffer, &mut |options, request, rest| {
        let unverified = verifier.begin(options, request, &record)?;
        let (token, rest) = rest.split_at_checked(token_length).unwrap_or_default();
        let (key, rest) = rest.split_at_checked(key_length).unwrap_or_default();
        let body = rest.get(..body_length).unwrap_or_default();
        let expires_at = (flags & HAS_EXPIRY != 0).then_some(expires_at as i64);
        verified(unverified, keys, flags, token, key, body, expires_at)
    });
    let known = token_length.saturating_add(key_length).saturating_add(body_length);
    let status =
        finish(&mut buffer, outcome, text_length.saturating_add(target_length).saturating_add(known));
    clear_stack();
    status
}

fn verified(
    unverified: Unverified<'_, '_>,
    keys: &mut KeyCache<SigV4>,
    flags: u32,
    token: &[u8],
    key: &[u8],
    body: &[u8],
    expires_at: Option<i64>,
) -> Result<Vec<u8>, Failure> {
    if flags & UNKNOWN != 0 {
        return Err(unverified.unknown().into());
    }
    let token = session_token(token, flags)?;
    unverified.check_token(token, expires_at)?;
    if flags & CHECK_ONLY != 0 {
        return Ok(Vec::new());
    }
    if flags & DECODE != 0 {
        let key = match unverified.algorithm() {
            Algorithm::EcdsaP256Sha256 => None,
            Algorithm::HmacSha256 if flags & IS_SIGNING_KEY != 0 => Some(SigningKey::new(key)),
            Algorithm::HmacSha256 => Some(SigningKey::derive_for(key, unverified.scope().as_bytes())?),
        };
        return decoded(&unverified, key, body);
    }
    let body = body_hash(body, flags);
    let canonical_request = unverified.canonical_request(Some(&body));
    let canonical_request = canonical_request.as_ref().map(|text| &text.0[..]);
    let string_to_sign = canonical_request.map(|text| unverified.string_to_sign(text));
    let Some(mut text) = string_to_sign else { return Err(unverified.mismatch(None, None).into()) };
    let is_signed = match unverified.algorithm() {
        Algorithm::EcdsaP256Sha256 if flags & MISMATCH == 0 => {
            text.push('\0');
            text += unverified.signature();
            true
        }
        Algorithm::EcdsaP256Sha256 => false,
        Algorithm::HmacSha256 if flags & IS_SIGNING_KEY != 0 => {
            let signature = SigningKey::new(key).sign(text.as_bytes());
            unverified.has_signature(&sha256::to_hex(&signature))
        }
        Algorithm::HmacSha256 => {
            let index = keys.find(0, Some(key), unverified.scope().as_bytes())?;
            let mut signature = Vec::with_capacity(64);
            SigV4::sign(keys.key(index)?, text.as_bytes(), (), &mut signature);
            signature.first_chunk().is_some_and(|signature| unverified.has_signature(signature))
        }
    };
    if is_signed {
        Ok(text.into_bytes())
    } else {
        Err(unverified.mismatch(canonical_request, Some(&text)).into())
    }
}

/// A decoded body: its trailers, `name:value` with a line feed after each; texts that are still to be verified, and
/// their signatures, with a NUL before each; a byte that does not occur in UTF-8; and the bytes.
fn decoded(
    unverified: &Unverified<'_, '_>,
    key: Option<SigningKey>,
    body: &[u8],
) -> Result<Vec<u8>, Failure> {
    let (decoded, signed) = unverified.decode_body(key, body)?;
    let mut result = Vec::with_capacity(decoded.body.len() + 64);
    for (name, value) in &decoded.trailers {
        for piece in [name, ":", value, "\n"] {
            result.put(piece.as_bytes());
        }
    }
    for text in signed.as_flattened() {
        result.put(b"\0").put(text.as_bytes());
    }
    result.put(&[NO_UTF8]).put(&decoded.body);
    Ok(result)
}

/// The verifier of the last request: most servers have one.
struct LastVerifier {
    /// The fields of the record that it was created from, then its flags and its skew.
    options: Vec<u8>,
    verifier: Option<Verifier>,
}

impl LastVerifier {
    fn begin<'r>(
        &mut self,
        options: &mut [u8],
        request: IncomingRequest<'r>,
        record: &Record,
    ) -> Result<Unverified<'r, '_>, Failure> {
        Ok(self.get(options, record)?.begin(request, record.now as i64)?)
    }

    fn get(&mut self, options: &mut [u8], record: &Record) -> Result<&Verifier, Error> {
        let flags = (record.flags & OF_VERIFIER).to_le_bytes();
        let skew = record.max_skew_seconds.to_le_bytes();
        let known = self.options.strip_prefix(&*options).and_then(|rest| rest.strip_prefix(&flags));
        if known != Some(&skew) || self.verifier.is_none() {
            self.verifier = Some(verifier(options, record)?);
            self.options = [&*options, &flags, &skew].concat();
        }
        self.verifier.as_ref().ok_or(Error::RecordInvalid)
    }
}

/// The options of a verifier.
const OF_VERIFIER: u32 =
    BODY_REQUIRED | BODY_OPTIONAL | PATH_DOUBLE | PATH_SINGLE | EXPLAIN | ANY_REGION | ANY_SERVICE;
