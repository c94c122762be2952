//! The verifier on requests that others signed: the cross-checked ones of tests/requests.rs, the example of the IAM user
//! guide, and what random bytes make of it.
#![cfg(feature = "verify")]

use std::collections::BTreeMap;
use std::io::Read;

use serde_json::Value;
use sigv4_wasm::verify::{
    BodyHash, IncomingPayload, IncomingRequest, KnownCredentials, Rejection, RejectionKind, SessionToken,
    Verified, Verifier, VerifyingKey,
};

/// A request as it arrived.
#[derive(Clone)]
struct Arrived {
    method: Vec<u8>,
    target: Vec<u8>,
    headers: Vec<(Vec<u8>, Vec<u8>)>,
    body: Vec<u8>,
}

impl Arrived {
    fn view(&self) -> Result<IncomingRequest<'_>, sigv4_wasm::Error> {
        let headers = self.headers.iter().map(|(name, value)| (&name[..], &value[..]));
        IncomingRequest::new(&self.method, &self.target, headers)
    }

    fn verify(&self, verifier: &Verifier, now: i64, known: &Known<'_>) -> Result<Verified, Rejection> {
        let request = self.view().expect("a request that can arrive");
        let unverified = verifier.begin(request, now)?;
        let key = match known.key {
            KeyOf::Secret(secret) => VerifyingKey::from_secret(secret, &unverified).expect("a secret of AWS"),
            KeyOf::SigningKey(key) => VerifyingKey::from_signing_key(&key),
            #[cfg(feature = "sigv4a")]
            KeyOf::PublicKey(point) => VerifyingKey::from_public_key(point).expect("a point of P-256"),
        };
        let body = BodyHash::of(&self.body);
        let mut credentials = KnownCredentials::new(key).session_token(known.session_token);
        credentials.expires_at = known.expires_at; // to the millisecond
        if unverified.needs_body() {
            return unverified.verify(&credentials, Some(&body));
        }
        let verified = unverified.verify(&credentials, None)?;
        verified.check_body(&body).map(|()| verified)
    }

    fn set(&mut self, name: &str, change: impl Fn(&str) -> String) {
        for (known, value) in &mut self.headers {
            if known == name.as_bytes() {
                *value = change(std::str::from_utf8(value).unwrap()).into_bytes();
            }
        }
    }
}

struct Known<'k> {
    key: KeyOf<'k>,
    session_token: SessionToken<'k>,
    expires_at: Option<i64>,
}

#[derive(Clone, Copy)]
enum KeyOf<'k> {
    Secret(&'k str),
    SigningKey([u8; 32]),
    #[cfg(feature = "sigv4a")]
    PublicKey(&'k [u8]),
}

fn known(secret: &str) -> Known<'_> {
    Known { key: KeyOf::Secret(secret), session_token: SessionToken::Unchecked, expires_at: None }
}

/// What AWS does not take, whatever signed it: the reason, the rows, and the kind of the rejection.
const REJECTED: &[(&str, RejectionKind, &[&str])] = &[
    (
        "of S3, with bytes in the path that no URL may hold raw: see tests/requests.rs",
        RejectionKind::SignatureMismatch,
        &["c00682", "c00685", "c00691", "c00697", "c00703", "c00715", "c00721"],
    ),
    ("a vertical tab, which is not white space", RejectionKind::SignatureMismatch, &["c01690", "c01691"]),
    (
        "a parameter X-Amz-Algorithm beside an authorization header: which of them signs?",
        RejectionKind::SignatureMalformed,
        &["c01324", "c01325", "c01326"],
    ),
    (
        "a key id or region that is not ASCII, or has a comma in it",
        RejectionKind::SignatureMalformed,
        &["c02366", "c02395", "c02397", "c02416", "c02418"],
    ),
    ("temporary credentials, and no token", RejectionKind::AccessKeyUnknown, &["c02351"]),
    ("the hash that is signed is not that of the body", RejectionKind::BodyMismatch, &["c02297", "c02306"]),
];

