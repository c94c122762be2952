//! Times, scopes, keys and checksums: what can be read can be written again, and signs as HMAC does.

use arbitrary::Arbitrary;
use sigv4_wasm::{Checksum, Config, Credentials, Scope, Signer, SigningKey, Timestamp};

use crate::{ACCESS_KEY_ID, hex, hmac, input, signing_key};

#[derive(Arbitrary, Debug)]
struct Input {
    seconds: i64,
    time: String,
    date: String,
    region: String,
    service: String,
    secret: String,
    text: Vec<u8>,
    name: String,
    cut: usize,
}

/// Bytes as all of them.
pub fn run(data: &[u8]) {
    let Some(input) = input::<Input>(data) else { return };
    if let Ok(time) = Timestamp::from_unix_seconds(input.seconds) {
        assert_eq!(time.unix_seconds(), input.seconds);
        assert_eq!(time.date_time().parse(), Ok(time));
        assert!(time.date_time().starts_with(time.date()));
    }
    if let Ok(time) = input.time.parse::<Timestamp>() {
        assert_eq!(time.date_time(), input.time);
        assert_eq!(Timestamp::from_unix_seconds(time.unix_seconds()), Ok(time));
    }
    crate::completed();
    for date in [&*input.date, "20150830"] {
        let Ok(scope) = Scope::new(date, &input.region, &input.service) else { continue };
        let Ok(key) = SigningKey::derive(&input.secret, &scope) else { continue };
        let text = format!("{date}/{}/{}/aws4_request", input.region, input.service);
        let expected = hex(&hmac(&signing_key(&input.secret, &text), &input.text));
        assert_eq!(hex(&key.sign(&input.text)), expected);
        let Ok(credentials) = Credentials::new(ACCESS_KEY_ID, &input.secret, None) else { continue };
        let signer = Signer::new(Config::infer());
        for _ in 0..2 {
            assert_eq!(signer.sign_text(&input.text, &credentials, &scope), Ok(expected.clone()));
        }
    }
    for name in ["crc32", "crc32c", "crc64nvme", "sha1", "sha256", &input.name] {
        let (Some(mut whole), Some(mut parts)) = (Checksum::new(name), Checksum::new(name)) else { continue };
        whole.update(&input.text);
        let at = if input.text.is_empty() { 0 } else { input.cut % input.text.len() };
        parts.update(&input.text[..at]);
        parts.update(&input.text[at..]);
        assert_eq!(whole.finish(), parts.finish(), "{name}");
    }
}
