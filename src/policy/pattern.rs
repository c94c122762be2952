//! Texts of a policy that hold wildcards and variables.
//!
//! Source: "IAM JSON policy elements: Resource" and "Variables and tags" in the IAM user guide.

use alloc::borrow::{Cow, ToOwned};
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::error::{PolicyError, show_text};
use super::request::Context;

/// One character, or a wildcard.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unit {
    Char(char),
    Many,
    One,
}

/// Takes the value of a condition key.
#[derive(Debug, Clone)]
struct Variable {
    /// The unit that it stands before.
    at: usize,
    /// As the policy writes it.
    name: String,
    fallback: Option<String>,
}

#[derive(Debug, Clone)]
pub(super) struct Template {
    units: Vec<Unit>,
    variables: Vec<Variable>,
}

/// What keeps a statement from being evaluated: a value that cannot be read, or a variable without one.
///
/// "If AWS cannot resolve a variable this might cause the entire statement to be invalid": "IAM JSON policy elements:
/// Variables and tags" in the IAM user guide. Such a statement allows nothing, and denies what it may be about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unevaluated {
    /// Condition key, as the policy writes it.
    pub(super) key: String,
    pub(super) reason: String,
}

/// What else than characters is in a text.
#[derive(Debug, Clone, Copy)]
pub(super) struct Syntax {
    pub(super) wildcards: bool,
    /// Of Version 2012-10-17.
    pub(super) variables: bool,
}

impl Template {
    pub(super) fn parse(text: &str, syntax: Syntax, place: &str) -> Result<Self, PolicyError> {
        let mut template = Self { units: Vec::with_capacity(text.len()), variables: Vec::new() };
        let mut rest = text;
        while let Some(char) = rest.chars().next() {
            let Some(open) = rest.strip_prefix("${") else {
                rest = rest.get(char.len_utf8()..).unwrap_or_default();
                template.units.push(match char {
                    '*' if syntax.wildcards => Unit::Many,
                    '?' if syntax.wildcards => Unit::One,
                    char => Unit::Char(char),
                });
                continue;
            };
            let variable = open.split_once('}');
            if !syntax.variables {
                // Literal as a whole, a * in it, too.
                let (literal, after) = match variable {
                    Some((_, after)) => (rest.strip_suffix(after).unwrap_or_default(), after),
                    None => ("${", open),
                };
                template.units.extend(literal.chars().map(Unit::Char));
                rest = after;
                continue;
            }
            match variable {
                Some((special @ ("*" | "?" | "$"), after)) => {
                    template.units.extend(special.chars().map(Unit::Char));
                    rest = after;
                }
                Some((inner, after)) if template.push_variable(inner) => rest = after,
                _ => return Err(no_variable(text, place)),
            }
        }
        Ok(template)
    }

    /// `aws:username`, `aws:username, 'default'`. Its prefix may be the name of an identity provider:
    /// `oidc.eks.eu-west-1.amazonaws.com/id/X:sub`. Whether it is one.
    fn push_variable(&mut self, inner: &str) -> bool {
        let end = inner.find([',', '\'']).unwrap_or(inner.len());
        let (name, rest) = inner.split_at_checked(end).unwrap_or((inner, ""));
        let Some((prefix, suffix)) = name.split_once(':') else { return false };
        if prefix.is_empty() || prefix.contains(is_space) || suffix.is_empty() {
            return false;
        }
        let fallback = if rest.is_empty() {
            None
        } else {
            let quoted = rest.strip_prefix(',').map(|rest| rest.trim_start_matches(' '));
            let text =
                quoted.and_then(|text| text.strip_prefix('\'')).and_then(|text| text.strip_suffix('\''));
            match text.filter(|text| !text.contains('\'')) {
                Some(text) => Some(text.to_owned()),
                None => return false,
            }
        };
        let name = name.trim_matches(is_space).to_owned();
        self.variables.push(Variable { at: self.units.len(), name, fallback });
        true
    }

