//! What is signed verifies, and nothing else does: each change that a request can undergo is refused.

use std::time::Duration;

use arbitrary::Arbitrary;
use sigv4_wasm::verify::{
    BodyHash, IncomingRequest, KnownCredentials, Rejection, SessionToken, Verified, Verifier, VerifyingKey,
};
use sigv4_wasm::{
    Config, Credentials, HeaderPlacement, Payload, RequestView, SigV4a, SignedHeaders, Signer, Timestamp,
};

use crate::{ACCESS_KEY_ID, NOW, SECRET, at, escaped, header_value, input};

#[derive(Arbitrary, Debug)]
struct Input {
    method: u8,
    path: Vec<u8>,
    query: Vec<(Vec<u8>, Vec<u8>)>,
    headers: Vec<(u8, Vec<u8>)>,
    body: Vec<u8>,
    token: Option<Vec<u8>>,
    is_presigned: bool,
    is_s3: bool,
    /// One signature in 64: it takes as long as a hundred of SigV4.
    sigv4a: u8,
    signs_all: bool,
    change: Change,
    place: usize,
    byte: u8,
}

/// What is changed after signing. Each must be refused.
#[derive(Arbitrary, Debug, Clone, Copy, PartialEq)]
enum Change {
    Method,
    PathByte,
    PathEnd,
    ParameterAdded,
    ParameterRemoved,
    HeaderValue,
    HeaderRemoved,
    HeaderTwice,
    HeaderAdded,
    Host,
    Body,
    BodyCut,
    Signature,
    AccessKey,
    Date,
    Region,
    Token,
    Secret,
    Late,
}

/// A request as it arrives.
#[derive(Clone, Debug)]
pub(crate) struct Arrived {
    pub(crate) method: String,
    pub(crate) target: String,
    pub(crate) headers: Vec<(String, Vec<u8>)>,
    pub(crate) body: Vec<u8>,
}

const METHODS: [&str; 5] = ["GET", "POST", "PUT", "DELETE", "PATCH"];
const NAMES: [&str; 6] = ["x-amz-target", "content-type", "x-amz-meta-a", "x-amz-acl", "accept", "x-custom"];
const HOST: &str = "example.com";
const TOKEN: &str = "IQoJb3JpZ2luX2VjEXAMPLE";

/// Bytes as a request that is signed, verified, changed, and refused.
pub fn run(data: &[u8]) {
    let Some(input) = input::<Input>(data) else { return };
    let (signed, token) = if input.sigv4a % 64 == 0 {
        let Some(signed) = input.signed(&Signer::<SigV4a>::deterministic(input.config())) else { return };
        signed
    } else {
        let Some(signed) = input.signed(&Signer::new(input.config())) else { return };
        signed
    };
    let verifier = Verifier::new("eu-west-1", input.service());
    let token = token.as_deref();
    let verified = verify(&verifier, &signed, at(NOW), SECRET, token);
    assert!(verified.is_ok(), "refused: {}\n{signed:?}", message(verified));

    let mut changed = signed.clone();
    let (mut now, mut secret, mut known_token) = (NOW, SECRET, token);
    match input.change {
        Change::Token if token.is_some() => known_token = Some("another"),
        Change::Secret => secret = "another secret",
        // Of a header signature; a URL says itself for how long it is valid.
        Change::Late => now += if input.is_presigned { 3601 } else { 301 },
        _ if !input.apply(&mut changed) => return,
        _ => {}
    }
    let verified = verify(&verifier, &changed, at(now), secret, known_token);
    crate::completed();
    assert!(verified.is_err(), "accepted after {:?}:\n{signed:?}\n{changed:?}", input.change);
}

