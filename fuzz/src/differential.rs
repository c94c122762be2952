//! The same signature as the crate `aws-sigv4`, if both define one. `tests/differential.rs` has where they differ.

use std::collections::BTreeMap;
use std::time::{Duration, UNIX_EPOCH};

use arbitrary::Arbitrary;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation,
    SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4::SigningParams;
use sigv4_wasm::{Config, Credentials, HeaderPlacement, Payload, RequestView, SignedHeaders, Signer};

use crate::{ACCESS_KEY_ID, SECRET, at, escaped, input};

#[derive(Arbitrary, Debug)]
struct Input {
    method: u8,
    path: Vec<u8>,
    query: Vec<(Vec<u8>, Vec<u8>)>,
    headers: Vec<(u8, Vec<u8>)>,
    body: Vec<u8>,
    token: Option<Vec<u8>>,
    seconds: u32,
    life: u16,
    is_presigned: bool,
    is_s3: bool,
}

const METHODS: [&str; 7] = ["GET", "POST", "PUT", "DELETE", "HEAD", "PATCH", "OPTIONS"];
const NAMES: [&str; 8] = [
    "x-amz-target",
    "content-type",
    "x-amz-meta-a",
    "content-md5",
    "x-amz-acl",
    "accept",
    "x-custom",
    "x-amz-b",
];
const HOST: &str = "example.amazonaws.com";

/// Bytes as a request that both take.
pub fn run(data: &[u8]) {
    let Some(input) = input::<Input>(data) else { return };
    let mut path = escaped(&input.path, true);
    if !path.starts_with('/') {
        path.insert(0, '/');
    }
    // Known differences of aws-sigv4, with dot segments and empty ones; it takes queries of UTF-8 only.
    let has_dots = path.split('/').any(|segment| segment == "." || segment == "..");
    if path.contains("//") || (!input.is_s3 && has_dots) {
        return;
    }
    let is_text = |(name, value): &(Vec<u8>, Vec<u8>)| {
        !name.is_empty() && str::from_utf8(name).is_ok() && str::from_utf8(value).is_ok()
    };
    if !input.query.iter().all(is_text) {
        return;
    }
    let pairs = input.query.iter().map(|(name, value)| (escaped(name, false), escaped(value, false)));
    let query = pairs.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("&");
    if query.to_lowercase().contains("x-amz-") {
        return;
    }
    let mut headers = BTreeMap::new();
    for (name, value) in &input.headers {
        let value: String = value.iter().map(|byte| (b' ' + byte % 95) as char).collect();
        headers.entry(NAMES[usize::from(*name) % NAMES.len()]).or_insert(value);
    }
    let token =
        input.token.as_ref().map(|token| token.iter().map(|byte| (b'!' + byte % 94) as char).collect());
    let token: Option<String> = token.filter(|token: &String| !token.is_empty());
    let method = METHODS[usize::from(input.method) % METHODS.len()];
    let service = if input.is_s3 { "s3" } else { "execute-api" };
    let life = Duration::from_secs(1 + u64::from(input.life));
    let target = if query.is_empty() { path } else { format!("{path}?{query}") };
    let is_unsigned = input.is_s3 && input.is_presigned;

    let config = Config::new(service, "eu-west-1")
        .signed_headers(SignedHeaders::All)
        .header_placement(HeaderPlacement::Headers);
    let credentials =
        Credentials::new(ACCESS_KEY_ID, SECRET, token.as_deref()).expect("a token of printable bytes");
    let request = RequestView::new(method, HOST, &target)
        .headers(headers.iter().map(|(name, value)| (*name, value)))
        .payload(if is_unsigned { Payload::Unsigned } else { Payload::Bytes(&input.body) });
    let signer = Signer::new(config);
    let now = at(i64::from(input.seconds));
    let ours = if input.is_presigned {
        signer.trace_presigned(&request, &credentials, now, life)
    } else {
        signer.trace(&request, &credentials, now)
    };
    let ours = ours.expect("a well-formed request");

    let identity = aws_credential_types::Credentials::new(ACCESS_KEY_ID, SECRET, token, None, "fuzz").into();
    let mut settings = SigningSettings::default();
    settings.excluded_headers = None;
    if input.is_s3 {
        settings.percent_encoding_mode = PercentEncodingMode::Single;
        settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
        settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    }
    if input.is_presigned {
        settings.signature_location = SignatureLocation::QueryParams;
        settings.expires_in = Some(life);
        settings.payload_checksum_kind = PayloadChecksumKind::NoHeader;
    }
    let params = SigningParams::builder()
        .identity(&identity)
        .region("eu-west-1")
        .name(service)
        .time(UNIX_EPOCH + Duration::from_secs(u64::from(input.seconds)))
        .settings(settings)
        .build()
        .expect("whole parameters");
    let body = if is_unsigned { SignableBody::UnsignedPayload } else { SignableBody::Bytes(&input.body) };
    let pairs = headers.iter().map(|(name, value)| (*name, &**value));
    let Ok(request) = SignableRequest::new(method, format!("https://{HOST}{target}"), pairs, body) else {
        return;
    };
    let Ok(output) = sign(request, &params.into()) else { return };
    let (_, theirs) = output.into_parts();
    crate::completed();
    let canonical = String::from_utf8_lossy(ours.canonical_request());
    assert_eq!(ours.signature().hex(), theirs, "{input:?}\n{canonical}");
}
