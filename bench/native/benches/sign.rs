//! The crate beside `aws-sigv4`, each as its users call it, and the SHA-256 that no signer can do without.
//!
//! Both sign now, and with a signer or an identity that they keep. `aws-sigv4` keeps no signing keys.

use std::hint::black_box;
use std::time::SystemTime;

use aws_credential_types::Credentials as SdkCredentials;
use aws_sigv4::http_request::{self, SignableBody, SignableRequest, SigningSettings};
use aws_sigv4::sign::v4::SigningParams;
use criterion::{BenchmarkGroup, Criterion, criterion_group, criterion_main, measurement::WallTime};
use sha2::{Digest, Sha256};
use sigv4_wasm::{Config, Credentials, Payload, RequestView, SignedHeaders, Signer, Timestamp};

const HOST: &str = "abc123.execute-api.eu-west-1.amazonaws.com";
const ACCESS_KEY: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

struct Work {
    title: &'static str,
    method: &'static str,
    path: &'static str,
    query: &'static str,
    headers: [(&'static str, &'static str); 1],
    body: String,
    token: Option<String>,
}

fn all(criterion: &mut Criterion) {
    let token = Some("IQoJb3JpZ2luX2VjEPT/+".repeat(42));
    let get = |title, token| Work {
        title,
        method: "GET",
        path: "/prod/items",
        query: "limit=10&next=abc",
        headers: [("accept", "application/json")],
        body: String::new(),
        token,
    };
    let post = Work {
        title: "post-1kb",
        method: "POST",
        path: "/prod/items",
        query: "",
        headers: [("content-type", "application/json")],
        body: format!("{{\"text\":\"{}\"}}", "x".repeat(1012)),
        token: token.clone(),
    };
    for work in [get("get-token", token), get("get", None), post] {
        let mut group = criterion.benchmark_group(work.title);
        let (signature, canonical_request) = ours(&mut group, &work);
        assert_eq!(signature, theirs(&mut group, &work), "{}: not the same work", work.title);
        floor(&mut group, &work, canonical_request);
        group.finish();
    }
}

/// Returns what was signed at the epoch of the AWS documentation.
fn ours(group: &mut BenchmarkGroup<'_, WallTime>, work: &Work) -> (String, String) {
    let credentials = Credentials::new(ACCESS_KEY, SECRET, work.token.as_deref()).unwrap();
    // Which is what `aws-sigv4` covers.
    let signer = Signer::new(Config::infer().signed_headers(SignedHeaders::All));
    let target = format!("{}?{}", work.path, work.query);
    let request = RequestView::new(work.method, HOST, &target)
        .headers(work.headers)
        .payload(Payload::Bytes(work.body.as_bytes()));
    let trace = signer.trace(&request, &credentials, fixed().try_into().unwrap()).unwrap();
    group.bench_function("sigv4-wasm", |bencher| {
        bencher.iter(|| {
            let now = Timestamp::try_from(SystemTime::now()).unwrap();
            signer.sign(black_box(&request), &credentials, now).unwrap()
        });
    });
    let canonical_request = String::from_utf8(trace.canonical_request().to_vec()).unwrap();
    (trace.signature().hex().to_owned(), canonical_request)
}

fn theirs(group: &mut BenchmarkGroup<'_, WallTime>, work: &Work) -> String {
    let identity = SdkCredentials::new(ACCESS_KEY, SECRET, work.token.clone(), None, "bench").into();
    let url = format!("https://{HOST}{}?{}", work.path, work.query);
    let sign = |now: SystemTime| {
        let params = SigningParams::builder()
            .identity(&identity)
            .region("eu-west-1")
            .name("execute-api")
            .time(now)
            .settings(SigningSettings::default())
            .build()
            .unwrap()
            .into();
        let body = SignableBody::Bytes(work.body.as_bytes());
        let request =
            SignableRequest::new(work.method, &url[..], work.headers.iter().copied(), body).unwrap();
        http_request::sign(black_box(request), &params).unwrap().into_parts()
    };
    let (_, signature) = sign(fixed());
    group.bench_function("aws-sigv4", |bencher| bencher.iter(|| sign(SystemTime::now())));
    signature
}

/// The hashes of one signature with a key that is cached: the body, the canonical request, and the HMAC of about 140
/// bytes, of which the two blocks of the key were hashed before.
fn floor(group: &mut BenchmarkGroup<'_, WallTime>, work: &Work, canonical_request: String) {
    let string_to_sign = [b'x'; 140];
    group.bench_function("SHA-256 alone", |bencher| {
        bencher.iter(|| {
            let body = (!work.body.is_empty()).then(|| Sha256::digest(black_box(work.body.as_bytes())));
            let request = Sha256::digest(black_box(canonical_request.as_bytes()));
            (body, request, Sha256::digest(black_box(&string_to_sign)), Sha256::digest(black_box(&[0; 32])))
        });
    });
}

fn fixed() -> SystemTime {
    SystemTime::UNIX_EPOCH + std::time::Duration::from_millis(1_440_938_160_000)
}

criterion_group!(benches, all);
criterion_main!(benches);
