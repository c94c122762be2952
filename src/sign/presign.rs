//! Signing with query parameters: the URL alone carries the signature.
//!
//! Source: "Authenticating Requests: Using Query Parameters", in the S3 API reference.

use alloc::string::String;
use alloc::vec::Vec;

use super::{
    ALGORITHM, Entry, Error, HeaderPlacement, Identity, Layout, LowerNames, PayloadLine, Plan, Request,
    Settings, Signed, Signer, Timestamp, canonical, sign_canonical_request,
};
use crate::canonical::headers::{is_amz, is_replaced, write_names};
use crate::canonical::query::Query;

impl Signer {
    pub(crate) fn presign_as<'a>(
        &mut self,
        request: &Request<'a>,
        identity: Identity<'a>,
        timestamp: Timestamp,
        settings: &Settings<'a>,
        expires_in: u32,
    ) -> Result<Signed<'_>, Error> {
        if !(1..=MAX_EXPIRES_SECONDS).contains(&expires_in) {
            return Err(Error::ExpiresInvalid);
        }
        let plan = Plan::new(request, identity, timestamp, settings)?;
        let scope = plan.scope()?;
        let payload = PayloadLine::new(request.payload, plan.rules.unsigned_presigned_payload);
        let names = LowerNames::of(request);

        let mut query = Query::default();
        query.push_wire(request.query, |key| !is_signature_parameter(key));
        let mut entries = Vec::with_capacity(request.headers.len() + 1);
        let mut has_host = false;
        for (order, (name, value)) in names.iter(request).enumerate() {
            if is_replaced(name) || !settings.signed_headers.contains(name) {
                continue;
            }
            if is_amz(name) && settings.header_placement == HeaderPlacement::Query {
                query.push(super::text(name), value);
            } else {
                has_host |= name == b"host";
                entries.push(Entry { key: name, order, value });
            }
        }
        if !has_host {
            entries.push(Entry { key: b"host", order: 0, value: request.host.as_bytes() });
        }
        canonical::sort(&mut entries);

        let mut credential = String::with_capacity(96);
        super::write_credential(identity.access_key_id, &scope, &mut credential);
        let mut signed_names = Vec::with_capacity(64);
        write_names(&entries, b";", &mut signed_names);
        query.push("X-Amz-Algorithm", ALGORITHM.as_bytes());
        query.push("X-Amz-Credential", credential.as_bytes());
        query.push("X-Amz-Date", timestamp.date_time().as_bytes());
        query.push("X-Amz-Expires", super::decimal(expires_in, &mut [0; 10]));
        query.push("X-Amz-SignedHeaders", &signed_names);
        if let Some(token) = plan.signed_token() {
            query.push(plan.rules.session_token_parameter, token.as_bytes());
        }

        let scratch = &mut self.scratch;
        let Layout { query: query_range, signed_headers } = canonical::write_request(
            request.method,
            |out| plan.write_path(request, out),
            |out| query.write(out),
            &entries,
            payload.as_bytes(),
            &mut scratch.canonical_request,
        );
        let canonical_request = &scratch.canonical_request[..];
        let signature = sign_canonical_request(
            &plan,
            &scope,
            &mut self.keys,
            canonical_request,
            &mut scratch.string_to_sign,
        )?;

        let out = &mut scratch.result;
        out.clear();
        out.extend_from_slice(canonical_request.get(query_range).unwrap_or_default());
        out.extend_from_slice(b"&X-Amz-Signature=");
        out.extend_from_slice(&signature);
        if plan.signed_token().is_none()
            && let Some(token) = plan.identity.session_token
        {
            out.push(b'&');
            out.extend_from_slice(plan.rules.session_token_parameter.as_bytes());
            out.push(b'=');
            canonical::encode::encode(token.as_bytes(), false, out);
        }
        Ok(Signed {
            result: out,
            canonical_request,
            signed_headers,
            string_to_sign: &scratch.string_to_sign,
            signature,
            timestamp,
            content_sha256: None,
            session_token_header: plan.rules.session_token_header,
        })
    }
}

/// A URL that was presigned before is presigned afresh.
fn is_signature_parameter(key: &[u8]) -> bool {
    [
        &b"X-Amz-Algorithm"[..],
        b"X-Amz-Credential",
        b"X-Amz-Date",
        b"X-Amz-Expires",
        b"X-Amz-SignedHeaders",
        b"X-Amz-Signature",
        b"X-Amz-Security-Token",
        b"X-Amz-S3session-Token",
    ]
    .iter()
    .any(|name| name.eq_ignore_ascii_case(key))
}

/// Seven days: the longest that AWS takes.
const MAX_EXPIRES_SECONDS: u32 = 604_800;
