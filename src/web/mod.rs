//! Signs requests in Rust apps that run in browsers and Workers.
//!
//! ```no_run
//! use sigv4_wasm::web::{JsCredentials, now};
//! use sigv4_wasm::{Config, Signer};
//! use wasm_bindgen::JsValue;
//!
//! /// `provider` is a JavaScript function that returns credentials, or a promise of them.
//! async fn signed(provider: js_sys::Function) -> Result<web_sys::Request, JsValue> {
//!     let signer = Signer::new(Config::infer());
//!     let request = web_sys::Request::new_with_str("https://abc123.execute-api.eu-west-1.amazonaws.com/prod/items")?;
//!     signer.sign_web(&request, &JsCredentials::from_function(provider), now()).await
//! }
//! ```

mod credentials;
#[cfg(feature = "providers")]
mod provider;
mod sign;

use wasm_bindgen::JsValue;

use crate::{Error, Timestamp};

pub use credentials::{JsCredentials, ProvideCredentials};
#[cfg(feature = "providers")]
pub use provider::WebProvider;

/// The current time of the platform.
pub fn now() -> Timestamp {
    Timestamp::from_unix_seconds((js_sys::Date::now() / 1000.0) as i64).unwrap_or(Timestamp::EPOCH)
}

/// A JavaScript `Error` with the stable code in its property `code`, like the errors of the npm package.
impl From<Error> for JsValue {
    fn from(error: Error) -> Self {
        error_with_code(error.message(), error.code())
    }
}

fn error_with_code(message: &str, code: &str) -> JsValue {
    let thrown = js_sys::Error::new(message);
    // Cannot fail, because the object was just created.
    let _ = js_sys::Reflect::set(&thrown, &"code".into(), &code.into());
    thrown.into()
}
