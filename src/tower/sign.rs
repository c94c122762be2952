//! The layer that signs.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::mem::replace;
use core::task::{Context, Poll};

use bytes::Bytes;
use http::Request;
use http_body::Body;
use tower_layer::Layer;
use tower_service::Service;

use super::body::{self, BodyError};
use super::{BoxError, BoxFuture, Clock, ProvideCredentials, SystemClock};
use crate::{Payload, Scheme, SigV4, Signer};

/// Signs every request that passes. It reads the body for this, unless the body is left unsigned.
///
/// ```
/// use sigv4_wasm::tower::SignLayer;
/// use sigv4_wasm::{Config, Credentials, Signer};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", None)?;
/// let signs = SignLayer::new(Signer::new(Config::infer()), credentials);
/// // tower::ServiceBuilder::new().layer(signs).service(client)
/// # let _ = signs;
/// # Ok::<(), sigv4_wasm::Error>(())
/// ```
#[derive(Debug, Clone)]
pub struct SignLayer<P, C = SystemClock, S: Scheme = SigV4> {
    signer: Signer<S>,
    provider: P,
    clock: C,
    signs_body: bool,
}

impl<P: ProvideCredentials, S: Scheme> SignLayer<P, SystemClock, S> {
    /// Uses the system clock.
    pub fn new(signer: Signer<S>, provider: P) -> Self {
        Self { signer, provider, clock: SystemClock, signs_body: true }
    }
}

impl<P, C, S: Scheme> SignLayer<P, C, S> {
    /// Uses another clock.
    pub fn clock<D: Clock>(self, clock: D) -> SignLayer<P, D, S> {
        let Self { signer, provider, signs_body, .. } = self;
        SignLayer { signer, provider, clock, signs_body }
    }

    /// Leaves the bodies unsigned and unread (`UNSIGNED-PAYLOAD`), which S3 accepts, for uploads of streams.
    pub fn unsigned_body(self) -> Self {
        Self { signs_body: false, ..self }
    }
}

impl<I, P: Clone, C: Clone, S: Scheme> Layer<I> for SignLayer<P, C, S> {
    type Service = SignService<I, P, C, S>;

    fn layer(&self, inner: I) -> Self::Service {
        let Self { signer, provider, clock, signs_body } = self;
        let layer = SignLayer {
            signer: signer.clone(),
            provider: provider.clone(),
            clock: clock.clone(),
            signs_body: *signs_body,
        };
        SignService { inner, layer }
    }
}

/// The service that [`SignLayer`] creates.
#[derive(Debug, Clone)]
pub struct SignService<I, P, C = SystemClock, S: Scheme = SigV4> {
    inner: I,
    layer: SignLayer<P, C, S>,
}

impl<I, B, P, C, S> Service<Request<B>> for SignService<I, P, C, S>
where
    I: Service<Request<B>> + Clone + Send + 'static,
    I::Error: Into<BoxError>,
    I::Future: Send,
    B: Body + From<Bytes> + Send + 'static,
    B::Data: Send,
    B::Error: Into<BoxError>,
    P: ProvideCredentials,
    C: Clock,
    S: Scheme,
{
    type Response = I::Response;
    type Error = BoxError;
    type Future = BoxFuture<Result<I::Response, BoxError>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.inner.poll_ready(context).map_err(Into::into)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        // The one that is ready.
        let next = self.inner.clone();
        let mut inner = replace(&mut self.inner, next);
        let SignLayer { signer, provider, clock, signs_body } = self.layer.clone();
        Box::pin(async move {
            let (mut parts, mut body) = request.into_parts();
            let mut bytes = Vec::new();
            if signs_body {
                bytes = body::read(body, usize::MAX).await.map_err(|error| match error {
                    BodyError::Failed(error) => error.into(),
                    BodyError::TooLong => "the body is too long".into(),
                })?;
                body = B::from(Bytes::copy_from_slice(&bytes));
            }
            let payload = if signs_body { Payload::Bytes(&bytes) } else { Payload::Unsigned };
            let credentials = provider.credentials().await?;
            signer.sign_parts(&mut parts, payload, &credentials, clock.now())?;
            inner.call(Request::from_parts(parts, body)).await.map_err(Into::into)
        })
    }
}
