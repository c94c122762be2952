//! The layers, one behind the other: what a client signs, a server verifies.
#![cfg(feature = "tower")]

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use sigv4_wasm::tower::{Authenticated, BoxError, KeyRequest, KnownKey, SignLayer, VerifyLayer};
use sigv4_wasm::verify::{Rejection, RejectionKind, Verifier};
use sigv4_wasm::{Config, Credentials, Scope, Signer, Timestamp};
use tower_layer::Layer;
use tower_service::Service;

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

fn now() -> Timestamp {
    "20150830T123600Z".parse().unwrap()
}

/// What a handler sees of a request: who it is from, and its body.
#[derive(Clone)]
struct Handler;

impl Service<Request<Full<Bytes>>> for Handler {
    type Response = Response<Full<Bytes>>;
    type Error = Infallible;
    type Future = Ready<Result<Self::Response, Infallible>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<Full<Bytes>>) -> Self::Future {
        let who = request.extensions().get::<Authenticated<&'static str>>().unwrap();
        assert_eq!(who.verified().access_key_id().len(), 11);
        let length = request.headers().get("content-length").map(|value| value.to_str().unwrap().to_owned());
        let encoding = request.headers().contains_key("content-encoding");
        let who = *who.principal();
        let body = block_on(request.into_body().collect()).unwrap().to_bytes();
        let seen = format!("{who}: {} ({length:?}, {encoding})", String::from_utf8_lossy(&body));
        ready(Ok(Response::new(Full::from(seen))))
    }
}

/// Everything here is ready in the end.
fn block_on<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(output) = future.as_mut().poll(&mut context) {
            return output;
        }
    }
}

async fn look_up(request: KeyRequest) -> Result<Option<KnownKey<&'static str>>, BoxError> {
    Ok(match request.access_key_id() {
        "AKIDEXAMPLE" => Some(KnownKey::new(request.verifying_key(SECRET)?, "ana")),
        "ASIAEXAMPLE" => Some(
            KnownKey::new(request.verifying_key(SECRET)?, "bo")
                .session_token("token")
                .expires_at("20150830T130000Z".parse()?),
        ),
        "AKIDBROKEN0" => return Err("the database is down".into()),
        _ => None,
    })
}

fn verifier() -> VerifyLayer<impl sigv4_wasm::tower::KeyLookup, fn() -> Timestamp> {
    VerifyLayer::new(Verifier::new("eu-west-1", "execute-api"), look_up).clock(now as fn() -> Timestamp)
}

fn signed(credentials: &Credentials, body: &'static str) -> Request<Full<Bytes>> {
    let mut request = Request::post("http://127.0.0.1:8080/orders").body(body).unwrap();
    let signer = Signer::new(Config::new("execute-api", "eu-west-1"));
    signer.sign_http(&mut request, credentials, now()).unwrap();
    request.map(Full::from)
}

fn sent<S>(mut service: S, request: Request<Full<Bytes>>) -> (Response<()>, String)
where
    S: Service<Request<Full<Bytes>>, Response = Response<Full<Bytes>>, Error: std::fmt::Debug>,
{
    let response = block_on(service.call(request)).unwrap();
    let (parts, body) = response.into_parts();
    let body = block_on(body.collect()).unwrap().to_bytes();
    (Response::from_parts(parts, ()), String::from_utf8(body.to_vec()).unwrap())
}

fn credentials(id: &str, token: Option<&str>) -> Credentials {
    Credentials::new(id, SECRET, token).unwrap()
}

