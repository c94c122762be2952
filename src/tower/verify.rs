//! The layer that verifies.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::fmt;
use core::future::Future;
use core::mem::replace;
use core::task::{Context, Poll};

use bytes::Bytes;
use http::header::{CONTENT_ENCODING, CONTENT_LENGTH, HeaderValue};
use http::request::Parts;
use http::{Request, Response, StatusCode};
use http_body::Body;
use tower_layer::Layer;
use tower_service::Service;
use zeroize::Zeroize;

use super::body::{self, BodyError};
use super::{BoxError, BoxFuture, Clock, SystemClock};
use crate::verify::{
    Authorization, BodyHash, IncomingPayload, KnownCredentials, Rejection, SessionToken, Verified, Verifier,
    VerifyingKey,
};
use crate::{Error, Timestamp};

/// Verifies every request, and passes on those with a valid signature, with [`Authenticated`] in their extensions.
///
/// The layer responds to rejected requests, with the [`Rejection`] in the extensions of the response, for a log. If a lookup
/// fails, the client gets 500, and the extensions contain the error as [`BoxError`] in an [`Arc`].
///
/// The body is read if the signature covers it or its digests (with the feature `checksum`). If the request declares the hash
/// of the body, it is read after the signature has been verified; otherwise before that, but only for a known key.
///
/// ```
/// use sigv4_wasm::tower::{BoxError, KeyRequest, KnownKey, VerifyLayer};
/// use sigv4_wasm::verify::Verifier;
///
/// async fn look_up(request: KeyRequest) -> Result<Option<KnownKey<u32>>, BoxError> {
///     match request.access_key_id() {
///         "AKIDEXAMPLE" => {
///             let key = request.verifying_key("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY")?;
///             Ok(Some(KnownKey::new(key, 7))) // 7 is who that is
///         }
///         _ => Ok(None),
///     }
/// }
///
/// let verifies = VerifyLayer::new(Verifier::new("eu-west-1", "execute-api"), look_up).body_limit(1 << 20);
/// // axum::Router::new().route(…).layer(verifies); a handler takes Extension<Authenticated<u32>>
/// # let _ = verifies;
/// ```
#[derive(Debug, Clone)]
pub struct VerifyLayer<L, C = SystemClock> {
    verifier: Arc<Verifier>,
    lookup: L,
    clock: C,
    body_limit: usize,
    respond: fn(Rejection) -> Response<String>,
}

impl<L: KeyLookup> VerifyLayer<L> {
    /// Uses the system clock, bodies of at most 2 MiB, and rejections in the form of API Gateway.
    pub fn new(verifier: Verifier, lookup: L) -> Self {
        let verifier = Arc::new(verifier);
        let respond = Rejection::into_response;
        Self { verifier, lookup, clock: SystemClock, body_limit: 2 << 20, respond }
    }
}

impl<L, C> VerifyLayer<L, C> {
    /// Uses another clock.
    pub fn clock<D: Clock>(self, clock: D) -> VerifyLayer<L, D> {
        let Self { verifier, lookup, body_limit, respond, .. } = self;
        VerifyLayer { verifier, lookup, clock, body_limit, respond }
    }

    /// The maximum length of a body, in bytes; longer bodies are rejected as
    /// [`RejectionKind::BodyTooLong`](crate::verify::RejectionKind).
    pub fn body_limit(self, body_limit: usize) -> Self {
        Self { body_limit, ..self }
    }

    /// The function that turns a rejection into a response, such as [`Rejection::into_s3_response`].
    pub fn respond_with(self, respond: fn(Rejection) -> Response<String>) -> Self {
        Self { respond, ..self }
    }
}

impl<I, L: Clone, C: Clone> Layer<I> for VerifyLayer<L, C> {
    type Service = VerifyService<I, L, C>;

    fn layer(&self, inner: I) -> Self::Service {
        VerifyService { inner, layer: self.clone() }
    }
}

/// Looks up the keys of clients: an asynchronous function of a [`KeyRequest`].
pub trait KeyLookup: Clone + Send + Sync + 'static {
    /// The application's type for the signer of a request.
    type Principal: Clone + Send + Sync + 'static;

    /// `None` for an access key id that nobody knows. An error is one of the server, and the client gets 500.
    fn look_up(
        &self,
        request: KeyRequest,
    ) -> impl Future<Output = Result<Option<KnownKey<Self::Principal>>, BoxError>> + Send;
}

impl<F, R, P, E> KeyLookup for F
where
    F: Fn(KeyRequest) -> R + Clone + Send + Sync + 'static,
    R: Future<Output = Result<Option<KnownKey<P>>, E>> + Send,
    P: Clone + Send + Sync + 'static,
    E: Into<BoxError>,
{
    type Principal = P;

    fn look_up(
        &self,
        request: KeyRequest,
    ) -> impl Future<Output = Result<Option<KnownKey<P>>, BoxError>> + Send {
        let known = self(request);
        async { known.await.map_err(Into::into) }
    }
}

