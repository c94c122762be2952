//! The hot path: one request in, one signature out, one crossing.
//!
//! JavaScript writes a record into the engine's buffer, calls `sign`, and reads the result from the same buffer. A
//! record is a run of UTF-8 fields, each ended by a NUL, in the order in which [`sign`] reads them, then the session token
//! and the body, whose lengths are known. No text of a request can smuggle a field in: so is the number of fields.

use alloc::vec::Vec;
use core::mem::take;

use zeroize::Zeroize;

use crate::canonical::add;
use crate::canonical::form::Form;
use crate::credentials::{check_access_key_id, check_session_token};
use crate::endpoint::region_and_service;
use crate::record_flags::{
    BODY_HASH, CONTENT_SHA256_YES, DETERMINISTIC, HAS_SECRET, KEEP, KEEP_HEADERS, PATH_DOUBLE,
    PAYLOAD_SIGNED, PLATFORM_HASH, PLATFORM_SIGN, PRESIGN, SIGNATURE_ONLY, SIGNED_HEADERS_ALL, TOKEN_SIGNED,
    TRACE, WEB_SOCKET,
};
use crate::request::Input;
use crate::sha256::{self, Hasher};
use crate::sign::LowLevelSigner;
use crate::sign::scheme::private::{self, Scheme as _};
use crate::text::{Put, cut, erase};
use crate::{Error, HeaderPlacement, PathEncoding, PathNormalization, SessionTokenMode, Timestamp, scope};

/// The scheme of the module that is built.
#[cfg(feature = "module-signing")]
type Scheme = crate::SigV4;
#[cfg(feature = "module-sigv4a")]
type Scheme = crate::SigV4a;

type Signature = <Scheme as private::Scheme>::Signature;

/// Signing keys, scratch memory and the buffer that is shared with JavaScript.
///
/// At the end of each call, nothing of a secret access key or a session token is left in the memory of the module, but in a
/// result that JavaScript has still to read.
pub struct Engine {
    buffer: Vec<u8>,
    /// How much of the buffer may hold something of a secret or a session token.
    used: usize,
    signer: LowLevelSigner<Scheme>,
    hasher: Hasher,
}

