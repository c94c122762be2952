//! What the signer refuses before it signs.

use std::time::Duration;

use sigv4_wasm::{Config, Credentials, Error, RequestView, Signer, Timestamp};

#[test]
fn refuses_a_control_character_in_the_target_which_would_end_the_request_line() {
    let credentials =
        Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", None).unwrap();
    let signer = Signer::new(Config::new("execute-api", "eu-west-1"));
    let now = Timestamp::from_unix_seconds(1_440_938_160).unwrap();
    for target in ["/a\r\nx-admin: 1", "/a?b=\n", "/\0", "/a?\x7F"] {
        let request = RequestView::new("GET", "example.com", target);
        let signed = signer.sign(&request, &credentials, now).map(|_| ());
        assert_eq!(signed, Err(Error::TargetInvalid), "{target:?}");
        let presigned = signer.presign(&request, &credentials, now, Duration::from_secs(60)).map(|_| ());
        assert_eq!(presigned, Err(Error::TargetInvalid), "{target:?}");
    }
}
