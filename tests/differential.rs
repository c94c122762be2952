//! Random requests, signed by us and by the crate `aws-sigv4`: the signatures must be the same.
//!
//! One run uses a fixed seed, and one a seed from the clock, so that each run explores. `SIGV4_SEED` names that second
//! seed, `SIGV4_CASES` how many requests each makes, and `SIGV4_CASE` holds one request, as a failure prints it.
//!
//! Where the two differ, the rows of `differential/known_differences.json` that apply change the request, and both are
//! asked once more: now they must agree. So a row excuses no more than what it names.

#![cfg(not(target_arch = "wasm32"))]

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sigv4::http_request::{
    self, PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation,
    SigningSettings, UriPathNormalizationMode,
};
use aws_sigv4::sign::v4::SigningParams;
use sigv4_wasm::{
    Config, Credentials, HeaderPlacement, PathEncoding, PathNormalization, Payload, RequestView,
    SessionTokenMode, SignedHeaders, Signer, Streaming, Timestamp,
};

use case::{Case, Placement, Random, Signed, TokenMode, random_case};
use known::Row;

#[path = "differential/case.rs"]
mod case;
#[path = "differential/known.rs"]
mod known;

#[test]
fn agrees_with_aws_sigv4_on_the_same_requests_each_time() {
    let needed = run(0x5167_0004);
    let rows = known::rows("aws-sigv4");
    let stale: Vec<&str> =
        rows.iter().map(|row| &row.id[..]).filter(|id| !needed.contains_key(*id)).collect();
    let is_partial = cases() < CASES || std::env::var_os("SIGV4_CASE").is_some();
    assert!(is_partial || stale.is_empty(), "known differences that no request needs any more: {stale:?}");
}

#[test]
fn agrees_with_aws_sigv4_on_new_requests_each_time() {
    let seed = match std::env::var("SIGV4_SEED") {
        Ok(text) => text.parse().expect("SIGV4_SEED is a number"),
        Err(_) => SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64,
    };
    run(seed);
}

const CASES: usize = 5_500;

fn cases() -> usize {
    std::env::var("SIGV4_CASES").map_or(CASES, |text| text.parse().expect("SIGV4_CASES is a number"))
}

/// How often each known difference was needed.
fn run(seed: u64) -> BTreeMap<String, usize> {
    let mut random = Random(seed);
    let rows = known::rows("aws-sigv4");
    let mut needed = BTreeMap::new();
    let mut agreed = 0;
    let mut refused = 0;
    let one: Option<Case> = std::env::var("SIGV4_CASE").ok().map(|text| serde_json::from_str(&text).unwrap());
    let count = if one.is_some() { 1 } else { cases() };
    for index in 0..count {
        let case = one.clone().unwrap_or_else(|| random_case(&mut random));
        match judge(&case, &rows) {
            Verdict::Agree => agreed += 1,
            Verdict::BothRefuse => refused += 1,
            Verdict::AgreeBut(ids) => ids.into_iter().for_each(|id| *needed.entry(id).or_insert(0) += 1),
            Verdict::Differ => {
                let case = if one.is_some() { case } else { shrink(case, &rows) };
                panic!("seed {seed}, request {index}, made smaller:\n{}", describe(&case, &rows));
            }
        }
    }
    println!(
        "seed {seed}: {count} requests, the same signature for {agreed}, both refuse {refused}, \
         known differences, each with the same signature once it is levelled: {needed:#?}"
    );
    needed
}

enum Verdict {
    Agree,
    BothRefuse,
    /// Once what these rows say is taken into account.
    AgreeBut(Vec<String>),
    Differ,
}

fn judge(case: &Case, rows: &[Row]) -> Verdict {
    match (ours(case), theirs(case)) {
        (Ok(ours), Ok(theirs)) if ours.agrees_with(&theirs) => return Verdict::Agree,
        (Err(_), Err(_)) => return Verdict::BothRefuse,
        _ => {}
    }
    let applying = applying(case, rows);
    if !agrees_but(case, &applying) {
        return Verdict::Differ;
    }
    let is_needed = |index: &usize| {
        let mut others = applying.clone();
        let only_one = applying.len() == 1;
        others.remove(*index);
        only_one || !agrees_but(case, &others)
    };
    Verdict::AgreeBut((0..applying.len()).filter(is_needed).map(|index| applying[index].id.clone()).collect())
}

/// Rows that change the request, each after those before it.
fn applying<'r>(case: &Case, rows: &'r [Row]) -> Vec<&'r Row> {
    let mut changed = case.clone();
    let mut applying = Vec::new();
    for row in rows {
        let next = row.change(&changed);
        if next != changed {
            applying.push(row);
            changed = next;
        }
    }
    applying
}

fn level(case: &Case, rows: &[&Row]) -> (Case, Case) {
    let mut pair = (case.clone(), case.clone());
    for row in rows {
        if row.both {
            pair.0 = row.change(&pair.0);
        }
        pair.1 = row.change(&pair.1);
    }
    pair
}

