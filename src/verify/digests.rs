//! Digests of the body in headers that are signed: `Content-MD5` and `x-amz-checksum-*`, which S3 checks.
//!
//! Source: RFC 1864; "Checking object integrity", Amazon S3 user guide; "Error responses", Amazon S3 API reference.

use alloc::string::String;
use alloc::vec::Vec;

use super::base64;
use super::digest_lines::CHECKSUM;
use super::rejection::Say::Text;
use super::rejection::{Rejection, RejectionKind, reject};
use super::words::{cut, split};
use crate::Checksum;

/// The digests that a body must have. Made by [`Verified::digests`](super::Verified::digests).
pub struct BodyDigests(Vec<Expected>);

struct Expected {
    /// Of the header, after `x-amz-checksum-`; `Content-MD5` has none.
    name: Option<String>,
    value: Vec<u8>,
    checksum: Checksum,
}

impl BodyDigests {
    /// Of lines as `digest_lines` writes them.
    pub(crate) fn parse(lines: &str) -> Result<Self, Rejection> {
        Self::read(lines, |header, _| invalid(header))
    }

    /// Of the trailers of a body in chunks, likewise: those that are checksums.
    pub(crate) fn of_trailers(lines: &str) -> Result<Self, Rejection> {
        Self::read(lines, |_, name| mismatch(name))
    }

    /// `wrong`: what is said of a value that is none of its kind, by header, and by checksum if it is one.
    fn read(lines: &str, wrong: impl Fn(&str, Option<&str>) -> Rejection) -> Result<Self, Rejection> {
        let mut digests = Vec::new();
        for (header, value) in split(lines, b'\n').filter_map(|line| cut(line, b':')) {
            let name = header.strip_prefix(CHECKSUM);
            let checksum = match name {
                Some(name) => Checksum::new(name),
                None if header == "content-md5" => Some(Checksum::md5()),
                None => None,
            };
            let Some(checksum) = checksum else { continue };
            match base64::decode(value).filter(|value| value.len() == checksum.length()) {
                Some(value) => digests.push(Expected { name: name.map(String::from), value, checksum }),
                None => return Err(wrong(header, name)),
            }
        }
        Ok(Self(digests))
    }

    /// Whether there is nothing to check.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes in more of the body.
    pub fn update(&mut self, bytes: &[u8]) {
        for Expected { checksum, .. } in &mut self.0 {
            checksum.update(bytes);
        }
    }

    /// Whether the body has them.
    pub fn finish(self) -> Result<(), Rejection> {
        for Expected { name, value, checksum } in self.0 {
            if checksum.finish() != value {
                return Err(mismatch(name.as_deref()));
            }
        }
        Ok(())
    }
}

fn mismatch(name: Option<&str>) -> Rejection {
    let kind = RejectionKind::ChecksumMismatch;
    match name {
        Some(name) => {
            let name = name.to_ascii_uppercase();
            reject(
                kind,
                &[Text("The "), Text(&name), Text(" you specified did not match the calculated checksum.")],
            )
        }
        None => reject(kind, &[Text("The Content-MD5 you specified did not match what we received.")]),
    }
}

#[cold]
fn invalid(header: &str) -> Rejection {
    if header == "content-md5" {
        return reject(RejectionKind::DigestInvalid, &[Text("The Content-MD5 you specified was invalid.")]);
    }
    let message = [Text("Value for "), Text(header), Text(" header is invalid.")];
    reject(RejectionKind::ChecksumInvalid, &message)
}
