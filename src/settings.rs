//! Everything about a signature that is neither request nor credentials.

use crate::{PathEncoding, PathNormalization};

/// Which headers are signed besides the ones that always are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SignedHeaders<'a> {
    /// `host`, `content-type`, `content-md5` and `x-amz-*`: what AWS asks for.
    #[default]
    Required,
    /// Every header but those that proxies, caches and clients change on the way.
    All,
    /// The required ones and these, in lower case.
    Also(&'a [&'a str]),
}

/// How the session token of temporary credentials is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SessionTokenMode {
    /// Part of what is signed: every service but one.
    Signed,
    /// Added after signing: the MQTT gateway of AWS IoT.
    Appended,
}

/// Where a presigned request carries its `x-amz-*` headers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum HeaderPlacement {
    /// Moved to the query, except `x-amz-server-side-encryption*` and `x-amz-copy-source-server-side-encryption*`, which
    /// S3 ignores there and which may hold a key, `x-amz-tagging`, and what [`SignedHeaders::Also`] names.
    #[default]
    Query,
    /// Left as headers, signed: anyone who uses the URL must send them.
    Headers,
}

/// Everything about a signature that is neither request nor credentials. `None` leaves the choice to the service.
#[derive(Debug, Clone, Copy, Default)]
pub struct Settings<'a> {
    /// Such as `eu-west-1`; inferred from a known AWS host by default.
    pub region: Option<&'a str>,
    /// The signing name, such as `execute-api`; inferred from a known AWS host by default.
    pub service: Option<&'a str>,
    /// Whether the host is looked up as that of a WebSocket connection (`wss`).
    pub web_socket: bool,
    /// Default: double, but for S3.
    pub path_encoding: Option<PathEncoding>,
    /// Default: enabled, but for S3.
    pub path_normalization: Option<PathNormalization>,
    /// Whether `x-amz-content-sha256` is sent. Default: to S3, OpenSearch Serverless and VPC Lattice, and wherever the
    /// body is not signed.
    pub content_sha256_header: Option<bool>,
    /// Default: signed, but for the MQTT gateway of AWS IoT.
    pub session_token_mode: Option<SessionTokenMode>,
    /// Which headers are signed.
    pub signed_headers: SignedHeaders<'a>,
    /// Which headers are not signed, in lower case, whatever the above says: `x-amz-*` too, which AWS refuses where they
    /// arrive unsigned, so name only those that a hop on the way removes. Not `host`, nor what the signature itself brings.
    pub unsignable_headers: &'a [&'a str],
    /// For presigned requests.
    pub header_placement: HeaderPlacement,
}
