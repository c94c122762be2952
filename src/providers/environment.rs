//! Credentials and region in environment variables, as set by AWS Lambda, for example.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use super::issued::{found, iso_date};
use super::{ProviderError, Source, Step};
use crate::Timestamp;

const NAME: &str = "Environment";

/// Environment variables: those of the process, or others such as the bindings of a Worker.
#[derive(Clone, Default)]
pub struct Variables(Option<BTreeMap<String, String>>);

impl Variables {
    /// The variables of the process. They are read for each search.
    pub fn of_process() -> Self {
        Self(None)
    }

    /// A variable that is set and not empty.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        let value = match &self.0 {
            Some(variables) => variables.get(name).cloned(),
            None => std::env::var(name).ok(),
        };
        value.filter(|value| !value.is_empty())
    }

    /// The value of `AWS_REGION` or `AWS_DEFAULT_REGION`.
    pub fn region(&self) -> Option<String> {
        self.get("AWS_REGION").or_else(|| self.get("AWS_DEFAULT_REGION"))
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Variables {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        Self(Some(variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect()))
    }
}

/// Shows names, but no values, which may be secret.
impl fmt::Debug for Variables {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(variables) => f.debug_set().entries(variables.keys()).finish(),
            None => f.write_str("Variables(of the process)"),
        }
    }
}

/// Credentials in the environment variables `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`, with the optional `AWS_SESSION_TOKEN`
/// and `AWS_CREDENTIAL_EXPIRATION`.
///
/// Source: "Environment variables", AWS SDKs and tools reference guide.
#[derive(Debug, Clone, Default)]
pub struct Environment {
    variables: Variables,
}

impl Environment {
    /// Reads the variables of the process.
    pub fn new() -> Self {
        Self::default()
    }

    /// Reads these variables instead of those of the process.
    pub fn variables(self, variables: Variables) -> Self {
        Self { variables }
    }
}

impl Source for Environment {
    fn begin(&self, _now: Timestamp) -> Result<Step<'_>, ProviderError> {
        let get = |name| self.variables.get(name);
        let (id, secret) = (get("AWS_ACCESS_KEY_ID"), get("AWS_SECRET_ACCESS_KEY"));
        let (Some(id), Some(secret)) = (&id, &secret) else {
            let missing = [("AWS_ACCESS_KEY_ID", id.is_none()), ("AWS_SECRET_ACCESS_KEY", secret.is_none())];
            let names: Vec<&str> = missing.iter().filter(|(_, is)| *is).map(|(name, _)| *name).collect();
            let verb = if names.len() > 1 { "are" } else { "is" };
            return Err(ProviderError::not_found(NAME, format!("{} {verb} not set", names.join(" and "))));
        };
        let expiry = match get("AWS_CREDENTIAL_EXPIRATION") {
            Some(text) => Some(iso_date(&text).ok_or_else(|| {
                ProviderError::failed(NAME, "AWS_CREDENTIAL_EXPIRATION is not a date in ISO 8601")
            })?),
            None => None,
        };
        found(NAME, id, secret, &get("AWS_SESSION_TOKEN").unwrap_or_default(), expiry)
    }
}
