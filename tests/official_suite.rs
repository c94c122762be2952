//! The official AWS signing test suite, versions 4 and 4a: every intermediate step of every case, in headers and in the query.
//!
//! The package of the dev-dependency `aws-sigv4` carries the suite; cargo knows where it lies.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use sigv4_wasm::{
    Config, Credentials, HeaderPlacement, PathNormalization, Payload, RequestView, Scheme, SessionTokenMode,
    SigV4, Signer, Timestamp, Trace,
};

#[cfg(feature = "sigv4a")]
#[path = "support/ecdsa.rs"]
mod ecdsa;

#[test]
fn every_case_agrees_at_every_step() {
    let cases = cases("v4");
    for case in &cases {
        match case.join("context.json").exists() {
            true => check::<SigV4>(case, &|_, actual, expected| actual == expected),
            false => check_canonical_request(case),
        }
    }
    assert!(cases.len() >= 40, "only {} cases were found", cases.len());
    println!("{} cases of the official suite, header and query", cases.len());
}

#[cfg(feature = "sigv4a")]
#[test]
fn every_case_of_4a_agrees_at_every_step_and_is_verified() {
    let cases = cases("v4a");
    for case in &cases {
        let key = std::fs::read_to_string(case.join("public-key.json")).unwrap();
        let key: ecdsa::PublicKey = serde_json::from_str(&key).unwrap();
        // The suite's own signature too: so it is the same text that was signed.
        check::<sigv4_wasm::SigV4a>(case, &|text, actual, expected| {
            key.verifies(text, actual) && key.verifies(text, expected)
        });
    }
    assert!(cases.len() >= 38, "only {} cases were found", cases.len());
}

/// Of a string to sign: our signature, and the suite's.
type SignatureAgrees<'a> = &'a dyn Fn(&str, &str, &str) -> bool;

/// Two cases that the package adds to the suite: a canonical request, and no word of who signs or when.
fn check_canonical_request(case: &Path) {
    let text = std::fs::read_to_string(case.join("request.txt")).unwrap();
    let expected = std::fs::read_to_string(case.join("header-canonical-request.txt")).unwrap();
    let parsed = parse(&text);
    let host = &parsed.headers.iter().find(|(name, _)| name == "Host").unwrap().1;
    let request = RequestView::new(parsed.method, host, parsed.target);
    let credentials = Credentials::new("AKIDEXAMPLE", "secret", None).unwrap();
    let at = Timestamp::from_unix_seconds(1_620_747_645).unwrap();
    let signer = Signer::new(Config::infer());
    let trace = signer.trace(&request, &credentials, at).unwrap();
    assert_eq!(trace.canonical_request(), expected.as_bytes(), "{}", case.display());
}

