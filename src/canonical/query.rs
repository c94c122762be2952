//! The canonical query string.

use alloc::vec::Vec;

use super::encode::{Decode, encode};
use super::{Entry, add, sort};
use crate::Error;
use crate::endpoint::{SESSION_TOKEN_NAMES, SESSION_TOKEN_PARAMETERS};
use crate::packed_table::{Table, joined, table};
use crate::request::MAX_PARAMETERS;
use crate::text::{Put, cut, split};

/// Adds the parameters of a URL to `parameters`: split at `&`, empty parts dropped, and at the first `=`; `+` is a space.
///
/// A URL that was presigned before is presigned afresh, without the parameters of its old signature.
///
/// Returns whether any of them was spelled in another way than the canonical one; an `=` may be missing.
pub(crate) fn push_wire(query: &[u8], presigned: bool, parameters: &mut Vec<u8>) -> bool {
    let mut is_respelled = false;
    for part in split(query, b'&').filter(|part| !part.is_empty()) {
        let (key, value) = cut(part, b'=');
        let start = parameters.len();
        push(key, value, Decode::Form, parameters);
        let pushed = parameters.get_mut(start..).unwrap_or_default();
        is_respelled |= !pushed.starts_with(part) || pushed.len() > part.len() + 2;
        if presigned && is_of_signature(pushed) {
            pushed.fill(0); // it may be a token
            parameters.truncate(start);
        }
    }
    is_respelled
}

/// Adds one parameter in canonical encoding, which leaves `=` and `&` to stand for nothing but themselves.
#[inline(never)]
pub(crate) fn push(key: &[u8], value: &[u8], decode: Decode, parameters: &mut Vec<u8>) {
    encode(key, decode, false, parameters);
    parameters.put(b"=");
    encode(value, decode, false, parameters);
    parameters.put(b"&");
}

/// Writes the parameters in order: by encoded key and then encoded value; repeated keys all stay. Returns whether a key
/// repeats.
pub(crate) fn write(parameters: &[u8], out: &mut Vec<u8>) -> Result<bool, Error> {
    let mut entries = Vec::new();
    for parameter in split(parameters, b'&').filter(|parameter| !parameter.is_empty()) {
        let (key, value) = cut(parameter, b'=');
        add(&mut entries, key, 0, value);
    }
    if entries.len() > MAX_PARAMETERS {
        return Err(Error::LimitExceeded);
    }
    sort(&mut entries);
    Ok(write_sorted(&entries, out))
}

/// Likewise, of parameters that are sorted.
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

/// What a signature in a query is made of.
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

/// Added by presigners of the AWS SDKs: no part of a signature, but dropped with an old one.
#[cfg(feature = "tables")]
pub(crate) const PAYLOAD_PARAMETER: &str = "X-Amz-Content-Sha256";

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;

    fn canonical(query: &str) -> String {
        let (mut parameters, mut out) = (Vec::new(), Vec::new());
        push_wire(query.as_bytes(), false, &mut parameters);
        write(&parameters, &mut out).unwrap();
        String::from_utf8(out).unwrap()
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
        assert_eq!(write(b"a=2&b=1&a=1&", &mut Vec::new()), Ok(true));
        assert_eq!(write(b"a=1&b=1&", &mut Vec::new()), Ok(false));
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
