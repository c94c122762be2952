//! The search for the mistake of a client, for JavaScript, which knows the mistakes: it passes pieces of candidates, and gets
//! the outcome of each.
//!
//! An instance of the module holds one search, and JavaScript wipes its memory after it.
#![allow(unreachable_pub, missing_docs)] // wasm-bindgen exports what is `pub`

use alloc::string::String;
use alloc::vec::Vec;

use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroize;

use super::buffer::{BUFFER, finish, put};
use super::incoming::{Record, push_numbers, signature_bits, verifier};
use super::results::push_number;
use super::runtime::Single;
use crate::Error;
use crate::canonical::encode::{Decode, encode};
use crate::canonical::headers::write_value;
use crate::mismatch::{Added, Part, Payload, Row, Search, pieces};
use crate::record_flags::verify::*;
use crate::verify::Examination;

static SEARCH: Single<Option<Search>> = Single::new(None);

/// The statements of the request in the buffer, and all that is wrong with it except for its signature: see `examined`. Returns
/// the result of `finish`.
#[wasm_bindgen]
pub fn examine(
    text_length: usize,
    target_length: usize,
    header_count: usize,
    flags: u32,
    now: f64,
    max_skew_seconds: f64,
) -> i32 {
    let mut buffer = BUFFER.lend();
    let record = Record { text_length, target_length, header_count, flags, now, max_skew_seconds };
    let outcome = record.read(&mut buffer, &mut |options, request, _| {
        let verifier = verifier(options, &record)?;
        Ok(examined(&Examination::of(request, &verifier, record.now as i64)?).into_bytes())
    });
    finish(&mut buffer, outcome, text_length.saturating_add(target_length))
}

/// Replaces a text with its canonical form: with `is_value`, that of a header's value; otherwise that of a name or a value in a
/// query, in which a `+` is not a space. Returns its length.
#[wasm_bindgen]
pub fn canonical_text(length: usize, is_value: bool) -> i32 {
    let mut buffer = BUFFER.lend();
    let mut text = Vec::new();
    let given = buffer.get(..length).unwrap_or_default();
    if is_value {
        write_value(given, &mut text)
    } else {
        encode(given, Decode::Escapes, false, &mut text)
    }
    let length = put(&mut buffer, &text);
    text.zeroize(); // it may be a token
    length
}

/// Starts a search. The buffer holds the signature in hex, and the pieces that should have been signed. Without the signature,
/// JavaScript compares. Returns 0, or the status of an error.
#[wasm_bindgen]
pub fn search_begin(length: usize, signature_length: usize) -> i32 {
    let buffer = BUFFER.lend();
    let (signature, record) =
        buffer.get(..length).and_then(|it| it.split_at_checked(signature_length)).unwrap_or_default();
    let mut bytes = [0; 32];
    // A signature that is not lower-case hex is never found.
    let is_hex =
        hex::decode_to_slice(signature, &mut bytes).is_ok() && !signature.iter().any(u8::is_ascii_uppercase);
    let given = if is_hex { bytes } else { [0; 32] };
    let Some(pieces) = pieces(record) else { return Error::RecordInvalid.status() };
    *SEARCH.lend() = Some(Search::new(pieces, (signature_length > 0).then_some(given)));
    0
}

/// Whether the request was signed as it should be.
#[wasm_bindgen]
pub fn search_is_right() -> bool {
    SEARCH.lend().as_mut().is_some_and(Search::is_right)
}

/// Tries the change whose pieces are in the buffer. Returns its outcome, or the status of an error.
#[wasm_bindgen]
pub fn search_add(length: usize, rank: u32, is_combined: bool) -> i32 {
    let buffer = BUFFER.lend();
    let pieces = pieces(buffer.get(..length).unwrap_or_default());
    match (SEARCH.lend().as_mut(), pieces) {
        (Some(search), Some(pieces)) => match search.add(pieces, rank, is_combined) {
            Added::Known => KNOWN,
            Added::Tried => TRIED,
            Added::Found => FOUND,
        },
        _ => Error::RecordInvalid.status(),
    }
}

/// Whether two changes, which both change the payload, are tried together.
#[wasm_bindgen]
pub fn search_combines(first: usize, second: usize) -> bool {
    SEARCH.lend().as_ref().is_some_and(|search| search.combines(first, second))
}

/// Sets the payload of two changes that both change it: its line in the buffer, and the length of the body, which is negative for
/// the received body.
#[wasm_bindgen]
pub fn search_add_payload(first: usize, second: usize, line_length: usize, body_length: i32) {
    let buffer = BUFFER.lend();
    let line = buffer.get(..line_length).unwrap_or_default().to_vec();
    if let Some(search) = SEARCH.lend().as_mut() {
        search.add_payload(first, second, Payload { line, length: usize::try_from(body_length).ok() });
    }
}

