//! Credentials, and the form of access key ids, secrets and session tokens.

use alloc::string::String;
use alloc::sync::Arc;
use core::fmt;

use zeroize::Zeroize;

use crate::sign::stored_keys::StoredKeys;
use crate::text::contains;
use crate::{Error, Timestamp};

/// AWS credentials: long-term ones, or temporary ones with their session token.
///
/// A clone shares the secret without copying it. When the last clone is dropped, the secret and the signing keys that were
/// derived from it are wiped. The keys are stored here, so keep the credentials as long as they are valid. `Debug` shows only
/// the access key id.
///
/// ```
/// use sigv4_wasm::{Credentials, Timestamp};
///
/// let long_term = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", None)?;
/// let expiry = "20300101T000000Z".parse()?;
/// let temporary = Credentials::new("ASIAEXAMPLE", "secret", Some("token"))?.with_expiry(expiry);
/// assert_eq!(temporary.expires_at(), Some(expiry));
/// assert_eq!(format!("{long_term:?}"), "Credentials { access_key_id: \"AKIDEXAMPLE\", .. }");
/// # Ok::<(), sigv4_wasm::Error>(())
/// ```
#[derive(Clone)]
pub struct Credentials {
    shared: Arc<Shared>,
    expires_at: Option<Timestamp>,
}

/// Wiped on drop, as its keys are.
struct Shared {
    access_key_id: String,
    secret_access_key: String,
    /// Empty for long-term credentials.
    session_token: String,
    keys: StoredKeys,
}

impl Credentials {
    /// Refuses empty keys, control characters, and white space around a value: AWS never issues such values, and signing with
    /// them leads to a 403 without a reason.
    pub fn new(
        access_key_id: &str,
        secret_access_key: &str,
        session_token: Option<&str>,
    ) -> Result<Self, Error> {
        check_access_key_id(access_key_id.as_bytes())?;
        check_secret_access_key(secret_access_key.as_bytes())?;
        check_session_token(session_token.unwrap_or_default().as_bytes())?;
        let shared = Shared {
            access_key_id: access_key_id.into(),
            secret_access_key: secret_access_key.into(),
            session_token: session_token.unwrap_or_default().into(),
            keys: StoredKeys::default(),
        };
        Ok(Self { shared: Arc::new(shared), expires_at: None })
    }

    /// The same credentials with an expiry. Signing ignores it; it is for the code that provides credentials.
    pub fn with_expiry(self, expires_at: Timestamp) -> Self {
        Self { expires_at: Some(expires_at), ..self }
    }

    /// The access key id, which is public.
    pub fn access_key_id(&self) -> &str {
        &self.shared.access_key_id
    }

    /// The session token of temporary credentials.
    pub fn session_token(&self) -> Option<&str> {
        Some(&self.shared.session_token[..]).filter(|token| !token.is_empty())
    }

    /// When they expire, if that was set.
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// Whether both have the same keys, token and expiry.
    #[cfg(any(feature = "providers", all(target_arch = "wasm32", target_os = "unknown", feature = "web")))]
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        let (one, other_one) = (&self.shared, &other.shared);
        one.access_key_id == other_one.access_key_id
            && one.secret_access_key == other_one.secret_access_key
            && one.session_token == other_one.session_token
            && self.expires_at == other.expires_at
    }

    pub(crate) fn secret_access_key(&self) -> &str {
        &self.shared.secret_access_key
    }

    pub(crate) fn keys(&self) -> &StoredKeys {
        &self.shared.keys
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.secret_access_key.zeroize();
        self.session_token.zeroize();
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.shared.access_key_id)
            .finish_non_exhaustive()
    }
}

pub(crate) fn check_access_key_id(text: &[u8]) -> Result<(), Error> {
    if text.is_empty() || !is_clean(text) { Err(Error::AccessKeyIdInvalid) } else { Ok(()) }
}

pub(crate) fn check_secret_access_key(text: &[u8]) -> Result<(), Error> {
    if text.is_empty() || !is_clean(text) { Err(Error::SecretAccessKeyInvalid) } else { Ok(()) }
}

pub(crate) fn check_session_token(text: &[u8]) -> Result<(), Error> {
    if is_clean(text) { Ok(()) } else { Err(Error::SessionTokenInvalid) }
}

/// No control character anywhere, no blank at either end.
fn is_clean(text: &[u8]) -> bool {
    !matches!(text, [b' ', ..] | [.., b' ']) && !contains(text, b' ', [0x7F; 3])
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    #[test]
    fn debug_shows_no_secret() {
        let credentials = Credentials::new("AKID", "the-secret", Some("the-token")).unwrap();
        let shown = format!("{credentials:?} {credentials:#?}");
        assert!(shown.contains("AKID"));
        assert!(!shown.contains("the-secret") && !shown.contains("the-token"), "{shown}");
    }

    #[test]
    fn clones_share_the_secret() {
        let credentials = Credentials::new("AKID", "the-secret", Some("the-token")).unwrap();
        let clone = credentials.clone();
        assert_eq!(credentials.secret_access_key().as_ptr(), clone.secret_access_key().as_ptr());
    }

    #[test]
    fn refuses_values_that_aws_never_issues() {
        for (id, secret, token, error) in [
            ("", "s", None, Error::AccessKeyIdInvalid),
            ("AKID\n", "s", None, Error::AccessKeyIdInvalid),
            ("AKID", "", None, Error::SecretAccessKeyInvalid),
            ("AKID", "s\n", None, Error::SecretAccessKeyInvalid),
            ("AKID", " s", None, Error::SecretAccessKeyInvalid),
            ("AKID", "s", Some("t\r\nx: y"), Error::SessionTokenInvalid),
        ] {
            assert_eq!(Credentials::new(id, secret, token).unwrap_err(), error);
        }
    }
}
