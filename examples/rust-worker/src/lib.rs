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

use js_sys::{Promise, Uint8Array};
use sigv4_wasm::web::now;
use sigv4_wasm::{Config, Credentials, Signer};
use wasm_bindgen::prelude::{JsValue, wasm_bindgen};
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

/// The request to send instead of one: to the API, with its method, path, query, body and content type, signed.
#[wasm_bindgen]
pub async fn sign(request: Request, env: Env) -> Result<Request, JsValue> {
    let credentials = credentials(&env)?;
    let signer = Signer::new(Config::infer()); // region and service follow from the host
    signer.sign_web(&forwarded(request, &env).await?, &credentials, now()).await
}

/// A Worker that lives longer than a request keeps its credentials, and so their signing keys.
fn credentials(env: &Env) -> Result<Credentials, sigv4_wasm::Error> {
    Credentials::new(&env.access_key_id(), &env.secret_access_key(), env.session_token().as_deref())
}

async fn forwarded(request: Request, env: &Env) -> Result<Request, JsValue> {
    let url = Url::new(&request.url())?;
    let headers = Headers::new()?;
    if let Some(content_type) = request.headers().get("content-type")? {
        headers.set("content-type", &content_type)?;
    }
    let init = RequestInit::new();
    init.set_method(&request.method());
    init.set_headers(&headers.into());
    let body = Uint8Array::new(&JsFuture::from(request.array_buffer()?).await?);
    if body.length() > 0 {
        init.set_body(&body);
    }
    Request::new_with_str_and_init(&(env.api_origin() + &url.pathname() + &url.search()), &init)
}
