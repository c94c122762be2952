//! Credentials of a role that the credentials of another source may assume.

use alloc::boxed::Box;
use alloc::format;
use core::fmt;

use super::rules::TIMEOUT;
use super::step::then;
use super::sts::{RoleCall, read, role_options};
use super::{Exchange, ProviderError, Source, Step, Token};
use crate::{Config, Credentials, Signer, Timestamp};

const NAME: &str = "AssumeRole";

/// Credentials of a role, by `AssumeRole` of AWS STS. The request is signed by this crate.
///
/// ```
/// use sigv4_wasm::providers::{AssumeRole, Environment};
///
/// let source = AssumeRole::new("arn:aws:iam::123456789012:role/reader", Environment::new())
///     .region("eu-west-1")
///     .session_name("nightly-report");
/// # let _ = source;
/// ```
///
/// Source: `AssumeRole`, AWS Security Token Service API reference.
pub struct AssumeRole {
    call: RoleCall,
    source: Box<dyn Source>,
    tags: usize,
    inherited_tags: usize,
    mfa_code: Option<Token>,
}

impl AssumeRole {
    /// Assumes this role with the credentials of the source.
    pub fn new(role_arn: &str, source: impl Source + 'static) -> Self {
        let call = RoleCall::new(role_arn);
        Self { call, source: Box::new(source), tags: 0, inherited_tags: 0, mfa_code: None }
    }

    /// The external ID that the trust policy of the role requires.
    pub fn external_id(mut self, id: &str) -> Self {
        self.call.set("ExternalId", id);
        self
    }

    /// The source identity, which appears in logs.
    pub fn source_identity(mut self, identity: &str) -> Self {
        self.call.set("SourceIdentity", identity);
        self
    }

    /// Adds a tag to the session.
    pub fn tag(mut self, key: &str, value: &str) -> Self {
        self.tags += 1;
        self.call.set(&format!("Tags.member.{}.Key", self.tags), key);
        self.call.set(&format!("Tags.member.{}.Value", self.tags), value);
        self
    }

    /// Marks a tag as transitive: later sessions inherit it.
    pub fn transitive_tag(mut self, key: &str) -> Self {
        self.inherited_tags += 1;
        self.call.set(&format!("TransitiveTagKeys.member.{}", self.inherited_tags), key);
        self
    }

    /// The serial number or ARN of an MFA device, and its current code.
    pub fn mfa(mut self, serial_number: &str, code: Token) -> Self {
        self.call.set("SerialNumber", serial_number);
        self.mfa_code = Some(code);
        self
    }

    role_options!();

    fn ask(&self, credentials: &Credentials, now: Timestamp) -> Result<Step<'_>, ProviderError> {
        let code = self.mfa_code.as_ref().map(|code| code.read(NAME, "MFA code")).transpose()?;
        let more = code.as_deref().map(|code| [("TokenCode", code)]);
        let more = more.as_ref().map_or(&[][..], |more| &more[..]);
        let mut request = self.call.request(NAME, NAME, more, now)?;
        let signer = Signer::new(Config::new("sts", self.call.region(NAME)?));
        signer
            .sign_http(&mut request, credentials, now)
            .map_err(|error| ProviderError::failed(NAME, error.message()))?;
        let credentials = credentials.clone();
        Ok(Step::Ask(Exchange::new(NAME, request, TIMEOUT, move |answer, _| {
            let confidential =
                [credentials.session_token().unwrap_or_default(), credentials.secret_access_key()];
            read(NAME, NAME, &answer?, &confidential)
        })))
    }
}

impl Source for AssumeRole {
    fn begin(&self, now: Timestamp) -> Result<Step<'_>, ProviderError> {
        then(self.source.begin(now), now, |credentials, now| self.ask(&credentials, now))
    }
}

impl fmt::Debug for AssumeRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AssumeRole").field("call", &self.call).finish_non_exhaustive()
    }
}
