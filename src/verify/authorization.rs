//! What a request says of its own signature, in its `Authorization` header or in its query, checked for form only.

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use zeroize::Zeroizing;

use super::dates::{amz_date, parse_amz_date, parse_http_date};
use super::incoming_request::IncomingRequest;
use super::latin1::is_space;
use super::rejection::{Rejection, RejectionKind, malformed, quote};
use crate::ServiceRules;
use crate::endpoint;

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
    pub(super) credential: Credential,
    /// Of SigV4a.
    pub(super) region_set: Option<String>,
    /// `YYYYMMDDTHHMMSSZ`.
    pub(super) amz_date: String,
    /// The same, in milliseconds since 1970.
    pub(super) signed_at: i64,
    /// Lower-case names, sorted, each once, joined with semicolons.
    pub(super) signed_headers: String,
    pub(super) signature: String,
    pub(super) session_token: Option<Zeroizing<String>>,
    pub(super) is_presigned: bool,
    /// Seconds; only of a presigned request.
    pub(super) expires: Option<u32>,
    pub(super) rules: &'static ServiceRules,
}

/// `AKID/20260203/eu-west-1/execute-api/aws4_request`, or without a region. Its parts are ASCII.
pub(super) struct Credential {
    text: String,
    /// Where the parts end: key id, date, region, service.
    ends: [usize; 4],
    has_region: bool,
}

impl Authorization {
    /// The parameters of a presigned URL, or the header `Authorization`.
    pub(super) fn parse(request: &IncomingRequest<'_>) -> Result<Self, Rejection> {
        let parameters = Parameters::parse(request)?;
        let is_presigned = [ALGORITHM, CREDENTIAL, SIGNATURE].into_iter().any(|name| parameters.has(name));
        let header = request.header_text(b"authorization");
        let stated = match &header {
            _ if is_presigned => Stated::in_query(&parameters)?,
            Some(authorization) => Stated::in_header(authorization, request)?,
            None => {
                return Err(Rejection::new(RejectionKind::SignatureMissing, "Missing Authentication Token"));
            }
        };
        let Stated { algorithm, credential, amz_date, signed_at, names, signature } = stated;
        let credential = Credential::parse(credential, algorithm)?;
        let rules = endpoint::rules(credential.service().as_bytes());
        if let (true, Some(authorization)) = (is_presigned, &header) {
            check_mechanism(authorization, rules)?;
        }
        let given = |name: &str| {
            let parameter = if is_presigned { parameters.get(name) } else { None };
            parameter.map(String::from).or_else(|| {
                let header = request.header_text(name.to_ascii_lowercase().as_bytes());
                header.map(Cow::into_owned)
            })
        };
        let region_set = match algorithm {
            Algorithm::HmacSha256 => None,
            Algorithm::EcdsaP256Sha256 => {
                let regions = given(REGION_SET);
                Some(regions.ok_or_else(|| malformed("SigV4a requires existence of 'X-Amz-Region-Set'."))?)
            }
        };
        let expires = if is_presigned { parameters.get(EXPIRES) } else { None };
        if is_presigned && expires.is_none() && rules.is_of_s3() {
            return Err(missing_parameter(EXPIRES));
        }
        Ok(Self {
            algorithm,
            region_set,
            amz_date,
            signed_at,
            signed_headers: checked_names(names)?,
            signature: signature.into(),
            session_token: given(rules.session_token_parameter).map(Zeroizing::new),
            is_presigned,
            expires: expires.map(parse_expires).transpose()?,
            rules,
            credential,
        })
    }

    /// The region; of SigV4a, the region set.
    pub(super) fn regions(&self) -> &str {
        match (self.credential.region(), &self.region_set) {
            ("", Some(regions)) => regions,
            (region, _) => region,
        }
    }
}

