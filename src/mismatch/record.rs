//! The record in which pieces cross from JavaScript: js/engine/mismatch-record.js writes it.
//!
//! Numbers have four bytes, the lowest first; a text is its length and its bytes, a list the number of its items and these;
//! [`NONE`] in place of a length stands for no text.

use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::keys::KeyForm;
use super::parameters::{ListChange, Order, Parameter, WriteForm};
use super::pieces::{LineForm, Payload, Piece, Text};
use super::steps::{Spelling, Step};

/// What a record holds; `None` where it is none.
#[inline(never)]
pub(crate) fn pieces(record: &[u8]) -> Option<Vec<Piece>> {
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
