//! The trial of candidates: each alone, then two together, then three of the likely ones.

use alloc::vec::Vec;

use super::keys::KeyDerivation;
use super::parts::{Base, View};
use super::pieces::{Part, Payload, Piece, Text};
use super::prefix::{Prefixes, Request, line};
use crate::sign::key::StartedMac;
use crate::text::Put;

/// One search, for one signature.
pub(crate) struct Search {
    base: Base,
    prefixes: Prefixes,
    /// Of the request as it should be.
    mac: StartedMac,
    derivation: KeyDerivation,
    /// `None`: JavaScript compares, so that each candidate may be what was signed.
    signature: Option<[u8; 32]>,
    changes: Vec<Change>,
    /// The start of each signature that was tried.
    seen: Vec<[u8; 8]>,
    /// Payloads of two changes together, which JavaScript makes: by the second, then the first.
    payloads: Vec<([usize; 2], Payload)>,
    /// Those that are tried in threes.
    likely: Vec<usize>,
    pair: [usize; 2],
    triple: [usize; 3],
    found: Found,
}

/// What gives the signature, or may give it.
#[derive(Default)]
pub(crate) struct Found {
    /// Numbers of changes.
    pub(crate) changes: Vec<usize>,
    pub(crate) string_to_sign: Text,
}

/// What became of a change that was tried alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Added {
    /// It changes nothing here, or the same as one before it.
    Known,
    Tried,
    Found,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Row {
    Done,
    /// Its work is done for now; it goes on where it was.
    Paused,
    Found,
}

/// A candidate that was tried, and what is known of it for those that it is a part of.
struct Change {
    pieces: Vec<Piece>,
    /// How many likelier changes its cause has.
    rank: u32,
    is_combined: bool,
    /// The bits of its parts.
    parts: u8,
    /// Where the canonical request is another.
    request: Option<Request>,
    /// Where scope or key are.
    mac: Option<StartedMac>,
    /// The number of the change that has its payload; of two, none.
    payload_of: Option<usize>,
}

/// Two changes that are both unlikely are not tried together: from this rank on.
const FAR: u32 = 6;
/// Changes are tried in threes below this rank.
const LIKELY: u32 = 2;
const SCOPE_OR_KEY: u8 = 1 << Part::Scope as u8 | 1 << Part::Key as u8;

impl Search {
    /// With the pieces that should have been signed. `None` for the signature: JavaScript compares.
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
        // A header that got lost changes nothing: the base is not tried before where one is missing.
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

    /// The payload of two changes that both change it, before their row. Rows come in order, and so do their payloads.
    pub(crate) fn add_payload(&mut self, first: usize, second: usize, payload: Payload) {
        self.payloads.push(([second, first], payload));
    }

    /// Tries a change with each of those before it. `budget` is the number of blocks that may be hashed.
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

