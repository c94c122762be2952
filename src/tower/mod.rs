//! Layers for [tower](https://docs.rs/tower): services that sign or verify the requests that pass through them.
//!
//! [`SignLayer`] goes in front of a client, [`VerifyLayer`] in front of a server, such as a router of axum. They get their
//! inputs through three traits, each of which a closure implements: [`Clock`], [`ProvideCredentials`] and [`KeyLookup`].

mod body;
mod sign;
mod verify;

use alloc::boxed::Box;
use core::future::Future;
use core::pin::Pin;

use crate::{Credentials, Timestamp};

pub use sign::{SignLayer, SignService};
pub use verify::{Authenticated, KeyLookup, KeyRequest, KnownKey, VerifyLayer, VerifyService};

/// Any error that can cross threads.
pub type BoxError = Box<dyn core::error::Error + Send + Sync>;

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Returns the time: a function, or [`SystemClock`].
pub trait Clock: Clone + Send + Sync + 'static {
    /// Now.
    fn now(&self) -> Timestamp;
}

impl<F: Fn() -> Timestamp + Clone + Send + Sync + 'static> Clock for F {
    fn now(&self) -> Timestamp {
        self()
    }
}

/// The clock of the operating system. If that is before 1970, it returns 1970, and every signature is refused.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let now = Timestamp::try_from(std::time::SystemTime::now());
        now.unwrap_or(Timestamp::EPOCH)
    }
}

/// Provides the credentials that sign a request: fixed ones, or an asynchronous function that keeps and renews them.
pub trait ProvideCredentials: Clone + Send + Sync + 'static {
    /// The current credentials. Keep them as long as they are valid, because they keep the signing keys.
    fn credentials(&self) -> impl Future<Output = Result<Credentials, BoxError>> + Send;
}

impl ProvideCredentials for Credentials {
    async fn credentials(&self) -> Result<Credentials, BoxError> {
        Ok(self.clone())
    }
}

impl<F, R, E> ProvideCredentials for F
where
    F: Fn() -> R + Clone + Send + Sync + 'static,
    R: Future<Output = Result<Credentials, E>> + Send,
    E: Into<BoxError>,
{
    fn credentials(&self) -> impl Future<Output = Result<Credentials, BoxError>> + Send {
        let credentials = self();
        async { credentials.await.map_err(Into::into) }
    }
}
