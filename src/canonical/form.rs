//! The pieces of a canonical request, one at a time, for JavaScript, which does not implement the rules itself.

use super::encode::{Decode, encode};
use super::path::{PathEncoding, PathNormalization};
use super::{headers, path, query};
use crate::Error;
use crate::sign::arena::Arena;

/// The kind of a text, which decides its canonical form. Texts are bytes, and need not be UTF-8.
#[derive(Clone, Copy)]
#[repr(u32)]
pub(crate) enum Form {
    /// A path as sent on the wire, for all services except for S3.
    Path,
    /// Likewise, without its dot segments and empty segments, and not yet encoded.
    NormalizedPath,
    /// Likewise, encoded once more, and not normalized.
    DoubleEncodedPath,
    /// Likewise, for S3.
    SingleEncodedPath,
    /// A query as sent on the wire.
    Query,
    /// A name or a value in the query, in which `+` does not stand for a space.
    Escapes,
    /// The value of a header.
    HeaderValue,
}

impl Form {
    const ALL: [Self; 7] = [
        Self::Path,
        Self::NormalizedPath,
        Self::DoubleEncodedPath,
        Self::SingleEncodedPath,
        Self::Query,
        Self::Escapes,
        Self::HeaderValue,
    ];

    /// The names of all forms, in the order of their numbers.
    #[cfg(any(test, feature = "tables"))]
    pub(crate) const NAMES: [&str; Self::ALL.len()] = [
        "path",
        "normalizedPath",
        "doubleEncodedPath",
        "singleEncodedPath",
        "query",
        "escapes",
        "headerValue",
    ];

    pub(crate) fn from_number(number: u32) -> Option<Self> {
        Self::ALL.get(number as usize).copied()
    }

    /// Writes the canonical form. The arena needs as many entries as a query has parameters.
    pub(crate) fn write(self, text: &[u8], out: &mut Arena<'_>) -> Result<(), Error> {
        let (encoding, normalization) = match self {
            Self::Path => (PathEncoding::Double, PathNormalization::Enabled),
            Self::DoubleEncodedPath => (PathEncoding::Double, PathNormalization::Disabled),
            Self::SingleEncodedPath => (PathEncoding::Single, PathNormalization::Disabled),
            Self::NormalizedPath => {
                path::write_normalized(text, out);
                return Ok(());
            }
            Self::Query => {
                query::push_wire(text, false, out);
                let (parameters, _) = out.finish();
                let list = out.list(query::most_parameters(parameters));
                return query::write(parameters, list, out).map(|_| ());
            }
            Self::Escapes => {
                encode(text, Decode::Escapes, false, out);
                return Ok(());
            }
            Self::HeaderValue => {
                headers::write_value(text, out);
                return Ok(());
            }
        };
        path::write(text, encoding, normalization, out);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::{String, ToString};
    use alloc::vec;

    use super::*;
    use crate::canonical::Entry;
    use crate::sign::arena::Lists;

    fn written(form: Form, text: &str) -> Result<String, Error> {
        let mut memory = vec![0; 1000 + 10 * text.len()];
        let mut entries = vec![Entry::default(); query::most_parameters(text.as_bytes())];
        let mut arena = Arena::new(&mut memory, Lists::In(&mut entries));
        form.write(text.as_bytes(), &mut arena)?;
        Ok(str::from_utf8(arena.finish().0).unwrap().to_string())
    }

    #[test]
    fn writes_each_piece_in_its_canonical_form() {
        for (name, text, canonical) in [
            ("path", "/a/../b//c%20d/", "/b/c%2520d/"),
            ("path", "", "/"),
            ("normalizedPath", "/a/../b//c%20d/", "/b/c%20d/"),
            ("doubleEncodedPath", "/a/../b%20", "/a/../b%2520"),
            ("singleEncodedPath", "/a/../b%2Bc%2fd", "/a/../b%2Bc/d"),
            ("query", "b=x+y&a-b=1&a=%7e&a", "a=&a=~&a-b=1&b=x%20y"),
            ("escapes", "a+b%2b%7E%/", "a%2Bb%2B~%25%2F"),
            ("headerValue", " a \t b ", "a b"),
        ] {
            let number = Form::NAMES.iter().position(|known| *known == name).unwrap();
            let form = Form::from_number(number as u32).unwrap();
            assert_eq!(written(form, text).unwrap(), canonical, "{name} {text}");
        }
        assert!(Form::from_number(Form::NAMES.len() as u32).is_none());
        let parameters = "a&".repeat(10_001);
        assert_eq!(written(Form::Query, &parameters), Err(Error::LimitExceeded));
    }
}
