//! Signs the case get-vanilla of the official suite, and prints the authorization header.

use sigv4_wasm::{Config, Credentials, Error, RequestView, Signer};

fn main() -> Result<(), Error> {
    let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", None)?;
    let signer = Signer::new(Config::new("service", "us-east-1"));
    let request = RequestView::new("GET", "example.amazonaws.com", "/");
    let signature = signer.sign(&request, &credentials, "20150830T123600Z".parse()?)?;
    for header in signature.headers().filter(|header| header.name() == "authorization") {
        println!("{}", header.value());
    }
    Ok(())
}
