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

#[test]
fn threads_share_a_signer_and_its_credentials() {
    fn is_shared<T: Clone + Send + Sync>(_: &T) {}
    let credentials =
        Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", None).unwrap();
    let signer = Signer::new(Config::new("service", "us-east-1"));
    is_shared(&credentials);
    is_shared(&signer);
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let (signer, credentials) = (signer.clone(), credentials.clone());
            scope.spawn(move || {
                // Of the official suite: get-vanilla; then days of each thread, more than keys are kept.
                for day in 0..100 {
                    let request = RequestView::new("GET", "example.amazonaws.com", "/");
                    let at = "20150830T123600Z".parse().unwrap();
                    let expected = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31";
                    assert_eq!(signer.sign(&request, &credentials, at).unwrap().hex(), expected);
                    let other = Timestamp::from_unix_seconds((thread * 100 + day) * 86_400).unwrap();
                    assert_ne!(signer.sign(&request, &credentials, other).unwrap().hex(), expected);
                }
            });
        }
    });
}
