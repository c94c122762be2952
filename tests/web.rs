//! Requests of the platform, in Node.js and in a browser: signed as other signers sign them.

#![cfg(all(target_arch = "wasm32", feature = "web"))]

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use js_sys::{Function, Promise, Reflect, Uint8Array};
use sigv4_wasm::web::{JsCredentials, ProvideCredentials, now};
use sigv4_wasm::{Config, Credentials, Error, Signer, Timestamp};
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;
use wasm_bindgen_test::wasm_bindgen_test;
use web_sys::{Headers, Request, RequestInit, Url};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

/// Of the POST request below, with the token: by the crate aws-sigv4 1.6.4, asked as tests/http.rs asks it.
const POST_SIGNATURE: &str = "325655699489b26cf74a689a904c551496fe0e802d631c288fe162a9c62dc631";

fn at() -> Timestamp {
    "20150830T123600Z".parse().unwrap()
}

fn credentials(token: Option<&str>) -> Credentials {
    Credentials::new("AKIDEXAMPLE", SECRET, token).unwrap()
}

fn post(url: &str, body: &str) -> Request {
    let headers = Headers::new().unwrap();
    headers.set("content-type", "application/json").unwrap();
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_headers(&headers.clone().into());
    init.set_body(&Uint8Array::from(body.as_bytes()));
    Request::new_with_str_and_init(url, &init).unwrap()
}

fn signature_of(request: &Request) -> String {
    let authorization = request.headers().get("authorization").unwrap().unwrap();
    authorization.rsplit('=').next().unwrap().to_owned()
}

async fn text_of(request: &Request) -> String {
    JsFuture::from(request.text().unwrap()).await.unwrap().as_string().unwrap()
}

#[wasm_bindgen_test]
async fn signs_as_aws_sigv4_does() {
    let signer = Signer::new(Config::infer());
    let request = post("https://abc123.execute-api.eu-west-1.amazonaws.com/prod/items?b=2&a=1", "{\"a\":1}");
    let signed = signer.sign_web(&request, &credentials(Some("token")), at()).await.unwrap();
    assert_eq!(signed.headers().get("x-amz-date").unwrap().unwrap(), "20150830T123600Z");
    assert_eq!(signed.headers().get("x-amz-security-token").unwrap().unwrap(), "token");
    assert_eq!(signature_of(&signed), POST_SIGNATURE);
    assert_eq!((signed.method(), signed.url()), ("POST".to_owned(), request.url()));
    assert_eq!(text_of(&signed).await, "{\"a\":1}");
}

/// By the HMAC of aws-sigv4 1.6.4: see the test of the same name in tests/http.rs.
#[wasm_bindgen_test]
async fn header_values_are_bytes() {
    let headers = Headers::new().unwrap();
    headers.set("x-amz-meta-name", "caf\u{E9}  \u{FF}").unwrap();
    let init = RequestInit::new();
    init.set_headers(&headers.clone().into());
    let request = Request::new_with_str_and_init("https://example.com/", &init).unwrap();
    let signer = Signer::new(Config::new("execute-api", "eu-west-1"));
    let signed = signer.sign_web(&request, &credentials(None), at()).await.unwrap();
    assert_eq!(signature_of(&signed), "3058f50e50efdf323d94e17327e7780f2b54c2e86157296e3a760b16ed2199e1");
}

#[wasm_bindgen_test]
async fn a_request_is_signed_afresh_and_s3_is_respelled() {
    let signer = Signer::new(Config::infer());
    let url = "https://bucket.s3.us-west-2.amazonaws.com/a+b";
    let first = signer.sign_web(&post(url, ""), &credentials(Some("token")), at()).await.unwrap();
    assert_eq!(first.url(), "https://bucket.s3.us-west-2.amazonaws.com/a%2Bb");
    assert_eq!(first.method(), "POST");
    let second = signer.sign_web(&first, &credentials(None), at()).await.unwrap();
    assert_eq!(second.headers().get("x-amz-security-token").unwrap(), None);
    let fresh = signer.sign_web(&post(url, ""), &credentials(None), at()).await.unwrap();
    assert_eq!(signature_of(&second), signature_of(&fresh));
}