/// Whose key is wanted, and for what. Nothing of it is known to be true.
#[derive(Debug, Clone)]
pub struct KeyRequest(Authorization);

impl KeyRequest {
    /// Whose key.
    pub fn access_key_id(&self) -> &str {
        self.0.access_key_id()
    }

    /// The session token that the request carries: for a server that finds the session by it. Tokens are compared, see
    /// [`KnownKey::session_token`].
    pub fn session_token(&self) -> Option<&str> {
        self.0.session_token()
    }

    /// The parsed signature of the request.
    pub fn authorization(&self) -> &Authorization {
        &self.0
    }

    /// Derives the key of this request. A server that holds no secrets has it derived elsewhere, see
    /// [`VerifyingKey::from_signing_key`].
    pub fn verifying_key(&self, secret_access_key: &str) -> Result<VerifyingKey, Error> {
        VerifyingKey::for_authorization(secret_access_key, &self.0)
    }
}

/// A key, and whose it is. Its session token is wiped on drop.
#[derive(Clone)]
pub struct KnownKey<P> {
    key: VerifyingKey,
    session_token: Token,
    expires_at: Option<Timestamp>,
    principal: P,
}

#[derive(Clone)]
enum Token {
    None,
    Known(String),
    Unchecked,
}

impl Drop for Token {
    fn drop(&mut self) {
        if let Self::Known(token) = self {
            token.zeroize();
        }
    }
}

impl<P> KnownKey<P> {
    /// Of long-term credentials, with which no session token is taken.
    pub fn new(key: VerifyingKey, principal: P) -> Self {
        Self { key, session_token: Token::None, expires_at: None, principal }
    }

    /// Of temporary credentials: the token that the request must carry.
    pub fn session_token(self, session_token: impl Into<String>) -> Self {
        Self { session_token: Token::Known(session_token.into()), ..self }
    }

    /// Of temporary credentials whose token the lookup has checked.
    pub fn session_token_checked(self) -> Self {
        Self { session_token: Token::Unchecked, ..self }
    }

    /// Of credentials that are valid until then.
    pub fn expires_at(self, expires_at: Timestamp) -> Self {
        Self { expires_at: Some(expires_at), ..self }
    }

    fn credentials(&self) -> KnownCredentials<'_> {
        let known = KnownCredentials::new(self.key.clone()).session_token(match &self.session_token {
            Token::None => SessionToken::None,
            Token::Known(token) => SessionToken::Known(token),
            Token::Unchecked => SessionToken::Unchecked,
        });
        match self.expires_at {
            Some(expires_at) => known.expires_at(expires_at),
            None => known,
        }
    }
}

impl<P: fmt::Debug> fmt::Debug for KnownKey<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KnownKey").field("principal", &self.principal).finish_non_exhaustive()
    }
}

/// Among the extensions of a request that was verified.
#[derive(Debug, Clone)]
pub struct Authenticated<P> {
    principal: P,
    verified: Verified,
}

impl<P> Authenticated<P> {
    /// The signer of the request, from the lookup.
    pub fn principal(&self) -> &P {
        &self.principal
    }

    /// What was signed.
    pub fn verified(&self) -> &Verified {
        &self.verified
    }
}

/// The service that [`VerifyLayer`] creates.
#[derive(Debug, Clone)]
pub struct VerifyService<I, L, C = SystemClock> {
    inner: I,
    layer: VerifyLayer<L, C>,
}

impl<I, B, R, L, C> Service<Request<B>> for VerifyService<I, L, C>
where
    I: Service<Request<B>, Response = Response<R>> + Clone + Send + 'static,
    I::Future: Send,
    B: Body + From<Bytes> + Send + 'static,
    B::Data: Send,
    R: From<String>,
    L: KeyLookup,
    C: Clock,
{
    type Response = Response<R>;
    type Error = I::Error;
    type Future = BoxFuture<Result<Response<R>, I::Error>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), I::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The one that is ready.
        let next = self.inner.clone();
        let mut inner = replace(&mut self.inner, next);
        let layer = self.layer.clone();
        Box::pin(async move {
            match layer.authenticate(request).await {
                Ok(request) => inner.call(request).await,
                Err(refusal) => Ok(refusal.into_response(layer.respond).map(R::from)),
            }
        })
    }
}

impl<L: KeyLookup, C: Clock> VerifyLayer<L, C> {
    async fn authenticate<B>(&self, request: Request<B>) -> Result<Request<B>, Refusal>
    where
        B: Body + From<Bytes>,
    {
        let (mut parts, body) = request.into_parts();
        let (verified, known, body) = self.verify(&parts, body).await?;
        let body = match body {
            Content::Bytes(bytes) => B::from(Bytes::from(bytes)),
            Content::Decoded(bytes) => {
                describe_decoded(&mut parts, bytes.len());
                B::from(Bytes::from(bytes))
            }
            Content::Unread(body) => body,
        };
        parts.extensions.insert(Authenticated { principal: known.principal.clone(), verified });
        Ok(Request::from_parts(parts, body))
    }

