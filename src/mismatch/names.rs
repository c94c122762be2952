//! The names that JavaScript uses for the numbers in a record of the search: each number is a place in a list.
//! `js/engine/generated/mismatch-names.js` is written from here.

use super::keys::KeyForm;
use super::parameters::{ListChange, WriteForm};
use super::pieces::{LineForm, Part};
use super::trial::Row;

/// A type of values without content: `from_number` returns the value of a number, and `NAMES` has the names.
macro_rules! named {
    ($($name:literal => $type:ident::$value:ident,)*) => { named!(@ $($name, $type, $value;)*); };
    (@ $first:literal, $type:ident, $value:ident; $($name:literal, $same:ident, $other:ident;)*) => {
        impl $type {
            const ALL: &[Self] = &[Self::$value, $(Self::$other,)*];

            #[cfg(feature = "tables")]
            pub(crate) const NAMES: &[&str] = &[$first, $($name,)*];

            #[allow(dead_code)] // natively, and of what only crosses back
            pub(crate) fn from_number(number: usize) -> Option<Self> {
                Self::ALL.get(number).copied()
            }
        }

        // Each value is its number.
        const _: () = {
            let mut at = 0;
            while at < $type::ALL.len() {
                assert!($type::ALL[at] as usize == at);
                at += 1;
            }
        };
    };
}

/// The kind of a piece, before its content.
#[derive(Clone, Copy)]
#[cfg_attr(not(all(target_arch = "wasm32", feature = "module-mismatch")), allow(dead_code))]
pub(crate) enum PieceKind {
    Method,
    WirePath,
    NormalizePath,
    SpellPath,
    ChangeQuery,
    AddToQuery,
    SpellQuery,
    OrderQuery,
    WriteQuery,
    Parameter,
    HeaderNames,
    SignedHeaders,
    HeaderLine,
    HeaderGap,
    Header,
    Payload,
    Scope,
    Key,
    KeyForm,
}

// The names that end with a mark stand for several pieces: a number or a name follows.
named! {
    "method.name" => PieceKind::Method,
    "path.wire" => PieceKind::WirePath,
    "path.tidy" => PieceKind::NormalizePath,
    "path.spell" => PieceKind::SpellPath,
    "query.change" => PieceKind::ChangeQuery,
    "query.extra" => PieceKind::AddToQuery,
    "query.spell" => PieceKind::SpellQuery,
    "query.order" => PieceKind::OrderQuery,
    "query.write" => PieceKind::WriteQuery,
    "query:" => PieceKind::Parameter,
    "headers.names" => PieceKind::HeaderNames,
    "headers.listed" => PieceKind::SignedHeaders,
    "headers.line" => PieceKind::HeaderLine,
    "headers.gap" => PieceKind::HeaderGap,
    "headers:" => PieceKind::Header,
    "payload" => PieceKind::Payload,
    "scope." => PieceKind::Scope,
    "key." => PieceKind::Key,
    "key.steps" => PieceKind::KeyForm,
}

/// The kind of a step, before its texts.
#[derive(Clone, Copy)]
#[cfg_attr(not(all(target_arch = "wasm32", feature = "module-mismatch")), allow(dead_code))]
pub(crate) enum StepKind {
    Double,
    Single,
    Segments,
    Escapes,
    Normalize,
    MergeSlashes,
    UrlPath,
    LowerEscapes,
    UpperEscapes,
    CutFirst,
    Replace,
    Decode,
    Encode,
}

named! {
    "double" => StepKind::Double,
    "single" => StepKind::Single,
    "segments" => StepKind::Segments,
    "escapes" => StepKind::Escapes,
    "normalize" => StepKind::Normalize,
    "mergeSlashes" => StepKind::MergeSlashes,
    "urlPath" => StepKind::UrlPath,
    "lowerEscapes" => StepKind::LowerEscapes,
    "upperEscapes" => StepKind::UpperEscapes,
    "cutFirst" => StepKind::CutFirst,
    "replace" => StepKind::Replace,
    "decode" => StepKind::Decode,
    "encode" => StepKind::Encode,
}

/// An order, before the names that it may list.
#[derive(Clone, Copy)]
#[cfg_attr(not(all(target_arch = "wasm32", feature = "module-mismatch")), allow(dead_code))]
pub(crate) enum OrderKind {
    ByNameAndValue,
    AsSent,
    ByWholeText,
    ByName,
    ByNameIgnoringCase,
    ByDecodedName,
    Listed,
}

named! {
    "byNameAndValue" => OrderKind::ByNameAndValue,
    "asSent" => OrderKind::AsSent,
    "byWholeText" => OrderKind::ByWholeText,
    "byName" => OrderKind::ByName,
    "byNameIgnoringCase" => OrderKind::ByNameIgnoringCase,
    "byDecodedName" => OrderKind::ByDecodedName,
    "listed" => OrderKind::Listed,
}

named! {
    "nothing" => ListChange::Nothing,
    "empty" => ListChange::Empty,
    "withoutEmpty" => ListChange::WithoutEmpty,
    "withoutUndefined" => ListChange::WithoutUndefined,
    "lastOfEachName" => ListChange::LastOfEachName,
    "firstOfEachName" => ListChange::FirstOfEachName,
    "joinRepeated" => ListChange::JoinRepeated,
    "splitAtCommas" => ListChange::SplitAtCommas,
    "withoutBrackets" => ListChange::WithoutBrackets,
    "withBrackets" => ListChange::WithBrackets,
    "withIndexes" => ListChange::WithIndexes,
    "lowerCaseNames" => ListChange::LowerCaseNames,
}

named! {
    "equalsAlways" => WriteForm::Nowhere,
    "noEqualsWithoutValue" => WriteForm::WithoutValue,
    "noEqualsWithEmptyValue" => WriteForm::WithEmptyValue,
}

named! {
    "canonical" => LineForm::Canonical,
    "capitalNames" => LineForm::CapitalNames,
    "spaceAfterColon" => LineForm::SpaceAfterColon,
}

named! {
    "bytes" => KeyForm::Bytes,
    "hex" => KeyForm::Hex,
    "none" => KeyForm::Underived,
}

named! {
    "method" => Part::Method,
    "path" => Part::Path,
    "query" => Part::Query,
    "headers" => Part::Headers,
    "payload" => Part::Payload,
}

named! {
    "done" => Row::Done,
    "paused" => Row::Paused,
    "found" => Row::Found,
}

/// The fields of `Piece::Scope`, in the order of the string to sign.
#[cfg(feature = "tables")]
pub(crate) const SCOPE_FIELDS: &[&str] = &["algorithm", "amzDate", "day", "region", "service", "end"];

/// The fields of `Piece::Key`, in the order of the derivation.
#[cfg(feature = "tables")]
pub(crate) const KEY_FIELDS: &[&str] = &["prefix", "secret", "day", "region", "service", "end"];