fn agrees_but(case: &Case, rows: &[&Row]) -> bool {
    let (for_us, for_them) = level(case, rows);
    match (ours(&for_us), theirs(&for_them)) {
        (Ok(ours), Ok(theirs)) => ours.agrees_with(&theirs),
        _ => false,
    }
}

/// What a signer made of a request.
#[derive(Debug)]
struct Answer {
    signature: String,
    /// Headers to send as `name: value`, or parameters as `name=value`.
    additions: Vec<String>,
    /// Only of ourselves, and only to be printed: the other crate keeps it private.
    #[allow(dead_code)]
    canonical_request: String,
}

impl Answer {
    fn agrees_with(&self, other: &Self) -> bool {
        self.signature == other.signature && other.additions.iter().all(|one| self.additions.contains(one))
    }
}

fn ours(case: &Case) -> Result<Answer, String> {
    let target = format!("{}?{}", case.path, case.query);
    let headers = case.headers.iter().map(|(name, value)| (&name[..], &value[..]));
    let sha256;
    let payload = match case.payload.as_deref() {
        None | Some("signed") => Payload::Bytes(&case.body_hex),
        Some("unsigned" | "UNSIGNED-PAYLOAD") => Payload::Unsigned,
        Some("STREAMING-UNSIGNED-PAYLOAD-TRAILER") => Payload::Streaming(Streaming::UnsignedTrailer),
        Some("STREAMING-AWS4-HMAC-SHA256-PAYLOAD") => Payload::Streaming(Streaming::Signed),
        Some("STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER") => Payload::Streaming(Streaming::SignedTrailer),
        Some("STREAMING-AWS4-HMAC-SHA256-EVENTS") => Payload::Streaming(Streaming::Events),
        Some(hash) => {
            sha256 = hex::decode(hash).map_err(text)?;
            Payload::Sha256(sha256[..].try_into().map_err(text)?)
        }
    };
    let request = RequestView::new(&case.method, &case.host, &target).headers(headers).payload(payload);
    let signer = Signer::new(config(case));
    let timestamp = Timestamp::from_unix_seconds(case.epoch_seconds).map_err(text)?;
    let credentials =
        Credentials::new(&case.access_key_id, &case.secret_access_key, case.session_token.as_deref())
            .map_err(text)?;
    let trace = if case.is_presigned() {
        let life = Duration::from_secs(case.expires.into());
        signer.trace_presigned(&request, &credentials, timestamp, life).map_err(text)?
    } else {
        signer.trace(&request, &credentials, timestamp).map_err(text)?
    };
    let signature = trace.signature();
    let additions = match signature.query() {
        Some(query) => query.split('&').map(str::to_owned).collect(),
        None => signature.headers().map(|header| format!("{}: {}", header.name(), header.value())).collect(),
    };
    Ok(Answer {
        signature: signature.hex().into(),
        additions,
        canonical_request: String::from_utf8_lossy(trace.canonical_request()).into_owned(),
    })
}

fn config(case: &Case) -> Config {
    let mut config =
        if case.infer { Config::infer() } else { Config::new(&case.service[..], &case.region[..]) };
    if case.payload.as_deref().is_some_and(|payload| payload == "signed" || payload.len() == 64) {
        config = config.sign_body(true);
    }
    config = match case.path_encoding {
        None => config,
        Some(case::PathEncoding::Double) => config.path_encoding(PathEncoding::Double),
        Some(case::PathEncoding::Single) => config.path_encoding(PathEncoding::Single),
    };
    config = match case.path_normalization {
        None => config,
        Some(true) => config.path_normalization(PathNormalization::Enabled),
        Some(false) => config.path_normalization(PathNormalization::Disabled),
    };
    if let Some(sends) = case.content_sha256_header {
        config = config.content_sha256_header(sends);
    }
    config = match case.session_token_mode {
        None => config,
        Some(TokenMode::Signed) => config.session_token_mode(SessionTokenMode::Signed),
        Some(TokenMode::Appended) => config.session_token_mode(SessionTokenMode::Appended),
    };
    config = match &case.signed_headers {
        Signed::All => config.signed_headers(SignedHeaders::All),
        Signed::Required => config,
        Signed::Also(names) => config.also_sign(names),
    };
    match case.header_placement {
        Placement::Query => config.header_placement(HeaderPlacement::Query),
        Placement::Headers => config.header_placement(HeaderPlacement::Headers),
    }
}

