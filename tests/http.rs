//! Requests of the crate `http`: signed as the crate `aws-sigv4` signs them, and verified.
#![cfg(all(feature = "http", feature = "verify"))]

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use aws_sigv4::http_request::{
    self, PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation,
    SigningSettings, UriPathNormalizationMode,
};
use aws_sigv4::sign::v4::{self, SigningParams};
use http::{HeaderMap, HeaderValue, Request, Uri};
use sigv4_wasm::verify::{
    BodyHash, KnownCredentials, Rejection, RejectionKind, SessionToken, Verified, Verifier, VerifyingKey,
};
use sigv4_wasm::{Config, Credentials, Error, Payload, SignedHeaders, Signer, Timestamp};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// A linear congruential generator: Knuth's MMIX.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % limit
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    fn join(&mut self, from: &[&str], most: usize) -> String {
        (0..self.below(most + 1)).map(|_| self.pick(from)).collect()
    }
}

const HOSTS: &[(&str, &str, &str)] = &[
    ("abc123.execute-api.eu-west-1.amazonaws.com", "execute-api", "eu-west-1"),
    ("bucket.s3.us-west-2.amazonaws.com", "s3", "us-west-2"),
    ("dynamodb.us-east-1.amazonaws.com", "dynamodb", "us-east-1"),
];
// Without what `tests/differential` knows as a difference: dot segments at the end, tabs.
const PATH: &[&str] = &["/", "a", "b", "/prod/", "%20", "%C3%A9", "~", "-", "=", "@", "+"];
const QUERY: &[&str] = &["a", "b", "=", "&", "%20", "%C3%A9", "1", "x-y", "~"];
const VALUE: &[&str] = &["a", " ", "  ", "é", "ÿ", "日", ";", ",", "\""];

struct Case {
    request: Request<Vec<u8>>,
    service: &'static str,
    region: &'static str,
    token: Option<&'static str>,
    at: u64,
}

fn random_case(random: &mut Random) -> Case {
    let (host, service, region) = HOSTS[random.below(HOSTS.len())];
    let target = match random.join(QUERY, 8) {
        query if query.is_empty() => random.join(PATH, 6),
        query => format!("{}?{query}", random.join(PATH, 6)),
    };
    // aws-sigv4 takes the slashes of a `//` at the start for those of an authority.
    let target = target.trim_start_matches('/');
    let mut request = Request::builder()
        .method(random.pick(&["GET", "POST", "PUT", "DELETE", "PATCH"]))
        .uri(format!("https://{host}/{target}"));
    for name in ["content-type", "x-amz-meta-a", "x-custom", "x-amz-meta-b"] {
        for _ in 0..random.below(3) {
            let value = random.join(VALUE, 6);
            // Which trims the value of Unicode's white space; so do HTTP clients, of blanks.
            request = request.header(name, HeaderValue::from_bytes(value.trim().as_bytes()).unwrap());
        }
    }
    let body = random.join(&["{", "}", "é", "1"], 20).into_bytes();
    let token = (random.below(2) == 0).then_some("IQoJb3JpZ2luX2VjEPT/+=");
    Case {
        request: request.body(body).unwrap(),
        service,
        region,
        token,
        at: 1_440_938_160 + random.below(1 << 29) as u64,
    }
}

