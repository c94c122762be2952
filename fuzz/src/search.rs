//! The search for the mistake of a client: whatever is made of one to three changes is found, what is found gives the signature,
//! and a signature of anything else is not.

use arbitrary::Arbitrary;
use sigv4_wasm::fuzzing::Trial;

use crate::{SECRET, hex, hmac, input, sha256};

#[derive(Arbitrary, Debug)]
struct Input {
    method: Vec<u8>,
    path: Vec<u8>,
    query: Vec<(Vec<u8>, Option<Vec<u8>>)>,
    headers: Vec<(u8, Vec<u8>)>,
    changes: Vec<Vec<Change>>,
    /// The changes that the client made.
    made: [u8; 3],
    budget: u8,
    is_random: bool,
    /// What may be no record at all.
    record: Option<Vec<u8>>,
}

/// One piece of a change, by its number in src/mismatch/record.rs.
#[derive(Arbitrary, Debug)]
struct Change {
    kind: u8,
    place: u8,
    text: Vec<u8>,
    other: Vec<u8>,
    steps: Vec<u8>,
}

/// A piece: what it stands for, so that no candidate has it twice, and how it crosses. A header or a parameter that is not signed
/// is none.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Piece {
    of: (u8, Vec<u8>),
    record: Vec<u8>,
    is_none: bool,
    key: Option<Vec<u8>>,
}

const NAMES: [&str; 5] = ["accept", "content-length", "content-type", "host", "x-amz-date"];
const DATE: &[u8] = b"20150830T123600Z";
const SCOPE: [&[u8]; 6] =
    [b"AWS4-HMAC-SHA256", DATE, b"20150830", b"eu-west-1", b"execute-api", b"aws4_request"];
const KEY: [&[u8]; 6] =
    [b"AWS4", SECRET.as_bytes(), b"20150830", b"eu-west-1", b"execute-api", b"aws4_request"];
const MOST_CHANGES: usize = 8;

/// Bytes as a request, changes of it, and which of them a client made.
pub fn run(data: &[u8]) {
    let Some(mut input) = input::<Input>(data) else { return };
    if let Some(record) = &input.record {
        let trial = Trial::begin(record, None);
        if let Some(mut trial) = trial.or_else(|| Trial::begin(b"", Some([0; 32]))) {
            trial.add(record, 0, true);
            trial.combine(100);
        }
        return;
    }
    input.changes.truncate(MOST_CHANGES);
    input.query.truncate(4);
    input.headers.truncate(5);
    let base = input.base();
    let changes: Vec<Vec<Piece>> = input.changes.iter().map(|change| input.pieces(change)).collect();
    let made = input.made();
    let signature = if input.is_random { [7; 32] } else { signature(&changed(&base, &changes, &made)) };

    let mut trial = Trial::begin(&record_of(&base), Some(signature)).expect("a record");
    let asked = sha256(&trial.canonical_request(None));
    let is_right = trial.is_right();
    let mut is_found = is_right;
    // A change that alone is the same as another one is not tried with others.
    let mut is_known = false;
    if !is_found {
        for (number, change) in changes.iter().enumerate() {
            let (is_new, is_it) = trial.add(&record_of(change), 0, true).expect("a record");
            is_known |= !is_new && made.contains(&number);
            is_found |= is_it;
            if is_it {
                break;
            }
        }
    }
    is_found = is_found || trial.combine(1 + u32::from(input.budget) * 16);
    crate::completed();
    if input.is_random {
        assert!(!is_found, "found a signature that nobody made");
        return;
    }
    assert!(is_found || is_known, "not found: {made:?} of {changes:#?}");
    if !is_found {
        return;
    }
    let found = trial.found();
    let pieces = changed(&base, &changes, found);
    assert_eq!(hex(&self::signature(&pieces)), hex(&signature), "{found:?} is found, and {made:?} was made");
    assert_eq!(trial.string_to_sign(), string_to_sign(&pieces), "{found:?}");
    if is_right {
        assert!(trial.string_to_sign().ends_with(asked.as_bytes()));
    }
}