impl Input {
    fn service(&self) -> &'static str {
        if self.is_s3 { "s3" } else { "execute-api" }
    }

    fn config(&self) -> Config {
        // Headers that move into a presigned query are no headers any more.
        let config = Config::new(self.service(), "eu-west-1").header_placement(HeaderPlacement::Headers);
        if self.signs_all { config.signed_headers(SignedHeaders::All) } else { config }
    }

    fn signed<S: sigv4_wasm::Scheme>(&self, signer: &Signer<S>) -> Option<(Arrived, Option<String>)> {
        let mut path = escaped(&self.path, true);
        if !path.starts_with('/') {
            path.insert(0, '/');
        }
        let pairs = self.query.iter().filter(|(name, _)| !name.is_empty());
        let pairs = pairs.map(|(name, value)| format!("{}={}", escaped(name, false), escaped(value, false)));
        let query = pairs.collect::<Vec<_>>().join("&");
        if query.to_lowercase().contains("x-amz-") {
            return None;
        }
        let mut headers: Vec<(String, Vec<u8>)> = vec![("host".into(), HOST.into())];
        for (name, value) in &self.headers {
            let name = NAMES[usize::from(*name) % NAMES.len()];
            if !headers.iter().any(|(known, _)| known == name) {
                headers.push((name.into(), header_value(value)));
            }
        }
        let target = if query.is_empty() { path } else { format!("{path}?{query}") };
        let token = self.token.as_ref().map(|_| TOKEN.to_owned());
        let credentials = Credentials::new(ACCESS_KEY_ID, SECRET, token.as_deref()).ok()?;
        let method = METHODS[usize::from(self.method) % METHODS.len()];
        let body = if self.is_presigned { Vec::new() } else { self.body.clone() };
        let request = RequestView::new(method, HOST, &target)
            .headers(headers.iter().map(|(name, value)| (&**name, value)))
            .payload(Payload::Bytes(&body));
        let signature = if self.is_presigned {
            signer.presign(&request, &credentials, at(NOW), Duration::from_secs(3600))
        } else {
            signer.sign(&request, &credentials, at(NOW))
        };
        let signature = signature.ok()?;
        for header in signature.headers() {
            headers.retain(|(name, _)| name != header.name());
            headers.push((header.name().into(), header.value().into()));
        }
        let target = signature.path_and_query().map_or(target, Into::into);
        Some((Arrived { method: method.into(), target, headers, body }, token))
    }

    /// Whether there was something to change.
    fn apply(&self, request: &mut Arrived) -> bool {
        let signed = signed_headers(request);
        match self.change {
            Change::Method => request.method = if request.method == "PUT" { "GET" } else { "PUT" }.into(),
            Change::PathEnd => {
                let end = request.target.find('?').unwrap_or(request.target.len());
                request.target.insert_str(end, "/x");
            }
            Change::PathByte => {
                let end = request.target.find('?').unwrap_or(request.target.len());
                let letters: Vec<usize> =
                    (1..end).filter(|at| is_plain_letter(&request.target, *at)).collect();
                let Some(at) = pick(&letters, self.place) else { return false };
                let other = if request.target.as_bytes()[*at] == b'x' { "y" } else { "x" };
                request.target.replace_range(at..&(at + 1), other);
            }
            Change::ParameterAdded => {
                request.target.push(if request.target.contains('?') { '&' } else { '?' });
                request.target.push_str("added=1");
            }
            Change::ParameterRemoved => {
                let Some((path, query)) = request.target.split_once('?') else { return false };
                let mut pairs: Vec<&str> = query.split('&').collect();
                pairs.remove(self.place % pairs.len());
                request.target = format!("{path}?{}", pairs.join("&"));
            }
            Change::HeaderValue => {
                let Some(name) = pick(&signed, self.place) else { return false };
                if name == "host" {
                    return false;
                }
                let Some((_, value)) = request.headers.iter_mut().find(|(known, _)| known == name) else {
                    return false;
                };
                value.push(b'x');
            }
            Change::HeaderRemoved => {
                let Some(name) = pick(&signed, self.place) else { return false };
                request.headers.retain(|(known, _)| known != name);
            }
            Change::HeaderTwice => {
                let Some(name) = pick(&signed, self.place) else { return false };
                request.headers.push((name.clone(), b"twice".to_vec()));
            }
            Change::HeaderAdded => request.headers.push(("x-amz-added".into(), b"1".to_vec())),
            Change::Host => {
                for (name, value) in &mut request.headers {
                    if name == "host" {
                        *value = b"other.example.com".to_vec();
                    }
                }
            }
            // S3 takes a body with a URL unsigned.
            Change::Body | Change::BodyCut if self.is_presigned && self.is_s3 => return false,
            Change::Body => request.body.push(self.byte),
            Change::BodyCut => return request.body.pop().is_some(),
            Change::Signature => return self.replace(request, "ignature=", 64),
            Change::AccessKey => return self.replace(request, "redential=", ACCESS_KEY_ID.len()),
            Change::Date => return self.replace_date(request),
            Change::Region => {
                let from = if request.target.contains("X-Amz-Credential") {
                    "%2Feu-west-1%2F"
                } else {
                    "/eu-west-1/"
                };
                return edit(request, |text| text.replace(from, &from.replace("west", "east")));
            }
            Change::Token | Change::Secret | Change::Late => return false,
        }
        true
    }

    /// One character of `length` after a name, by another letter or digit.
    fn replace(&self, request: &mut Arrived, name: &str, length: usize) -> bool {
        edit(request, |text| {
            let Some(start) = text.find(name).map(|at| at + name.len()) else { return text.into() };
            let at = start + self.place % length;
            let Some(old) = text.as_bytes().get(at).copied().filter(u8::is_ascii_alphanumeric) else {
                return text.into();
            };
            let new = if old == b'0' { "1" } else { "0" };
            format!("{}{new}{}", &text[..at], &text[at + 1..])
        })
    }

    fn replace_date(&self, request: &mut Arrived) -> bool {
        edit(request, |text| text.replace("20150830T123600Z", "20150830T123601Z"))
            || request.headers.iter_mut().any(|(name, value)| {
                let is_date = name == "x-amz-date";
                if is_date {
                    *value = b"20150830T123601Z".to_vec();
                }
                is_date
            })
    }
}

