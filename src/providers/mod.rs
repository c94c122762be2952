//! Credential providers without an AWS SDK: the environment, containers, EC2 instances, Amazon Cognito, AWS STS, or your own
//! server.
//!
//! A [`Source`] builds requests and parses responses; it opens no socket. A [`Provider`] sends the requests with your HTTP client,
//! caches the credentials until they are due for renewal, and makes one request however many tasks wait. In browsers and Workers,
//! `web::WebProvider` does the same with `fetch`.
//!
//! ```
//! use std::time::Duration;
//! use sigv4_wasm::providers::{Chain, Provider};
//!
//! # #[derive(Clone)] struct Client;
//! # impl Client {
//! #     async fn send(&self, _: http::Request<Vec<u8>>) -> std::io::Result<http::Response<Vec<u8>>> {
//! #         Err(std::io::ErrorKind::HostUnreachable.into())
//! #     }
//! # }
//! # async fn sleep(_: Duration) {}
//! # let client = Client;
//! // With reqwest and tokio: examples/rust-reqwest in the repository, where `client` follows no redirects.
//! let send = move |request| {
//!     let client = client.clone();
//!     async move { client.send(request).await }
//! };
//! let provider = Provider::new(Chain::of_environment(), send, sleep); // tokio::time::sleep
//! // let credentials = provider.credentials().await?;
//! # let _ = provider;
//! ```
//!
//! | source               | credentials of                                                      |
//! | -------------------- | ------------------------------------------------------------------- |
//! | [`Environment`]      | environment variables such as `AWS_ACCESS_KEY_ID`                   |
//! | [`Container`]        | tasks on Amazon ECS, pods on Amazon EKS with EKS Pod Identity       |
//! | [`InstanceMetadata`] | the role of an Amazon EC2 instance, with IMDSv2                     |
//! | [`WebIdentity`]      | AWS STS, for a token of an OpenID Connect provider                  |
//! | [`AssumeRole`]       | AWS STS, for the credentials of another source                      |
//! | [`CognitoIdentity`]  | an Amazon Cognito identity pool                                     |
//! | [`HttpSource`]       | your own server                                                     |
//! | [`Chain`]            | the first of several sources that has any                           |
//!
//! To send the requests of a source in another way, such as with a blocking client, call [`Source::begin`] and follow its [`Step`]s.

mod answer;
mod assume_role;
mod cache;
mod chain;
mod cognito_identity;
mod container;
mod environment;
mod error;
mod http_source;
mod instance_metadata;
mod issued;
mod load;
#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))] // where the standard library has no clock
mod provider;
mod renewal;
pub(crate) mod rules;
mod step;
mod sts;
mod token;
mod web_identity;
mod xml;

use alloc::boxed::Box;
use alloc::sync::Arc;

use crate::Timestamp;

#[cfg(all(target_arch = "wasm32", target_os = "unknown", feature = "web"))]
pub(crate) use load::Loader;

pub use assume_role::AssumeRole;
pub use chain::Chain;
pub use cognito_identity::CognitoIdentity;
pub use container::Container;
pub use environment::{Environment, Variables};
pub use error::{ProviderError, ProviderErrorKind};
pub use http_source::HttpSource;
pub use instance_metadata::InstanceMetadata;
#[cfg(not(all(target_arch = "wasm32", target_os = "unknown")))]
pub use provider::Provider;
#[cfg(feature = "tables")]
pub(crate) use renewal::{RENEW_AHEAD_SECONDS, RETRY_AFTER_SECONDS};
pub use step::{Exchange, NoAnswer, Step};
pub use token::Token;
pub use web_identity::WebIdentity;

/// The error of an HTTP client, or of a function that returns a token.
pub type BoxError = Box<dyn core::error::Error + Send + Sync>;

/// Finds credentials: builds the requests to send and parses the responses.
pub trait Source: Send + Sync {
    /// Starts a search for credentials. A source caches nothing, so each call starts a new search.
    ///
    /// # Errors
    ///
    /// Returns a [`ProviderError`] if the source has no credentials, or is configured and fails.
    fn begin(&self, now: Timestamp) -> Result<Step<'_>, ProviderError>;
}

impl<S: Source + ?Sized> Source for Box<S> {
    fn begin(&self, now: Timestamp) -> Result<Step<'_>, ProviderError> {
        (**self).begin(now)
    }
}

impl<S: Source + ?Sized> Source for Arc<S> {
    fn begin(&self, now: Timestamp) -> Result<Step<'_>, ProviderError> {
        (**self).begin(now)
    }
}
