//! The pieces of the signed text, which mistakes change.

use alloc::vec::Vec;
use core::mem::discriminant;

use zeroize::Zeroizing;

use super::keys::KeyForm;
use super::parameters::{ListChange, Order, Parameter, WriteForm};
use super::steps::{Spelling, Step};

/// A character of a request is one byte.
pub(crate) type Text = Vec<u8>;

/// The inputs of a signature.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Part {
    Method,
    Path,
    Query,
    Headers,
    Payload,
    Scope,
    Key,
}

impl Part {
    /// The parts of the canonical request come first, in order.
    pub(crate) const COUNT_OF_REQUEST: usize = 5;
    pub(crate) const OF_REQUEST: [Self; Self::COUNT_OF_REQUEST] =
        [Self::Method, Self::Path, Self::Query, Self::Headers, Self::Payload];

    pub(crate) fn bit(self) -> u8 {
        1 << self as u8
    }
}

/// A piece of the request as it should have been signed, or of a candidate.
#[derive(Clone)]
pub(crate) enum Piece {
    Method(Text),
    /// The path as on the wire.
    WirePath(Spelling),
    NormalizePath(Vec<Step>),
    SpellPath(Vec<Step>),
    ChangeQuery(ListChange),
    AddToQuery(Vec<Parameter>),
    SpellQuery(Vec<Step>),
    OrderQuery(Order),
    WriteQuery(WriteForm),
    /// One of the parameters that were sent; `None` if it was not signed.
    Parameter(usize, Option<Parameter>),
    /// The signed headers, in order.
    HeaderNames(Vec<Text>),
    /// The list of signed headers.
    SignedHeaders(Vec<Text>),
    HeaderLine(LineForm),
    /// Between the headers and their list.
    HeaderGap(Text),
    Header(Text, Option<Text>),
    Payload(Payload),
    /// A field of the string to sign: see `SCOPE_FIELDS`.
    Scope(usize, Text),
    /// An input of the key derivation: see `KEY_FIELDS`.
    Key(usize, Zeroizing<Text>),
    KeyForm(KeyForm),
}

/// How a header is written.
#[derive(Clone, Copy)]
pub(crate) enum LineForm {
    Canonical,
    CapitalNames,
    SpaceAfterColon,
}

/// The last line of the canonical request.
#[derive(Clone)]
pub(crate) struct Payload {
    pub(crate) line: Text,
    /// The hash of a body other than the received one: the signer also signed its length.
    pub(crate) length: Option<usize>,
}

impl Piece {
    pub(crate) fn part(&self) -> Part {
        match self {
            Self::Method(_) => Part::Method,
            Self::WirePath(_) | Self::NormalizePath(_) | Self::SpellPath(_) => Part::Path,
            Self::ChangeQuery(_)
            | Self::AddToQuery(_)
            | Self::SpellQuery(_)
            | Self::OrderQuery(_)
            | Self::WriteQuery(_)
            | Self::Parameter(..) => Part::Query,
            Self::HeaderNames(_)
            | Self::SignedHeaders(_)
            | Self::HeaderLine(_)
            | Self::HeaderGap(_)
            | Self::Header(..) => Part::Headers,
            Self::Payload(_) => Part::Payload,
            Self::Scope(..) => Part::Scope,
            Self::Key(..) | Self::KeyForm(_) => Part::Key,
        }
    }

    /// Whether both stand for the same piece, so that one candidate cannot have both.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Parameter(one, _), Self::Parameter(another, _))
            | (Self::Scope(one, _), Self::Scope(another, _))
            | (Self::Key(one, _), Self::Key(another, _)) => one == another,
            (Self::Header(one, _), Self::Header(another, _)) => one == another,
            _ => discriminant(self) == discriminant(other),
        }
    }
}
