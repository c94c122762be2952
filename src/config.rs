//! The configuration of a signature, apart from the request and the credentials.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::canonical::headers::ALWAYS_SIGNED;
use crate::record_flags::*;
use crate::{PathEncoding, PathNormalization};

/// Which headers are signed besides those of [`Config::also_sign`].
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SignedHeaders {
    /// `host`, `content-type`, `content-md5` and `x-amz-*`, which AWS requires.
    #[default]
    Required,
    /// Every header except those that proxies, caches and clients change.
    All,
}

/// How the session token of temporary credentials is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SessionTokenMode {
    /// Signed: every service except one.
    Signed,
    /// Added after signing: the MQTT gateway of AWS IoT.
    Appended,
}

/// Where a presigned request carries its `x-amz-*` headers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum HeaderPlacement {
    /// Moved to the query, except `x-amz-server-side-encryption*` and `x-amz-copy-source-server-side-encryption*`, which
    /// S3 ignores there and which may hold a key, `x-amz-tagging`, and the headers of [`Config::also_sign`].
    #[default]
    Query,
    /// Left as headers, signed: anyone who uses the URL must send them.
    Headers,
}

/// The service and the region for which a [`Signer`](crate::Signer) signs, and how. Values that are not set are inferred from
/// the host and from the rules of the service.
///
/// ```
/// use sigv4_wasm::{Config, SignedHeaders};
///
/// let for_any_aws_host = Config::infer();
/// let for_custom_domain = Config::new("execute-api", "eu-west-1").signed_headers(SignedHeaders::All);
/// # let _ = (for_any_aws_host, for_custom_domain);
/// ```
#[derive(Clone, Default)]
pub struct Config {
    pub(crate) region: String,
    pub(crate) service: String,
    pub(crate) web_socket: bool,
    pub(crate) path_encoding: Option<PathEncoding>,
    pub(crate) path_normalization: Option<PathNormalization>,
    pub(crate) signs_body: Option<bool>,
    pub(crate) content_sha256_header: Option<bool>,
    pub(crate) session_token_mode: Option<SessionTokenMode>,
    pub(crate) signed_headers: SignedHeaders,
    /// Lower-case names, joined with semicolons.
    pub(crate) also_signed: String,
    pub(crate) unsignable: String,
    pub(crate) header_placement: HeaderPlacement,
}

impl Config {
    /// Region and service are inferred from the host of each request, which must be a host of AWS or of a known provider of S3.
    pub fn infer() -> Self {
        Self::default()
    }

    /// For a service, by its signing name such as `execute-api`, and a region such as `eu-west-1`. An empty name is inferred
    /// from the host.
    ///
    /// With SigV4a, the region is a region set: names joined with commas, in which `*` stands for any characters.
    pub fn new(service: impl Into<String>, region: impl Into<String>) -> Self {
        Self { service: service.into(), region: region.into(), ..Self::default() }
    }

    /// The region, if only the service is to be inferred.
    pub fn region(self, region: impl Into<String>) -> Self {
        Self { region: region.into(), ..self }
    }

    /// The signing name of the service, if only the region is to be inferred.
    pub fn service(self, service: impl Into<String>) -> Self {
        Self { service: service.into(), ..self }
    }

    /// Whether the host is looked up as that of a WebSocket connection (`wss`). Default: `false`.
    pub fn web_socket(self, web_socket: bool) -> Self {
        Self { web_socket, ..self }
    }

    /// Default: double, except for S3.
    pub fn path_encoding(self, path_encoding: PathEncoding) -> Self {
        Self { path_encoding: Some(path_encoding), ..self }
    }

    /// Default: enabled, except for S3.
    pub fn path_normalization(self, path_normalization: PathNormalization) -> Self {
        Self { path_normalization: Some(path_normalization), ..self }
    }

    /// Whether the hash of the body is signed, if the request has a body or its hash. Default: as the service expects.
    /// Presigned requests to S3 and all requests to VPC Lattice leave it out.
    pub fn sign_body(self, sign_body: bool) -> Self {
        Self { signs_body: Some(sign_body), ..self }
    }

    /// Whether `x-amz-content-sha256` is sent. Default: for S3, OpenSearch Serverless and VPC Lattice, and if the body is not
    /// signed.
    pub fn content_sha256_header(self, content_sha256_header: bool) -> Self {
        Self { content_sha256_header: Some(content_sha256_header), ..self }
    }

    /// Default: signed, except for the MQTT gateway of AWS IoT.
    pub fn session_token_mode(self, session_token_mode: SessionTokenMode) -> Self {
        Self { session_token_mode: Some(session_token_mode), ..self }
    }

    /// Which headers are signed. Default: the required ones.
    pub fn signed_headers(self, signed_headers: SignedHeaders) -> Self {
        Self { signed_headers, ..self }
    }

    /// Further headers to sign, in upper or lower case.
    pub fn also_sign<N: AsRef<str>>(self, names: impl IntoIterator<Item = N>) -> Self {
        Self { also_signed: joined(names), ..self }
    }

    /// Headers not to sign, whatever the settings above say. AWS refuses `x-amz-*` headers that arrive unsigned, so name only
    /// those that a proxy on the way removes. If you name `host` or a header that the signer adds, each signature fails.
    pub fn never_sign<N: AsRef<str>>(self, names: impl IntoIterator<Item = N>) -> Self {
        Self { unsignable: joined(names), ..self }
    }

    /// For presigned requests. Default: in the query.
    pub fn header_placement(self, header_placement: HeaderPlacement) -> Self {
        Self { header_placement, ..self }
    }

    /// As bits of `record_flags`.
    pub(crate) fn settings(&self) -> u32 {
        let choose = |choice: Option<bool>, yes, no| match choice {
            Some(true) => yes,
            Some(false) => no,
            None => 0,
        };
        let is_once = self.path_encoding.map(|encoding| encoding == PathEncoding::Single);
        let is_normalized = self.path_normalization.map(|form| form == PathNormalization::Enabled);
        let is_appended = self.session_token_mode.map(|mode| mode == SessionTokenMode::Appended);
        choose(is_once, PATH_ENCODED_ONCE, PATH_ENCODED_TWICE)
            | choose(is_normalized, PATH_NORMALIZED, PATH_RAW)
            | choose(is_appended, TOKEN_APPENDED, TOKEN_SIGNED)
            | choose(self.content_sha256_header, CONTENT_SHA256_YES, CONTENT_SHA256_NO)
            | choose(self.signs_body, PAYLOAD_SIGNED, PAYLOAD_UNSIGNED)
            | choose(Some(self.web_socket), WEB_SOCKET, 0)
            | choose(Some(self.signed_headers == SignedHeaders::All), SIGNED_HEADERS_ALL, 0)
            | choose(Some(self.header_placement == HeaderPlacement::Headers), KEEP_HEADERS, 0)
    }

    /// Whether a header that is always signed was named as one that is not.
    pub(crate) fn names_unsignable(&self) -> bool {
        !self.unsignable.is_empty() && self.unsignable.split(';').any(|name| ALWAYS_SIGNED.contains(&name))
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = |text: &str| if text.is_empty() { "(inferred)".into() } else { String::from(text) };
        f.debug_struct("Config")
            .field("service", &shown(&self.service))
            .field("region", &shown(&self.region))
            .field("signed_headers", &self.signed_headers)
            .finish_non_exhaustive()
    }
}

fn joined<N: AsRef<str>>(names: impl IntoIterator<Item = N>) -> String {
    let names: Vec<String> = names.into_iter().map(|name| name.as_ref().to_ascii_lowercase()).collect();
    names.join(";")
}
