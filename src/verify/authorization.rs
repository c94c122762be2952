//! The signature of a request, parsed from its `Authorization` header or its query, and checked only for its form.

use alloc::borrow::Cow;
use core::fmt;

use super::authorization_header;
use super::dates::parse_amz_date;
use super::incoming_request::IncomingRequest;
use super::latin1::is_space;
use super::presigned_url::{
    self, ALGORITHM, CREDENTIAL, EXPIRES, Parameters, REGION_SET, SIGNATURE, missing_parameter, place_of,
};
use super::rejection::Say::{Quoted, Text};
use super::rejection::{Rejection, RejectionKind, malformed, reject};
use super::words::{Secret, join, split};
use crate::endpoint;
use crate::endpoint::ServiceRules;

/// An algorithm of Signature Version 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
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

    pub(super) fn from_name(name: &str) -> Option<Self> {
        [Self::HmacSha256, Self::EcdsaP256Sha256].into_iter().find(|algorithm| algorithm.name() == name)
    }
}

/// The signature of a request, from its header or its query. It is not trusted: [`Verifier::begin`](super::Verifier::begin)
/// checks it.
///
/// ```
/// use sigv4_wasm::verify::{Authorization, IncomingRequest};
///
/// let authorization: &[u8] = b"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
///     SignedHeaders=host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";
/// let headers = [(&b"authorization"[..], authorization), (b"x-amz-date", b"20150830T123600Z")];
/// let request = IncomingRequest::new(b"GET", b"/", headers)?;
/// let authorization = Authorization::parse(&request)?;
/// assert_eq!(authorization.access_key_id(), "AKIDEXAMPLE");
/// assert_eq!(authorization.scope(), "20150830/us-east-1/iam/aws4_request");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Authorization {
    pub(super) algorithm: Algorithm,
    pub(super) rules: &'static ServiceRules,
    pub(super) signed_at: i64,
    pub(super) is_presigned: bool,
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
    /// Parses the parameters of a presigned URL, or the header `Authorization`. It does not check the scope, the time or the
    /// signature.
    pub fn parse(request: &IncomingRequest<'_>) -> Result<Self, Rejection> {
        let parameters = Parameters::parse(request)?;
        let is_presigned =
            [ALGORITHM, CREDENTIAL, SIGNATURE].into_iter().any(|at| parameters.get(at).is_some());
        let header = request.header_text(b"authorization");
        let stated = match &header {
            _ if is_presigned => presigned_url::parse(&parameters)?,
            Some(authorization) => authorization_header::parse(authorization, request)?,
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
    #[cfg(any(feature = "policy", feature = "module-verify"))]
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

    /// SigV4 or SigV4a.
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Whether the signature is in the query.
    pub fn is_presigned(&self) -> bool {
        self.is_presigned
    }

    /// When it was signed, in milliseconds since 1970.
    pub fn signed_at(&self) -> i64 {
        self.signed_at
    }

    /// Of a presigned request: for how many seconds it is valid.
    pub fn expires_in(&self) -> Option<u32> {
        self.expires
    }

    /// Such as `AKIAIOSFODNN7EXAMPLE`.
    pub fn access_key_id(&self) -> &str {
        self.part(Part::AccessKeyId)
    }

    /// Of the scope, such as `20260203`.
    pub fn date(&self) -> &str {
        self.part(Part::Date)
    }

    /// Empty with SigV4a.
    pub fn region(&self) -> &str {
        self.part(Part::Region)
    }

    /// The region; of SigV4a, the region set.
    pub fn regions(&self) -> &str {
        self.part(if self.region().is_empty() { Part::RegionSet } else { Part::Region })
    }

    /// Of SigV4a; otherwise empty.
    #[cfg(all(target_arch = "wasm32", feature = "mismatch"))]
    pub(crate) fn region_set(&self) -> &str {
        self.part(Part::RegionSet)
    }

    /// Such as `execute-api`.
    pub fn service(&self) -> &str {
        self.part(Part::Service)
    }

    /// All of the credential but the access key id: `20260203/eu-west-1/execute-api/aws4_request`.
    pub fn scope(&self) -> &str {
        self.part(Part::Scope)
    }

    pub(crate) fn terminator(&self) -> &str {
        self.part(Part::Terminator)
    }

    /// When it was signed, `YYYYMMDDTHHMMSSZ`.
    pub fn amz_date(&self) -> &str {
        self.part(Part::AmzDate)
    }

    /// Lower-case names, sorted, each once, joined with semicolons.
    pub fn signed_headers(&self) -> &str {
        self.part(Part::SignedHeaders)
    }

    /// The signature in the request.
    pub fn signature(&self) -> &str {
        self.part(Part::Signature)
    }

    /// The session token that the request carries.
    pub fn session_token(&self) -> Option<&str> {
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

impl fmt::Debug for Authorization {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authorization")
            .field("algorithm", &self.algorithm)
            .field("access_key_id", &self.access_key_id())
            .field("scope", &self.scope())
            .field("signed_headers", &self.signed_headers())
            .finish_non_exhaustive()
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
pub(super) struct Stated<'t> {
    pub(super) algorithm: Algorithm,
    pub(super) credential: &'t str,
    pub(super) amz_date: Cow<'t, str>,
    pub(super) signed_at: i64,
    pub(super) names: &'t str,
    pub(super) signature: &'t str,
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

/// Milliseconds since 1970.
pub(super) fn checked_date(date: &str) -> Result<i64, Rejection> {
    parse_amz_date(date).ok_or_else(|| {
        malformed(&[
            Text("Date must be in ISO-8601 'basic format'. Got "),
            Quoted(date),
            Text(". See http://en.wikipedia.org/wiki/ISO_8601"),
        ])
    })
}

/// "Authenticating Requests: Using Query Parameters", S3 API reference.
const MAX_EXPIRES_SECONDS: u64 = 604_800;