fn theirs(case: &Case) -> Result<Answer, String> {
    let identity = aws_credential_types::Credentials::new(
        &case.access_key_id,
        &case.secret_access_key,
        case.session_token.clone(),
        None,
        "test",
    )
    .into();
    let mut settings = SigningSettings::default();
    if !case.encodes_path_twice() {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
    }
    settings.uri_path_normalization_mode = UriPathNormalizationMode::from(case.normalizes_path());
    if case.sends_content_sha256() {
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    if !case.signs_token() {
        settings.session_token_mode = http_request::SessionTokenMode::Exclude;
    }
    if matches!(case.signed_headers, Signed::Also(_)) {
        settings.excluded_headers = None;
    }
    settings.session_token_name_override = case.token_name();
    if case.is_presigned() && !case.signs_token() && case.token_name().is_some() {
        return Err("aws-sigv4 would panic".into());
    }
    if case.is_presigned() {
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(Duration::from_secs(case.expires.into()));
    }
    let params = SigningParams::builder()
        .identity(&identity)
        .region(&case.region)
        .name(&case.service)
        .time(UNIX_EPOCH + Duration::from_secs(case.epoch_seconds as u64))
        .settings(settings)
        .build()
        .map_err(text)?
        .into();
    let body = match case.payload_keyword() {
        None => SignableBody::Bytes(&case.body_hex),
        Some(keyword) => SignableBody::Precomputed(keyword.into()),
    };
    let url = format!("{}://{}{}", case.scheme, case.host, case.target());
    let headers = case.headers.iter().map(|(name, value)| (&name[..], &value[..]));
    let request = SignableRequest::new(&case.method, url, headers, body).map_err(chain)?;
    let (instructions, signature) = http_request::sign(request, &params).map_err(chain)?.into_parts();
    let headers = instructions.headers().map(|(name, value)| format!("{name}: {value}"));
    let parameters = instructions
        .params()
        .iter()
        .map(|(name, value)| format!("{name}={}", known::encode(value.as_bytes(), "")));
    Ok(Answer { signature, additions: headers.chain(parameters).collect(), canonical_request: String::new() })
}

fn text(error: impl std::fmt::Display) -> String {
    error.to_string()
}

fn chain(error: impl std::error::Error) -> String {
    let cause = error.source().map(|source| format!(": {source}")).unwrap_or_default();
    format!("{error}{cause}")
}

/// Takes away what is not needed for the difference, until nothing is left to take away.
fn shrink(mut case: Case, rows: &[Row]) -> Case {
    loop {
        let differs = |smaller: &Case| matches!(judge(smaller, rows), Verdict::Differ);
        match smaller(&case).into_iter().find(differs) {
            Some(smaller) => case = smaller,
            None => return case,
        }
    }
}

fn smaller(case: &Case) -> Vec<Case> {
    let mut all = Vec::new();
    let mut add = |change: &dyn Fn(&mut Case)| {
        let mut smaller = case.clone();
        change(&mut smaller);
        if smaller != *case {
            all.push(smaller);
        }
    };
    for index in 0..case.headers.len() {
        add(&|case| drop(case.headers.remove(index)));
    }
    add(&|case| case.query.clear());
    if case.path.len() > 1 {
        add(&|case| case.path = "/".into());
    }
    add(&|case| case.body_hex.clear());
    add(&|case| case.session_token = None);
    add(&|case| case.payload = None);
    add(&|case| case.signed_headers = Signed::All);
    add(&|case| case.path_encoding = None);
    add(&|case| case.path_normalization = None);
    add(&|case| case.content_sha256_header = None);
    add(&|case| case.session_token_mode = None);
    add(&|case| case.header_placement = Placement::Headers);
    add(&|case| case.mode = case::Mode::Header);
    add(&|case| case.infer = false);
    add(&|case| case.expires = 60);
    add(&|case| case.epoch_seconds = 1_440_938_160);
    add(&|case| case.method = "GET".into());
    add(&|case| case.scheme = "https".into());
    add(&|case| case.host = "example.com".into());
    add(&|case| case.region = "us-east-1".into());
    add(&|case| case.service = "service".into());
    add(&|case| case.access_key_id = "AKIDEXAMPLE".into());
    add(&|case| case.secret_access_key = "secret".into());
    let without =
        |text: &str, at: usize| text.chars().enumerate().filter(|(i, _)| *i != at).map(|(_, c)| c).collect();
    for at in 0..case.path.chars().count() {
        add(&|case| case.path = without(&case.path, at));
    }
    for at in 0..case.query.chars().count() {
        add(&|case| case.query = without(&case.query, at));
    }
    for index in 0..case.headers.len() {
        for at in 0..case.headers[index].0.chars().count() {
            add(&|case| case.headers[index].0 = without(&case.headers[index].0, at));
        }
        for at in 0..case.headers[index].1.chars().count() {
            add(&|case| case.headers[index].1 = without(&case.headers[index].1, at));
        }
    }
    all
}

fn describe(case: &Case, rows: &[Row]) -> String {
    let applying = applying(case, rows);
    let ids: Vec<&str> = applying.iter().map(|row| &row.id[..]).collect();
    let (for_us, for_them) = level(case, &applying);
    format!(
        "SIGV4_CASE='{}'\nknown differences that apply, and are not all: {ids:?}\nours: {:#?}\ntheirs: {:#?}\nasked about {}",
        serde_json::to_string(case).unwrap().replace('\'', r"'\''"),
        ours(&for_us),
        theirs(&for_them),
        serde_json::to_string(&for_them).unwrap(),
    )
}