impl Input {
    fn base(&self) -> Vec<Piece> {
        let names: Vec<&[u8]> = NAMES.iter().map(|name| name.as_bytes()).collect();
        let mut pieces = vec![
            piece(0, b"", text(&self.method)),
            piece(1, b"", [text(&self.path), number(0)].concat()),
            piece(2, b"", steps(&[4])),
            piece(3, b"", steps(&[0])),
            piece(6, b"", steps(&[3])),
            piece(11, b"", list(&names, |name| text(name))),
            piece(12, b"", list(&names, |name| text(name))),
            piece(14, b"", text(b"\n")),
            piece(16, b"", [text(sha256(b"{}").as_bytes()), number(u32::MAX)].concat()),
        ];
        for (at, (name, value)) in self.query.iter().enumerate() {
            pieces.push(parameter(at, Some((name, value.as_deref()))));
        }
        for (at, name) in NAMES.iter().enumerate() {
            let given = self.headers.iter().find(|(number, _)| usize::from(*number) % NAMES.len() == at);
            pieces.push(header(name, Some(given.map_or(&b"value"[..], |(_, value)| value))));
        }
        pieces.extend(SCOPE.iter().enumerate().map(|(at, value)| field(17, at, value)));
        pieces.extend(KEY.iter().enumerate().map(|(at, value)| field(18, at, value)));
        pieces
    }

    /// Each piece once; a change without pieces is one, too.
    fn pieces(&self, change: &[Change]) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        for one in change.iter().take(3).filter_map(|one| self.piece(one)) {
            if !pieces.iter().any(|known| known.of == one.of) {
                pieces.push(one);
            }
        }
        pieces
    }

    fn piece(&self, Change { kind, place, text: one, other, steps: many }: &Change) -> Option<Piece> {
        let place = usize::from(*place);
        // Replacements of replacements grow fast, and JavaScript has only short ones.
        let short = |text: &[u8]| self::text(text.get(..4).unwrap_or(text));
        let steps = || {
            let steps: Vec<Vec<u8>> = many
                .iter()
                .take(3)
                .map(|step| match step % 13 {
                    10 => [vec![10], short(one), short(other)].concat(),
                    step @ 11.. => [vec![step], short(one)].concat(),
                    step => vec![step],
                })
                .collect();
            list(&steps, Clone::clone)
        };
        let names: Vec<&[u8]> =
            many.iter().take(4).map(|name| NAMES[usize::from(*name) % NAMES.len()].as_bytes()).collect();
        let one_of = |count: usize| vec![(place % count) as u8];
        Some(match kind % 20 {
            kind @ (0 | 14) => piece(kind, b"", text(one)),
            1 => piece(1, b"", [text(one), steps()].concat()),
            kind @ (2 | 3 | 6) => piece(kind, b"", steps()),
            4 => piece(4, b"", one_of(12)),
            5 => piece(5, b"", list(&[(one, other)], |(name, value)| [text(name), text(value)].concat())),
            7 if place % 7 == 6 => piece(7, b"", [vec![6], list(&[one, other], |name| text(name))].concat()),
            7 => piece(7, b"", one_of(6)),
            8 | 13 => piece(kind % 20, b"", one_of(3)),
            9 | 10 if self.query.is_empty() => return None,
            9 => parameter(place % self.query.len(), Some((one, Some(other)))),
            10 => parameter(place % self.query.len(), None),
            kind @ (11 | 12) => piece(kind, b"", list(&names, |name| text(name))),
            15 => {
                let value = if many.is_empty() { None } else { Some(&one[..]) };
                header(NAMES[place % NAMES.len()], value)
            }
            16 => {
                let length = if many.is_empty() { u32::MAX } else { place as u32 };
                piece(16, b"", [text(one), number(length)].concat())
            }
            kind @ (17 | 18) => field(kind, place % 6, one),
            _ => return None, // how keys are derived: this target derives them as AWS does
        })
    }

    /// Numbers of the changes that the client made, in order; two of them never change the same piece.
    fn made(&self) -> Vec<usize> {
        let mut made: Vec<usize> = Vec::new();
        let count = self.changes.len();
        let numbers = self.made.map(|number| usize::from(number) % (count + 1));
        for number in numbers.into_iter().filter(|number| *number < count) {
            let pieces = |number: usize| self.pieces(&self.changes[number]);
            let collides = |other: &usize| {
                *other == number
                    || pieces(*other).iter().any(|one| pieces(number).iter().any(|it| it.of == one.of))
            };
            if !made.iter().any(collides) {
                made.push(number);
            }
        }
        made.sort_unstable();
        made
    }
}

