//! The request to sign, as the core reads it: checked once, and well-formed from then on.

use crate::canonical::Entry;
use crate::canonical::headers::{is_amz, is_hop_header, is_required, is_unhoistable};
use crate::endpoint::{self, SESSION_TOKEN_HEADERS, SESSION_TOKEN_PARAMETERS};
use crate::packed_table::{Table, table};
use crate::record_flags::{
    CONTENT_SHA256_YES, KEEP_HEADERS, PATH_ENCODED_ONCE, PATH_RAW, PAYLOAD_UNSIGNED, SIGNED_HEADERS_ALL,
};
use crate::text::{ByteSet, Put, contains, split};
use crate::{Error, PathEncoding, PathNormalization};

/// Everything that a signature depends on except for the time: request, credentials and settings, in bytes and in the form that is
/// cheapest to fill from a record that JavaScript wrote.
pub(crate) struct Input<'a> {
    pub(crate) method: &'a [u8],
    pub(crate) host: &'a [u8],
    pub(crate) path: &'a [u8],
    pub(crate) query: &'a [u8],
    pub(crate) headers: &'a [Entry<'a>],
    pub(crate) body: &'a [u8],
    /// The value that is signed instead of the hash of the body, or empty.
    pub(crate) payload_hash: &'a [u8],

    /// The credentials, which were checked when they were passed in.
    pub(crate) access_key_id: &'a [u8],
    /// Empty for long-term credentials.
    pub(crate) session_token: &'a [u8],

    /// Empty to infer it from the host; likewise the service.
    pub(crate) region: &'a [u8],
    pub(crate) service: &'a [u8],
    pub(crate) settings: Settings,
    /// Headers to sign besides the required ones, joined with semicolons.
    pub(crate) signed_headers: &'a [u8],
    /// Headers not to sign, likewise.
    pub(crate) unsignable_headers: &'a [u8],
}

/// The caller's choices, as bits of `record_flags`.
#[derive(Clone, Copy)]
pub(crate) struct Settings(pub(crate) u32);

impl Settings {
    pub(crate) fn has(self, flag: u32) -> bool {
        self.0 & flag != 0
    }

    /// These settings, completed with the choices of the service. Then the higher bit of each choice is valid: it is set if the
    /// service or the caller chose it, unless the caller chose the other one.
    fn with(self, choices: u32) -> Self {
        Self((self.0 | choices) & !(self.0 << 1))
    }

    pub(crate) fn path_form(self) -> (PathEncoding, PathNormalization) {
        let encoding = if self.has(PATH_ENCODED_ONCE) { PathEncoding::Single } else { PathEncoding::Double };
        let normalization =
            if self.has(PATH_RAW) { PathNormalization::Disabled } else { PathNormalization::Enabled };
        (encoding, normalization)
    }
}

/// The rules for one signature: the settings, and the names of the session token.
pub(crate) struct Rules {
    pub(crate) settings: Settings,
    pub(crate) session_token_header: &'static str,
    pub(crate) session_token_parameter: &'static str,
}

impl<'a> Input<'a> {
    /// Everything after this check is well-formed: no accepted value can break a line of the canonical
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
        if !self.payload_hash.is_empty() && !is_payload_hash(self.payload_hash) {
            return Err(Error::PayloadHashInvalid);
        }
        Ok(())
    }

    /// The rules of the service, except for what the caller decided.
    pub(crate) fn rules(&self, service: &[u8], is_presigned: bool) -> Rules {
        let (mut choices, token) = endpoint::choices(service, is_presigned);
        // Without the header, no server could tell that the body is not hashed.
        let is_keyword = !matches!(self.payload_hash.len(), 0 | 64);
        if is_keyword || self.settings.has(PAYLOAD_UNSIGNED) {
            choices |= CONTENT_SHA256_YES;
        }
        Rules {
            settings: self.settings.with(choices),
            session_token_header: SESSION_TOKEN_HEADERS.get(token).copied().unwrap_or_default(),
            session_token_parameter: SESSION_TOKEN_PARAMETERS.get(token).copied().unwrap_or_default(),
        }
    }

    pub(crate) fn signs_header(&self, name: &[u8]) -> bool {
        let is_signed = is_required(name)
            || (self.settings.has(SIGNED_HEADERS_ALL) && !is_hop_header(name))
            || is_named(self.signed_headers, name);
        is_signed && !is_named(self.unsignable_headers, name)
    }

    /// Whether a signed header becomes a parameter of a presigned request.
    pub(crate) fn hoists_header(&self, name: &[u8]) -> bool {
        is_amz(name)
            && !self.settings.has(KEEP_HEADERS)
            && !is_unhoistable(name)
            && !is_named(self.signed_headers, name)
    }
}

/// Whether a name is among those that are joined with semicolons.
fn is_named(names: &[u8], name: &[u8]) -> bool {
    split(names, b';').any(|one| one == name)
}

fn is_payload_hash(text: &[u8]) -> bool {
    let is_of_keyword = |byte: &u8| matches!(byte, b'A'..=b'Z' | b'0'..=b'9' | b'-');
    if text.len() == 64 && text.iter().all(u8::is_ascii_hexdigit) {
        return true;
    }
    KEYWORDS.lists(text) && text.iter().all(is_of_keyword)
}

const KEYWORDS: Table = table![["UNSIGNED-PAYLOAD"], ["STREAMING-*"]];

/// The maximum length of the URL and the headers together. Servers accept about ten kilobytes; far longer input is a mistake or an
/// attack, and would be held in memory several times.
pub(crate) const MAX_REQUEST_BYTES: usize = 1 << 20;
/// The maximum number of headers. Node.js accepts 2,000 lines by default, servers of AWS a few hundred.
pub(crate) const MAX_HEADERS: usize = 2000;
/// The maximum number of parameters, including those that a presigned URL makes from headers.
pub(crate) const MAX_PARAMETERS: usize = 10_000;

/// S3's "Signature Calculations for the Authorization Header: Transferring Payload in a Single Chunk".
pub(crate) const UNSIGNED_PAYLOAD: &[u8] = b"UNSIGNED-PAYLOAD";

/// RFC 9110, section 5.6.2.
#[inline(never)]
pub(crate) fn is_token(text: &[u8]) -> bool {
    !text.is_empty() && text.iter().all(|byte| TOKEN.contains(*byte))
}

static TOKEN: ByteSet = ByteSet::alphanumeric_and(b"!#$%&'*+-.^_`|~");
