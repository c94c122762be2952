//! The verifier: who signed, then whether that is true.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::mem::take;

use subtle::ConstantTimeEq;

use super::authorization::{Algorithm, Authorization, SIGNATURE_PARAMETER};
use super::checks::{Payload, check_coverage, check_host, check_scope, check_time, stated_payload};
use super::chunks::{self, DecodedBody, SignatureChain};
use super::incoming_request::IncomingRequest;
use super::latin1;
use super::rejection::Say::{Quoted, Text};
use super::rejection::{Rejection, RejectionKind, Say, malformed, reject, shown_key};
use super::words::{Secret, SecretBytes, join, replace, split};
#[cfg(feature = "sigv4a")]
use crate::SigV4a;
use crate::canonical::encode::{Decode, encode};
use crate::canonical::request::{CanonicalRequest, Query};
use crate::canonical::{Entry, add, sort};
use crate::sha256::{sha256_hex, to_hex};
use crate::{Error, PathEncoding, PathNormalization, Scope, SessionTokenMode, SigningKey};

/// What a server accepts.
#[derive(Debug, Clone)]
pub struct Verifier {
    pub(crate) region: Option<String>,
    pub(crate) service: Option<String>,
    pub(crate) max_skew_seconds: f64,
    /// As messages have it.
    pub(crate) max_skew_minutes: String,
    pub(crate) body_required: Option<bool>,
    pub(crate) path_encoding: Option<PathEncoding>,
    pub(crate) explain: bool,
}

impl Verifier {
    /// For requests that are signed for this region and this service, such as `eu-west-1` and `execute-api`.
    ///
    /// ```
    /// use sigv4_wasm::verify::{BodyHash, IncomingRequest, KnownCredentials, SessionToken, Verifier, VerifyingKey};
    ///
    /// let verifier = Verifier::new("us-east-1", "iam");
    /// // The example of the IAM user guide.
    /// let headers: [(&[u8], &[u8]); 4] = [
    ///     (b"host", b"iam.amazonaws.com"),
    ///     (b"content-type", b"application/x-www-form-urlencoded; charset=utf-8"),
    ///     (b"x-amz-date", b"20150830T123600Z"),
    ///     (
    ///         b"authorization",
    ///         b"AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, \
    ///           SignedHeaders=content-type;host;x-amz-date, \
    ///           Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7",
    ///     ),
    /// ];
    /// let request = IncomingRequest::new(b"GET", b"/?Action=ListUsers&Version=2010-05-08", headers)?;
    /// let unverified = verifier.begin(request, 1_440_938_160_000)?;
    /// assert_eq!(unverified.access_key_id(), "AKIDEXAMPLE");
    /// let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"; // looked up by that id
    /// let key = VerifyingKey::from_secret(secret, &unverified)?;
    /// let known = KnownCredentials { key, session_token: SessionToken::None, expires_at: None };
    /// let verified = unverified.verify(&known, Some(&BodyHash::of(b"")))?;
    /// assert_eq!(verified.signed_headers().collect::<Vec<_>>(), ["content-type", "host", "x-amz-date"]);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(region: impl Into<String>, service: impl Into<String>) -> Self {
        Self { region: Some(region.into()), service: Some(service.into()), ..Self::any() }
    }

    /// For any region and service: then the client chooses whose rules apply, such as those of S3, which takes unsigned bodies.
    pub fn any() -> Self {
        Self {
            region: None,
            service: None,
            max_skew_seconds: 300.0,
            max_skew_minutes: "5".into(),
            body_required: None,
            path_encoding: None,
            explain: false,
        }
    }

    /// The region that requests must be signed for; `None` for any.
    pub fn region(self, region: Option<String>) -> Self {
        Self { region, ..self }
    }

    /// The service that requests must be signed for; `None` for any.
    pub fn service(self, service: Option<String>) -> Self {
        Self { service, ..self }
    }

    /// How old a signature in headers may be, and how far from the future any. Default: five minutes.
    pub fn max_skew(self, max_skew: core::time::Duration) -> Self {
        let seconds = max_skew.as_secs_f64();
        Self { max_skew_seconds: seconds, max_skew_minutes: format!("{}", seconds / 60.0), ..self }
    }

    /// Whether the signature must cover the body. `false` also takes `UNSIGNED-PAYLOAD`, and bodies in signed chunks. Default: S3
    /// and VPC Lattice may leave the body unsigned, as with AWS.
    pub fn body_required(self, body_required: bool) -> Self {
        Self { body_required: Some(body_required), ..self }
    }

    /// How paths are encoded. Default: as the service has it.
    pub fn path_encoding(self, path_encoding: PathEncoding) -> Self {
        Self { path_encoding: Some(path_encoding), ..self }
    }

    /// Adds to the message of a mismatch what should have been signed, without the session token. It helps whoever tries, too.
    pub fn explain(self, explain: bool) -> Self {
        Self { explain, ..self }
    }

    /// What the request says of its signature, after every check that needs no key. `now` is in milliseconds since 1970.
    pub fn begin<'r>(&self, request: IncomingRequest<'r>, now: i64) -> Result<Unverified<'r, '_>, Rejection> {
        if request.has_fragment() {
            // No client sends one: whoever reads the path in another way than here would read what is not signed.
            return Err(malformed(&[Text("A fragment, from # on, is no part of a request.")]));
        }
        let authorization = Authorization::parse(&request)?;
        check_scope(&authorization, self)?;
        check_time(&authorization, now, self)?;
        check_host(&request)?;
        check_coverage(&authorization, &request)?;
        let (payload, declared) = stated_payload(&authorization, &request, self.body_required)?;
        Ok(Unverified { verifier: self, request, authorization, payload, declared, now })
    }
}

