//! Signing a text: what chunks, events and POST policies are built on.

use sigv4_wasm::{Credentials, Payload, Request, Scope, Settings, Signer, Timestamp};

#[test]
fn signs_the_first_chunk_of_the_aws_documentation() {
    // "Signature Calculations for the Authorization Header: Transferring Payload in Multiple Chunks", S3 API reference.
    let credentials =
        Credentials::new("AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", None).unwrap();
    let scope = Scope::new("20130524", "us-east-1", "s3").unwrap();
    let text = "AWS4-HMAC-SHA256-PAYLOAD\n20130524T000000Z\n20130524/us-east-1/s3/aws4_request\n\
        4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9\n\
        e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855\n\
        bf718b6f653bebc184e1479f1935b8da974d701b893afcf49e701f3e2f9f9c5a";
    let mut signer = Signer::new();
    for _ in 0..2 {
        let signature = signer.sign_text(text.as_bytes(), &credentials, &scope).unwrap();
        assert_eq!(signature, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648");
    }
    assert_eq!(signer.derived_keys(), 1, "the key is cached");
}

#[test]
fn signs_the_last_request_with_other_paths() {
    let credentials = Credentials::new("AKIDEXAMPLE", "secret", Some("token")).unwrap();
    let at = Timestamp::from_epoch_millis(1_440_938_160_000).unwrap();
    let host = "bucket.s3.eu-west-1.amazonaws.com";
    let alone = |path| {
        let request =
            Request { method: "GET", host, path, query: "a=b", headers: &[], payload: Payload::Unsigned };
        let mut signer = Signer::new();
        let signed = signer.presign(&request, &credentials, at, &Settings::default(), 60).unwrap();
        (signed.canonical_request().to_owned(), signed.query().to_owned())
    };
    let mut signer = Signer::new();
    assert!(signer.sign_path("/").is_err(), "nothing was signed yet");
    let request =
        Request { method: "GET", host, path: "/", query: "a=b", headers: &[], payload: Payload::Unsigned };
    signer.presign(&request, &credentials, at, &Settings::default(), 60).unwrap();
    for path in ["/a", "/", "/a b//./ü%2F", "/a"] {
        let signed = signer.sign_path(path).unwrap();
        assert_eq!((signed.canonical_request().to_owned(), signed.query().to_owned()), alone(path));
    }
    let scope = Scope::new("20150830", "eu-west-1", "s3").unwrap();
    signer.sign_text(b"text", &credentials, &scope).unwrap();
    assert!(signer.sign_path("/a").is_err(), "its key may be gone");
}
