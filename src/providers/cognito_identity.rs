//! Credentials of an Amazon Cognito identity pool, for users and guests of an app.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use std::sync::{Mutex, PoisonError};

use http::header::CONTENT_TYPE;
use http::{HeaderValue, Method, Request};
use serde_json::{Map, Value};

use super::answer::Answer;
use super::issued::of_json;
use super::rules::TIMEOUT;
use super::sts::{absolute, regional_endpoint};
use super::{Exchange, ProviderError, Source, Step, Token};
use crate::Timestamp;

const NAME: &str = "CognitoIdentity";

/// Credentials of a Cognito identity pool, with the enhanced authentication flow.
///
/// ```
/// use std::sync::Arc;
/// use sigv4_wasm::providers::CognitoIdentity;
///
/// // In an `Arc`, so that you can call `pool.identity_id()` after you passed the source to a provider.
/// let pool = Arc::new(CognitoIdentity::new("eu-west-1:12345678-1234-1234-1234-123456789012"));
/// # assert_eq!(pool.identity_id(), None);
/// ```
///
/// Source: "Identity pools authentication flow", Amazon Cognito developer guide; `GetId`, `GetCredentialsForIdentity`, Amazon
/// Cognito federated identities API reference.
#[derive(Debug)]
pub struct CognitoIdentity {
    pool_id: String,
    logins: Vec<(String, Token)>,
    custom_role_arn: Option<String>,
    endpoint: Option<String>,
    given_id: Option<String>,
    identity_id: Mutex<Option<String>>,
}

impl CognitoIdentity {
    /// Uses this pool, for a guest unless you call [`CognitoIdentity::login`].
    pub fn new(identity_pool_id: &str) -> Self {
        Self {
            pool_id: identity_pool_id.into(),
            logins: Vec::new(),
            custom_role_arn: None,
            endpoint: None,
            given_id: None,
            identity_id: Mutex::default(),
        }
    }

    /// Adds the token of a user who is signed in, and the name of its issuer, such as
    /// `cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf`.
    pub fn login(mut self, issuer: &str, token: impl Into<Token>) -> Self {
        self.logins.push((issuer.into(), token.into()));
        self
    }

    /// Reuses the identity ID of an earlier visit. Otherwise, each visit of a guest gets a new one.
    pub fn with_identity_id(mut self, id: &str) -> Self {
        self.given_id = Some(id.into());
        self.identity_id = Mutex::new(Some(id.into()));
        self
    }

    /// Chooses a role if the user has several.
    pub fn custom_role_arn(mut self, arn: &str) -> Self {
        self.custom_role_arn = Some(arn.into());
        self
    }

    /// The URL of the endpoint. Default: the endpoint of the region in the pool ID.
    pub fn endpoint(mut self, url: &str) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// The identity ID, after the first search.
    pub fn identity_id(&self) -> Option<String> {
        self.identity_id.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_identity_id(&self, id: Option<String>) {
        *self.identity_id.lock().unwrap_or_else(PoisonError::into_inner) = id;
    }

    fn call<'s>(
        &'s self,
        action: &'static str,
        mut body: Map<String, Value>,
        tokens: Vec<String>,
        next: impl FnOnce(&Answer, Vec<String>, Timestamp) -> Result<Step<'s>, ProviderError> + Send + 's,
    ) -> Result<Step<'s>, ProviderError> {
        if !self.logins.is_empty() {
            let logins = self.logins.iter().zip(&tokens);
            let logins = logins.map(|((issuer, _), token)| (issuer.clone(), token.clone().into()));
            body.insert("Logins".into(), Value::Object(logins.collect()));
        }
        let mut request = Request::new(Value::Object(body).to_string().into_bytes());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = match &self.endpoint {
            Some(endpoint) => absolute(NAME, endpoint)?,
            None => {
                let region = self.pool_id.split(':').next().unwrap_or_default();
                regional_endpoint(NAME, "cognito-identity", region)?
            }
        };
        let headers = request.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/x-amz-json-1.1"));
        // Not reached: actions are ASCII.
        let target = HeaderValue::from_str(&format!("AWSCognitoIdentityService.{action}"));
        headers.insert(
            "x-amz-target",
            target.map_err(|_| ProviderError::invalid(NAME, "the action is not a valid header value"))?,
        );
        Ok(Step::Ask(Exchange::new(NAME, request, TIMEOUT, move |answer, now| {
            let answer = answer?;
            if answer.status == 200 {
                return next(&answer, tokens, now);
            }
            // The identity ID may belong to a deleted pool, or to another user.
            self.set_identity_id(self.given_id.clone());
            let confidential: Vec<&str> = tokens.iter().map(|token| &token[..]).collect();
            Err(ProviderError::failed(NAME, format!("{action}: {}", answer.refusal(&confidential))))
        })))
    }

    fn credentials(&self, identity_id: String, tokens: Vec<String>) -> Result<Step<'_>, ProviderError> {
        let mut body = Map::new();
        body.insert("IdentityId".into(), identity_id.into());
        if let Some(arn) = &self.custom_role_arn {
            body.insert("CustomRoleArn".into(), arn.clone().into());
        }
        self.call("GetCredentialsForIdentity", body, tokens, |answer, _, _| of_json(NAME, answer))
    }
}

impl Source for CognitoIdentity {
    fn begin(&self, _now: Timestamp) -> Result<Step<'_>, ProviderError> {
        let tokens =
            self.logins.iter().map(|(issuer, token)| token.read(NAME, &format!("token of {issuer}")));
        let tokens = tokens.collect::<Result<Vec<_>, _>>()?;
        if let Some(id) = self.identity_id() {
            return self.credentials(id, tokens);
        }
        let mut body = Map::new();
        body.insert("IdentityPoolId".into(), self.pool_id.clone().into());
        self.call("GetId", body, tokens, |answer, tokens, _| {
            let id = answer.json().text("IdentityId").map(ToString::to_string);
            let id =
                id.ok_or_else(|| ProviderError::failed(NAME, "GetId: the response has no IdentityId"))?;
            self.set_identity_id(Some(id.clone()));
            self.credentials(id, tokens)
        })
    }
}
