//! What the search says of a request that arrived: nothing is wrong with what a verifier takes, and its parameters are those that
//! were sent.

use arbitrary::Arbitrary;
use sigv4_wasm::fuzzing::examine;
use sigv4_wasm::verify::{IncomingRequest, Verifier};

use crate::NOW;
use crate::incoming::Authorization;
use crate::input;

#[derive(Arbitrary, Debug)]
struct Input {
    method: Vec<u8>,
    target: Vec<u8>,
    headers: Vec<(Vec<u8>, Vec<u8>)>,
    authorization: Authorization,
    is_any: bool,
    late: i16,
}

/// Bytes as the request line and headers.
pub fn run(data: &[u8]) {
    let Some(mut input) = input::<Input>(data) else { return };
    input.authorization.write(&mut input.target, &mut input.headers);
    let request = || {
        let headers = input.headers.iter().map(|(name, value)| (&name[..], &value[..]));
        IncomingRequest::new(&input.method, &input.target, headers)
    };
    let (Ok(one), Ok(other)) = (request(), request()) else { return };
    let verifier = if input.is_any { Verifier::any() } else { Verifier::new("eu-west-1", "execute-api") };
    let verifier = verifier.body_required(false);
    let now = (NOW + i64::from(input.late)) * 1000;
    let examined = examine(one, &verifier, now);
    let begun = verifier.begin(other, now);
    let Ok(examined) = examined else {
        assert!(begun.is_err(), "a verifier takes what cannot be examined");
        return;
    };
    crate::completed();
    if begun.is_ok() {
        // That verifier takes requests without a hash of their body.
        let problems: Vec<_> = examined.problems.iter().filter(|name| **name != "payload").collect();
        assert!(problems.is_empty(), "a verifier takes a request with these problems: {problems:?}");
    }
    if input.target.starts_with(b"/") {
        let sent: String = input.target.iter().map(|byte| char::from(*byte)).collect();
        let (path, query) = sent.split_once('?').unwrap_or((&sent, ""));
        assert_eq!((&*examined.path, &*examined.query), (path, query));
    }
    let known: Vec<&str> = examined.query.split('&').filter(|part| !part.is_empty()).collect();
    let mut rest = known.iter();
    for (name, value) in &examined.parameters {
        let sent = value.as_ref().map_or_else(|| name.clone(), |value| format!("{name}={value}"));
        assert!(rest.any(|part| **part == sent), "{sent:?} was not sent, or not there: {known:?}");
    }
    assert!(examined.parameters.len() + 2 >= known.len(), "a parameter is missing: {known:?}");
    let mut names = examined.headers.clone();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), examined.headers.len(), "a header is there twice");
}