impl Credential {
    fn parse(text: &str, algorithm: Algorithm) -> Result<Self, Rejection> {
        let has_region = algorithm == Algorithm::HmacSha256;
        let (count, example) = if has_region {
            ("5", "keyid/date/region/service/term")
        } else {
            ("4", "keyid/date/service/term")
        };
        let is_whole = |ends: [usize; 4]| {
            let credential = Self { text: text.into(), ends, has_region };
            // The id of a key of your own may hold slashes.
            let is_date = |date: &str| date.len() == 8 && date.bytes().all(|byte| byte.is_ascii_digit());
            let id = credential.access_key_id();
            let is_whole = !id.is_empty() && (!id.contains('/') || is_date(credential.date()));
            is_whole.then_some(credential)
        };
        let is_printable = text.bytes().all(|byte| byte.is_ascii_graphic());
        let ends = if is_printable { ends(text, has_region) } else { None };
        ends.and_then(is_whole).ok_or_else(|| {
            let parts = ["Credential must have exactly ", count, " slash-delimited elements, e.g. ", example];
            malformed([&parts.concat(), ", got ", &quote(text)].concat())
        })
    }

    pub(super) fn access_key_id(&self) -> &str {
        self.part(0, self.ends[0])
    }

    /// Should be `YYYYMMDD`.
    pub(super) fn date(&self) -> &str {
        self.part(self.ends[0] + 1, self.ends[1])
    }

    /// Empty with SigV4a.
    pub(super) fn region(&self) -> &str {
        if self.has_region { self.part(self.ends[1] + 1, self.ends[2]) } else { "" }
    }

    pub(super) fn service(&self) -> &str {
        self.part(self.ends[2] + 1, self.ends[3])
    }

    /// Should be `aws4_request`.
    pub(super) fn terminator(&self) -> &str {
        self.part(self.ends[3] + 1, self.text.len())
    }

    /// `date/region/service/aws4_request`.
    pub(super) fn scope(&self) -> &str {
        self.part(self.ends[0] + 1, self.text.len())
    }

    fn part(&self, start: usize, end: usize) -> &str {
        self.text.get(start..end).unwrap_or_default()
    }
}

/// From the end; `None` for too few parts.
fn ends(text: &str, has_region: bool) -> Option<[usize; 4]> {
    let mut slashes = text.bytes().enumerate().rev().filter(|(_, byte)| *byte == b'/').map(|(at, _)| at);
    let service = slashes.next()?;
    let region = slashes.next()?;
    let date = if has_region { slashes.next()? } else { region };
    Some([slashes.next()?, date, region, service])
}

/// What is said in either place, before it is understood.
struct Stated<'t> {
    algorithm: Algorithm,
    credential: &'t str,
    amz_date: String,
    signed_at: i64,
    names: &'t str,
    signature: &'t str,
}

impl<'t> Stated<'t> {
    fn in_header(authorization: &'t str, request: &IncomingRequest<'_>) -> Result<Self, Rejection> {
        let (name, rest) = authorization.split_once(' ').unwrap_or((authorization, ""));
        let parts = || rest.split(',').map(|part| part.trim_matches(is_space));
        if let Some(part) = parts().find(|part| !part.is_empty() && !part.contains('=')) {
            return Err(not_a_pair(part, name, authorization));
        }
        let algorithm = Algorithm::from_name(name);
        let mut values = [""; 3];
        let mut count = 0;
        for part in parts().filter(|_| algorithm.is_some()) {
            count += 1;
            let (key, value) = part.split_once('=').unwrap_or_default();
            let known = FIELDS.iter().zip(&mut values).find(|(field, _)| **field == key);
            if let Some((_, place)) = known {
                *place = value;
            }
        }
        let date = request.header_text(b"x-amz-date").or_else(|| iso_date(request.header_text(b"date")?));
        let date = date.unwrap_or_default();
        let [credential, signature, names] = values;
        match algorithm {
            Some(algorithm) if values.iter().all(|value| !value.is_empty()) && !date.is_empty() => {
                if count > 3 {
                    return Err(malformed(
                        "Invalid key=value pair in Authorization header: it holds one too many, or one twice.",
                    ));
                }
                let (amz_date, signed_at) = checked_date(&date)?;
                Ok(Self { algorithm, credential, amz_date, signed_at, names, signature })
            }
            _ => {
                let mut problems = String::new();
                for (name, _) in FIELDS.iter().zip(values).filter(|(_, value)| value.is_empty()) {
                    problems += &["Authorization header requires '", name, "' parameter. "].concat();
                }
                if date.is_empty() {
                    problems += "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
                }
                Err(malformed([&problems, "Authorization=", &quote(&shortened(name))].concat()))
            }
        }
    }