/// Verifies as a server does: with the hash of the body before or after, as the request wants it.
pub(crate) fn verify(
    verifier: &Verifier,
    request: &Arrived,
    now: Timestamp,
    secret: &str,
    token: Option<&str>,
) -> Result<Verified, Rejection> {
    let headers = request.headers.iter().map(|(name, value)| (name.as_bytes(), &value[..]));
    let incoming = IncomingRequest::new(request.method.as_bytes(), request.target.as_bytes(), headers)
        .expect("a request that a server can receive");
    let unverified = verifier.begin(incoming, now.unix_seconds() * 1000)?;
    if unverified.access_key_id() != ACCESS_KEY_ID {
        return Err(unverified.unknown());
    }
    let key = VerifyingKey::from_secret(secret, &unverified).map_err(|_| unverified.unknown())?;
    let session_token = token.map_or(SessionToken::None, SessionToken::Known);
    let known = KnownCredentials::new(key).session_token(session_token);
    let hash = BodyHash::of(&request.body);
    if unverified.needs_body() {
        return unverified.verify(&known, Some(&hash));
    }
    let verified = unverified.verify(&known, None)?;
    verified.check_body(&hash).map(|()| verified)
}

/// What does not have to be signed is not among them.
fn signed_headers(request: &Arrived) -> Vec<String> {
    let authorization = request.headers.iter().find(|(name, _)| name == "authorization");
    let text =
        authorization.map_or(request.target.clone(), |(_, value)| String::from_utf8_lossy(value).into());
    let list = text.split_once("SignedHeaders=").map_or("", |(_, list)| list);
    let list = list.split([',', '&']).next().unwrap_or_default().replace("%3B", ";");
    list.split(';').map(Into::into).collect()
}

/// Changes the text that carries the signature, and says whether that changed something.
fn edit(request: &mut Arrived, change: impl Fn(&str) -> String) -> bool {
    if let Some((_, value)) = request.headers.iter_mut().find(|(name, _)| name == "authorization") {
        let changed = change(&String::from_utf8_lossy(value));
        let is_other = changed.as_bytes() != &value[..];
        *value = changed.into_bytes();
        return is_other;
    }
    let changed = change(&request.target);
    let is_other = changed != request.target;
    request.target = changed;
    is_other
}

/// Not a digit of an escape.
fn is_plain_letter(target: &str, at: usize) -> bool {
    let bytes = target.as_bytes();
    let is_escape = bytes[at.saturating_sub(2)..at].contains(&b'%');
    bytes[at].is_ascii_alphanumeric() && !is_escape
}

fn pick<T>(list: &[T], place: usize) -> Option<&T> {
    if list.is_empty() { None } else { list.get(place % list.len()) }
}

fn message(result: Result<Verified, Rejection>) -> String {
    result.err().map(|rejection| format!("{rejection:?}")).unwrap_or_default()
}
