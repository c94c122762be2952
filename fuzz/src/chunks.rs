//! Bodies in chunks: what was encoded comes out again, and no other body than the one that was signed.

use arbitrary::Arbitrary;
use sigv4_wasm::verify::{DecodedBody, Rejection, Verifier, VerifyingKey};
use sigv4_wasm::{Checksum, Config, Credentials, Payload, RequestView, Signer, Streaming};

use crate::verify::{Arrived, verify};
use crate::{ACCESS_KEY_ID, NOW, SECRET, at, base64, hex, hmac, input, sha256, signing_key};

#[derive(Arbitrary, Debug)]
struct Input {
    chunks: Vec<Vec<u8>>,
    mode: u8,
    checksum: u8,
    change: Change,
    place: usize,
    byte: u8,
    raw: Vec<u8>,
}

#[derive(Arbitrary, Debug)]
enum Change {
    Flip,
    Cut,
    Insert,
    Double,
    Raw,
}

const SCOPE: &str = "20150830/eu-west-1/s3/aws4_request";
const DATE: &str = "20150830T123600Z";
const HOST: &str = "bucket.s3.eu-west-1.amazonaws.com";

/// Bytes as chunks, and what happens to them on the way.
pub fn run(data: &[u8]) {
    let Some(mut input) = input::<Input>(data) else { return };
    input.chunks.retain(|chunk| !chunk.is_empty());
    let streaming = [Streaming::Signed, Streaming::SignedTrailer, Streaming::UnsignedTrailer];
    let streaming = streaming[usize::from(input.mode) % streaming.len()];
    let whole: Vec<u8> = input.chunks.concat();

    let length = whole.len().to_string();
    let mut headers: Vec<(String, Vec<u8>)> = vec![
        ("host".into(), HOST.into()),
        ("content-encoding".into(), b"aws-chunked".to_vec()),
        ("x-amz-decoded-content-length".into(), length.into_bytes()),
    ];
    let request = RequestView::new("PUT", HOST, "/key")
        .headers(headers.iter().map(|(name, value)| (&**name, value)))
        .payload(Payload::Streaming(streaming));
    let credentials = Credentials::new(ACCESS_KEY_ID, SECRET, None).expect("an example of AWS");
    let signature = Signer::new(Config::infer()).sign(&request, &credentials, at(NOW)).expect("an upload");
    let seed = signature.hex().to_owned();
    headers.extend(signature.headers().map(|header| (header.name().to_owned(), header.value().into())));
    drop(signature);

    let body = input.encode(streaming, &seed);
    let arrived = Arrived { method: "PUT".into(), target: "/key".into(), headers, body };
    let decoded = decode(&arrived).expect("what was signed");
    assert_eq!(decoded.body, whole);

    crate::completed();
    let changed = Arrived { body: input.changed(&arrived.body), ..arrived };
    if let Ok(decoded) = decode(&changed) {
        // Names of trailers and hex digits have no case, and nobody signs a trailer that is unsigned, nor its chunks.
        let is_unsigned = streaming == Streaming::UnsignedTrailer;
        assert!(decoded.body == whole || is_unsigned, "{:?}: another body was accepted", input.change);
        if is_unsigned && decoded.body != whole {
            let [(name, value)] = &decoded.trailers[..] else { return };
            let name = name.strip_prefix("x-amz-checksum-").unwrap_or_default();
            assert_eq!(
                checksum(name, &decoded.body).as_deref(),
                Some(&**value),
                "a wrong checksum was accepted"
            );
        }
    }
}

fn decode(request: &Arrived) -> Result<DecodedBody, Rejection> {
    let verified =
        verify(&Verifier::new("eu-west-1", "s3").decodes_chunks(true), request, at(NOW), SECRET, None)?;
    let key: [u8; 32] = signing_key(SECRET, SCOPE).try_into().expect("a key of 32 bytes");
    verified.decode_body(&VerifyingKey::from_signing_key(&key), &request.body)
}

impl Input {
    /// As the S3 API reference has it, by other code than ours.
    fn encode(&self, streaming: Streaming, seed: &str) -> Vec<u8> {
        let key = signing_key(SECRET, SCOPE);
        let is_signed = streaming != Streaming::UnsignedTrailer;
        let mut last = seed.to_owned();
        let mut body = Vec::new();
        for chunk in self.chunks.iter().map(|chunk| &chunk[..]).chain([&b""[..]]) {
            body.extend_from_slice(format!("{:x}", chunk.len()).as_bytes());
            if is_signed {
                let text = format!(
                    "AWS4-HMAC-SHA256-PAYLOAD\n{DATE}\n{SCOPE}\n{last}\n{}\n{}",
                    sha256(b""),
                    sha256(chunk)
                );
                last = hex(&hmac(&key, text.as_bytes()));
                body.extend_from_slice(format!(";chunk-signature={last}").as_bytes());
            }
            body.extend_from_slice(b"\r\n");
            body.extend_from_slice(chunk);
            if !chunk.is_empty() {
                body.extend_from_slice(b"\r\n");
            }
        }
        if streaming != Streaming::Signed {
            let name = ["crc32", "crc32c", "crc64nvme", "sha1", "sha256"][usize::from(self.checksum) % 5];
            let value = checksum(name, &self.chunks.concat()).expect("a checksum of S3");
            let trailer = format!("x-amz-checksum-{name}:{value}");
            body.extend_from_slice(trailer.as_bytes());
            if is_signed {
                let hash = sha256(format!("{trailer}\n").as_bytes());
                let text = format!("AWS4-HMAC-SHA256-TRAILER\n{DATE}\n{SCOPE}\n{last}\n{hash}");
                let signature = hex(&hmac(&key, text.as_bytes()));
                body.extend_from_slice(format!("\r\nx-amz-trailer-signature:{signature}").as_bytes());
            }
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"\r\n");
        body
    }

    fn changed(&self, body: &[u8]) -> Vec<u8> {
        let mut body = body.to_vec();
        let at = self.place % body.len();
        match self.change {
            Change::Flip => body[at] ^= self.byte | 1,
            Change::Cut => body.truncate(at),
            Change::Insert => body.insert(at, self.byte),
            Change::Double => body.extend_from_within(..),
            Change::Raw => body.clone_from(&self.raw),
        }
        body
    }
}

/// In base64.
fn checksum(name: &str, bytes: &[u8]) -> Option<String> {
    let mut checksum = Checksum::new(name)?;
    checksum.update(bytes);
    Some(base64(&checksum.finish()))
}
