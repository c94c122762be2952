//! From a request to its canonical request and the start of its string to sign: a step each.

use super::arena::{Arena, List};
use super::requests::{Prepared, Requests};
use super::scheme::private::Scheme;
use crate::canonical::encode::{Decode, encode};
use crate::canonical::headers::{CONTENT_SHA256, is_latin1, is_replaced, to_latin1, write_names};
use crate::canonical::request::{CanonicalRequest, Query};
use crate::canonical::{payload, query, sort};
use crate::endpoint::ServiceRules;
use crate::request::{Input, MAX_PARAMETERS};
use crate::text::Put;
use crate::{Error, PathEncoding, SessionTokenMode, Timestamp, scope};

/// How many entries the lists of a request have at most.
pub(crate) fn most_entries(input: &Input<'_>) -> usize {
    let headers = input.headers.len();
    let parameters = query::most_parameters(input.query) + headers + MOST_PRESIGN_PARAMETERS;
    2 * headers + MOST_OWN_HEADERS + parameters.min(MAX_PARAMETERS)
}

impl Requests {
    /// The canonical request, and all but its hash of the string to sign; `expires_in` makes it a presigned request.
    ///
    /// The one path of every signature, with `Prepared::each_part`. In between, whoever can do so fastest hashes the
    /// canonical request, which is most of the work.
    ///
    /// Returns the credential scope. Where the arena is full afterwards, this has failed, and succeeds in a larger one.
    pub(crate) fn prepare<'m, S: Scheme>(
        &mut self,
        input: &Input<'m>,
        timestamp: Timestamp,
        expires_in: Option<u32>,
        arena: &mut Arena<'m>,
    ) -> Result<&'m [u8], Error> {
        self.last = None;
        if expires_in.is_some_and(|seconds| !(1..=MAX_EXPIRES_SECONDS).contains(&seconds)) {
            return Err(Error::ExpiresInvalid);
        }
        input.check(arena)?;
        let (names, _) = arena.finish();
        arena.put(timestamp.as_bytes());
        let (date_time, _) = arena.finish();
        let host = self.last_host.look_up(input.host, input.web_socket);
        // No region that a caller names makes such a host take SigV4.
        if !S::HAS_REGION_SET && host.is_sigv4a_only {
            return Err(Error::SigV4aRequired);
        }
        let region = if input.region.is_empty() { host.region } else { input.region };
        let service = if input.service.is_empty() { host.service } else { input.service };
        write_credential::<S>(input, &timestamp, region, service, arena)?;
        let (credential, credential_at) = arena.finish();
        if S::HAS_REGION_SET {
            arena.put(region);
        }
        let (region_set, region_set_at) = arena.finish();
        let scope = credential.get(input.access_key_id.len() + 1..).unwrap_or_default();
        let rules = input.rules(service);
        let is_presigned = expires_in.is_some();
        let unsigned = if is_presigned { rules.unsigned_presigned_payload } else { rules.unsigned_payload };
        payload::write(input, unsigned, arena);
        let (payload_hash, payload_hash_at) = arena.finish();

        let mut headers = arena.list(input.headers.len() + MOST_OWN_HEADERS);
        let mut hoisted = arena.list(if is_presigned { input.headers.len() } else { 0 });
        let selected = select_headers::<S>(input, is_presigned, names, &mut headers, &mut hoisted)?;
        let content_sha256_header = !is_presigned && (rules.content_sha256_header || selected.sends_hash);
        let token = signed_token(input, &rules);
        if !is_presigned {
            headers.add(b"x-amz-date", 0, date_time);
            if content_sha256_header {
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
        let (signed_headers, signed_headers_at) = arena.finish();

        for header in hoisted.finish()? {
            query::push(header.key, header.value, Decode::Nothing, arena);
        }
        let is_respelled = query::push_wire(input.query, is_presigned, arena);
        if let Some(seconds) = expires_in {
            for (key, value) in [
                ("X-Amz-Algorithm", S::ALGORITHM),
                ("X-Amz-Credential", credential),
                ("X-Amz-Date", date_time),
                ("X-Amz-Expires", decimal(seconds, &mut [0; 10])),
                ("X-Amz-SignedHeaders", signed_headers),
                ("X-Amz-Region-Set", region_set),
                (rules.session_token_parameter, token),
            ] {
                if !value.is_empty() {
                    query::push(key.as_bytes(), value, Decode::Nothing, arena);
                }
            }
        }
        let (parameters, _) = arena.finish();
        let list = arena.list(query::most_parameters(parameters));
        let repeats = query::write(parameters, list, arena)?;
        let (query, query_at) = arena.finish();

        arena.put(S::ALGORITHM).put(b"\n").put(date_time).put(b"\n").put(scope).put(b"\n");
        arena.put(&[0; 64]);
        let (_, string_to_sign) = arena.finish();
        if is_presigned {
            append_token(input, &rules, arena);
        }
        let (_, appended) = arena.finish();

        // Behind it, nothing stays that another path needs: see `Requests::prepare_path`.
        let path_form = (rules.path_encoding, rules.path_normalization);
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
        let (canonical_request, canonical_request_at) = arena.finish();
        if rules.path_encoding == PathEncoding::Single {
            let sent = canonical_request.get(path.0..path.1).unwrap_or_default();
            let sends_query = !is_presigned && (is_respelled || repeats);
            write_target(input, sent, sends_query.then_some(query), is_presigned, arena);
        }
        let (_, target) = arena.finish();
        if arena.is_full() {
            return Err(Error::LimitExceeded);
        }
        self.last = Some(Prepared {
            algorithm: S::ALGORITHM,
            timestamp,
            is_presigned,
            content_sha256_header,
            session_token_header: rules.session_token_header,
            path_form,
            has_token: !input.session_token.is_empty(),
            credential: credential_at,
            scope: credential_at.part((input.access_key_id.len() + 1, credential.len())),
            region_set: region_set_at,
            payload_hash: payload_hash_at,
            signed_headers: signed_headers_at,
            query: query_at,
            appended,
            string_to_sign,
            target,
            canonical_request: canonical_request_at,
            first_request: canonical_request_at,
            path: canonical_request_at.part(path),
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

/// What the headers of the caller are like.
struct Selected {
    /// Whether a value holds what is not ASCII, and crosses as Latin-1.
    has_latin1: bool,
    /// Whether the caller sends `x-amz-content-sha256`. The signed hash replaces its value.
    sends_hash: bool,
}

/// Headers are signed, moved to the query, or left alone. `names` are theirs, in lower case, one after the other.
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
        selected.sends_hash |= name == CONTENT_SHA256;
        let is_latin1_at_most = !input.latin1_headers || header.value.is_ascii() || {
            selected.has_latin1 = true;
            is_latin1(header.value)
        };
        let is_replaced = is_replaced(name) || (S::HAS_REGION_SET && name == REGION_SET);
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
fn signed_token<'a>(input: &Input<'a>, rules: &ServiceRules) -> &'a [u8] {
    match rules.session_token_mode {
        SessionTokenMode::Signed => input.session_token,
        SessionTokenMode::Appended => b"",
    }
}

/// What the query of a presigned request ends with, after the signature.
fn append_token(input: &Input<'_>, rules: &ServiceRules, out: &mut impl Put) {
    if rules.session_token_mode == SessionTokenMode::Appended && !input.session_token.is_empty() {
        out.put(b"&").put(rules.session_token_parameter.as_bytes()).put(b"=");
        encode(input.session_token, Decode::Nothing, false, out);
    }
}

/// See `Signed::target`. `query` is there where the one that was given is not to be sent.
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

/// `host`, and what the signature brings.
const MOST_OWN_HEADERS: usize = 5;
/// See [`Requests::prepare`].
const MOST_PRESIGN_PARAMETERS: usize = 7;

/// Where SigV4a names the regions.
pub(crate) const REGION_SET: &[u8] = b"x-amz-region-set";

/// Seven days: the longest that AWS takes ("Authenticating Requests: Using Query Parameters", S3 API reference).
const MAX_EXPIRES_SECONDS: u32 = 604_800;
