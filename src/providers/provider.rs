//! The provider of programs with an asynchronous runtime: any of them.

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

/// Finds credentials and keeps them until they are due for renewal: five minutes before they expire, or of a short life, when
/// half of it is over. If they cannot be renewed, they are used as long as they are valid, and every ten seconds it tries again.
///
/// However many tasks wait, the source is asked once; all get its credentials, or its error. If the task that asks is dropped,
/// another one asks in its place. A clone shares everything with the original.
///
/// With the feature `tower`, it is what a `SignLayer` takes.
#[derive(Clone)]
pub struct Provider {
    loader: Arc<Loader<Box<dyn Source>, BoxedSend, BoxedSleep>>,
}

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;
type BoxedSend =
    Box<dyn Fn(Request<Vec<u8>>) -> BoxFuture<Result<Response<Vec<u8>>, BoxError>> + Send + Sync>;
type BoxedSleep = Box<dyn Fn(Duration) -> BoxFuture<()> + Send + Sync>;

impl Provider {
    /// Of a source, whose requests `send` sends, with a timer such as `tokio::time::sleep`.
    ///
    /// `send` must follow no redirects, as a request carries what is for its host alone, and returns an answer of any status.
    /// Each attempt has some seconds, then its future is dropped. After 429 and 5xx it is called again, three times in all.
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

    /// Those to sign with now.
    ///
    /// # Errors
    ///
    /// Says which source was asked, and why it has none: see [`ProviderError`].
    pub async fn credentials(&self) -> Result<Credentials, ProviderError> {
        self.loader.credentials().await
    }

    /// Newer ones than the last: for a request that was refused, such as with `ExpiredToken`.
    ///
    /// # Errors
    ///
    /// As [`Provider::credentials`], also if the last ones are still valid.
    pub async fn renewed(&self) -> Result<Credentials, ProviderError> {
        self.loader.renewed().await
    }
}

/// Of the system. Where that is before 1970 it says 1970, and every signature is refused.
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
