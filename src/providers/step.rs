//! What a source does next: it has credentials, or a request to send.

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

/// What a source does next.
#[derive(Debug)]
pub enum Step<'s> {
    /// It has credentials.
    Found(Credentials),
    /// It has a request to send.
    Ask(Exchange<'s>),
}

/// A request to send, and what to do with the answer.
pub struct Exchange<'s> {
    source: &'static str,
    request: Box<Request<Vec<u8>>>,
    timeout: Duration,
    resume: Resume<'s>,
}

type Resume<'s> =
    Box<dyn FnOnce(Result<Answer, ProviderError>, Timestamp) -> Result<Step<'s>, ProviderError> + Send + 's>;

/// Why a request has no answer.
#[derive(Debug)]
pub enum NoAnswer {
    /// It took longer than [`Exchange::timeout`].
    TimedOut,
    /// What the HTTP client says.
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

    /// To be sent as it is, without following redirects: what it carries is for this host alone.
    pub fn request(&self) -> &Request<Vec<u8>> {
        &self.request
    }

    /// How long the answer may take.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// What follows from the answer. Ask again, a few times, before you hand on one with status 429 or 5xx.
    ///
    /// # Errors
    ///
    /// Says why the answer holds no credentials, or that there is none: see [`ProviderError`].
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

/// Goes on with the credentials that a source has in the end.
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

/// Goes on with the error that a source has in the end.
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

/// Without path and query, which may hold what is not for others to see.
fn origin_of(uri: &Uri) -> String {
    format!("{}://{}", uri.scheme_str().unwrap_or("http"), crate::http::host_of(uri))
}

/// Names the host alone: headers and body may be secret.
impl fmt::Debug for Exchange<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Exchange")
            .field("source", &self.source)
            .field("origin", &origin_of(self.request.uri()))
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