/// The base with the pieces of changes instead of its own.
fn changed(base: &[Piece], changes: &[Vec<Piece>], numbers: &[usize]) -> Vec<Piece> {
    let mut pieces = base.to_vec();
    for piece in numbers.iter().flat_map(|number| &changes[*number]) {
        match pieces.iter_mut().find(|known| known.of == piece.of) {
            Some(known) => *known = piece.clone(),
            None => pieces.push(piece.clone()),
        }
    }
    pieces
}

/// With keys of code that is not ours.
fn signature(pieces: &[Piece]) -> [u8; 32] {
    let part = |at: usize| {
        let piece = pieces.iter().find(|piece| piece.of == (18, vec![at as u8]));
        piece.and_then(|piece| piece.key.clone()).unwrap_or_default()
    };
    let key = (2..6).fold([part(0), part(1)].concat(), |key, at| hmac(&key, &part(at)));
    hmac(&key, &string_to_sign(pieces)).try_into().expect("an HMAC of 32 bytes")
}

/// Of a request that is written again.
fn string_to_sign(pieces: &[Piece]) -> Vec<u8> {
    let mut trial = Trial::begin(&record_of(pieces), None).expect("a record");
    let hash = sha256(&trial.canonical_request(None));
    assert!(trial.is_right());
    let text = trial.string_to_sign().to_vec();
    assert!(text.ends_with(hash.as_bytes()), "the hash is not that of the canonical request");
    text
}

/// Headers that are not signed stay out of a base, if there is no word for them.
fn record_of(pieces: &[Piece]) -> Vec<u8> {
    let is_base = pieces.len() > 12;
    let kept = pieces.iter().filter(|piece| !(is_base && piece.is_none && piece.of.0 == 15));
    kept.flat_map(|piece| piece.record.iter().copied()).collect()
}

fn piece(kind: u8, of: &[u8], value: Vec<u8>) -> Piece {
    let record = [vec![crossing(kind)], value].concat();
    Piece { of: (kind, of.to_vec()), record, is_none: false, key: None }
}

/// A parameter that is not signed crosses as a parameter without a name, and has no number of its own.
fn crossing(kind: u8) -> u8 {
    if kind > 10 { kind - 1 } else { kind }
}

fn header(name: &str, value: Option<&[u8]>) -> Piece {
    let written = value.map_or_else(|| number(u32::MAX), text);
    Piece {
        is_none: value.is_none(),
        ..piece(15, name.as_bytes(), [text(name.as_bytes()), written].concat())
    }
}

fn parameter(at: usize, parameter: Option<(&Vec<u8>, Option<&[u8]>)>) -> Piece {
    let (kind, written) = match parameter {
        Some((name, value)) => (9, [text(name), value.map_or_else(|| number(u32::MAX), text)].concat()),
        None => (9, number(u32::MAX)),
    };
    let record = [vec![kind], number(at as u32), written].concat();
    Piece { of: (9, vec![at as u8]), record, is_none: parameter.is_none(), key: None }
}

fn field(kind: u8, at: usize, value: &[u8]) -> Piece {
    let place = at as u8;
    let key = (kind == 18).then(|| value.to_vec());
    Piece { key, ..piece(kind, &[place], [vec![place], text(value)].concat()) }
}

fn text(bytes: &[u8]) -> Vec<u8> {
    [number(bytes.len() as u32), bytes.to_vec()].concat()
}

fn number(number: u32) -> Vec<u8> {
    number.to_le_bytes().to_vec()
}

fn steps(steps: &[u8]) -> Vec<u8> {
    list(steps, |step| vec![*step])
}

fn list<T>(items: &[T], write: impl Fn(&T) -> Vec<u8>) -> Vec<u8> {
    [number(items.len() as u32), items.iter().flat_map(write).collect()].concat()
}
