//! Sources of credentials in a browser or a Worker: fixed credentials, a Rust function, or JavaScript.

use std::cell::RefCell;
use std::string::String;

use js_sys::{Date, Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::{Credentials, Error, Timestamp};

/// Provides the credentials that sign a request: fixed credentials, an asynchronous function, or [`JsCredentials`].
#[allow(async_fn_in_trait)] // nothing here crosses threads
pub trait ProvideCredentials {
    /// Returns the credentials to sign with. Return the same ones while they are valid, because they cache signing keys.
    async fn credentials(&self) -> Result<Credentials, JsValue>;
}

impl ProvideCredentials for Credentials {
    async fn credentials(&self) -> Result<Credentials, JsValue> {
        Ok(self.clone())
    }
}

impl<F, R, E> ProvideCredentials for F
where
    F: Fn() -> R,
    R: Future<Output = Result<Credentials, E>>,
    E: Into<JsValue>,
{
    async fn credentials(&self) -> Result<Credentials, JsValue> {
        self().await.map_err(Into::into)
    }
}

/// Credentials from JavaScript, in the form of the AWS SDK: `{ accessKeyId, secretAccessKey, sessionToken, expiration }`. The last
/// two are optional.
///
/// If JavaScript returns the same credentials again, cached signing keys are reused.
#[derive(Debug)]
pub struct JsCredentials {
    source: Source,
    last: RefCell<Option<Credentials>>,
}

#[derive(Debug)]
enum Source {
    Function(Function),
    Promise(Promise),
}

impl JsCredentials {
    /// Uses a function that returns credentials, or a promise of them. It is called for each signature.
    pub fn from_function(function: Function) -> Self {
        Self { source: Source::Function(function), last: RefCell::new(None) }
    }

    /// Uses a promise of credentials.
    pub fn from_promise(promise: Promise) -> Self {
        Self { source: Source::Promise(promise), last: RefCell::new(None) }
    }
}

impl ProvideCredentials for JsCredentials {
    async fn credentials(&self) -> Result<Credentials, JsValue> {
        let value = match &self.source {
            Source::Function(function) => function.call0(&JsValue::UNDEFINED)?,
            Source::Promise(promise) => promise.clone().into(),
        };
        // Like `await`, this accepts a value that is not a promise.
        let value = JsFuture::from(Promise::resolve(&value)).await?;
        let credentials = read(&value)?;
        let last = self.last.borrow().as_ref().filter(|last| last.is_same(&credentials)).cloned();
        let credentials = last.unwrap_or(credentials);
        *self.last.borrow_mut() = Some(credentials.clone());
        Ok(credentials)
    }
}

fn read(value: &JsValue) -> Result<Credentials, JsValue> {
    let text = |name: &str| Ok::<_, JsValue>(property(value, name)?.as_string());
    let access_key_id = text("accessKeyId")?.unwrap_or_default();
    let secret_access_key = Wiped(text("secretAccessKey")?.unwrap_or_default());
    let session_token = Wiped(text("sessionToken")?.unwrap_or_default());
    let credentials = Credentials::new(&access_key_id, &secret_access_key.0, Some(&session_token.0))?;
    let expiration = property(value, "expiration")?;
    let Some(expiration) = expiration.dyn_ref::<Date>() else { return Ok(credentials) };
    let seconds = expiration.get_time() / 1000.0;
    if seconds.is_nan() {
        return Err(Error::DateInvalid.into());
    }
    Ok(credentials.with_expiry(Timestamp::from_unix_seconds(seconds as i64)?))
}

/// `undefined` if the value has no properties.
fn property(value: &JsValue, name: &str) -> Result<JsValue, JsValue> {
    if value.is_object() { Reflect::get(value, &name.into()) } else { Ok(JsValue::UNDEFINED) }
}

struct Wiped(String);

impl Drop for Wiped {
    fn drop(&mut self) {
        zeroize::Zeroize::zeroize(&mut self.0);
    }
}
