//! What is said of a signature that is not that of the request: what should have been signed, without the session token.

use alloc::string::String;
use alloc::vec::Vec;
use core::mem::take;

use super::latin1;
use super::rejection::Say::{Quoted, Text};
use super::rejection::{Rejection, RejectionKind, Say, reject, shown_key};
use super::unverified::Unverified;
use super::words::{Secret, SecretBytes, replace, split};
use crate::canonical::encode::{Decode, encode};
use crate::endpoint::{SESSION_TOKEN_HEADERS, SESSION_TOKEN_PARAMETERS};

impl Unverified<'_, '_> {
    /// That the signature is another. `string_to_sign` is there where the canonical request is.
    #[cold]
    pub(crate) fn mismatch(
        &self,
        canonical_request: Option<&[u8]>,
        string_to_sign: Option<&str>,
    ) -> Rejection {
        let kind = RejectionKind::SignatureMismatch;
        if !self.verifier.explain {
            return self.rejection(kind, &[Text(MISMATCH)]);
        }
        let (Some(canonical_request), Some(string_to_sign)) = (canonical_request, string_to_sign) else {
            return self.rejection(kind, &self.missing_headers());
        };
        let token = self.session_token().unwrap_or_default();
        let shown = without_token(&latin1::decode(canonical_request), token);
        self.rejection(
            kind,
            &[
                Text(MISMATCH),
                Text("\n\nThe Canonical String for this request should have been\n'"),
                Text(&shown),
                Text("'\n\nThe String-to-Sign should have been\n'"),
                Text(string_to_sign),
                Text("'\n"),
            ],
        )
    }

    fn missing_headers(&self) -> Vec<Say<'_>> {
        let has = |name: &str| {
            name == "host" && self.request.host_from_elsewhere().is_some()
                || !self.request.headers_named(name.as_bytes()).is_empty()
        };
        let mut missing = Vec::new();
        for name in split(self.signed_headers(), b';').filter(|name| !has(name)) {
            missing.extend([Quoted(name), Text(", ")]);
        }
        missing.pop();
        let start = if missing.len() > 1 { "\n\nThe signed headers " } else { "\n\nThe signed header " };
        let mut message = Vec::from([Text(MISMATCH), Text(start)]);
        message.append(&mut missing);
        message.push(Text(" did not arrive"));
        message
    }

    fn rejection(&self, kind: RejectionKind, message: &[Say<'_>]) -> Rejection {
        reject(kind, message).with(shown_key(self.access_key_id()))
    }
}

/// A canonical request to be shown: the values of the headers and parameters that carry a session token, and the token
/// wherever else it stands, give way to a note.
fn without_token(canonical_request: &str, token: &str) -> String {
    if token.is_empty() {
        return canonical_request.into();
    }
    let mut shown = Secret(String::with_capacity(canonical_request.len()));
    let mut rest = canonical_request;
    let mut is_line_start = true;
    while let Some(first) = rest.chars().next() {
        let is_boundary = is_line_start || shown.0.ends_with(['?', '&']);
        let named = |names: &[&str], end: char| {
            let name = names.iter().find(|name| starts_with(rest, name))?;
            rest.get(name.len()..)?.starts_with(end).then_some(name.len() + 1)
        };
        let header = named(&SESSION_TOKEN_HEADERS, ':');
        let (name, ends): (_, &[u8]) = match (is_line_start, is_boundary) {
            (true, _) if header.is_some() => (header, b"\n"),
            (_, true) => (named(&SESSION_TOKEN_PARAMETERS, '='), b"&\n"),
            _ => (None, b""),
        };
        let kept = name.unwrap_or(first.len_utf8());
        let (before, after) = rest.split_at_checked(kept).unwrap_or((rest, ""));
        shown.0 += before;
        rest = after;
        if name.is_some() {
            shown.0 += REDACTED;
            let end = rest.bytes().position(|byte| ends.contains(&byte)).unwrap_or(rest.len());
            rest = rest.get(end..).unwrap_or_default();
        }
        is_line_start = first == '\n';
    }
    // A short one, which AWS issues none of, would be found in words.
    if token.encode_utf16().count() < 16 {
        return take(&mut shown.0);
    }
    let mut encoded = SecretBytes(Vec::new());
    encode(token.as_bytes(), Decode::Nothing, false, &mut encoded.0);
    let shown = replace(&shown.0, token, REDACTED, usize::MAX);
    let mut shown = replace(&shown.0, str::from_utf8(&encoded.0).unwrap_or_default(), REDACTED, usize::MAX);
    take(&mut shown.0)
}

fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len()).is_some_and(|found| found.eq_ignore_ascii_case(start))
}

const REDACTED: &str = "<session token>";
const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
                        Access Key and signing method. Consult the service documentation for details.";
