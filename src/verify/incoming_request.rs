//! An incoming request, parsed: target, parameters, headers, hosts.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::latin1;
use super::rejection::Say::Text;
use super::rejection::{Rejection, malformed};
use super::words::SecretBytes;
use crate::Error;
use crate::canonical::{Entry, add, headers, query, sort};
use crate::request::is_token;
use crate::text::{contains, cut, has_blank, split};

/// A received request, borrowed, and well-formed. Trust only the parts that its signature covers.
pub struct IncomingRequest<'a> {
    pub(super) method: &'a [u8],
    pub(super) path: &'a [u8],
    /// As on the wire.
    #[cfg_attr(not(all(target_arch = "wasm32", feature = "mismatch")), allow(dead_code))]
    pub(super) query: &'a [u8],
    /// The parameters in the order given, each byte in its one spelling: `name=value&name=value&`. It may hold a token.
    parameters: SecretBytes,
    /// The headers, sorted by name; those of one name in the order given.
    headers: Vec<Entry<'a>>,
    scheme: &'a [u8],
    /// Of an absolute target, in lower case.
    authority: Vec<u8>,
    /// The value of a `Host` header that there is not, from elsewhere.
    host: Vec<u8>,
    form: TargetForm,
    has_fragment: bool,
}

/// Where a target comes from.
#[derive(Clone, Copy, PartialEq, Eq)]
#[allow(dead_code)] // the others are those of JavaScript
pub(crate) enum TargetForm {
    /// The request line, which has no fragment.
    Line,
    /// A URL that somebody wrote.
    Url,
    /// A URL that the platform put together, from the `Host` header among others.
    OfPlatform,
}

impl<'a> IncomingRequest<'a> {
    /// `target` is that of the request line: a path with its query, or an absolute URL. Names of headers are in lower case, as
    /// in the crate `http`, in the order in which they arrived; values are bytes. Pseudo-headers of HTTP/2, such as
    /// `:authority`, may be among them.
    ///
    /// ```
    /// use sigv4_wasm::verify::IncomingRequest;
    ///
    /// let headers: [(&[u8], &[u8]); 1] = [(b"host", b"example.com")];
    /// assert!(IncomingRequest::new(b"GET", b"/orders?page=2", headers).is_ok());
    /// assert!(IncomingRequest::new(b"GET /", b"/orders", headers).is_err());
    /// ```
    pub fn new(
        method: &'a [u8],
        target: &'a [u8],
        headers: impl IntoIterator<Item = (&'a [u8], &'a [u8])>,
    ) -> Result<Self, Error> {
        let mut entries = Vec::new();
        for (order, (name, value)) in headers.into_iter().enumerate() {
            add(&mut entries, name, order, value);
        }
        Self::checked(method, target, TargetForm::Line, entries)
    }

    fn checked(
        method: &'a [u8],
        target: &'a [u8],
        form: TargetForm,
        headers: Vec<Entry<'a>>,
    ) -> Result<Self, Error> {
        for header in &headers {
            if contains(header.value, 0, *b"\r\n\0") {
                return Err(Error::HeaderValueInvalid(header.order));
            }
        }
        Self::parse(method, target, form, headers)
    }

    /// For headers whose values hold no CR, LF or NUL.
    pub(crate) fn parse(
        method: &'a [u8],
        target: &'a [u8],
        form: TargetForm,
        mut headers: Vec<Entry<'a>>,
    ) -> Result<Self, Error> {
        for header in &headers {
            let name = header.key.strip_prefix(b":").unwrap_or(header.key);
            if !is_token(name) || name.iter().any(u8::is_ascii_uppercase) {
                return Err(Error::HeaderNameInvalid(header.order));
            }
        }
        if !is_token(method) {
            return Err(Error::MethodInvalid);
        }
        sort(&mut headers);
        let has_fragment = form == TargetForm::Line && target.contains(&b'#');
        let (scheme, authority, target) = split_target(cut(target, b'#').0);
        let (path, query) = cut(target, b'?');
        let mut parameters = SecretBytes(Vec::new());
        query::push_wire(query, false, &mut parameters.0);
        let authority = host_of(authority);
        let mut request = Self {
            method,
            path,
            query,
            parameters,
            headers,
            scheme,
            authority,
            host: Vec::new(),
            form,
            has_fragment,
        };
        if request.header(b"host").is_none() {
            // HTTP/2 has it elsewhere, and fetch takes it out.
            request.host = match request.header(b":authority") {
                Some(authority) => authority.into_owned(),
                None => without_default_port(&request.authority, scheme).to_vec(),
            };
        }
        Ok(request)
    }

    /// No client sends one. Code that reads the path differently would read a part that is not signed.
    pub(super) fn check_fragment(&self) -> Result<(), Rejection> {
        if self.has_fragment {
            return Err(malformed(&[Text("A fragment (from # on) is not part of a request.")]));
        }
        Ok(())
    }

