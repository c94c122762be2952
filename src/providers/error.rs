//! Why there are no credentials.

use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::error::Error;
use core::fmt;

use super::BoxError;

/// Why a source has no credentials, or could not give them. It holds no secret, and says which source it was.
#[derive(Debug, Clone)]
pub struct ProviderError {
    kind: ProviderErrorKind,
    message: String,
    cause: Option<Arc<dyn Error + Send + Sync>>,
    tried: Vec<ProviderError>,
}

/// What a program can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProviderErrorKind {
    /// The source has no credentials here, and a [`Chain`](super::Chain) asks the next one.
    NotFound,
    /// The source should have credentials and cannot give them. A chain asks no other, as that would be somebody else.
    Failed,
    /// A setting is not valid, such as the URL of an endpoint.
    SettingInvalid,
    /// No region is set, neither by the program nor by the environment.
    RegionRequired,
}

impl ProviderError {
    /// For sources of your own: a source that has no credentials here. `source` is its name.
    pub fn not_found(source: &str, why: impl fmt::Display) -> Self {
        Self::new(ProviderErrorKind::NotFound, source, why)
    }

    /// For sources of your own: a source that should have credentials and cannot give them.
    pub fn failed(source: &str, why: impl fmt::Display) -> Self {
        Self::new(ProviderErrorKind::Failed, source, why)
    }

    pub(super) fn invalid(source: &str, why: impl fmt::Display) -> Self {
        Self::new(ProviderErrorKind::SettingInvalid, source, why)
    }

    pub(super) fn region_required(source: &str) -> Self {
        let why = "no region is set: name it, or set AWS_REGION or AWS_DEFAULT_REGION";
        Self::new(ProviderErrorKind::RegionRequired, source, why)
    }

    fn new(kind: ProviderErrorKind, source: &str, why: impl fmt::Display) -> Self {
        Self { kind, message: format!("{source}: {why}"), cause: None, tried: Vec::new() }
    }

    /// With the error that it comes from.
    pub fn because(self, cause: impl Into<BoxError>) -> Self {
        Self { cause: Some(Arc::from(cause.into())), ..self }
    }

    /// The errors of all sources of a chain, none of which has credentials.
    pub(super) fn of_all(source: &str, tried: Vec<ProviderError>) -> Self {
        let messages: Vec<&str> = tried.iter().map(|error| &error.message[..]).collect();
        let why = if messages.is_empty() { "it has no sources".into() } else { messages.join("; ") };
        Self { tried, ..Self::not_found(source, why) }
    }

    /// What a program can do about it.
    pub fn kind(&self) -> ProviderErrorKind {
        self.kind
    }

    /// The stable code, the same as in the npm package.
    pub fn code(&self) -> &'static str {
        match self.kind {
            ProviderErrorKind::NotFound => "ERR_SIGV4_CREDENTIALS_NOT_FOUND",
            ProviderErrorKind::Failed => "ERR_SIGV4_CREDENTIALS_PROVIDER",
            ProviderErrorKind::SettingInvalid => "ERR_SIGV4_OPTION_INVALID",
            ProviderErrorKind::RegionRequired => "ERR_SIGV4_REGION_REQUIRED",
        }
    }

    /// Of a chain: why each of its sources has no credentials, in the order in which they were asked.
    pub fn tried(&self) -> &[ProviderError] {
        &self.tried
    }
}

impl fmt::Display for ProviderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for ProviderError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_deref().map(|cause| cause as _)
    }
}
