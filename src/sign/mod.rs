//! From a canonical request to a signature: in headers, or in the query of a presigned URL.

use alloc::string::String;
use alloc::vec::Vec;

use crate::canonical::path::{PathEncoding, PathNormalization};
use crate::canonical::payload::{PayloadLine, hex_lower, sha256_hex};
use crate::canonical::{self, Entry, Layout};
use crate::credentials::{check_access_key_id, check_session_token};
use crate::endpoint::{Endpoint, ServiceRules, endpoint_from_host, rules_for};
use crate::request::Request;
use crate::{Credentials, Error, Scope, Timestamp};

mod header;
pub(crate) mod key;
mod presign;

/// Which headers are signed besides the ones that always are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum SignedHeaders<'a> {
    /// `host`, `content-type`, `content-md5` and `x-amz-*`: what AWS asks for.
    #[default]
    Required,
    /// Every header but those that proxies and clients change on the way.
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
    /// Moved to the query, so that the URL alone is enough.
    #[default]
    Query,
    /// Left as headers, signed: who uses the URL must send them.
    Headers,
}

/// Everything about a signature that is neither request nor credentials. `None` leaves the choice to the service.
#[derive(Debug, Clone, Copy, Default)]
pub struct Settings<'a> {
    /// Such as `eu-west-1`; by default what a known AWS host tells.
    pub region: Option<&'a str>,
    /// The signing name, such as `execute-api`; by default what a known AWS host tells.
    pub service: Option<&'a str>,
    /// Whether the host is looked up as that of a WebSocket connection (`wss`).
    pub web_socket: bool,
    /// Default: double, but for S3.
    pub path_encoding: Option<PathEncoding>,
    /// Default: enabled, but for S3.
    pub path_normalization: Option<PathNormalization>,
    /// Whether `x-amz-content-sha256` is sent. Default: S3, OpenSearch Serverless and VPC Lattice.
    pub content_sha256_header: Option<bool>,
    /// Default: signed, but for the MQTT gateway of AWS IoT.
    pub session_token_mode: Option<SessionTokenMode>,
    /// Which headers are signed.
    pub signed_headers: SignedHeaders<'a>,
    /// For presigned requests.
    pub header_placement: HeaderPlacement,
}

/// Signs requests, and keeps the keys and the scratch memory that make the next signature cheap.
#[derive(Default)]
pub struct Signer {
    keys: key::KeyCache,
    scratch: Scratch,
}

/// Texts of the last signature, reused by the next.
#[derive(Default)]
pub(crate) struct Scratch {
    canonical_request: Vec<u8>,
    string_to_sign: String,
    result: Vec<u8>,
}

/// Who signs: credentials without their secret.
#[derive(Clone, Copy)]
pub(crate) struct Identity<'a> {
    pub(crate) access_key_id: &'a str,
    pub(crate) session_token: Option<&'a str>,
    /// See `KeyCache::get`.
    pub(crate) owner: u64,
    pub(crate) secret_access_key: Option<&'a str>,
}

/// A signature and everything that went into it, borrowed from the signer.
pub struct Signed<'s> {
    result: &'s [u8],
    canonical_request: &'s [u8],
    signed_headers: core::ops::Range<usize>,
    string_to_sign: &'s str,
    signature: [u8; 64],
    timestamp: Timestamp,
    content_sha256: Option<core::ops::Range<usize>>,
    session_token_header: &'static str,
}

impl Signed<'_> {
    /// Of a header signature: the value of the `authorization` header.
    pub fn authorization(&self) -> &str {
        text(self.result)
    }

    /// Of a presigned request: the whole query to send, without the `?`.
    pub fn query(&self) -> &str {
        text(self.result)
    }

    /// The value of `x-amz-date`.
    pub fn amz_date(&self) -> &str {
        self.timestamp.date_time()
    }

    /// The value of `x-amz-content-sha256`, where that header is to be sent.
    pub fn content_sha256(&self) -> Option<&str> {
        let range = self.content_sha256.clone()?;
        Some(text(self.canonical_request.get(range).unwrap_or_default()))
    }

    /// The header that carries the session token, where there is one.
    pub fn session_token_header(&self) -> &'static str {
        self.session_token_header
    }

    /// Holds the session token of temporary credentials.
    pub fn canonical_request(&self) -> &str {
        text(self.canonical_request)
    }

    /// What the signing key signed.
    pub fn string_to_sign(&self) -> &str {
        self.string_to_sign
    }

    /// Names joined with a semicolon.
    pub fn signed_headers(&self) -> &str {
        text(self.canonical_request.get(self.signed_headers.clone()).unwrap_or_default())
    }

    /// 64 hex digits.
    pub fn signature(&self) -> &str {
        text(&self.signature)
    }

    /// `date/region/service/aws4_request`.
    pub fn credential_scope(&self) -> &str {
        self.string_to_sign.split('\n').nth(2).unwrap_or_default()
    }
}

impl Signer {
    /// With an empty key cache.
    pub fn new() -> Self {
        Self::default()
    }

    /// Signs with the `authorization` header.
    pub fn sign_header(
        &mut self,
        request: &Request<'_>,
        credentials: &Credentials,
        timestamp: Timestamp,
        settings: &Settings<'_>,
    ) -> Result<Signed<'_>, Error> {
        self.sign_header_as(request, Identity::from(credentials), timestamp, settings)
    }

    /// Signs with query parameters; `expires_in` is in seconds, from 1 to 604800.
    pub fn presign(
        &mut self,
        request: &Request<'_>,
        credentials: &Credentials,
        timestamp: Timestamp,
        settings: &Settings<'_>,
        expires_in: u32,
    ) -> Result<Signed<'_>, Error> {
        self.presign_as(request, Identity::from(credentials), timestamp, settings, expires_in)
    }

    /// Forgets every signing key.
    pub fn clear_keys(&mut self) {
        self.keys.clear();
    }

    /// How many signing keys were derived so far: a cached key costs none.
    pub fn derived_keys(&self) -> u64 {
        self.keys.derived()
    }
}

