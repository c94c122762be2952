//! Calls of AWS STS: its query protocol, the regional endpoints, and the options of both calls for a role.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request, Uri};

use super::answer::{Answer, shown};
use super::issued::of_xml;
use super::rules::STS_VERSION;
use super::xml::element;
use super::{ProviderError, Step, Variables};
use crate::Timestamp;
use crate::canonical::encode::{Decode, encode};
use crate::endpoint::dns_suffix;

/// A call for credentials of a role.
#[derive(Debug, Default)]
pub(super) struct RoleCall {
    /// The parameters that are known before the call.
    parameters: Vec<(String, String)>,
    policies: usize,
    pub(super) region: Option<String>,
    pub(super) endpoint: Option<String>,
    pub(super) variables: Variables,
}

impl RoleCall {
    pub(super) fn new(role_arn: &str) -> Self {
        let mut call = Self::default();
        call.set("RoleArn", role_arn);
        call
    }

    pub(super) fn set(&mut self, name: &str, value: &str) {
        self.parameters.retain(|(known, _)| known != name);
        self.parameters.push((name.into(), value.into()));
    }

    pub(super) fn add_policy(&mut self, arn: &str) {
        self.policies += 1;
        self.set(&format!("PolicyArns.member.{}.arn", self.policies), arn);
    }

    pub(super) fn region(&self, source: &str) -> Result<String, ProviderError> {
        let region = self.region.clone().or_else(|| self.variables.region());
        region.ok_or_else(|| ProviderError::region_required(source))
    }

    /// The request of the call, unsigned.
    pub(super) fn request(
        &self,
        source: &str,
        action: &str,
        more: &[(&str, &str)],
        now: Timestamp,
    ) -> Result<Request<Vec<u8>>, ProviderError> {
        let mut form = format!("Action={action}&Version={STS_VERSION}").into_bytes();
        let session = format!("sigv4-wasm-{}", now.unix_seconds());
        let has_session = self.parameters.iter().any(|(name, _)| name == SESSION_NAME);
        let session = (!has_session).then_some((SESSION_NAME, &session[..]));
        let parameters = self.parameters.iter().map(|(name, value)| (&name[..], &value[..]));
        for (name, value) in parameters.chain(session).chain(more.iter().copied()) {
            form.push(b'&');
            encode(name.as_bytes(), Decode::Nothing, false, &mut form);
            form.push(b'=');
            encode(value.as_bytes(), Decode::Nothing, false, &mut form);
        }
        let mut request = Request::new(form);
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.uri(source)?;
        let content_type = HeaderValue::from_static("application/x-www-form-urlencoded; charset=utf-8");
        request.headers_mut().insert(CONTENT_TYPE, content_type);
        Ok(request)
    }

    fn uri(&self, source: &str) -> Result<Uri, ProviderError> {
        match self.endpoint.clone().or_else(|| self.variables.get("AWS_ENDPOINT_URL_STS")) {
            Some(endpoint) => absolute(source, &endpoint),
            None => regional_endpoint(source, "sts", &self.region(source)?),
        }
    }
}

/// The options of both calls for a role.
macro_rules! role_options {
    () => {
        /// The name of the session in logs. Default: `sigv4-wasm-` and a number.
        pub fn session_name(mut self, name: &str) -> Self {
            self.call.set(super::sts::SESSION_NAME, name);
            self
        }

        /// The lifetime of the credentials, in whole seconds. Default: one hour.
        pub fn duration(mut self, duration: core::time::Duration) -> Self {
            self.call.set("DurationSeconds", &alloc::format!("{}", duration.as_secs()));
            self
        }

        /// A session policy in JSON.
        pub fn policy(mut self, json: &str) -> Self {
            self.call.set("Policy", json);
            self
        }

        /// Adds a managed policy as a session policy.
        pub fn policy_arn(mut self, arn: &str) -> Self {
            self.call.add_policy(arn);
            self
        }

        /// The region of the STS endpoint. Default: `AWS_REGION` or `AWS_DEFAULT_REGION`.
        pub fn region(mut self, region: &str) -> Self {
            self.call.region = Some(region.into());
            self
        }

        /// The URL of the endpoint. Default: `AWS_ENDPOINT_URL_STS`, or the endpoint of the region.
        pub fn endpoint(mut self, url: &str) -> Self {
            self.call.endpoint = Some(url.into());
            self
        }

        /// Reads these variables instead of those of the process.
        pub fn variables(mut self, variables: super::Variables) -> Self {
            self.call.variables = variables;
            self
        }
    };
}
pub(super) use role_options;

pub(super) const SESSION_NAME: &str = "RoleSessionName";

/// Parses a response of STS.
pub(super) fn read<'s>(
    source: &str,
    action: &str,
    answer: &Answer,
    confidential: &[&str],
) -> Result<Step<'s>, ProviderError> {
    if answer.status == 200 {
        return of_xml(source, answer);
    }
    let code = element(answer.text(), "Code").unwrap_or_else(|| "no error code".into());
    let message = element(answer.text(), "Message").unwrap_or_default();
    let message = if message.is_empty() { message } else { format!(", {message}") };
    let why = shown(&format!("{code}{message}"), confidential);
    Err(ProviderError::failed(source, format!("{action}: STS answered {}, {why}", answer.status)))
}

/// The regional endpoint of a service, such as `https://sts.eu-west-1.amazonaws.com`.
pub(super) fn regional_endpoint(source: &str, service: &str, region: &str) -> Result<Uri, ProviderError> {
    let is_region = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if region.is_empty() || !region.bytes().all(is_region) {
        return Err(ProviderError::invalid(source, "the region is not valid"));
    }
    absolute(source, &format!("https://{service}.{region}{}/", dns_suffix(region)))
}

pub(super) fn absolute(source: &str, url: &str) -> Result<Uri, ProviderError> {
    match url.parse::<Uri>() {
        Ok(uri) if uri.scheme().is_some() && uri.host().is_some() => Ok(uri),
        _ => Err(ProviderError::invalid(source, "the endpoint is not an absolute URL")),
    }
}
