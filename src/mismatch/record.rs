//! The record in which pieces are passed from JavaScript: js/engine/mismatch-record.js writes it. The meanings of its numbers are
//! in `names`.
//!
//! Numbers have four bytes, little-endian. A text is its length and its bytes; a list is the number of its items and the items.
//! [`NONE`] instead of a length means no text.

use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::keys::KeyForm;
use super::names::{OrderKind, PieceKind, StepKind};
use super::parameters::{ListChange, Order, Parameter, WriteForm};
use super::pieces::{LineForm, Payload, Piece, Text};
use super::steps::{Spelling, Step};

/// The content of a record; `None` if it is malformed.
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
        Some(match PieceKind::from_number(self.byte()?)? {
            PieceKind::Method => Piece::Method(self.text()?),
            PieceKind::WirePath => {
                Piece::WirePath(Spelling { text: self.text()?, steps: self.list(Self::step)? })
            }
            PieceKind::NormalizePath => Piece::NormalizePath(self.list(Self::step)?),
            PieceKind::SpellPath => Piece::SpellPath(self.list(Self::step)?),
            PieceKind::ChangeQuery => Piece::ChangeQuery(ListChange::from_number(self.byte()?)?),
            PieceKind::AddToQuery => {
                Piece::AddToQuery(self.list(Self::parameter)?.into_iter().flatten().collect())
            }
            PieceKind::SpellQuery => Piece::SpellQuery(self.list(Self::step)?),
            PieceKind::OrderQuery => Piece::OrderQuery(self.order()?),
            PieceKind::WriteQuery => Piece::WriteQuery(WriteForm::from_number(self.byte()?)?),
            PieceKind::Parameter => Piece::Parameter(self.number()?, self.parameter()?),
            PieceKind::HeaderNames => Piece::HeaderNames(self.list(Self::text)?),
            PieceKind::SignedHeaders => Piece::SignedHeaders(self.list(Self::text)?),
            PieceKind::HeaderLine => Piece::HeaderLine(LineForm::from_number(self.byte()?)?),
            PieceKind::HeaderGap => Piece::HeaderGap(self.text()?),
            PieceKind::Header => Piece::Header(self.text()?, self.optional_text()?),
            PieceKind::Payload => {
                Piece::Payload(Payload { line: self.text()?, length: self.optional_number()? })
            }
            PieceKind::Scope => Piece::Scope(self.byte()?, self.text()?),
            PieceKind::Key => Piece::Key(self.byte()?, Zeroizing::new(self.text()?)),
            PieceKind::KeyForm => Piece::KeyForm(KeyForm::from_number(self.byte()?)?),
        })
    }

    #[inline(never)]
    fn step(&mut self) -> Option<Step> {
        Some(match StepKind::from_number(self.byte()?)? {
            StepKind::Double => Step::Double,
            StepKind::Single => Step::Single,
            StepKind::Segments => Step::Segments,
            StepKind::Escapes => Step::Escapes,
            StepKind::Normalize => Step::Normalize,
            StepKind::MergeSlashes => Step::MergeSlashes,
            StepKind::UrlPath => Step::UrlPath,
            StepKind::LowerEscapes => Step::LowerEscapes,
            StepKind::UpperEscapes => Step::UpperEscapes,
            StepKind::CutFirst => Step::CutFirst,
            StepKind::Replace => Step::Replace(self.text()?, self.text()?),
            StepKind::Decode => Step::Decode(self.text()?),
            StepKind::Encode => Step::Encode(self.text()?),
        })
    }

    fn order(&mut self) -> Option<Order> {
        Some(match OrderKind::from_number(self.byte()?)? {
            OrderKind::ByNameAndValue => Order::ByNameAndValue,
            OrderKind::AsSent => Order::AsSent,
            OrderKind::ByWholeText => Order::ByWholeText,
            OrderKind::ByName => Order::ByName,
            OrderKind::ByNameIgnoringCase => Order::ByNameIgnoringCase,
            OrderKind::ByDecodedName => Order::ByDecodedName,
            OrderKind::Listed => Order::Listed(self.list(Self::text)?),
        })
    }

    /// Without a name, there is none.
    #[inline(never)]
    fn parameter(&mut self) -> Option<Option<Parameter>> {
        let Some(name) = self.optional_text()? else { return Some(None) };
        Some(Some(Parameter { name, value: self.optional_text()? }))
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

    fn byte(&mut self) -> Option<usize> {
        let (byte, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(usize::from(*byte))
    }
}

const NONE: u32 = u32::MAX;
