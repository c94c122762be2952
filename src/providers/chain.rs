//! Several sources, one after the other.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::fmt;

use super::step::or_else;
use super::{
    Container, Environment, InstanceMetadata, ProviderError, ProviderErrorKind, Source, Step, WebIdentity,
};
use crate::Timestamp;

/// The credentials of the first source that is configured. A source is skipped only if it is not configured
/// ([`ProviderErrorKind::NotFound`]). If a source fails, the chain stops, because the next source may have the credentials of another
/// identity.
///
/// ```
/// use sigv4_wasm::providers::{Chain, Container, Environment, InstanceMetadata};
///
/// let chain = Chain::new().then(Environment::new()).then(Container::new()).then(InstanceMetadata::new());
/// # let _ = chain;
/// ```
#[derive(Default)]
pub struct Chain(Vec<Box<dyn Source>>);

impl Chain {
    /// A chain without sources.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a source, which is tried last.
    pub fn then(mut self, source: impl Source + 'static) -> Self {
        self.0.push(Box::new(source));
        self
    }

    /// Tries environment variables, the token file of a web identity, a container of ECS or EKS, and the role of an EC2 instance. This
    /// is the order of the AWS SDKs, without the profiles of `~/.aws`.
    pub fn of_environment() -> Self {
        Self::new()
            .then(Environment::new())
            .then(WebIdentity::of_environment())
            .then(Container::new())
            .then(InstanceMetadata::new())
    }

    fn from(
        &self,
        place: usize,
        mut tried: Vec<ProviderError>,
        now: Timestamp,
    ) -> Result<Step<'_>, ProviderError> {
        let Some(source) = self.0.get(place) else { return Err(ProviderError::of_all("Chain", tried)) };
        or_else(source.begin(now), now, move |error, now| {
            if error.kind() != ProviderErrorKind::NotFound {
                return Err(error);
            }
            tried.push(error);
            self.from(place + 1, tried, now)
        })
    }
}

impl Source for Chain {
    fn begin(&self, now: Timestamp) -> Result<Step<'_>, ProviderError> {
        self.from(0, Vec::new(), now)
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Chain({} sources)", self.0.len())
    }
}