/// Who a request says it is from. Nothing of it is known to be true.
pub struct Unverified<'r, 'v> {
    verifier: &'v Verifier,
    request: IncomingRequest<'r>,
    authorization: Authorization,
    payload: Payload,
    declared: Option<String>,
    now: i64,
}

impl Unverified<'_, '_> {
    /// Whose key is wanted.
    pub fn access_key_id(&self) -> &str {
        self.authorization.access_key_id()
    }

    /// The session token that the request carries. It is compared by [`Unverified::verify`], or judged by the caller.
    pub fn session_token(&self) -> Option<&str> {
        self.authorization.session_token()
    }

    /// SigV4 or SigV4a.
    pub fn algorithm(&self) -> Algorithm {
        self.authorization.algorithm
    }

    /// `YYYYMMDD`, as in the credential scope.
    pub fn date(&self) -> &str {
        self.authorization.date()
    }

    /// Such as `eu-west-1`; of SigV4a, the region set.
    pub fn region(&self) -> &str {
        self.authorization.regions()
    }

    /// Such as `execute-api`.
    pub fn service(&self) -> &str {
        self.authorization.service()
    }

    /// Whether the signature covers the body.
    pub fn payload(&self) -> Payload {
        self.payload
    }

    /// Whether the body is needed to verify the signature. Where it is not, read it only after that, and compare its hash with
    /// [`Verified::declared_body_hash`].
    pub fn needs_body(&self) -> bool {
        self.declared.is_none()
    }

    /// Of a presigned request: for how many seconds it is good.
    pub fn expires_in(&self) -> Option<u32> {
        self.authorization.expires
    }

    /// When it was signed, in milliseconds since 1970.
    pub fn signed_at(&self) -> i64 {
        self.authorization.signed_at
    }

    /// What is signed in place of the body, where the request says so: a hash in hex, or a keyword.
    pub fn declared_payload(&self) -> Option<&str> {
        self.declared.as_deref()
    }