    /// The parameters in the order given, each byte in its one spelling.
    pub(super) fn parameters(&self) -> impl Iterator<Item = (&[u8], &[u8])> {
        let parts = split(&self.parameters.0, b'&').filter(|part| !part.is_empty());
        parts.map(|part| cut(part, b'='))
    }

    /// The headers, sorted by name.
    pub(super) fn headers(&self) -> &[Entry<'a>] {
        &self.headers
    }

    /// The headers of a name, in the order given.
    pub(super) fn headers_named(&self, name: &[u8]) -> &[Entry<'a>] {
        let start = self.headers.partition_point(|header| header.key < name);
        let rest = self.headers.get(start..).unwrap_or_default();
        let count = rest.iter().take_while(|header| header.key == name).count();
        rest.get(..count).unwrap_or_default()
    }

    /// The canonical value of a header: those of one name joined with a comma.
    pub(super) fn header(&self, name: &[u8]) -> Option<Cow<'a, [u8]>> {
        match self.headers_named(name) {
            [] => None,
            [one] if !has_blank(one.value) => Some(Cow::Borrowed(one.value)),
            several => {
                let mut joined = Vec::new();
                for (count, header) in several.iter().enumerate() {
                    if count > 0 {
                        joined.push(b',');
                    }
                    headers::write_value(header.value, &mut joined);
                }
                Some(Cow::Owned(joined))
            }
        }
    }

    /// Likewise, as text.
    pub(super) fn header_text(&self, name: &[u8]) -> Option<Cow<'a, str>> {
        Some(match self.header(name)? {
            Cow::Borrowed(value) => latin1::decode(value),
            Cow::Owned(value) => Cow::Owned(latin1::decode(&value).into_owned()),
        })
    }

    /// The value of `host` where no header of that name arrived.
    pub(super) fn host_from_elsewhere(&self) -> Option<&[u8]> {
        Some(&self.host[..]).filter(|host| !host.is_empty())
    }

    /// Whether nothing but one header names the host, as in nearly all requests.
    pub(super) fn has_one_host(&self) -> bool {
        let count = self.headers_named(b"host").len() + self.headers_named(b":authority").len();
        let has_target_host = self.form != TargetForm::OfPlatform && !self.authority.is_empty();
        count + usize::from(has_target_host) <= 1
    }

    /// Every name that the request gives its host: in the request line, in the header, in `:authority`. Names that are the same
    /// except for case and the default port count once.
    pub(super) fn hosts(&self) -> Vec<Cow<'_, str>> {
        let mut named = Vec::new();
        if self.form != TargetForm::OfPlatform && !self.authority.is_empty() {
            add(&mut named, b"", 0, &self.authority);
        }
        for name in [&b":authority"[..], b"host"] {
            for header in self.headers_named(name) {
                add(&mut named, b"", header.order + 1, trim(header.value));
            }
        }
        let first = named.first().map(|host| host.value);
        if named.iter().all(|host| Some(host.value) == first) {
            return first.map(latin1::decode).into_iter().collect();
        }
        sort(&mut named);
        let scheme = self.header(b":scheme").unwrap_or(Cow::Borrowed(self.scheme));
        let mut hosts: Vec<Cow<'_, str>> = Vec::new();
        for host in named {
            let lower: Vec<u8> = host.value.iter().map(|byte| latin1::to_lower(*byte)).collect();
            let host = latin1::decode(without_default_port(&lower, &scheme)).into_owned();
            if !hosts.iter().any(|known| *known == host) {
                hosts.push(Cow::Owned(host));
            }
        }
        hosts
    }
}

/// Scheme, authority, and path with query; of what is not absolute, the last only.
fn split_target(target: &[u8]) -> (&[u8], &[u8], &[u8]) {
    for scheme in [&b"https"[..], b"http", b"wss", b"ws"] {
        let Some((start, rest)) = target.split_at_checked(scheme.len()) else { continue };
        if let (true, Some(rest)) = (start.eq_ignore_ascii_case(scheme), rest.strip_prefix(b"://")) {
            let end = rest.iter().position(|byte| matches!(byte, b'/' | b'?')).unwrap_or(rest.len());
            let (authority, target) = rest.split_at_checked(end).unwrap_or_default();
            return (start, authority, target);
        }
    }
    (b"", b"", target)
}

/// Of an authority, in lower case, without user and password.
fn host_of(authority: &[u8]) -> Vec<u8> {
    let start = authority.iter().rposition(|byte| *byte == b'@').map_or(0, |at| at + 1);
    let host = authority.get(start..).unwrap_or_default();
    host.iter().map(|byte| latin1::to_lower(*byte)).collect()
}

