//! Verifying for JavaScript: what arrived crosses as a flat record, once to say whose key is wanted, and once more with the
//! key. Nothing of a request stays here in between.
//!
//! A record begins with fields in UTF-8, each ended by a NUL: region, service, minutes of skew, method, then name and value
//! of each header. The target follows, then what the server knows: the session token, the key, the body. Their lengths are
//! known, so that none of them can pass for another. Method, headers and target have one character for each byte.
#![allow(unreachable_pub, missing_docs)] // wasm-bindgen exports what is `pub`

use alloc::string::String;
use alloc::vec::Vec;
use core::mem::{replace, take};

use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::{Zeroize, Zeroizing};

use super::runtime::{Single, clear_stack};
use super::verify_results::{described, parsed, written};
use crate::canonical::add;
use crate::canonical::headers::to_latin1;
use crate::record_flags::verify::*;
use crate::sha256::{self, Hasher};
use crate::sign::key_cache::KeyCache;
use crate::sign::scheme::private::Scheme as _;
use crate::text::{Put, contains, find, split};
use crate::verify::{
    Algorithm, Authorization, BodyDigests, BodyHash, IncomingRequest, KnownCredentials, Rejection,
    SessionToken, TargetForm, Unverified, Verifier, VerifyingKey, is_equal, is_token,
};
use crate::{Error, PathEncoding, SigV4, SigningKey};

pub(super) static ENGINE: Single<Engine> = Single::new(Engine {
    buffer: Vec::new(),
    verifier: LastVerifier { options: Vec::new(), verifier: None },
    keys: KeyCache::new(),
    hasher: Hasher::new(),
    digests: None,
});

/// At the end of each call, nothing of a key or a session token is left in the memory of the module, but for derived keys, and
/// for a result that JavaScript has still to read.
pub(super) struct Engine {
    /// Shared with JavaScript.
    pub(super) buffer: Vec<u8>,
    /// Of the last request: most servers have one.
    verifier: LastVerifier,
    keys: KeyCache<SigV4>,
    hasher: Hasher,
    pub(super) digests: Option<BodyDigests>,
}

/// Where the buffer lies in memory, after it was made at least this long. Its old content may be gone.
#[wasm_bindgen]
pub fn reserve(length: usize) -> usize {
    let buffer = &mut ENGINE.lend().buffer;
    grow(buffer, length);
    buffer.as_ptr() as usize
}

/// What the request in the buffer says of its signature, after every check that needs no key. The result replaces it: see
/// `described`. Returns its length; with [`REJECTED`], that of a rejection; of an error, its status (`Error::status`).
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
    let mut engine = ENGINE.lend();
    let record = Record { text_length, target_length, header_count, flags, now, max_skew_seconds };
    let Engine { buffer, verifier, .. } = &mut *engine;
    let outcome = record.read(buffer, &mut |options, request, rest| {
        let unverified = record.begin(verifier, options, request)?;
        let body =
            (flags & HAS_BODY != 0).then(|| body_hash(rest.get(..body_length).unwrap_or_default(), flags));
        Ok(described(&unverified, body.as_ref(), flags & PLATFORM_HASH != 0))
    });
    engine.finish(outcome, text_length.saturating_add(target_length).saturating_add(body_length))
}

/// Whether a signature is that of a string to sign, and the session token is known: of the buffer, access key id, string to sign
/// and signature, each ended by a NUL, then the token that the request carries, the one that it must, and the key. Where it is
/// not, `verify` says why.
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
    let mut engine = ENGINE.lend();
    let Engine { buffer, keys, .. } = &mut *engine;
    let used =
        text_length.saturating_add(given_length).saturating_add(token_length).saturating_add(key_length);
    let record = buffer.get_mut(..used).unwrap_or_default();
    let lengths = [text_length, given_length, token_length];
    let is_live = flags & HAS_EXPIRY == 0 || expires_at as i64 > now as i64;
    let is_signed = is_live && is_signed(record, lengths, flags, keys).unwrap_or(false);
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
    let mut computed = Vec::with_capacity(64);
    if flags & IS_SIGNING_KEY != 0 {
        computed.put_hex(&SigningKey::new(key).sign(string_to_sign));
    } else {
        let scope = split(string_to_sign, b'\n').nth(2)?;
        let index = keys.find(0, Some(key), scope).ok()?;
        SigV4::sign(keys.key(index).ok()?, string_to_sign, (), &mut computed);
    }
    Some(is_equal(&computed, signature))
}

