//! From a request to its canonical request and the start of its string to sign: a step each.

use alloc::vec::Vec;

use super::scheme::private::Scheme;
use super::{LowLevelSigner, Prepared, Texts, put_target};
use crate::canonical::encode::{Decode, encode};
use crate::canonical::headers::{CONTENT_SHA256, is_latin1, is_replaced, to_latin1, write_names};
use crate::canonical::request::{CanonicalRequest, Query};
use crate::canonical::{Entry, add, payload, query, sort};
use crate::endpoint::ServiceRules;
use crate::request::Input;
use crate::text::Put;
use crate::{Error, PathEncoding, SessionTokenMode, Timestamp, scope};

impl<S: Scheme> LowLevelSigner<S> {
    /// The canonical request, and all but its hash of the string to sign; `expires_in` makes it a presigned request.
    ///
    /// The one path of every signature, with [`LowLevelSigner::complete`]. In between, whoever can do so fastest hashes the
    /// canonical request, which is most of the work.
    pub(crate) fn prepare(
        &mut self,
        input: &Input<'_>,
        timestamp: Timestamp,
        expires_in: Option<u32>,
    ) -> Result<(), Error> {
        self.last = None;
        if expires_in.is_some_and(|seconds| !(1..=MAX_EXPIRES_SECONDS).contains(&seconds)) {
            return Err(Error::ExpiresInvalid);
        }
        self.texts.clear();
        let Texts {
            names,
            credential,
            payload_hash,
            parameters,
            query,
            signed_headers,
            region_set,
            canonical_request,
            string_to_sign,
            appended,
            target,
            ..
        } = &mut self.texts;
        input.check(names)?;
        let host = self.last_host.look_up(input.host, input.web_socket);
        // No region that a caller names makes such a host take SigV4.
        if !S::HAS_REGION_SET && host.is_sigv4a_only {
            return Err(Error::SigV4aRequired);
        }
        let region = if input.region.is_empty() { &host.region } else { input.region };
        let service = if input.service.is_empty() { &host.service } else { input.service };
        write_credential::<S>(input, timestamp, region, service, credential)?;
        if S::HAS_REGION_SET {
            region_set.put(region);
        }
        let scope = credential.get(input.access_key_id.len() + 1..).unwrap_or_default();
        let rules = input.rules(service);
        let is_presigned = expires_in.is_some();
        let unsigned = if is_presigned { rules.unsigned_presigned_payload } else { rules.unsigned_payload };
        payload::write(input, unsigned, payload_hash);

        let mut selected = select_headers::<S>(input, is_presigned, names, parameters)?;
        let headers = &mut selected.headers;
        let content_sha256_header = !is_presigned && (rules.content_sha256_header || selected.sends_hash);
        let token = signed_token(input, &rules);
        if !is_presigned {
            add(headers, b"x-amz-date", 0, timestamp.as_bytes());
            if content_sha256_header {
                add(headers, CONTENT_SHA256, 0, payload_hash);
            }
            if S::HAS_REGION_SET {
                add(headers, REGION_SET, 0, region);
            }
            if !token.is_empty() {
                add(headers, rules.session_token_header.as_bytes(), 0, token);
            }
        }
        sort(headers);
        write_names(headers, signed_headers);

        let is_respelled = query::push_wire(input.query, is_presigned, parameters);
        if let Some(seconds) = expires_in {
            for (key, value) in [
                ("X-Amz-Algorithm", S::ALGORITHM),
                ("X-Amz-Credential", credential),
                ("X-Amz-Date", timestamp.as_bytes()),
                ("X-Amz-Expires", decimal(seconds, &mut [0; 10])),
                ("X-Amz-SignedHeaders", signed_headers),
                ("X-Amz-Region-Set", region_set),
                (rules.session_token_parameter, token),
            ] {
                if !value.is_empty() {
                    query::push(key.as_bytes(), value, Decode::Nothing, parameters);
                }
            }
        }
        let repeats = query::write(parameters, query)?;

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
        let path = request.write(canonical_request);
        if rules.path_encoding == PathEncoding::Single {
            let sent = canonical_request.get(path.0..path.1).unwrap_or_default();
            let sends_query = !is_presigned && (is_respelled || repeats);
            write_target(input, sent, sends_query.then_some(&query[..]), is_presigned, target);
        }
        if selected.has_latin1 {
            to_latin1(canonical_request); // all that is not of a header is ASCII
        }
        string_to_sign
            .put(S::ALGORITHM)
            .put(b"\n")
            .put(timestamp.as_bytes())
            .put(b"\n")
            .put(scope)
            .put(b"\n");
        if is_presigned {
            append_token(input, &rules, appended);
        }
        self.last = Some(Prepared {
            algorithm: S::ALGORITHM,
            timestamp,
            // Outside the wasm modules, credentials keep their keys.
            key: if cfg!(all(target_arch = "wasm32", feature = "engine")) {
                self.keys.find(
                    input.credentials_id,
                    input.secret_access_key,
                    S::key_name(scope, input.access_key_id),
                )?
            } else {
                usize::MAX
            },
            is_presigned,
            content_sha256_header,
            session_token_header: rules.session_token_header,
            path_form,
            #[cfg(all(target_arch = "wasm32", feature = "engine"))]
            has_token: !input.session_token.is_empty(),
            path,
            hash: string_to_sign.len(),
        });
        Ok(())
    }
}

