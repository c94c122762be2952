//! The canonical query string.

use super::encode::{Decode, encode};
use super::{Entry, sort};
use crate::Error;
use crate::endpoint::{SESSION_TOKEN_NAMES, SESSION_TOKEN_PARAMETERS};
use crate::packed_table::{Table, joined, table};
use crate::request::MAX_PARAMETERS;
use crate::sign::arena::List;
use crate::text::{Put, cut, split};

/// Adds the parameters of a URL to `parameters`: split at `&`, empty parts dropped, and at the first `=`; `+` is a space.
///
/// A URL that is already presigned is presigned again, without the parameters of its old signature.
///
/// Returns whether any of them was not in the canonical spelling; an `=` may be missing.
pub(crate) fn push_wire(query: &[u8], presigned: bool, parameters: &mut impl Put) -> bool {
    let mut is_respelled = false;
    for part in split(query, b'&').filter(|part| !part.is_empty()) {
        let (key, value) = cut(part, b'=');
        let start = parameters.written().len();
        push(key, value, Decode::Form, parameters);
        let pushed = parameters.written_mut().get_mut(start..).unwrap_or_default();
        is_respelled |= !pushed.starts_with(part) || pushed.len() > part.len() + 2;
        if presigned && is_of_signature(pushed) {
            pushed.fill(0); // it may be a token
            parameters.shorten(start);
        }
    }
    is_respelled
}

/// Adds one parameter in canonical encoding, in which `=` and `&` are only separators.
#[inline(never)]
pub(crate) fn push(key: &[u8], value: &[u8], decode: Decode, parameters: &mut impl Put) {
    encode(key, decode, false, parameters);
    parameters.put(b"=");
    encode(value, decode, false, parameters);
    parameters.put(b"&");
}

/// Writes the parameters in order, by encoded key and then encoded value; repeated keys are kept. Returns whether a key
/// repeats.
pub(crate) fn write<'m>(parameters: &'m [u8], mut list: List<'m>, out: &mut impl Put) -> Result<bool, Error> {
    for parameter in split(parameters, b'&').filter(|parameter| !parameter.is_empty()) {
        let (key, value) = cut(parameter, b'=');
        list.add(key, 0, value);
    }
    let entries = list.finish()?;
    sort(entries);
    Ok(write_sorted(entries, out))
}

/// An upper bound for the number of parameters in a text, capped at the maximum of a request: for the size of a list.
pub(crate) fn most_parameters(text: &[u8]) -> usize {
    MAX_PARAMETERS.min(split(text, b'&').count())
}

/// The same for sorted parameters.
pub(crate) fn write_sorted(parameters: &[Entry<'_>], out: &mut impl Put) -> bool {
    let (mut last, mut repeats) = (None, false);
    for parameter in parameters {
        if last.is_some() {
            out.put(b"&");
        }
        repeats |= last == Some(parameter.key);
        last = Some(parameter.key);
        out.put(parameter.key).put(b"=").put(parameter.value);
    }
    repeats
}

fn is_of_signature(parameter: &[u8]) -> bool {
    let (key, _) = cut(parameter, b'=');
    SIGNATURE_PARAMETERS.texts().any(|known| known.eq_ignore_ascii_case(key))
}

/// The parameters of a signature in a query.
pub(crate) const SIGNATURE_PARAMETERS: Table = table!(SIGNATURE_PARAMETER_NAMES);

/// Likewise. The verifier knows the first ones by their places.
pub(crate) const SIGNATURE_PARAMETER_NAMES: [&str; 7 + SESSION_TOKEN_NAMES] = joined(
    &[
        "X-Amz-Algorithm",
        "X-Amz-Credential",
        "X-Amz-Signature",
        "X-Amz-Date",
        "X-Amz-Expires",
        "X-Amz-SignedHeaders",
        "X-Amz-Region-Set",
    ],
    &SESSION_TOKEN_PARAMETERS,
);

/// Added by presigners of the AWS SDKs: not part of a signature, but dropped with an old one.
#[cfg(feature = "tables")]
pub(crate) const PAYLOAD_PARAMETER: &str = "X-Amz-Content-Sha256";

#[cfg(test)]
mod tests {
    use alloc::string::String;
    use alloc::vec;
    use alloc::vec::Vec;

    use super::*;
    use crate::sign::arena::{Arena, Lists};

    fn canonical(query: &str) -> String {
        let mut parameters = Vec::new();
        push_wire(query.as_bytes(), false, &mut parameters);
        written(&parameters).unwrap().0
    }

    fn written(parameters: &[u8]) -> Result<(String, bool), Error> {
        let mut entries = vec![Entry::default(); most_parameters(parameters)];
        let list = Arena::new(&mut [], Lists::In(&mut entries)).list(MAX_PARAMETERS);
        let mut out = Vec::new();
        let repeats = write(parameters, list, &mut out)?;
        Ok((String::from_utf8(out).unwrap(), repeats))
    }

    #[test]
    fn tells_what_servers_may_read_in_two_ways() {
        for (wire, is_respelled) in [
            ("", false),
            ("acl", false),
            ("acl&a=1&b=%2B", false),
            ("a=", false),
            ("a=%2b", true),
            ("a=(", true),
            ("a%", true),
            ("a=%", true),
            ("a=b=c", true),
            ("a+b", true),
            ("%61=1", true),
        ] {
            assert_eq!(push_wire(wire.as_bytes(), false, &mut Vec::new()), is_respelled, "{wire}");
        }
        assert_eq!(written(b"a=2&b=1&a=1&"), Ok(("a=1&a=2&b=1".into(), true)));
        assert_eq!(written(b"a=1&b=1&"), Ok(("a=1&b=1".into(), false)));
        assert!(written("a=&".repeat(MAX_PARAMETERS).as_bytes()).is_ok());
        assert_eq!(written("a=&".repeat(MAX_PARAMETERS + 1).as_bytes()), Err(Error::LimitExceeded));
    }

    #[test]
    fn sorts_by_key_then_value_after_encoding() {
        for (wire, expected) in [
            ("", ""),
            ("&&", ""),
            ("b=1&a=2", "a=2&b=1"),
            ("a=b&a=B&a=", "a=&a=B&a=b"),
            ("a-b=1&a=2", "a=2&a-b=1"),
            ("a", "a="),
            ("=v", "=v"),
            ("a==b", "a=%3Db"),
            ("a=x+y&b=x%2By", "a=x%20y&b=x%2By"),
            ("%E4=1&z=2&%c3%bc=3", "%C3%BC=3&%E4=1&z=2"),
            ("a[]=1&a[]=0", "a%5B%5D=0&a%5B%5D=1"),
        ] {
            assert_eq!(canonical(wire), expected, "{wire}");
        }
    }
}
