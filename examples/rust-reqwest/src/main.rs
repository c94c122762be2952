//! Sends a signed request with reqwest: `rust-reqwest METHOD URL [BODY]`.

mod credentials;

use std::env;
use std::error::Error;
use std::time::SystemTime;

use sigv4_wasm::providers::{Chain, Variables};
use sigv4_wasm::{Config, Signer};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let method = arguments.next().ok_or("usage: rust-reqwest METHOD URL [BODY]")?;
    let url = arguments.next().ok_or("usage: rust-reqwest METHOD URL [BODY]")?;
    let body = arguments.next().unwrap_or_default();

    // Environment variables, a web identity, a container of ECS or EKS, an EC2 instance: the first that has any.
    let provider = credentials::provider(Chain::of_environment())?;
    // Where the host is one of AWS, `Config::infer()` does.
    let region = Variables::of_process().region().ok_or("AWS_REGION is not set")?;
    let signer = Signer::new(Config::new("execute-api", region));

    let mut request = http::Request::builder()
        .method(&method[..])
        .uri(url)
        .header("content-type", "text/plain")
        .body(body)?;
    signer.sign_http(&mut request, &provider.credentials().await?, SystemTime::now().try_into()?)?;
    let response = reqwest::Client::new().execute(request.try_into()?).await?;

    println!("{}", response.status().as_u16());
    println!("{}", response.text().await?);
    Ok(())
}
