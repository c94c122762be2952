//! Verifying a request of the crate `http`.

use http::request::Parts;
use http::uri::PathAndQuery;

use super::sign::host_of;
use crate::Timestamp;
use crate::verify::{IncomingRequest, Rejection, Unverified, Verifier};

impl Verifier {
    /// Parses the signature of a request and makes every check that needs no key. This is the first step. The second is
    /// [`Unverified::verify`], once you have the key. The verifier keeps nothing in between, and never waits or reads.
    ///
    /// `parts` are those of the request as received: call this before a router that removes a prefix from the path, as nested
    /// routers of axum do.
    ///
    /// ```
    /// use sigv4_wasm::verify::{BodyHash, KnownCredentials, Verifier, VerifyingKey};
    /// use sigv4_wasm::{Config, Credentials, Signer};
    ///
    /// let now = "20150830T123600Z".parse()?;
    /// let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    /// let mut request = http::Request::put("http://127.0.0.1:8080/orders/7").body("{}")?;
    /// let signer = Signer::new(Config::new("execute-api", "eu-west-1"));
    /// signer.sign_http(&mut request, &Credentials::new("AKIDEXAMPLE", secret, None)?, now)?;
    ///
    /// let verifier = Verifier::new("eu-west-1", "execute-api");
    /// let (parts, body) = request.into_parts();
    /// let unverified = verifier.begin_http(&parts, now)?;
    /// assert_eq!(unverified.access_key_id(), "AKIDEXAMPLE"); // whose secret is looked up now
    /// let key = VerifyingKey::from_secret(secret, &unverified)?;
    /// let known = KnownCredentials::new(key);
    /// unverified.verify(&known, Some(&BodyHash::of(body.as_bytes())))?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn begin_http<'r>(&self, parts: &'r Parts, now: Timestamp) -> Result<Unverified<'r, '_>, Rejection> {
        let uri = &parts.uri;
        let target = uri.path_and_query().map_or("/", PathAndQuery::as_str);
        let mut headers: Vec<(&[u8], &[u8])> = Vec::with_capacity(parts.headers.len() + 2);
        headers
            .extend(parts.headers.iter().map(|(name, value)| (name.as_str().as_bytes(), value.as_bytes())));
        // The host of an absolute target, or of HTTP/2. If a header names the host as well, both must be the same.
        if uri.authority().is_some() {
            headers.push((b":authority", host_of(uri).as_bytes()));
            headers.push((b":scheme", uri.scheme_str().unwrap_or_default().as_bytes()));
        }
        let request = IncomingRequest::new(parts.method.as_str().as_bytes(), target.as_bytes(), headers)
            .map_err(Rejection::of_request)?;
        self.begin(request, now.unix_seconds().saturating_mul(1000))
    }
}
