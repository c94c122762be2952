//! Credentials of tasks on Amazon ECS, and of pods on Amazon EKS with EKS Pod Identity.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use http::header::{ACCEPT, AUTHORIZATION};
use http::{HeaderValue, Request, Uri};

use super::issued::of_json;
use super::rules::{CONTAINER_AGENTS, CONTAINER_ORIGIN, METADATA_TIMEOUT, may_be_plain};
use super::{Exchange, ProviderError, Source, Step, Token, Variables};
use crate::Timestamp;

const NAME: &str = "Container";

/// Credentials of a container, from the endpoint in `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` or
/// `AWS_CONTAINER_CREDENTIALS_FULL_URI`.
///
/// The endpoint must use HTTPS, or be a loopback address or the agent of ECS or EKS. Otherwise, somebody on the network could read the
/// token or replace the credentials. The token is in `AWS_CONTAINER_AUTHORIZATION_TOKEN`, or in the file that
/// `AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE` names.
///
/// Source: "Container credential provider", AWS SDKs and tools reference guide.
#[derive(Debug, Default)]
pub struct Container {
    variables: Variables,
    url: Option<String>,
    authorization: Option<Token>,
}

impl Container {
    /// Reads the environment variables of the process.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads these variables instead of those of the process.
    pub fn variables(self, variables: Variables) -> Self {
        Self { variables, ..self }
    }

    /// Uses this URL instead of the one in the environment.
    pub fn url(self, url: impl Into<String>) -> Self {
        Self { url: Some(url.into()), ..self }
    }

    /// Sends this `Authorization` instead of the one in the environment.
    pub fn authorization(self, token: impl Into<Token>) -> Self {
        Self { authorization: Some(token.into()), ..self }
    }

    fn uri(&self) -> Result<Uri, ProviderError> {
        let get = |name| self.variables.get(name);
        let url = match (&self.url, get("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")) {
            (Some(url), _) => url.clone(),
            (None, Some(path)) => format!("{CONTAINER_ORIGIN}{path}"),
            (None, None) => get("AWS_CONTAINER_CREDENTIALS_FULL_URI").ok_or_else(|| {
                ProviderError::not_found(
                    NAME,
                    "neither AWS_CONTAINER_CREDENTIALS_RELATIVE_URI nor AWS_CONTAINER_CREDENTIALS_FULL_URI is set",
                )
            })?,
        };
        let uri: Option<Uri> = url.parse().ok();
        match uri {
            Some(uri) if is_allowed(&uri) => Ok(uri),
            _ => Err(ProviderError::invalid(
                NAME,
                format!(
                    "the URL of the endpoint is not accepted: use HTTPS, a loopback address, {}",
                    CONTAINER_AGENTS.join(" or ")
                ),
            )),
        }
    }

    fn token(&self) -> Result<Option<String>, ProviderError> {
        let read = |token: &Token| token.read(NAME, "authorization token").map(Some);
        if let Some(token) = &self.authorization {
            return read(token);
        }
        if let Some(path) = self.variables.get("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE") {
            return read(&Token::from_file(path));
        }
        self.variables.get("AWS_CONTAINER_AUTHORIZATION_TOKEN").map_or(Ok(None), |token| read(&token.into()))
    }
}

fn is_allowed(uri: &Uri) -> bool {
    let has_user = uri.authority().is_some_and(|authority| authority.as_str().contains('@'));
    let host = uri.host().unwrap_or_default();
    let is_trusted = match uri.scheme_str() {
        Some("https") => !host.is_empty(),
        Some("http") => may_be_plain(host),
        _ => false,
    };
    is_trusted && !has_user
}

impl Source for Container {
    fn begin(&self, _now: Timestamp) -> Result<Step<'_>, ProviderError> {
        let mut request = Request::new(Vec::new());
        *request.uri_mut() = self.uri()?;
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
        let token = self.token()?;
        if let Some(token) = &token {
            let mut value = HeaderValue::from_str(token).map_err(|_| {
                ProviderError::failed(NAME, "the authorization token is not a valid header value")
            })?;
            value.set_sensitive(true);
            request.headers_mut().insert(AUTHORIZATION, value);
        }
        Ok(Step::Ask(Exchange::new(NAME, request, METADATA_TIMEOUT, move |answer, _| {
            let answer = answer?;
            if answer.status != 200 {
                let token = token.unwrap_or_default();
                return Err(ProviderError::failed(NAME, answer.refusal(&[&token])));
            }
            of_json(NAME, &answer)
        })))
    }
}
