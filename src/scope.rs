use alloc::vec::Vec;

use crate::Error;

/// The credential scope: what a signing key, and so a signature, is good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope<'a> {
    date: &'a str,
    region: &'a str,
    service: &'a str,
}

impl<'a> Scope<'a> {
    /// `date` is `YYYYMMDD`; region and service are signing names, such as `eu-west-1` and `execute-api`.
    pub fn new(date: &'a str, region: &'a str, service: &'a str) -> Result<Self, Error> {
        if !is_scope_part(region) {
            return Err(if region.is_empty() { Error::RegionRequired } else { Error::RegionInvalid });
        }
        if !is_scope_part(service) {
            return Err(if service.is_empty() { Error::ServiceRequired } else { Error::ServiceInvalid });
        }
        Ok(Self { date, region, service })
    }

    /// `YYYYMMDD`.
    pub fn date(&self) -> &'a str {
        self.date
    }

    /// Such as `eu-west-1`.
    pub fn region(&self) -> &'a str {
        self.region
    }

    /// Such as `execute-api`.
    pub fn service(&self) -> &'a str {
        self.service
    }

    /// Appends `date/region/service/aws4_request`.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        for part in [self.date, "/", self.region, "/", self.service, "/", TERMINATOR] {
            out.extend_from_slice(part.as_bytes());
        }
    }
}

/// The last part of every scope, and the last input of the key derivation.
pub(crate) const TERMINATOR: &str = "aws4_request";

fn is_scope_part(text: &str) -> bool {
    !text.is_empty() && !text.bytes().any(|byte| byte <= b' ' || byte == 0x7F || byte == b'/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_four_parts() {
        let mut text = Vec::new();
        Scope::new("20150830", "us-east-1", "iam").unwrap().write(&mut text);
        assert_eq!(text, b"20150830/us-east-1/iam/aws4_request");
    }

    #[test]
    fn refuses_parts_that_would_break_the_scope() {
        let refused = |region, service| Scope::new("20150830", region, service).unwrap_err();
        assert_eq!(refused("", "iam"), Error::RegionRequired);
        assert_eq!(refused("us-east-1", ""), Error::ServiceRequired);
        assert_eq!(refused("us/east", "iam"), Error::RegionInvalid);
        assert_eq!(refused("us-east-1", "iam\n"), Error::ServiceInvalid);
    }
}
