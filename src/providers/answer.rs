//! Responses, and the parts of them that errors may show.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt::Write;

use http::Response;
use serde_json::Value;
use zeroize::Zeroize;

/// Status and body. The body may contain secrets and is wiped on drop.
pub(super) struct Answer {
    pub(super) status: u16,
    body: Vec<u8>,
}

impl Answer {
    pub(super) fn of(response: Response<Vec<u8>>) -> Self {
        Self { status: response.status().as_u16(), body: response.into_body() }
    }

    /// Empty if the body is not UTF-8.
    pub(super) fn text(&self) -> &str {
        str::from_utf8(&self.body).unwrap_or_default()
    }

    /// `null` if the body is not JSON.
    pub(super) fn json(&self) -> Json {
        Json(serde_json::from_slice(&self.body).unwrap_or_default())
    }

    /// Describes an error response in JSON. `confidential` lists the secrets of the request, which the response may repeat.
    pub(super) fn refusal(&self, confidential: &[&str]) -> String {
        let json = self.json();
        let code = ["__type", "Code", "code"].into_iter().find_map(|name| json.text(name));
        let message = ["message", "Message"].into_iter().find_map(|name| json.text(name));
        let mut refusal = format!("it answered {}", self.status);
        for part in [code, message].into_iter().flatten() {
            // Not reached: writing to a String does not fail.
            let _ = write!(refusal, ", {}", shown(part, confidential));
        }
        refusal
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        self.body.zeroize();
    }
}

/// JSON that is wiped on drop.
pub(super) struct Json(Value);

impl Json {
    /// A property of an object, if it is a string and not empty.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    pub(super) fn value(&self) -> &Value {
        &self.0
    }
}

impl Drop for Json {
    fn drop(&mut self) {
        wipe(&mut self.0);
    }
}

fn wipe(value: &mut Value) {
    match value {
        Value::String(text) => text.zeroize(),
        Value::Array(items) => items.iter_mut().for_each(wipe),
        Value::Object(members) => members.values_mut().for_each(wipe),
        _ => {}
    }
}

/// The first line of a message, printable, shortened and without secrets. If AWS refuses a signature, the following lines have the
/// canonical request, which contains the session token.
pub(super) fn shown(text: &str, confidential: &[&str]) -> String {
    let line = text.lines().next().unwrap_or_default();
    let mut line: String = line.chars().map(|char| if is_printable(char) { char } else { '?' }).collect();
    for secret in confidential.iter().filter(|secret| secret.len() >= SHORTEST_SECRET) {
        line = line.replace(secret, "<redacted>");
    }
    match line.char_indices().nth(LONGEST_SHOWN) {
        Some((end, _)) => line.get(..end).unwrap_or_default().to_string() + "…",
        None => line,
    }
}

/// Escape sequences and bidirectional controls could change what a terminal shows.
fn is_printable(char: char) -> bool {
    !char.is_control()
        && !matches!(char, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

/// Shorter texts are not hidden: no secret is that short, and they could be part of a word.
const SHORTEST_SECRET: usize = 8;

/// The maximum length of a shown message, in characters.
const LONGEST_SHOWN: usize = 300;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_has_no_secret_and_no_escape_sequence() {
        let text =
            "the token t0p-s3cret is \u{1b}[31mbad\u{202e}\nThe Canonical String was\nx-amz-security-token:x";
        assert_eq!(shown(text, &["t0p-s3cret", "is"]), "the token <redacted> is ?[31mbad?");
        assert_eq!(shown(&"ä".repeat(400), &[]).chars().count(), LONGEST_SHOWN + 1);
    }

    #[test]
    fn refusals_are_read_in_every_spelling() {
        let of = |body: &str| {
            let response = Response::builder().status(400).body(body.as_bytes().to_vec()).unwrap();
            Answer::of(response).refusal(&[])
        };
        assert_eq!(of(r#"{"__type":"X","message":"m"}"#), "it answered 400, X, m");
        assert_eq!(of(r#"{"Code":"X","Message":"m"}"#), "it answered 400, X, m");
        assert_eq!(of(r#"{"code":"X"}"#), "it answered 400, X");
        for body in ["", "<html>", "[]", "null", r#"{"code":7}"#] {
            assert_eq!(of(body), "it answered 400", "{body}");
        }
    }
}
