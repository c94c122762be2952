//! From a request to its canonical request and the start of its string to sign, step by step.

use super::arena::{Arena, List, Span};
use super::requests::{Prepared, Requests};
use super::scheme::private::Scheme;
use super::texts::Text;
use crate::canonical::encode::{Decode, encode};
use crate::canonical::headers::{
    CONTENT_SHA256, CONTENT_SHA256_PLACE, REPLACED, is_latin1, to_latin1, write_names,
};
use crate::canonical::request::{CanonicalRequest, Query};
use crate::canonical::{payload, query, sort};
use crate::record_flags::{CONTENT_SHA256_YES, LATIN1_HEADERS, PAYLOAD_UNSIGNED, TOKEN_APPENDED, WEB_SOCKET};
use crate::request::{Input, MAX_PARAMETERS, Rules};
use crate::text::{Put, is_ascii};
use crate::{Error, PathEncoding, Timestamp, scope};

/// The maximum number of entries in the lists of a request.
pub(crate) fn most_entries(input: &Input<'_>) -> usize {
    let headers = input.headers.len();
    let parameters = query::most_parameters(input.query) + headers + MOST_PRESIGN_PARAMETERS;
    2 * headers + MOST_OWN_HEADERS + parameters.min(MAX_PARAMETERS)
}

impl Requests {
    /// Writes the canonical request, and the string to sign without its hash. With `expires_in`, the request is presigned.
    ///
    /// Every signature takes this path and `Prepared::each_part`. In between, the module or the platform, whichever is faster,
    /// hashes the canonical request, which is most of the work.
    ///
    /// Returns the credential scope. If the arena is full afterwards, this has failed, and would succeed in a larger one.
    pub(crate) fn prepare<'m, S: Scheme>(
        &mut self,
        input: &Input<'m>,
        timestamp: Timestamp,
        expires_in: Option<u32>,
        arena: &mut Arena<'m>,
    ) -> Result<&'m [u8], Error> {
        let Self { texts, last, last_host } = self;
        *last = None;
        if expires_in.is_some_and(|seconds| !(1..=MAX_EXPIRES_SECONDS).contains(&seconds)) {
            return Err(Error::ExpiresInvalid);
        }
        input.check(arena)?;
        let (names, _) = arena.finish();
        arena.put(S::ALGORITHM);
        let algorithm = texts.end(Text::Algorithm, arena);
        arena.put(timestamp.as_bytes());
        let date_time = texts.end(Text::DateTime, arena);
        let host = last_host.look_up(input.host, input.settings.has(WEB_SOCKET));
        // Such a host does not accept SigV4, whichever region the caller names.
        if !S::HAS_REGION_SET && host.is_sigv4a_only {
            return Err(Error::SigV4aRequired);
        }
        let region = if input.region.is_empty() { host.region } else { input.region };
        let service = if input.service.is_empty() { host.service } else { input.service };
        write_credential::<S>(input, &timestamp, region, service, arena)?;
        let credential = texts.end(Text::Credential, arena);
        let scope_start = input.access_key_id.len() + 1;
        let scope = credential.get(scope_start..).unwrap_or_default();
        texts.set(Text::Scope, texts.span(Text::Credential).part((scope_start, credential.len())));
        if S::HAS_REGION_SET {
            arena.put(region);
        }
        let region_set = texts.end(Text::RegionSet, arena);
        let is_presigned = expires_in.is_some();
        let rules = input.rules(service, is_presigned);
        payload::write(input, !rules.settings.has(PAYLOAD_UNSIGNED), arena);
        let payload_hash = texts.end(Text::PayloadHash, arena);

        let mut headers = arena.list(input.headers.len() + MOST_OWN_HEADERS);
        let mut hoisted = arena.list(if is_presigned { input.headers.len() } else { 0 });
        let selected = select_headers::<S>(input, is_presigned, names, &mut headers, &mut hoisted)?;
        let sends_hash = !is_presigned && (rules.settings.has(CONTENT_SHA256_YES) || selected.sends_hash);
        let content_sha256 = if sends_hash { texts.span(Text::PayloadHash) } else { Span::default() };
        texts.set(Text::ContentSha256, content_sha256);
        let token = signed_token(input, &rules);
        if !is_presigned {
            headers.add(b"x-amz-date", 0, date_time);
            if sends_hash {
                headers.add(CONTENT_SHA256, 0, payload_hash);
            }
            if S::HAS_REGION_SET {
                headers.add(REGION_SET, 0, region_set);
            }
            if !token.is_empty() {
                headers.add(rules.session_token_header.as_bytes(), 0, token);
            }
        }
        let headers = headers.finish()?;
        sort(headers);
        write_names(headers, arena);
        let signed_headers = texts.end(Text::SignedHeaders, arena);

        for header in hoisted.finish()? {
            query::push(header.key, header.value, Decode::Nothing, arena);
        }
        let is_respelled = query::push_wire(input.query, is_presigned, arena);
        if let Some(seconds) = expires_in {
            let mut add = |name: &str, value: &[u8]| {
                if !value.is_empty() {
                    query::push(name.as_bytes(), value, Decode::Nothing, arena);
                }
            };
            add("X-Amz-Algorithm", algorithm);
            add("X-Amz-Credential", credential);
            add("X-Amz-Date", date_time);
            add("X-Amz-Expires", decimal(seconds, &mut [0; 10]));
            add("X-Amz-SignedHeaders", signed_headers);
            add("X-Amz-Region-Set", region_set);
            add(rules.session_token_parameter, token);
        }
        let (parameters, _) = arena.finish();
        let list = arena.list(query::most_parameters(parameters));
        let repeats = query::write(parameters, list, arena)?;
        let query = texts.end(Text::Query, arena);

        arena.put(algorithm).put(b"\n").put(date_time).put(b"\n").put(scope).put(b"\n");
        arena.put(&[0; 64]);
        texts.end(Text::StringToSign, arena);
        if is_presigned {
            append_token(input, &rules, arena);
        }
        texts.end(Text::Appended, arena);
        arena.put(rules.session_token_header.as_bytes());
        texts.end(Text::SessionToken, arena);

        // Nothing after it is needed for another path: see `Requests::prepare_path`.
        let path_form = rules.settings.path_form();
        let request = CanonicalRequest {
            method: input.method,
            path: input.path,
            path_form,
            query: Query::Text(query),
            headers,
            signed_headers,
            payload: payload_hash,
        };
        let path = request.write(arena);
        if selected.has_latin1 {
            to_latin1(arena); // all that is not of a header is ASCII
        }
        let canonical_request = texts.end(Text::CanonicalRequest, arena);
        let at = texts.span(Text::CanonicalRequest);
        texts.set(Text::FirstRequest, at);
        texts.set(Text::Path, at.part(path));
        if path_form.0 == PathEncoding::Single {
            let sent = canonical_request.get(path.0..path.1).unwrap_or_default();
            let sends_query = !is_presigned && (is_respelled || repeats);
            write_target(input, sent, sends_query.then_some(query), is_presigned, arena);
        }
        texts.end(Text::Target, arena);
        if arena.is_full() {
            return Err(Error::LimitExceeded);
        }
        *last = Some(Prepared {
            is_presigned,
            has_token: !input.session_token.is_empty(),
            session_token_header: rules.session_token_header,
            path_form,
            end: arena.used(),
        });
        Ok(scope)
    }
}