    /// Whether this is the signature of the request, in constant time.
    #[cfg(all(target_arch = "wasm32", feature = "module"))]
    pub(crate) fn has_signature(&self, signature: &[u8; 64]) -> bool {
        is_equal(signature, self.signature().as_bytes())
    }

    pub(crate) fn signature(&self) -> &str {
        self.authorization.signature()
    }

    /// Lower-case names, sorted, joined with semicolons.
    pub fn signed_headers(&self) -> &str {
        self.authorization.signed_headers()
    }

    /// The credential scope: `20260203/eu-west-1/execute-api/aws4_request`.
    pub fn scope(&self) -> &str {
        self.authorization.scope()
    }

    /// Whether the credentials are those of the request: before its body is read, where the signature needs it.
    /// [`Unverified::verify`] does so in any case.
    pub fn check_token(&self, token: SessionToken<'_>, expires_at: Option<i64>) -> Result<(), Rejection> {
        check_token(&self.authorization, self.now, token, expires_at)
    }

    /// For an access key id that nobody knows.
    pub fn unknown(&self) -> Rejection {
        unknown(&self.authorization)
    }

    /// Whether the signature is that of this request and this key. `body` is the hash of the body; without one, there is no
    /// body, or the request has declared its hash.
    pub fn verify(
        self,
        known: &KnownCredentials<'_>,
        body: Option<&BodyHash>,
    ) -> Result<Verified, Rejection> {
        self.check_token(known.session_token, known.expires_at)?;
        let canonical_request = self.canonical_request(body);
        let string_to_sign = canonical_request.as_ref().map(|text| self.string_to_sign(&text.0));
        let is_signed = string_to_sign
            .as_deref()
            .is_some_and(|text| known.key.verifies(self.algorithm(), text, self.signature()));
        match string_to_sign {
            Some(string_to_sign) if is_signed => self.verified(string_to_sign, body),
            text => Err(self.mismatch(canonical_request.as_ref().map(|text| &text.0[..]), text.as_deref())),
        }
    }

    /// After the signature: the body must be the one whose hash was declared.
    fn verified(self, string_to_sign: String, body: Option<&BodyHash>) -> Result<Verified, Rejection> {
        let verified = Verified {
            access_key_id: self.access_key_id().into(),
            string_to_sign,
            signed_headers: self.signed_headers().into(),
            payload: self.payload,
            algorithm: self.algorithm(),
            amz_date: self.authorization.amz_date().into(),
            scope: self.scope().into(),
            signature: self.signature().into(),
            decoded_length: self.request.header_text(b"x-amz-decoded-content-length").map(Cow::into_owned),
            declared: self.declared,
        };
        match body {
            Some(body) => verified.check_body(body).map(|()| verified),
            None => Ok(verified),
        }
    }

    /// `None` where a header that is signed did not arrive: AWS signs no such.
    pub(crate) fn canonical_request(&self, body: Option<&BodyHash>) -> Option<SecretBytes> {
        let Authorization { rules, is_presigned, .. } = &self.authorization;
        let signed_headers = self.signed_headers();
        let request = &self.request;
        let mut signed: Vec<Entry<'_>> = Vec::with_capacity(request.headers().len());
        for name in signed_headers.as_bytes().split(|byte| *byte == b';') {
            match (request.headers_named(name), request.host_from_elsewhere()) {
                ([], Some(host)) if name == b"host" => add(&mut signed, name, 0, host),
                ([], _) => return None,
                (headers, _) => signed.extend_from_slice(headers),
            }
        }
        let leaves_out = |name: &[u8]| {
            *is_presigned
                && (name == SIGNATURE_PARAMETER.as_bytes()
                    || rules.session_token_mode == SessionTokenMode::Appended
                        && name == rules.session_token_parameter.as_bytes())
        };
        let mut parameters = Vec::new();
        for (name, value) in request.parameters().filter(|(name, _)| !leaves_out(name)) {
            add(&mut parameters, name, 0, value);
        }
        sort(&mut parameters);

        let path_form = match self.verifier.path_encoding {
            None => (rules.path_encoding, rules.path_normalization),
            Some(PathEncoding::Double) => (PathEncoding::Double, PathNormalization::Enabled),
            Some(PathEncoding::Single) => (PathEncoding::Single, PathNormalization::Disabled),
        };
        let empty = BodyHash::of(b"");
        let request = CanonicalRequest {
            method: request.method,
            path: request.path,
            path_form,
            query: Query::Sorted(&parameters),
            headers: &signed,
            signed_headers: signed_headers.as_bytes(),
            payload: match &self.declared {
                Some(declared) => declared.as_bytes(),
                None => &body.unwrap_or(&empty).0,
            },
        };
        // Room for most of it: it may hold a token, of which each move would have to be wiped.
        let mut secret = SecretBytes(Vec::with_capacity(1024));
        request.write(&mut secret.0);
        Some(secret)
    }