impl Engine {
    /// That knows no credentials.
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Self { buffer: Vec::new(), used: 0, signer: LowLevelSigner::empty(), hasher: Hasher::new() }
    }

    /// Where the buffer lies in memory, after it was made at least this long. Its old content may be gone.
    pub fn reserve(&mut self, length: usize) -> usize {
        grow(&mut self.buffer, length);
        self.buffer.as_ptr() as usize
    }

    /// Signs the record in the buffer. The result replaces it: `x-amz-date`, `x-amz-content-sha256` (or empty), the
    /// name of the session token's header, `x-amz-region-set` (or empty), the target to send (empty if it is the one that
    /// was given), and `authorization` or, presigned, the query, a line each; for a trace then the canonical
    /// request and the string to sign, each after a NUL. Returns its length; of an error, its status (`Error::status`).
    ///
    /// With a flag, the result is the canonical request instead, which stays where it is, to be hashed by the platform:
    /// [`Engine::complete`] gives the result. With another one, the request stays for [`Engine::sign_path`].
    ///
    /// With a third flag, which only SigV4a knows, the signature is missing, and after two NULs comes the string to sign: for a
    /// platform that signs it.
    ///
    /// A presigned request, a trace, and a request that stays may leave a session token behind, until [`Engine::wipe`].
    ///
    /// `credentials_id` numbers the credentials (see `KeyCache`); `expires_in` counts where a flag asks for a presigned request.
    #[inline(never)] // so that its frame is one that `clear_stack` reaches
    #[allow(clippy::too_many_arguments)]
    pub fn sign(
        &mut self,
        text_length: usize,
        token_length: usize,
        body_length: usize,
        header_count: usize,
        flags: u32,
        epoch_millis: f64,
        expires_in: u32,
        credentials_id: f64,
    ) -> i32 {
        self.signer.entropy = entropy(flags);
        let (text, rest) = self.buffer.split_at_checked(text_length).unwrap_or_default();
        let (session_token, rest) = rest.split_at_checked(token_length).unwrap_or_default();
        let body = rest.get(..body_length).unwrap_or_default();
        let record = Record { text, session_token, body, header_count };
        let outcome = prepare(&mut self.signer, &record, flags, epoch_millis, expires_in, credentials_id);
        if token_length > 0 || flags & HAS_SECRET != 0 {
            self.used = self.used.max(text_length.saturating_add(token_length));
            self.wipe_buffer();
        }
        match outcome {
            Ok(()) => self.hash(flags),
            Err(error) => {
                self.signer.wipe();
                error.status()
            }
        }
    }

    /// Signs the last request once more, with the path that the buffer begins with. The result is the path to send (empty
    /// if it is that one) and the signature, or the string to sign where the platform signs it.
    pub fn sign_path(&mut self, path_length: usize, flags: u32) -> i32 {
        let path = self.buffer.get(..path_length).unwrap_or_default();
        match self.signer.prepare_path(path) {
            Ok(()) => self.hash(flags | SIGNATURE_ONLY),
            Err(error) => error.status(),
        }
    }

    /// Where the canonical request is, for the host to hash.
    pub fn canonical_request(&self) -> usize {
        self.signer.texts().canonical_request.as_ptr() as usize
    }

    /// Signs what waits for it; the buffer begins with the hash of the canonical request, in hex. `flags` as before.
    pub fn complete(&mut self, flags: u32) -> i32 {
        let hash = self.buffer.first_chunk().copied().unwrap_or([0; 64]);
        self.finish(&hash, flags)
    }

    /// Signs any text with the key of a scope. In the buffer: date, region, service, access key id and, with the flag
    /// `HAS_SECRET`, the secret, each ended by a NUL; then the text. The signature replaces it, in hex. Returns its
    /// length; of an error, its status.
    #[inline(never)]
    pub fn sign_text(
        &mut self,
        scope_length: usize,
        text_length: usize,
        flags: u32,
        credentials_id: f64,
    ) -> i32 {
        self.signer.entropy = entropy(flags);
        let (scope, text) = self.buffer.split_at_checked(scope_length).unwrap_or_default();
        let text = text.get(..text_length).unwrap_or_default();
        let outcome = sign_text(&mut self.signer, scope, text, flags & HAS_SECRET != 0, credentials_id);
        self.used = self.used.max(scope_length.saturating_add(text_length));
        self.wipe_buffer();
        match outcome {
            Ok(signature) => put(&mut self.buffer, &[&[signature.as_ref()]]),
            Err(error) => error.status(),
        }
    }

    /// Replaces the text that the buffer begins with by its canonical form, of the number `form` in [`Form`]. Returns the
    /// length; of an error, its status. JavaScript wipes what it has read.
    pub fn canonical_form(&mut self, length: usize, form: u32) -> i32 {
        self.used = self.used.max(length);
        let text = self.buffer.get(..length).unwrap_or_default();
        let mut out = Vec::new();
        let outcome = match Form::from_number(form) {
            Some(form) => form.write(text, &mut out),
            None => Err(Error::RecordInvalid),
        };
        self.replace_by(out, outcome)
    }

    /// Replaces the host that the buffer begins with by its region and its signing name, a line each, each empty if it
    /// cannot be inferred. Returns the length.
    pub fn endpoint(&mut self, length: usize, web_socket: bool) -> i32 {
        self.used = self.used.max(length);
        let host = self.buffer.get(..length).unwrap_or_default();
        let (region, service) = region_and_service(host, web_socket);
        let mut out = Vec::new();
        out.put(region).put(b"\n").put(service);
        self.replace_by(out, Ok(()))
    }

    /// Takes the first `length` bytes of the buffer into a SHA-256.
    pub fn hash_update(&mut self, length: usize) {
        self.hasher.update(self.buffer.get(..length).unwrap_or_default());
        self.used = self.used.max(length);
        self.wipe_buffer();
    }

    /// Puts the hex digits of that SHA-256 at the start of the buffer, and starts afresh.
    pub fn hash_finish(&mut self) {
        let digest = sha256::to_hex(&self.hasher.finish());
        put(&mut self.buffer, &[&[&digest]]);
        self.hasher = Hasher::new();
    }

    /// Wipes what a batch of requests has left, and a result that was read.
    pub fn wipe(&mut self) {
        self.signer.wipe();
        self.wipe_buffer();
    }

    /// Forgets the signing keys of the secret that the buffer begins with.
    #[inline(never)]
    pub fn forget(&mut self, secret_length: usize) {
        self.signer.forget(self.buffer.get(..secret_length).unwrap_or_default());
        self.used = self.used.max(secret_length);
        self.wipe();
    }

    /// Forgets every signing key.
    pub fn clear_keys(&mut self) {
        self.signer.clear_keys();
        self.wipe();
    }

    /// Replaces the secret and the access key id that the buffer begins with, each ended by a NUL, by the private key of
    /// SigV4a, 32 bytes, and the public one: for a platform that signs. [`Engine::wipe`] once they are read.
    #[cfg(feature = "module-sigv4a")]
    #[inline(never)]
    pub fn key_pair(&mut self, length: usize) -> i32 {
        self.used = self.used.max(length);
        let text = self.buffer.get(..length).unwrap_or_default();
        let mut fields = Fields { rest: text, is_complete: text.ends_with(b"\0") };
        let (secret_access_key, access_key_id) = (fields.next(), fields.next());
        let mut out = Vec::with_capacity(32 + 65);
        let outcome = crate::SigV4a::write_key_pair(secret_access_key, access_key_id, &mut out);
        let length = self.replace_by(out, outcome);
        self.used = self.used.max(usize::try_from(length).unwrap_or_default());
        length
    }

    /// How many signing keys were derived so far.
    pub fn derived_keys(&self) -> f64 {
        self.signer.derived_keys() as f64
    }
}

