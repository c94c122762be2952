//! Forms for S3: nothing is accepted whose policy nobody signed, and of what is signed, nothing that the policy does not allow.

use arbitrary::Arbitrary;
use sigv4_wasm::verify::{KnownCredentials, PostForm, Verifier, VerifyingKey};

use crate::{ACCESS_KEY_ID, NOW, SECRET, base64, hex, hmac, input, signing_key};

#[derive(Arbitrary, Debug)]
struct Input {
    policy: Vec<u8>,
    key: String,
    key_start: String,
    fields: Vec<(String, String)>,
    file_length: u64,
    limits: (u64, u64),
    is_raw: bool,
}

const SCOPE: &str = "20150830/eu-west-1/s3/aws4_request";
const BUCKET: &str = "bucket";

/// Bytes as a policy, or as parts of one.
pub fn run(data: &[u8]) {
    let Some(input) = input::<Input>(data) else { return };
    let (low, high) = input.limits;
    let policy = if input.is_raw {
        input.policy.clone()
    } else {
        let text = |text: &str| serde_json::Value::from(text).to_string();
        format!(
            r#"{{"expiration":"2015-08-30T13:00:00Z","conditions":[{{"bucket":"{BUCKET}"}},["starts-with","$key",{}],
            ["content-length-range",{low},{high}],{{"x-amz-algorithm":"AWS4-HMAC-SHA256"}},
            {{"x-amz-credential":"{ACCESS_KEY_ID}/{SCOPE}"}},{{"x-amz-date":"20150830T123600Z"}}]}}"#,
            text(&input.key_start)
        )
        .into_bytes()
    };
    let policy = base64(&policy);
    let signature = hex(&hmac(&signing_key(SECRET, SCOPE), policy.as_bytes()));
    let credential = format!("{ACCESS_KEY_ID}/{SCOPE}");
    let mut fields = vec![
        ("key", &*input.key),
        ("policy", &policy),
        ("x-amz-algorithm", "AWS4-HMAC-SHA256"),
        ("x-amz-credential", &credential),
        ("x-amz-date", "20150830T123600Z"),
        ("x-amz-signature", &signature),
    ];
    let own = fields.len();
    fields.extend(input.fields.iter().map(|(name, value)| (&**name, &**value)));

    let accepts = |fields: &[(&str, &str)], secret: &str| {
        let form = PostForm { bucket: BUCKET, fields, file_length: input.file_length };
        let Ok(unverified) = Verifier::new("eu-west-1", "s3").begin_post(form, NOW * 1000) else {
            return false;
        };
        let key: [u8; 32] = signing_key(secret, SCOPE).try_into().expect("a key of 32 bytes");
        let key = VerifyingKey::from_signing_key(&key);
        unverified.verify(&KnownCredentials::new(key)).is_ok()
    };
    assert!(!accepts(&fields, "another secret"), "accepted a policy that nobody signed");
    let is_accepted = accepts(&fields, SECRET);
    crate::completed();
    if input.is_raw || fields.len() > own {
        return;
    }
    let is_right = input.key.starts_with(&input.key_start) && (low..=high).contains(&input.file_length);
    assert_eq!(is_accepted, is_right, "{input:?}");
}