    /// Tries every three of the likely changes, after the pairs.
    pub(crate) fn triples(&mut self, budget: u32) -> Row {
        let mut left = budget;
        while let Some(third) = self.likely.get(self.triple[2]).copied() {
            while let Some(second) = self.likely.get(self.triple[1]).copied().filter(|it| *it < third) {
                let Some(two) = self.two(second, third) else {
                    self.triple[1] += 1;
                    continue;
                };
                left = left.saturating_sub(two.blocks());
                while let Some(first) = self.likely.get(self.triple[0]).copied().filter(|it| *it < second) {
                    if left == 0 {
                        return Row::Paused;
                    }
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

    /// A part of the canonical request as a change has it; without one, as it should be.
    pub(crate) fn part(&self, number: Option<usize>, part: Part) -> Text {
        let change = number.and_then(|number| self.changes.get(number));
        let pieces = change.map(|change| &change.pieces[..]).unwrap_or_default();
        View::with(&self.base, [pieces, &[], &[]]).part(part)
    }

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

    /// Two changes as one; `None` where they change the same piece.
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

    /// Whether a candidate was signed. Whoever searches knows the secret, so that no time needs to be hidden.
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

/// What candidates of several changes are made with.
struct Combination<'a> {
    base: &'a Base,
    prefixes: &'a Prefixes,
    mac: &'a StartedMac,
    payloads: &'a [([usize; 2], Payload)],
}

struct Outcome {
    hash: [u8; 64],
    signature: [u8; 32],
    /// How many were hashed, about.
    blocks: u32,
}

impl Combination<'_> {
    /// The candidate of two changes; `None` where they change the same piece.
    #[inline]
    fn of(
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

    /// Of two changes that change no part of the canonical request in common; and how many blocks were hashed, about.
    fn hash(&self, one: &Change, other: &Change) -> ([u8; 64], u32) {
        match (&one.request, &other.request) {
            (Some(one), Some(other)) => self.prefixes.hash_of_two(one, other),
            (Some(request), None) | (None, Some(request)) => (request.hash, 0),
            (None, None) => (*self.prefixes.hash(), 0),
        }
    }

    /// Likewise, where both change a part, which has to be made anew.
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

/// Whether two changes have a piece in common; payloads, of which JavaScript has made one, are none.
fn collide(one: &Change, other: &Change, has_payload: bool) -> bool {
    other.pieces.iter().any(|piece| {
        let is_combined = has_payload && piece.part() == Part::Payload;
        !is_combined && one.pieces.iter().any(|known| known.is_same_as(piece))
    })
}

fn known_payload(payloads: &[([usize; 2], Payload)], first: usize, second: usize) -> Option<&Payload> {
    let at = payloads.binary_search_by(|(pair, _)| pair.cmp(&[second, first])).ok()?;
    payloads.get(at).map(|(_, payload)| payload)
}

fn mac_of(view: &View<'_>, derivation: &mut KeyDerivation) -> StartedMac {
    let (inputs, form) = view.key();
    let mut start = view.part(Part::Scope);
    start.put(b"\n");
    StartedMac::new(&derivation.derive(inputs, form), &start)
}

fn start_of(signature: &[u8; 32]) -> [u8; 8] {
    signature.first_chunk().copied().unwrap_or_default()
}

impl Change {
    fn combines_with(&self, other: &Self) -> bool {
        self.is_combined && other.is_combined && (self.rank < FAR || other.rank < FAR)
    }

    fn blocks(&self) -> u32 {
        BLOCKS_OF_KEY + self.request.as_ref().map_or(0, |request| 2 * request.blocks)
    }
}

/// Two of the text, one of the hash.
const BLOCKS_OF_MAC: u32 = 3;
const BLOCKS_OF_KEY: u32 = 16;

#[cfg(test)]
mod tests {
    use alloc::vec;

    use zeroize::Zeroizing;

    use super::*;
    use crate::mismatch::{KeyForm, LineForm, ListChange, Order, Parameter, Spelling, Step, WriteForm};
    use crate::sha256::sha256_hex;
    use crate::sign::key::SigningKey;

    fn text(text: &str) -> Text {
        text.as_bytes().to_vec()
    }

    fn key(number: usize, of: &str) -> Piece {
        Piece::Key(number, Zeroizing::new(text(of)))
    }

    fn base() -> Vec<Piece> {
        let names = || ["accept", "content-length", "host", "x-amz-date"].map(text).to_vec();
        let parameter =
            |name: &str, value: Option<&str>| Parameter { name: text(name), value: value.map(text) };
        vec![
            Piece::Method(text("POST")),
            Piece::WirePath(Spelling { text: text("/prod/a%20b//c"), steps: vec![] }),
            Piece::NormalizePath(vec![Step::Normalize]),
            Piece::SpellPath(vec![Step::Double]),
            Piece::SpellQuery(vec![Step::Replace(text("+"), text(" ")), Step::Escapes]),
            Piece::Parameter(0, Some(parameter("b", Some("x+y")))),
            Piece::Parameter(1, Some(parameter("a", None))),
            Piece::HeaderNames(names()),
            Piece::SignedHeaders(names()),
            Piece::HeaderGap(text("\n")),
            Piece::Header(text("accept"), Some(text(&"text/plain, ".repeat(20)))),
            Piece::Header(text("content-length"), Some(text("2"))),
            Piece::Header(text("host"), Some(text("api.example.com"))),
            Piece::Header(text("x-amz-date"), Some(text("20150830T123600Z"))),
            Piece::Payload(Payload { line: sha256_hex(b"{}").to_vec(), length: None }),
            Piece::Scope(0, text("AWS4-HMAC-SHA256")),
            Piece::Scope(1, text("20150830T123600Z")),
            Piece::Scope(2, text("20150830")),
            Piece::Scope(3, text("eu-west-1")),
            Piece::Scope(4, text("execute-api")),
            Piece::Scope(5, text("aws4_request")),
            key(0, "AWS4"),
            key(1, "secret"),
            key(2, "20150830"),
            key(3, "eu-west-1"),
            key(4, "execute-api"),
            key(5, "aws4_request"),
        ]
    }

    /// Of each part, and of several.
    fn candidates() -> Vec<Vec<Piece>> {
        let header = |name: &str, value: &str| Piece::Header(text(name), Some(text(value)));
        let payload = |line: &str, length| {
            Piece::Payload(Payload { line: sha256_hex(line.as_bytes()).to_vec(), length })
        };
        vec![
            vec![],
            vec![Piece::Method(text("PUT"))],
            vec![Piece::SpellPath(vec![Step::Single])],
            vec![Piece::NormalizePath(vec![])],
            vec![Piece::WirePath(Spelling {
                text: text("/base/prod/a%20b//c"),
                steps: vec![Step::CutFirst],
            })],
            vec![Piece::ChangeQuery(ListChange::Empty)],
            vec![Piece::OrderQuery(Order::AsSent)],
            vec![Piece::WriteQuery(WriteForm::WithoutValue)],
            vec![Piece::Parameter(1, None)],
            vec![Piece::WirePath(Spelling::default()), Piece::ChangeQuery(ListChange::Empty)],
            vec![header("host", "localhost:3000")],
            vec![header("accept", "*/*")],
            vec![header("x-amz-date", "2015"), Piece::Scope(1, text("2015"))],
            vec![Piece::HeaderGap(text(""))],
            vec![Piece::HeaderLine(LineForm::CapitalNames)],
            vec![Piece::SignedHeaders(vec![text("host")])],
            vec![payload("", Some(0))],
            vec![payload("undefined", Some(9))],
            vec![Piece::Payload(Payload { line: text("UNSIGNED-PAYLOAD"), length: None })],
            vec![key(3, "us-east-1"), Piece::Scope(3, text("us-east-1"))],
            vec![key(4, "lambda")],
            vec![key(1, "secret\n")],
            vec![Piece::KeyForm(KeyForm::Hex)],
            vec![Piece::Scope(5, text(""))],
        ]
    }

    /// With no state of any hash in common, and keys without a cache.
    fn signature(layers: [&[Piece]; 3]) -> [u8; 32] {
        let base = Base::new(base());
        let view = View::with(&base, layers);
        let request = Part::OF_REQUEST.map(|part| view.part(part)).join(&b'\n');
        let ([prefix, secret, names @ ..], form) = view.key();
        let mut key = [prefix, secret].concat();
        for name in names {
            let digest = SigningKey::new(&key).sign(name);
            key = if form == KeyForm::Hex { hex::encode(digest).into_bytes() } else { digest.to_vec() };
        }
        let scope = view.part(Part::Scope);
        SigningKey::new(&key).sign(&[&scope[..], b"\n", &sha256_hex(&request)].concat())
    }

    /// The changes that are found, after how many pauses.
    fn found(signature: [u8; 32], candidates: Vec<Vec<Piece>>, budget: u32) -> (Vec<usize>, u32) {
        let mut search = Search::new(base(), Some(signature));
        if search.is_right() {
            return (vec![], 0);
        }
        let (count, mut pauses) = (candidates.len(), 0);
        for pieces in candidates {
            if search.add(pieces, 0, true) == Added::Found {
                return (search.found().changes.clone(), pauses);
            }
        }
        let mut rows = (0..count).map(Some).chain([None]);
        let mut row = rows.next();
        while let Some(second) = row {
            let progress = match second {
                Some(second) => search.pairs(second, budget),
                None => search.triples(budget),
            };
            match progress {
                Row::Found => return (search.found().changes.clone(), pauses),
                Row::Paused => pauses += 1,
                Row::Done => row = rows.next(),
            }
        }
        (vec![usize::MAX], pauses)
    }

    fn are_apart(one: &[Piece], other: &[Piece]) -> bool {
        !one.iter().any(|piece| other.iter().any(|known| known.is_same_as(piece)))
    }

    #[test]
    fn finds_each_change_two_and_three_as_if_each_were_computed_from_scratch() {
        let all = candidates();
        assert_eq!(found(signature([&[]; 3]), candidates(), 1000).0, Vec::<usize>::new());
        let mut pauses = 0;
        for (third, last) in all.iter().enumerate().skip(1) {
            assert_eq!(found(signature([last, &[], &[]]), candidates(), 1000).0, [third]);
            for (second, middle) in all.iter().enumerate().take(third).skip(1) {
                if !are_apart(last, middle) {
                    continue;
                }
                let two = found(signature([last, middle, &[]]), candidates(), 1000);
                assert!(
                    two.0 == [second, third] || is_same(&two.0, &[second, third]),
                    "{two:?} {second} {third}"
                );
                for (first, one) in all.iter().enumerate().take(second).skip(1 + third % 5).step_by(5) {
                    if are_apart(one, middle) && are_apart(one, last) {
                        let three = found(signature([last, middle, one]), candidates(), 100);
                        let expected = [first, second, third];
                        assert!(
                            three.0 == expected || is_same(&three.0, &expected),
                            "{three:?} {expected:?}"
                        );
                        pauses += three.1;
                    }
                }
            }
        }
        assert!(pauses > 1000, "{pauses}");
    }

    /// Whether others give the same signature: a path that is left out is spelled in no way.
    fn is_same(found: &[usize], expected: &[usize]) -> bool {
        let all = candidates();
        let of = |numbers: &[usize]| {
            let pieces = |at: usize| numbers.get(at).and_then(|number| all.get(*number));
            signature([0, 1, 2].map(|at| pieces(at).map(|it| &it[..]).unwrap_or_default()))
        };
        found.len() <= expected.len() && of(found) == of(expected)
    }

    #[test]
    fn proves_nothing_of_10_000_random_signatures() {
        let mut random = [7; 64];
        for number in 0..10_000u32 {
            random = sha256_hex(&[&random[..], &number.to_le_bytes()].concat());
            let mut signature = [0; 32];
            hex::decode_to_slice(random, &mut signature).unwrap();
            let few = candidates().into_iter().skip(number as usize % 6).step_by(6).collect();
            assert_eq!(found(signature, few, 1_000_000), (vec![usize::MAX], 0));
        }
    }

    #[test]
    fn unlikely_changes_are_tried_with_likely_ones_alone() {
        let pair = || {
            let [.., region, service, _, _, _] = <[Vec<Piece>; 24]>::try_from(candidates()).ok().unwrap();
            [region, service]
        };
        let [region, service] = pair();
        let signature = signature([&region, &service, &[]]);
        for (ranks, combined, expected) in [
            ([FAR, FAR], true, Row::Done),
            ([FAR, FAR - 1], true, Row::Found),
            ([FAR - 1, FAR], true, Row::Found),
            ([0, 0], false, Row::Done),
        ] {
            let mut search = Search::new(base(), Some(signature));
            for (pieces, rank) in pair().into_iter().zip(ranks) {
                assert_eq!(search.add(pieces, rank, combined), Added::Tried);
            }
            assert_eq!(search.pairs(1, 1000), expected);
        }
    }

    #[test]
    fn what_changes_nothing_or_the_same_again_is_known() {
        let mut search = Search::new(base(), Some([0; 32]));
        let put = || vec![Piece::Method(text("PUT"))];
        let outcomes = [vec![Piece::Method(text("POST"))], put(), put(), vec![]]
            .map(|pieces| search.add(pieces, 0, true));
        assert_eq!(outcomes, [Added::Known, Added::Tried, Added::Known, Added::Tried]);
        assert_eq!(search.part(Some(1), Part::Method), b"PUT");
        assert_eq!(search.part(None, Part::Path), b"/prod/a%2520b/c");
    }

    #[test]
    fn two_payloads_are_combined_by_javascript() {
        let all = candidates();
        let (one, other) = (all[16].clone(), all[17].clone());
        let payload = Payload { line: text("both"), length: Some(4) };
        let signature = signature([&[Piece::Payload(payload.clone())], &[], &[]]);
        for given in [false, true] {
            let mut search = Search::new(base(), Some(signature));
            search.add(one.clone(), 0, true);
            search.add(other.clone(), 0, true);
            if given {
                search.add_payload(0, 1, payload.clone());
            }
            assert_eq!(search.pairs(1, 1000), if given { Row::Found } else { Row::Done });
        }
    }

    #[test]
    fn javascript_compares_where_no_signature_is_given() {
        let mut search = Search::new(base(), None);
        assert!(search.is_right());
        let right = search.found().string_to_sign.clone();
        assert!(right.starts_with(
            b"AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/eu-west-1/execute-api/aws4_request\n"
        ));
        assert_eq!(search.add(vec![Piece::Method(text("PUT"))], 0, true), Added::Found);
        assert_eq!(search.add(vec![Piece::Scope(3, text("us-east-1"))], 0, true), Added::Found);
        assert_eq!(search.pairs(1, 1000), Row::Found);
        assert_eq!(search.found().changes, [0, 1]);
        assert!(
            search
                .found()
                .string_to_sign
                .starts_with(b"AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/")
        );
        assert_eq!(search.pairs(1, 1000), Row::Done);
    }
}
