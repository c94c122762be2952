//! Whatever arrives, the verifier answers, and accepts nothing without a signature of the secret.

use arbitrary::Arbitrary;
use sigv4_wasm::verify::{BodyHash, IncomingRequest, KnownCredentials, SessionToken, Verifier, VerifyingKey};

use crate::{ACCESS_KEY_ID, NOW, input};

#[derive(Arbitrary, Debug)]
struct Input {
    method: Vec<u8>,
    target: Vec<u8>,
    headers: Vec<(Vec<u8>, Vec<u8>)>,
    authorization: Option<Authorization>,
    body: Vec<u8>,
    signing_key: [u8; 32],
    options: u8,
    now: i64,
}

/// Close to one that is well-formed.
#[derive(Arbitrary, Debug)]
pub(crate) struct Authorization {
    algorithm: u8,
    key: String,
    date: String,
    region: String,
    signed: String,
    signature: String,
    separator: u8,
    plain: u8,
    is_query: bool,
}

/// Bytes as the request line, headers and body.
pub fn run(data: &[u8]) {
    let Some(mut input) = input::<Input>(data) else { return };
    if let Some(authorization) = &input.authorization {
        authorization.write(&mut input.target, &mut input.headers);
    }
    let headers = input.headers.iter().map(|(name, value)| (&name[..], &value[..]));
    let Ok(request) = IncomingRequest::new(&input.method, &input.target, headers) else { return };
    let verifier =
        if input.options & 1 == 0 { Verifier::any() } else { Verifier::new("eu-west-1", "execute-api") };
    let verifier = verifier.body_required(input.options & 2 != 0).explain(input.options & 4 != 0);
    let now = if input.options & 8 == 0 { NOW * 1000 } else { input.now };
    let Ok(unverified) = verifier.begin(request, now) else { return };
    let known = KnownCredentials::new(VerifyingKey::from_signing_key(&input.signing_key))
        .session_token(SessionToken::Unchecked);
    crate::completed();
    let body = BodyHash::of(&input.body);
    let verified = unverified.verify(&known, Some(&body));
    assert!(verified.is_err(), "accepted a signature that nobody made");
}

impl Authorization {
    pub(crate) fn write(&self, target: &mut Vec<u8>, headers: &mut Vec<(Vec<u8>, Vec<u8>)>) {
        let plain = |bit: u8, text: &str, plain: &str| {
            if self.plain & 1 << bit == 0 { plain.into() } else { text.to_owned() }
        };
        let algorithm = ["AWS4-HMAC-SHA256", "AWS4-ECDSA-P256-SHA256", "AWS4-HMAC-SHA1"];
        let algorithm = algorithm[usize::from(self.algorithm) % algorithm.len()];
        let key = plain(0, &self.key, ACCESS_KEY_ID);
        let date = plain(1, &self.date, "20150830");
        let region = plain(2, &self.region, "eu-west-1/");
        let signed = plain(3, &self.signed, "host;x-amz-date");
        let signature = plain(4, &self.signature, &"0".repeat(64));
        let credential = format!("{key}/{date}/{region}execute-api/aws4_request");
        if self.is_query {
            let query = format!(
                "?X-Amz-Algorithm={algorithm}&X-Amz-Credential={}&X-Amz-Date={date}T123600Z&X-Amz-Expires=600\
                 &X-Amz-SignedHeaders={signed}&X-Amz-Signature={signature}",
                credential.replace('/', "%2F")
            );
            target.extend_from_slice(query.as_bytes());
        } else {
            let separator = [", ", ",", " , ", "; "][usize::from(self.separator) % 4];
            let parts = [
                format!("Credential={credential}"),
                format!("SignedHeaders={signed}"),
                format!("Signature={signature}"),
            ];
            let value = format!("{algorithm} {}", parts.join(separator));
            headers.push((b"authorization".to_vec(), value.into_bytes()));
            headers.push((b"x-amz-date".to_vec(), b"20150830T123600Z".to_vec()));
        }
        headers.push((b"host".to_vec(), b"example.com".to_vec()));
    }
}
