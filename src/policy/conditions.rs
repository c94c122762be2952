//! The Condition element: tests of what is known of a request, all of which must hold.
//!
//! Source: "IAM JSON policy elements: Condition", "Condition operators" and "Multivalued context keys" in the IAM user guide.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::error::{PolicyError, show, show_text};
use super::operators::{Actual, Expected, Kind, OPERATORS};
use super::pattern::{Unevaluated, is_space};
use super::request::{Context, is_word_char};
use super::value::Value;

#[derive(Debug, Clone)]
pub(super) struct Condition {
    /// With what stands before and after its name.
    pub(super) operator: String,
    /// As the policy writes it.
    pub(super) key: String,
    /// Likewise.
    pub(super) values: Vec<String>,
    set: Option<SetOperator>,
    test: Test,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SetOperator {
    ForAllValues,
    ForAnyValue,
}

#[derive(Debug, Clone)]
enum Test {
    /// Whether the key is missing: what that may be.
    Null {
        allows: [bool; 2],
    },
    Values {
        kind: Kind,
        is_negated: bool,
        is_true_of_missing: bool,
        expected: Vec<Expected>,
    },
}

/// `variables`: whether values may have some.
pub(super) fn parse_conditions(
    element: &Value,
    variables: bool,
    place: &str,
) -> Result<Vec<Condition>, PolicyError> {
    // "This condition block is empty and it does not affect the policy": "Policy check reference" of IAM Access Analyzer.
    if matches!(element, Value::Object(members) if members.is_empty()) {
        return Ok(Vec::new());
    }
    let mut conditions = Vec::new();
    let example = "operators, such as {\"IpAddress\": {\"aws:SourceIp\": \"192.0.2.0/24\"}}";
    for (name, keys) in members_of(element, place, example)? {
        let place = [place, ".", name].concat();
        let operator = Name::parse(name, &place)?;
        let example = "condition keys and their values, such as {\"aws:username\": \"ana\"}";
        for (key, values) in members_of(keys, &place, example)? {
            let place = [&place, "[\"", key, "\"]"].concat();
            if !is_key(key) {
                let problem = "is not a condition key: write it with its prefix, such as aws:SourceIp";
                return Err(PolicyError::new(&place, problem));
            }
            let values = texts_of(values, &place)?;
            let test = operator.test_of(&values, variables, &place)?;
            conditions.push(Condition {
                operator: name.clone(),
                key: key.clone(),
                values,
                set: operator.set,
                test,
            });
        }
    }
    Ok(conditions)
}

/// A name of an operator, taken apart.
struct Name {
    set: Option<SetOperator>,
    base: Base,
}

enum Base {
    Null,
    Values { kind: Kind, is_negated: bool, is_true_of_missing: bool },
}

impl Name {
    fn parse(name: &str, place: &str) -> Result<Self, PolicyError> {
        let (set, rest) = match name.split_once(':') {
            Some(("ForAllValues", rest)) => (Some(SetOperator::ForAllValues), rest),
            Some(("ForAnyValue", rest)) => (Some(SetOperator::ForAnyValue), rest),
            _ => (None, name),
        };
        let (base, if_exists) = match rest.strip_suffix("IfExists") {
            Some(base) if !base.is_empty() => (base, true),
            _ => (rest, false),
        };
        if base == "Null" && !if_exists {
            return Ok(Self { set, base: Base::Null });
        }
        let Some((_, operator)) = OPERATORS.iter().find(|(known, _)| *known == base) else {
            return Err(unknown(base, place));
        };
        let is_true_of_missing = if_exists
            || match set {
                Some(set) => set == SetOperator::ForAllValues,
                None => operator.is_negated,
            };
        let base = Base::Values { kind: operator.kind, is_negated: operator.is_negated, is_true_of_missing };
        Ok(Self { set, base })
    }

