//! The hot path: one request in, one signature out, one crossing.
//!
//! JavaScript writes a record into the engine's buffer, calls `sign`, and reads the result from the same buffer. A
//! record is a run of UTF-8 fields, each ended by a NUL, in the order in which [`sign`] reads them, then the bytes of the
//! body. No text of a request can smuggle a field in: the number of fields is known from the call.

use alloc::vec::Vec;

use sha2::Sha256;
use zeroize::{Zeroize, Zeroizing};

use crate::canonical::add;
use crate::credentials::{check_access_key_id, check_session_token};
use crate::hash;
use crate::request::Input;
use crate::sign::scheme::private::{self, Scheme as _};
use crate::text::cut;
use crate::{
    Error, HeaderPlacement, KEY_CACHE_CAPACITY, PathEncoding, PathNormalization, SessionTokenMode, Signer,
    Timestamp, scope,
};

/// One crate, two modules: a build with the feature `tools` is the second one, and its engine signs with SigV4a.
#[cfg(not(feature = "tools"))]
type Scheme = crate::SigV4;
#[cfg(feature = "tools")]
type Scheme = crate::SigV4a;

type Signature = <Scheme as private::Scheme>::Signature;

/// Signing keys, scratch memory and the buffer that is shared with JavaScript.
pub struct Engine {
    buffer: Vec<u8>,
    signer: Signer<Scheme>,
    identities: Identities,
    hasher: Option<Sha256>,
}

impl Engine {
    /// That knows no credentials.
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Self { buffer: Vec::new(), signer: Signer::empty(), identities: Identities::new(), hasher: None }
    }

    /// Where the buffer lies in memory, after it was made at least this long. Its old content may be gone.
    pub fn reserve(&mut self, length: usize) -> usize {
        grow(&mut self.buffer, length);
        self.buffer.as_ptr() as usize
    }

    /// Signs the record in the buffer. The result replaces it: `x-amz-date`, `x-amz-content-sha256` (or nothing), the
    /// name of the session token's header, `x-amz-region-set` (or nothing), the target to send (or nothing, where it is the
    /// one that was given), and `authorization` or, presigned, the query, a line each; for a trace then the canonical request and the string to sign, each after a NUL. Returns its length; of
    /// an error, its status (`Error::status`).
    ///
    /// With a flag, the canonical request replaces the record, to be hashed by the host: [`Engine::complete`] gives the
    /// result.
    ///
    /// `owner` numbers the credentials (see `KeyCache`); `expires_in` counts where a flag asks for a presigned request.
    #[allow(clippy::too_many_arguments)]
    pub fn sign(
        &mut self,
        text_length: usize,
        body_length: usize,
        header_count: usize,
        flags: u32,
        epoch_millis: f64,
        expires_in: u32,
        owner: f64,
    ) -> i32 {
        let (text, body) = self.buffer.split_at_mut_checked(text_length).unwrap_or_default();
        let body = body.get(..body_length).unwrap_or_default();
        let outcome = prepare(
            &mut self.signer,
            &mut self.identities,
            text,
            body,
            header_count,
            flags,
            epoch_millis,
            expires_in,
            owner,
        );
        if flags & HAS_CREDENTIALS != 0 {
            wipe_last_field(text);
        }
        match outcome {
            Ok(()) => self.hash(flags),
            Err(error) => error.status(),
        }
    }

    /// Signs the last request once more, with the path that the buffer begins with. The result is the path to send (or
    /// nothing, where it is that one) and the signature, a line each.
    pub fn sign_path(&mut self, path_length: usize, flags: u32) -> i32 {
        let path = self.buffer.get(..path_length).unwrap_or_default();
        match self.signer.prepare_path(path) {
            Ok(()) => self.hash(flags | SIGNATURE_ONLY),
            Err(error) => error.status(),
        }
    }

    /// Signs what waits for it; the buffer begins with the hash of the canonical request, in hex. `flags` as before.
    pub fn complete(&mut self, flags: u32) -> i32 {
        let hash = self.buffer.first_chunk().copied().unwrap_or([0; 64]);
        self.finish(&hash, flags)
    }

    /// Signs any text with the key of a scope. In the buffer: date, region, service, access key id and, with
    /// `has_secret`, the secret, each ended by a NUL; then the text. The signature replaces it, in hex. Returns its
    /// length; of an error, its status.
    pub fn sign_text(
        &mut self,
        scope_length: usize,
        text_length: usize,
        has_secret: bool,
        owner: f64,
    ) -> i32 {
        let (scope, text) = self.buffer.split_at_mut_checked(scope_length).unwrap_or_default();
        let text = text.get(..text_length).unwrap_or_default();
        let outcome = sign_text(&mut self.signer, scope, text, has_secret, owner);
        if has_secret {
            wipe_last_field(scope);
        }
        match outcome {
            Ok(signature) => put(&mut self.buffer, &[signature.as_ref()]),
            Err(error) => error.status(),
        }
    }

    /// Takes the first `length` bytes of the buffer into a SHA-256.
    pub fn hash_update(&mut self, length: usize) {
        let hasher = self.hasher.get_or_insert_default();
        hash::update(hasher, self.buffer.get(..length).unwrap_or_default());
    }

    /// Puts the hex digits of that SHA-256 at the start of the buffer, and starts afresh.
    pub fn hash_finish(&mut self) {
        let digest = hash::to_hex(&hash::finish(self.hasher.get_or_insert_default()));
        put(&mut self.buffer, &[&digest]);
    }

    /// Forgets every signing key and session token.
    pub fn clear_keys(&mut self) {
        self.signer.clear_keys();
        self.identities = Identities::new();
    }

    /// How many signing keys were derived so far.
    pub fn derived_keys(&self) -> f64 {
        self.signer.derived_keys() as f64
    }
}

