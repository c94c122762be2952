//! A policy document, parsed once. It can be evaluated, and no part of it was ignored.
//!
//! Source: "IAM JSON policy element reference" and "Grammar of the IAM JSON policy language" in the IAM user guide.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::conditions::{Condition, parse_conditions};
use super::error::{PolicyError, show, show_text};
use super::pattern::{Syntax, Template};
use super::principal::Principals;
use super::request::is_word_char;
use super::value::{DUPLICATE, Value};

/// AWS takes no policy that is longer, of whatever kind: "IAM and AWS STS quotas". White space does not count.
pub const MAX_POLICY_CHARACTERS: usize = 20_480;

/// What a policy is attached to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum PolicyKind {
    /// A user, group or role.
    Identity,
    /// An API. Its policy has a `Principal` and may shorten resources to
    /// `execute-api:/stage/METHOD/path`.
    Resource,
}

/// A parsed policy.
///
/// AWS ignores some mistakes, such as a condition key that no request has; here, an unknown element or operator is an error,
/// so that no condition is lost.
#[derive(Debug, Clone)]
pub struct Policy {
    kind: PolicyKind,
    pub(super) statements: Vec<Statement>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Allow,
    Deny,
}

#[derive(Debug, Clone)]
pub(super) struct Statement {
    pub(super) sid: Option<String>,
    pub(super) effect: Effect,
    pub(super) principal: Option<PrincipalElement>,
    pub(super) action: Patterns,
    pub(super) resource: Patterns,
    pub(super) conditions: Vec<Condition>,
}

#[derive(Debug, Clone)]
pub(super) struct Patterns {
    pub(super) templates: Vec<Template>,
    /// As the policy writes them.
    pub(super) texts: Vec<String>,
    /// It is about what none of them matches.
    pub(super) is_excluded: bool,
}

#[derive(Debug, Clone)]
pub(super) struct PrincipalElement {
    pub(super) principals: Principals,
    /// As the policy writes them.
    pub(super) texts: Vec<String>,
    pub(super) is_excluded: bool,
}

impl Policy {
    /// Parses a document. The error names the statement and the field, and says what to do.
    ///
    /// ```
    /// use sigv4_wasm::policy::{Policy, PolicyKind};
    ///
    /// let error = Policy::parse(r#"{"Statement": {"Effect": "allow"}}"#, PolicyKind::Identity).unwrap_err();
    /// assert!(error.to_string().starts_with("the policy, Statement.Effect must be \"Allow\" or \"Deny\""));
    /// ```
    pub fn parse(json: &str, kind: PolicyKind) -> Result<Self, PolicyError> {
        let name = "the policy";
        let value: Value = serde_json::from_str(json).map_err(|error| {
            let error = error.to_string();
            match error.strip_prefix(DUPLICATE) {
                Some(_) => PolicyError::new(name, DUPLICATE),
                None => PolicyError::new(name, &["is no JSON: ", &error].concat()),
            }
        })?;
        let length = value.to_string().encode_utf16().count();
        if length > MAX_POLICY_CHARACTERS {
            let problem =
                format!("has {length} characters, and AWS takes {MAX_POLICY_CHARACTERS} at most: split it");
            return Err(PolicyError::new(name, &problem));
        }
        Self::from_value(&value, kind, name)
    }

    /// What it was read for.
    pub fn kind(&self) -> PolicyKind {
        self.kind
    }

    /// `name`: the name of the policy in errors.
    pub(crate) fn from_value(document: &Value, kind: PolicyKind, name: &str) -> Result<Self, PolicyError> {
        let document = Elements::of(document, &["Version", "Id", "Statement"], name)?;
        let version = match document.get("Version") {
            None => Some("2008-10-17"),
            Some(version) => version.as_str(),
        };
        if !matches!(version, Some("2012-10-17" | "2008-10-17")) {
            let shown = document.get("Version").map(show).unwrap_or_default();
            let problem = format!("must be \"2012-10-17\" or \"2008-10-17\", not {shown}");
            return Err(PolicyError::new(&[name, ", Version"].concat(), &problem));
        }
        if document.get("Id").is_some_and(|id| id.as_str().is_none()) {
            return Err(PolicyError::new(&[name, ", Id"].concat(), "must be a string"));
        }
        let element = document.get("Statement");
        let values = element.map(Value::as_list).unwrap_or_default();
        if values.is_empty() {
            let problem = "has no Statement: write one, such as {\"Effect\": \"Allow\", \"Action\": …, \"Resource\": …}";
            return Err(PolicyError::new(name, problem));
        }
        let is_list = matches!(element, Some(Value::Array(_)));
        let variables = version == Some("2012-10-17");
        let mut statements: Vec<Statement> = Vec::with_capacity(values.len());
        for (index, value) in values.iter().enumerate() {
            let place =
                if is_list { format!("{name}, Statement[{index}]") } else { format!("{name}, Statement") };
            let statement = Statement::parse(value, kind, variables, &place)?;
            if let Some(sid) = statement.sid.as_deref().filter(|sid| !sid.is_empty())
                && statements.iter().any(|other| other.sid.as_deref() == Some(sid))
            {
                let problem = format!("{} appears twice: rename one of them", show_text(sid));
                return Err(PolicyError::new(&[&place, ".Sid"].concat(), &problem));
            }
            statements.push(statement);
        }
        Ok(Self { kind, statements })
    }
}

