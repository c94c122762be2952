//! The data of a server about an access key id: the key that verifies, and the session token.

use core::fmt;

use subtle::ConstantTimeEq;

use super::authorization::{Algorithm, Authorization};
use super::rejection::Say::Text;
use super::rejection::{ACCESS_KEY_UNKNOWN, Rejection, RejectionKind, reject, shown_key};
use super::unverified::Unverified;
#[cfg(feature = "sigv4a")]
use crate::SigV4a;
use crate::sha256::to_hex;
use crate::{Error, Scope, SigningKey, Timestamp};

/// The data of a server about an access key id.
#[derive(Debug)]
#[non_exhaustive]
pub struct KnownCredentials<'k> {
    /// For the scope of the request.
    pub key: VerifyingKey,
    /// That the request must carry.
    pub session_token: SessionToken<'k>,
    /// In milliseconds since 1970.
    pub expires_at: Option<i64>,
}

impl<'k> KnownCredentials<'k> {
    /// Long-term credentials, without a session token and an expiry.
    pub fn new(key: VerifyingKey) -> Self {
        Self { key, session_token: SessionToken::None, expires_at: None }
    }

    /// Credentials of a session.
    pub fn session_token(self, session_token: SessionToken<'k>) -> Self {
        Self { session_token, ..self }
    }

    /// Credentials that expire.
    pub fn expires_at(self, expires_at: Timestamp) -> Self {
        Self { expires_at: Some(expires_at.unix_seconds().saturating_mul(1000)), ..self }
    }
}

/// The session token that a request must have.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum SessionToken<'k> {
    /// It must have none.
    None,
    /// This one.
    Known(&'k str),
    /// Any session token: check it yourself.
    Unchecked,
}

impl fmt::Debug for SessionToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Known(_) => "Known(…)",
            Self::Unchecked => "Unchecked",
        })
    }
}

/// The verifying key: for SigV4 the key of one day, region and service; for SigV4a a public key. Wiped on drop.
#[derive(Clone, Debug)]
pub struct VerifyingKey(Key);

#[derive(Clone, Debug)]
enum Key {
    Hmac(SigningKey),
    #[cfg(feature = "sigv4a")]
    Ecdsa(p256::ecdsa::VerifyingKey),
}

impl VerifyingKey {
    /// Derives the key that verifies a request. SigV4a needs the feature `sigv4a`.
    pub fn from_secret(secret_access_key: &str, request: &Unverified<'_, '_>) -> Result<Self, Error> {
        Self::for_authorization(secret_access_key, &request.authorization)
    }

    /// Likewise, for The signature of a request.
    pub fn for_authorization(secret_access_key: &str, credential: &Authorization) -> Result<Self, Error> {
        #[cfg(feature = "sigv4a")]
        if credential.algorithm() == Algorithm::EcdsaP256Sha256 {
            let key = SigV4a::public_key(secret_access_key, credential.access_key_id());
            return key.map(Key::Ecdsa).map(Self);
        }
        // Of SigV4a, a key that verifies nothing.
        let region = if credential.region().is_empty() { "*" } else { credential.region() };
        let scope = Scope::new(credential.date(), region, credential.service())?;
        SigningKey::derive(secret_access_key, &scope).map(Key::Hmac).map(Self)
    }

    /// Derives the key of a scope, such as that of a form.
    pub fn for_scope(secret_access_key: &str, scope: &Scope<'_>) -> Result<Self, Error> {
        SigningKey::derive(secret_access_key, scope).map(Key::Hmac).map(Self)
    }

    /// A key of SigV4 that was derived elsewhere, so that a server need not hold the secret: the result of the last HMAC of
    /// "Create a signed AWS API request", step 3. It verifies, and signs, for its day, region and service, and nothing else.
    pub fn from_signing_key(key: &[u8; 32]) -> Self {
        Self(Key::Hmac(SigningKey::new(key)))
    }

    /// The public key of SigV4a: a point of P-256, compressed or not ("SEC 1", section 2.3.3).
    #[cfg(feature = "sigv4a")]
    pub fn from_public_key(point: &[u8]) -> Option<Self> {
        p256::ecdsa::VerifyingKey::from_sec1_bytes(point).ok().map(Key::Ecdsa).map(Self)
    }

    #[cfg(any(test, feature = "module-verify"))]
    pub(super) fn from_key(key: SigningKey) -> Self {
        Self(Key::Hmac(key))
    }

    /// Whether it made a signature, in hex, of a text; in constant time.
    pub(super) fn verifies(&self, algorithm: Algorithm, text: &str, signature: &str) -> bool {
        match (&self.0, algorithm) {
            (Key::Hmac(key), Algorithm::HmacSha256) => {
                is_equal(&to_hex(&key.sign(text.as_bytes())), signature.as_bytes())
            }
            #[cfg(feature = "sigv4a")]
            (Key::Ecdsa(key), Algorithm::EcdsaP256Sha256) => SigV4a::has_signed(key, text, signature),
            _ => false,
        }
    }
}

/// Whether the credentials are those of a request.
pub(super) fn check_token(
    authorization: &Authorization,
    now: i64,
    token: SessionToken<'_>,
    expires_at: Option<i64>,
) -> Result<(), Rejection> {
    if !is_token(authorization.access_key_id(), authorization.session_token(), token) {
        return Err(unknown(authorization));
    }
    match expires_at {
        Some(expires_at) if expires_at <= now => {
            let message = [Text("The security token included in the request is expired")];
            let rejection = reject(RejectionKind::CredentialsExpired, &message);
            Err(rejection.with(shown_key(authorization.access_key_id())))
        }
        _ => Ok(()),
    }
}

/// Whether a request carries the session token that it must.
pub(crate) fn is_token(access_key_id: &str, given: Option<&str>, token: SessionToken<'_>) -> bool {
    let is_known = match token {
        SessionToken::Unchecked => true,
        SessionToken::None => given.unwrap_or_default().is_empty(),
        SessionToken::Known(token) => is_equal(token.as_bytes(), given.unwrap_or_default().as_bytes()),
    };
    // Temporary credentials are none without their token.
    let lacks_token = given.is_none() && access_key_id.starts_with("ASIA");
    is_known && !lacks_token
}

pub(super) fn unknown(authorization: &Authorization) -> Rejection {
    let message = [Text(ACCESS_KEY_UNKNOWN)];
    reject(RejectionKind::AccessKeyUnknown, &message).with(shown_key(authorization.access_key_id()))
}

/// Takes as long whatever the texts are, except for their lengths. By words: byte by byte, it would take as long to compare a
/// session token as to verify the signature.
#[inline(never)]
pub(crate) fn is_equal(one: &[u8], other: &[u8]) -> bool {
    let (words, rest) = one.as_chunks::<8>();
    let (other_words, other_rest) = other.as_chunks::<8>();
    let mut equal = one.len().ct_eq(&other.len()) & rest.ct_eq(other_rest);
    for (word, other) in words.iter().zip(other_words) {
        equal &= u64::from_ne_bytes(*word).ct_eq(&u64::from_ne_bytes(*other));
    }
    equal.into()
}