#[test]
fn accepts_every_cross_checked_request() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for row in rows() {
        let (id, mode) = (text(&row["id"]), text(&row["mode"]));
        let is_v4a = mode.ends_with("v4a");
        if is_v4a && !cfg!(feature = "sigv4a") {
            continue;
        }
        let mut verifier = Verifier::any().service(Some(text(&row["service"]).into()));
        if !is_v4a {
            verifier = verifier.region(Some(text(&row["region"]).into()));
        }
        let payload_hash = row["payloadHash"].as_str().unwrap_or_default();
        if payload_hash.starts_with("STREAMING-") || payload_hash.starts_with("UNSIGNED-") {
            verifier = verifier.body_required(false);
        }
        let now = millis(text(&row["date"]));
        let request = arrived(&row);
        let outcome = request.verify(&verifier, now, &known(text(&row["secretAccessKey"])));
        let expected = REJECTED.iter().find(|(_, _, ids)| ids.contains(&id)).map(|(_, kind, _)| *kind);
        if outcome.as_ref().err().map(Rejection::kind) != expected {
            wrong.push(format!("{id} {}: {:?}", row["cls"], outcome.map(|_| ())));
            continue;
        }
        #[cfg(feature = "sigv4a")]
        if is_v4a && expected.is_none() {
            let coordinate = |name: &str| hex::decode(text(&row["publicKey"][name])).unwrap();
            let point = [vec![4], coordinate("X"), coordinate("Y")].concat();
            let known = Known { key: KeyOf::PublicKey(&point), ..known("") };
            assert!(request.verify(&verifier, now, &known).is_ok(), "{id}: by its public key");
        }
        if expected.is_none() {
            *counts.entry(mode.into()).or_default() += 1;
        }
    }
    assert!(wrong.is_empty(), "{} differ:\n{}", wrong.len(), wrong.join("\n"));
    let mut all = BTreeMap::from([("header".into(), 1229), ("query".into(), 320)]);
    if cfg!(feature = "sigv4a") {
        all.extend([("header-v4a".into(), 48), ("query-v4a".into(), 22)]);
    }
    assert_eq!(counts, all);
}

#[test]
fn a_derived_key_does_what_the_secret_does() {
    let verifier = Verifier::new("us-east-1", "iam");
    let verified = guide().verify(&verifier, GUIDE_DATE, &known(GUIDE_SECRET)).unwrap();
    assert_eq!(verified.access_key_id(), "AKIDEXAMPLE");
    assert_eq!(verified.payload(), IncomingPayload::Signed);
    // "Examples of how to derive a signing key", AWS General Reference.
    let key = hex::decode("c4afb1cc5771d871763a393e44b703571b55cc28424d1a5e86da6ed3c154a4b9").unwrap();
    let derived = Known { key: KeyOf::SigningKey(key.try_into().unwrap()), ..known("") };
    let by_key = guide().verify(&verifier, GUIDE_DATE, &derived).unwrap();
    assert_eq!(by_key.replay_id(), verified.replay_id());
    let other = Known { key: KeyOf::SigningKey([7; 32]), ..known("") };
    let error = guide().verify(&verifier, GUIDE_DATE, &other).unwrap_err();
    assert_eq!((error.kind(), error.status()), (RejectionKind::SignatureMismatch, 403));
}

#[test]
fn compares_the_session_token_and_the_expiry_whatever_the_key_is() {
    let row = rows().into_iter().find(|row| {
        text(&row["mode"]) == "header" && row["sessionToken"].as_str().is_some_and(|token| token.len() > 8)
    });
    let row = row.unwrap();
    let (request, token) = (arrived(&row), text(&row["sessionToken"]));
    let verifier = Verifier::new(text(&row["region"]), text(&row["service"]));
    let now = millis(text(&row["date"]));
    let keys = [KeyOf::Secret(text(&row["secretAccessKey"])), KeyOf::SigningKey([0; 32])];
    for (number, key) in keys.into_iter().enumerate() {
        let outcome = |session_token, expires_at| {
            let known = Known { key, session_token, expires_at };
            request.verify(&verifier, now, &known).map(|_| ()).map_err(|error| error.kind())
        };
        let valid = if number == 0 { Ok(()) } else { Err(RejectionKind::SignatureMismatch) };
        assert_eq!(outcome(SessionToken::Unchecked, None), valid);
        assert_eq!(outcome(SessionToken::Known(token), None), valid);
        assert_eq!(outcome(SessionToken::Known(token), Some(now + 1)), valid);
        for other in [SessionToken::None, SessionToken::Known("another"), SessionToken::Known("")] {
            assert_eq!(outcome(other, None), Err(RejectionKind::AccessKeyUnknown));
        }
        let expired = outcome(SessionToken::Known(token), Some(now));
        assert_eq!(expired, Err(RejectionKind::CredentialsExpired));
    }
}

#[test]
fn temporary_credentials_are_none_without_their_token() {
    let row = rows().into_iter().find(|row| text(&row["id"]) == "c02351").unwrap();
    let verifier = Verifier::new(text(&row["region"]), text(&row["service"]));
    for session_token in [SessionToken::Unchecked, SessionToken::None] {
        for key in [KeyOf::Secret(text(&row["secretAccessKey"])), KeyOf::SigningKey([0; 32])] {
            let known = Known { key, session_token, expires_at: None };
            let error = arrived(&row).verify(&verifier, millis(text(&row["date"])), &known).unwrap_err();
            assert_eq!(error.kind(), RejectionKind::AccessKeyUnknown);
        }
    }
}

