//! Event streams: a chain of signatures holds as long as no message is changed, left out, or put elsewhere.

use arbitrary::Arbitrary;
use sigv4_wasm::verify::{BodyHash, Verifier};
use sigv4_wasm::{Config, Credentials, Payload, RequestView, Signer, Streaming};

use crate::verify::{Arrived, verify};
use crate::{ACCESS_KEY_ID, NOW, SECRET, at, hex, hmac, input, sha256, signing_key};

#[derive(Arbitrary, Debug)]
struct Input {
    messages: Vec<(Vec<u8>, Vec<u8>)>,
    change: u8,
    place: usize,
    signature: String,
}

const HOST: &str = "transcribestreaming.eu-west-1.amazonaws.com";
const SCOPE: &str = "20150830/eu-west-1/transcribe/aws4_request";
const DATE: &str = "20150830T123600Z";

/// Bytes as the headers and payloads of messages.
pub fn run(data: &[u8]) {
    let Some(input) = input::<Input>(data) else { return };
    if input.messages.is_empty() {
        return;
    }
    let credentials = Credentials::new(ACCESS_KEY_ID, SECRET, None).expect("an example of AWS");
    let config = Config::new("transcribe", "eu-west-1");
    let request = RequestView::new("POST", HOST, "/stream").payload(Payload::Streaming(Streaming::Events));
    let signature = Signer::new(config).sign(&request, &credentials, at(NOW)).expect("an event stream");
    let mut headers: Vec<(String, Vec<u8>)> = vec![("host".into(), HOST.into())];
    headers.extend(signature.headers().map(|header| (header.name().to_owned(), header.value().into())));
    let arrived = Arrived { method: "POST".into(), target: "/stream".into(), headers, body: Vec::new() };
    let verified = verify(&Verifier::any().body_required(false), &arrived, at(NOW), SECRET, None)
        .expect("what was signed");

    let key = signing_key(SECRET, SCOPE);
    let mut last = signature.hex().to_owned();
    let mut messages = Vec::new();
    for (headers, payload) in &input.messages {
        let text = format!(
            "AWS4-HMAC-SHA256-PAYLOAD\n{DATE}\n{SCOPE}\n{last}\n{}\n{}",
            sha256(headers),
            sha256(payload)
        );
        last = hex(&hmac(&key, text.as_bytes()));
        messages.push((headers.clone(), payload.clone(), last.clone()));
    }
    let bytes: [u8; 32] = key.try_into().expect("a key of 32 bytes");
    let verifies = |messages: &[(Vec<u8>, Vec<u8>, String)]| {
        let mut chain = verified.signature_chain(&sigv4_wasm::verify::VerifyingKey::from_signing_key(&bytes));
        messages.iter().all(|(headers, payload, signature)| {
            let hashes = (BodyHash::of(headers), BodyHash::of(payload));
            chain.verify_event(DATE, &hashes.0, &hashes.1, signature).is_ok()
        })
    };
    assert!(verifies(&messages));

    let at = input.place % messages.len();
    match input.change % 5 {
        0 => messages[at].0.push(0),
        1 => messages[at].1.push(0),
        2 if messages.len() > 1 && at + 1 < messages.len() => drop(messages.remove(at)),
        3 if messages.len() > 1 => messages.swap(0, 1),
        4 if messages[at].2.trim_end_matches('*') != input.signature.trim_end_matches('*') => {
            messages[at].2.clone_from(&input.signature);
        }
        _ => return,
    }
    crate::completed();
    assert!(!verifies(&messages), "a chain holds that was changed");
}
