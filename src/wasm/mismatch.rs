//! The search for the mistake of a client, for JavaScript, which knows the mistakes: pieces of what may have been signed cross,
//! and what becomes of them crosses back.
//!
//! An instance of the module holds one search, and JavaScript wipes its memory after it.
//!
//! Numbers in a record have four bytes, the lowest first; a text is its length and its bytes, a list the number of its items
//! and these; [`NONE`] in place of a length stands for no text.
#![allow(unreachable_pub, missing_docs)] // wasm-bindgen exports what is `pub`

use alloc::string::String;
use alloc::vec::Vec;

use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

use super::runtime::Single;
use super::verify::{ENGINE, Record, put, verifier};
use super::verify_results::{push_number, push_numbers, signature_bits};
use crate::Error;
use crate::mismatch::{
    Added, KeyForm, LineForm, ListChange, Order, Parameter, Part, Payload, Piece, Row, Search, Spelling,
    Step, Text, WriteForm,
};
use crate::record_flags::verify::*;
use crate::verify::Examination;

static SEARCH: Single<Option<Search>> = Single::new(None);

/// What the request in the buffer says, and all that is wrong with it but its signature: see `examined`. Returns the length of the
/// result, which replaces it, as `begin` does.
#[wasm_bindgen]
pub fn examine(
    text_length: usize,
    target_length: usize,
    header_count: usize,
    flags: u32,
    now: f64,
    max_skew_seconds: f64,
) -> i32 {
    let mut engine = ENGINE.lend();
    let record = Record { text_length, target_length, header_count, flags, now, max_skew_seconds };
    let outcome = record.read(&mut engine.buffer, &mut |options, request, _| {
        let verifier = verifier(options, &record)?;
        Ok(examined(&Examination::of(request, &verifier, now as i64)?).into_bytes())
    });
    engine.finish(outcome, text_length.saturating_add(target_length))
}

