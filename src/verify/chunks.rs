//! Bodies in chunks, of which each signs the one before: the encoding `aws-chunked`, its trailers, and event streams.
//!
//! Source: "Signature Calculations for the Authorization Header: Transferring Payload in Multiple Chunks", and "… Including
//! trailing headers", Amazon S3 API reference.

use alloc::string::String;
use alloc::vec::Vec;

use super::authorization::Algorithm;
use super::body_hash::BodyHash;
#[cfg(feature = "checksum")]
use super::digests::BodyDigests;
use super::known_credentials::VerifyingKey;
use super::rejection::Say::Text;
use super::rejection::{Rejection, RejectionKind, reject};
use super::words::{cut, join};

/// Verifies signatures that each sign the one before, from that of the request on. Made by
/// [`Verified::signature_chain`](super::Verified::signature_chain).
#[derive(Debug, Clone)]
pub struct SignatureChain {
    pub(super) algorithm: Algorithm,
    pub(super) amz_date: String,
    pub(super) scope: String,
    /// `None`: another module verifies, as JavaScript has it do with SigV4a.
    pub(super) key: Option<VerifyingKey>,
    pub(super) last: String,
    /// The texts that it has to verify, and their signatures.
    pub(super) unverified: Vec<[String; 2]>,
}

impl SignatureChain {
    /// A chunk of a body, by its hash; the last one is empty.
    pub fn verify_chunk(&mut self, data: &BodyHash, signature: &str) -> Result<(), Rejection> {
        let date = self.amz_date.clone();
        self.verify("-PAYLOAD", &date, &[BodyHash::of(b"").as_str(), data.as_str()], signature)
    }

    /// The trailers: `hash` is that of their lines, `name:value` with a line feed after each.
    pub fn verify_trailer(&mut self, trailer: &BodyHash, signature: &str) -> Result<(), Rejection> {
        let date = self.amz_date.clone();
        self.verify("-TRAILER", &date, &[trailer.as_str()], signature)
    }

    /// A message of an event stream: its date as `YYYYMMDDTHHMMSSZ`, the hash of its encoded headers without
    /// `:chunk-signature`, and that of its payload. The signature is in hex.
    pub fn verify_event(
        &mut self,
        amz_date: &str,
        headers: &BodyHash,
        payload: &BodyHash,
        signature: &str,
    ) -> Result<(), Rejection> {
        self.verify("-PAYLOAD", amz_date, &[headers.as_str(), payload.as_str()], signature)
    }

    fn verify(
        &mut self,
        kind: &str,
        amz_date: &str,
        hashes: &[&str],
        signature: &str,
    ) -> Result<(), Rejection> {
        // SigV4a fills its signatures up to one length.
        let signature = signature.trim_end_matches('*');
        let start = [self.algorithm.name(), kind, "\n", amz_date, "\n", &self.scope, "\n", &self.last];
        let mut text = join(&start);
        for hash in hashes {
            text.push('\n');
            text.push_str(hash);
        }
        match &self.key {
            Some(key) if key.verifies(self.algorithm, &text, signature) => {}
            Some(_) => {
                let message =
                    [Text("The chunk signature we calculated does not match the one you provided.")];
                return Err(reject(RejectionKind::SignatureMismatch, &message));
            }
            None => self.unverified.push([text, signature.into()]),
        }
        self.last = signature.into();
        Ok(())
    }
}

/// A body that was in chunks.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DecodedBody {
    /// The chunks, joined.
    pub body: Vec<u8>,
    /// The trailers: lower-case names and values. Of an unsigned body, believe none of them.
    pub trailers: Vec<(String, String)>,
}

/// Takes a body apart as the keyword in `x-amz-content-sha256` has it. `decoded_length` is as the request declares it.
pub(super) fn decode_declared(
    keyword: &str,
    decoded_length: Option<&str>,
    chain: &mut SignatureChain,
    body: &[u8],
) -> Result<DecodedBody, Rejection> {
    let is_signed = !keyword.starts_with("STREAMING-UNSIGNED-");
    // A length that is not a number is not that of any body.
    let length = decoded_length.map(|length| length.parse().unwrap_or(u64::MAX));
    decode(is_signed.then_some(chain), keyword.ends_with("-TRAILER"), length, body)
}

