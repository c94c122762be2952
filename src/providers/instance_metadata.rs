//! Credentials of the role of an Amazon EC2 instance.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use http::{HeaderValue, Method, Request};

use super::answer::Answer;
use super::issued::of_json;
use super::rules::{METADATA_ORIGINS, METADATA_ROLES, METADATA_TIMEOUT, METADATA_TOKEN_SECONDS};
use super::{Exchange, ProviderError, Source, Step, Variables};
use crate::Timestamp;
use crate::canonical::encode::{Decode, encode};

const NAME: &str = "InstanceMetadata";

/// Credentials of the role of an EC2 instance, from its metadata service. Only IMDSv2 is used.
///
/// It respects `AWS_EC2_METADATA_DISABLED`, `AWS_EC2_METADATA_SERVICE_ENDPOINT` and `AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE`.
///
/// Source: "Use the Instance Metadata Service to access instance metadata", Amazon EC2 user guide.
#[derive(Debug, Clone, Default)]
pub struct InstanceMetadata {
    variables: Variables,
    endpoint: Option<String>,
}

impl InstanceMetadata {
    /// Reads the environment variables of the process.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads these variables instead of those of the process.
    pub fn variables(self, variables: Variables) -> Self {
        Self { variables, ..self }
    }

    /// Uses this endpoint instead of the one in the environment.
    pub fn endpoint(self, endpoint: impl Into<String>) -> Self {
        Self { endpoint: Some(endpoint.into()), ..self }
    }

    fn base(&self) -> String {
        let get = |name| self.variables.get(name);
        let is_ipv6 = get("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE")
            .is_some_and(|mode| mode.eq_ignore_ascii_case("ipv6"));
        let [ipv4, ipv6] = METADATA_ORIGINS;
        let endpoint = self
            .endpoint
            .clone()
            .or_else(|| get("AWS_EC2_METADATA_SERVICE_ENDPOINT"))
            .unwrap_or_else(|| if is_ipv6 { ipv6 } else { ipv4 }.into());
        endpoint.strip_suffix('/').map(ToOwned::to_owned).unwrap_or(endpoint)
    }
}

impl Source for InstanceMetadata {
    fn begin(&self, _now: Timestamp) -> Result<Step<'_>, ProviderError> {
        let is_off = self.variables.get("AWS_EC2_METADATA_DISABLED");
        if is_off.is_some_and(|value| value.eq_ignore_ascii_case("true")) {
            return Err(ProviderError::not_found(NAME, "AWS_EC2_METADATA_DISABLED is true"));
        }
        let base = self.base();
        let mut request = request(&format!("{base}/latest/api/token"))?;
        *request.method_mut() = Method::PUT;
        request.headers_mut().insert("x-aws-ec2-metadata-token-ttl-seconds", METADATA_TOKEN_SECONDS.into());
        Ok(ask(request, move |answer| {
            let answer = answer.map_err(|error| {
                ProviderError::not_found(NAME, "this is not an EC2 instance: no metadata service responds")
                    .because(error)
            })?;
            match answer.status {
                200 => roles(base, answer.text()),
                _ => Err(ProviderError::failed(NAME, format!("no token: {}", answer.refusal(&[])))),
            }
        }))
    }
}

fn roles<'s>(base: String, token: &str) -> Result<Step<'s>, ProviderError> {
    let mut token = HeaderValue::from_str(token)
        .map_err(|_| ProviderError::failed(NAME, "the token is not a valid header value"))?;
    token.set_sensitive(true);
    let read = move |path: &str| {
        let mut request = request(&format!("{base}{METADATA_ROLES}{path}"))?;
        request.headers_mut().insert("x-aws-ec2-metadata-token", token.clone());
        Ok::<_, ProviderError>(request)
    };
    Ok(ask(read("")?, move |answer| {
        let answer = answer?;
        let role = answer.text().trim().lines().next().unwrap_or_default();
        match answer.status {
            404 => return Err(ProviderError::not_found(NAME, "the instance has no role")),
            200 if !role.is_empty() => {}
            _ => return Err(ProviderError::failed(NAME, answer.refusal(&[]))),
        }
        let mut path = Vec::new();
        encode(role.as_bytes(), Decode::Nothing, false, &mut path);
        Ok(ask(read(str::from_utf8(&path).unwrap_or_default())?, |answer| credentials(&answer?)))
    }))
}

/// The service also reports errors with status 200.
fn credentials<'s>(answer: &Answer) -> Result<Step<'s>, ProviderError> {
    let json = answer.json();
    match json.text("Code") {
        None | Some("Success") if answer.status == 200 => of_json(NAME, answer),
        _ => Err(ProviderError::failed(NAME, answer.refusal(&[]))),
    }
}

fn request(url: &str) -> Result<Request<Vec<u8>>, ProviderError> {
    let mut request = Request::new(Vec::new());
    *request.uri_mut() =
        url.parse().map_err(|_| ProviderError::invalid(NAME, "the endpoint is not an absolute URL"))?;
    if request.uri().host().is_none() {
        return Err(ProviderError::invalid(NAME, "the endpoint is not an absolute URL"));
    }
    Ok(request)
}

fn ask<'s>(
    request: Request<Vec<u8>>,
    next: impl FnOnce(Result<Answer, ProviderError>) -> Result<Step<'s>, ProviderError> + Send + 's,
) -> Step<'s> {
    Step::Ask(Exchange::new(NAME, request, METADATA_TIMEOUT, |answer, _| next(answer)))
}
