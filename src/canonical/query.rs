//! The canonical query string.

use alloc::vec::Vec;

use super::encode::{Decode, encode};
use super::{add, sort};
use crate::table::{Table, table};
use crate::text::{Put, cut, split};

/// Adds the parameters of a URL to `parameters`: split at `&`, empty parts dropped, and at the first `=`; `+` is a space.
///
/// A URL that was presigned before is presigned afresh, without the parameters of its old signature.
pub(crate) fn push_wire(query: &[u8], presigned: bool, parameters: &mut Vec<u8>) {
    for part in split(query, b'&').filter(|part| !part.is_empty()) {
        let (key, value) = cut(part, b'=');
        let start = parameters.len();
        push(key, value, Decode::Form, parameters);
        if presigned && is_of_signature(parameters.get(start..).unwrap_or_default()) {
            parameters.truncate(start);
        }
    }
}

/// Adds one parameter in canonical encoding, which leaves `=` and `&` to stand for nothing but themselves.
#[inline(never)]
pub(crate) fn push(key: &[u8], value: &[u8], decode: Decode, parameters: &mut Vec<u8>) {
    encode(key, decode, false, parameters);
    parameters.put(b"=");
    encode(value, decode, false, parameters);
    parameters.put(b"&");
}

/// Writes the parameters in order: by encoded key and then encoded value; repeated keys all stay.
pub(crate) fn write(parameters: &[u8], out: &mut Vec<u8>) {
    let mut entries = Vec::new();
    for parameter in split(parameters, b'&').filter(|parameter| !parameter.is_empty()) {
        let (key, value) = cut(parameter, b'=');
        add(&mut entries, key, 0, value);
    }
    sort(&mut entries);
    for entry in entries {
        if !out.is_empty() {
            out.put(b"&");
        }
        out.put(entry.key).put(b"=").put(entry.value);
    }
}

fn is_of_signature(parameter: &[u8]) -> bool {
    let (key, _) = cut(parameter, b'=');
    SIGNATURE_PARAMETERS.texts().any(|known| known.eq_ignore_ascii_case(key))
}

const SIGNATURE_PARAMETERS: Table = table![
    ["X-Amz-Algorithm"],
    ["X-Amz-Credential"],
    ["X-Amz-Date"],
    ["X-Amz-Expires"],
    ["X-Amz-SignedHeaders"],
    ["X-Amz-Signature"],
    ["X-Amz-Security-Token"],
    ["X-Amz-S3session-Token"],
    ["X-Amz-Region-Set"],
];

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;

    fn canonical(query: &str) -> String {
        let (mut parameters, mut out) = (Vec::new(), Vec::new());
        push_wire(query.as_bytes(), false, &mut parameters);
        write(&parameters, &mut out);
        String::from_utf8(out).unwrap()
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
