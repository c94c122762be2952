//! Requests of the crate `http`: what is signed in place verifies, a presigned URI does, and every refusal is a response that
//! parsers read.

use std::time::Duration;

use ::http::header::HeaderValue;
use ::http::request::Parts;
use ::http::{HeaderName, Method, Request, Uri};
use arbitrary::Arbitrary;
use sigv4_wasm::verify::{BodyHash, KnownCredentials, Rejection, Verifier, VerifyingKey};
use sigv4_wasm::{Config, Credentials, Signer};

use crate::{ACCESS_KEY_ID, NOW, SECRET, at, input};

#[derive(Arbitrary, Debug)]
struct Input {
    method: u8,
    authority: String,
    path_and_query: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
    is_s3: bool,
    is_presigned: bool,
    authorization: Option<Vec<u8>>,
}

/// Bytes as a URI, headers and a body.
pub fn run(data: &[u8]) {
    let Some(input) = input::<Input>(data) else { return };
    let Some(mut request) = input.request() else { return };
    if let Some(value) = input.authorization.as_ref().and_then(|value| HeaderValue::from_bytes(value).ok()) {
        request.headers_mut().insert("authorization", value);
        let (parts, _) = request.into_parts();
        if let Err(rejection) = Verifier::new("eu-west-1", "s3").begin_http(&parts, at(NOW)) {
            readable(&rejection);
        }
        return;
    }
    let service = if input.is_s3 { "s3" } else { "execute-api" };
    let signer = Signer::new(Config::new(service, "eu-west-1"));
    let credentials = Credentials::new(ACCESS_KEY_ID, SECRET, None).expect("an example of AWS");
    let before = format!("{request:?}");
    if input.is_presigned {
        let (mut parts, _) = request.into_parts();
        let life = Duration::from_secs(60);
        let Ok(uri) = signer.presign_uri(&parts, &credentials, at(NOW), life) else { return };
        assert_eq!(uri.authority(), parts.uri.authority(), "{before}");
        parts.uri = uri;
        // The URL replaces them: they moved into the query, or are of an earlier signature.
        let replaced = |name: &HeaderName| name.as_str().starts_with("x-amz-") || name == "authorization";
        let moved: Vec<HeaderName> = parts.headers.keys().filter(|name| replaced(name)).cloned().collect();
        moved.into_iter().for_each(|name| drop(parts.headers.remove(name)));
        verified(arrived(parts), b"", service, &before);
        return;
    }
    match signer.sign_http(&mut request, &credentials, at(NOW)) {
        Err(_) => assert_eq!(format!("{request:?}"), before, "changed by a call that failed"),
        Ok(()) => {
            let (parts, body) = request.into_parts();
            assert!(parts.headers["authorization"].is_sensitive());
            verified(arrived(parts), &body, service, &before);
        }
    }
}

/// As a server gets it: a client that sets `host` may send to another host, so the request line has the path alone.
fn arrived(mut parts: Parts) -> Parts {
    if parts.headers.contains_key("host") {
        parts.uri = Uri::from(parts.uri.path_and_query().expect("it was signed with one").clone());
    }
    parts
}

fn verified(parts: Parts, body: &[u8], service: &str, before: &str) {
    let verifier = Verifier::new("eu-west-1", service);
    let outcome = verifier.begin_http(&parts, at(NOW)).and_then(|unverified| {
        let key = VerifyingKey::from_secret(SECRET, &unverified).expect("a secret of AWS");
        unverified.verify(&KnownCredentials::new(key), Some(&BodyHash::of(body))).map(drop)
    });
    crate::completed();
    if let Err(rejection) = outcome {
        panic!("refused: {}\n{before}\n{parts:?}", rejection.message());
    }
}

fn readable(rejection: &Rejection) {
    let response = rejection.clone().into_response();
    let body: serde_json::Value = serde_json::from_str(response.body()).expect("JSON");
    assert_eq!(body["message"], rejection.message());
    assert!(response.status().is_client_error());
    let response = rejection.clone().into_s3_response();
    let document = roxmltree::Document::parse(response.body()).expect("XML");
    let texts = |name: &str| document.descendants().filter(|node| node.has_tag_name(name)).count();
    assert_eq!((texts("Error"), texts("Code"), texts("Message")), (1, 1, 1), "{}", response.body());
    crate::completed();
}

impl Input {
    fn request(&self) -> Option<Request<Vec<u8>>> {
        let methods = [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::HEAD];
        let host = if self.authority.is_empty() { "api.example.com" } else { &self.authority };
        // A parameter with the name of one of a signature is one: what it holds is not up to a caller.
        if unescaped(&self.path_and_query).contains("x-amz-") {
            return None;
        }
        let uri = Uri::builder().scheme("https").authority(host).path_and_query(&*self.path_and_query);
        let mut request = Request::new(self.body.clone());
        *request.uri_mut() = uri.build().ok()?;
        *request.method_mut() = methods[usize::from(self.method) % methods.len()].clone();
        for (name, value) in &self.headers {
            let name = HeaderName::try_from(name.as_str()).ok()?;
            request.headers_mut().append(name, HeaderValue::from_bytes(value).ok()?);
        }
        // RFC 9112, section 3.2: no server takes two.
        if request.headers().get_all("host").iter().count() > 1 {
            return None;
        }
        Some(request)
    }
}

/// In lower case, without escapes.
fn unescaped(text: &str) -> String {
    let mut parts = text.split('%');
    let mut plain = String::from(parts.next().unwrap_or_default());
    for part in parts {
        let byte = part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        plain.extend(byte.map(char::from));
        plain += if byte.is_some() { &part[2..] } else { part };
    }
    plain.to_ascii_lowercase()
}