    pub(crate) fn string_to_sign(&self, canonical_request: &[u8]) -> String {
        let hash = sha256_hex(canonical_request);
        let mut text = String::with_capacity(192);
        for part in [self.algorithm().name(), "\n", self.authorization.amz_date(), "\n", self.scope(), "\n"] {
            text += part;
        }
        text + str::from_utf8(&hash).unwrap_or_default()
    }

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

/// Whether the credentials are those of a request.
pub(super) fn check_token(
    authorization: &Authorization,
    now: i64,
    token: SessionToken<'_>,
    expires_at: Option<i64>,
) -> Result<(), Rejection> {
    let given = authorization.session_token();
    let is_known = match token {
        SessionToken::Judged => true,
        SessionToken::None => given.unwrap_or_default().is_empty(),
        SessionToken::Known(token) => is_equal(token.as_bytes(), given.unwrap_or_default().as_bytes()),
    };
    // Temporary credentials are none without their token.
    let lacks_token = given.is_none() && authorization.access_key_id().starts_with("ASIA");
    if !is_known || lacks_token {
        return Err(unknown(authorization));
    }
    match expires_at {
        Some(expires_at) if expires_at <= now => {
            let message = [Text("The security token included in the request is expired")];
            let rejection = reject(RejectionKind::CredentialsExpired, &message);
            Err(rejection.with(shown_key(authorization.access_key_id())))
        }
        _ => Ok(()),
    }
}

fn unknown(authorization: &Authorization) -> Rejection {
    let message = [Text("The security token included in the request is invalid.")];
    reject(RejectionKind::AccessKeyUnknown, &message).with(shown_key(authorization.access_key_id()))
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
        let named =
            |names: &[&str; 2]| names.iter().find(|name| starts_with(rest, name)).map(|name| name.len());
        let (name, ends): (_, &[u8]) = match (is_line_start, is_boundary) {
            (true, _) if named(&HEADERS).is_some() => (named(&HEADERS), b"\n"),
            (_, true) => (named(&PARAMETERS), b"&\n"),
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
const HEADERS: [&str; 2] = ["x-amz-security-token:", "x-amz-s3session-token:"];
const PARAMETERS: [&str; 2] = ["X-Amz-Security-Token=", "X-Amz-S3session-Token="];

/// Takes as long whatever the texts are, but for their lengths. By words: byte by byte, it would take as long to compare a
/// session token as to verify the signature.
#[inline(never)]
fn is_equal(one: &[u8], other: &[u8]) -> bool {
    let (words, rest) = one.as_chunks::<8>();
    let (other_words, other_rest) = other.as_chunks::<8>();
    let mut equal = one.len().ct_eq(&other.len()) & rest.ct_eq(other_rest);
    for (word, other) in words.iter().zip(other_words) {
        equal &= u64::from_ne_bytes(*word).ct_eq(&u64::from_ne_bytes(*other));
    }
    equal.into()
}

/// A request whose signature is valid.
#[derive(Debug, Clone)]
pub struct Verified {
    access_key_id: String,
    string_to_sign: String,
    signed_headers: String,
    payload: Payload,
    algorithm: Algorithm,
    amz_date: String,
    scope: String,
    signature: String,
    decoded_length: Option<String>,
    declared: Option<String>,
}

impl Verified {
    /// Who signed.
    pub fn access_key_id(&self) -> &str {
        &self.access_key_id
    }

    /// Lower-case names; believe no other headers.
    pub fn signed_headers(&self) -> impl Iterator<Item = &str> {
        split(&self.signed_headers, b';')
    }

    /// Whether the signature covers the body.
    pub fn payload(&self) -> Payload {
        self.payload
    }

    /// The hash that the body must have, in hex, where the request has declared one.
    pub fn declared_body_hash(&self) -> Option<&str> {
        self.declared.as_deref().filter(|_| self.payload == Payload::Signed)
    }

    /// Whether the body is the one that was signed. Not needed where its hash was passed to [`Unverified::verify`].
    pub fn check_body(&self, body: &BodyHash) -> Result<(), Rejection> {
        match self.declared_body_hash() {
            Some(declared) if declared.as_bytes() != body.0 => Err(reject(
                RejectionKind::BodyMismatch,
                &[Text("The provided 'x-amz-content-sha256' header does not match what was computed.")],
            )),
            _ => Ok(()),
        }
    }

    /// Verifies the signatures of chunks, or of the messages of an event stream, which each sign the one before: by the key that
    /// verified the request.
    pub fn signature_chain(&self, key: &VerifyingKey) -> SignatureChain {
        SignatureChain {
            algorithm: self.algorithm,
            amz_date: self.amz_date.clone(),
            scope: self.scope.clone(),
            key: key.clone(),
            last: self.signature.clone(),
        }
    }

    /// Takes a body in the encoding `aws-chunked` apart, and verifies the signatures of its chunks and trailers, as far as the
    /// request says that they have some, and, with the feature `checksum`, the checksums in the trailers. Any other body is
    /// returned as it is.
    pub fn decode_body(&self, key: &VerifyingKey, body: &[u8]) -> Result<DecodedBody, Rejection> {
        let keyword = self.declared.as_deref().unwrap_or_default();
        if self.payload != Payload::Chunked || keyword.ends_with("-EVENTS") {
            return Ok(DecodedBody { body: body.into(), trailers: Vec::new() });
        }
        let is_signed = !keyword.starts_with("STREAMING-UNSIGNED-");
        let chain = is_signed.then(|| self.signature_chain(key));
        // One that is no number is not that of any body.
        let length = self.decoded_length.as_deref().map(|length| length.parse().unwrap_or(u64::MAX));
        chunks::decode(chain, keyword.ends_with("-TRAILER"), length, body)
    }

    /// What was signed.
    pub fn string_to_sign(&self) -> &str {
        &self.string_to_sign
    }

    /// What is the same whenever the same request is sent again, in hex: the SHA-256 of the access key id, a line feed and the
    /// string to sign. Not the signature: of SigV4a, anyone can make a second one that is valid.
    pub fn replay_id(&self) -> String {
        let hash = sha256_hex(join(&[&self.access_key_id, "\n", &self.string_to_sign]).as_bytes());
        str::from_utf8(&hash).unwrap_or_default().into()
    }
}

/// What a server knows of an access key id.
#[derive(Debug)]
pub struct KnownCredentials<'k> {
    /// For the scope of the request.
    pub key: VerifyingKey,
    /// That the request must carry.
    pub session_token: SessionToken<'k>,
    /// In milliseconds since 1970.
    pub expires_at: Option<i64>,
}

/// The session token that a request must carry.
#[derive(Clone, Copy)]
pub enum SessionToken<'k> {
    /// It must carry none.
    None,
    /// This one.
    Known(&'k str),
    /// The caller has looked at it.
    Judged,
}

impl fmt::Debug for SessionToken<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::None => "None",
            Self::Known(_) => "Known(…)",
            Self::Judged => "Judged",
        })
    }
}

