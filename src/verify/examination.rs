//! All that a request says, and all that is wrong with it but its signature, for the search for a mistake: a verifier stops at
//! what is wrong first.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::authorization::Authorization;
use super::checks::{check_scope, check_time, stated_payload, uncovered_header};
use super::incoming_request::IncomingRequest;
use super::latin1;
use super::presigned_url::SIGNATURE_PARAMETER;
use super::rejection::Rejection;
use super::verifier::Verifier;
use crate::SessionTokenMode;
use crate::canonical::encode::{Decode, encode};
use crate::text::{cut, split};

pub(crate) struct Examination<'r> {
    request: IncomingRequest<'r>,
    pub(crate) authorization: Authorization,
    /// What is signed instead of the body, where the request says so.
    pub(crate) declared: Option<String>,
    /// Whether the scope is one that any verifier could take.
    pub(crate) is_scope_right: bool,
    pub(crate) is_region_right: bool,
    pub(crate) is_service_right: bool,
    pub(crate) is_in_time: bool,
    /// Whether a verifier takes what is signed instead of the body.
    pub(crate) is_payload_right: bool,
    /// A header that must be signed, and is not.
    pub(crate) uncovered_header: Option<String>,
}

/// A parameter as it was sent: where it starts in the query, how long its name is, and its value, if an `=` is there.
pub(crate) type ParameterPlace = (usize, usize, Option<usize>);

impl<'r> Examination<'r> {
    /// The region, the service and the skew are those of `verifier`. `now` is in milliseconds since 1970.
    pub(crate) fn of(request: IncomingRequest<'r>, verifier: &Verifier, now: i64) -> Result<Self, Rejection> {
        request.check_fragment()?;
        let authorization = Authorization::parse(&request)?;
        let any = Verifier::any();
        let (_, declared) = stated_payload(&authorization, &request, &Verifier::any().body_required(false))?;
        let region = Verifier::any().region(verifier.region.clone());
        let service = Verifier::any().service(verifier.service.clone());
        Ok(Self {
            is_scope_right: check_scope(&authorization, &any).is_ok(),
            is_region_right: check_scope(&authorization, &region).is_ok(),
            is_service_right: check_scope(&authorization, &service).is_ok(),
            is_in_time: check_time(&authorization, now, verifier).is_ok(),
            is_payload_right: stated_payload(&authorization, &request, &any).is_ok(),
            uncovered_header: uncovered_header(&authorization, &request).map(String::from),
            declared,
            request,
            authorization,
        })
    }

    /// As on the wire.
    pub(crate) fn path(&self) -> Cow<'_, str> {
        latin1::decode(self.request.path)
    }

    /// Likewise.
    pub(crate) fn query(&self) -> Cow<'_, str> {
        latin1::decode(self.request.query)
    }

    /// Every name that the request gives its host.
    pub(crate) fn hosts(&self) -> Vec<Cow<'_, str>> {
        self.request.hosts()
    }

    /// Each name with its canonical value; the host from elsewhere, where no header has it.
    pub(crate) fn headers(&self) -> Vec<(&str, Cow<'_, str>)> {
        let mut headers: Vec<(&str, Cow<'_, str>)> = Vec::new();
        for header in self.request.headers() {
            let name = str::from_utf8(header.key).unwrap_or_default();
            if headers.last().is_some_and(|(last, _)| *last == name) {
                continue;
            }
            headers.push((name, self.request.header_text(header.key).unwrap_or_default()));
        }
        headers.extend(self.request.host_from_elsewhere().map(|host| ("host", latin1::decode(host))));
        headers
    }

    /// The parameters that are signed.
    pub(crate) fn parameters(&self) -> Vec<ParameterPlace> {
        let Authorization { rules, is_presigned, .. } = &self.authorization;
        let mut places = Vec::new();
        let mut start = 0;
        let mut canonical = Vec::new();
        for part in split(self.request.query, b'&') {
            let (name, value) = cut(part, b'=');
            canonical.clear();
            encode(name, Decode::Form, false, &mut canonical);
            let is_left_out = *is_presigned
                && (canonical == SIGNATURE_PARAMETER.as_bytes()
                    || rules.session_token_mode == SessionTokenMode::Appended
                        && canonical == rules.session_token_parameter.as_bytes());
            if !part.is_empty() && !is_left_out {
                places.push((start, name.len(), (name.len() < part.len()).then_some(value.len())));
            }
            start += part.len() + 1;
        }
        places
    }
}
