//! What a request says of its own signature, in its `Authorization` header or in its query, checked for form only.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;
use core::mem::take;

use super::dates::{amz_date, parse_amz_date, parse_http_date};
use super::incoming_request::IncomingRequest;
use super::latin1::{is_space, trim};
use super::rejection::Say::{Quoted, Text};
use super::rejection::{Rejection, RejectionKind, malformed, reject};
use super::words::{Secret, SecretBytes, cut, find_part, join, replace, split};
use crate::ServiceRules;
use crate::endpoint;
use crate::text::{Put, find};

/// An algorithm of Signature Version 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// SigV4.
    HmacSha256,
    /// SigV4a.
    EcdsaP256Sha256,
}

impl Algorithm {
    /// Such as `AWS4-HMAC-SHA256`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::HmacSha256 => "AWS4-HMAC-SHA256",
            Self::EcdsaP256Sha256 => "AWS4-ECDSA-P256-SHA256",
        }
    }

    fn from_name(name: &str) -> Option<Self> {
        [Self::HmacSha256, Self::EcdsaP256Sha256].into_iter().find(|algorithm| algorithm.name() == name)
    }
}

/// An authorization, from the header or from the query.
pub(super) struct Authorization {
    pub(super) algorithm: Algorithm,
    pub(super) rules: &'static ServiceRules,
    /// In milliseconds since 1970.
    pub(super) signed_at: i64,
    pub(super) is_presigned: bool,
    /// Seconds; only of a presigned request.
    pub(super) expires: Option<u32>,
    has_session_token: bool,
    /// Its texts, one after the other: one piece of memory for all, and to wipe, as one of them may be a token.
    texts: Secret,
    /// Where each of [`PARTS`] ends.
    ends: [usize; PARTS],
}

/// The texts of an authorization.
#[derive(Clone, Copy)]
enum Part {
    AccessKeyId,
    /// Should be `YYYYMMDD`.
    Date,
    /// Empty with SigV4a.
    Region,
    Service,
    /// Should be `aws4_request`.
    Terminator,
    /// `YYYYMMDDTHHMMSSZ`.
    AmzDate,
    /// Lower-case names, sorted, each once, joined with semicolons.
    SignedHeaders,
    Signature,
    /// All of the credential but the access key id: `20260203/eu-west-1/execute-api/aws4_request`.
    Scope,
    /// Of SigV4a.
    RegionSet,
    SessionToken,
}

const PARTS: usize = Part::SessionToken as usize + 1;

impl Authorization {
    /// The parameters of a presigned URL, or the header `Authorization`.
    pub(super) fn parse(request: &IncomingRequest<'_>) -> Result<Self, Rejection> {
        let parameters = Parameters::parse(request)?;
        let is_presigned =
            [ALGORITHM, CREDENTIAL, SIGNATURE].into_iter().any(|at| parameters.get(at).is_some());
        let header = request.header_text(b"authorization");
        let stated = match &header {
            _ if is_presigned => Stated::in_query(&parameters)?,
            Some(authorization) => Stated::in_header(authorization, request)?,
            None => {
                let message = [Text("Missing Authentication Token")];
                return Err(reject(RejectionKind::SignatureMissing, &message));
            }
        };
        let Stated { algorithm, credential, amz_date, signed_at, names, signature } = stated;
        let [id, date, region, service, terminator] = split_credential(credential, algorithm)?;
        let rules = endpoint::rules(service.as_bytes());
        if let (true, Some(authorization)) = (is_presigned, &header) {
            check_mechanism(authorization, rules)?;
        }
        let given = |parameter: usize, header: &str| {
            let parameter = if is_presigned { parameters.get(parameter) } else { None };
            parameter.map(Cow::Borrowed).or_else(|| request.header_text(header.as_bytes()))
        };
        let region_set = match algorithm {
            Algorithm::HmacSha256 => Cow::Borrowed(""),
            Algorithm::EcdsaP256Sha256 => match given(REGION_SET, "x-amz-region-set") {
                Some(regions) => regions,
                None => return Err(malformed(&[Text("SigV4a requires existence of 'X-Amz-Region-Set'.")])),
            },
        };
        let expires = if is_presigned { parameters.get(EXPIRES) } else { None };
        if is_presigned && expires.is_none() && rules.is_of_s3() {
            return Err(missing_parameter(EXPIRES));
        }
        check_names(names)?;
        let token = given(place_of(rules.session_token_parameter), rules.session_token_header);
        let expires = match expires {
            Some(expires) => Some(parse_expires(expires)?),
            None => None,
        };
        let texts = [
            id,
            date,
            region,
            service,
            terminator,
            &amz_date,
            names,
            signature,
            credential.get(id.len() + 1..).unwrap_or_default(),
            &region_set,
            token.as_deref().unwrap_or_default(),
        ];
        let (texts, ends) = joined(texts);
        let has_session_token = token.is_some();
        Ok(Self { algorithm, rules, signed_at, is_presigned, expires, has_session_token, texts, ends })
    }