fn session_token(token: &[u8], flags: u32) -> Result<SessionToken<'_>, Error> {
    Ok(match flags & (TOKEN_JUDGED | HAS_TOKEN) {
        TOKEN_JUDGED => SessionToken::Unchecked,
        HAS_TOKEN => SessionToken::Known(str::from_utf8(token).map_err(|_| Error::RecordInvalid)?),
        _ => SessionToken::None,
    })
}

/// Of a body, or of its hash.
fn body_hash(body: &[u8], flags: u32) -> BodyHash {
    match body.try_into() {
        Ok(hash) if flags & BODY_IS_HASH != 0 => BodyHash::from_hex(hash),
        _ => BodyHash::of(body),
    }
}

/// What the request in the buffer says of its signature, checked for form only. Likewise: see `parsed`.
#[wasm_bindgen]
pub fn parse_authorization(text_length: usize, target_length: usize, header_count: usize, flags: u32) -> i32 {
    let mut engine = ENGINE.lend();
    let record = Record { text_length, target_length, header_count, flags, now: 0.0, max_skew_seconds: 0.0 };
    let Engine { buffer, .. } = &mut *engine;
    let outcome =
        record.read(buffer, &mut |_, request, _| Ok(parsed(&Authorization::parse(&request)?).into_bytes()));
    engine.finish(outcome, text_length.saturating_add(target_length))
}

/// Whether the key is that of the signature, likewise. The result is the string to sign; where JavaScript has to compare the
/// signature, which SigV4a leaves to another module, the signature follows after a NUL.
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
    let mut engine = ENGINE.lend();
    let Engine { buffer, verifier, keys, .. } = &mut *engine;
    let record = Record { text_length, target_length, header_count, flags, now, max_skew_seconds };
    let outcome = record.read(buffer, &mut |options, request, rest| {
        let unverified = record.begin(verifier, options, request)?;
        let (token, rest) = rest.split_at_checked(token_length).unwrap_or_default();
        let (key, rest) = rest.split_at_checked(key_length).unwrap_or_default();
        let body = rest.get(..body_length).unwrap_or_default();
        let expires_at = (flags & HAS_EXPIRY != 0).then_some(expires_at as i64);
        verified(unverified, keys, flags, token, key, body, expires_at)
    });
    let known = token_length.saturating_add(key_length).saturating_add(body_length);
    let status = engine.finish(outcome, text_length.saturating_add(target_length).saturating_add(known));
    clear_stack();
    status
}

/// Takes the first `length` bytes of the buffer into a SHA-256.
#[wasm_bindgen]
pub fn hash_update(length: usize) {
    let mut engine = ENGINE.lend();
    let Engine { buffer, hasher, .. } = &mut *engine;
    hasher.update(buffer.get(..length).unwrap_or_default());
}

/// Puts the hex digits of that SHA-256 at the start of the buffer, and starts again.
#[wasm_bindgen]
pub fn hash_finish() {
    let mut engine = ENGINE.lend();
    let digest = sha256::to_hex(&replace(&mut engine.hasher, Hasher::new()).finish());
    put(&mut engine.buffer, &digest);
}

/// What is done with a request; gets the options of the verifier before it, and the bytes that follow it.
pub(super) type Work<'w> =
    &'w mut dyn FnMut(&mut [u8], IncomingRequest<'_>, &[u8]) -> Result<Vec<u8>, Failure>;