#[test]
fn what_one_layer_signs_the_other_verifies() {
    let provider = || ready(Ok::<_, BoxError>(credentials("ASIAEXAMPLE", Some("token"))));
    for signs in [
        SignLayer::new(Signer::new(Config::new("execute-api", "eu-west-1")), provider).clock(now),
        SignLayer::new(Signer::new(Config::new("execute-api", "eu-west-1")), provider)
            .clock(now)
            .unsigned_body(),
    ] {
        let verifies =
            VerifyLayer::new(Verifier::new("eu-west-1", "execute-api").body_required(false), look_up);
        let service = signs.layer(verifies.clock(now).layer(Handler));
        let request = Request::post("http://127.0.0.1:8080/orders").body(Full::from("body")).unwrap();
        let (response, body) = sent(service, request);
        assert_eq!((response.status(), &body[..]), (StatusCode::OK, "bo: body (None, false)"));
    }
}

#[test]
fn credentials_may_stay() {
    let signs = SignLayer::new(
        Signer::new(Config::new("execute-api", "eu-west-1")),
        credentials("AKIDEXAMPLE", None),
    );
    let service = signs.clock(now).layer(verifier().layer(Handler));
    let request = Request::get("http://127.0.0.1:8080/").body(Full::default()).unwrap();
    assert_eq!(sent(service, request).1, "ana:  (None, false)");
}

#[test]
fn a_request_that_is_rejected_is_answered() {
    let known = credentials("AKIDEXAMPLE", None);
    let kind_of = |request: Request<Full<Bytes>>| {
        let (response, body) = sent(verifier().layer(Handler), request);
        assert_eq!(response.headers()["content-type"], "application/json");
        let kind = response.extensions().get::<Rejection>().map(Rejection::kind);
        (response.status().as_u16(), kind, body)
    };
    let mut changed = signed(&known, "body");
    *changed.body_mut() = Full::from("bodY");
    let (status, kind, body) = kind_of(changed);
    assert_eq!((status, kind), (403, Some(RejectionKind::SignatureMismatch)));
    assert!(body.starts_with("{\"message\":\"The request signature we calculated does not match"), "{body}");

    let unsigned = Request::get("http://127.0.0.1:8080/").body(Full::default()).unwrap();
    assert_eq!(kind_of(unsigned).1, Some(RejectionKind::SignatureMissing));
    let unknown = kind_of(signed(&credentials("AKIDUNKNOWN", None), ""));
    assert_eq!((unknown.0, unknown.1), (403, Some(RejectionKind::AccessKeyUnknown)));
    for token in [None, Some("another")] {
        let other = signed(&credentials("ASIAEXAMPLE", token), "");
        assert_eq!(kind_of(other).1, Some(RejectionKind::AccessKeyUnknown));
    }
}

#[test]
fn errors_of_the_server_say_nothing_to_the_client() {
    let (response, body) = sent(verifier().layer(Handler), signed(&credentials("AKIDBROKEN0", None), "body"));
    assert_eq!((response.status().as_u16(), &body[..]), (500, "{\"message\":null}"));
    let error = response.extensions().get::<Arc<BoxError>>().unwrap();
    assert_eq!(error.to_string(), "the database is down");
}

#[test]
fn bodies_are_read_up_to_a_limit() {
    let known = credentials("AKIDEXAMPLE", None);
    for (limit, status) in [(4, 200), (3, 413), (0, 413)] {
        let layer = verifier().body_limit(limit);
        assert_eq!(sent(layer.layer(Handler), signed(&known, "body")).0.status().as_u16(), status);
    }
}

#[test]
fn a_body_that_is_too_long_is_rejected_in_the_words_of_the_server() {
    let layer = verifier().body_limit(3).respond_with(Rejection::into_s3_response);
    let (response, body) = sent(layer.layer(Handler), signed(&credentials("AKIDEXAMPLE", None), "body"));
    assert_eq!(response.status().as_u16(), 400);
    // "List of error codes", Amazon S3 API reference.
    assert!(body.contains("<Code>EntityTooLarge</Code>"), "{body}");
    let rejection = response.extensions().get::<Rejection>().unwrap();
    assert_eq!(rejection.code(), "ERR_SIGV4_BODY_UNSUPPORTED");
}

