use alloc::vec::Vec;

use crate::Error;
use crate::text::{Put, contains};

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
        let scope = Self { date, region, service };
        scope.text()?;
        Ok(scope)
    }

    pub(crate) fn text(&self) -> Result<Vec<u8>, Error> {
        let mut text = Vec::new();
        write(self.date.as_bytes(), self.region.as_bytes(), self.service.as_bytes(), &mut text)?;
        Ok(text)
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
}

/// Appends `date/region/service/aws4_request`.
pub(crate) fn write(date: &[u8], region: &[u8], service: &[u8], out: &mut Vec<u8>) -> Result<(), Error> {
    let is_part = |text| !contains(text, b'!', b"/\x7F");
    match (region, service) {
        (b"", _) => return Err(Error::RegionRequired),
        _ if !is_part(region) => return Err(Error::RegionInvalid),
        (_, b"") => return Err(Error::ServiceRequired),
        _ if !is_part(service) => return Err(Error::ServiceInvalid),
        _ => {}
    }
    out.put(date).put(b"/").put(region).put(b"/").put(service).put(b"/aws4_request");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_four_parts() {
        let mut text = Vec::new();
        write(b"20150830", b"us-east-1", b"iam", &mut text).unwrap();
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