    fn in_query(parameters: &'t Parameters) -> Result<Self, Rejection> {
        let required = |name| match parameters.get(name) {
            Some(value) if !value.is_empty() => Ok(value),
            _ => Err(missing_parameter(name)),
        };
        let name = required(ALGORITHM)?;
        let credential = required(CREDENTIAL)?;
        let date = required(DATE)?;
        let names = required(SIGNED_HEADERS)?;
        let signature = required(SIGNATURE)?;
        let Some(algorithm) = Algorithm::from_name(name) else {
            return Err(malformed(["Unsupported AWS 'algorithm': ", &quote(name), "."].concat()));
        };
        let (amz_date, signed_at) = checked_date(date)?;
        Ok(Self { algorithm, credential, amz_date, signed_at, names, signature })
    }
}

/// The parameters of a signature, decoded; each is there once at most.
struct Parameters(Vec<(&'static str, Zeroizing<String>)>);

impl Parameters {
    fn parse(request: &IncomingRequest<'_>) -> Result<Self, Rejection> {
        let mut parameters = Self(Vec::new());
        for (name, value) in request.parameters().filter(|(name, _)| name.starts_with(b"X-Amz-")) {
            let Some(name) = OF_SIGNATURE.iter().find(|known| known.as_bytes() == name) else { continue };
            if parameters.has(name) {
                let problem = "' is there more than once. Re-examine the query-string parameters.";
                return Err(malformed(["'", name, problem].concat()));
            }
            let Ok(value) = String::from_utf8(decode(value)) else {
                return Err(malformed(
                    ["'", name, "' is no UTF-8. Re-examine the query-string parameters."].concat(),
                ));
            };
            parameters.0.push((name, Zeroizing::new(value)));
        }
        Ok(parameters)
    }

    fn has(&self, name: &str) -> bool {
        self.get(name).is_some()
    }

    fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }
}

/// Of a value in its one spelling, in which a `%` begins an escape.
fn decode(value: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(value.len());
    let mut rest = value;
    while let [byte, tail @ ..] = rest {
        let digit = |digit: &u8| char::from(*digit).to_digit(16);
        match tail {
            [high, low, tail @ ..] if *byte == b'%' => {
                let byte = digit(high).zip(digit(low)).map_or(0, |(high, low)| high << 4 | low);
                bytes.push(byte as u8);
                rest = tail;
            }
            _ => {
                bytes.push(*byte);
                rest = tail;
            }
        }
    }
    bytes
}

/// S3 takes one mechanism of any kind: <https://repost.aws/knowledge-center/s3-presigned-url-bucket-access>.
fn check_mechanism(authorization: &str, rules: &ServiceRules) -> Result<(), Rejection> {
    let kind = match rules.is_of_s3() {
        true => RejectionKind::SeveralMechanisms,
        false if authorization.starts_with("AWS4-") => RejectionKind::SignatureMalformed,
        false => return Ok(()),
    };
    Err(Rejection::new(
        kind,
        "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, Signature query string parameter or \
         the Authorization header should be specified",
    ))
}

/// As API Gateway says it, but for what may be a secret: messages end up in logs.
fn not_a_pair(part: &str, algorithm: &str, authorization: &str) -> Rejection {
    let is_sigv4 = algorithm.starts_with("AWS4-");
    let shown = if is_sigv4 {
        part.into()
    } else if algorithm.eq_ignore_ascii_case("basic") {
        "…".into() // it holds a password, however short it is
    } else {
        shortened(part)
    };
    let whole =
        if is_sigv4 { without_signatures(authorization) } else { authorization.replacen(part, &shown, 1) };
    let problem = " not a valid key=value pair (missing equal-sign) in Authorization header: ";
    malformed([&quote(&shown), problem, &quote(&whole), "."].concat())
}

fn without_signatures(authorization: &str) -> String {
    let mut shown = String::new();
    let mut rest = authorization;
    while let Some((before, after)) = rest.split_once("Signature=") {
        shown += before;
        shown += "Signature=";
        let end = after.find(',').unwrap_or(after.len());
        if end > 0 {
            shown.push('…');
        }
        rest = after.get(end..).unwrap_or_default();
    }
    shown + rest
}

/// Of what could be a token, its start.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(8) {
        Some((end, _)) if text.chars().count() > 24 => [text.get(..end).unwrap_or_default(), "…"].concat(),
        _ => text.into(),
    }
}

