//! The hot path: one request in, one signature out, one crossing.
//!
//! JavaScript writes a record into the engine's buffer, calls `sign`, and reads the result from the same buffer. A
//! record is a run of UTF-8 fields, each ended by a NUL, in the order of [`Record::parse`], then the bytes of the
//! body. No text of a request can smuggle a field in: the number of fields is known from the call.

use alloc::vec::Vec;

use sha2::{Digest, Sha256};
use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroize;

use crate::canonical::payload::hex_lower;
use crate::sign::Identity;
use crate::{
    Error, PathEncoding, PathNormalization, Payload, Request, SessionTokenMode, Settings, SignedHeaders,
    Signer, Timestamp,
};

/// Signing keys, scratch memory and the buffer that is shared with JavaScript.
#[wasm_bindgen]
#[derive(Default)]
pub struct Engine {
    buffer: Vec<u8>,
    signer: Signer,
    hasher: Sha256,
}

#[wasm_bindgen]
impl Engine {
    #[wasm_bindgen(constructor)]
    #[allow(missing_docs)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Where the buffer lies in memory, after it was made at least this long. Its old content may be gone.
    pub fn reserve(&mut self, length: usize) -> usize {
        if self.buffer.len() < length {
            self.buffer.zeroize();
            self.buffer = alloc::vec![0; length];
        }
        self.buffer.as_ptr() as usize
    }

    /// Signs the record in the buffer. The result replaces it: `x-amz-date`, `x-amz-content-sha256` (or nothing), the
    /// name of the session token's header, and `authorization` or, presigned, the query, a line each; for a trace
    /// then the canonical request and the string to sign, each after a NUL. Returns its length; of an error,
    /// `-1 - number - 16 * header index`.
    ///
    /// `owner` numbers the credentials (see `KeyCache`); `expires_in` counts where a flag asks for a presigned request.
    #[allow(clippy::too_many_arguments)] // numbers cross for nothing; fields of a record are written and parsed
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
        let Self { buffer, signer, .. } = self;
        let (text, body) = buffer.split_at_mut_checked(text_length).unwrap_or_default();
        let body = body.get(..body_length).unwrap_or_default();
        let mut result = Vec::with_capacity(640);
        let outcome =
            sign(signer, text, body, header_count, flags, epoch_millis, expires_in, owner, &mut result);
        if flags & HAS_SECRET != 0 {
            wipe_last_field(text);
        }
        if let Err(error) = outcome {
            return -1 - error.number() as i32 - 16 * error.header_index().unwrap_or(0) as i32;
        }
        put(&mut self.buffer, &result);
        result.len() as i32
    }

    /// Takes the first `length` bytes of the buffer into a SHA-256.
    pub fn hash_update(&mut self, length: usize) {
        self.hasher.update(self.buffer.get(..length).unwrap_or_default());
    }

    /// Puts the hex digits of that SHA-256 at the start of the buffer, and starts afresh.
    pub fn hash_finish(&mut self) {
        let digest = hex_lower(&self.hasher.finalize_reset().into());
        put(&mut self.buffer, &digest);
    }

    /// Forgets every signing key.
    pub fn clear_keys(&mut self) {
        self.signer.clear_keys();
    }

    /// How many signing keys were derived so far.
    pub fn derived_keys(&self) -> f64 {
        self.signer.derived_keys() as f64
    }
}

