//! Signs a `Request` of the platform.

use std::string::String;
use std::time::Duration;
use std::vec::Vec;

use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Headers, Request, RequestInit, Url};

use super::ProvideCredentials;
use crate::canonical::headers::REPLACED;
use crate::sign::prepare::REGION_SET;
use crate::{Credentials, Payload, RequestView, Scheme, Signature, Signer, Timestamp};

impl<S: Scheme> Signer<S> {
    /// Returns a signed copy of a request, to send with `fetch`. The body of the original is read. If the URL must be encoded
    /// differently for S3, the copy keeps only method, headers, body, redirect mode and signal.
    ///
    /// See [`now`](super::now) for the time.
    pub async fn sign_web(
        &self,
        request: &Request,
        provider: &impl ProvideCredentials,
        now: Timestamp,
    ) -> Result<Request, JsValue> {
        let url = Url::new(&request.url())?;
        let method = request.method();
        let may_have_body = !matches!(&method[..], "GET" | "HEAD");
        let body = if may_have_body { JsFuture::from(request.array_buffer()?).await? } else { JsValue::NULL };
        let body = if may_have_body { Uint8Array::new(&body).to_vec() } else { Vec::new() };
        let headers = entries(&request.headers())?;
        let credentials = provider.credentials().await?;

        let (host, target) = (url.host(), url.pathname() + &url.search());
        let view = RequestView::new(&method, &host, &target)
            .headers(headers.iter().map(|(name, value)| (&name[..], value)))
            .payload(Payload::Bytes(&body));
        let signature = self.sign(&view, &credentials, now)?;

        let init = RequestInit::new();
        init.set_headers(&signed_headers(request, &signature)?.into());
        // A body that has been read must be replaced, even if it was empty.
        if request.body_used() {
            init.set_body(&Uint8Array::from(&body[..]));
        }
        match signature.path_and_query() {
            None => Request::new_with_request_and_init(request, &init),
            Some(target) => {
                copy_to(request, &init);
                Request::new_with_str_and_init(&(url.origin() + target), &init)
            }
        }
    }

    /// Returns a presigned URL for requests with this method. It is valid after `now` for one second to seven days. Anyone with
    /// the URL can make the request.
    pub fn presign_url(
        &self,
        method: &str,
        url: &Url,
        credentials: &Credentials,
        now: Timestamp,
        life: Duration,
    ) -> Result<String, crate::Error> {
        let (host, target) = (url.host(), url.pathname() + &url.search());
        let view = RequestView::new(method, &host, &target);
        let signature = self.presign(&view, credentials, now, life)?;
        Ok(url.origin() + signature.path_and_query().unwrap_or_default())
    }
}

/// Names and values. Each character of a value stands for one byte (the Fetch standard's "byte sequence").
fn entries(headers: &Headers) -> Result<Vec<(String, Vec<u8>)>, JsValue> {
    let mut all = Vec::new();
    for entry in headers.entries() {
        let entry: Array = entry?.unchecked_into();
        let text = |at| entry.get(at).as_string().unwrap_or_default();
        all.push((text(0), text(1).chars().map(|char| char as u8).collect()));
    }
    Ok(all)
}

/// The headers of a request, in which those of this signature replace those of an earlier signature.
fn signed_headers(request: &Request, signature: &Signature) -> Result<Headers, JsValue> {
    let headers = Headers::new_with_headers(&request.headers())?;
    for name in REPLACED.texts().chain([REGION_SET]).filter_map(|name| str::from_utf8(name).ok()) {
        headers.delete(name)?;
    }
    for header in signature.headers() {
        headers.set(header.name(), header.value())?;
    }
    Ok(headers)
}

/// Copies the properties that a request with another URL can keep.
fn copy_to(request: &Request, init: &RequestInit) {
    init.set_method(&request.method());
    init.set_redirect(request.redirect());
    init.set_signal(Some(&request.signal()));
}
