//! Signing a text: what chunks, events and POST policies are built on.

use sigv4_wasm::{Config, Credentials, Scope, Signer};

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
    let signer = Signer::new(Config::infer());
    for _ in 0..2 {
        let signature = signer.sign_text(text.as_bytes(), &credentials, &scope).unwrap();
        assert_eq!(signature, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648");
    }
}