#[allow(clippy::too_many_arguments)]
fn sign(
    signer: &mut Signer,
    text: &[u8],
    body: &[u8],
    header_count: usize,
    flags: u32,
    epoch_millis: f64,
    expires_in: u32,
    owner: f64,
    result: &mut Vec<u8>,
) -> Result<(), Error> {
    let timestamp = timestamp(epoch_millis)?;
    let text = core::str::from_utf8(text).map_err(|_| Error::RecordInvalid)?;
    let mut record = Record::parse(text, header_count, flags & HAS_SECRET != 0)?;
    let headers = core::mem::take(&mut record.headers);
    let also: Vec<&str> = record.signed_header_names.split(';').collect();
    let request = Request {
        method: record.method,
        host: record.host,
        path: record.path,
        query: record.query,
        headers: &headers,
        payload: match (record.payload, flags >> PAYLOAD & 3) {
            ("", 1) => Payload::Signed(body),
            ("", 2) => Payload::Unsigned,
            ("", _) => Payload::Bytes(body),
            (literal, _) => Payload::Literal(literal),
        },
    };
    let settings = Settings {
        region: Some(record.region).filter(|region| !region.is_empty()),
        service: Some(record.service).filter(|service| !service.is_empty()),
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
        signed_headers: match flags & 3 {
            1 => SignedHeaders::All,
            2 => SignedHeaders::Also(&also),
            _ => SignedHeaders::Required,
        },
        ..Settings::default()
    };
    let identity = Identity {
        access_key_id: record.access_key_id,
        session_token: Some(record.session_token),
        owner: owner as u64,
        secret_access_key: record.secret_access_key,
    };
    let expires_in = Some(expires_in).filter(|_| flags & PRESIGN != 0);
    let signed = signer.sign_as(&request, identity, timestamp, &settings, expires_in)?;
    for part in [
        signed.amz_date(),
        "\n",
        signed.content_sha256().unwrap_or_default(),
        "\n",
        signed.session_token_header(),
        "\n",
        signed.authorization(),
    ] {
        result.extend_from_slice(part.as_bytes());
    }
    if flags & TRACE != 0 {
        for part in [signed.canonical_request(), signed.string_to_sign()] {
            result.push(0);
            result.extend_from_slice(part.as_bytes());
        }
    }
    Ok(())
}

struct Record<'a> {
    method: &'a str,
    host: &'a str,
    path: &'a str,
    query: &'a str,
    region: &'a str,
    service: &'a str,
    access_key_id: &'a str,
    session_token: &'a str,
    /// A payload hash or keyword; empty where the body itself follows.
    payload: &'a str,
    signed_header_names: &'a str,
    headers: Vec<(&'a str, &'a str)>,
    /// Last, so that it is easily found and wiped.
    secret_access_key: Option<&'a str>,
}

impl<'a> Record<'a> {
    fn parse(text: &'a str, header_count: usize, has_secret: bool) -> Result<Self, Error> {
        let mut fields = text.split('\0');
        let mut next = || fields.next().ok_or(Error::RecordInvalid);
        let record = Self {
            method: next()?,
            host: next()?,
            path: next()?,
            query: next()?,
            region: next()?,
            service: next()?,
            access_key_id: next()?,
            session_token: next()?,
            payload: next()?,
            signed_header_names: next()?,
            headers: {
                let mut headers = Vec::with_capacity(header_count.min(text.len()));
                for _ in 0..header_count {
                    headers.push((next()?, next()?));
                }
                headers
            },
            secret_access_key: if has_secret { Some(next()?) } else { None },
        };
        // Every field ends with a NUL, so one empty piece is left, and nothing else.
        match (fields.next(), fields.next()) {
            (Some(""), None) => Ok(record),
            _ => Err(Error::RecordInvalid),
        }
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

/// Puts a result at the start of the buffer, which grows where it must.
fn put(buffer: &mut Vec<u8>, result: &[u8]) {
    if buffer.len() < result.len() {
        buffer.zeroize();
        *buffer = result.to_vec();
    } else if let Some(start) = buffer.get_mut(..result.len()) {
        start.copy_from_slice(result);
    }
}

fn wipe_last_field(text: &mut [u8]) {
    let end = text.len().saturating_sub(1);
    let start = text.get(..end).and_then(|fields| fields.iter().rposition(|byte| *byte == 0)).unwrap_or(0);
    text.get_mut(start..).unwrap_or_default().zeroize();
}

// The bits of `flags`; js/core.js names them alike. Bits 0 and 1: signed headers (0 required, 1 all, 2 also the named).
const PATH_ENCODING: u32 = 2;
const CONTENT_SHA256_HEADER: u32 = 4;
const SESSION_TOKEN_MODE: u32 = 6;
const PAYLOAD: u32 = 8;
const WEB_SOCKET: u32 = 1 << 10;
const TRACE: u32 = 1 << 11;
const HAS_SECRET: u32 = 1 << 12;
const PRESIGN: u32 = 1 << 13;