impl<'a> From<&'a Credentials> for Identity<'a> {
    fn from(credentials: &'a Credentials) -> Self {
        Self {
            access_key_id: credentials.access_key_id(),
            session_token: credentials.session_token(),
            owner: 0,
            secret_access_key: Some(credentials.secret_access_key()),
        }
    }
}

/// What the signer decided before it writes anything: checked input, with every default filled in.
struct Plan<'a> {
    identity: Identity<'a>,
    timestamp: Timestamp,
    region: &'a str,
    service: &'a str,
    rules: &'static ServiceRules,
    path_encoding: PathEncoding,
    path_normalization: PathNormalization,
    content_sha256_header: bool,
    session_token_mode: SessionTokenMode,
}

impl<'a> Plan<'a> {
    fn new(
        request: &Request<'a>,
        identity: Identity<'a>,
        timestamp: Timestamp,
        settings: &Settings<'a>,
    ) -> Result<Self, Error> {
        request.check()?;
        check_access_key_id(identity.access_key_id)?;
        check_session_token(identity.session_token)?;
        let inferred = match (settings.region, settings.service) {
            (Some(_), Some(_)) => None,
            _ => endpoint_from_host(request.host, settings.web_socket),
        };
        let Endpoint { region, service } = inferred.unwrap_or(Endpoint { region: "", service: "" });
        let service = settings.service.unwrap_or(service);
        let rules = rules_for(service);
        Ok(Self {
            identity: Identity {
                session_token: identity.session_token.filter(|token| !token.is_empty()),
                ..identity
            },
            timestamp,
            region: settings.region.unwrap_or(region),
            service,
            rules,
            path_encoding: settings.path_encoding.unwrap_or(rules.path_encoding),
            path_normalization: settings.path_normalization.unwrap_or(rules.path_normalization),
            content_sha256_header: settings.content_sha256_header.unwrap_or(rules.content_sha256_header),
            session_token_mode: settings.session_token_mode.unwrap_or(rules.session_token_mode),
        })
    }

    fn scope(&self) -> Result<Scope<'_>, Error> {
        Scope::new(self.timestamp.date(), self.region, self.service)
    }

    /// The token, where it is part of what is signed.
    fn signed_token(&self) -> Option<&'a str> {
        self.identity.session_token.filter(|_| self.session_token_mode == SessionTokenMode::Signed)
    }

    fn write_path(&self, request: &Request<'_>, out: &mut Vec<u8>) {
        canonical::path::write(request.path, self.path_encoding, self.path_normalization, out);
    }
}

/// The string to sign and its signature, once the canonical request is written.
fn sign_canonical_request(
    plan: &Plan<'_>,
    scope: &Scope<'_>,
    keys: &mut key::KeyCache,
    canonical_request: &[u8],
    string_to_sign: &mut String,
) -> Result<[u8; 64], Error> {
    string_to_sign.clear();
    string_to_sign.push_str(ALGORITHM);
    string_to_sign.push('\n');
    string_to_sign.push_str(plan.timestamp.date_time());
    string_to_sign.push('\n');
    scope.write("/", string_to_sign);
    string_to_sign.push('\n');
    string_to_sign.push_str(text(&sha256_hex(canonical_request)));
    let key = keys.get(plan.identity.owner, plan.identity.secret_access_key, scope)?;
    Ok(hex_lower(&key.sign(string_to_sign.as_bytes())))
}

/// Lower-case names of the request's headers, one after the other, for entries to borrow from.
struct LowerNames {
    text: Vec<u8>,
}

impl LowerNames {
    fn of(request: &Request<'_>) -> Self {
        let mut text = Vec::with_capacity(request.headers.iter().map(|(name, _)| name.len()).sum());
        for (name, _) in request.headers {
            text.extend(name.bytes().map(|byte| byte.to_ascii_lowercase()));
        }
        Self { text }
    }

    fn iter<'n>(&'n self, request: &Request<'n>) -> impl Iterator<Item = (&'n [u8], &'n [u8])> {
        let mut rest = &self.text[..];
        request.headers.iter().map(move |(name, value)| {
            let (lower, tail) = rest.split_at_checked(name.len()).unwrap_or_default();
            rest = tail;
            (lower, value.as_bytes())
        })
    }
}

impl SignedHeaders<'_> {
    fn contains(&self, name: &[u8]) -> bool {
        canonical::headers::is_required(name)
            || match self {
                Self::Required => false,
                Self::All => !canonical::headers::is_unsignable(name),
                Self::Also(names) => names.iter().any(|also| also.as_bytes() == name),
            }
    }
}

/// `AKID/date/region/service/aws4_request`, with the separator that the place needs.
fn write_credential(access_key_id: &str, scope: &Scope<'_>, out: &mut String) {
    out.push_str(access_key_id);
    out.push('/');
    scope.write("/", out);
}

pub(crate) fn decimal(mut value: u32, digits: &mut [u8; 10]) -> &[u8] {
    let mut at = digits.len();
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (value % 10) as u8;
        value /= 10;
        at -= 1;
        if value == 0 {
            break;
        }
    }
    digits.get(at..).unwrap_or_default()
}

/// The core writes UTF-8 only: every input is a `&str`, and encoding and cutting keep to character bounds.
fn text(bytes: &[u8]) -> &str {
    core::str::from_utf8(bytes).unwrap_or_default()
}

pub(crate) const ALGORITHM: &str = "AWS4-HMAC-SHA256";