/// The example of "Authenticating Requests: Using Query Parameters", Amazon S3 API reference, signed for 86400 seconds.
#[wasm_bindgen_test]
fn presigns_the_example_of_s3() {
    let credentials =
        Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", None).unwrap();
    let url = Url::new("https://examplebucket.s3.amazonaws.com/test.txt").unwrap();
    let signer = Signer::new(Config::infer());
    let life = Duration::from_secs(86_400);
    let now = "20130524T000000Z".parse().unwrap();
    let presigned = signer.presign_url("GET", &url, &credentials, now, life).unwrap();
    let expected = "X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
    assert!(presigned.ends_with(expected), "{presigned}");
}

#[wasm_bindgen_test]
async fn credentials_come_from_rust_or_from_javascript() {
    let object = format!(
        "{{ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: '{SECRET}', sessionToken: 'token', expiration: new Date(1440939960000) }}"
    );
    let function = |body: &str| JsCredentials::from_function(Function::new_no_args(body));
    let promise =
        Promise::resolve(&Function::new_no_args(&format!("return {object}")).call0(&JsValue::NULL).unwrap());
    for provider in [
        function(&format!("return {object}")),
        function(&format!("return Promise.resolve({object})")),
        JsCredentials::from_promise(promise),
    ] {
        let read = provider.credentials().await.unwrap();
        assert_eq!((read.access_key_id(), read.session_token()), ("AKIDEXAMPLE", Some("token")));
        assert_eq!(read.expires_at().unwrap().date_time(), "20150830T130600Z");
        let url = "https://abc123.execute-api.eu-west-1.amazonaws.com/prod/items?b=2&a=1";
        let signer = Signer::new(Config::infer());
        for _ in 0..2 {
            let signed = signer.sign_web(&post(url, "{\"a\":1}"), &provider, at()).await.unwrap();
            assert_eq!(signature_of(&signed), POST_SIGNATURE);
        }
    }
    let calls = Rc::new(Cell::new(0));
    let counted = || {
        calls.set(calls.get() + 1);
        std::future::ready(Ok::<_, Error>(credentials(None)))
    };
    assert_eq!(counted.credentials().await.unwrap().access_key_id(), "AKIDEXAMPLE");
    assert_eq!(calls.get(), 1);
}

#[wasm_bindgen_test]
async fn errors_have_the_code_of_the_npm_package() {
    let code = |error: JsValue| Reflect::get(&error, &"code".into()).unwrap().as_string().unwrap();
    let signer = Signer::new(Config::infer());
    let request = post("https://example.com/", "");
    let error = signer.sign_web(&request, &credentials(None), at()).await.unwrap_err();
    assert_eq!(code(error), "ERR_SIGV4_REGION_REQUIRED");
    for body in ["return {}", "return undefined", "return { accessKeyId: 'AKID', secretAccessKey: 7 }"] {
        let provider = JsCredentials::from_function(Function::new_no_args(body));
        let error = signer.sign_web(&post("https://example.com/", ""), &provider, at()).await.unwrap_err();
        assert_eq!(code(error), "ERR_SIGV4_CREDENTIALS_INVALID", "{body}");
    }
    let provider = JsCredentials::from_function(Function::new_no_args("throw new RangeError('no')"));
    let error = signer.sign_web(&post("https://example.com/", ""), &provider, at()).await.unwrap_err();
    assert!(Reflect::get(&error, &"message".into()).unwrap() == "no");
}

#[wasm_bindgen_test]
fn the_clock_is_that_of_the_platform() {
    assert!(now() > "20250101T000000Z".parse().unwrap());
}