    fn test_of(&self, values: &[String], variables: bool, place: &str) -> Result<Test, PolicyError> {
        match self.base {
            Base::Null => {
                let mut allows = [false; 2];
                for value in values {
                    let [if_present, if_missing] = &mut allows;
                    match value {
                        _ if value.eq_ignore_ascii_case("true") => *if_missing = true,
                        _ if value.eq_ignore_ascii_case("false") => *if_present = true,
                        _ => {
                            let problem = format!(
                                "must be true (the key is missing) or false, not {}",
                                show_text(value)
                            );
                            return Err(PolicyError::new(place, &problem));
                        }
                    }
                }
                Ok(Test::Null { allows })
            }
            Base::Values { kind, is_negated, is_true_of_missing } => {
                let expected = values.iter().map(|text| Expected::parse(kind, text, variables, place));
                let expected = expected.collect::<Result<_, _>>()?;
                Ok(Test::Values { kind, is_negated, is_true_of_missing, expected })
            }
        }
    }
}

fn unknown(base: &str, place: &str) -> PolicyError {
    let known = || OPERATORS.iter().map(|(name, _)| *name).chain(["Null"]);
    let similar = known().find(|name| name.eq_ignore_ascii_case(base) && base.chars().all(is_word_char));
    let problem = match similar {
        Some(name) => format!("is not a condition operator: write {name}"),
        None => format!("is not a condition operator: use one of {}", known().collect::<Vec<_>>().join(", ")),
    };
    PolicyError::new(place, &problem)
}

impl Condition {
    pub(super) fn holds(&self, context: &Context<'_>) -> Result<bool, Unevaluated> {
        let values = context.values(&self.key);
        match &self.test {
            // With a set operator, it asks each value whether it is there, as all operators do: without a value,
            // `ForAllValues` is true, and `ForAnyValue` is false. AWS's policy simulator agreed with PMapper, which tests
            // this.
            Test::Null { allows: [if_present, if_missing] } => Ok(match (values.is_empty(), self.set) {
                (true, Some(set)) => set == SetOperator::ForAllValues,
                (true, None) => *if_missing,
                (false, _) => *if_present,
            }),
            Test::Values { is_true_of_missing, .. } if values.is_empty() => Ok(*is_true_of_missing),
            // AWS: "Set operators are required for multivalued context keys".
            Test::Values { .. } if self.set.is_none() && values.len() > 1 => Ok(false),
            Test::Values { kind, is_negated, expected, .. } => {
                let (mut passes_all, mut passes_any) = (true, false);
                let mut unevaluated = None;
                for value in values {
                    let actual = Actual::read(*kind, value, &self.key);
                    let mut is_found = false;
                    for expected in expected {
                        match expected.matches(&actual, context) {
                            Ok(matches) => is_found |= matches,
                            Err(reason) => unevaluated = unevaluated.or(Some(reason)),
                        }
                    }
                    let passes = is_found != *is_negated;
                    passes_all &= passes;
                    passes_any |= passes;
                }
                match unevaluated {
                    Some(reason) => Err(reason),
                    None => {
                        Ok(if self.set == Some(SetOperator::ForAllValues) { passes_all } else { passes_any })
                    }
                }
            }
        }
    }
}

/// `aws:SourceIp`. The prefix may be the name of an identity provider, with dots, slashes and colons.
fn is_key(text: &str) -> bool {
    let is_line_end = |char: char| matches!(char, '\n' | '\r' | '\u{2028}' | '\u{2029}');
    text.split_once(':').is_some_and(|(prefix, rest)| {
        !prefix.is_empty()
            && !prefix.contains(is_space)
            && rest.chars().next().is_some_and(|char| !is_line_end(char))
    })
}

fn members_of<'v>(value: &'v Value, place: &str, of: &str) -> Result<&'v [(String, Value)], PolicyError> {
    match value {
        Value::Object(members) if !members.is_empty() => Ok(members),
        _ => {
            let problem = format!("must be an object of {of}: write at least one, or leave it out");
            Err(PolicyError::new(place, &problem))
        }
    }
}

fn texts_of(value: &Value, place: &str) -> Result<Vec<String>, PolicyError> {
    let texts: Option<Vec<String>> = value.as_list().iter().map(Value::as_text).collect();
    texts.filter(|texts| !texts.is_empty()).ok_or_else(|| {
        let problem = format!("must be a string, number or boolean, or a list of them, not {}", show(value));
        PolicyError::new(place, &problem)
    })
}