/// Why there is no result.
pub(super) enum Failure {
    Rejected(Rejection),
    Failed(Error),
}

impl From<Rejection> for Failure {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(rejection)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl Engine {
    /// The record, which is so long, gives way to the result.
    pub(super) fn finish(&mut self, outcome: Result<Vec<u8>, Failure>, length: usize) -> i32 {
        let used = length.min(self.buffer.len());
        self.buffer.get_mut(..used).unwrap_or_default().fill(0);
        match outcome {
            Ok(mut result) => {
                let length = put(&mut self.buffer, &result);
                result.zeroize(); // it may hold the session token of the request
                length
            }
            Err(Failure::Rejected(rejection)) => {
                put(&mut self.buffer, written(&rejection).as_bytes()) | REJECTED as i32
            }
            Err(Failure::Failed(error)) => error.status(),
        }
    }
}

/// Where the parts of a record are, and what crosses beside it.
pub(super) struct Record {
    pub(super) text_length: usize,
    pub(super) target_length: usize,
    pub(super) header_count: usize,
    pub(super) flags: u32,
    pub(super) now: f64,
    pub(super) max_skew_seconds: f64,
}

impl Record {
    /// Takes a record apart.
    pub(super) fn read(&self, buffer: &mut [u8], work: Work<'_>) -> Result<Vec<u8>, Failure> {
        let (text, rest) = buffer.split_at_mut_checked(self.text_length).unwrap_or_default();
        let (target, rest) = rest.split_at_checked(self.target_length).unwrap_or_default();
        let options_length = options_length(text).ok_or(Error::RecordInvalid)?;
        let (options, text) = text.split_at_mut_checked(options_length).unwrap_or_default();
        // The values of headers: in one go, rather than one by one.
        let has_line_break = contains(text, 0, *b"\r\n\n");
        let (mut latin1_text, latin1_target);
        let (mut text, target) = if self.flags & NOT_ASCII == 0 {
            (text, target)
        } else {
            (latin1_text, latin1_target) = (latin1(text), latin1(target));
            (&mut latin1_text[..], &latin1_target[..])
        };
        let Some(method) = next_field(&mut text) else { return Err(Error::RecordInvalid.into()) };
        let mut headers = Vec::with_capacity(self.header_count.min(text.len()));
        for order in 0..self.header_count.min(text.len()) {
            let (Some(name), Some(value)) = (next_field(&mut text), next_field(&mut text)) else { break };
            name.make_ascii_lowercase();
            add(&mut headers, name, order, value);
        }
        if !text.is_empty() || headers.len() != self.header_count {
            return Err(Error::RecordInvalid.into());
        }
        if has_line_break {
            return Err(Error::HeaderValueInvalid(0).into());
        }
        let request = IncomingRequest::parse(method, target, self.form(), headers)?;
        work(options, request, rest)
    }

    fn begin<'r, 'v>(
        &self,
        last: &'v mut LastVerifier,
        options: &mut [u8],
        request: IncomingRequest<'r>,
    ) -> Result<Unverified<'r, 'v>, Failure> {
        Ok(last.get(options, self)?.begin(request, self.now as i64)?)
    }

