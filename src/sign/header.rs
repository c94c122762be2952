//! Signing with the `authorization` header.

use alloc::vec::Vec;

use super::{
    ALGORITHM, Entry, Error, Identity, Layout, LowerNames, PayloadLine, Plan, Request, Settings, Signed,
    Signer, Timestamp, canonical, sign_canonical_request,
};
use crate::canonical::headers::is_replaced;

impl Signer {
    pub(crate) fn sign_header_as<'a>(
        &mut self,
        request: &Request<'a>,
        identity: Identity<'a>,
        timestamp: Timestamp,
        settings: &Settings<'a>,
    ) -> Result<Signed<'_>, Error> {
        let plan = Plan::new(request, identity, timestamp, settings)?;
        let scope = plan.scope()?;
        let payload = PayloadLine::new(request.payload, plan.rules.unsigned_payload);
        let names = LowerNames::of(request);

        let mut entries = Vec::with_capacity(request.headers.len() + 4);
        let mut add = |key, order, value| entries.push(Entry { key, order, value });
        let mut has_host = false;
        let mut content_sha256 = plan.content_sha256_header;
        for (order, (name, value)) in names.iter(request).enumerate() {
            // A body of which the caller already says the hash: the header stays, with the hash that is signed.
            content_sha256 |= name == b"x-amz-content-sha256";
            if !is_replaced(name) && settings.signed_headers.contains(name) {
                has_host |= name == b"host";
                add(name, order, value);
            }
        }
        if !has_host {
            add(b"host", 0, request.host.as_bytes());
        }
        add(b"x-amz-date", 0, timestamp.date_time().as_bytes());
        if content_sha256 {
            add(b"x-amz-content-sha256", 0, payload.as_bytes());
        }
        if let Some(token) = plan.signed_token() {
            add(plan.rules.session_token_header.as_bytes(), 0, token.as_bytes());
        }
        canonical::sort(&mut entries);

        let scratch = &mut self.scratch;
        let Layout { signed_headers, .. } = canonical::write_request(
            request.method,
            |out| plan.write_path(request, out),
            |out| {
                let mut query = canonical::query::Query::default();
                query.push_wire(request.query, |_| true);
                query.write(out);
            },
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

        let mut credential = alloc::string::String::with_capacity(96);
        super::write_credential(identity.access_key_id, &scope, &mut credential);
        let out = &mut scratch.result;
        out.clear();
        for part in [
            ALGORITHM.as_bytes(),
            b" Credential=",
            credential.as_bytes(),
            b", SignedHeaders=",
            canonical_request.get(signed_headers.clone()).unwrap_or_default(),
            b", Signature=",
            &signature,
        ] {
            out.extend_from_slice(part);
        }
        let payload_start = canonical_request.len() - payload.as_bytes().len();
        Ok(Signed {
            result: out,
            canonical_request,
            signed_headers,
            string_to_sign: &scratch.string_to_sign,
            signature,
            timestamp,
            content_sha256: content_sha256.then_some(payload_start..canonical_request.len()),
            session_token_header: plan.rules.session_token_header,
        })
    }
}