fn checked_names(names: &str) -> Result<String, Rejection> {
    let mut last: Option<&str> = None;
    for name in names.split(';') {
        let is_name = !name.is_empty()
            && !name.contains(|char: char| matches!(char, 'A'..='Z' | ',' | ':') || is_space(char));
        let is_next = last.is_none_or(|last| last.encode_utf16().lt(name.encode_utf16()));
        if !is_name || !is_next {
            let problem = "SignedHeaders must be lower-case names, sorted, each once, got ";
            return Err(malformed([problem, &quote(names)].concat()));
        }
        last = Some(name);
    }
    Ok(names.into())
}

fn parse_expires(expires: &str) -> Result<u32, Rejection> {
    let is_number = (1..=10).contains(&expires.len()) && expires.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number {
        return Err(malformed("X-Amz-Expires should be a number"));
    }
    match expires.parse() {
        Ok(0) => Err(malformed("X-Amz-Expires must be positive")),
        Ok(seconds @ 1..=MAX_EXPIRES_SECONDS) => Ok(seconds),
        _ => Err(malformed(
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than 604800 seconds",
        )),
    }
}

fn missing_parameter(name: &str) -> Rejection {
    let start = "AWS query-string parameters must include '";
    malformed([start, name, "'. Re-examine the query-string parameters."].concat())
}

fn checked_date(date: &str) -> Result<(String, i64), Rejection> {
    match parse_amz_date(date) {
        Some(millis) => Ok((date.into(), millis)),
        None => {
            let parts = ["Date must be in ISO-8601 'basic format'. Got ", &quote(date)];
            Err(malformed([&parts.concat(), ". See http://en.wikipedia.org/wiki/ISO_8601"].concat()))
        }
    }
}

/// A `Date` header, which AWS takes in place of `x-amz-date`: as HTTP writes it, or as AWS does.
fn iso_date(date: Cow<'_, str>) -> Option<Cow<'_, str>> {
    Some(match parse_http_date(&date) {
        Some(millis) => Cow::Owned(amz_date(millis as f64)),
        None => date,
    })
}

const FIELDS: [&str; 3] = ["Credential", "Signature", "SignedHeaders"];

const ALGORITHM: &str = "X-Amz-Algorithm";
const CREDENTIAL: &str = "X-Amz-Credential";
pub(super) const SIGNATURE: &str = "X-Amz-Signature";
const DATE: &str = "X-Amz-Date";
const EXPIRES: &str = "X-Amz-Expires";
const SIGNED_HEADERS: &str = "X-Amz-SignedHeaders";
const REGION_SET: &str = "X-Amz-Region-Set";
const OF_SIGNATURE: [&str; 9] = [
    ALGORITHM,
    CREDENTIAL,
    SIGNATURE,
    DATE,
    EXPIRES,
    SIGNED_HEADERS,
    "X-Amz-Security-Token",
    "X-Amz-S3session-Token",
    REGION_SET,
];

/// "Authenticating Requests: Using Query Parameters", S3 API reference.
const MAX_EXPIRES_SECONDS: u32 = 604_800;