/// Tries a change with each earlier one, until this many blocks were hashed.
#[wasm_bindgen]
pub fn search_pairs(second: usize, budget: u32) -> i32 {
    SEARCH.lend().as_mut().map_or(DONE, |search| search.pairs(second, budget) as i32)
}

/// Tries every combination of three likely changes, until this many blocks were hashed.
#[wasm_bindgen]
pub fn search_triples(budget: u32) -> i32 {
    SEARCH.lend().as_mut().map_or(DONE, |search| search.triples(budget) as i32)
}

/// The number of a change that was found, counted from 0; -1 after the last.
#[wasm_bindgen]
pub fn search_found(at: usize) -> i32 {
    let search = SEARCH.lend();
    let number = search.as_ref().and_then(|search| search.found().changes.get(at).copied());
    number.map_or(-1, |number| number as i32)
}

/// Puts the string to sign of the found candidate at the start of the buffer, and returns its length.
#[wasm_bindgen]
pub fn search_string_to_sign() -> i32 {
    let search = SEARCH.lend();
    let text = search.as_ref().map(|search| &search.found().string_to_sign[..]).unwrap_or_default();
    put(&mut BUFFER.lend(), text)
}

/// The same for a part of the canonical request of a change, or of the correct request for -1.
#[wasm_bindgen]
pub fn search_part(number: i32, part: usize) -> i32 {
    let search = SEARCH.lend();
    let part = Part::from_number(part);
    let text =
        search.as_ref().zip(part).map(|(search, part)| search.part(usize::try_from(number).ok(), part));
    put(&mut BUFFER.lend(), &text.unwrap_or_default())
}

/// When the request was signed, in seconds since 1970, for how long it is valid, and some bits; then the texts of the signature,
/// what is declared instead of the body, a header that should be signed, the hosts, the places of the parameters that are
/// signed, how long the path is, how many headers there are, and these, name and value: a field each, with a NUL in between.
/// Path and query come last.
fn examined(examination: &Examination<'_>) -> String {
    let authorization = &examination.authorization;
    let hosts = examination.hosts();
    let mut host_names = String::new();
    for (order, host) in hosts.iter().enumerate() {
        host_names += if order > 0 { ", " } else { "" };
        host_names += host;
    }
    let bits = [
        (authorization.is_presigned(), IS_PRESIGNED),
        (examination.declared.is_some(), IS_DECLARED),
        (!examination.is_scope_right, SCOPE_WRONG),
        (!examination.is_region_right, REGION_WRONG),
        (!examination.is_service_right, SERVICE_WRONG),
        (!examination.is_in_time, TIME_WRONG),
        (!examination.is_payload_right, PAYLOAD_WRONG),
        (hosts.len() > 1, HOST_WRONG),
    ];
    let bits = bits.iter().filter(|(is_set, _)| *is_set).map(|(_, bit)| bit).sum::<u32>();
    let mut text = String::new();
    push_numbers(authorization, bits | signature_bits(authorization), &mut text);
    for field in [
        authorization.access_key_id(),
        authorization.date(),
        authorization.region(),
        authorization.service(),
        authorization.terminator(),
        authorization.region_set(),
        authorization.amz_date(),
        authorization.signed_headers(),
        authorization.signature(),
        authorization.session_token().unwrap_or_default(),
        examination.declared.as_deref().unwrap_or_default(),
        examination.uncovered_header.as_deref().unwrap_or_default(),
        &host_names,
        "",
    ] {
        text.push('\0');
        text += field;
    }
    for (start, name, value) in examination.parameters() {
        for number in [start, name, value.map_or(0, |length| length + 1)] {
            push_number(number as u64, &mut text);
            text.push(' ');
        }
    }
    let path = examination.path();
    text.push('\0');
    push_number(path.chars().count() as u64, &mut text);
    let headers = examination.headers();
    text.push('\0');
    push_number(headers.len() as u64, &mut text);
    for (name, value) in &headers {
        for field in ["\0", name, "\0", value] {
            text += field;
        }
    }
    text.push('\0');
    text += &path;
    text + &examination.query()
}

// The outcomes, as in `Row`.
const DONE: i32 = Row::Done as i32;
const FOUND: i32 = Row::Found as i32;
/// The outcomes of a change: not tried, and tried.
const KNOWN: i32 = DONE;
const TRIED: i32 = Row::Paused as i32;
