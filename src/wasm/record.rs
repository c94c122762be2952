//! The record that JavaScript writes: a run of UTF-8 fields, each ended by a NUL, in the order in which they are read here. No
//! text of a request can smuggle a field in, because the number of fields is also known.

use crate::credentials::{check_access_key_id, check_session_token};
use crate::record_flags::{HAS_SECRET, LATIN1_HEADERS, PLATFORM_SIGN, PRESIGN};
use crate::request::{Input, MAX_HEADERS, Settings};
use crate::sign::arena::Arena;
use crate::text::cut;
use crate::{Error, Timestamp};

use super::signing::{Core, Scheme};

/// A request, and the numbers passed with it.
#[derive(Clone, Copy)]
pub(super) struct Record<'m> {
    pub(super) text: &'m [u8],
    pub(super) session_token: &'m [u8],
    pub(super) body: &'m [u8],
    pub(super) header_count: usize,
    pub(super) flags: u32,
    pub(super) expires_in: u32,
    pub(super) credentials_id: f64,
}

impl<'m> Record<'m> {
    pub(super) fn prepare(
        &self,
        core: &mut Core,
        epoch_millis: f64,
        arena: &mut Arena<'m>,
    ) -> Result<(), Error> {
        let Self { text, session_token, flags, .. } = *self;
        let mut timestamp = Timestamp::EPOCH;
        // A cast would convert NaN to 1970.
        timestamp.set_epoch_millis(if epoch_millis.is_nan() { -1 } else { epoch_millis as i64 })?;
        let mut fields = Fields::of(text);
        let mut texts = [&b""[..]; 8];
        for text in &mut texts {
            *text = fields.next();
        }
        let [method, host, path, query, payload_hash, region, service, header_names] = texts;
        let (signed_headers, unsignable_headers) = cut(header_names, b' ');
        if self.header_count > MAX_HEADERS {
            return Err(Error::LimitExceeded);
        }
        let mut headers = arena.list(self.header_count);
        for order in 0..self.header_count {
            headers.add(fields.next(), order, fields.next());
        }
        let headers = headers.finish()?;
        let access_key_id = fields.next();
        let mut secret_access_key = None;
        if flags & HAS_SECRET != 0 {
            // Checked only here: afterwards, the same credentials are passed without the secret.
            check_access_key_id(access_key_id)?;
            check_session_token(session_token)?;
            secret_access_key = Some(fields.next());
        }
        fields.end()?;
        let input = Input {
            method,
            host,
            path,
            query,
            headers,
            body: self.body,
            payload_hash,
            access_key_id,
            session_token,
            region,
            service,
            settings: Settings(flags | LATIN1_HEADERS),
            signed_headers,
            unsignable_headers,
        };
        let expires_in = if flags & PRESIGN != 0 { Some(self.expires_in) } else { None };
        let scope = core.requests.prepare::<Scheme>(&input, timestamp, expires_in, arena)?;
        if flags & PLATFORM_SIGN != 0 {
            return Ok(());
        }
        core.find_key(self.credentials_id as u64, secret_access_key, access_key_id, scope)
    }
}

/// Splits a record.
pub(super) struct Fields<'a> {
    rest: &'a [u8],
    is_complete: bool,
}

impl<'a> Fields<'a> {
    pub(super) fn of(text: &'a [u8]) -> Self {
        Self { rest: text, is_complete: text.ends_with(b"\0") }
    }

    #[inline(never)]
    pub(super) fn next(&mut self) -> &'a [u8] {
        self.is_complete &= !self.rest.is_empty();
        let (field, rest) = cut(self.rest, 0);
        self.rest = rest;
        field
    }

    /// Fails if there are fewer or more fields.
    pub(super) fn end(self) -> Result<(), Error> {
        if self.is_complete && self.rest.is_empty() { Ok(()) } else { Err(Error::RecordInvalid) }
    }
}