    fn form(&self) -> TargetForm {
        match self.flags & (TARGET_URL | TARGET_OF_PLATFORM) {
            TARGET_URL => TargetForm::Url,
            TARGET_OF_PLATFORM => TargetForm::OfPlatform,
            _ => TargetForm::Line,
        }
    }
}

struct LastVerifier {
    /// The fields of the record that it was made of, then its flags and its skew.
    options: Vec<u8>,
    verifier: Option<Verifier>,
}

impl LastVerifier {
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

/// Of region, service and minutes of skew.
fn options_length(text: &[u8]) -> Option<usize> {
    let mut ends = text.iter().enumerate().filter(|(_, byte)| **byte == 0).map(|(at, _)| at + 1);
    ends.nth(2)
}

pub(super) fn verifier(mut options: &mut [u8], record: &Record) -> Result<Verifier, Error> {
    let mut text = || {
        let field = next_field(&mut options).ok_or(Error::RecordInvalid)?;
        str::from_utf8(field).map(String::from).map_err(|_| Error::RecordInvalid)
    };
    let (region, service, minutes) = (text()?, text()?, text()?);
    let flags = record.flags;
    Ok(Verifier {
        region: (flags & ANY_REGION == 0).then_some(region),
        service: (flags & ANY_SERVICE == 0).then_some(service),
        max_skew_seconds: record.max_skew_seconds,
        max_skew_minutes: minutes,
        body_required: choose(flags, BODY_REQUIRED, true, BODY_OPTIONAL, false),
        path_encoding: choose(flags, PATH_DOUBLE, PathEncoding::Double, PATH_SINGLE, PathEncoding::Single),
        decodes_chunks: true,
        explain: flags & EXPLAIN != 0,
    })
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
        return decoded(unverified, token, flags & IS_SIGNING_KEY != 0, key, body, expires_at);
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

/// A body in chunks, decoded: its trailers, `name:value` with a line feed after each, a NUL, the bytes.
fn decoded(
    unverified: Unverified<'_, '_>,
    session_token: SessionToken<'_>,
    is_signing_key: bool,
    key: &[u8],
    body: &[u8],
    expires_at: Option<i64>,
) -> Result<Vec<u8>, Failure> {
    let key = if is_signing_key {
        VerifyingKey::from_signing_key(key.try_into().map_err(|_| Error::RecordInvalid)?)
    } else {
        let secret = str::from_utf8(key).map_err(|_| Error::RecordInvalid)?;
        VerifyingKey::from_secret(secret, &unverified)?
    };
    let known = KnownCredentials { key, session_token, expires_at };
    let decoded = unverified.verify(&known, None)?.decode_body(&known.key, body)?;
    let mut result = Vec::with_capacity(decoded.body.len() + 64);
    for (name, value) in &decoded.trailers {
        for piece in [name, ":", value, "\n"] {
            result.put(piece.as_bytes());
        }
    }
    result.put(b"\0").put(&decoded.body);
    Ok(result)
}

/// Of a text in UTF-8, one byte for each character.
#[cold]
fn latin1(text: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(text.to_vec());
    to_latin1(&mut *bytes);
    bytes
}

/// The field that a text begins with; `None` where it has no end.
fn next_field<'a>(text: &mut &'a mut [u8]) -> Option<&'a mut [u8]> {
    let end = find(text, 0, [0; 3]);
    let (field, rest) = take(text).split_at_mut_checked(end)?;
    let (_, rest) = rest.split_first_mut()?;
    *text = rest;
    Some(field)
}

fn choose<T>(flags: u32, one_flag: u32, one: T, other_flag: u32, other: T) -> Option<T> {
    if flags & one_flag != 0 { Some(one) } else { (flags & other_flag != 0).then_some(other) }
}

/// Puts a result at the start of the buffer, which grows where it must.
pub(super) fn put(buffer: &mut Vec<u8>, text: &[u8]) -> i32 {
    grow(buffer, text.len());
    if let Some(start) = buffer.get_mut(..text.len()) {
        start.copy_from_slice(text);
    }
    text.len() as i32
}

/// The old content is wiped.
fn grow(buffer: &mut Vec<u8>, length: usize) {
    if buffer.len() < length {
        buffer.as_mut_slice().zeroize();
        *buffer = alloc::vec![0; length];
    }
}

/// What a verifier is made of.
const OF_VERIFIER: u32 =
    BODY_REQUIRED | BODY_OPTIONAL | PATH_DOUBLE | PATH_SINGLE | EXPLAIN | ANY_REGION | ANY_SERVICE;
