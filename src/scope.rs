//! The credential scope: date, region, service and `aws4_request`.

use alloc::vec::Vec;

use crate::Error;
use crate::text::{Put, contains, split};

/// The credential scope: the date, the region and the service for which a signing key, and so a signature, is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope<'a> {
    date: &'a str,
    region: &'a str,
    service: &'a str,
}

impl<'a> Scope<'a> {
    /// `date` is `YYYYMMDD`; region and service are signing names, such as `eu-west-1` and `execute-api`.
    ///
    /// ```
    /// use sigv4_wasm::{Error, Scope};
    ///
    /// assert!(Scope::new("20150830", "us-east-1", "iam").is_ok());
    /// assert_eq!(Scope::new("not/a date", "us-east-1", "iam"), Err(Error::DateInvalid));
    /// ```
    pub fn new(date: &'a str, region: &'a str, service: &'a str) -> Result<Self, Error> {
        if date.len() != 8 || !date.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(Error::DateInvalid);
        }
        let scope = Self { date, region, service };
        scope.text()?;
        Ok(scope)
    }

    pub(crate) fn text(&self) -> Result<Vec<u8>, Error> {
        let mut text = Vec::new();
        write(self.date.as_bytes(), Some(self.region.as_bytes()), self.service.as_bytes(), &mut text)?;
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

/// Appends `date/region/service/aws4_request`; SigV4a leaves the region out.
pub(crate) fn write(
    date: &[u8],
    region: Option<&[u8]>,
    service: &[u8],
    out: &mut impl Put,
) -> Result<(), Error> {
    out.put(date).put(b"/");
    if let Some(region) = region {
        if region.is_empty() {
            return Err(Error::RegionRequired);
        }
        if !is_part(region) {
            return Err(Error::RegionInvalid);
        }
        out.put(region).put(b"/");
    }
    if service.is_empty() {
        return Err(Error::ServiceRequired);
    }
    if !is_part(service) {
        return Err(Error::ServiceInvalid);
    }
    out.put(service).put(b"/aws4_request");
    Ok(())
}

/// Checks a region set of SigV4a: names or patterns, joined with commas.
pub(crate) fn check_region_set(regions: &[u8]) -> Result<(), Error> {
    if regions.is_empty() {
        return Err(Error::RegionRequired);
    }
    let is_valid = split(regions, b',').all(|region| !region.is_empty() && is_part(region));
    if is_valid { Ok(()) } else { Err(Error::RegionInvalid) }
}

fn is_part(text: &[u8]) -> bool {
    !contains(text, b'!', *b"//\x7F")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_four_parts() {
        let mut text = Vec::new();
        write(b"20150830", Some(b"us-east-1"), b"iam", &mut text).unwrap();
        assert_eq!(text, b"20150830/us-east-1/iam/aws4_request");
        text.clear();
        write(b"20150830", None, b"iam", &mut text).unwrap();
        assert_eq!(text, b"20150830/iam/aws4_request");
    }

    #[test]
    fn refuses_parts_that_would_break_the_scope() {
        let refused = |region, service| Scope::new("20150830", region, service).unwrap_err();
        assert_eq!(refused("", "iam"), Error::RegionRequired);
        assert_eq!(refused("us-east-1", ""), Error::ServiceRequired);
        assert_eq!(refused("us/east", "iam"), Error::RegionInvalid);
        assert_eq!(refused("us-east-1", "iam\n"), Error::ServiceInvalid);
    }

    #[test]
    fn refuses_what_is_no_date() {
        for date in ["", "not/a date", "2015-08-30", "20150830T", "2015083\u{661}", "2015083"] {
            assert_eq!(Scope::new(date, "us-east-1", "iam"), Err(Error::DateInvalid), "{date}");
        }
    }

    #[test]
    fn a_region_set_may_have_several_names_and_patterns() {
        for regions in ["*", "us-east-1", "us-east-1,us-west-*"] {
            assert_eq!(check_region_set(regions.as_bytes()), Ok(()));
        }
        assert_eq!(check_region_set(b""), Err(Error::RegionRequired));
        for regions in [",", "us-east-1,", "us-east-1, us-west-2", "a/b", "a\n"] {
            assert_eq!(check_region_set(regions.as_bytes()), Err(Error::RegionInvalid));
        }
    }
}
