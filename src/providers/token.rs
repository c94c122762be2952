//! Tokens that a request carries: a text, or one that is asked each time.

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

use super::{BoxError, ProviderError};

/// A token: a text that stays, a function that returns the current one, or a file.
pub struct Token(Read);

type Read = Box<dyn Fn() -> Result<String, BoxError> + Send + Sync>;

impl Token {
    /// What the function returns, each time that credentials are asked for.
    pub fn from_fn<E: Into<BoxError>>(read: impl Fn() -> Result<String, E> + Send + Sync + 'static) -> Self {
        Self(Box::new(move || read().map_err(Into::into)))
    }

    /// What is in a file, each time that credentials are asked for, without white space around it: Kubernetes and others replace
    /// the token before it expires.
    pub fn from_file(path: impl Into<String>) -> Self {
        let path = path.into();
        Self::from_fn(move || std::fs::read_to_string(&path).map(|text| String::from(text.trim())))
    }

    pub(super) fn read(&self, source: &str, what: &str) -> Result<String, ProviderError> {
        let token = (self.0)().map_err(|error| {
            ProviderError::failed(source, alloc::format!("the {what} could not be read")).because(error)
        })?;
        if token.is_empty() || token.contains(['\r', '\n']) {
            return Err(ProviderError::failed(
                source,
                alloc::format!("the {what} is empty or has a line end in it"),
            ));
        }
        Ok(token)
    }
}

impl From<&str> for Token {
    fn from(text: &str) -> Self {
        String::from(text).into()
    }
}

impl From<String> for Token {
    fn from(text: String) -> Self {
        Self::from_fn(move || Ok::<_, BoxError>(text.clone()))
    }
}

/// Shows nothing of it.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}
