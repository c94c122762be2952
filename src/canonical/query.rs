//! The canonical query string.

use alloc::vec::Vec;

use super::{Entry, encode, sort};

/// Collects parameters in canonical encoding; `write` then puts them in order.
///
/// Sorted by encoded key and then encoded value; repeated keys all stay.
#[derive(Default)]
pub(crate) struct Query {
    encoded: Vec<u8>,
    /// Start of the key, end of the key, end of the value, in `encoded`.
    bounds: Vec<(usize, usize, usize)>,
}

impl Query {
    /// The parameters of a URL: split at `&`, empty parts dropped, and at the first `=`; `+` is a space.
    /// `keep` decides by encoded key.
    pub(crate) fn push_wire(&mut self, query: &str, keep: impl Fn(&[u8]) -> bool) {
        for part in query.as_bytes().split(|byte| *byte == b'&') {
            if part.is_empty() {
                continue;
            }
            let (key, value) = match part.iter().position(|byte| *byte == b'=') {
                Some(at) => (part.get(..at).unwrap_or_default(), part.get(at + 1..).unwrap_or_default()),
                None => (part, &[][..]),
            };
            let start = self.encoded.len();
            encode::normalize(key, false, true, &mut self.encoded);
            let key_end = self.encoded.len();
            if !keep(self.encoded.get(start..).unwrap_or_default()) {
                self.encoded.truncate(start);
                continue;
            }
            encode::normalize(value, false, true, &mut self.encoded);
            self.bounds.push((start, key_end, self.encoded.len()));
        }
    }

    /// A parameter that the signer adds; key and value as they are before encoding.
    pub(crate) fn push(&mut self, key: &[u8], value: &[u8]) {
        let start = self.encoded.len();
        encode::encode(key, false, &mut self.encoded);
        let key_end = self.encoded.len();
        encode::encode(value, false, &mut self.encoded);
        self.bounds.push((start, key_end, self.encoded.len()));
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        let entries: Vec<Entry<'_>> = self
            .bounds
            .iter()
            .map(|&(start, key_end, end)| Entry {
                key: self.encoded.get(start..key_end).unwrap_or_default(),
                order: 0,
                value: self.encoded.get(key_end..end).unwrap_or_default(),
            })
            .collect();
        for (index, entry) in sort(entries).iter().enumerate() {
            if index > 0 {
                out.push(b'&');
            }
            out.extend_from_slice(entry.key);
            out.push(b'=');
            out.extend_from_slice(entry.value);
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;

    fn canonical(query: &str) -> String {
        let mut parameters = Query::default();
        parameters.push_wire(query, |_| true);
        let mut out = Vec::new();
        parameters.write(&mut out);
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
