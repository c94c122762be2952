//! The provider for programs with an asynchronous runtime.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::pin::Pin;
use core::time::Duration;

use http::{Request, Response};

use super::load::Loader;
use super::{BoxError, ProviderError, Source};
use crate::{Credentials, Timestamp};

/// Finds credentials and caches them until they are due for renewal: five minutes before they expire, or after half of a lifetime
/// below ten minutes. If the renewal fails, they are used while they are valid, and the provider retries after ten seconds.
///
/// However many tasks wait, the source searches once, and all tasks get its credentials or its error. If the task that searches is
/// dropped, another one starts again. Clones share the cache.
///
/// With the feature `tower`, a `SignLayer` takes a provider.
#[derive(Clone)]
pub struct Provider {
    loader: Arc<Loader<Box<dyn Source>, BoxedSend, BoxedSleep>>,
}

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;
type BoxedSend =
    Box<dyn Fn(Request<Vec<u8>>) -> BoxFuture<Result<Response<Vec<u8>>, BoxError>> + Send + Sync>;
type BoxedSleep = Box<dyn Fn(Duration) -> BoxFuture<()> + Send + Sync>;

impl Provider {
    /// Creates a provider from a source, a function that sends its requests, and a timer such as `tokio::time::sleep`.
    ///
    /// `send` must not follow redirects, because a request may carry a token that is meant for its host only. It returns responses of
    /// every status. If a request takes longer than its timeout, its future is dropped. A response with status 429 or 5xx is retried
    /// twice.
    pub fn new<F, D, B, E>(
        source: impl Source + 'static,
        send: impl Fn(Request<Vec<u8>>) -> F + Send + Sync + 'static,
        sleep: impl Fn(Duration) -> D + Send + Sync + 'static,
    ) -> Self
    where
        F: Future<Output = Result<Response<B>, E>> + Send + 'static,
        B: Into<Vec<u8>>,
        E: Into<BoxError>,
        D: Future<Output = ()> + Send + 'static,
    {
        let send: BoxedSend = Box::new(move |request| {
            let answer = send(request);
            Box::pin(async { Ok(answer.await.map_err(Into::into)?.map(Into::into)) })
        });
        let sleep: BoxedSleep = Box::new(move |duration| Box::pin(sleep(duration)));
        Self { loader: Arc::new(Loader::new(Box::new(source), send, sleep, now)) }
    }

    /// The credentials to sign with.
    ///
    /// # Errors
    ///
    /// Returns a [`ProviderError`], which says why the source has no credentials.
    pub async fn credentials(&self) -> Result<Credentials, ProviderError> {
        self.loader.credentials().await
    }

    /// Fetches newer credentials than the last ones. Call it if AWS refuses a request, such as with `ExpiredToken`.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`Provider::credentials`], even if the last credentials are still valid.
    pub async fn renewed(&self) -> Result<Credentials, ProviderError> {
        self.loader.renewed().await
    }
}

/// The system clock. If it is before 1970, 1970 is used, and servers refuse the signature.
fn now() -> Timestamp {
    Timestamp::try_from(std::time::SystemTime::now()).unwrap_or(Timestamp::EPOCH)
}

impl fmt::Debug for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Provider").finish_non_exhaustive()
    }
}

#[cfg(feature = "tower")]
impl crate::tower::ProvideCredentials for Provider {
    async fn credentials(&self) -> Result<Credentials, crate::tower::BoxError> {
        Ok(self.loader.credentials().await?)
    }
}
