//! What is wrong with a policy or a request: where, and what to do.

use alloc::string::{String, ToString};
use core::fmt;

use super::value::Value;

/// Why a policy, or a request to evaluate, was refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyError(String);

impl PolicyError {
    /// `place`: such as `the policy, Statement[1].Effect`; `problem`: what is wrong there, and what to do.
    pub(super) fn new(place: &str, problem: &str) -> Self {
        Self([place, " ", problem].concat())
    }

    #[cfg(all(target_arch = "wasm32", feature = "module-policy"))]
    pub(crate) fn text(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl core::error::Error for PolicyError {}

/// A value for a message: as JSON, on one line, and not too long for it.
pub(super) fn show(value: &Value) -> String {
    shorten(&value.to_string())
}

pub(super) fn show_text(text: &str) -> String {
    let mut json = String::new();
    super::value::write_string(text, &mut json);
    shorten(&json)
}

/// At most 80 characters, as UTF-16 counts them.
fn shorten(text: &str) -> String {
    if text.encode_utf16().nth(80).is_none() {
        return text.to_string();
    }
    let mut units = 0;
    let mut short: String = text
        .chars()
        .take_while(|char| {
            units += char.len_utf16();
            units < 80
        })
        .collect();
    short.push('…');
    short
}
