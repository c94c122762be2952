//! Tries candidates: each change alone, then pairs, then triples of the likely ones.

use alloc::vec::Vec;

use super::combination::{Change, Combination, SCOPE_OR_KEY, collide, known_payload, mac_of};
use super::keys::KeyDerivation;
use super::parts::{Base, View};
use super::pieces::{Part, Payload, Piece, Text};
use super::prefix::{Prefixes, line};
use crate::sign::key::StartedMac;
use crate::text::Put;

/// One search, for one signature.
pub(crate) struct Search {
    base: Base,
    prefixes: Prefixes,
    /// The correct request.
    mac: StartedMac,
    derivation: KeyDerivation,
    /// `None` if JavaScript compares, so that each candidate may be the signed one.
    signature: Option<[u8; 32]>,
    changes: Vec<Change>,
    /// The start of each signature that was tried.
    seen: Vec<[u8; 8]>,
    /// Combined payloads of two changes, which JavaScript computes: by the second, then the first.
    payloads: Vec<([usize; 2], Payload)>,
    /// The changes that are tried in triples.
    likely: Vec<usize>,
    pair: [usize; 2],
    triple: [usize; 3],
    found: Found,
}

/// A candidate that gives the signature, or may give it.
#[derive(Default)]
pub(crate) struct Found {
    /// The numbers of its changes.
    pub(crate) changes: Vec<usize>,
    pub(crate) string_to_sign: Text,
}

/// The outcome of a change that was tried alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Added {
    /// It changes nothing in this request, or the same as an earlier one.
    Known,
    Tried,
    Found,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    Done,
    /// The budget is used up; the next call continues.
    Paused,
    Found,
}

/// Changes below this rank are tried in triples.
const LIKELY: u32 = 2;

impl Search {
    /// A search with the pieces that should have been signed. Without a signature, JavaScript compares.
    pub(crate) fn new(base: Vec<Piece>, signature: Option<[u8; 32]>) -> Self {
        let base = Base::new(base);
        let view = View::of(&base);
        let mut derivation = KeyDerivation::new();
        let mac = mac_of(&view, &mut derivation);
        let prefixes = Prefixes::new(Part::OF_REQUEST.map(|part| line(part, view.part(part))));
        let seen = [start_of(&mac.sign(prefixes.hash()))].to_vec();
        Self {
            base,
            prefixes,
            mac,
            derivation,
            signature,
            changes: Vec::new(),
            seen,
            payloads: Vec::new(),
            likely: Vec::new(),
            pair: [0; 2],
            triple: [0; 3],
            found: Found::default(),
        }
    }

    /// Whether the request was signed as it should be.
    pub(crate) fn is_right(&mut self) -> bool {
        let signature = self.mac.sign(self.prefixes.hash());
        let hash = *self.prefixes.hash();
        self.is_signed(&signature, &hash, &[])
    }

    /// Tries a change alone, and keeps it to be tried with others.
    pub(crate) fn add(&mut self, pieces: Vec<Piece>, rank: u32, is_combined: bool) -> Added {
        let number = self.changes.len();
        let change = self.change(pieces, rank, is_combined, number);
        let hash = change.request.as_ref().map_or(*self.prefixes.hash(), |request| request.hash);
        let signature = change.mac.as_ref().unwrap_or(&self.mac).sign(&hash);
        let start = start_of(&signature);
        let place = self.seen.iter().position(|seen| *seen == start);
        // A lost header is a change without pieces. It counts as new, because the base is not tried first if a header is missing.
        let is_known = if place == Some(0) { !change.pieces.is_empty() } else { place.is_some() };
        if place.is_none() {
            self.seen.push(start);
        }
        let is_likely = is_combined && !is_known && rank < LIKELY;
        if is_likely {
            self.likely.push(number);
        }
        self.changes.push(Change { is_combined: is_combined && !is_known, ..change });
        if is_known {
            return Added::Known;
        }
        if self.is_signed(&signature, &hash, &[number]) { Added::Found } else { Added::Tried }
    }

    /// Whether two changes are tried together.
    pub(crate) fn combines(&self, first: usize, second: usize) -> bool {
        match (self.changes.get(first), self.changes.get(second)) {
            (Some(one), Some(other)) => one.combines_with(other),
            _ => false,
        }
    }

    /// Sets the payload of two changes that both change it, before their row is tried. Rows and payloads come in order.
    pub(crate) fn add_payload(&mut self, first: usize, second: usize, payload: Payload) {
        self.payloads.push(([second, first], payload));
    }

    /// Tries a change with each earlier one. `budget` is the number of blocks that may be hashed.
    pub(crate) fn pairs(&mut self, second: usize, budget: u32) -> Row {
        let [row, mut number] = self.pair;
        if row != second {
            number = 0;
        }
        let mut left = budget;
        while number < second && left > 0 {
            let first = number;
            number += 1;
            self.pair = [second, number];
            let (Some(one), Some(other)) = (self.changes.get(first), self.changes.get(second)) else { break };
            if !one.combines_with(other) {
                continue;
            }
            let combination = Combination {
                base: &self.base,
                prefixes: &self.prefixes,
                mac: &self.mac,
                payloads: &self.payloads,
            };
            let Some(outcome) = combination.of(one, first, other, &mut self.derivation) else {
                left = left.saturating_sub(1);
                continue;
            };
            left = left.saturating_sub(outcome.blocks);
            if self.is_signed(&outcome.signature, &outcome.hash, &[first, second]) {
                return Row::Found;
            }
        }
        if number < second { Row::Paused } else { Row::Done }
    }