    /// Of a form: a credential, a date, a signature and a session token.
    #[cfg(feature = "policy")]
    pub(super) fn of_form(
        credential: &str,
        amz_date: &str,
        signature: &str,
        token: Option<&str>,
    ) -> Result<Self, Rejection> {
        let algorithm = Algorithm::HmacSha256;
        let [id, date, region, service, terminator] = split_credential(credential, algorithm)?;
        let scope = credential.get(id.len() + 1..).unwrap_or_default();
        let signed_at = checked_date(amz_date)?;
        let token_text = token.unwrap_or_default();
        let texts = [id, date, region, service, terminator, amz_date, "", signature, scope, "", token_text];
        let (texts, ends) = joined(texts);
        let rules = endpoint::rules(service.as_bytes());
        let has_session_token = token.is_some();
        Ok(Self {
            algorithm,
            rules,
            signed_at,
            is_presigned: false,
            expires: None,
            has_session_token,
            texts,
            ends,
        })
    }

    pub(super) fn access_key_id(&self) -> &str {
        self.part(Part::AccessKeyId)
    }

    pub(super) fn date(&self) -> &str {
        self.part(Part::Date)
    }

    /// Empty with SigV4a.
    pub(super) fn region(&self) -> &str {
        self.part(Part::Region)
    }

    /// The region; of SigV4a, the region set.
    pub(super) fn regions(&self) -> &str {
        self.part(if self.region().is_empty() { Part::RegionSet } else { Part::Region })
    }

    pub(super) fn service(&self) -> &str {
        self.part(Part::Service)
    }

    pub(super) fn scope(&self) -> &str {
        self.part(Part::Scope)
    }

    pub(super) fn terminator(&self) -> &str {
        self.part(Part::Terminator)
    }

    pub(super) fn amz_date(&self) -> &str {
        self.part(Part::AmzDate)
    }

    pub(super) fn signed_headers(&self) -> &str {
        self.part(Part::SignedHeaders)
    }

    pub(super) fn signature(&self) -> &str {
        self.part(Part::Signature)
    }

    pub(super) fn session_token(&self) -> Option<&str> {
        self.has_session_token.then(|| self.part(Part::SessionToken))
    }

    #[inline(never)]
    fn part(&self, part: Part) -> &str {
        let at = part as usize;
        let start = at.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or_default();
        let end = self.ends.get(at).copied().unwrap_or_default();
        self.texts.0.get(start..end).unwrap_or_default()
    }
}

/// The texts in one, and where each ends.
fn joined(texts: [&str; PARTS]) -> (Secret, [usize; PARTS]) {
    let mut length = 0;
    let ends = texts.map(|text| {
        length += text.len();
        length
    });
    (Secret(join(&texts)), ends)
}

/// Access key id, date, region, service, terminator. The parts are ASCII; with SigV4a, the region is empty.
fn split_credential(credential: &str, algorithm: Algorithm) -> Result<[&str; 5], Rejection> {
    let has_region = algorithm == Algorithm::HmacSha256;
    let parts = if credential.bytes().all(|byte| byte.is_ascii_graphic()) {
        cut_last(credential).and_then(|(rest, terminator)| {
            let (rest, service) = cut_last(rest)?;
            let (rest, region) = if has_region { cut_last(rest)? } else { (rest, "") };
            let (id, date) = cut_last(rest)?;
            Some([id, date, region, service, terminator])
        })
    } else {
        None
    };
    if let Some(parts) = parts {
        let [id, date, ..] = parts;
        // The id of a key of your own may hold slashes.
        let is_date = date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit());
        if !id.is_empty() && (is_date || !id.as_bytes().contains(&b'/')) {
            return Ok(parts);
        }
    }
    let (count, example) =
        if has_region { ("5", "keyid/date/region/service/term") } else { ("4", "keyid/date/service/term") };
    Err(malformed(&[
        Text("Credential must have exactly "),
        Text(count),
        Text(" slash-delimited elements, e.g. "),
        Text(example),
        Text(", got "),
        Quoted(credential),
    ]))
}

