//! The search finds exactly the candidates that it would find if each were computed from scratch.

use alloc::vec;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::combination::FAR;
use super::keys::KeyForm;
use super::parameters::{ListChange, Order, Parameter, WriteForm};
use super::parts::{Base, View};
use super::pieces::{LineForm, Piece, Text};
use super::steps::{Spelling, Step};
use super::*;
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
    let parameter = |name: &str, value: Option<&str>| Parameter { name: text(name), value: value.map(text) };
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

/// Changes of each part, and of several.
fn candidates() -> Vec<Vec<Piece>> {
    let header = |name: &str, value: &str| Piece::Header(text(name), Some(text(value)));
    let payload =
        |line: &str, length| Piece::Payload(Payload { line: sha256_hex(line.as_bytes()).to_vec(), length });
    vec![
        vec![],
        vec![Piece::Method(text("PUT"))],
        vec![Piece::SpellPath(vec![Step::Single])],
        vec![Piece::NormalizePath(vec![])],
        vec![Piece::WirePath(Spelling { text: text("/base/prod/a%20b//c"), steps: vec![Step::CutFirst] })],
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

/// Computes the signature from scratch: without shared hash states, and without a cache of keys.
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

/// The changes found, and the number of pauses.
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
        for (second, middle) in all.iter().enumerate().take(third).skip(1 + third % 2).step_by(2) {
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
                    assert!(three.0 == expected || is_same(&three.0, &expected), "{three:?} {expected:?}");
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
        let few = candidates().into_iter().skip(number as usize % 8).step_by(8).collect();
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
    let outcomes =
        [vec![Piece::Method(text("POST"))], put(), put(), vec![]].map(|pieces| search.add(pieces, 0, true));
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
    assert!(
        right.starts_with(
            b"AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/eu-west-1/execute-api/aws4_request\n"
        )
    );
    assert_eq!(search.add(vec![Piece::Method(text("PUT"))], 0, true), Added::Found);
    assert_eq!(search.add(vec![Piece::Scope(3, text("us-east-1"))], 0, true), Added::Found);
    assert_eq!(search.pairs(1, 1000), Row::Found);
    assert_eq!(search.found().changes, [0, 1]);
    assert!(
        search.found().string_to_sign.starts_with(b"AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/us-east-1/")
    );
    assert_eq!(search.pairs(1, 1000), Row::Done);
}
