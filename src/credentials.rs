//! Credentials, and the form that AWS gives access key ids, secrets and session tokens.

use alloc::string::String;
use core::fmt;

use zeroize::Zeroize;

use crate::Error;
use crate::text::contains;

/// AWS credentials: long-term ones, or temporary ones with their session token.
///
/// The memory is wiped on drop, and `Debug` shows the access key id only.
#[derive(Clone)]
pub struct Credentials {
    access_key_id: String,
    secret_access_key: String,
    session_token: Option<String>,
}

impl Credentials {
    /// Refuses empty keys, control characters, and white space around a value: it is never part of what AWS issues,
    /// and signing with it ends in a 403 that says nothing.
    pub fn new(
        access_key_id: &str,
        secret_access_key: &str,
        session_token: Option<&str>,
    ) -> Result<Self, Error> {
        check_access_key_id(access_key_id.as_bytes())?;
        check_secret_access_key(secret_access_key.as_bytes())?;
        check_session_token(session_token.unwrap_or_default().as_bytes())?;
        Ok(Self {
            access_key_id: access_key_id.into(),
            secret_access_key: secret_access_key.into(),
            session_token: session_token.filter(|token| !token.is_empty()).map(Into::into),
        })
    }

    /// The public half: who signs.
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// Of temporary credentials.
    pub fn session_token(&self) -> Option<&str> {
        self.session_token.as_deref()
    }

    pub(crate) fn secret_access_key(&self) -> &str {
        &self.secret_access_key
    }
}

impl Drop for Credentials {
    fn drop(&mut self) {
        self.secret_access_key.zeroize();
        self.session_token.zeroize();
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials").field("access_key_id", &self.access_key_id).finish_non_exhaustive()
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
