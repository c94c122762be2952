//! The request to sign, in the form that Rust users pass.

use alloc::vec::Vec;
use core::fmt;

use crate::canonical::{Entry, add};
use crate::text::cut;

/// The request to sign, borrowed, in the form of the wire.
///
/// `Debug` shows the names of headers and parameters and the length of the body, because values contain credentials of the
/// caller and of earlier signatures.
///
/// ```
/// use sigv4_wasm::{Payload, RequestView};
///
/// let request = RequestView::new("POST", "abc123.execute-api.eu-west-1.amazonaws.com", "/prod/items?page=2")
///     .header("content-type", "application/json")
///     .payload(Payload::Bytes(b"{}"));
/// # let _ = request;
/// ```
#[derive(Clone)]
pub struct RequestView<'a> {
    pub(crate) method: &'a str,
    pub(crate) host: &'a str,
    pub(crate) path: &'a [u8],
    pub(crate) query: &'a [u8],
    pub(crate) headers: Vec<Entry<'a>>,
    pub(crate) payload: Payload<'a>,
}

impl<'a> RequestView<'a> {
    /// A request without headers and body.
    ///
    /// `method` is signed as it is written. `host` is the authority without a default port, such as `example.com` or
    /// `127.0.0.1:8080`; a `host` header overrides it. `target` is the wire form, percent-encoded, of the path and, after `?`,
    /// the query, in which `+` is a space; an empty path counts as `/`.
    pub fn new(method: &'a str, host: &'a str, target: &'a str) -> Self {
        let (path, query) = cut(target.as_bytes(), b'?');
        Self { method, host, path, query, headers: Vec::new(), payload: Payload::Bytes(b"") }
    }

    /// Adds a header. The value is bytes, which need not be UTF-8. Headers of one name are signed in the order in which they
    /// are added, so add them in the order in which they are sent.
    pub fn header(mut self, name: &'a str, value: &'a (impl AsRef<[u8]> + ?Sized)) -> Self {
        let order = self.headers.len();
        add(&mut self.headers, name.as_bytes(), order, value.as_ref());
        self
    }

    /// Adds several headers.
    pub fn headers<V: AsRef<[u8]> + ?Sized + 'a>(
        self,
        headers: impl IntoIterator<Item = (&'a str, &'a V)>,
    ) -> Self {
        headers.into_iter().fold(self, |request, (name, value)| request.header(name, value))
    }

    /// The body, or the value that is signed instead of it. Default: an empty body.
    pub fn payload(self, payload: Payload<'a>) -> Self {
        Self { payload, ..self }
    }

    /// The headers, with one that names the host, if there is none.
    pub(crate) fn with_host(&self) -> Vec<Entry<'a>> {
        let mut headers = self.headers.clone();
        if !headers.iter().any(|header| header.key.eq_ignore_ascii_case(b"host")) {
            add(&mut headers, b"host", self.headers.len(), self.host.as_bytes());
        }
        headers
    }
}

impl fmt::Debug for RequestView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RequestView")
            .field("method", &self.method)
            .field("host", &self.host)
            .field("path", &str::from_utf8(self.path).unwrap_or_default())
            .field("query", &Names(|| self.query.split(|byte| *byte == b'&').map(|part| cut(part, b'=').0)))
            .field("headers", &Names(|| self.headers.iter().map(|header| header.key)))
            .field("payload", &self.payload)
            .finish()
    }
}

/// A list of names, which is made again each time that it is shown.
struct Names<F>(F);

impl<'a, F: Fn() -> I, I: Iterator<Item = &'a [u8]>> fmt::Debug for Names<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let texts = (self.0)().filter(|name| !name.is_empty()).filter_map(|name| str::from_utf8(name).ok());
        f.debug_list().entries(texts).finish()
    }
}

/// The last line of the canonical request, which covers the body. `Debug` shows only its length.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Payload<'a> {
    /// The value that the service expects for this body: its hash, except for the few services that expect an unsigned body.
    Bytes(&'a [u8]),
    /// The SHA-256 of the body, whatever the service: for a body that is hashed while it is written or read.
    Sha256([u8; 32]),
    /// `UNSIGNED-PAYLOAD`.
    Unsigned,
    /// A body in chunks, each of which is signed, or which are followed by trailers.
    Streaming(Streaming),
}

/// How the chunks of a body are signed ("Signature Calculations for the Authorization Header: Transferring Payload in Multiple
/// Chunks", S3 API reference). The algorithm in the keyword is that of the signer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Streaming {
    /// `STREAMING-AWS4-HMAC-SHA256-PAYLOAD`: each chunk is signed.
    Signed,
    /// `STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER`: so are the trailers.
    SignedTrailer,
    /// `STREAMING-UNSIGNED-PAYLOAD-TRAILER`: a checksum follows, and nothing is signed.
    UnsignedTrailer,
    /// `STREAMING-AWS4-HMAC-SHA256-EVENTS`: each message of an event stream is signed.
    Events,
}

impl Streaming {
    /// The keyword in three parts: before the algorithm, the algorithm (or empty), and after it.
    pub(crate) fn keyword(self, algorithm: &str) -> [&str; 3] {
        match self {
            Self::Signed => ["STREAMING-", algorithm, "-PAYLOAD"],
            Self::SignedTrailer => ["STREAMING-", algorithm, "-PAYLOAD-TRAILER"],
            Self::UnsignedTrailer => ["STREAMING-UNSIGNED-PAYLOAD-TRAILER", "", ""],
            Self::Events => ["STREAMING-", algorithm, "-EVENTS"],
        }
    }
}

impl fmt::Debug for Payload<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(body) => write!(f, "Bytes({} bytes)", body.len()),
            Self::Sha256(_) => f.write_str("Sha256(…)"),
            Self::Unsigned => f.write_str("Unsigned"),
            Self::Streaming(streaming) => write!(f, "Streaming({streaming:?})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    #[test]
    fn debug_shows_no_value_that_may_be_a_secret() {
        let target = "/a?X-Amz-Security-Token=the-token&X-Amz-Signature=ab12&q=the-query";
        let request = RequestView::new("PUT", "example.com", target)
            .headers([("authorization", "Bearer the-bearer"), ("x-amz-security-token", "the-token")])
            .payload(Payload::Bytes(b"the-body"));
        assert_eq!(
            format!("{request:?}"),
            "RequestView { method: \"PUT\", host: \"example.com\", path: \"/a\", \
             query: [\"X-Amz-Security-Token\", \"X-Amz-Signature\", \"q\"], \
             headers: [\"authorization\", \"x-amz-security-token\"], payload: Bytes(8 bytes) }"
        );
        for (payload, shown) in [
            (Payload::Sha256([7; 32]), "Sha256(…)"),
            (Payload::Unsigned, "Unsigned"),
            (Payload::Streaming(Streaming::Events), "Streaming(Events)"),
        ] {
            assert_eq!(format!("{payload:?}"), shown);
        }
    }
}
