//! When temporary credentials are renewed: the rule of this crate and, with the constants that `src/tables.rs` generates, of
//! `js/protocol/renewal.js`. Times are seconds since 1970.

use crate::{Credentials, Timestamp};

/// Credentials are renewed this long before they expire, so that they do not expire on the way to the server.
pub(crate) const RENEW_AHEAD_SECONDS: i64 = 300;

/// After a failed renewal, valid credentials are used for this long before the next attempt.
pub(crate) const RETRY_AFTER_SECONDS: i64 = 10;

/// When new credentials are due for renewal: some minutes before they expire, or after half of a shorter lifetime. Credentials
/// without an expiration are always due, because only their source knows how long they are valid.
pub(super) fn renewal_at(credentials: &Credentials, now: Timestamp) -> i64 {
    let now = now.unix_seconds();
    credentials.expires_at().map_or(now, |expiry| {
        let expiry = expiry.unix_seconds();
        (expiry - RENEW_AHEAD_SECONDS).max((now + expiry) / 2)
    })
}

/// When to retry after a failed renewal, while the last credentials are usable.
pub(super) fn retry_at(credentials: &Credentials, now: Timestamp) -> i64 {
    let retry = now.unix_seconds() + RETRY_AFTER_SECONDS;
    credentials.expires_at().map_or(retry, |expiry| retry.min(expiry.unix_seconds()))
}

/// Whether credentials are known to be valid still, so they can be used if their renewal fails.
pub(super) fn is_usable(credentials: &Credentials, now: Timestamp) -> bool {
    credentials.expires_at().is_some_and(|expiry| now < expiry)
}