/// At the last slash.
#[inline(never)]
fn cut_last(text: &str) -> Option<(&str, &str)> {
    let at = text.bytes().rposition(|byte| byte == b'/')?;
    Some((text.get(..at)?, text.get(at + 1..)?))
}

/// What is said in either place, before it is understood.
struct Stated<'t> {
    algorithm: Algorithm,
    credential: &'t str,
    amz_date: Cow<'t, str>,
    signed_at: i64,
    names: &'t str,
    signature: &'t str,
}

impl<'t> Stated<'t> {
    fn in_header(authorization: &'t str, request: &'t IncomingRequest<'_>) -> Result<Self, Rejection> {
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
                    let problem = "Invalid key=value pair in Authorization header: it holds one too many, or one twice.";
                    return Err(malformed(&[Text(problem)]));
                }
                let signed_at = checked_date(&date)?;
                Ok(Self { algorithm, credential, amz_date: date, signed_at, names, signature })
            }
            Some(_) => Err(incomplete(name, [credential, signature, names], &date)),
            None => Err(incomplete(name, [""; 3], &date)),
        }
    }

    fn in_query(parameters: &'t Parameters) -> Result<Self, Rejection> {
        let mut values = [""; 5];
        for (value, at) in values.iter_mut().zip([ALGORITHM, CREDENTIAL, DATE, SIGNED_HEADERS, SIGNATURE]) {
            *value = match parameters.get(at) {
                Some(value) if !value.is_empty() => value,
                _ => return Err(missing_parameter(at)),
            };
        }
        let [name, credential, date, names, signature] = values;
        let Some(algorithm) = Algorithm::from_name(name) else {
            return Err(malformed(&[Text("Unsupported AWS 'algorithm': "), Quoted(name), Text(".")]));
        };
        let signed_at = checked_date(date)?;
        Ok(Self { algorithm, credential, amz_date: Cow::Borrowed(date), signed_at, names, signature })
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

/// The parameters of a signature, decoded; each is there once at most.
struct Parameters {
    texts: Secret,
    /// Where the value of each of [`OF_SIGNATURE`] is.
    places: [Option<(usize, usize)>; OF_SIGNATURE.len()],
}

impl Parameters {
    fn parse(request: &IncomingRequest<'_>) -> Result<Self, Rejection> {
        let mut texts = SecretBytes(Vec::new());
        let mut places = [None; OF_SIGNATURE.len()];
        for (name, value) in request.parameters().filter(|(name, _)| name.starts_with(b"X-Amz-")) {
            let known = OF_SIGNATURE.iter().zip(&mut places);
            let Some((name, place)) = known.into_iter().find(|(known, _)| known.as_bytes() == name) else {
                continue;
            };
            let problem = if place.is_some() {
                "' is there more than once. Re-examine the query-string parameters."
            } else {
                let start = texts.0.len();
                decode(value, &mut texts.0);
                *place = Some((start, texts.0.len()));
                let decoded = texts.0.get(start..).unwrap_or_default();
                if str::from_utf8(decoded).is_ok() {
                    continue;
                }
                "' is no UTF-8. Re-examine the query-string parameters."
            };
            return Err(malformed(&[Text("'"), Text(name), Text(problem)]));
        }
        // Each of them was looked at.
        let texts = Secret(String::from_utf8(take(&mut texts.0)).unwrap_or_default());
        Ok(Self { texts, places })
    }

    fn get(&self, at: usize) -> Option<&str> {
        let (start, end) = (*self.places.get(at)?)?;
        self.texts.0.get(start..end)
    }
}

/// Of a value in its one spelling, in which a `%` begins an escape.
fn decode(value: &[u8], out: &mut Vec<u8>) {
    let mut rest = value;
    loop {
        let (plain, escape) = rest.split_at_checked(find(rest, 0, [b'%'; 3])).unwrap_or_default();
        out.put(plain);
        let [_, high, low, tail @ ..] = escape else { return };
        let digit = |digit: &u8| char::from(*digit).to_digit(16).unwrap_or_default();
        out.put(&[(digit(high) << 4 | digit(low)) as u8]);
        rest = tail;
    }
}

/// S3 takes one mechanism of any kind: <https://repost.aws/knowledge-center/s3-presigned-url-bucket-access>.
fn check_mechanism(authorization: &str, rules: &ServiceRules) -> Result<(), Rejection> {
    let kind = match rules.is_of_s3() {
        true => RejectionKind::SeveralMechanisms,
        false if authorization.starts_with("AWS4-") => RejectionKind::SignatureMalformed,
        false => return Ok(()),
    };
    let message = "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter \
                   or the Authorization header should be specified";
    Err(reject(kind, &[Text(message)]))
}

/// As API Gateway says it, but for what may be a secret: messages end up in logs.
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

fn check_names(names: &str) -> Result<(), Rejection> {
    let mut last: Option<&str> = None;
    for name in split(names, b';') {
        let is_name = !name.is_empty()
            && !name.chars().any(|char| matches!(char, 'A'..='Z' | ',' | ':') || is_space(char));
        let is_next = last.is_none_or(|last| last.encode_utf16().lt(name.encode_utf16()));
        if !is_name || !is_next {
            let problem = "SignedHeaders must be lower-case names, sorted, each once, got ";
            return Err(malformed(&[Text(problem), Quoted(names)]));
        }
        last = Some(name);
    }
    Ok(())
}

fn parse_expires(expires: &str) -> Result<u32, Rejection> {
    let mut seconds: u64 = 0;
    for digit in expires.bytes() {
        if !digit.is_ascii_digit() || expires.len() > 10 {
            return Err(malformed(&[Text("X-Amz-Expires should be a number")]));
        }
        seconds = 10 * seconds + u64::from(digit - b'0');
    }
    let problem = match seconds {
        _ if expires.is_empty() => "X-Amz-Expires should be a number",
        0 => "X-Amz-Expires must be positive",
        1..=MAX_EXPIRES_SECONDS => return Ok(seconds as u32),
        _ => {
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds"
        }
    };
    Err(malformed(&[Text(problem)]))
}

#[cold]
fn missing_parameter(at: usize) -> Rejection {
    let name = OF_SIGNATURE.get(at).copied().unwrap_or_default();
    malformed(&[
        Text("AWS query-string parameters must include '"),
        Text(name),
        Text("'. Re-examine the query-string parameters."),
    ])
}

/// Milliseconds since 1970.
fn checked_date(date: &str) -> Result<i64, Rejection> {
    parse_amz_date(date).ok_or_else(|| {
        malformed(&[
            Text("Date must be in ISO-8601 'basic format'. Got "),
            Quoted(date),
            Text(". See http://en.wikipedia.org/wiki/ISO_8601"),
        ])
    })
}

/// A `Date` header, which AWS takes in place of `x-amz-date`: as HTTP writes it, or as AWS does.
fn iso_date(date: Cow<'_, str>) -> Option<Cow<'_, str>> {
    Some(match parse_http_date(&date) {
        Some(millis) => Cow::Owned(amz_date(millis as f64)),
        None => date,
    })
}

fn place_of(name: &str) -> usize {
    OF_SIGNATURE.iter().position(|known| *known == name).unwrap_or(OF_SIGNATURE.len())
}

const FIELDS: [&str; 3] = ["Credential", "Signature", "SignedHeaders"];

const OF_SIGNATURE: [&str; 9] = [
    "X-Amz-Algorithm",
    "X-Amz-Credential",
    SIGNATURE_PARAMETER,
    "X-Amz-Date",
    "X-Amz-Expires",
    "X-Amz-SignedHeaders",
    "X-Amz-Region-Set",
    "X-Amz-Security-Token",
    "X-Amz-S3session-Token",
];
// Their places.
const ALGORITHM: usize = 0;
const CREDENTIAL: usize = 1;
const SIGNATURE: usize = 2;
const DATE: usize = 3;
const EXPIRES: usize = 4;
const SIGNED_HEADERS: usize = 5;
const REGION_SET: usize = 6;

pub(super) const SIGNATURE_PARAMETER: &str = "X-Amz-Signature";

/// "Authenticating Requests: Using Query Parameters", S3 API reference.
const MAX_EXPIRES_SECONDS: u64 = 604_800;
