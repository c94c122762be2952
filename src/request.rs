//! What is signed, as the core reads it: checked once, well-formed from then on.

use crate::canonical::Entry;
use crate::canonical::headers::{is_amz, is_hop_header, is_required, is_unhoistable};
use crate::endpoint::{self, ServiceRules};
use crate::text::{ByteSet, Put, contains, split};
use crate::{Error, HeaderPlacement, PathEncoding, PathNormalization, SessionTokenMode};

/// Everything that a signature depends on but the time: request, credentials and settings, in bytes and in the form that is
/// cheapest to fill from a record that JavaScript wrote.
pub(crate) struct Input<'a> {
    pub(crate) method: &'a [u8],
    pub(crate) host: &'a [u8],
    pub(crate) path: &'a [u8],
    pub(crate) query: &'a [u8],
    pub(crate) headers: &'a [Entry<'a>],
    pub(crate) body: &'a [u8],
    /// What is signed in place of the hash of the body.
    pub(crate) payload_hash: Option<&'a [u8]>,
    /// Whether that is the hash of a body that is not here, to be used as the body would be.
    pub(crate) is_body_hash: bool,
    /// Whether the body is signed; `None` leaves that to the service.
    pub(crate) signs_body: Option<bool>,

    /// The credentials were checked where they came in.
    pub(crate) access_key_id: &'a [u8],
    /// Empty for long-term credentials.
    pub(crate) session_token: &'a [u8],

    /// Empty to infer it from the host; likewise the service.
    pub(crate) region: &'a [u8],
    pub(crate) service: &'a [u8],
    pub(crate) web_socket: bool,
    /// `None` leaves the choice to the service; likewise the next three.
    pub(crate) path_encoding: Option<PathEncoding>,
    pub(crate) path_normalization: Option<PathNormalization>,
    pub(crate) content_sha256_header: Option<bool>,
    pub(crate) session_token_mode: Option<SessionTokenMode>,
    pub(crate) signs_all_headers: bool,
    /// Headers to sign besides the required ones, joined with semicolons.
    pub(crate) signed_headers: &'a [u8],
    /// Headers not to sign, likewise.
    pub(crate) unsignable_headers: &'a [u8],
    pub(crate) header_placement: HeaderPlacement,
    /// Whether a value that is not ASCII goes on the wire with one byte for each character.
    pub(crate) latin1_headers: bool,
}

impl<'a> Input<'a> {
    /// Everything behind this check is well-formed: nothing that it lets pass can break a line of the canonical
    /// request or a header. Appends the names of the headers in lower case to `names`.
    pub(crate) fn check(&self, names: &mut impl Put) -> Result<(), Error> {
        let mut length = self.host.len() + self.path.len() + self.query.len();
        if !is_token(self.method) {
            return Err(Error::MethodInvalid);
        }
        if self.host.is_empty() || contains(self.host, b'!', [0x7F; 3]) {
            return Err(Error::HostInvalid);
        }
        for header in self.headers {
            if !is_token(header.key) {
                return Err(Error::HeaderNameInvalid(header.order));
            }
            if contains(header.value, 0, *b"\r\n\0") {
                return Err(Error::HeaderValueInvalid(header.order));
            }
            length += header.key.len() + header.value.len();
            names.put(header.key);
        }
        if length > MAX_REQUEST_BYTES || self.headers.len() > MAX_HEADERS {
            return Err(Error::LimitExceeded);
        }
        names.written_mut().make_ascii_lowercase();
        if self.payload_hash.is_some_and(|text| !is_payload_hash(text)) {
            return Err(Error::PayloadHashInvalid);
        }
        Ok(())
    }

    /// The rules of the service, but for what the caller decided.
    pub(crate) fn rules(&self, service: &[u8]) -> ServiceRules {
        let rules = *endpoint::rules(service);
        // Without the header, no server would know that the body is not hashed.
        let is_keyword = self.payload_hash.is_some_and(|text| text.len() != 64);
        let content_sha256_header =
            rules.content_sha256_header || is_keyword || self.signs_body == Some(false);
        ServiceRules {
            path_encoding: self.path_encoding.unwrap_or(rules.path_encoding),
            path_normalization: self.path_normalization.unwrap_or(rules.path_normalization),
            content_sha256_header: self.content_sha256_header.unwrap_or(content_sha256_header),
            session_token_mode: self.session_token_mode.unwrap_or(rules.session_token_mode),
            ..rules
        }
    }

    pub(crate) fn signs_header(&self, name: &[u8]) -> bool {
        let is_signed = is_required(name)
            || (self.signs_all_headers && !is_hop_header(name))
            || is_named(self.signed_headers, name);
        is_signed && !is_named(self.unsignable_headers, name)
    }

    /// Whether a header that is signed becomes a parameter of a presigned request.
    pub(crate) fn hoists_header(&self, name: &[u8]) -> bool {
        is_amz(name)
            && self.header_placement == HeaderPlacement::Query
            && !is_unhoistable(name)
            && !is_named(self.signed_headers, name)
    }
}

/// Whether a name is among those that are joined with semicolons.
fn is_named(names: &[u8], name: &[u8]) -> bool {
    split(names, b';').any(|one| one == name)
}

fn is_payload_hash(text: &[u8]) -> bool {
    let is_hash = text.len() == 64 && text.iter().all(u8::is_ascii_hexdigit);
    let is_keyword = |byte: &u8| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'-');
    is_hash || text == UNSIGNED_PAYLOAD || (text.starts_with(b"STREAMING-") && text.iter().all(is_keyword))
}

/// The longest URL and headers together. Servers take some ten kilobytes of them; what is far longer is a mistake or an
/// attack, and would be held in memory several times.
pub(crate) const MAX_REQUEST_BYTES: usize = 1 << 20;
/// The most headers. Node.js takes 2,000 lines by default, servers of AWS some hundred.
pub(crate) const MAX_HEADERS: usize = 2000;
/// The most parameters, those among them that a presigned URL makes of headers.
pub(crate) const MAX_PARAMETERS: usize = 10_000;

/// S3's "Signature Calculations for the Authorization Header: Transferring Payload in a Single Chunk".
pub(crate) const UNSIGNED_PAYLOAD: &[u8] = b"UNSIGNED-PAYLOAD";

/// RFC 9110, section 5.6.2.
#[inline(never)]
pub(crate) fn is_token(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|byte| TOKEN.contains(*byte))
}

static TOKEN: ByteSet = ByteSet::alphanumeric_and(b"!#$%&'*+-.^_`|~");
