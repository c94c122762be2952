//! Hashes of canonical requests that are mostly alike, computed from the state that they share.

use alloc::vec::Vec;

use super::pieces::{Part, Text};
use crate::sha256::{Hasher, to_hex};

const PARTS: usize = Part::COUNT_OF_REQUEST;

/// The correct canonical request, with the intermediate states of its hash.
pub(super) struct Prefixes {
    /// Each part with the line break after it.
    texts: [Text; PARTS],
    checkpoints: Vec<Checkpoint>,
    /// The state at each checkpoint.
    states: Vec<Hasher>,
    hash: [u8; 64],
}

struct Checkpoint {
    part: usize,
    offset: usize,
}

/// A canonical request that differs from it.
pub(super) struct Request {
    /// The parts that differ, each with the line break after it.
    texts: [Option<Text>; PARTS],
    first: usize,
    last: usize,
    /// The last checkpoint before it differs.
    from: usize,
    /// The state at each checkpoint after the last part that differs. The first of them has this number.
    states: Vec<Hasher>,
    states_from: usize,
    pub(super) hash: [u8; 64],
    /// The approximate number of blocks hashed for it.
    pub(super) blocks: u32,
}

impl Request {
    pub(super) fn text(&self, part: Part) -> Option<&Text> {
        self.texts.get(part as usize)?.as_ref()
    }
}

impl Prefixes {
    pub(super) fn new(texts: [Text; PARTS]) -> Self {
        let mut checkpoints = Vec::new();
        for (part, text) in texts.iter().enumerate() {
            let step = (text.len() / MOST_IN_PART + 1).max(LEAST_BETWEEN);
            checkpoints
                .extend((0..text.len().max(1)).step_by(step).map(|offset| Checkpoint { part, offset }));
        }
        let prefixes = Self { texts, checkpoints, states: Vec::new(), hash: [0; 64] };
        let none = [const { None }; PARTS];
        let (states, hash) = prefixes.hashed(Hasher::new(), &none, 0, 0, Some(0));
        Self { states, hash, ..prefixes }
    }

    /// The hash of the correct request, in hex.
    pub(super) fn hash(&self) -> &[u8; 64] {
        &self.hash
    }

    /// The hash with these differing parts, as [`line`] writes them; `None` if no part differs.
    #[inline(never)]
    pub(super) fn request(&self, texts: [Option<Text>; PARTS], keeps_states: bool) -> Option<Request> {
        let first = texts.iter().position(Option::is_some)?;
        let last = texts.iter().rposition(Option::is_some)?;
        let (text, base) = (texts.get(first)?.as_deref()?, self.texts.get(first)?);
        let same = text.iter().zip(base).take_while(|(one, other)| one == other).count();
        let is_before = |at: &Checkpoint| at.part < first || at.part == first && at.offset <= same;
        let from = self.checkpoints.partition_point(is_before).checked_sub(1)?;
        let offset = self.checkpoints.get(from)?.offset;
        let state = self.states.get(from)?.clone();
        let (states, hash) = self.hashed(state, &texts, first, offset, keeps_states.then_some(last + 1));
        let blocks = (text.len() / 64) as u32 + 4;
        let states_from = self.checkpoints.partition_point(|at| at.part <= last);
        Some(Request { texts, first, last, from, states, states_from, hash, blocks })
    }

    /// The hash with the changes of two requests that differ in separate parts, and the approximate number of blocks hashed.
    pub(super) fn hash_of_two(&self, one: &Request, other: &Request) -> ([u8; 64], u32) {
        let (early, late) = if one.first < other.first { (one, other) } else { (other, one) };
        let Some(at) = self.checkpoints.get(late.from) else { return (self.hash, 0) };
        if early.last < late.first
            && let Some(state) = early.states.get(late.from.wrapping_sub(early.states_from))
        {
            let (_, hash) = self.hashed(state.clone(), &late.texts, late.first, at.offset, None);
            return (hash, late.blocks);
        }
        // The parts of one lie between parts of the other.
        let texts: [Option<Text>; PARTS] =
            Part::OF_REQUEST.map(|part| early.text(part).or_else(|| late.text(part)).cloned());
        self.request(texts, false).map_or((self.hash, 0), |request| (request.hash, request.blocks))
    }

    /// Continues a hash from a state, from an offset in a part to the end. Keeps the state at each checkpoint, starting with
    /// the part `states_from`.
    #[inline(never)]
    fn hashed(
        &self,
        mut state: Hasher,
        texts: &[Option<Text>; PARTS],
        first: usize,
        offset: usize,
        states_from: Option<usize>,
    ) -> (Vec<Hasher>, [u8; 64]) {
        let mut states = Vec::new();
        let mut start = offset;
        for (part, (text, base)) in texts.iter().zip(&self.texts).enumerate().skip(first) {
            let text = text.as_ref().unwrap_or(base);
            if states_from.is_some_and(|from| part >= from) {
                for at in self.checkpoints.iter().filter(|at| at.part == part) {
                    state.update(text.get(start..at.offset).unwrap_or_default());
                    start = at.offset;
                    states.push(state.clone());
                }
            }
            state.update(text.get(start..).unwrap_or_default());
            start = 0;
        }
        (states, to_hex(&state.finish()))
    }
}

/// A part as written in the canonical request.
pub(super) fn line(part: Part, mut text: Text) -> Text {
    if part != Part::Payload {
        text.push(b'\n');
    }
    text
}

/// A state for each block would cost more than it saves.
const MOST_IN_PART: usize = 12;
const LEAST_BETWEEN: usize = 64;
