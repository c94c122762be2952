//! 1,639 tricky requests with the result on which independent signers agree, or that real S3 servers settled.
//!
//! In these, every header that is given is signed, but for those that never are.

use std::collections::BTreeMap;
use std::io::Read;
use std::time::Duration;

use serde::Deserialize;
use sigv4_wasm::{
    Config, Credentials, HeaderPlacement, Payload, RequestView, Scheme, SessionTokenMode, SigV4,
    SignedHeaders, Signer, Streaming, Timestamp,
};

#[cfg(feature = "sigv4a")]
#[path = "support/ecdsa.rs"]
mod ecdsa;

/// `majority` cases in which we side with the minority: the reason, and which.
const EXCEPTIONS: &[(&str, &[&str])] = &[
    (
        "S3 path with bytes that no URL may hold raw: they are percent-encoded before they are sent (RFC 3986, section 2), so the encoded form is what a server sees and signs.",
        &["c00682", "c00685", "c00691", "c00697", "c00703", "c00715", "c00721"],
    ),
    (
        "A vertical tab inside a value: not white space in RFC 9110, section 5.5, and clients refuse to send it.",
        &["c01690", "c01691"],
    ),
    (
        "Headers that proxies and clients change on the way: the majority signs what one of botocore, smithy and the CRT leaves out; we leave out what any of them does, so that no proxy can break the signature.",
        &[
            "c01965", "c01966", "c01967", "c01988", "c01991", "c01996", "c01998", "c01999", "c02000",
            "c02001", "c02002", "c02006", "c02007", "c02009", "c02011", "c02018", "c02021", "c02022",
            "c02025", "c02026", "c02027", "c02028", "c02029", "c02030",
        ],
    ),
];

#[test]
fn agrees_with_independent_signers() {
    let mut counts = BTreeMap::new();
    let mut failures = Vec::new();
    for case in cases().iter().filter(|case| !case.mode.ends_with("v4a")) {
        let outcome = check::<SigV4>(Signer::new, case, &|_, signature| signature == case.expected.signature);
        let excepted =
            EXCEPTIONS.iter().any(|(_, ids)| ids.contains(&&case.id[..])) && case.status == "majority";
        match outcome {
            Err(difference) if !excepted => failures.push(difference),
            Ok(()) if excepted => failures.push(format!("{}: is no exception any more", case.id)),
            _ => *counts.entry(case.status.clone()).or_insert(0) += 1,
        }
    }
    assert!(
        failures.is_empty(),
        "{} differ:\n{}",
        failures.len(),
        failures[..failures.len().min(8)].join("\n")
    );
    let total: usize = counts.values().sum();
    let exceptions: usize = EXCEPTIONS.iter().map(|(_, ids)| ids.len()).sum();
    println!("{total} requests: {counts:?}, {exceptions} of them named exceptions");
    assert_eq!(total, 1569);
}

#[cfg(feature = "sigv4a")]
#[test]
fn agrees_with_independent_signers_of_sigv4a() {
    let cases = cases();
    let cases: Vec<&Case> = cases.iter().filter(|case| case.mode.ends_with("v4a")).collect();
    for case in &cases {
        let key = case.public_key.as_ref().unwrap();
        let outcome = check(Signer::<sigv4_wasm::SigV4a>::deterministic, case, &|text, signature| {
            let known = &case.exact_signatures;
            // The Rust SDK signs as RFC 6979 says, and so do we without random bytes. Smithy does too, and may then change the sign of `s`.
            key.verifies(text, signature)
                && known.get("rust").is_none_or(|exact| exact == signature)
                && known.values().all(|signature| key.verifies(text, signature))
        });
        assert_eq!(outcome, Ok(()));
    }
    assert_eq!(cases.len(), 70);
    assert!(cases.iter().any(|case| case.exact_signatures.contains_key("rust")));
}

const HOP_HEADERS: &[&str] =
    &["accept-encoding", "content-length", "if-none-match", "range", "via", "x-forwarded-for"];

/// Whether a signature of a string to sign is as it must be.
type IsRight<'a> = &'a dyn Fn(&str, &str) -> bool;