/// Starts a search. The buffer holds the pieces that should have been signed, before them the signature in hex; without it,
/// JavaScript compares. Returns 0, or the status of an error.
#[wasm_bindgen]
pub fn search_begin(length: usize, signature_length: usize) -> i32 {
    let engine = ENGINE.lend();
    let (signature, record) =
        engine.buffer.get(..length).and_then(|it| it.split_at_checked(signature_length)).unwrap_or_default();
    let mut bytes = [0; 32];
    // A signature that is not in lower-case hex is never found.
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

/// Tries the change whose pieces the buffer holds. Returns what became of it, or the status of an error.
#[wasm_bindgen]
pub fn search_add(length: usize, rank: u32, is_combined: bool) -> i32 {
    let engine = ENGINE.lend();
    let pieces = pieces(engine.buffer.get(..length).unwrap_or_default());
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

/// Takes the payload of two changes that both change it: its line in the buffer, and the length of the body, below 0 where that
/// is the one that arrived.
#[wasm_bindgen]
pub fn search_add_payload(first: usize, second: usize, line_length: usize, body_length: i32) {
    let engine = ENGINE.lend();
    let line = engine.buffer.get(..line_length).unwrap_or_default().to_vec();
    if let Some(search) = SEARCH.lend().as_mut() {
        search.add_payload(first, second, Payload { line, length: usize::try_from(body_length).ok() });
    }
}

/// Tries a change with each before it, until so many blocks were hashed.
#[wasm_bindgen]
pub fn search_pairs(second: usize, budget: u32) -> i32 {
    SEARCH.lend().as_mut().map_or(DONE, |search| status(search.pairs(second, budget)))
}

/// Tries every three of the likely changes, until so many blocks were hashed.
#[wasm_bindgen]
pub fn search_triples(budget: u32) -> i32 {
    SEARCH.lend().as_mut().map_or(DONE, |search| status(search.triples(budget)))
}

/// The number of a change that was found, the first at 0; -1 after the last.
#[wasm_bindgen]
pub fn search_found(at: usize) -> i32 {
    let search = SEARCH.lend();
    let number = search.as_ref().and_then(|search| search.found().changes.get(at).copied());
    number.map_or(-1, |number| number as i32)
}

/// Puts the string to sign of what was found at the start of the buffer, and returns its length.
#[wasm_bindgen]
pub fn search_string_to_sign() -> i32 {
    let search = SEARCH.lend();
    let text = search.as_ref().map(|search| &search.found().string_to_sign[..]).unwrap_or_default();
    put(&mut ENGINE.lend().buffer, text)
}

/// Likewise, a part of the canonical request as a change has it; without one (-1), as it should be.
#[wasm_bindgen]
pub fn search_part(number: i32, part: usize) -> i32 {
    let search = SEARCH.lend();
    let part = Part::OF_REQUEST.get(part).copied();
    let text =
        search.as_ref().zip(part).map(|(search, part)| search.part(usize::try_from(number).ok(), part));
    put(&mut ENGINE.lend().buffer, &text.unwrap_or_default())
}

/// When the request was signed, in seconds since 1970, for how long it is good, and some bits; then the texts of the signature,
/// what is declared in place of the body, a header that should be signed, the hosts, the places of the parameters that are
/// signed, how long the path is, how many headers there are, and these, name and value: a field each, with a NUL in between.
/// Path and query come last.
fn examined(examination: &Examination<'_>) -> String {
    let authorization = &examination.authorization;
    let hosts = examination.hosts();
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
        &hosts.join(", "),
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

fn status(row: Row) -> i32 {
    match row {
        Row::Done => DONE,
        Row::Paused => PAUSED,
        Row::Found => FOUND,
    }
}

#[inline(never)]
fn pieces(record: &[u8]) -> Option<Vec<Piece>> {
    let mut reader = Reader(record);
    let mut pieces = Vec::new();
    while !reader.0.is_empty() {
        pieces.push(reader.piece()?);
    }
    Some(pieces)
}

struct Reader<'a>(&'a [u8]);

impl Reader<'_> {
    fn piece(&mut self) -> Option<Piece> {
        Some(match self.byte()? {
            0 => Piece::Method(self.text()?),
            1 => Piece::WirePath(Spelling { text: self.text()?, steps: self.list(Self::step)? }),
            2 => Piece::NormalizePath(self.list(Self::step)?),
            3 => Piece::SpellPath(self.list(Self::step)?),
            4 => Piece::ChangeQuery(self.one_of(&CHANGES)?),
            5 => Piece::AddToQuery(self.list(Self::parameter)?),
            6 => Piece::SpellQuery(self.list(Self::step)?),
            7 => Piece::OrderQuery(self.order()?),
            8 => Piece::WriteQuery(self.one_of(&WRITE_FORMS)?),
            9 => Piece::Parameter(self.number()?, Some(self.parameter()?)),
            10 => Piece::Parameter(self.number()?, None),
            11 => Piece::HeaderNames(self.list(Self::text)?),
            12 => Piece::SignedHeaders(self.list(Self::text)?),
            13 => Piece::HeaderLine(self.one_of(&LINE_FORMS)?),
            14 => Piece::HeaderGap(self.text()?),
            15 => Piece::Header(self.text()?, self.optional_text()?),
            16 => Piece::Payload(Payload { line: self.text()?, length: self.optional_number()? }),
            17 => Piece::Scope(self.byte()?.into(), self.text()?),
            18 => Piece::Key(self.byte()?.into(), Zeroizing::new(self.text()?)),
            19 => Piece::KeyForm(self.one_of(&KEY_FORMS)?),
            _ => return None,
        })
    }

    #[inline(never)]
    fn step(&mut self) -> Option<Step> {
        Some(match self.byte()? {
            0 => Step::Double,
            1 => Step::Single,
            2 => Step::Segments,
            3 => Step::Escapes,
            4 => Step::Normalize,
            5 => Step::MergeSlashes,
            6 => Step::UrlPath,
            7 => Step::LowerEscapes,
            8 => Step::UpperEscapes,
            9 => Step::CutFirst,
            10 => Step::Replace(self.text()?, self.text()?),
            11 => Step::Decode(self.text()?),
            12 => Step::Encode(self.text()?),
            _ => return None,
        })
    }

    fn order(&mut self) -> Option<Order> {
        Some(match self.byte()? {
            0 => Order::ByNameAndValue,
            1 => Order::AsSent,
            2 => Order::ByWholeText,
            3 => Order::ByName,
            4 => Order::ByNameIgnoringCase,
            5 => Order::ByDecodedName,
            6 => Order::Listed(self.list(Self::text)?),
            _ => return None,
        })
    }

    #[inline(never)]
    fn parameter(&mut self) -> Option<Parameter> {
        Some(Parameter { name: self.text()?, value: self.optional_text()? })
    }

    fn list<T>(&mut self, item: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let mut items = Vec::new();
        for _ in 0..self.number()? {
            items.push(item(self)?);
        }
        Some(items)
    }

    fn text(&mut self) -> Option<Text> {
        self.optional_text()?
    }

    #[inline(never)]
    fn optional_text(&mut self) -> Option<Option<Text>> {
        let Some(length) = self.optional_number()? else { return Some(None) };
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(Some(text.to_vec()))
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> Option<T> {
        all.get(usize::from(self.byte()?)).copied()
    }

    fn number(&mut self) -> Option<usize> {
        self.optional_number()?
    }

    #[inline(never)]
    fn optional_number(&mut self) -> Option<Option<usize>> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        let number = u32::from_le_bytes(*bytes);
        Some((number != NONE).then_some(number as usize))
    }

    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*byte)
    }
}

const NONE: u32 = u32::MAX;

// What crosses back.
const DONE: i32 = 0;
const PAUSED: i32 = 1;
const FOUND: i32 = 2;
const KNOWN: i32 = DONE;
const TRIED: i32 = PAUSED;

// By their numbers; js/engine/mismatch-engine.js has their names in this order.
const CHANGES: [ListChange; 12] = [
    ListChange::Nothing,
    ListChange::Empty,
    ListChange::WithoutEmpty,
    ListChange::WithoutUndefined,
    ListChange::LastOfEachName,
    ListChange::FirstOfEachName,
    ListChange::JoinRepeated,
    ListChange::SplitAtCommas,
    ListChange::WithoutBrackets,
    ListChange::WithBrackets,
    ListChange::WithIndexes,
    ListChange::LowerCaseNames,
];
const WRITE_FORMS: [WriteForm; 3] = [WriteForm::Nowhere, WriteForm::WithoutValue, WriteForm::WithEmptyValue];
const LINE_FORMS: [LineForm; 3] = [LineForm::Canonical, LineForm::CapitalNames, LineForm::SpaceAfterColon];
const KEY_FORMS: [KeyForm; 3] = [KeyForm::Bytes, KeyForm::Hex, KeyForm::Underived];