/// What verifies: of SigV4 the key of one day, region and service, of SigV4a a public key. Wiped on drop.
#[derive(Clone, Debug)]
pub struct VerifyingKey(Key);

#[derive(Clone, Debug)]
enum Key {
    Hmac(SigningKey),
    #[cfg(feature = "sigv4a")]
    Ecdsa(p256::ecdsa::VerifyingKey),
}

impl VerifyingKey {
    /// Derives the key that verifies a request. SigV4a needs the feature `tools`.
    pub fn from_secret(secret_access_key: &str, request: &Unverified<'_, '_>) -> Result<Self, Error> {
        #[cfg(feature = "sigv4a")]
        if request.algorithm() == Algorithm::EcdsaP256Sha256 {
            return SigV4a::public_key(secret_access_key, request.access_key_id()).map(Key::Ecdsa).map(Self);
        }
        let credential = &request.authorization;
        // Of SigV4a, a key that verifies nothing.
        let region = if credential.region().is_empty() { "*" } else { credential.region() };
        let scope = Scope::new(credential.date(), region, credential.service())?;
        SigningKey::derive(secret_access_key, &scope).map(Key::Hmac).map(Self)
    }

    /// Derives the key of a scope, such as that of a form.
    pub fn for_scope(secret_access_key: &str, scope: &Scope<'_>) -> Result<Self, Error> {
        SigningKey::derive(secret_access_key, scope).map(Key::Hmac).map(Self)
    }

