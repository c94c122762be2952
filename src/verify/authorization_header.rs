//! The header `Authorization`.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::authorization::{Algorithm, Stated, checked_date};
use super::dates::{amz_date, parse_http_date};
use super::incoming_request::IncomingRequest;
use super::latin1::trim;
use super::rejection::Say::{Quoted, Text};
use super::rejection::{Rejection, malformed};
use super::words::{cut, find_part, join, replace, split};

pub(super) fn parse<'t>(
    authorization: &'t str,
    request: &'t IncomingRequest<'_>,
) -> Result<Stated<'t>, Rejection> {
    let (name, rest) = cut(authorization, b' ').unwrap_or((authorization, ""));
    let algorithm = Algorithm::from_name(name);
    let [mut credential, mut signature, mut names] = [""; 3];
    let mut count = 0;
    for part in split(rest, b',') {
        let part = trim(part);
        count += 1;
        let Some((key, value)) = cut(part, b'=') else {
            if part.is_empty() {
                continue;
            }
            return Err(not_a_pair(part, name, authorization));
        };
        match key {
            "Credential" => credential = value,
            "Signature" => signature = value,
            "SignedHeaders" => names = value,
            _ => {}
        }
    }
    let date = request.header_text(b"x-amz-date").or_else(|| iso_date(request.header_text(b"date")?));
    let date = date.unwrap_or_default();
    let is_complete = ![credential, signature, names, &date].iter().any(|text| text.is_empty());
    match algorithm {
        Some(algorithm) if is_complete => {
            if count > 3 {
                let problem =
                    "Invalid key=value pair in Authorization header: it holds one too many, or one twice.";
                return Err(malformed(&[Text(problem)]));
            }
            let signed_at = checked_date(&date)?;
            Ok(Stated { algorithm, credential, amz_date: date, signed_at, names, signature })
        }
        Some(_) => Err(incomplete(name, [credential, signature, names], &date)),
        None => Err(incomplete(name, [""; 3], &date)),
    }
}

/// What an `Authorization` header lacks: of the values, those that are empty.
#[cold]
fn incomplete(name: &str, values: [&str; 3], date: &str) -> Rejection {
    let mut problems = Vec::new();
    for (name, _) in FIELDS.iter().zip(values).filter(|(_, value)| value.is_empty()) {
        problems.extend([Text("Authorization header requires '"), Text(name), Text("' parameter. ")]);
    }
    if date.is_empty() {
        problems.push(Text(
            "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ",
        ));
    }
    let shown = shortened(name);
    problems.extend([Text("Authorization="), Quoted(&shown)]);
    malformed(&problems)
}

/// As API Gateway says it, except for what may be a secret: messages end up in logs.
#[cold]
fn not_a_pair(part: &str, algorithm: &str, authorization: &str) -> Rejection {
    let problem = Text(" not a valid key=value pair (missing equal-sign) in Authorization header: ");
    if algorithm.starts_with("AWS4-") {
        let whole = without_signatures(authorization);
        return malformed(&[Quoted(part), problem, Quoted(&whole), Text(".")]);
    }
    // `Basic` holds a password, however short it is.
    let is_basic = algorithm.eq_ignore_ascii_case("basic");
    let shown = if is_basic { "…".into() } else { shortened(part) };
    let whole = replace(authorization, part, &shown, 1);
    malformed(&[Quoted(&shown), problem, Quoted(&whole.0), Text(".")])
}

fn without_signatures(authorization: &str) -> String {
    let mut shown = String::new();
    let mut rest = authorization;
    while let Some(at) = find_part(rest, "Signature=") {
        let (before, after) = rest.split_at_checked(at + "Signature=".len()).unwrap_or_default();
        shown += before;
        let end = after.bytes().position(|byte| byte == b',').unwrap_or(after.len());
        if end > 0 {
            shown.push('…');
        }
        rest = after.get(end..).unwrap_or_default();
    }
    shown + rest
}

/// Of what could be a token, its start.
fn shortened(text: &str) -> String {
    // Header values: each character is one byte of what arrived.
    let mut starts = text.char_indices().map(|(at, _)| at);
    let end = starts.nth(8);
    match (end, starts.nth(24 - 9)) {
        (Some(end), Some(_)) => join(&[text.get(..end).unwrap_or_default(), "…"]),
        _ => text.into(),
    }
}

/// A `Date` header, which AWS takes instead of `x-amz-date`: as HTTP writes it, or as AWS does.
fn iso_date(date: Cow<'_, str>) -> Option<Cow<'_, str>> {
    Some(match parse_http_date(&date) {
        Some(millis) => Cow::Owned(amz_date(millis as f64)),
        None => date,
    })
}

const FIELDS: [&str; 3] = ["Credential", "Signature", "SignedHeaders"];
