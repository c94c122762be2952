use crate::{Error, canonical::encode::any};

/// The request to sign, as it goes on the wire.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// Such as `GET`; signed as it is written.
    pub method: &'a str,
    /// The authority without a default port, such as `example.com` or `127.0.0.1:8080`. A `host` header overrides it.
    pub host: &'a str,
    /// The wire form, percent-encoded; an empty path counts as `/`.
    pub path: &'a str,
    /// The wire form without the `?`; `+` is a space.
    pub query: &'a str,
    /// Name and value, in the order in which they are sent; names repeat where headers repeat.
    pub headers: &'a [(&'a str, &'a str)],
    /// The body, or what is signed in its place.
    pub payload: Payload<'a>,
}

/// What the last line of the canonical request says of the body.
#[derive(Debug, Clone, Copy)]
pub enum Payload<'a> {
    /// What the service expects for this body: its hash, but for the few services that want it unsigned.
    Bytes(&'a [u8]),
    /// The hash of these bytes, whatever the service.
    Signed(&'a [u8]),
    /// `UNSIGNED-PAYLOAD`.
    Unsigned,
    /// 64 hex digits, `UNSIGNED-PAYLOAD`, or one of the `STREAMING-` keywords.
    Literal(&'a str),
}

impl Request<'_> {
    /// Everything behind this check is well-formed: nothing that it lets pass can break a line of the canonical
    /// request or a header.
    pub(crate) fn check(&self) -> Result<(), Error> {
        if !is_token(self.method) {
            return Err(Error::MethodInvalid);
        }
        if self.host.is_empty() || self.host.bytes().any(|byte| byte <= b' ' || byte == 0x7F) {
            return Err(Error::HostInvalid);
        }
        for (index, (name, value)) in self.headers.iter().enumerate() {
            if !is_token(name) {
                return Err(Error::HeaderNameInvalid(index));
            }
            if any(value.as_bytes(), |byte| matches!(byte, b'\r' | b'\n' | 0)) {
                return Err(Error::HeaderValueInvalid(index));
            }
        }
        if let Payload::Literal(text) = self.payload {
            let is_hash = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            let is_keyword = text == UNSIGNED_PAYLOAD
                || (text.starts_with("STREAMING-")
                    && text
                        .bytes()
                        .all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'-'));
            if !is_hash && !is_keyword {
                return Err(Error::PayloadHashInvalid);
            }
        }
        Ok(())
    }
}

/// S3's "Signature Calculations for the Authorization Header: Transferring Payload in a Single Chunk".
pub(crate) const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// RFC 9110, section 5.6.2.
fn is_token(text: &str) -> bool {
    !text.is_empty()
        && text.bytes().all(|byte| {
            byte.is_ascii_alphanumeric()
                || matches!(
                    byte,
                    b'!' | b'#'
                        | b'$'
                        | b'%'
                        | b'&'
                        | b'\''
                        | b'*'
                        | b'+'
                        | b'-'
                        | b'.'
                        | b'^'
                        | b'_'
                        | b'`'
                        | b'|'
                        | b'~'
                )
        })
}