    /// A key of SigV4 that was derived elsewhere, so that a server need not hold the secret: the result of the last HMAC of
    /// "Create a signed AWS API request", step 3. It verifies, and signs, for its day, region and service, and nothing else.
    pub fn from_signing_key(key: &[u8; 32]) -> Self {
        Self(Key::Hmac(SigningKey::new(key)))
    }

    /// The public key of SigV4a: a point of P-256, compressed or not ("SEC 1", section 2.3.3).
    #[cfg(feature = "sigv4a")]
    pub fn from_public_key(point: &[u8]) -> Option<Self> {
        p256::ecdsa::VerifyingKey::from_sec1_bytes(point).ok().map(Key::Ecdsa).map(Self)
    }

    #[cfg(test)]
    pub(super) fn from_key(key: SigningKey) -> Self {
        Self(Key::Hmac(key))
    }

    /// Whether it made a signature, in hex, of a text; in constant time.
    pub(super) fn verifies(&self, algorithm: Algorithm, text: &str, signature: &str) -> bool {
        match (&self.0, algorithm) {
            (Key::Hmac(key), Algorithm::HmacSha256) => {
                is_equal(&to_hex(&key.sign(text.as_bytes())), signature.as_bytes())
            }
            #[cfg(feature = "sigv4a")]
            (Key::Ecdsa(key), Algorithm::EcdsaP256Sha256) => SigV4a::has_signed(key, text, signature),
            _ => false,
        }
    }
}

/// The SHA-256 of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyHash([u8; 64]);

impl BodyHash {
    /// Of bytes.
    pub fn of(body: &[u8]) -> Self {
        Self(sha256_hex(body))
    }

    /// Of a body that was hashed while it was read.
    pub fn from_sha256(digest: &[u8; 32]) -> Self {
        Self(to_hex(digest))
    }

    /// In hex.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }

    #[cfg(target_arch = "wasm32")]
    pub(crate) fn from_hex(hex: [u8; 64]) -> Self {
        Self(hex)
    }
}

const MISMATCH: &str = "The request signature we calculated does not match the signature you provided. Check your AWS Secret \
                        Access Key and signing method. Consult the service documentation for details.";