fn without_default_port<'h>(host: &'h [u8], scheme: &[u8]) -> &'h [u8] {
    if scheme.is_empty() {
        return host;
    }
    let is_secure = scheme.eq_ignore_ascii_case(b"https") || scheme.eq_ignore_ascii_case(b"wss");
    host.strip_suffix(if is_secure { &b":443"[..] } else { b":80" }).unwrap_or(host)
}

/// As `latin1::is_space` has it.
fn trim(mut value: &[u8]) -> &[u8] {
    let is_space = |byte: &u8| latin1::is_space(char::from(*byte));
    while let [first, rest @ ..] = value
        && is_space(first)
    {
        value = rest;
    }
    while let [rest @ .., last] = value
        && is_space(last)
    {
        value = rest;
    }
    value
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;

    fn hosts(target: &str, form: TargetForm, headers: &[(&str, &str)]) -> Vec<String> {
        let headers = headers.iter().enumerate();
        let headers = headers.map(|(order, (name, value))| Entry {
            key: name.as_bytes(),
            order,
            value: value.as_bytes(),
        });
        let request = IncomingRequest::parse(b"GET", target.as_bytes(), form, headers.collect()).unwrap();
        request.hosts().into_iter().map(Cow::into_owned).collect()
    }

    #[test]
    fn takes_an_absolute_target_apart() {
        for (target, expected) in [
            ("/a?b", ("", "", "/a?b")),
            ("https://example.com/a", ("https", "example.com", "/a")),
            ("WSS://u:p@Example.com:443?x", ("WSS", "u:p@Example.com:443", "?x")),
            ("http://example.com", ("http", "example.com", "")),
            ("ftp://example.com/a", ("", "", "ftp://example.com/a")),
            ("https:/a", ("", "", "https:/a")),
        ] {
            let (scheme, authority, rest) = expected;
            let expected = (scheme.as_bytes(), authority.as_bytes(), rest.as_bytes());
            assert_eq!(split_target(target.as_bytes()), expected, "{target}");
        }
        assert_eq!(host_of(b"u:p@w@Example.com:443"), b"example.com:443");
    }

    #[test]
    fn counts_the_names_of_a_host_once_each() {
        let line = TargetForm::Line;
        assert_eq!(hosts("/", line, &[("host", "a.example")]), ["a.example"]);
        assert_eq!(hosts("/", line, &[("host", "A.example "), ("host", "a.example")]), ["a.example"]);
        assert_eq!(hosts("https://a.example/", line, &[("host", "a.example:443")]), ["a.example"]);
        assert_eq!(hosts("https://b.example/", line, &[("host", "a.example")]), ["b.example", "a.example"]);
        assert!(hosts("/", line, &[]).is_empty());
        let two = [("host", "a.example"), (":authority", "b.example"), (":scheme", "https")];
        assert_eq!(hosts("/", line, &two), ["a.example", "b.example"]);
        let two = [("host", "a.example:80"), (":authority", "a.example"), (":scheme", "http")];
        assert_eq!(hosts("/", line, &two), ["a.example"]);
        // `fetch` writes the URL from the header.
        assert_eq!(
            hosts("https://b.example/", TargetForm::OfPlatform, &[("host", "a.example")]),
            ["a.example"]
        );
    }

    #[test]
    fn a_host_from_elsewhere_stands_for_the_header() {
        let host = |target: &'static str, headers: &[(&'static [u8], &'static [u8])]| {
            let request = IncomingRequest::new(b"GET", target.as_bytes(), headers.iter().copied()).unwrap();
            request.host_from_elsewhere().map(<[u8]>::to_vec)
        };
        assert_eq!(host("https://A.example:443/", &[]), Some(b"a.example".to_vec()));
        assert_eq!(host("https://A.example:443/", &[(b"host", b"b")]), None);
        assert_eq!(host("/", &[(b":authority", b"b.example:8080")]), Some(b"b.example:8080".to_vec()));
        assert_eq!(host("/", &[]), None);
    }

    #[test]
    fn refuses_what_no_request_can_hold() {
        let parse = |method: &'static [u8], name: &'static [u8], value: &'static [u8]| {
            IncomingRequest::new(method, b"/", [(name, value)]).map(|_| ())
        };
        assert_eq!(parse(b"GET", b"a", b"\xE9"), Ok(()));
        assert_eq!(parse(b"GET", b":path", b"/"), Ok(()));
        assert_eq!(parse(b"GET\n", b"a", b""), Err(Error::MethodInvalid));
        assert_eq!(parse(b"", b"a", b""), Err(Error::MethodInvalid));
        for name in [&b""[..], b":", b"::a", b"a b", b"A", b"a\xE9"] {
            assert_eq!(parse(b"GET", name, b""), Err(Error::HeaderNameInvalid(0)));
        }
        for value in [&b"\0"[..], b"a\r", b"\nb"] {
            assert_eq!(parse(b"GET", b"a", value), Err(Error::HeaderValueInvalid(0)));
        }
    }
}
