//! The steps of a search for credentials.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::time::Duration;

use http::{Request, Response, Uri};

use super::answer::Answer;
use super::{BoxError, ProviderError};
use crate::{Credentials, Timestamp};

/// A step of a search for credentials.
#[derive(Debug)]
pub enum Step<'s> {
    /// The search is over.
    Found(Credentials),
    /// A request must be sent.
    Ask(Exchange<'s>),
}

/// A request to send. Its response leads to the next [`Step`].
pub struct Exchange<'s> {
    source: &'static str,
    request: Box<Request<Vec<u8>>>,
    timeout: Duration,
    resume: Resume<'s>,
}

type Resume<'s> =
    Box<dyn FnOnce(Result<Answer, ProviderError>, Timestamp) -> Result<Step<'s>, ProviderError> + Send + 's>;

/// Why there is no response.
#[derive(Debug)]
pub enum NoAnswer {
    /// It took longer than [`Exchange::timeout`].
    TimedOut,
    /// The error of the HTTP client.
    Failed(BoxError),
}

impl<'s> Exchange<'s> {
    pub(super) fn new(
        source: &'static str,
        request: Request<Vec<u8>>,
        timeout: Duration,
        resume: impl FnOnce(Result<Answer, ProviderError>, Timestamp) -> Result<Step<'s>, ProviderError>
        + Send
        + 's,
    ) -> Self {
        Self { source, request: Box::new(request), timeout, resume: Box::new(resume) }
    }

    /// The request. Send it unchanged and do not follow redirects, because it may carry a token that is meant for its host only.
    pub fn request(&self) -> &Request<Vec<u8>> {
        &self.request
    }

    /// How long the response may take.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// Continues with the response. If its status is 429 or 5xx, retry the request a few times first.
    ///
    /// # Errors
    ///
    /// Returns a [`ProviderError`] if there is no response, or if it contains no credentials.
    pub fn resume(
        self,
        answer: Result<Response<Vec<u8>>, NoAnswer>,
        now: Timestamp,
    ) -> Result<Step<'s>, ProviderError> {
        let answer = answer.map(Answer::of).map_err(|why| {
            let origin = origin_of(self.request.uri());
            match why {
                NoAnswer::TimedOut => {
                    ProviderError::failed(self.source, format!("{origin} did not answer in time"))
                }
                NoAnswer::Failed(error) => {
                    ProviderError::failed(self.source, format!("{origin} is unreachable")).because(error)
                }
            }
        });
        (self.resume)(answer, now)
    }

    fn and(
        self,
        resume: impl FnOnce(Result<Step<'s>, ProviderError>, Timestamp) -> Result<Step<'s>, ProviderError>
        + Send
        + 's,
    ) -> Self {
        let first = self.resume;
        Self { resume: Box::new(move |answer, now| resume(first(answer, now), now)), ..self }
    }
}

/// Continues with the credentials that a search finds.
pub(super) fn then<'s>(
    step: Result<Step<'s>, ProviderError>,
    now: Timestamp,
    next: impl FnOnce(Credentials, Timestamp) -> Result<Step<'s>, ProviderError> + Send + 's,
) -> Result<Step<'s>, ProviderError> {
    match step? {
        Step::Found(credentials) => next(credentials, now),
        Step::Ask(exchange) => Ok(Step::Ask(exchange.and(move |step, now| then(step, now, next)))),
    }
}

/// Continues with the error of a search.
pub(super) fn or_else<'s>(
    step: Result<Step<'s>, ProviderError>,
    now: Timestamp,
    other: impl FnOnce(ProviderError, Timestamp) -> Result<Step<'s>, ProviderError> + Send + 's,
) -> Result<Step<'s>, ProviderError> {
    match step {
        Err(error) => other(error, now),
        Ok(Step::Ask(exchange)) => Ok(Step::Ask(exchange.and(move |step, now| or_else(step, now, other)))),
        found => found,
    }
}

/// The URL without path and query, which may contain secrets.
fn origin_of(uri: &Uri) -> String {
    format!("{}://{}", uri.scheme_str().unwrap_or("http"), crate::http::host_of(uri))
}

/// Shows no header and no body, which may contain secrets.
impl fmt::Debug for Exchange<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("source", &self.source)
            .field("origin", &origin_of(self.request.uri()))
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