fn check<S: Scheme>(case: &Path, signature_agrees: SignatureAgrees<'_>) {
    let name = case.file_name().unwrap().to_string_lossy().into_owned();
    let read =
        |file: &str| std::fs::read_to_string(case.join(file)).ok().map(|text| text.replace("\r\n", "\n"));
    let context: Value = serde_json::from_str(&read("context.json").unwrap()).unwrap();
    let flag = |key: &str| context[key].as_bool().unwrap_or(false);
    let credentials = Credentials::new(
        context["credentials"]["access_key_id"].as_str().unwrap(),
        context["credentials"]["secret_access_key"].as_str().unwrap(),
        context["credentials"]["token"].as_str(),
    )
    .unwrap();
    // The package's copy of get-space-normalized has its request encoded already and its results left as they were;
    // the suite itself, and the twin case get-space-unnormalized, have the space.
    let text = read("request.txt").unwrap().replace("GET /example%20space/ ", "GET /example space/ ");
    let parsed = parse(&text);
    let request = RequestView::new(parsed.method, "overridden.by.the.host.header", parsed.target)
        .headers(parsed.headers.iter().map(|(name, value)| (&name[..], &value[..])))
        .payload(Payload::Bytes(parsed.body.as_bytes()));
    let text = |key: &str| context[key].as_str().unwrap_or_default();
    let mut config = Config::new(text("service"), text("region"))
        .content_sha256_header(flag("sign_body"))
        // The suite signs all that it sends, `content-length` too.
        .also_sign(parsed.headers.iter().map(|(name, _)| name))
        .header_placement(HeaderPlacement::Headers);
    if !flag("normalize") {
        config = config.path_normalization(PathNormalization::Disabled);
    }
    if flag("omit_session_token") {
        config = config.session_token_mode(SessionTokenMode::Appended);
    }
    let timestamp = timestamp(context["timestamp"].as_str().unwrap());
    let signer = Signer::<S>::from(config);

    let trace = signer.trace(&request, &credentials, timestamp).unwrap();
    for (file, actual) in [
        ("header-canonical-request.txt", canonical_request(&trace)),
        ("header-string-to-sign.txt", trace.string_to_sign()),
    ] {
        if let Some(expected) = read(file) {
            assert_eq!(actual, expected.trim_end_matches('\n'), "{name}/{file}");
        }
    }
    let expected = read("header-signed-request.txt").unwrap();
    let authorization = expected.lines().find_map(|line| line.strip_prefix("Authorization:")).unwrap();
    let (parts, signature) = cut_signature(authorization.trim());
    let actual = trace.signature().headers().find(|header| header.name() == "authorization").unwrap().value();
    assert_eq!(cut_signature(actual), (parts, trace.signature().hex()), "{name}");
    assert!(signature_agrees(trace.string_to_sign(), trace.signature().hex(), signature), "{name}");
    if let Some(expected) = read("header-signature.txt") {
        assert!(signature_agrees(trace.string_to_sign(), trace.signature().hex(), expected.trim()), "{name}");
    }

    let Some(expected_signature) = read("query-signature.txt") else { return };
    let life = Duration::from_secs(context["expiration_in_seconds"].as_u64().unwrap());
    let trace = signer.trace_presigned(&request, &credentials, timestamp, life).unwrap();
    assert_eq!(canonical_request(&trace), read("query-canonical-request.txt").unwrap(), "{name}");
    assert_eq!(trace.string_to_sign(), read("query-string-to-sign.txt").unwrap(), "{name}");
    let agrees = signature_agrees(trace.string_to_sign(), trace.signature().hex(), expected_signature.trim());
    assert!(agrees, "{name}: query");
    // The suite's URL, parameter by parameter: their order on the wire is free.
    let expected = read("query-signed-request.txt").unwrap();
    let expected = expected.lines().next().unwrap();
    let expected = expected[..expected.rfind(" HTTP/").unwrap()].split_once('?').unwrap().1;
    for parameter in [
        "X-Amz-Algorithm",
        "X-Amz-Credential",
        "X-Amz-Expires",
        "X-Amz-SignedHeaders",
        "X-Amz-Security-Token",
        "X-Amz-Region-Set",
    ] {
        let find = |query: &str| query.split('&').find(|p| p.starts_with(parameter)).map(str::to_owned);
        assert_eq!(find(trace.signature().query().unwrap()), find(expected), "{name}: {parameter}");
    }
}

fn canonical_request(trace: &Trace) -> &str {
    str::from_utf8(trace.canonical_request()).unwrap()
}

fn cut_signature(authorization: &str) -> (&str, &str) {
    authorization.split_once(", Signature=").unwrap()
}

struct Parsed<'a> {
    method: &'a str,
    target: &'a str,
    headers: Vec<(String, String)>,
    body: &'a str,
}

fn parse(text: &str) -> Parsed<'_> {
    let (head, body) = text.split_once("\n\n").unwrap_or((text, ""));
    let mut lines = head.lines();
    let line = lines.next().unwrap();
    let (method, rest) = line.split_once(' ').unwrap();
    let target = &rest[..rest.rfind(" HTTP/").unwrap()];
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in lines {
        match line.split_once(':') {
            // A line that begins with white space goes on with the value before (obs-fold of RFC 9112).
            _ if line.starts_with([' ', '\t']) => {
                let last = headers.last_mut().unwrap();
                last.1.push_str(&format!(" {}", line.trim()));
            }
            Some((name, value)) => headers.push((name.into(), value.into())),
            None => panic!("no header: {line}"),
        }
    }
    Parsed { method, target, headers, body }
}

fn cases(version: &str) -> Vec<PathBuf> {
    let output = Command::new(env!("CARGO"))
        .args([
            "metadata",
            "--format-version",
            "1",
            "--manifest-path",
            concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml"),
        ])
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let package = metadata["packages"].as_array().unwrap().iter().find(|p| p["name"] == "aws-sigv4").unwrap();
    let suite = Path::new(package["manifest_path"].as_str().unwrap())
        .with_file_name("aws-signing-test-suite")
        .join(version);
    let mut cases: Vec<PathBuf> = std::fs::read_dir(suite)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    cases.sort();
    cases
}

fn timestamp(text: &str) -> Timestamp {
    assert_eq!(text, "2015-08-30T12:36:00Z", "the suite signs at one instant");
    Timestamp::from_unix_seconds(1_440_938_160).unwrap()
}