#[test]
fn says_what_is_wrong_in_the_words_of_aws() {
    let verifier = Verifier::new("us-east-1", "iam");
    let reject = |request: Arrived, now| {
        let error = request.verify(&verifier, now, &known(GUIDE_SECRET)).unwrap_err();
        (error.code(), error.message().to_string())
    };
    let changed = |name: &str, from: &str, to: &str| {
        let mut request = guide();
        request.set(name, |value| value.replace(from, to));
        request
    };
    // Where the words were seen: see tests/js/verify.refusals.test.js.
    let mut bearer = guide();
    bearer.set("authorization", |_| "Bearer abc".into());
    let mut unsigned = guide();
    unsigned.headers.push((b"x-amz-acl".to_vec(), b"public-read".to_vec()));
    for (request, seconds, code, message) in [
        (
            guide(),
            301,
            "ERR_SIGV4_SIGNATURE_EXPIRED",
            "Signature expired: 20150830T123600Z is now earlier than 20150830T123601Z (20150830T124101Z - 5 min.)",
        ),
        (
            guide(),
            -301,
            "ERR_SIGV4_SIGNATURE_EXPIRED",
            "Signature not yet current: 20150830T123600Z is still later than 20150830T123559Z (20150830T123059Z + 5 min.)",
        ),
        (
            changed("authorization", "us-east-1", "eu-west-1"),
            0,
            "ERR_SIGV4_SCOPE_MISMATCH",
            "Credential should be scoped to a valid region, not 'eu-west-1'.",
        ),
        (
            changed("authorization", ", Signature=", ", Sign="),
            0,
            "ERR_SIGV4_SIGNATURE_MALFORMED",
            "Authorization header requires 'Signature' parameter. Authorization='AWS4-HMAC-SHA256'",
        ),
        (
            bearer,
            0,
            "ERR_SIGV4_SIGNATURE_MALFORMED",
            "'abc' not a valid key=value pair (missing equal-sign) in Authorization header: 'Bearer abc'.",
        ),
        (
            unsigned,
            0,
            "ERR_SIGV4_ACCESS_DENIED",
            "'x-amz-acl' must be a 'SignedHeader' in the AWS Authorization.",
        ),
    ] {
        assert_eq!(reject(request, GUIDE_DATE + seconds * 1000), (code, message.to_string()));
    }
    for seconds in [-300, 300] {
        guide().verify(&verifier, GUIDE_DATE + seconds * 1000, &known(GUIDE_SECRET)).unwrap();
    }
}

#[test]
fn random_bytes_never_panic_and_are_never_accepted() {
    let requests: Vec<(Arrived, Value)> =
        rows().into_iter().step_by(13).map(|row| (arrived(&row), row)).collect();
    let mut random = Random(1);
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    for number in 0..40_000 {
        let (request, row) = &requests[random.below(requests.len())];
        let headers = request.headers.len();
        let mut request = request.clone();
        for _ in 0..=random.below(3) {
            let header = random.below(headers.max(1));
            let part = match if headers == 0 { random.below(3) } else { random.below(8) } {
                0 => &mut request.method,
                1 | 2 => &mut request.target,
                3 => &mut request.headers[header].0,
                _ => &mut request.headers[header].1,
            };
            let at = random.below(part.len() + 1);
            let end = at + random.below(part.len() - at + 1).min(3);
            let bytes: Vec<u8> = (0..random.below(4)).map(|_| random.below(256) as u8).collect();
            part.splice(at..end, bytes);
        }
        let verifier = if number % 2 == 0 { Verifier::any() } else { Verifier::any().explain(true) };
        let outcome = match request.view() {
            Err(error) => error.code().to_string(),
            // With another secret, whatever was changed.
            Ok(_) => match request.verify(&verifier, millis(text(&row["date"])), &known("another")) {
                Ok(_) => panic!("was accepted: {}", String::from_utf8_lossy(&request.target)),
                Err(rejection) => rejection.code().to_string(),
            },
        };
        *kinds.entry(outcome).or_default() += 1;
    }
    println!("{kinds:?}");
    assert!(kinds.len() >= 6, "{kinds:?}");
}

const GUIDE_SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const GUIDE_DATE: i64 = 1_440_938_160_000;

