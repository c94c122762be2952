//! Credentials for a token of an OpenID Connect provider, such as those of Kubernetes or GitHub Actions.

use super::rules::TIMEOUT;
use super::sts::{RoleCall, SESSION_NAME, read, role_options};
use super::{Exchange, ProviderError, Source, Step, Token};
use crate::Timestamp;

const NAME: &str = "WebIdentity";
const ACTION: &str = "AssumeRoleWithWebIdentity";

/// Credentials of a role, by `AssumeRoleWithWebIdentity` of AWS STS. The request carries the token and no signature.
///
/// ```
/// use sigv4_wasm::providers::{Token, WebIdentity};
///
/// let token = Token::from_file("/var/run/secrets/tokens/aws");
/// let source = WebIdentity::new("arn:aws:iam::123456789012:role/deploy", token).region("eu-west-1");
/// # let _ = source;
/// ```
///
/// Source: `AssumeRoleWithWebIdentity`, AWS Security Token Service API reference.
#[derive(Debug)]
pub struct WebIdentity {
    call: RoleCall,
    /// `None`: role and token are in the environment.
    token: Option<Token>,
}

impl WebIdentity {
    /// Assumes this role with this token.
    pub fn new(role_arn: &str, token: impl Into<Token>) -> Self {
        Self { call: RoleCall::new(role_arn), token: Some(token.into()) }
    }

    /// Assumes the role in `AWS_ROLE_ARN` with the token in the file that `AWS_WEB_IDENTITY_TOKEN_FILE` names, as EKS sets them (IAM
    /// roles for service accounts). The session name may be in `AWS_ROLE_SESSION_NAME`.
    pub fn of_environment() -> Self {
        Self { call: RoleCall::default(), token: None }
    }

    /// The host of an OAuth 2.0 provider that is not OpenID Connect.
    pub fn provider_id(mut self, host: &str) -> Self {
        self.call.set("ProviderId", host);
        self
    }

    role_options!();
}

impl Source for WebIdentity {
    fn begin(&self, now: Timestamp) -> Result<Step<'_>, ProviderError> {
        let variable = |name: &str| {
            let missing = || ProviderError::not_found(NAME, alloc::format!("{name} is not set"));
            self.call.variables.get(name).ok_or_else(missing)
        };
        let (mut role, mut session) = (None, None);
        let from_file;
        let token = match &self.token {
            Some(token) => token,
            None => {
                from_file = Token::from_file(variable("AWS_WEB_IDENTITY_TOKEN_FILE")?);
                role = Some(variable("AWS_ROLE_ARN")?);
                session = variable("AWS_ROLE_SESSION_NAME").ok();
                &from_file
            }
        };
        let token = token.read(NAME, "web identity token")?;
        let more = [
            Some(("WebIdentityToken", &token[..])),
            role.as_deref().map(|role| ("RoleArn", role)),
            session.as_deref().map(|session| (SESSION_NAME, session)),
        ];
        let more: alloc::vec::Vec<_> = more.into_iter().flatten().collect();
        let request = self.call.request(NAME, ACTION, &more, now)?;
        Ok(Step::Ask(Exchange::new(NAME, request, TIMEOUT, move |answer, _| {
            read(NAME, ACTION, &answer?, &[&token])
        })))
    }
}
