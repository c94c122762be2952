//! Sends the requests of credential sources with `fetch`.

use std::boxed::Box;
use std::format;
use std::pin::Pin;
use std::rc::Rc;
use std::string::String;
use std::time::Duration;
use std::vec::Vec;

use http::{Request, Response, StatusCode};
use js_sys::{Promise, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, Headers, RequestInit, RequestRedirect};

use super::{ProvideCredentials, now};
use crate::Credentials;
use crate::providers::{BoxError, Loader, ProviderError, Source};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(js_name = fetch)]
    fn fetch(request: &web_sys::Request) -> Promise;
    #[wasm_bindgen(js_name = setTimeout)]
    fn set_timeout(callback: &js_sys::Function, milliseconds: i32) -> JsValue;
    #[wasm_bindgen(js_name = clearTimeout)]
    fn clear_timeout(timer: &JsValue);
}

/// Finds credentials with `fetch`, and caches them until they are due for renewal: five minutes before they expire, or after half of a
/// lifetime below ten minutes. However many signatures wait, the source searches once. Clones share the cache.
///
/// ```no_run
/// use sigv4_wasm::providers::CognitoIdentity;
/// use sigv4_wasm::web::{WebProvider, now};
/// use sigv4_wasm::{Config, Signer};
/// use wasm_bindgen::JsValue;
///
/// async fn signed(request: &web_sys::Request, provider: &WebProvider) -> Result<web_sys::Request, JsValue> {
///     Signer::new(Config::infer()).sign_web(request, provider, now()).await
/// }
///
/// let pool = CognitoIdentity::new("eu-west-1:12345678-1234-1234-1234-123456789012");
/// let provider = WebProvider::new(pool); // keep it, because it caches the credentials
/// # let _ = (provider, signed);
/// ```
#[derive(Clone)]
pub struct WebProvider {
    loader: Rc<Loader<Box<dyn Source>, Fetch, Sleep>>,
}

type LocalFuture<T> = Pin<Box<dyn Future<Output = T>>>;
type Fetch = fn(Request<Vec<u8>>) -> LocalFuture<Result<Response<Vec<u8>>, BoxError>>;
type Sleep = fn(Duration) -> LocalFuture<()>;

impl WebProvider {
    /// Creates a provider from a source.
    pub fn new(source: impl Source + 'static) -> Self {
        let send: Fetch = |request| Box::pin(async { send(request).await.map_err(error_of) });
        let sleep: Sleep = |duration| Box::pin(sleep(duration));
        Self { loader: Rc::new(Loader::new(Box::new(source), send, sleep, now)) }
    }

    /// The credentials to sign with.
    ///
    /// # Errors
    ///
    /// Returns a [`ProviderError`], which says why the source has no credentials.
    pub async fn credentials(&self) -> Result<Credentials, ProviderError> {
        self.loader.credentials().await
    }

    /// Fetches newer credentials than the last ones. Call it if AWS refuses a request, such as with `ExpiredToken`.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`WebProvider::credentials`], even if the last credentials are still valid.
    pub async fn renewed(&self) -> Result<Credentials, ProviderError> {
        self.loader.renewed().await
    }
}

impl ProvideCredentials for WebProvider {
    async fn credentials(&self) -> Result<Credentials, JsValue> {
        Ok(self.loader.credentials().await?)
    }
}

impl std::fmt::Debug for WebProvider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("WebProvider").finish_non_exhaustive()
    }
}

/// A JavaScript `Error` with the stable code in its property `code`, like the errors of the npm package.
impl From<ProviderError> for JsValue {
    fn from(error: ProviderError) -> Self {
        super::error_with_code(&format!("{error}"), error.code())
    }
}

/// Sends a request and does not follow redirects, because the request may carry a token that is meant for its host only.
async fn send(request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>, JsValue> {
    let (parts, body) = request.into_parts();
    let headers = Headers::new()?;
    for (name, value) in &parts.headers {
        headers.append(name.as_str(), &String::from_utf8_lossy(value.as_bytes()))?;
    }
    // The platform sets it.
    headers.delete("host")?;
    let abort = AbortOnDrop(AbortController::new()?);
    let init = RequestInit::new();
    init.set_method(parts.method.as_str());
    init.set_headers(&headers.into());
    init.set_redirect(RequestRedirect::Manual);
    init.set_signal(Some(&abort.0.signal()));
    if !body.is_empty() {
        init.set_body(&Uint8Array::from(&body[..]));
    }
    let request = web_sys::Request::new_with_str_and_init(&format!("{}", parts.uri), &init)?;
    let response: web_sys::Response = JsFuture::from(fetch(&request)).await?.unchecked_into();
    let body = Uint8Array::new(&JsFuture::from(response.array_buffer()?).await?).to_vec();
    let mut answer = Response::new(body);
    // A redirect is opaque: its status is 0.
    *answer.status_mut() = StatusCode::from_u16(response.status()).unwrap_or(StatusCode::FOUND);
    Ok(answer)
}

/// Aborts the request if its future is dropped.
struct AbortOnDrop(AbortController);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}

async fn sleep(duration: Duration) {
    let milliseconds = i32::try_from(duration.as_millis()).unwrap_or(i32::MAX);
    let mut timer = ClearOnDrop(JsValue::UNDEFINED);
    let promise = Promise::new(&mut |resolve, _| timer.0 = set_timeout(&resolve, milliseconds));
    // The promise is never rejected.
    let _ = JsFuture::from(promise).await;
}

/// Clears the timer if its future is dropped: a pending timer keeps Node.js running.
struct ClearOnDrop(JsValue);

impl Drop for ClearOnDrop {
    fn drop(&mut self) {
        clear_timeout(&self.0);
    }
}

/// The message of a JavaScript exception. A `JsValue` is not `Send`, so it cannot be a `BoxError`.
fn error_of(thrown: JsValue) -> BoxError {
    let error = thrown.dyn_ref::<js_sys::Error>();
    error.map_or_else(|| "the request failed".into(), |error| String::from(error.message()).into())
}
