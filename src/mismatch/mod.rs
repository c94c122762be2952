//! The search for the mistake of a client: which of the known mistakes, alone or in combinations of two or three, gives exactly the
//! received signature.
//!
//! A candidate is a list of [`Piece`]s that differ from those that should have been signed. Candidates that change different
//! parts of a request are combined by their texts; if they change the same part, that part is written again from the
//! pieces of both. The parts that a candidate shares with the correct request are not hashed again.
//!
//! The mistakes and their explanations are defined in JavaScript: js/mismatch.

mod combination;
mod keys;
mod names;
mod parameters;
mod parts;
mod pieces;
mod prefix;
mod record;
mod steps;
#[cfg(test)]
mod tests;
mod trial;

#[cfg(feature = "tables")]
pub(crate) use keys::KeyForm;
#[cfg(feature = "tables")]
pub(crate) use names::{KEY_FIELDS, OrderKind, PieceKind, SCOPE_FIELDS, StepKind};
#[cfg(feature = "tables")]
pub(crate) use parameters::{ListChange, WriteForm};
#[cfg(feature = "tables")]
pub(crate) use pieces::LineForm;
pub(crate) use pieces::{Part, Payload};
pub(crate) use record::pieces;
pub(crate) use trial::{Added, Row, Search};