#[test]
fn s3_has_words_of_its_own() {
    let layer = verifier().respond_with(Rejection::into_s3_response);
    let mut request = Request::post("http://127.0.0.1:8080/orders").body("body").unwrap();
    let other = Signer::new(Config::new("execute-api", "us-east-1"));
    other.sign_http(&mut request, &credentials("AKIDEXAMPLE", None), now()).unwrap();
    let request = request.map(Full::from);
    let (response, body) = sent(layer.layer(Handler), request);
    assert_eq!(
        (response.status().as_u16(), &response.headers()["content-type"]),
        (400, &"application/xml".parse().unwrap())
    );
    assert!(body.contains("<Code>AuthorizationHeaderMalformed</Code>"), "{body}");
    assert!(body.contains("<Region>eu-west-1</Region>"), "{body}");
}

/// Of "body", by `openssl dgst -md5 -binary | base64`.
#[cfg(feature = "checksum")]
#[test]
fn signed_digests_must_be_those_of_the_body() {
    let signer = Signer::new(Config::new("s3", "us-east-1"));
    let layer = VerifyLayer::new(Verifier::new("us-east-1", "s3"), look_up).clock(now);
    for (md5, status) in [("hBotaJrYa9FhFEdFPCLG/A==", 200), ("XrY7u+Ae7tCTyyK7j1rNww==", 400)] {
        let mut request =
            Request::put("http://127.0.0.1:8080/").header("content-md5", md5).body("body").unwrap();
        signer.sign_http(&mut request, &credentials("AKIDEXAMPLE", None), now()).unwrap();
        let (response, _) = sent(layer.clone().layer(Handler), request.map(Full::from));
        assert_eq!(response.status().as_u16(), status);
    }
}

/// The example of "Signature Calculations for the Authorization Header: Transferring Payload in Multiple Chunks", made short.
#[test]
fn a_body_in_signed_chunks_arrives_decoded() {
    let credentials = credentials("AKIDEXAMPLE", None);
    let signer = Signer::new(Config::new("s3", "us-east-1"));
    let mut request = Request::put("http://127.0.0.1:9000/bucket/key")
        .header("content-encoding", "aws-chunked")
        .header("x-amz-decoded-content-length", "4")
        .body(())
        .unwrap();
    let (mut parts, ()) = std::mem::take(&mut request).into_parts();
    let payload = sigv4_wasm::Payload::Streaming(sigv4_wasm::Streaming::Signed);
    signer.sign_parts(&mut parts, payload, &credentials, now()).unwrap();
    let scope = Scope::new("20150830", "us-east-1", "s3").unwrap();
    let mut last = parts.headers["authorization"].to_str().unwrap().rsplit('=').next().unwrap().to_owned();
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let mut body = String::new();
    for (chunk, hash) in
        [("body", "230d8358dc8e8890b4c58deeb62912ee2f20357ae92a5cc861b98e68fe31acb5"), ("", empty)]
    {
        let text = format!(
            "AWS4-HMAC-SHA256-PAYLOAD\n20150830T123600Z\n20150830/us-east-1/s3/aws4_request\n{last}\n{empty}\n{hash}"
        );
        last = signer.sign_text(text.as_bytes(), &credentials, &scope).unwrap();
        body += &format!("{:x};chunk-signature={last}\r\n{chunk}\r\n", chunk.len());
    }
    let layer = VerifyLayer::new(Verifier::new("us-east-1", "s3").body_required(false), look_up).clock(now);
    let whole = |body: String| Request::from_parts(parts.clone(), Full::from(body));
    let (response, seen) = sent(layer.clone().layer(Handler), whole(body.clone()));
    assert_eq!((response.status().as_u16(), &seen[..]), (200, "ana: body (Some(\"4\"), false)"));
    let (response, _) = sent(layer.layer(Handler), whole(body.replace("body", "bodY")));
    assert_eq!(response.status().as_u16(), 403);
}
