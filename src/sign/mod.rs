//! From a canonical request to a signature: in headers, or in the query of a presigned URL.

use alloc::vec::Vec;

use crate::canonical::headers::{
    CONTENT_SHA256, is_amz, is_replaced, is_required, is_unsignable, write_names,
};
use crate::canonical::path::{PathEncoding, PathNormalization};
use crate::canonical::payload::{PayloadLine, hex_lower, sha256_hex};
use crate::canonical::query::Query;
use crate::canonical::{self, Entry, RequestLine};
use crate::credentials::{check_access_key_id, check_session_token};
use crate::endpoint::{Endpoint, ServiceRules, endpoint_from_host, rules_for};
use crate::request::Request;
use crate::{Credentials, Error, Scope, Timestamp};

pub(crate) mod key;

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
    string_to_sign: Vec<u8>,
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
    string_to_sign: &'s [u8],
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
        text(self.string_to_sign)
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
        self.string_to_sign().split('\n').nth(2).unwrap_or_default()
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
        self.sign_as(request, Identity::from(credentials), timestamp, settings, None)
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
        self.sign_as(request, Identity::from(credentials), timestamp, settings, Some(expires_in))
    }

    /// The one path of every signature; `expires_in` makes it a presigned request.
    pub(crate) fn sign_as<'a>(
        &mut self,
        request: &Request<'a>,
        identity: Identity<'a>,
        timestamp: Timestamp,
        settings: &Settings<'a>,
        expires_in: Option<u32>,
    ) -> Result<Signed<'_>, Error> {
        if expires_in.is_some_and(|seconds| !(1..=MAX_EXPIRES_SECONDS).contains(&seconds)) {
            return Err(Error::ExpiresInvalid);
        }
        let plan = Plan::new(request, identity, timestamp, settings)?;
        let scope = plan.scope()?;
        let rules = plan.rules;
        let presigned = expires_in.is_some();
        let payload = PayloadLine::new(
            request.payload,
            if presigned { rules.unsigned_presigned_payload } else { rules.unsigned_payload },
        );
        let mut credential = Vec::with_capacity(96);
        credential.extend_from_slice(identity.access_key_id.as_bytes());
        credential.push(b'/');
        scope.write(&mut credential);

        // Headers of the caller: signed, moved to the query, or left alone.
        let hoists = presigned && settings.header_placement == HeaderPlacement::Query;
        let names = lower_names(request);
        let mut query = Query::default();
        let mut entries = Vec::with_capacity(request.headers.len() + 4);
        let mut add = |key, order, value| entries.push(Entry { key, order, value });
        let mut has_host = false;
        let mut content_sha256 = plan.content_sha256_header;
        let mut rest = &names[..];
        for (order, (name, value)) in request.headers.iter().enumerate() {
            let (name, tail) = rest.split_at_checked(name.len()).unwrap_or_default();
            rest = tail;
            // A caller who sends this header gets it back with the hash that is signed.
            content_sha256 |= name == CONTENT_SHA256.as_bytes();
            if is_replaced(name) || !settings.signed_headers.contains(name) {
                continue;
            }
            if hoists && is_amz(name) {
                query.push(name, value.as_bytes());
            } else {
                has_host |= name == b"host";
                add(name, order, value.as_bytes());
            }
        }
        if !has_host {
            add(b"host", 0, request.host.as_bytes());
        }

        // What the signer adds: headers, or parameters.
        content_sha256 &= !presigned;
        if !presigned {
            add(b"x-amz-date", 0, timestamp.date_time().as_bytes());
            if content_sha256 {
                add(CONTENT_SHA256.as_bytes(), 0, payload.as_bytes());
            }
            if let Some(token) = plan.signed_token() {
                add(rules.session_token_header.as_bytes(), 0, token.as_bytes());
            }
        }
        let entries = canonical::sort(entries);
        query.push_wire(request.query, |key| !presigned || !is_signature_parameter(key));
        if let Some(seconds) = expires_in {
            let mut signed_names = Vec::with_capacity(64);
            write_names(&entries, &mut signed_names);
            query.push(b"X-Amz-Algorithm", ALGORITHM.as_bytes());
            query.push(b"X-Amz-Credential", &credential);
            query.push(b"X-Amz-Date", timestamp.date_time().as_bytes());
            query.push(b"X-Amz-Expires", decimal(seconds, &mut [0; 10]));
            query.push(b"X-Amz-SignedHeaders", &signed_names);
            if let Some(token) = plan.signed_token() {
                query.push(rules.session_token_parameter.as_bytes(), token.as_bytes());
            }
        }

        let Scratch { canonical_request, string_to_sign, result } = &mut self.scratch;
        let line = RequestLine {
            method: request.method,
            path: request.path,
            path_encoding: plan.path_encoding,
            path_normalization: plan.path_normalization,
            query: &query,
        };
        let layout = canonical::write_request(&line, &entries, payload.as_bytes(), canonical_request);
        let canonical_request = &canonical_request[..];
        string_to_sign.clear();
        for part in [ALGORITHM, "\n", timestamp.date_time(), "\n"] {
            string_to_sign.extend_from_slice(part.as_bytes());
        }
        scope.write(string_to_sign);
        string_to_sign.push(b'\n');
        string_to_sign.extend_from_slice(&sha256_hex(canonical_request));
        let key = self.keys.get(identity.owner, identity.secret_access_key, &scope)?;
        let signature = hex_lower(&key.sign(string_to_sign));

        result.clear();
        if presigned {
            result.extend_from_slice(canonical_request.get(layout.query).unwrap_or_default());
            result.extend_from_slice(b"&X-Amz-Signature=");
            result.extend_from_slice(&signature);
            if let Some(token) = plan.appended_token() {
                for part in ["&", rules.session_token_parameter, "="] {
                    result.extend_from_slice(part.as_bytes());
                }
                canonical::encode::encode(token.as_bytes(), false, result);
            }
        } else {
            for part in [
                ALGORITHM.as_bytes(),
                b" Credential=",
                &credential,
                b", SignedHeaders=",
                canonical_request.get(layout.signed_headers.clone()).unwrap_or_default(),
                b", Signature=",
                &signature,
            ] {
                result.extend_from_slice(part);
            }
        }
        let payload_start = canonical_request.len() - payload.as_bytes().len();
        Ok(Signed {
            result,
            canonical_request,
            signed_headers: layout.signed_headers,
            string_to_sign,
            signature,
            timestamp,
            content_sha256: content_sha256.then_some(payload_start..canonical_request.len()),
            session_token_header: rules.session_token_header,
        })
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

    fn appended_token(&self) -> Option<&'a str> {
        self.identity.session_token.filter(|_| self.session_token_mode == SessionTokenMode::Appended)
    }
}