fn check<S: Scheme>(
    signer: fn(Config) -> Signer<S>,
    case: &Case,
    is_right: IsRight<'_>,
) -> Result<(), String> {
    let (authority, target) = split_url(&case.url);
    let body = decode_base64(&case.body_base64);
    let request = RequestView::new(&case.method, &authority, target)
        .headers(case.headers.iter().map(|(name, value)| (&name[..], &value[..])))
        .payload(payload(case.payload_hash.as_deref(), &body));
    let credentials =
        Credentials::new(&case.access_key_id, &case.secret_access_key, case.session_token.as_deref())
            .unwrap();
    let mut config = Config::new(&case.service[..], &case.region[..])
        .content_sha256_header(false) // unless the case gives the header itself
        .session_token_mode(SessionTokenMode::Signed)
        .header_placement(HeaderPlacement::Headers);
    if case.payload_hash.is_some() {
        config = config.sign_body(true);
    }
    // Some sign what hops change, which `All` leaves out: then their headers are named.
    let names: Vec<&str> = case.expected.signed_headers.split(';').collect();
    config = match names.iter().any(|name| HOP_HEADERS.contains(name)) {
        true => config.also_sign(names),
        false => config.signed_headers(SignedHeaders::All),
    };
    let timestamp: Timestamp = case.date.parse().unwrap();
    let trace = if case.mode.starts_with("query") {
        let life = Duration::from_secs(case.expires.unwrap());
        signer(config).trace_presigned(&request, &credentials, timestamp, life)
    } else {
        signer(config).trace(&request, &credentials, timestamp)
    }
    .map_err(|error| format!("{}: {error}", case.id))?;
    let expected = &case.expected;
    for (what, actual, expected) in [
        (
            "canonical request",
            str::from_utf8(trace.canonical_request()).unwrap(),
            expected.canonical_request.as_deref(),
        ),
        ("string to sign", trace.string_to_sign(), expected.string_to_sign.as_deref()),
        ("signed headers", trace.signed_headers(), Some(&expected.signed_headers[..])),
    ] {
        // Some signers show no intermediate steps; a signature is always there.
        if expected.is_some_and(|expected| expected != actual) {
            return Err(format!(
                "{} ({}, {}): {what}\n  ours:     {actual:?}\n  expected: {expected:?}",
                case.id, case.cls, case.status
            ));
        }
    }
    match is_right(trace.string_to_sign(), trace.signature().hex()) {
        true => Ok(()),
        false => Err(format!("{}: the signature {} is wrong", case.id, trace.signature().hex())),
    }
}

fn payload<'b>(hash: Option<&str>, body: &'b [u8]) -> Payload<'b> {
    match hash {
        None => Payload::Bytes(body),
        Some("UNSIGNED-PAYLOAD") => Payload::Unsigned,
        Some("STREAMING-UNSIGNED-PAYLOAD-TRAILER") => Payload::Streaming(Streaming::UnsignedTrailer),
        Some(keyword) if keyword.starts_with("STREAMING-") => match keyword.rsplit('-').next() {
            Some("PAYLOAD") => Payload::Streaming(Streaming::Signed),
            Some("TRAILER") => Payload::Streaming(Streaming::SignedTrailer),
            Some("EVENTS") => Payload::Streaming(Streaming::Events),
            _ => panic!("{keyword}"),
        },
        Some(hash) => Payload::Sha256(hex::decode(hash).unwrap().try_into().unwrap()),
    }
}

/// Authority without a default port, and the path with the query, as a client puts them on the wire.
fn split_url(url: &str) -> (String, &str) {
    let (scheme, rest) = url.split_once("://").unwrap();
    let (authority, target) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let default_port = if scheme == "https" { ":443" } else { ":80" };
    let target = target.split('#').next().unwrap();
    (authority.strip_suffix(default_port).unwrap_or(authority).to_lowercase(), target)
}

fn decode_base64(text: &str) -> Vec<u8> {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = Vec::new();
    let (mut bits, mut held) = (0u32, 0);
    for byte in text.bytes().filter(|byte| *byte != b'=') {
        bits = bits << 6 | ALPHABET.iter().position(|known| *known == byte).unwrap() as u32;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
        }
    }
    out
}

fn cases() -> Vec<Case> {
    let packed =
        std::fs::File::open(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/requests.jsonl.gz")).unwrap();
    let mut text = String::new();
    flate2::read::GzDecoder::new(packed).read_to_string(&mut text).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    id: String,
    cls: String,
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    body_base64: String,
    service: String,
    region: String,
    access_key_id: String,
    secret_access_key: String,
    session_token: Option<String>,
    date: String,
    mode: String,
    payload_hash: Option<String>,
    expires: Option<u64>,
    status: String,
    expected: Expected,
    #[cfg(feature = "sigv4a")]
    public_key: Option<ecdsa::PublicKey>,
    /// By signer.
    #[cfg(feature = "sigv4a")]
    #[serde(default)]
    exact_signatures: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Expected {
    canonical_request: Option<String>,
    string_to_sign: Option<String>,
    signature: String,
    signed_headers: String,
}