/// With a chain, each chunk and the trailers have a signature.
fn decode(
    mut chain: Option<&mut SignatureChain>,
    has_trailer: bool,
    decoded_length: Option<u64>,
    body: &[u8],
) -> Result<DecodedBody, Rejection> {
    let mut decoded = DecodedBody { body: Vec::new(), trailers: Vec::new() };
    let mut rest = body;
    loop {
        let head = line(&mut rest)?;
        let (size, extension) = cut(head, b';').unwrap_or((head, ""));
        let is_size = (1..=8).contains(&size.len()) && size.bytes().all(|byte| byte.is_ascii_hexdigit());
        let size = usize::from_str_radix(size, 16).ok().filter(|_| is_size).ok_or_else(incomplete)?;
        let (data, after) = rest.split_at_checked(size).ok_or_else(incomplete)?;
        match (&mut chain, extension.strip_prefix("chunk-signature=")) {
            (Some(chain), Some(signature)) => chain.verify_chunk(&BodyHash::of(data), signature)?,
            (None, None) if extension.is_empty() => {}
            _ => return Err(incomplete()),
        }
        rest = after;
        if size == 0 {
            break;
        }
        decoded.body.extend_from_slice(data);
        rest = rest.strip_prefix(b"\r\n").ok_or_else(incomplete)?;
    }
    if has_trailer {
        read_trailers(&mut chain, &mut rest, &mut decoded.trailers)?;
    } else if rest != b"\r\n" {
        return Err(incomplete());
    }
    if decoded_length.is_some_and(|length| length != decoded.body.len() as u64) {
        return Err(incomplete());
    }
    check_checksums(&decoded)?;
    Ok(decoded)
}

/// Lines of names and values, at the end their signature, and an empty line.
fn read_trailers(
    chain: &mut Option<&mut SignatureChain>,
    rest: &mut &[u8],
    trailers: &mut Vec<(String, String)>,
) -> Result<(), Rejection> {
    let mut signed = String::new();
    let mut signature = None;
    loop {
        let text = line(rest)?;
        if text.is_empty() {
            break;
        }
        let (name, value) = cut(text, b':').ok_or_else(incomplete)?;
        let (name, value) = (name.to_ascii_lowercase(), value.trim_matches([' ', '\t']));
        if name == "x-amz-trailer-signature" {
            signature = Some(value);
            continue;
        }
        // What follows the signature is not signed.
        if signature.is_some() {
            return Err(incomplete());
        }
        signed.push_str(&join(&[&name, ":", value, "\n"]));
        trailers.push((name, value.into()));
    }
    if !rest.is_empty() {
        return Err(incomplete());
    }
    match (chain, signature) {
        (Some(chain), Some(signature)) => chain.verify_trailer(&BodyHash::of(signed.as_bytes()), signature),
        (None, None) => Ok(()),
        _ => Err(incomplete()),
    }
}

/// Those of the trailers that are known. JavaScript has the module `checksum` do so.
#[cfg(feature = "checksum")]
fn check_checksums(decoded: &DecodedBody) -> Result<(), Rejection> {
    let mut lines = String::new();
    for (name, value) in &decoded.trailers {
        lines += &join(&[name, ":", value, "\n"]);
    }
    let mut digests = BodyDigests::of_trailers(&lines)?;
    digests.update(&decoded.body);
    digests.finish()
}

#[cfg(not(feature = "checksum"))]
fn check_checksums(_: &DecodedBody) -> Result<(), Rejection> {
    Ok(())
}

/// Up to a line break, which goes, too.
fn line<'a>(rest: &mut &'a [u8]) -> Result<&'a str, Rejection> {
    // Longer than any that has its signature in it.
    let head = rest.get(..MAX_LINE.min(rest.len())).unwrap_or_default();
    let end = head.windows(2).position(|pair| pair == b"\r\n").ok_or_else(incomplete)?;
    let (line, after) = rest.split_at_checked(end).unwrap_or_default();
    *rest = after.get(2..).unwrap_or_default();
    str::from_utf8(line).map_err(|_| incomplete())
}

const MAX_LINE: usize = 8 * 1024;

