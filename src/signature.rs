//! The result of a signature: owned, and wiped on drop.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;
use core::hint::black_box;
use core::mem::take;
use core::ops::Range;

use zeroize::Zeroize;

use crate::canonical::headers::CONTENT_SHA256;
use crate::sign::Signed;
use crate::sign::prepare::REGION_SET;
use crate::sign::texts::Text;

/// The headers, or the path with a query, to send with the signed request.
///
/// It is wiped on drop, and `Debug` shows no values: they can be used for a request, and one may be a session token.
///
/// ```
/// use sigv4_wasm::{Config, Credentials, RequestView, Signer, Timestamp};
///
/// let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", Some("token"))?;
/// let request = RequestView::new("GET", "iam.amazonaws.com", "/?Action=ListUsers&Version=2010-05-08");
/// let now: Timestamp = "20150830T123600Z".parse()?;
/// let signature = Signer::new(Config::infer()).sign(&request, &credentials, now)?;
/// let names: Vec<&str> = signature.headers().map(|header| header.name()).collect();
/// assert_eq!(names, ["x-amz-date", "x-amz-security-token", "authorization"]);
/// assert!(signature.headers().all(|header| header.is_sensitive() == (header.name() != "x-amz-date")));
/// assert_eq!(signature.query(), None);
/// # Ok::<(), sigv4_wasm::Error>(())
/// ```
#[derive(Clone)]
pub struct Signature {
    /// All texts, one after the other: one piece of memory for all, and to wipe.
    text: String,
    headers: [Option<(&'static str, Range<usize>)>; MOST_HEADERS],
    path_and_query: Option<Range<usize>>,
    /// Of a presigned request.
    query: Option<Range<usize>>,
    hex: Range<usize>,
}

/// `x-amz-date`, `x-amz-content-sha256`, `x-amz-region-set`, the session token, `authorization`.
const MOST_HEADERS: usize = 5;

/// A header to send.
#[derive(Clone, Copy)]
pub struct SignatureHeader<'s> {
    name: &'static str,
    value: &'s str,
}

impl<'s> SignatureHeader<'s> {
    /// In lower case.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The value.
    pub fn value(&self) -> &'s str {
        self.value
    }

    /// Whether to keep it out of logs and of the compression table of HTTP/2: the authorization and the session token.
    pub fn is_sensitive(&self) -> bool {
        self.name == AUTHORIZATION || self.name.ends_with("-token")
    }
}

impl fmt::Debug for SignatureHeader<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = if self.is_sensitive() { "…" } else { self.value };
        write!(f, "{}: {value}", self.name)
    }
}

impl Signature {
    /// Every header to send, replacing others of that name. A presigned request has none.
    pub fn headers(&self) -> impl Iterator<Item = SignatureHeader<'_>> {
        self.headers.iter().flatten().map(|(name, place)| SignatureHeader { name, value: self.at(place) })
    }

    /// The path and the query to send instead of those of the request: always for a presigned request, and for others if
    /// servers would read the spelling in different ways, as S3 and compatible servers do with a raw `+`.
    pub fn path_and_query(&self) -> Option<&str> {
        self.path_and_query.as_ref().map(|place| self.at(place))
    }

    /// The query to send, without the `?`, for a presigned request.
    pub fn query(&self) -> Option<&str> {
        self.query.as_ref().map(|place| self.at(place))
    }

    /// The signature itself: 64 hex digits, or those of a DER-encoded ECDSA signature.
    pub fn hex(&self) -> &str {
        self.at(&self.hex)
    }

    fn at(&self, place: &Range<usize>) -> &str {
        self.text.get(place.clone()).unwrap_or_default()
    }

    /// `path` is that of the request.
    pub(crate) fn of(signed: &Signed<'_>, path: &[u8], session_token: &str) -> Self {
        let prepared = signed.prepared;
        let target = signed.text(Text::Target);
        let signature = signed.text(Text::Signature);
        let [date_time, content_sha256, region_set] =
            [Text::DateTime, Text::ContentSha256, Text::RegionSet].map(|name| signed.text(name));
        let parts = signed.parts();
        // Room for all of it, because what moves would have to be wiped.
        let length: usize = parts.iter().map(|part| part.len()).sum();
        let others = [date_time, content_sha256, region_set, target, signature];
        let others: usize = others.iter().map(|text| text.len()).sum();
        let mut writer =
            Writer { text: Vec::with_capacity(length + others + path.len() + session_token.len() + 2) };
        let hex = writer.put(&[signature]);
        let mut headers = [const { None }; MOST_HEADERS];
        let (mut path_and_query, mut query) = (None, None);
        if prepared.is_presigned {
            let path = if target.is_empty() { path } else { target };
            let path: &[u8] = if path.is_empty() { b"/" } else { path };
            let before = writer.put(&[path, b"?"]);
            let place = writer.put(&parts);
            path_and_query = Some(before.start..place.end);
            query = Some(place);
        } else {
            let all: [(&'static str, &[&[u8]]); MOST_HEADERS] = [
                ("x-amz-date", &[date_time]),
                (name(CONTENT_SHA256), &[content_sha256]),
                (name(REGION_SET), &[region_set]),
                (prepared.session_token_header, &[session_token.as_bytes()]),
                (AUTHORIZATION, &parts),
            ];
            for (header, (name, parts)) in headers.iter_mut().zip(all) {
                let place = writer.put(parts);
                *header = (!place.is_empty()).then_some((name, place));
            }
            if !target.is_empty() {
                path_and_query = Some(writer.put(&[target]));
            }
        }
        // Every text that comes in is UTF-8, and is encoded and cut at the bounds of characters.
        Self { text: String::from_utf8(writer.text).unwrap_or_default(), headers, path_and_query, query, hex }
    }
}

