//! Errors of sources and providers.

use alloc::format;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::error::Error;
use core::fmt;

use super::BoxError;

/// Why a source has no credentials, or failed. The message names the source and contains no secret.
#[derive(Debug, Clone)]
pub struct ProviderError {
    kind: ProviderErrorKind,
    message: String,
    cause: Option<Arc<dyn Error + Send + Sync>>,
    tried: Vec<ProviderError>,
}

/// The kind of a [`ProviderError`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProviderErrorKind {
    /// The source is not configured. A [`Chain`](super::Chain) tries the next source.
    NotFound,
    /// The source is configured and fails. A chain stops, because the next source may have the credentials of another identity.
    Failed,
    /// A setting is not valid, such as the URL of an endpoint.
    SettingInvalid,
    /// Neither the program nor the environment sets a region.
    RegionRequired,
}

impl ProviderError {
    /// The error of your own source if it is not configured. `source` is its name.
    pub fn not_found(source: &str, why: impl fmt::Display) -> Self {
        Self::new(ProviderErrorKind::NotFound, source, why)
    }

    /// The error of your own source if it is configured and fails.
    pub fn failed(source: &str, why: impl fmt::Display) -> Self {
        Self::new(ProviderErrorKind::Failed, source, why)
    }

    pub(super) fn invalid(source: &str, why: impl fmt::Display) -> Self {
        Self::new(ProviderErrorKind::SettingInvalid, source, why)
    }

    pub(super) fn region_required(source: &str) -> Self {
        let why = "no region is set: call region(), or set AWS_REGION or AWS_DEFAULT_REGION";
        Self::new(ProviderErrorKind::RegionRequired, source, why)
    }

    fn new(kind: ProviderErrorKind, source: &str, why: impl fmt::Display) -> Self {
        Self { kind, message: format!("{source}: {why}"), cause: None, tried: Vec::new() }
    }

    /// Adds the error that caused this one.
    pub fn because(self, cause: impl Into<BoxError>) -> Self {
        Self { cause: Some(Arc::from(cause.into())), ..self }
    }

    /// The error of a chain if none of its sources is configured.
    pub(super) fn of_all(source: &str, tried: Vec<ProviderError>) -> Self {
        let messages: Vec<&str> = tried.iter().map(|error| &error.message[..]).collect();
        let why = if messages.is_empty() { "it has no sources".into() } else { messages.join("; ") };
        Self { tried, ..Self::not_found(source, why) }
    }

    /// The kind of the error.
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

    /// The errors of the sources of a chain, in the order in which they were tried.
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