/// `AKID/20260203/eu-west-1/execute-api/aws4_request`; SigV4a leaves the region out.
fn write_credential<S: Scheme>(
    input: &Input<'_>,
    timestamp: &Timestamp,
    region: &[u8],
    service: &[u8],
    out: &mut impl Put,
) -> Result<(), Error> {
    out.put(input.access_key_id).put(b"/");
    if S::HAS_REGION_SET {
        scope::check_region_set(region)?;
    }
    scope::write(timestamp.date_bytes(), S::region_of_scope(region), service, out)
}

/// Properties of the caller's headers.
struct Selected {
    /// Whether a value is not ASCII, and is passed as Latin-1.
    has_latin1: bool,
    /// Whether the caller sends `x-amz-content-sha256`. The signed hash replaces its value.
    sends_hash: bool,
}

/// Headers are signed, moved to the query, or ignored. `names` holds their names in lower case, one after the other.
fn select_headers<'m, S: Scheme>(
    input: &Input<'m>,
    is_presigned: bool,
    names: &'m [u8],
    signed: &mut List<'m>,
    hoisted: &mut List<'m>,
) -> Result<Selected, Error> {
    let mut selected = Selected { has_latin1: false, sends_hash: false };
    let mut has_host = false;
    let mut names = names;
    for header in input.headers {
        let (name, rest) = names.split_at_checked(header.key.len()).unwrap_or_default();
        names = rest;
        let replaced = REPLACED.position(name);
        selected.sends_hash |= replaced == Some(CONTENT_SHA256_PLACE);
        let is_latin1_at_most = !input.settings.has(LATIN1_HEADERS) || is_ascii(header.value) || {
            selected.has_latin1 = true;
            is_latin1(header.value)
        };
        let is_replaced = replaced.is_some() || (S::HAS_REGION_SET && name == REGION_SET);
        let is_signed = !is_replaced && input.signs_header(name);
        if is_presigned && is_signed && input.hoists_header(name) {
            hoisted.add(name, header.order, header.value);
            continue;
        }
        if !is_latin1_at_most {
            return Err(Error::HeaderValueNotLatin1(header.order));
        }
        if is_signed {
            has_host |= name == b"host";
            signed.add(name, header.order, header.value);
        }
    }
    if !has_host {
        signed.add(b"host", 0, input.host);
    }
    Ok(selected)
}

/// The session token, unless it is added after signing.
fn signed_token<'a>(input: &Input<'a>, rules: &Rules) -> &'a [u8] {
    if rules.settings.has(TOKEN_APPENDED) { b"" } else { input.session_token }
}

/// The end of the query of a presigned request, after the signature.
fn append_token(input: &Input<'_>, rules: &Rules, out: &mut impl Put) {
    if rules.settings.has(TOKEN_APPENDED) && !input.session_token.is_empty() {
        out.put(b"&").put(rules.session_token_parameter.as_bytes()).put(b"=");
        encode(input.session_token, Decode::Nothing, false, out);
    }
}

/// See `Signed::target`. `query` is present if it has to be sent instead of the given one.
fn write_target(
    input: &Input<'_>,
    path: &[u8],
    query: Option<&[u8]>,
    is_presigned: bool,
    out: &mut impl Put,
) {
    if query.is_none() && path == input.path {
        return;
    }
    out.put(path);
    let query = query.unwrap_or(input.query);
    if !is_presigned && !query.is_empty() {
        out.put(b"?").put(query);
    }
}

pub(super) fn decimal(mut value: u32, digits: &mut [u8; 10]) -> &[u8] {
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

/// `host`, and the headers that the signature adds.
const MOST_OWN_HEADERS: usize = 5;
/// See [`Requests::prepare`].
const MOST_PRESIGN_PARAMETERS: usize = 7;

/// The header in which SigV4a names the regions.
pub(crate) const REGION_SET: &[u8] = b"x-amz-region-set";

/// Seven days, the maximum that AWS accepts ("Authenticating Requests: Using Query Parameters", S3 API reference).
const MAX_EXPIRES_SECONDS: u32 = 604_800;