/// In the words of S3.
fn incomplete() -> Rejection {
    let message = "The request body terminated unexpectedly, or is not in the encoding aws-chunked.";
    reject(RejectionKind::BodyIncomplete, &[Text(message)])
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::vec;

    use super::*;
    use crate::{Scope, SigningKey};

    const SEED: &str = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9";

    /// Of the example in the Amazon S3 API reference.
    fn chain(seed: &str) -> SignatureChain {
        let scope = Scope::new("20130524", "us-east-1", "s3").unwrap();
        let key = SigningKey::derive("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", &scope).unwrap();
        SignatureChain {
            algorithm: Algorithm::HmacSha256,
            amz_date: "20130524T000000Z".into(),
            scope: "20130524/us-east-1/s3/aws4_request".into(),
            key: Some(VerifyingKey::from_key(key)),
            last: seed.into(),
            unverified: Vec::new(),
        }
    }

    fn chunk(size: usize, signature: &str) -> Vec<u8> {
        let mut bytes = format!("{size:x};chunk-signature={signature}\r\n").into_bytes();
        bytes.extend(vec![b'a'; size]);
        if size > 0 {
            bytes.extend(b"\r\n");
        }
        bytes
    }

    fn documented() -> Vec<u8> {
        let mut body = chunk(65_536, "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648");
        body.extend(chunk(1024, "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497"));
        body.extend(chunk(0, "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9"));
        body.extend(b"\r\n");
        body
    }

    #[test]
    fn accepts_the_chunks_of_the_documentation() {
        let decoded = decode(Some(&mut chain(SEED)), false, Some(66_560), &documented()).unwrap();
        assert_eq!(decoded, DecodedBody { body: vec![b'a'; 66_560], trailers: Vec::new() });
    }

    #[test]
    fn rejects_what_is_not_signed_or_cut_off() {
        let kind =
            |body: &[u8]| decode(Some(&mut chain(SEED)), false, Some(66_560), body).unwrap_err().kind();
        let body = documented();
        for at in [0, 100, 66_000, body.len() - 90] {
            let mut changed = body.clone();
            changed[at] ^= 1;
            assert!(matches!(
                kind(&changed),
                RejectionKind::SignatureMismatch | RejectionKind::BodyIncomplete
            ));
        }
        for length in (0..body.len()).step_by(997).chain([body.len() - 1]) {
            assert_eq!(kind(&body[..length]), RejectionKind::BodyIncomplete, "{length}");
        }
        let mut longer = body.clone();
        longer.push(b'x');
        assert_eq!(kind(&longer), RejectionKind::BodyIncomplete);
        let error = decode(Some(&mut chain(SEED)), false, Some(66_561), &body).unwrap_err();
        assert_eq!((error.kind(), error.status()), (RejectionKind::BodyIncomplete, 400));
        let other = decode(Some(&mut chain(&SEED.replace('4', "5"))), false, None, &body).unwrap_err();
        assert_eq!(other.kind(), RejectionKind::SignatureMismatch);
    }

    /// "Signature Calculations: Trailing Headers", the same reference: its trailer is a CRC-32C of 66,560 times `a`.
    #[test]
    fn accepts_the_trailer_of_the_documentation() {
        let seed = "106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e";
        let mut body = chunk(65_536, "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2");
        body.extend(chunk(1024, "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7"));
        body.extend(chunk(0, "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992"));
        let trailer = "x-amz-checksum-crc32c:sOO8/Q==\r\n\
                       x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n";
        let signed = [&body[..], trailer.as_bytes()].concat();
        let decoded = decode(Some(&mut chain(seed)), true, Some(66_560), &signed).unwrap();
        assert_eq!(decoded.trailers, [("x-amz-checksum-crc32c".into(), "sOO8/Q==".into())]);
        let other = trailer.replace("sOO8", "sOO9");
        let error =
            decode(Some(&mut chain(seed)), true, None, &[&body[..], other.as_bytes()].concat()).unwrap_err();
        assert_eq!(error.kind(), RejectionKind::SignatureMismatch);
        let unsigned = "x-amz-checksum-crc32c:sOO8/Q==\r\n\r\n";
        let error = decode(Some(&mut chain(seed)), true, None, &[&body[..], unsigned.as_bytes()].concat())
            .unwrap_err();
        assert_eq!(error.kind(), RejectionKind::BodyIncomplete);
    }

    #[cfg(feature = "checksum")]
    #[test]
    fn an_unsigned_trailer_has_the_checksum_of_the_body() {
        // That of RFC 3720, appendix B.4, for 32 zeros: aa 36 91 8a, least significant byte first.
        let body = |checksum: &str| {
            let start = [&b"20\r\n"[..], &[0; 32], b"\r\n0\r\n"].concat();
            [&start[..], b"x-amz-checksum-crc32c:", checksum.as_bytes(), b"\r\n\r\n"].concat()
        };
        assert_eq!(decode(None, true, Some(32), &body("ipE2qg==")).unwrap().body, [0; 32]);
        let error = decode(None, true, Some(32), &body("ipE2qQ==")).unwrap_err();
        assert_eq!(
            (error.kind(), error.code()),
            (RejectionKind::ChecksumMismatch, "ERR_SIGV4_BODY_MISMATCH")
        );
    }
}
