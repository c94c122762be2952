//! A received request, passed from JavaScript as a flat record.
//!
//! It begins with fields in UTF-8, each ended by a NUL: region, service, minutes of skew, method, then name and value of each
//! header. The target follows, and then the values of the server: the session token, the key, the body. Their lengths are known, so
//! that none of them can be taken for another. Method, headers and target have one character for each byte.

use alloc::string::String;
use alloc::vec::Vec;
use core::mem::take;

use zeroize::Zeroizing;

use super::buffer::Failure;
use super::results::push_number;
use crate::canonical::add;
use crate::canonical::headers::to_latin1;
use crate::record_flags::verify::*;
use crate::text::{contains, find};
use crate::verify::{Algorithm, Authorization, IncomingRequest, TargetForm, Verifier};
use crate::{Error, PathEncoding};

/// A function for a request, which gets the options of the verifier before it and the bytes after it.
pub(super) type Work<'w> =
    &'w mut dyn FnMut(&mut [u8], IncomingRequest<'_>, &[u8]) -> Result<Vec<u8>, Failure>;

/// The places of the parts of a record, and the numbers passed with it.
pub(super) struct Record {
    pub(super) text_length: usize,
    pub(super) target_length: usize,
    pub(super) header_count: usize,
    pub(super) flags: u32,
    pub(super) now: f64,
    pub(super) max_skew_seconds: f64,
}

impl Record {
    /// Splits a record.
    pub(super) fn read(&self, buffer: &mut [u8], work: Work<'_>) -> Result<Vec<u8>, Failure> {
        let (text, rest) = buffer.split_at_mut_checked(self.text_length).unwrap_or_default();
        let (target, rest) = rest.split_at_checked(self.target_length).unwrap_or_default();
        let options_length = options_length(text).ok_or(Error::RecordInvalid)?;
        let (options, text) = text.split_at_mut_checked(options_length).unwrap_or_default();
        // The values of headers, all together instead of one by one.
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

    fn form(&self) -> TargetForm {
        match self.flags & (TARGET_URL | TARGET_OF_PLATFORM) {
            TARGET_URL => TargetForm::Url,
            TARGET_OF_PLATFORM => TargetForm::OfPlatform,
            _ => TargetForm::Line,
        }
    }
}

/// The verifier for region, service and minutes of skew.
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

pub(super) fn signature_bits(authorization: &Authorization) -> u32 {
    let is_v4a = authorization.algorithm() == Algorithm::EcdsaP256Sha256;
    let token = if authorization.session_token().is_some() { HAS_SESSION_TOKEN } else { 0 };
    token | if is_v4a { IS_V4A } else { 0 }
}

/// When a request was signed, in seconds since 1970, for how long it is valid, and the bits.
pub(super) fn push_numbers(authorization: &Authorization, bits: u32, text: &mut String) {
    push_number(authorization.signed_at().unsigned_abs() / 1000, text);
    text.push('\0');
    push_number(authorization.expires_in().unwrap_or_default().into(), text);
    text.push('\0');
    push_number(bits.into(), text);
}

/// Converts a UTF-8 text to one byte for each character.
#[cold]
fn latin1(text: &[u8]) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(text.to_vec());
    to_latin1(&mut *bytes);
    bytes
}

/// The first field of a text; `None` if the field has no end.
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
