//! The search for the mistake of a client: which of the known mistakes, or which two or three of them, give exactly the
//! signature that arrived.
//!
//! A candidate is a list of [`Piece`]s that differ from those that should have been signed. Candidates that touch different
//! parts of a request are combined by their texts; where they touch the same part, that part is written once more from the
//! pieces of both. What a candidate has in common with the request as it should be is not hashed again.
//!
//! Which mistakes there are, and what to say of them, is known to JavaScript alone: js/mismatch.

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