const STATEMENT_ELEMENTS: &[&str] = &[
    "Sid",
    "Effect",
    "Principal",
    "NotPrincipal",
    "Action",
    "NotAction",
    "Resource",
    "NotResource",
    "Condition",
];

impl Statement {
    fn parse(value: &Value, kind: PolicyKind, variables: bool, place: &str) -> Result<Self, PolicyError> {
        let elements = Elements::of(value, STATEMENT_ELEMENTS, place)?;
        let sid = match elements.get("Sid") {
            None => None,
            Some(Value::String(sid)) => Some(sid.clone()),
            Some(other) => {
                let problem = ["must be a string, not ", &show(other)].concat();
                return Err(PolicyError::new(&[place, ".Sid"].concat(), &problem));
            }
        };
        let effect = match elements.get("Effect").and_then(Value::as_str) {
            Some("Allow") => Effect::Allow,
            Some("Deny") => Effect::Deny,
            _ => {
                // That is what JavaScript calls nothing.
                let shown = elements.get("Effect").map_or_else(|| "undefined".to_owned(), show);
                let problem = ["must be \"Allow\" or \"Deny\", not ", &shown].concat();
                return Err(PolicyError::new(&[place, ".Effect"].concat(), &problem));
            }
        };
        let place = &match sid.as_deref() {
            None | Some("") => place.to_owned(),
            Some(sid) => format!("{place} ({})", show_text(sid)),
        };
        let action = Patterns::parse(&elements, ["Action", "NotAction"], place, |text, field| {
            if !is_action_pattern(text) {
                let problem = "must be an action such as \"execute-api:Invoke\", or \"*\", not ";
                return Err(PolicyError::new(field, &[problem, &show_text(text)].concat()));
            }
            Template::parse(&text.to_ascii_lowercase(), Syntax { wildcards: true, variables: false }, field)
        })?;
        let resource = Patterns::parse(&elements, ["Resource", "NotResource"], place, |text, field| {
            let whole = complete_resource(text, kind, field)?;
            Template::parse(&whole, Syntax { wildcards: true, variables }, field)
        })?;
        let principal = PrincipalElement::parse(&elements, kind, effect, place)?;
        let conditions = match elements.get("Condition") {
            None => Vec::new(),
            Some(element) => parse_conditions(element, variables, &[place, ".Condition"].concat())?,
        };
        Ok(Self { sid, effect, principal, action, resource, conditions })
    }
}

impl Patterns {
    fn parse(
        elements: &Elements<'_>,
        names: [&'static str; 2],
        place: &str,
        parse: impl Fn(&str, &str) -> Result<Template, PolicyError>,
    ) -> Result<Self, PolicyError> {
        let (element, value) = elements.one_of(names, place)?;
        let field = [place, ".", element].concat();
        let values = value.as_list();
        if values.is_empty() {
            let problem = "is empty: write at least one value, or leave the statement out";
            return Err(PolicyError::new(&field, problem));
        }
        let mut patterns =
            Self { templates: Vec::new(), texts: Vec::new(), is_excluded: element != names[0] };
        for value in values {
            let Some(text) = value.as_str() else {
                let problem = ["must be a string or a list of strings, not ", &show(value)].concat();
                return Err(PolicyError::new(&field, &problem));
            };
            patterns.templates.push(parse(text, &field)?);
            patterns.texts.push(text.to_owned());
        }
        Ok(patterns)
    }
}

impl PrincipalElement {
    fn parse(
        elements: &Elements<'_>,
        kind: PolicyKind,
        effect: Effect,
        place: &str,
    ) -> Result<Option<Self>, PolicyError> {
        const NAMES: [&str; 2] = ["Principal", "NotPrincipal"];
        if kind == PolicyKind::Identity {
            let Some(found) = NAMES.into_iter().find(|name| elements.get(name).is_some()) else {
                return Ok(None);
            };
            let problem = "is only for policies of an API: a policy of an identity applies to the identity that it is attached to";
            return Err(PolicyError::new(&[place, ".", found].concat(), problem));
        }
        let (element, value) = elements.one_of(NAMES, place)?;
        let field = [place, ".", element].concat();
        let is_excluded = element == "NotPrincipal";
        if is_excluded && effect == Effect::Allow {
            let problem = "with \"Allow\" would allow everybody else: AWS accepts it only with \"Deny\"";
            return Err(PolicyError::new(&field, problem));
        }
        let principals = Principals::parse(value, &field)?;
        let named = match value {
            Value::Object(members) => members.first().map(|(_, value)| value),
            other => Some(other),
        };
        let texts = named.map(Value::as_list).unwrap_or_default().iter().filter_map(Value::as_text).collect();
        Ok(Some(Self { principals, texts, is_excluded }))
    }
}

/// An object whose members all have known names.
struct Elements<'v>(&'v [(String, Value)]);