    /// Tries every triple of the likely changes, after the pairs.
    pub(crate) fn triples(&mut self, budget: u32) -> Row {
        let mut left = budget;
        // Each call tries at least one triple, even if two changes use up the budget.
        let mut has_tried = false;
        while let Some(third) = self.likely.get(self.triple[2]).copied() {
            while let Some(second) = self.likely.get(self.triple[1]).copied().filter(|it| *it < third) {
                let Some(two) = self.two(second, third) else {
                    self.triple[1] += 1;
                    continue;
                };
                left = left.saturating_sub(two.blocks());
                while let Some(first) = self.likely.get(self.triple[0]).copied().filter(|it| *it < second) {
                    if left == 0 && has_tried {
                        return Row::Paused;
                    }
                    has_tried = true;
                    self.triple[0] += 1;
                    let Some(one) = self.changes.get(first) else { break };
                    let combination = Combination {
                        base: &self.base,
                        prefixes: &self.prefixes,
                        mac: &self.mac,
                        payloads: &self.payloads,
                    };
                    let outcome = combination.of(one, first, &two, &mut self.derivation);
                    left = left.saturating_sub(outcome.as_ref().map_or(1, |outcome| outcome.blocks));
                    if let Some(outcome) = outcome
                        && self.is_signed(&outcome.signature, &outcome.hash, &[first, second, third])
                    {
                        return Row::Found;
                    }
                }
                self.triple[0] = 0;
                self.triple[1] += 1;
            }
            self.triple[1] = 0;
            self.triple[2] += 1;
        }
        Row::Done
    }

    pub(crate) fn found(&self) -> &Found {
        &self.found
    }

    /// A part of the canonical request with a change; without a change, the correct one.
    pub(crate) fn part(&self, number: Option<usize>, part: Part) -> Text {
        let change = number.and_then(|number| self.changes.get(number));
        let pieces = change.map(|change| &change.pieces[..]).unwrap_or_default();
        View::with(&self.base, [pieces, &[], &[]]).part(part)
    }

    #[inline(never)]
    fn change(&mut self, pieces: Vec<Piece>, rank: u32, is_combined: bool, number: usize) -> Change {
        let mut parts = pieces.iter().fold(0, |bits, piece| bits | piece.part().bit());
        let has_payload = parts & Part::Payload.bit() != 0;
        if has_payload && self.base.signs_length {
            parts |= Part::Headers.bit();
        }
        let view = View::with(&self.base, [&pieces, &[], &[]]);
        let texts =
            Part::OF_REQUEST.map(|part| (parts & part.bit() != 0).then(|| line(part, view.part(part))));
        Change {
            rank,
            is_combined,
            parts,
            request: self.prefixes.request(texts, true),
            mac: (parts & SCOPE_OR_KEY != 0).then(|| mac_of(&view, &mut self.derivation)),
            payload_of: has_payload.then_some(number),
            pieces,
        }
    }

    /// Combines two changes; `None` if they change the same piece.
    fn two(&mut self, first: usize, second: usize) -> Option<Change> {
        let (one, other) = (self.changes.get(first)?, self.changes.get(second)?);
        let payload = if one.payload_of.is_some() && other.payload_of.is_some() {
            Some(known_payload(&self.payloads, first, second)?)
        } else {
            None
        };
        if collide(one, other, payload.is_some()) {
            return None;
        }
        let is_kept = |piece: &&Piece| payload.is_none() || piece.part() != Part::Payload;
        let mut pieces: Vec<Piece> =
            one.pieces.iter().chain(&other.pieces).filter(is_kept).cloned().collect();
        pieces.extend(payload.cloned().map(Piece::Payload));
        let payload_of = match (one.payload_of, other.payload_of) {
            (Some(_), Some(_)) => Some(usize::MAX), // JavaScript made no payload of three changes
            (one, other) => one.or(other),
        };
        let two = self.change(pieces, 0, true, 0);
        Some(Change { payload_of, ..two })
    }

    /// Whether a candidate was signed. The search knows the secret, so it does not hide timing.
    #[inline(never)]
    fn is_signed(&mut self, signature: &[u8; 32], hash: &[u8; 64], changes: &[usize]) -> bool {
        if self.signature.is_some_and(|given| given != *signature) {
            return false;
        }
        let pieces = |at: usize| {
            let change = changes.get(at).and_then(|number| self.changes.get(*number));
            change.map(|change| &change.pieces[..]).unwrap_or_default()
        };
        let view = View::with(&self.base, [pieces(0), pieces(1), pieces(2)]);
        let mut string_to_sign = view.part(Part::Scope);
        string_to_sign.put(b"\n").put(hash);
        self.found = Found { changes: changes.to_vec(), string_to_sign };
        true
    }
}

fn start_of(signature: &[u8; 32]) -> [u8; 8] {
    signature.first_chunk().copied().unwrap_or_default()
}