/// Lower-case names of the request's headers, one after the other, for entries to borrow from.
fn lower_names(request: &Request<'_>) -> Vec<u8> {
    let mut names = Vec::with_capacity(request.headers.iter().map(|(name, _)| name.len()).sum());
    for (name, _) in request.headers {
        names.extend_from_slice(name.as_bytes());
    }
    names.make_ascii_lowercase();
    names
}

impl SignedHeaders<'_> {
    fn contains(&self, name: &[u8]) -> bool {
        is_required(name)
            || match self {
                Self::Required => false,
                Self::All => !is_unsignable(name),
                Self::Also(names) => names.iter().any(|also| also.as_bytes() == name),
            }
    }
}

/// A URL that was presigned before is presigned afresh.
fn is_signature_parameter(key: &[u8]) -> bool {
    SIGNATURE_PARAMETERS.iter().any(|name| name.as_bytes().eq_ignore_ascii_case(key))
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

/// Seven days: the longest that AWS takes ("Authenticating Requests: Using Query Parameters", S3 API reference).
const MAX_EXPIRES_SECONDS: u32 = 604_800;

const SIGNATURE_PARAMETERS: &[&str] = &[
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-SignedHeaders",
    "X-Amz-Signature",
    "X-Amz-Security-Token",
    "X-Amz-S3session-Token",
];