impl Engine {
    /// Here, or by the host: see [`Engine::sign`].
    fn hash(&mut self, flags: u32) -> i32 {
        let canonical_request = &self.signer.texts().canonical_request;
        if flags & HOST_HASH != 0 {
            return put(&mut self.buffer, &[canonical_request]);
        }
        let hash = hash::sha256_hex(canonical_request);
        self.finish(&hash, flags)
    }

    fn finish(&mut self, hash: &[u8; 64], flags: u32) -> i32 {
        let signed = match self.signer.complete(hash) {
            Ok(signed) => signed,
            Err(error) => return error.status(),
        };
        let texts = signed.texts;
        if flags & SIGNATURE_ONLY != 0 {
            return put(&mut self.buffer, &[&texts.target, b"\n", signed.signature().as_bytes()]);
        }
        let parts: [&[u8]; 15] = [
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
            &texts.result,
            // For a trace:
            b"\0",
            &texts.canonical_request,
            b"\0",
            &texts.string_to_sign,
        ];
        put(&mut self.buffer, if flags & TRACE != 0 { &parts } else { &parts[..11] })
    }
}

#[allow(clippy::too_many_arguments)]
fn prepare(
    signer: &mut Signer<Scheme>,
    identities: &mut Identities,
    text: &[u8],
    body: &[u8],
    header_count: usize,
    flags: u32,
    epoch_millis: f64,
    expires_in: u32,
    owner: f64,
) -> Result<(), Error> {
    let timestamp = timestamp(epoch_millis)?;
    let mut fields = Fields { rest: text, is_complete: text.ends_with(b"\0") };
    let mut texts = [&b""[..]; 8];
    for text in &mut texts {
        *text = fields.next();
    }
    let [method, host, path, query, payload_hash, region, service, header_names] = texts;
    let (signed_headers, unsignable_headers) = cut(header_names, b' ');
    let mut headers = Vec::new();
    for order in 0..header_count.min(text.len()) {
        add(&mut headers, fields.next(), order, fields.next());
    }
    let owner = owner as u64;
    let mut secret_access_key = None;
    if flags & HAS_CREDENTIALS != 0 {
        identities.insert(owner, fields.next(), fields.next())?;
        secret_access_key = Some(fields.next());
    }
    if !fields.is_complete || !fields.rest.is_empty() {
        return Err(Error::RecordInvalid);
    }
    let identity = identities.get(owner)?;
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
        access_key_id: &identity.access_key_id,
        session_token: &identity.session_token,
        owner,
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
        signs_all_headers: flags & ALL_HEADERS != 0,
        signed_headers,
        unsignable_headers,
        header_placement: if flags & KEEP_HEADERS != 0 {
            HeaderPlacement::Headers
        } else {
            HeaderPlacement::Query
        },
        latin1_headers: flags & LATIN1_HEADERS != 0,
    };
    signer.prepare(&input, timestamp, if flags & PRESIGN != 0 { Some(expires_in) } else { None })
}