/// The example of "Create a signed AWS API request", IAM user guide.
fn guide() -> Arrived {
    let headers = [
        ("content-type", "application/x-www-form-urlencoded; charset=utf-8"),
        ("host", "iam.amazonaws.com"),
        ("x-amz-date", "20150830T123600Z"),
        (
            "authorization",
            "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
        ),
    ];
    Arrived {
        method: b"GET".to_vec(),
        target: b"/?Action=ListUsers&Version=2010-05-08".to_vec(),
        headers: headers.map(|(name, value)| (name.into(), value.into())).to_vec(),
        body: Vec::new(),
    }
}

/// A row of the cross-checked requests, with the signature on which independent signers agree.
fn arrived(row: &Value) -> Arrived {
    let mode = text(&row["mode"]);
    let is_v4a = mode.ends_with("v4a");
    let url = text(&row["url"]).split('#').next().unwrap();
    let (date, region) = (text(&row["date"]), text(&row["region"]));
    let mut scope = vec![&date[..8], region, text(&row["service"]), "aws4_request"];
    if is_v4a {
        scope.remove(1);
    }
    let algorithm = if is_v4a { "AWS4-ECDSA-P256-SHA256" } else { "AWS4-HMAC-SHA256" };
    let signature = match is_v4a {
        true => text(row["exactSignatures"].as_object().unwrap().values().next().unwrap()),
        false => text(&row["expected"]["signature"]),
    };
    let credential = format!("{}/{}", text(&row["accessKeyId"]), scope.join("/"));
    let names = text(&row["expected"]["signedHeaders"]);
    let token = row["sessionToken"].as_str();
    let mut headers: Vec<(Vec<u8>, Vec<u8>)> = Vec::new();
    for header in row["headers"].as_array().unwrap() {
        headers.push((text(&header[0]).to_lowercase().into_bytes(), text(&header[1]).into()));
    }
    let mut target = url.to_string();
    if mode.starts_with("query") {
        let expires = row["expires"].to_string();
        let mut parameters = vec![
            ("X-Amz-Algorithm", algorithm),
            ("X-Amz-Credential", &credential),
            ("X-Amz-Date", date),
            ("X-Amz-Expires", &expires),
            ("X-Amz-SignedHeaders", names),
        ];
        parameters.extend(is_v4a.then_some(("X-Amz-Region-Set", region)));
        parameters.extend(token.map(|token| ("X-Amz-Security-Token", token)));
        parameters.push(("X-Amz-Signature", signature));
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        // What an earlier signature left behind is replaced.
        let is_kept = |part: &&str| {
            !part.is_empty() && parameters.iter().all(|(name, _)| Some(*name) != part.split('=').next())
        };
        let mut parts: Vec<String> = query.split('&').filter(is_kept).map(str::to_owned).collect();
        parts.extend(parameters.iter().map(|(name, value)| format!("{name}={}", encoded(value))));
        target = format!("{path}?{}", parts.join("&"));
    } else {
        let authorization =
            format!("{algorithm} Credential={credential}, SignedHeaders={names}, Signature={signature}");
        let own = [
            ("x-amz-date", Some(date)),
            ("x-amz-security-token", token),
            ("x-amz-region-set", is_v4a.then_some(region)),
            ("authorization", Some(&authorization[..])),
        ];
        headers.retain(|(name, _)| own.iter().all(|(replaced, _)| replaced.as_bytes() != name));
        let own = own.into_iter().filter_map(|(name, value)| Some((name.into(), value?.into())));
        headers.extend(own);
    }
    Arrived {
        method: text(&row["method"]).into(),
        target: target.into_bytes(),
        headers,
        body: decode_base64(text(&row["bodyBase64"])),
    }
}

fn encoded(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let encode = |byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    text.bytes().map(encode).collect()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap()
}

/// Of `YYYYMMDDTHHMMSSZ`, by counting: a test should not share code with what it tests.
fn millis(text: &str) -> i64 {
    let number = |range: std::ops::Range<usize>| text[range].parse::<i64>().unwrap();
    let (year, month, day) = (number(0..4), number(4..6), number(6..8));
    let is_leap = |year: i64| year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let mut days: i64 = (1970..year).map(|year| 365 + i64::from(is_leap(year))).sum();
    let lengths = [31, 28 + i64::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    days += lengths[..month as usize - 1].iter().sum::<i64>() + day - 1;
    (days * 86_400 + number(9..11) * 3600 + number(11..13) * 60 + number(13..15)) * 1000
}

fn rows() -> Vec<Value> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/requests.jsonl.gz");
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(path).unwrap()).read_to_string(&mut text).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
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

/// SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014).
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ mixed >> 31) % limit as u64) as usize
    }
}