    async fn verify<B: Body>(
        &self,
        parts: &Parts,
        body: B,
    ) -> Result<(Verified, KnownKey<L::Principal>, Content<B>), Refusal> {
        let unverified = self.verifier.begin_http(parts, self.clock.now())?;
        let wanted = KeyRequest(unverified.authorization().clone());
        let known = self.lookup.look_up(wanted).await.map_err(Refusal::LookupFailed)?;
        let known = known.ok_or_else(|| unverified.unknown())?;
        if unverified.needs_body() {
            // For a known client only.
            let KnownCredentials { session_token, expires_at, .. } = known.credentials();
            unverified.check_token(session_token, expires_at)?;
            let bytes = self.read(body).await?;
            let verified = unverified.verify(&known.credentials(), Some(&BodyHash::of(&bytes)))?;
            check_digests(&verified, &bytes)?;
            return Ok((verified, known, Content::Bytes(bytes)));
        }
        let keyword = unverified.declared_payload().unwrap_or_default();
        let is_in_chunks = keyword.starts_with("STREAMING-") && !keyword.ends_with("-EVENTS");
        let verified = unverified.verify(&known.credentials(), None)?;
        if verified.payload() != IncomingPayload::Signed && !is_in_chunks && !has_digests(&verified)? {
            return Ok((verified, known, Content::Unread(body)));
        }
        let bytes = self.read(body).await?;
        verified.check_body(&BodyHash::of(&bytes))?;
        check_digests(&verified, &bytes)?;
        let content = match is_in_chunks {
            true => Content::Decoded(verified.decode_body(&known.key, &bytes)?.body),
            false => Content::Bytes(bytes),
        };
        Ok((verified, known, content))
    }

    async fn read<B: Body>(&self, body: B) -> Result<Vec<u8>, Refusal> {
        body::read(body, self.body_limit).await.map_err(|error| match error {
            BodyError::TooLong => Rejection::of_long_body().into(),
            BodyError::Failed(_) => Refusal::BodyFailed,
        })
    }
}

/// Whether the signature covers digests of the body, which S3 checks.
fn has_digests(verified: &Verified) -> Result<bool, Rejection> {
    #[cfg(feature = "checksum")]
    return verified.digests().map(|digests| !digests.is_empty());
    #[cfg(not(feature = "checksum"))]
    {
        let _ = verified;
        Ok(false)
    }
}

fn check_digests(verified: &Verified, body: &[u8]) -> Result<(), Rejection> {
    #[cfg(feature = "checksum")]
    {
        let mut digests = verified.digests()?;
        digests.update(body);
        digests.finish()
    }
    #[cfg(not(feature = "checksum"))]
    {
        let _ = (verified, body);
        Ok(())
    }
}

enum Content<B> {
    Bytes(Vec<u8>),
    /// That was in chunks.
    Decoded(Vec<u8>),
    Unread(B),
}

/// Says of a body that was in the encoding `aws-chunked` what is true of it now.
fn describe_decoded(parts: &mut Parts, length: usize) {
    parts.headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    let encodings = parts.headers.get(CONTENT_ENCODING).and_then(|value| value.to_str().ok());
    let Some(encodings) = encodings else { return };
    let others: Vec<&str> = encodings.split(',').map(str::trim).filter(|one| *one != "aws-chunked").collect();
    match HeaderValue::try_from(others.join(", ")) {
        Ok(value) if !value.is_empty() => drop(parts.headers.insert(CONTENT_ENCODING, value)),
        _ => drop(parts.headers.remove(CONTENT_ENCODING)),
    }
}

/// Why a request does not pass.
enum Refusal {
    Rejected(Box<Rejection>),
    BodyFailed,
    LookupFailed(BoxError),
}

impl From<Rejection> for Refusal {
    fn from(rejection: Rejection) -> Self {
        Self::Rejected(Box::new(rejection))
    }
}

impl Refusal {
    fn into_response(self, respond: fn(Rejection) -> Response<String>) -> Response<String> {
        let (status, message) = match self {
            Self::Rejected(rejection) => {
                let mut response = respond((*rejection).clone());
                response.extensions_mut().insert(*rejection);
                return response;
            }
            Self::BodyFailed => (StatusCode::BAD_REQUEST, "{\"message\":\"Bad Request\"}"),
            Self::LookupFailed(error) => {
                let mut response = plain(StatusCode::INTERNAL_SERVER_ERROR, "{\"message\":null}");
                response.extensions_mut().insert(Arc::new(error));
                return response;
            }
        };
        plain(status, message)
    }
}

fn plain(status: StatusCode, body: &str) -> Response<String> {
    let mut response = Response::new(body.into());
    *response.status_mut() = status;
    response.headers_mut().insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}