/// As users of aws-sigv4 do: 36 lines of glue.
fn theirs(case: &Case, life: Option<Duration>) -> Request<Vec<u8>> {
    let identity = aws_credential_types::Credentials::new(
        "AKIDEXAMPLE",
        SECRET,
        case.token.map(Into::into),
        None,
        "test",
    )
    .into();
    let mut settings = SigningSettings::default();
    settings.excluded_headers.get_or_insert_default().push("x-custom".into()); // nor do we sign it unasked
    if case.service == "s3" {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    if life.is_some() {
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = life;
    }
    let params = SigningParams::builder()
        .identity(&identity)
        .region(case.region)
        .name(case.service)
        .time(UNIX_EPOCH + Duration::from_secs(case.at))
        .settings(settings)
        .build()
        .unwrap()
        .into();
    let mut request = case.request.clone();
    let headers = request.headers().iter();
    let headers = headers.map(|(name, value)| (name.as_str(), str::from_utf8(value.as_bytes()).unwrap()));
    let body = match life {
        Some(_) if case.service == "s3" => SignableBody::UnsignedPayload,
        _ => SignableBody::Bytes(request.body()),
    };
    let signable =
        SignableRequest::new(request.method().as_str(), request.uri().to_string(), headers, body).unwrap();
    let (instructions, _) = http_request::sign(signable, &params).unwrap().into_parts();
    instructions.apply_to_request_http1x(&mut request);
    request
}

fn credentials(case: &Case) -> Credentials {
    Credentials::new("AKIDEXAMPLE", SECRET, case.token).unwrap()
}

fn at(case: &Case) -> Timestamp {
    Timestamp::try_from(UNIX_EPOCH + Duration::from_secs(case.at)).unwrap()
}

fn signature_of(query: &str) -> Option<&str> {
    query.split('&').find_map(|part| part.strip_prefix("X-Amz-Signature="))
}

fn sorted(headers: &HeaderMap) -> Vec<(String, String)> {
    let mut all: Vec<_> = headers
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
        .collect();
    all.sort();
    all
}

#[test]
fn signs_as_aws_sigv4_does_and_is_verified() {
    let seed = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_nanos() as u64;
    let mut random = Random(seed);
    let signer = Signer::new(Config::infer());
    for number in 0..1500 {
        let mut case = random_case(&mut random);
        let mut ours = case.request.clone();
        signer.sign_http(&mut ours, &credentials(&case), at(&case)).unwrap();
        // For S3 we respell what servers read in different ways: they are asked about what is sent.
        *case.request.uri_mut() = ours.uri().clone();
        let about = || format!("seed {seed}, request {number}: {:?}", case.request);
        let theirs = theirs(&case, None);
        assert_eq!(sorted(ours.headers()), sorted(theirs.headers()), "{}", about());
        assert!(ours.headers()["authorization"].is_sensitive());

        let verified = verify(&case, &ours, SECRET);
        assert!(verified.is_ok(), "{}: {verified:?}", about());
        let mut changed = ours.clone();
        match (changed.body_mut().first_mut(), number % 2) {
            (Some(byte), 0) => *byte ^= 1,
            _ => drop(changed.headers_mut().append("x-amz-meta-a", HeaderValue::from_static("more"))),
        }
        let kind = verify(&case, &changed, SECRET).unwrap_err().kind();
        let expected =
            [RejectionKind::SignatureMismatch, RejectionKind::BodyMismatch, RejectionKind::AccessDenied];
        assert!(expected.contains(&kind), "{}: {kind:?}", about());
        let other = verify(&case, &ours, "another").unwrap_err().kind();
        assert_eq!(other, RejectionKind::SignatureMismatch);
    }
}

fn verify(case: &Case, request: &Request<Vec<u8>>, secret: &str) -> Result<Verified, Rejection> {
    let verifier = Verifier::new(case.region, case.service);
    let (parts, body) = request.clone().into_parts();
    let unverified = verifier.begin_http(&parts, at(case))?;
    assert_eq!(unverified.access_key_id(), "AKIDEXAMPLE");
    let key = VerifyingKey::from_secret(secret, &unverified).unwrap();
    let session_token = case.token.map_or(SessionToken::None, SessionToken::Known);
    let known = KnownCredentials::new(key).session_token(session_token);
    unverified.verify(&known, Some(&BodyHash::of(&body)))
}

#[test]
fn presigns_as_aws_sigv4_does_and_is_verified() {
    let mut random = Random(5);
    let life = Duration::from_secs(900);
    let signer = Signer::new(Config::infer());
    for _ in 0..300 {
        let mut case = random_case(&mut random);
        // What moves to the query, they leave as headers.
        case.request.headers_mut().clear();
        *case.request.body_mut() = Vec::new();
        let (parts, _) = case.request.clone().into_parts();
        let uri = signer.presign_uri(&parts, &credentials(&case), at(&case), life).unwrap();
        let path_and_query = case.request.uri().query().map(|query| format!("{}?{query}", uri.path()));
        let sent =
            format!("https://{}{}", uri.host().unwrap(), path_and_query.as_deref().unwrap_or(uri.path()));
        *case.request.uri_mut() = sent.parse().unwrap();
        let theirs = theirs(&case, Some(life));
        assert_eq!(signature_of(uri.query().unwrap()), signature_of(theirs.uri().query().unwrap()), "{uri}");
        let mut sent = case.request.clone();
        *sent.uri_mut() = uri;
        verify(&case, &sent, SECRET).unwrap();
    }
}

/// Bytes that are no UTF-8: aws-sigv4 takes them in no header, so its key and its HMAC sign a text that is written here.
#[test]
fn header_values_are_bytes() {
    let mut request = Request::get("https://example.com/")
        .header("x-amz-meta-name", HeaderValue::from_bytes(b"caf\xE9  \xFF").unwrap())
        .body("")
        .unwrap();
    let signer = Signer::new(Config::new("execute-api", "eu-west-1"));
    let credentials = Credentials::new("AKIDEXAMPLE", SECRET, None).unwrap();
    signer.sign_http(&mut request, &credentials, "20150830T123600Z".parse().unwrap()).unwrap();
    let canonical_request = [
        b"GET\n/\n\nhost:example.com\nx-amz-date:20150830T123600Z\nx-amz-meta-name:caf\xE9 \xFF\n\n"
            .as_slice(),
        b"host;x-amz-date;x-amz-meta-name\ne3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ]
    .concat();
    let string_to_sign = format!(
        "AWS4-HMAC-SHA256\n20150830T123600Z\n20150830/eu-west-1/execute-api/aws4_request\n{}",
        BodyHash::of(&canonical_request).as_str()
    );
    let time = UNIX_EPOCH + Duration::from_secs(1_440_938_160);
    let key = v4::generate_signing_key(SECRET, time, "eu-west-1", "execute-api");
    let expected = v4::calculate_signature(key, string_to_sign.as_bytes());
    let authorization = request.headers()["authorization"].to_str().unwrap();
    assert_eq!(authorization.rsplit('=').next(), Some(&expected[..]));
}

#[test]
fn a_request_is_signed_afresh() {
    let signer = Signer::new(Config::infer());
    let uri = "https://bucket.s3.us-west-2.amazonaws.com/a";
    let mut request = Request::put(uri).body("x").unwrap();
    let temporary = Credentials::new("ASIAEXAMPLE", SECRET, Some("token")).unwrap();
    signer.sign_http(&mut request, &temporary, "20150830T123600Z".parse().unwrap()).unwrap();
    assert_eq!(request.headers()["x-amz-security-token"], "token");
    let long_term = Credentials::new("AKIDEXAMPLE", SECRET, None).unwrap();
    signer.sign_http(&mut request, &long_term, "20150830T123700Z".parse().unwrap()).unwrap();
    let mut fresh = Request::put(uri).body("x").unwrap();
    signer.sign_http(&mut fresh, &long_term, "20150830T123700Z".parse().unwrap()).unwrap();
    assert_eq!(sorted(request.headers()), sorted(fresh.headers()));
}

#[test]
fn on_an_error_it_is_as_it_was() {
    let signer = Signer::new(Config::infer());
    let credentials = Credentials::new("AKIDEXAMPLE", SECRET, None).unwrap();
    let now = "20150830T123600Z".parse().unwrap();
    for (uri, error) in [
        ("https://example.com/a", Error::RegionRequired),
        ("/a", Error::HostInvalid),
        ("https://alias.mrap.accesspoint.s3-global.amazonaws.com/", Error::SigV4aRequired),
    ] {
        let mut request = Request::put(uri).header("x-amz-date", "stale").body("x").unwrap();
        assert_eq!(signer.sign_http(&mut request, &credentials, now), Err(error), "{uri}");
        assert_eq!((request.uri(), request.headers().len()), (&uri.parse::<Uri>().unwrap(), 1));
        assert_eq!(request.headers()["x-amz-date"], "stale");
        let (mut parts, _) = request.into_parts();
        assert_eq!(signer.sign_parts(&mut parts, Payload::Unsigned, &credentials, now), Err(error));
        assert_eq!(parts.headers.len(), 1);
    }
}

#[test]
fn the_host_is_that_of_the_header_or_of_the_uri() {
    let signer = Signer::new(Config::new("s3", "us-east-1"));
    let credentials = Credentials::new("AKIDEXAMPLE", SECRET, None).unwrap();
    let sign = |uri: &str, host: Option<&str>| {
        let mut request = Request::get(uri).body("").unwrap();
        if let Some(host) = host {
            request.headers_mut().insert("host", host.parse().unwrap());
        }
        signer.sign_http(&mut request, &credentials, "20150830T123600Z".parse().unwrap()).unwrap();
        request.headers()["authorization"].to_str().unwrap().to_owned()
    };
    let expected = sign("https://example.com/", None);
    assert_eq!(sign("https://example.com:443/", None), expected);
    assert_eq!(sign("http://user@example.com:80/", None), expected);
    assert_eq!(sign("https://127.0.0.1:9000/", Some("example.com")), expected);
    assert_eq!(sign("/", Some("example.com")), expected);
    assert_ne!(sign("https://example.com:80/", None), expected);
    // As it is sent, in upper case, but known.
    let inferring = Signer::new(Config::infer());
    let mut request = Request::get("https://Bucket.S3.us-west-2.amazonaws.com/").body("").unwrap();
    inferring.sign_http(&mut request, &credentials, "20150830T123600Z".parse().unwrap()).unwrap();
    let authorization = request.headers()["authorization"].to_str().unwrap();
    assert!(authorization.contains("/us-west-2/s3/"), "{authorization}");
}

#[test]
fn s3_is_sent_the_spelling_that_is_signed() {
    let signer = Signer::new(Config::infer());
    let credentials = Credentials::new("AKIDEXAMPLE", SECRET, None).unwrap();
    let mut request = Request::get("https://bucket.s3.us-west-2.amazonaws.com/a+b?x=(1)").body("").unwrap();
    signer.sign_http(&mut request, &credentials, "20150830T123600Z".parse().unwrap()).unwrap();
    assert_eq!(request.uri(), "https://bucket.s3.us-west-2.amazonaws.com/a%2Bb?x=%281%29");
}

#[test]
fn every_header_is_signed_where_that_is_asked() {
    let config = Config::new("execute-api", "eu-west-1");
    let credentials = Credentials::new("AKIDEXAMPLE", SECRET, None).unwrap();
    let names = |config: Config| {
        let mut request = Request::get("https://example.com/")
            .header("x-tenant", "7")
            .header("via", "1.1 a")
            .body("")
            .unwrap();
        Signer::new(config).sign_http(&mut request, &credentials, "20150830T123600Z".parse().unwrap())?;
        let authorization = request.headers()["authorization"].to_str().unwrap().to_owned();
        Ok::<_, Error>(
            authorization.split("SignedHeaders=").nth(1).unwrap().split(',').next().unwrap().to_owned(),
        )
    };
    assert_eq!(names(config.clone()).unwrap(), "host;x-amz-date");
    assert_eq!(names(config.clone().signed_headers(SignedHeaders::All)).unwrap(), "host;x-amz-date;x-tenant");
    assert_eq!(names(config.clone().also_sign(["Via"])).unwrap(), "host;via;x-amz-date");
    assert_eq!(names(config.never_sign(["Host"])), Err(Error::UnsignableHeaderInvalid));
}
