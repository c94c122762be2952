//! Signs the case get-vanilla of the official suite, and prints the authorization header.

use sigv4_wasm::{Credentials, Error, Payload, Request, Settings, Signer, Timestamp};

fn main() -> Result<(), Error> {
    let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", None)?;
    let request = Request {
        method: "GET",
        host: "example.amazonaws.com",
        path: "/",
        query: "",
        headers: &[],
        payload: Payload::Bytes(b""),
    };
    let settings = Settings { region: Some("us-east-1"), service: Some("service"), ..Settings::default() };
    let at = Timestamp::from_epoch_millis(1_440_938_160_000)?;
    println!("{}", Signer::new().sign_header(&request, &credentials, at, &settings)?.authorization());
    Ok(())
}
