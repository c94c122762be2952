//! The credentials of a provider, and the search for new ones. There is at most one search at a time.
//!
//! The first caller that needs credentials searches. The others wait and get the same outcome. If the first caller is dropped before
//! its search ends, such as by a timeout, one of the others starts again. This needs no runtime and spawns no task.

use alloc::vec::Vec;
use core::future::poll_fn;
use core::mem::take;
use core::task::{Poll, Waker};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::ProviderError;
use super::renewal::{is_usable, renewal_at, retry_at};
use crate::{Credentials, Timestamp};

#[derive(Default)]
pub(super) struct Cache {
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    last: Option<Credentials>,
    /// In seconds since 1970.
    due_at: i64,
    is_searching: bool,
    /// The number of searches that have ended, and the outcome of the last one.
    ended: u64,
    outcome: Option<Outcome>,
    waiting: Vec<Waker>,
}

type Outcome = Result<Credentials, ProviderError>;

/// The kind of credentials that a caller requests.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Credentials that are not due for renewal. If they cannot be renewed: usable ones.
    Good,
    /// Newer credentials than the last ones.
    Newer,
}

impl Cache {
    pub(super) async fn credentials<S: Future<Output = Outcome>>(
        &self,
        wanted: Wanted,
        now: impl Fn() -> Timestamp,
        search: impl FnOnce() -> S,
    ) -> Outcome {
        if wanted == Wanted::Good
            && let Some(kept) = self.kept(now())
        {
            return Ok(kept);
        }
        let outcome = match self.turn().await {
            Turn::Over(outcome) => outcome,
            Turn::Mine(search_of_mine) => {
                let outcome = search().await;
                search_of_mine.end(outcome, now())
            }
        };
        match (outcome, wanted) {
            // A caller that wants newer credentials has the last ones.
            (Err(error), Wanted::Good) => self.fall_back(now()).ok_or(error),
            (outcome, _) => outcome,
        }
    }

    fn kept(&self, now: Timestamp) -> Option<Credentials> {
        let state = self.lock();
        state.last.clone().filter(|_| now.unix_seconds() < state.due_at)
    }

    /// The last credentials, if they are still valid. They are used for some time before the next search.
    fn fall_back(&self, now: Timestamp) -> Option<Credentials> {
        let mut state = self.lock();
        let last = state.last.clone().filter(|last| is_usable(last, now))?;
        state.due_at = retry_at(&last, now);
        Some(last)
    }

    /// Waits for the search in progress, or starts one.
    async fn turn(&self) -> Turn<'_> {
        let mut joined = None;
        poll_fn(|context| {
            let mut state = self.lock();
            let joined = *joined.get_or_insert(state.ended);
            if state.ended != joined
                && let Some(outcome) = &state.outcome
            {
                return Poll::Ready(Turn::Over(outcome.clone()));
            }
            if !state.is_searching {
                state.is_searching = true;
                return Poll::Ready(Turn::Mine(Search(self)));
            }
            if !state.waiting.iter().any(|waker| waker.will_wake(context.waker())) {
                state.waiting.push(context.waker().clone());
            }
            Poll::Pending
        })
        .await
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

enum Turn<'c> {
    Mine(Search<'c>),
    Over(Outcome),
}

/// The search in progress. When it is dropped, another caller may search.
struct Search<'c>(&'c Cache);

impl Search<'_> {
    fn end(self, outcome: Outcome, now: Timestamp) -> Outcome {
        let mut state = self.0.lock();
        let outcome = outcome.map(|found| {
            // Equal credentials stay, and with them their signing keys.
            let kept = state.last.take().filter(|last| last.is_same(&found)).unwrap_or(found);
            state.due_at = renewal_at(&kept, now);
            state.last.insert(kept).clone()
        });
        state.ended = state.ended.wrapping_add(1);
        state.outcome = Some(outcome.clone());
        drop(state);
        outcome
    }
}

impl Drop for Search<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.is_searching = false;
        let waiting = take(&mut state.waiting);
        drop(state);
        waiting.into_iter().for_each(Waker::wake);
    }
}