impl<'v> Elements<'v> {
    fn of(value: &'v Value, known: &[&str], place: &str) -> Result<Self, PolicyError> {
        let Value::Object(members) = value else {
            let problem = format!("must be an object with {}, not {}", known.join(", "), show(value));
            return Err(PolicyError::new(place, &problem));
        };
        if let Some((name, _)) = members.iter().find(|(name, _)| !known.contains(&&**name)) {
            let similar = known.iter().find(|known| known.to_lowercase() == name.to_lowercase());
            let right = similar.map_or_else(|| known.join(", "), |similar| similar.to_string());
            let problem = format!("has an unknown element {}: write one of {right}", show_text(name));
            return Err(PolicyError::new(place, &problem));
        }
        Ok(Self(members))
    }

    fn get(&self, name: &str) -> Option<&'v Value> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    /// What it is about, or what it is not about.
    fn one_of(
        &self,
        names: [&'static str; 2],
        place: &str,
    ) -> Result<(&'static str, &'v Value), PolicyError> {
        let [name, not_name] = names;
        match (self.get(name), self.get(not_name)) {
            (Some(value), None) => Ok((name, value)),
            (None, Some(value)) => Ok((not_name, value)),
            (None, None) => Err(PolicyError::new(place, &["has no ", name, ": add it"].concat())),
            (Some(_), Some(_)) => {
                let problem = ["has both ", name, " and ", not_name, ": leave one out"].concat();
                Err(PolicyError::new(place, &problem))
            }
        }
    }
}

/// `*`, `execute-api:Inv*`.
fn is_action_pattern(text: &str) -> bool {
    text == "*"
        || text.split_once(':').is_some_and(|(service, name)| {
            !service.is_empty()
                && service.chars().all(|char| is_word_char(char) || char == '-')
                && !name.is_empty()
                && name.chars().all(|char| is_word_char(char) || matches!(char, '*' | '?'))
        })
}

fn complete_resource(text: &str, kind: PolicyKind, place: &str) -> Result<String, PolicyError> {
    let is_of_api = kind == PolicyKind::Resource;
    if text == "*" || (is_of_api && text.starts_with("execute-api:/")) {
        return Ok(text.to_owned());
    }
    let fields = count_fields(text);
    if !text.starts_with("arn:") || (is_of_api && fields < 6 && !text.ends_with('*')) {
        let short = if is_of_api { ", execute-api:/prod/GET/orders" } else { "" };
        let problem = format!(
            "must be \"*\"{short} or an ARN such as arn:aws:execute-api:eu-west-1:123456789012:abc123/prod/GET/orders, not {}",
            show_text(text)
        );
        return Err(PolicyError::new(place, &problem));
    }
    // "If you specify an incomplete ARN in an identity-based policy, AWS automatically completes it with wildcards".
    let missing = if is_of_api { 0 } else { 6_usize.saturating_sub(fields) };
    Ok([text, &":*".repeat(missing)].concat())
}

/// The key of a variable has a colon, too.
fn count_fields(text: &str) -> usize {
    let mut fields = 1;
    let mut rest = text;
    while let Some(char) = rest.chars().next() {
        if let Some((_, after)) = rest.strip_prefix("${").and_then(|rest| rest.split_once('}')) {
            rest = after;
            continue;
        }
        fields += usize::from(char == ':');
        rest = rest.get(char.len_utf8()..).unwrap_or_default();
    }
    fields
}