    /// The pattern, with values instead of its variables.
    pub(super) fn resolve(&self, context: &Context<'_>) -> Result<Cow<'_, [Unit]>, Unevaluated> {
        if self.variables.is_empty() {
            return Ok(Cow::Borrowed(&self.units));
        }
        let mut units = Vec::with_capacity(self.units.len() + 16);
        let mut start = 0;
        for Variable { at, name, fallback } in &self.variables {
            units.extend_from_slice(self.units.get(start..*at).unwrap_or_default());
            start = *at;
            let values = context.values(name);
            let value = match values {
                [] => fallback.as_deref(),
                [value] => Some(&**value),
                _ => None,
            };
            let Some(value) = value else {
                let number = if values.is_empty() { "no value" } else { "several values" };
                let reason =
                    format!("the variable ${{{name}}} takes one value, and the request has {number}");
                return Err(Unevaluated { key: name.clone(), reason });
            };
            // Wildcards in the request have no meaning.
            units.extend(value.chars().map(Unit::Char));
        }
        units.extend_from_slice(self.units.get(start..).unwrap_or_default());
        Ok(Cow::Owned(units))
    }

    /// With anything instead of its variables.
    pub(super) fn loosen(&self) -> Vec<Unit> {
        let mut units = self.units.clone();
        for variable in self.variables.iter().rev() {
            units.insert(variable.at.min(units.len()), Unit::Many);
        }
        units
    }

    /// Itself, where it is nothing but characters.
    pub(super) fn as_text(&self) -> Option<String> {
        let chars = self.units.iter().map(|unit| match unit {
            Unit::Char(char) => Some(*char),
            Unit::Many | Unit::One => None,
        });
        if self.variables.is_empty() { chars.collect() } else { None }
    }

    pub(super) fn first_variable(&self) -> Option<&str> {
        self.variables.first().map(|variable| &*variable.name)
    }

    /// Without what its variables stand for.
    pub(super) fn units(&self) -> &[Unit] {
        &self.units
    }
}

fn no_variable(text: &str, place: &str) -> PolicyError {
    let problem = format!(
        "has a variable that is none: {}. Write ${{aws:username}}, ${{aws:username, 'default'}}, ${{*}}, ${{?}} or \
         ${{$}} for the characters themselves, or Version 2008-10-17, in which nothing is a variable",
        show_text(text)
    );
    PolicyError::new(place, &problem)
}

/// Goes back to the last `*` only, so the time is the product of both lengths at most, however many there are.
pub(super) fn matches(pattern: &[Unit], text: &str) -> bool {
    matches_by(pattern, text, |a, b| a == b)
}

/// Whatever the case of letters.
pub(super) fn matches_folded(pattern: &[Unit], text: &str) -> bool {
    matches_by(pattern, text, |a, b| a == b || a.to_lowercase().eq(b.to_lowercase()))
}

fn matches_by(pattern: &[Unit], text: &str, is_same: impl Fn(char, char) -> bool) -> bool {
    let mut rest = text.chars();
    let mut at = 0;
    // Where to go on after the last `*`, in the pattern and in the text.
    let mut last_many = None;
    loop {
        let mut next = rest.clone();
        let Some(char) = next.next() else { break };
        match pattern.get(at) {
            Some(Unit::Many) => {
                at += 1;
                last_many = Some((at, rest.clone()));
                continue;
            }
            Some(Unit::One) => {}
            Some(Unit::Char(expected)) if is_same(*expected, char) => {}
            _ => {
                let Some((after, resume)) = &mut last_many else { return false };
                resume.next();
                (at, rest) = (*after, resume.clone());
                continue;
            }
        }
        at += 1;
        rest = next;
    }
    pattern.get(at..).unwrap_or_default().iter().all(|unit| *unit == Unit::Many)
}

/// White space as JavaScript's `\s` and `trim` have it, which first read policies here.
pub(super) fn is_space(char: char) -> bool {
    (char.is_whitespace() && char != '\u{85}') || char == '\u{feff}'
}

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;

    /// Every pattern and text of up to four of these characters, against the definition.
    #[test]
    fn patterns_match_what_their_definition_says() {
        fn defined(pattern: &[char], text: &[char]) -> bool {
            match pattern.split_first() {
                None => text.is_empty(),
                Some(('*', rest)) => (0..=text.len()).any(|skipped| defined(rest, &text[skipped..])),
                Some(('?', rest)) => !text.is_empty() && defined(rest, &text[1..]),
                Some((char, rest)) => text.first() == Some(char) && defined(rest, &text[1..]),
            }
        }
        fn words(of: &[char]) -> Vec<Vec<char>> {
            let mut words = alloc::vec![Vec::new()];
            let mut last = words.clone();
            for _ in 0..4 {
                last = last
                    .iter()
                    .flat_map(|word| of.iter().map(move |char| [&word[..], &[*char]].concat()))
                    .collect();
                words.extend(last.clone());
            }
            words
        }
        let syntax = Syntax { wildcards: true, variables: false };
        for pattern in words(&['a', 'ä', '*', '?']) {
            let source: String = pattern.iter().collect();
            let template = Template::parse(&source, syntax, "").unwrap();
            for text in words(&['a', 'ä', 'b']) {
                let subject: String = text.iter().collect();
                let expected = defined(&pattern, &text);
                assert_eq!(matches(template.units(), &subject), expected, "{source} {subject}");
            }
        }
    }
}