impl Engine {
    fn replace_by(&mut self, mut out: Vec<u8>, outcome: Result<(), Error>) -> i32 {
        self.wipe_buffer();
        let status = match outcome {
            Ok(()) => put(&mut self.buffer, &[&[&out]]),
            Err(error) => error.status(),
        };
        erase(&mut out);
        status
    }

    /// Here, or by the platform: see [`Engine::sign`].
    fn hash(&mut self, flags: u32) -> i32 {
        let canonical_request = &self.signer.texts().canonical_request;
        if flags & PLATFORM_HASH != 0 {
            return canonical_request.len() as i32;
        }
        let hash = sha256::sha256_hex(canonical_request);
        self.finish(&hash, flags)
    }

    fn finish(&mut self, hash: &[u8; 64], flags: u32) -> i32 {
        let leaves_signature = SIGNS_BY_PLATFORM && flags & PLATFORM_SIGN != 0;
        let outcome =
            if leaves_signature { self.signer.complete_unsigned(hash) } else { self.signer.complete(hash) };
        let signed = match outcome {
            Ok(signed) => signed,
            Err(error) => return error.status(),
        };
        let texts = signed.texts;
        let length = if flags & SIGNATURE_ONLY != 0 {
            let signature = if leaves_signature { &texts.string_to_sign } else { &texts.signature };
            put(&mut self.buffer, &[&[&texts.target, b"\n", signature]])
        } else {
            let lines: [&[u8]; 10] = [
                signed.amz_date_bytes(),
                b"\n",
                if signed.has_content_sha256() { &texts.payload_hash } else { b"" },
                b"\n",
                signed.session_token_header().as_bytes(),
                b"\n",
                &texts.region_set,
                b"\n",
                &texts.target,
                b"\n",
            ];
            let trace: [&[u8]; 4] = [b"\0", &texts.canonical_request, b"\0", &texts.string_to_sign];
            let unsigned: [&[u8]; 2] = [b"\0\0", &texts.string_to_sign];
            let trace: &[&[u8]] = match flags & TRACE != 0 {
                true => &trace,
                false if leaves_signature => &unsigned,
                false => &[],
            };
            put(&mut self.buffer, &[&lines, &signed.parts(), trace])
        };
        if signed.has_token() {
            if flags & (KEEP | PRESIGN | TRACE) == 0 {
                self.signer.wipe_canonical_request();
            } else {
                self.used = self.used.max(length as usize);
            }
        }
        length
    }

    fn wipe_buffer(&mut self) {
        let used = self.used.min(self.buffer.len());
        self.buffer.get_mut(..used).unwrap_or_default().fill(0);
        self.used = 0;
    }
}

/// Whether a platform may sign in place of the core.
const SIGNS_BY_PLATFORM: bool = cfg!(feature = "module-sigv4a");

fn entropy(flags: u32) -> <Scheme as private::Scheme>::Entropy {
    if flags & DETERMINISTIC != 0 { Scheme::NO_ENTROPY } else { Scheme::SYSTEM_ENTROPY }
}

/// What JavaScript wrote.
struct Record<'a> {
    text: &'a [u8],
    session_token: &'a [u8],
    body: &'a [u8],
    header_count: usize,
}

