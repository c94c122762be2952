//! A server whose routes only those can use who sign with a key that it knows: `rust-axum [ADDRESS]`.

use std::collections::HashMap;
use std::env;
use std::error::Error;
use std::future::ready;
use std::sync::Arc;

use axum::Router;
use axum::extract::Extension;
use axum::routing::post;
use sigv4_wasm::tower::{Authenticated, BoxError, KeyRequest, KnownKey, VerifyLayer};
use sigv4_wasm::verify::Verifier;
use tokio::net::TcpListener;

/// Whom a key belongs to.
type Customer = Arc<str>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    // A server of yours has a database here, and asks it for the key of a day, not for a secret.
    let secret = (env::var("AWS_SECRET_ACCESS_KEY")?, Customer::from("ana"));
    let known = Arc::new(HashMap::from([(env::var("AWS_ACCESS_KEY_ID")?, secret)]));
    let look_up = move |request: KeyRequest| {
        let found = known.get(request.access_key_id());
        ready(
            found
                .map(|(secret, who)| Ok(KnownKey::new(request.verifying_key(secret)?, who.clone())))
                .transpose(),
        ) as std::future::Ready<Result<_, BoxError>>
    };
    let verifies = VerifyLayer::new(Verifier::new(env::var("AWS_REGION")?, "execute-api"), look_up);
    let app = Router::new().route("/orders", post(order)).layer(verifies.body_limit(64 << 10));

    let address = env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8080".into());
    let listener = TcpListener::bind(address).await?;
    println!("listening on {}", listener.local_addr()?);
    Ok(axum::serve(listener, app).await?)
}

async fn order(Extension(who): Extension<Authenticated<Customer>>, body: String) -> String {
    format!("{} orders {body}", who.principal())
}