const AUTHORIZATION: &str = "authorization";

/// Of one of our own, which is ASCII.
const fn name(bytes: &'static [u8]) -> &'static str {
    match str::from_utf8(bytes) {
        Ok(name) => name,
        Err(_) => "",
    }
}

struct Writer {
    text: Vec<u8>,
}

impl Writer {
    /// Where the parts are.
    fn put(&mut self, parts: &[&[u8]]) -> Range<usize> {
        let start = self.text.len();
        parts.iter().for_each(|part| self.text.extend_from_slice(part));
        start..self.text.len()
    }
}

impl Drop for Signature {
    fn drop(&mut self) {
        // Byte by byte, as `zeroize` does it, this would take a tenth of a signature.
        let mut bytes = take(&mut self.text).into_bytes();
        bytes.fill(0);
        black_box(&mut bytes); // or else the compiler would leave that out: the memory is freed
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.headers().map(|header| header.name).collect();
        f.debug_struct("Signature").field("headers", &names).finish_non_exhaustive()
    }
}

/// A signature, step by step, to compare with the values that a server expected.
///
/// It is wiped on drop, and `Debug` shows nothing, because the canonical request contains the session token.
pub struct Trace {
    canonical_request: Vec<u8>,
    string_to_sign: String,
    signed_headers: String,
    signature: Signature,
}

impl Trace {
    /// Bytes, because values of headers need not be UTF-8. It contains the session token of temporary credentials.
    pub fn canonical_request(&self) -> &[u8] {
        &self.canonical_request
    }

    /// The text that the signing key signed.
    pub fn string_to_sign(&self) -> &str {
        &self.string_to_sign
    }

    /// `date/region/service/aws4_request`; SigV4a leaves the region out.
    pub fn credential_scope(&self) -> &str {
        self.string_to_sign.split('\n').nth(2).unwrap_or_default()
    }

    /// Names, joined with semicolons.
    pub fn signed_headers(&self) -> &str {
        &self.signed_headers
    }

    /// The result.
    pub fn signature(&self) -> &Signature {
        &self.signature
    }

    pub(crate) fn of(signed: &Signed<'_>, signature: Signature) -> Self {
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap_or_default();
        Self {
            canonical_request: signed.text(Text::CanonicalRequest).to_vec(),
            string_to_sign: text(signed.text(Text::StringToSign)),
            signed_headers: text(signed.text(Text::SignedHeaders)),
            signature,
        }
    }
}

impl Drop for Trace {
    fn drop(&mut self) {
        self.canonical_request.zeroize();
    }
}

impl fmt::Debug for Trace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Trace").finish_non_exhaustive()
    }
}
