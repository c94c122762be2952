//! Signing a request of the crate `http` in place.

use core::time::Duration;

use http::header::HOST;
use http::request::Parts;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Uri};

use crate::canonical::headers::REPLACED;
use crate::sign::prepare::REGION_SET;
use crate::{Credentials, Error, Payload, RequestView, Scheme, Signature, Signer, Timestamp};

impl<S: Scheme> Signer<S> {
    /// Signs a request with headers, in place: sets the headers of the signature, removes those of an earlier one, and, for
    /// S3 and compatible servers, respells a path or a query that servers would read in different ways. If it fails, the
    /// request is unchanged.
    ///
    /// The host is that of the header `host` or, without it, that of the URI, without a default port.
    ///
    /// ```
    /// use std::time::SystemTime;
    /// use sigv4_wasm::{Config, Credentials, Signer};
    ///
    /// let signer = Signer::new(Config::infer());
    /// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", None)?;
    ///
    /// let uri = "https://abc123.execute-api.eu-west-1.amazonaws.com/prod/items";
    /// let mut request = http::Request::post(uri).header("content-type", "application/json").body("{}")?;
    /// signer.sign_http(&mut request, &credentials, SystemTime::now().try_into()?)?;
    /// assert!(request.headers()["authorization"].is_sensitive());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign_http<B: AsRef<[u8]>>(
        &self,
        request: &mut Request<B>,
        credentials: &Credentials,
        now: Timestamp,
    ) -> Result<(), Error> {
        let payload = Payload::Bytes(request.body().as_ref());
        let view = view(request.method(), request.uri(), request.headers(), payload)?;
        let changes = Changes::of(&self.sign(&view, credentials, now)?, request.uri())?;
        if let Some(uri) = changes.uri {
            *request.uri_mut() = uri;
        }
        set(request.headers_mut(), changes.headers);
        Ok(())
    }

    /// Signs a request whose body is elsewhere: `payload` is signed instead of the body.
    ///
    /// ```
    /// use sigv4_wasm::{Config, Credentials, Payload, Signer};
    ///
    /// let signer = Signer::new(Config::infer());
    /// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", None)?;
    ///
    /// let request = http::Request::put("https://bucket.s3.eu-west-1.amazonaws.com/video.mp4").body(())?;
    /// let (mut parts, ()) = request.into_parts();
    /// signer.sign_parts(&mut parts, Payload::Unsigned, &credentials, "20150830T123600Z".parse()?)?;
    /// assert_eq!(parts.headers["x-amz-content-sha256"], "UNSIGNED-PAYLOAD");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign_parts(
        &self,
        parts: &mut Parts,
        payload: Payload<'_>,
        credentials: &Credentials,
        now: Timestamp,
    ) -> Result<(), Error> {
        let view = view(&parts.method, &parts.uri, &parts.headers, payload)?;
        let changes = Changes::of(&self.sign(&view, credentials, now)?, &parts.uri)?;
        if let Some(uri) = changes.uri {
            parts.uri = uri;
        }
        set(&mut parts.headers, changes.headers);
        Ok(())
    }

    /// Presigns a request: returns a URL with which anyone can make it for some time after `now`, from a second to seven
    /// days. Signed headers that do not move to the query must be sent with it.
    ///
    /// ```
    /// use std::time::Duration;
    /// use sigv4_wasm::{Config, Credentials, Signer};
    ///
    /// let signer = Signer::new(Config::infer());
    /// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", None)?;
    ///
    /// let request = http::Request::get("https://bucket.s3.eu-west-1.amazonaws.com/report.pdf").body(())?;
    /// let life = Duration::from_secs(900);
    /// let url = signer.presign_uri(&request.into_parts().0, &credentials, "20150830T123600Z".parse()?, life)?;
    /// assert!(url.query().is_some_and(|query| query.contains("X-Amz-Signature=")));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn presign_uri(
        &self,
        parts: &Parts,
        credentials: &Credentials,
        now: Timestamp,
        life: Duration,
    ) -> Result<Uri, Error> {
        let view = view(&parts.method, &parts.uri, &parts.headers, Payload::Bytes(b""))?;
        let signature = self.presign(&view, credentials, now, life)?;
        respelled(&parts.uri, signature.path_and_query().unwrap_or_default())
    }
}

fn view<'r>(
    method: &'r Method,
    uri: &'r Uri,
    headers: &'r HeaderMap,
    payload: Payload<'r>,
) -> Result<RequestView<'r>, Error> {
    let host = match headers.get(HOST) {
        Some(host) => host.to_str().map_err(|_| Error::HostInvalid)?,
        None => host_of(uri),
    };
    let target = uri.path_and_query().map(PathAndQuery::as_str).unwrap_or_default();
    let headers = headers.iter().map(|(name, value)| (name.as_str(), value));
    Ok(RequestView::new(method.as_str(), host, target).headers(headers).payload(payload))
}

/// The authority without user, password and default port: what clients send as `host`.
pub(crate) fn host_of(uri: &Uri) -> &str {
    let authority = uri.authority().map(|authority| authority.as_str()).unwrap_or_default();
    let host = authority.rsplit('@').next().unwrap_or_default();
    let default_port = match uri.scheme_str() {
        Some("https" | "wss") => ":443",
        Some("http" | "ws") => ":80",
        _ => return host,
    };
    host.strip_suffix(default_port).unwrap_or(host)
}

/// The changes that a signature makes to a request, all prepared before the request is changed.
struct Changes {
    uri: Option<Uri>,
    headers: Vec<(HeaderName, HeaderValue)>,
}

impl Changes {
    fn of(signature: &Signature, uri: &Uri) -> Result<Self, Error> {
        let headers = signature.headers().map(|header| {
            // Not reached: region, service and credentials were checked, and all else is ASCII.
            let value = HeaderValue::from_bytes(header.value().as_bytes());
            let mut value = value.map_err(|_| Error::HeaderValueInvalid(0))?;
            value.set_sensitive(header.is_sensitive());
            Ok((HeaderName::from_static(header.name()), value))
        });
        let headers = headers.collect::<Result<_, _>>()?;
        let uri = signature.path_and_query().map(|target| respelled(uri, target)).transpose()?;
        Ok(Self { uri, headers })
    }
}

/// A URI with another path and query. Fails if the result is too long.
fn respelled(uri: &Uri, path_and_query: &str) -> Result<Uri, Error> {
    let mut parts = uri.clone().into_parts();
    parts.path_and_query = Some(path_and_query.parse().map_err(|_| Error::LimitExceeded)?);
    Uri::from_parts(parts).map_err(|_| Error::HostInvalid)
}

fn set(headers: &mut HeaderMap, signature: Vec<(HeaderName, HeaderValue)>) {
    for name in REPLACED.texts().chain([REGION_SET]).filter_map(|name| str::from_utf8(name).ok()) {
        headers.remove(name);
    }
    headers.extend(signature);
}
