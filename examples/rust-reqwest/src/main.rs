//! Sends a signed request with reqwest: `rust-reqwest METHOD URL [BODY]`.

use std::env;
use std::error::Error;
use std::time::SystemTime;

use sigv4_wasm::{Config, Credentials, Signer};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let method = arguments.next().ok_or("usage: rust-reqwest METHOD URL [BODY]")?;
    let url = arguments.next().ok_or("usage: rust-reqwest METHOD URL [BODY]")?;
    let body = arguments.next().unwrap_or_default();

    let token = env::var("AWS_SESSION_TOKEN").ok();
    let credentials = Credentials::new(
        &env::var("AWS_ACCESS_KEY_ID")?,
        &env::var("AWS_SECRET_ACCESS_KEY")?,
        token.as_deref(),
    )?;
    // Where the host is one of AWS, `Config::infer()` does.
    let signer = Signer::new(Config::new("execute-api", env::var("AWS_REGION")?));

    let mut request = http::Request::builder()
        .method(&method[..])
        .uri(url)
        .header("content-type", "text/plain")
        .body(body)?;
    signer.sign_http(&mut request, &credentials, SystemTime::now().try_into()?)?;
    let response = reqwest::Client::new().execute(request.try_into()?).await?;

    println!("{}", response.status().as_u16());
    println!("{}", response.text().await?);
    Ok(())
}