/// `AKID/20260203/eu-west-1/execute-api/aws4_request`; SigV4a leaves the region out.
fn write_credential<S: Scheme>(
    input: &Input<'_>,
    timestamp: Timestamp,
    region: &[u8],
    service: &[u8],
    out: &mut Vec<u8>,
) -> Result<(), Error> {
    out.put(input.access_key_id).put(b"/");
    if S::HAS_REGION_SET {
        scope::check_region_set(region)?;
    }
    scope::write(timestamp.date_bytes(), S::region_of_scope(region), service, out)
}

/// The headers of the caller that are signed.
struct Selected<'a> {
    headers: Vec<Entry<'a>>,
    /// Whether a value holds what is not ASCII, and crosses as Latin-1.
    has_latin1: bool,
    /// Whether the caller sends `x-amz-content-sha256`. The signed hash replaces its value.
    sends_hash: bool,
}

/// Headers are signed, moved to the query, or left alone. `names` are theirs, in lower case, one after the other.
fn select_headers<'a, S: Scheme>(
    input: &Input<'a>,
    is_presigned: bool,
    names: &'a [u8],
    parameters: &mut Vec<u8>,
) -> Result<Selected<'a>, Error> {
    let headers = Vec::with_capacity(input.headers.len() + 5);
    let mut selected = Selected { headers, has_latin1: false, sends_hash: false };
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
            query::push(name, header.value, Decode::Nothing, parameters);
            continue;
        }
        if !is_latin1_at_most {
            return Err(Error::HeaderValueNotLatin1(header.order));
        }
        if is_signed {
            has_host |= name == b"host";
            add(&mut selected.headers, name, header.order, header.value);
        }
    }
    if !has_host {
        add(&mut selected.headers, b"host", 0, input.host);
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
fn append_token(input: &Input<'_>, rules: &ServiceRules, out: &mut Vec<u8>) {
    if rules.session_token_mode == SessionTokenMode::Appended && !input.session_token.is_empty() {
        out.put(b"&").put(rules.session_token_parameter.as_bytes()).put(b"=");
        encode(input.session_token, Decode::Nothing, false, out);
    }
}

/// See `Signed::target`. `query` is there where the one that was given is not to be sent.
fn write_target(input: &Input<'_>, path: &[u8], query: Option<&[u8]>, is_presigned: bool, out: &mut Vec<u8>) {
    if query.is_none() && path == input.path {
        return;
    }
    put_target(path, if is_presigned { b"" } else { query.unwrap_or(input.query) }, out);
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

/// Where SigV4a names the regions.
pub(crate) const REGION_SET: &[u8] = b"x-amz-region-set";

/// Seven days: the longest that AWS takes ("Authenticating Requests: Using Query Parameters", S3 API reference).
const MAX_EXPIRES_SECONDS: u32 = 604_800;