fn prepare(
    signer: &mut LowLevelSigner<Scheme>,
    record: &Record<'_>,
    flags: u32,
    epoch_millis: f64,
    expires_in: u32,
    credentials_id: f64,
) -> Result<(), Error> {
    let timestamp = timestamp(epoch_millis)?;
    let Record { text, session_token, body, header_count } = *record;
    let mut fields = Fields { rest: text, is_complete: text.ends_with(b"\0") };
    let mut texts = [&b""[..]; 8];
    for text in &mut texts {
        *text = fields.next();
    }
    let [method, host, path, query, payload_hash, region, service, header_names] = texts;
    let (signed_headers, unsignable_headers) = cut(header_names, b' ');
    let header_count = header_count.min(text.len());
    let mut headers = Vec::with_capacity(header_count);
    for order in 0..header_count {
        add(&mut headers, fields.next(), order, fields.next());
    }
    let access_key_id = fields.next();
    let mut secret_access_key = None;
    if flags & HAS_SECRET != 0 {
        // The same that cross without it afterwards.
        check_access_key_id(access_key_id)?;
        if session_token.contains(&0) {
            return Err(Error::RecordInvalid);
        }
        check_session_token(session_token)?;
        secret_access_key = Some(fields.next());
    }
    if !fields.is_complete || !fields.rest.is_empty() {
        return Err(Error::RecordInvalid);
    }
    let input = Input {
        method,
        host,
        path,
        query,
        headers: &headers,
        body,
        payload_hash: if payload_hash.is_empty() { None } else { Some(payload_hash) },
        is_body_hash: flags & BODY_HASH != 0,
        signs_body: choose(flags >> PAYLOAD, true, false),
        access_key_id,
        session_token,
        credentials_id: credentials_id as u64,
        secret_access_key,
        region,
        service,
        web_socket: flags & WEB_SOCKET != 0,
        path_encoding: choose(flags >> PATH_ENCODING, PathEncoding::Double, PathEncoding::Single),
        path_normalization: choose(
            flags >> PATH_ENCODING,
            PathNormalization::Enabled,
            PathNormalization::Disabled,
        ),
        content_sha256_header: choose(flags >> CONTENT_SHA256_HEADER, true, false),
        session_token_mode: choose(
            flags >> SESSION_TOKEN_MODE,
            SessionTokenMode::Signed,
            SessionTokenMode::Appended,
        ),
        signs_all_headers: flags & SIGNED_HEADERS_ALL != 0,
        signed_headers,
        unsignable_headers,
        header_placement: if flags & KEEP_HEADERS != 0 {
            HeaderPlacement::Headers
        } else {
            HeaderPlacement::Query
        },
        latin1_headers: true, // as HTTP clients of JavaScript do
    };
    signer.prepare(&input, timestamp, if flags & PRESIGN != 0 { Some(expires_in) } else { None })
}

fn sign_text(
    signer: &mut LowLevelSigner<Scheme>,
    scope: &[u8],
    text: &[u8],
    has_secret: bool,
    credentials_id: f64,
) -> Result<Signature, Error> {
    let mut fields = Fields { rest: scope, is_complete: scope.ends_with(b"\0") };
    let mut scope = Vec::new();
    let (date, region, service) = (fields.next(), fields.next(), fields.next());
    scope::write(date, Scheme::region_of_scope(region), service, &mut scope)?;
    let access_key_id = fields.next();
    let secret_access_key = if has_secret { Some(fields.next()) } else { None };
    if !fields.is_complete || !fields.rest.is_empty() {
        return Err(Error::RecordInvalid);
    }
    signer.sign_text_for(text, credentials_id as u64, access_key_id, secret_access_key, &scope)
}

/// Takes a record apart.
struct Fields<'a> {
    rest: &'a [u8],
    is_complete: bool,
}

impl<'a> Fields<'a> {
    #[inline(never)]
    fn next(&mut self) -> &'a [u8] {
        self.is_complete &= !self.rest.is_empty();
        let (field, rest) = cut(self.rest, 0);
        self.rest = rest;
        field
    }
}

fn timestamp(epoch_millis: f64) -> Result<Timestamp, Error> {
    // A cast would turn NaN into 1970.
    if epoch_millis.is_nan() {
        Err(Error::DateInvalid)
    } else {
        Timestamp::from_epoch_millis(epoch_millis as i64)
    }
}

/// Two bits: 0 leaves the choice to the service.
fn choose<T>(bits: u32, one: T, two: T) -> Option<T> {
    match bits & 3 {
        1 => Some(one),
        2 => Some(two),
        _ => None,
    }
}

/// Puts a result at the start of the buffer, which grows where it must, and returns its length.
fn put(buffer: &mut Vec<u8>, parts: &[&[&[u8]]]) -> i32 {
    let parts = parts.iter().copied().flatten();
    grow(buffer, parts.clone().map(|part| part.len()).sum());
    let mut rest = &mut buffer[..];
    let mut length = 0;
    for part in parts {
        let (room, after) = take(&mut rest).split_at_mut_checked(part.len()).unwrap_or_default();
        match (room, *part) {
            ([room], [byte]) => *room = *byte, // a separator: not worth the call that copies memory
            (room, part) if room.len() == part.len() => room.copy_from_slice(part),
            _ => {}
        }
        rest = after;
        length += part.len();
    }
    length as i32
}

/// The old content is wiped.
fn grow(buffer: &mut Vec<u8>, length: usize) {
    if buffer.len() < length {
        buffer.as_mut_slice().zeroize();
        *buffer = alloc::vec![0; length];
    }
}

// Where the two bits of a choice begin.
const PATH_ENCODING: u32 = PATH_DOUBLE.trailing_zeros();
const CONTENT_SHA256_HEADER: u32 = CONTENT_SHA256_YES.trailing_zeros();
const SESSION_TOKEN_MODE: u32 = TOKEN_SIGNED.trailing_zeros();
const PAYLOAD: u32 = PAYLOAD_SIGNED.trailing_zeros();
