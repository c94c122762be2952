//! Credentials of your own server.

use alloc::string::String;
use alloc::vec::Vec;

use http::header::{ACCEPT, HeaderName};
use http::{HeaderValue, Method, Request};

use super::issued::of_json;
use super::rules::TIMEOUT;
use super::sts::absolute;
use super::{Exchange, ProviderError, Source, Step, Token};
use crate::Timestamp;

const NAME: &str = "HttpSource";

/// Credentials of your own server, which responds with JSON: either with the property names of AWS, such as the result of
/// `AssumeRole`, or with those of the AWS SDKs (`{ accessKeyId, secretAccessKey, sessionToken, expiration }`).
///
/// ```
/// use sigv4_wasm::providers::{HttpSource, Token};
///
/// # let session = || Ok::<_, std::convert::Infallible>(String::from("…"));
/// let bearer = Token::from_fn(move || session().map(|token| format!("Bearer {token}")));
/// let source = HttpSource::new("https://api.example.com/credentials").header("authorization", bearer);
/// # let _ = source;
/// ```
#[derive(Debug)]
pub struct HttpSource {
    url: String,
    headers: Vec<(String, Token)>,
    body: Option<Vec<u8>>,
}

impl HttpSource {
    /// Sends a GET request to an absolute URL.
    pub fn new(url: &str) -> Self {
        Self { url: url.into(), headers: Vec::new(), body: None }
    }

    /// Adds a header, such as `authorization`.
    pub fn header(mut self, name: &str, value: impl Into<Token>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// Sends a POST request with this body.
    pub fn post(self, body: impl Into<Vec<u8>>) -> Self {
        Self { body: Some(body.into()), ..self }
    }
}

impl Source for HttpSource {
    fn begin(&self, _now: Timestamp) -> Result<Step<'_>, ProviderError> {
        let mut request = Request::new(self.body.clone().unwrap_or_default());
        *request.method_mut() = if self.body.is_some() { Method::POST } else { Method::GET };
        *request.uri_mut() = absolute(NAME, &self.url)?;
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
        let mut values = Vec::new();
        for (name, token) in &self.headers {
            let value = token.read(NAME, name)?;
            let header = HeaderName::from_bytes(name.as_bytes()).ok().zip(HeaderValue::from_str(&value).ok());
            let Some((name, mut header)) = header else {
                return Err(ProviderError::invalid(NAME, "a header has an invalid name or value"));
            };
            header.set_sensitive(true);
            request.headers_mut().insert(name, header);
            values.push(value);
        }
        Ok(Step::Ask(Exchange::new(NAME, request, TIMEOUT, move |answer, _| {
            let answer = answer?;
            if answer.status == 200 {
                return of_json(NAME, &answer);
            }
            // Hides each word, so that the token of `Bearer TOKEN` is hidden without its scheme.
            let confidential: Vec<&str> = values.iter().flat_map(|value| value.split(' ')).collect();
            Err(ProviderError::failed(NAME, answer.refusal(&confidential)))
        })))
    }
}
