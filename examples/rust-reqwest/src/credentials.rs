//! A credentials provider that sends with reqwest.

use std::time::Duration;

use sigv4_wasm::providers::{Provider, Source};

/// Creates a provider. Clone it instead of creating another one: clones share the cached credentials.
pub fn provider(source: impl Source + 'static) -> reqwest::Result<Provider> {
    // Never follow redirects or use a proxy: a request may carry a token that is meant for its host only.
    let client = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .connect_timeout(Duration::from_secs(1))
        .build()?;
    let send = move |request: http::Request<Vec<u8>>| {
        let client = client.clone();
        async move {
            let response = client.execute(request.try_into()?).await?;
            let mut answer = http::Response::default();
            *answer.status_mut() = response.status();
            *answer.body_mut() = response.bytes().await?;
            Ok::<_, reqwest::Error>(answer)
        }
    };
    Ok(Provider::new(source, send, tokio::time::sleep))
}
