//! Candidates of two changes, and their signatures.

use alloc::vec::Vec;

use super::keys::KeyDerivation;
use super::parts::{Base, View};
use super::pieces::{Part, Payload, Piece};
use super::prefix::{Prefixes, Request, line};
use crate::sign::key::StartedMac;
use crate::text::Put;

/// A candidate that was tried, and the results of it that are reused for its combinations.
pub(super) struct Change {
    pub(super) pieces: Vec<Piece>,
    /// The number of likelier changes of its cause.
    pub(super) rank: u32,
    pub(super) is_combined: bool,
    /// The bits of its parts.
    pub(super) parts: u8,
    /// Present if the canonical request differs.
    pub(super) request: Option<Request>,
    /// Present if the scope or the key differs.
    pub(super) mac: Option<StartedMac>,
    /// The number of the change that has its payload; `None` for a combination of two.
    pub(super) payload_of: Option<usize>,
}

/// The shared state for building candidates of several changes.
pub(super) struct Combination<'a> {
    pub(super) base: &'a Base,
    pub(super) prefixes: &'a Prefixes,
    pub(super) mac: &'a StartedMac,
    pub(super) payloads: &'a [([usize; 2], Payload)],
}

pub(super) struct Outcome {
    pub(super) hash: [u8; 64],
    pub(super) signature: [u8; 32],
    /// The approximate number of blocks hashed.
    pub(super) blocks: u32,
}

impl Combination<'_> {
    /// The candidate of two changes; `None` if they change the same piece.
    #[inline]
    pub(super) fn of(
        &self,
        one: &Change,
        number: usize,
        other: &Change,
        derivation: &mut KeyDerivation,
    ) -> Option<Outcome> {
        if one.parts & other.parts != 0 || one.mac.is_some() && other.mac.is_some() {
            return self.rebuilt(one, number, other, derivation);
        }
        let (hash, hashed) = self.hash(one, other);
        let mac = one.mac.as_ref().or(other.mac.as_ref()).unwrap_or(self.mac);
        Some(Outcome { signature: mac.sign(&hash), hash, blocks: BLOCKS_OF_MAC + hashed })
    }

    /// Combines two changes that change no common part of the canonical request. Also returns the approximate number of blocks
    /// hashed.
    fn hash(&self, one: &Change, other: &Change) -> ([u8; 64], u32) {
        match (&one.request, &other.request) {
            (Some(one), Some(other)) => self.prefixes.hash_of_two(one, other),
            (Some(request), None) | (None, Some(request)) => (request.hash, 0),
            (None, None) => (*self.prefixes.hash(), 0),
        }
    }

    /// The same if both change a part, which has to be written again.
    #[inline(never)]
    fn rebuilt(
        &self,
        one: &Change,
        number: usize,
        other: &Change,
        derivation: &mut KeyDerivation,
    ) -> Option<Outcome> {
        let shared = one.parts & other.parts;
        let payload = match other.payload_of {
            Some(second) if one.payload_of.is_some() => {
                Some(Piece::Payload(known_payload(self.payloads, number, second)?.clone()))
            }
            _ => None,
        };
        if shared != 0 && collide(one, other, payload.is_some()) {
            return None;
        }
        let view = View::with(self.base, [payload.as_slice(), &one.pieces, &other.pieces]);
        let (hash, hashed) = if shared & !SCOPE_OR_KEY == 0 {
            self.hash(one, other)
        } else {
            let texts = Part::OF_REQUEST.map(|part| {
                let of = |change: &Change| change.request.as_ref()?.text(part).cloned();
                if shared & part.bit() != 0 {
                    Some(line(part, view.part(part)))
                } else {
                    of(one).or_else(|| of(other))
                }
            });
            self.prefixes.request(texts, false).map(|request| (request.hash, 2 * request.blocks))?
        };
        let blocks = BLOCKS_OF_MAC + hashed;
        Some(match (&one.mac, &other.mac) {
            (Some(_), Some(_)) => {
                let signature = mac_of(&view, derivation).sign(&hash);
                Outcome { signature, hash, blocks: blocks + BLOCKS_OF_KEY }
            }
            (one, other) => {
                let mac = one.as_ref().or(other.as_ref()).unwrap_or(self.mac);
                Outcome { signature: mac.sign(&hash), hash, blocks }
            }
        })
    }
}

/// Whether two changes have a piece in common. Payloads do not count, because JavaScript combines them.
pub(super) fn collide(one: &Change, other: &Change, has_payload: bool) -> bool {
    other.pieces.iter().any(|piece| {
        let is_combined = has_payload && piece.part() == Part::Payload;
        !is_combined && one.pieces.iter().any(|known| known.is_same_as(piece))
    })
}

pub(super) fn known_payload(
    payloads: &[([usize; 2], Payload)],
    first: usize,
    second: usize,
) -> Option<&Payload> {
    let at = payloads.binary_search_by(|(pair, _)| pair.cmp(&[second, first])).ok()?;
    payloads.get(at).map(|(_, payload)| payload)
}

/// The HMAC state of the candidate's key, after the start of its string to sign.
#[inline(never)]
pub(super) fn mac_of(view: &View<'_>, derivation: &mut KeyDerivation) -> StartedMac {
    let (inputs, form) = view.key();
    let mut start = view.part(Part::Scope);
    start.put(b"\n");
    StartedMac::new(&derivation.derive(inputs, form), &start)
}

impl Change {
    /// Whether both are tried together.
    pub(super) fn combines_with(&self, other: &Self) -> bool {
        self.is_combined && other.is_combined && (self.rank < FAR || other.rank < FAR)
    }

    /// The approximate number of blocks hashed for it.
    pub(super) fn blocks(&self) -> u32 {
        BLOCKS_OF_KEY + self.request.as_ref().map_or(0, |request| 2 * request.blocks)
    }
}

/// Two changes that both have this rank or a higher one are unlikely, and are not tried together.
pub(super) const FAR: u32 = 6;
pub(super) const SCOPE_OR_KEY: u8 = 1 << Part::Scope as u8 | 1 << Part::Key as u8;
/// Two blocks for the text, one for the hash.
const BLOCKS_OF_MAC: u32 = 3;
const BLOCKS_OF_KEY: u32 = 16;
