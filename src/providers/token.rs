//! Tokens in requests: a fixed text, or the current token of a function or a file.

use alloc::boxed::Box;
use alloc::string::String;
use core::fmt;

use super::{BoxError, ProviderError};

/// A token: a fixed text, a function that returns the current token, or a file.
pub struct Token(Read);

type Read = Box<dyn Fn() -> Result<String, BoxError> + Send + Sync>;

impl Token {
    /// Calls the function for each search.
    pub fn from_fn<E: Into<BoxError>>(read: impl Fn() -> Result<String, E> + Send + Sync + 'static) -> Self {
        Self(Box::new(move || read().map_err(Into::into)))
    }

    /// Reads the file for each search, without surrounding white space. Kubernetes and others replace the token before it expires.
    pub fn from_file(path: impl Into<String>) -> Self {
        let path = path.into();
        Self::from_fn(move || std::fs::read_to_string(&path).map(|text| String::from(text.trim())))
    }

    pub(super) fn read(&self, source: &str, what: &str) -> Result<String, ProviderError> {
        let token = (self.0)().map_err(|error| {
            ProviderError::failed(source, alloc::format!("the {what} cannot be read")).because(error)
        })?;
        if token.is_empty() || token.contains(['\r', '\n']) {
            return Err(ProviderError::failed(
                source,
                alloc::format!("the {what} is empty or contains a line break"),
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

/// Does not show the token.
impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(..)")
    }
}
