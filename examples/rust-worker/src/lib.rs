//! A Worker that stands in front of an API with IAM authorization: what comes in goes there, signed.
//!
//! `wasm-pack build --target web`, and in the Worker's own module:
//!
//! ```js
//! import init, { fetch } from './pkg/rust_worker.js';
//! import module from './pkg/rust_worker_bg.wasm';
//!
//! export default {
//!   async fetch(request, env) {
//!     await init({ module_or_path: module });
//!     return fetch(request, env);
//!   },
//! };
//! ```

use js_sys::{Date, Promise, Uint8Array};
use sigv4_wasm::{Config, Credentials, Payload, RequestView, Signer, Timestamp};
use wasm_bindgen::prelude::{JsError, JsValue, wasm_bindgen};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, Request, RequestInit, Response, Url};

#[wasm_bindgen]
extern "C" {
    /// Variables and secrets of the Worker.
    pub type Env;
    #[wasm_bindgen(method, getter, js_name = API_ORIGIN)]
    fn api_origin(this: &Env) -> String;
    #[wasm_bindgen(method, getter, js_name = AWS_ACCESS_KEY_ID)]
    fn access_key_id(this: &Env) -> String;
    #[wasm_bindgen(method, getter, js_name = AWS_SECRET_ACCESS_KEY)]
    fn secret_access_key(this: &Env) -> String;
    #[wasm_bindgen(method, getter, js_name = AWS_SESSION_TOKEN)]
    fn session_token(this: &Env) -> Option<String>;

    #[wasm_bindgen(js_name = fetch)]
    fn send(request: &Request) -> Promise;
}

/// Forwards a request to the API.
#[wasm_bindgen]
pub async fn fetch(request: Request, env: Env) -> Result<Response, JsValue> {
    let signed = sign(request, env).await?;
    Ok(JsFuture::from(send(&signed)).await?.into())
}

/// The request to send in place of one: to the API, with its method, path, query, body and content type, signed.
#[wasm_bindgen]
pub async fn sign(request: Request, env: Env) -> Result<Request, JsValue> {
    let url = Url::new_with_base(&path_and_query(&request.url())?, &env.api_origin())?;
    let body = JsFuture::from(request.array_buffer()?).await?;
    let body = Uint8Array::new(&body).to_vec();
    let content_type = request.headers().get("content-type")?;

    let headers = Headers::new()?;
    if let Some(content_type) = &content_type {
        headers.set("content-type", content_type)?;
    }
    add_signature(&headers, &request.method(), &url, content_type.as_deref(), &body, &env)
        .map_err(|error| JsError::new(&error.to_string()))?;

    let init = RequestInit::new();
    init.set_method(&request.method());
    init.set_headers(&headers);
    if !body.is_empty() {
        init.set_body(&Uint8Array::from(&body[..]));
    }
    Request::new_with_str_and_init(&url.href(), &init)
}

fn add_signature(
    headers: &Headers,
    method: &str,
    url: &Url,
    content_type: Option<&str>,
    body: &[u8],
    env: &Env,
) -> Result<(), sigv4_wasm::Error> {
    let token = env.session_token();
    let credentials = Credentials::new(&env.access_key_id(), &env.secret_access_key(), token.as_deref())?;
    let now = Timestamp::from_unix_seconds((Date::now() / 1000.0) as i64)?;
    let (host, target) = (url.host(), url.pathname() + &url.search());
    let request = RequestView::new(method, &host, &target)
        .headers(content_type.map(|value| ("content-type", value)))
        .payload(Payload::Bytes(body));
    let signer = Signer::new(Config::infer()); // region and service follow from the host
    for header in signer.sign(&request, &credentials, now)?.headers() {
        headers.set(header.name(), header.value()).expect("what is signed can be sent");
    }
    Ok(())
}

fn path_and_query(url: &str) -> Result<String, JsValue> {
    let url = Url::new(url)?;
    Ok(url.pathname() + &url.search())
}
