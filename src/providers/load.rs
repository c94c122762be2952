//! Drives a source: sends its requests with a timeout, and retries if the service is busy.

use alloc::vec::Vec;
use core::future::poll_fn;
use core::pin::pin;
use core::task::Poll;
use core::time::Duration;

use http::{Request, Response};

use super::cache::{Cache, Wanted};
use super::{BoxError, NoAnswer, ProviderError, Source, Step};
use crate::{Credentials, Timestamp};

/// A source, functions that send and wait, a clock, and a cache.
pub(crate) struct Loader<A, T, C> {
    pub(crate) source: A,
    pub(crate) send: T,
    pub(crate) sleep: C,
    pub(crate) now: fn() -> Timestamp,
    cache: Cache,
}

impl<S, A, F, T, D> Loader<S, A, T>
where
    S: Source,
    A: Fn(Request<Vec<u8>>) -> F,
    F: Future<Output = Result<Response<Vec<u8>>, BoxError>>,
    T: Fn(Duration) -> D,
    D: Future<Output = ()>,
{
    pub(crate) fn new(source: S, send: A, sleep: T, now: fn() -> Timestamp) -> Self {
        Self { source, send, sleep, now, cache: Cache::default() }
    }

    pub(crate) async fn credentials(&self) -> Result<Credentials, ProviderError> {
        self.cache.credentials(Wanted::Good, self.now, || self.load()).await
    }

    pub(crate) async fn renewed(&self) -> Result<Credentials, ProviderError> {
        self.cache.credentials(Wanted::Newer, self.now, || self.load()).await
    }

    async fn load(&self) -> Result<Credentials, ProviderError> {
        let mut step = self.source.begin((self.now)())?;
        loop {
            let exchange = match step {
                Step::Found(credentials) => return Ok(credentials),
                Step::Ask(exchange) => exchange,
            };
            let answer = self.ask(exchange.request(), exchange.timeout()).await;
            step = exchange.resume(answer, (self.now)())?;
        }
    }

    async fn ask(
        &self,
        request: &Request<Vec<u8>>,
        timeout: Duration,
    ) -> Result<Response<Vec<u8>>, NoAnswer> {
        for delay in RETRY_DELAYS {
            let answer = self.once(request, timeout).await?;
            let status = answer.status();
            if status.as_u16() != 429 && !status.is_server_error() {
                return Ok(answer);
            }
            (self.sleep)(delay).await;
        }
        self.once(request, timeout).await
    }

    async fn once(
        &self,
        request: &Request<Vec<u8>>,
        timeout: Duration,
    ) -> Result<Response<Vec<u8>>, NoAnswer> {
        let mut answer = pin!((self.send)(request.clone()));
        let mut timer = pin!((self.sleep)(timeout));
        poll_fn(|context| match answer.as_mut().poll(context) {
            Poll::Ready(answer) => Poll::Ready(answer.map_err(NoAnswer::Failed)),
            Poll::Pending => timer.as_mut().poll(context).map(|()| Err(NoAnswer::TimedOut)),
        })
        .await
    }
}

/// Delays before a request is retried because its status was 429 or 5xx.
const RETRY_DELAYS: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(200)];