fn sign_text(
    signer: &mut Signer<Scheme>,
    scope: &[u8],
    text: &[u8],
    has_secret: bool,
    owner: f64,
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
    signer.sign_text_for(text, owner as u64, access_key_id, secret_access_key, &scope)
}

/// Who signed before: their access key id and session token need not cross again, nor be checked.
struct Identities {
    known: Vec<Identity>,
    /// The place of the next one, once there are many.
    next: usize,
}

struct Identity {
    owner: u64,
    access_key_id: Vec<u8>,
    session_token: Zeroizing<Vec<u8>>,
}

impl Identities {
    const fn new() -> Self {
        Self { known: Vec::new(), next: 0 }
    }

    fn insert(&mut self, owner: u64, access_key_id: &[u8], session_token: &[u8]) -> Result<(), Error> {
        check_access_key_id(access_key_id)?;
        check_session_token(session_token)?;
        let identity = Identity {
            owner,
            access_key_id: access_key_id.to_vec(),
            session_token: Zeroizing::new(session_token.to_vec()),
        };
        if let Some(known) = self.known.iter_mut().find(|known| known.owner == owner) {
            *known = identity;
        } else if self.known.len() < KEY_CACHE_CAPACITY {
            self.known.push(identity);
        } else if let Some(oldest) = self.known.get_mut(self.next) {
            *oldest = identity;
            self.next = (self.next + 1) % KEY_CACHE_CAPACITY;
        }
        Ok(())
    }

    fn get(&self, owner: u64) -> Result<&Identity, Error> {
        self.known.iter().find(|known| known.owner == owner).ok_or(Error::SigningKeyMissing)
    }
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
fn put(buffer: &mut Vec<u8>, parts: &[&[u8]]) -> i32 {
    grow(buffer, parts.iter().map(|part| part.len()).sum());
    let mut length = 0;
    for part in parts {
        if let Some(room) = buffer.get_mut(length..length + part.len()) {
            room.copy_from_slice(part);
        }
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

fn wipe_last_field(text: &mut [u8]) {
    let end = text.len().saturating_sub(1);
    let start = text.get(..end).and_then(|fields| fields.iter().rposition(|byte| *byte == 0)).unwrap_or(0);
    text.get_mut(start..).unwrap_or_default().zeroize();
}

// The bits of `flags`; js/core.js names them alike.
const ALL_HEADERS: u32 = 1;
const PATH_ENCODING: u32 = 2;
const CONTENT_SHA256_HEADER: u32 = 4;
const SESSION_TOKEN_MODE: u32 = 6;
const PAYLOAD: u32 = 8;
const WEB_SOCKET: u32 = 1 << 10;
const TRACE: u32 = 1 << 11;
const HAS_CREDENTIALS: u32 = 1 << 12;
const PRESIGN: u32 = 1 << 13;
const HOST_HASH: u32 = 1 << 16;
const SIGNATURE_ONLY: u32 = 1 << 17;
const LATIN1_HEADERS: u32 = 1 << 18;
const BODY_HASH: u32 = 1 << 14;
const KEEP_HEADERS: u32 = 1 << 15;
