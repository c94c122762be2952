//! Finds credentials, prints what of them may be seen, and asks AWS STS whose they are: `providers-app SOURCE [ARGUMENT]…`.

#[path = "../../../../examples/rust-reqwest/src/credentials.rs"]
mod credentials;

use std::env;
use std::error::Error;
use std::time::SystemTime;

use sigv4_wasm::providers::{
    AssumeRole, Chain, CognitoIdentity, Container, Environment, HttpSource, InstanceMetadata, Source,
    Variables, WebIdentity,
};
use sigv4_wasm::{Config, Signer};

fn source(arguments: &[String]) -> Option<Box<dyn Source>> {
    let arguments: Vec<&str> = arguments.iter().map(|argument| &argument[..]).collect();
    Some(match arguments[..] {
        ["environment"] => Box::new(Environment::new()),
        ["container"] => Box::new(Container::new()),
        ["instance"] => Box::new(InstanceMetadata::new()),
        ["web-identity"] => Box::new(WebIdentity::of_environment()),
        ["role", role] => Box::new(AssumeRole::new(role, Chain::of_environment())),
        ["guest", pool, endpoint] => Box::new(CognitoIdentity::new(pool).endpoint(endpoint)),
        ["user", pool, endpoint, issuer, token] => {
            Box::new(CognitoIdentity::new(pool).endpoint(endpoint).login(issuer, token))
        }
        ["http", url] => Box::new(HttpSource::new(url)),
        ["chain"] => Box::new(Chain::of_environment()),
        _ => return None,
    })
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let source = source(&arguments).ok_or("usage: providers-app SOURCE [ARGUMENT]…")?;
    let provider = credentials::provider(source)?;
    let found = match provider.credentials().await {
        Ok(found) => found,
        Err(error) => {
            println!("{}", error.code());
            println!("{error}");
            return Ok(());
        }
    };
    println!("{}", found.access_key_id());
    println!("{}", found.session_token().unwrap_or_default());
    println!("{}", found.expires_at().map(|expiry| expiry.unix_seconds().to_string()).unwrap_or_default());

    let (Ok(url), Some(region)) = (env::var("WHOSE"), Variables::of_process().region()) else {
        return Ok(());
    };
    let mut request = http::Request::post(url)
        .header("content-type", "application/x-www-form-urlencoded")
        .body("Action=GetCallerIdentity&Version=2011-06-15")?;
    let signer = Signer::new(Config::new("sts", region));
    signer.sign_http(&mut request, &found, SystemTime::now().try_into()?)?;
    println!("{}", reqwest::Client::new().execute(request.try_into()?).await?.text().await?);
    Ok(())
}
