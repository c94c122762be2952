//! The parameters of a presigned URL.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::mem::take;

use super::authorization::{Algorithm, Stated, checked_date};
use super::incoming_request::IncomingRequest;
use super::rejection::Say::{Quoted, Text};
use super::rejection::{Rejection, malformed};
use super::words::{Secret, SecretBytes};
use crate::canonical::query::SIGNATURE_PARAMETER_NAMES;
use crate::text::{Put, find};

pub(super) fn parse(parameters: &Parameters) -> Result<Stated<'_>, Rejection> {
    let mut values = [""; 5];
    for (value, at) in values.iter_mut().zip([ALGORITHM, CREDENTIAL, DATE, SIGNED_HEADERS, SIGNATURE]) {
        *value = match parameters.get(at) {
            Some(value) if !value.is_empty() => value,
            _ => return Err(missing_parameter(at)),
        };
    }
    let [name, credential, date, names, signature] = values;
    let Some(algorithm) = Algorithm::from_name(name) else {
        return Err(malformed(&[Text("Unsupported AWS 'algorithm': "), Quoted(name), Text(".")]));
    };
    let signed_at = checked_date(date)?;
    Ok(Stated { algorithm, credential, amz_date: Cow::Borrowed(date), signed_at, names, signature })
}

/// The parameters of a signature, decoded; each is there once at most.
pub(super) struct Parameters {
    texts: Secret,
    /// Where the value of each of [`SIGNATURE_PARAMETER_NAMES`] is.
    places: [Option<(usize, usize)>; SIGNATURE_PARAMETER_NAMES.len()],
}

impl Parameters {
    pub(super) fn parse(request: &IncomingRequest<'_>) -> Result<Self, Rejection> {
        let mut texts = SecretBytes(Vec::new());
        let mut places = [None; SIGNATURE_PARAMETER_NAMES.len()];
        for (name, value) in request.parameters().filter(|(name, _)| name.starts_with(b"X-Amz-")) {
            let known = SIGNATURE_PARAMETER_NAMES.iter().zip(&mut places);
            let Some((name, place)) = known.into_iter().find(|(known, _)| known.as_bytes() == name) else {
                continue;
            };
            let problem = if place.is_some() {
                "' is there more than once. Re-examine the query-string parameters."
            } else {
                let start = texts.0.len();
                decode(value, &mut texts.0);
                *place = Some((start, texts.0.len()));
                let decoded = texts.0.get(start..).unwrap_or_default();
                if str::from_utf8(decoded).is_ok() {
                    continue;
                }
                "' is no UTF-8. Re-examine the query-string parameters."
            };
            return Err(malformed(&[Text("'"), Text(name), Text(problem)]));
        }
        // Each of them was looked at.
        let texts = Secret(String::from_utf8(take(&mut texts.0)).unwrap_or_default());
        Ok(Self { texts, places })
    }

    pub(super) fn get(&self, at: usize) -> Option<&str> {
        let (start, end) = (*self.places.get(at)?)?;
        self.texts.0.get(start..end)
    }
}

/// Of a value in its one spelling, in which a `%` begins an escape.
fn decode(value: &[u8], out: &mut Vec<u8>) {
    let mut rest = value;
    loop {
        let (plain, escape) = rest.split_at_checked(find(rest, 0, [b'%'; 3])).unwrap_or_default();
        out.put(plain);
        let [_, high, low, tail @ ..] = escape else { return };
        let digit = |digit: &u8| char::from(*digit).to_digit(16).unwrap_or_default();
        out.put(&[(digit(high) << 4 | digit(low)) as u8]);
        rest = tail;
    }
}

#[cold]
pub(super) fn missing_parameter(at: usize) -> Rejection {
    let name = SIGNATURE_PARAMETER_NAMES.get(at).copied().unwrap_or_default();
    malformed(&[
        Text("AWS query-string parameters must include '"),
        Text(name),
        Text("'. Re-examine the query-string parameters."),
    ])
}

pub(super) fn place_of(name: &str) -> usize {
    SIGNATURE_PARAMETER_NAMES
        .iter()
        .position(|known| *known == name)
        .unwrap_or(SIGNATURE_PARAMETER_NAMES.len())
}

// The places of those in `SIGNATURE_PARAMETER_NAMES` that every signature needs.
pub(super) const ALGORITHM: usize = 0;
pub(super) const CREDENTIAL: usize = 1;
pub(super) const SIGNATURE: usize = 2;
const DATE: usize = 3;
pub(super) const EXPIRES: usize = 4;
const SIGNED_HEADERS: usize = 5;
pub(super) const REGION_SET: usize = 6;

pub(super) const SIGNATURE_PARAMETER: &str = SIGNATURE_PARAMETER_NAMES[SIGNATURE];
