//! What is asked: may this be done, with what is known of the request?

use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::error::{PolicyError, show_text};

/// What is known of a request: the values of condition keys, whose case does not matter. Nothing is added: a key that is
/// not here is missing.
///
/// ```
/// use sigv4_wasm::policy::Context;
///
/// let mut context: Context<'_> = [("aws:SourceIp", "192.0.2.7"), ("aws:username", "ana")].into_iter().collect();
/// context.insert("aws:TagKeys", ["red", "blue"]); // a key with several values
/// ```
#[derive(Debug, Clone, Default)]
pub struct Context<'a> {
    entries: Vec<Entry<'a>>,
}

#[derive(Debug, Clone)]
struct Entry<'a> {
    key: Cow<'a, str>,
    values: Vec<Cow<'a, str>>,
}

impl<'a> Context<'a> {
    /// Sets the values of a key, instead of those that it had.
    pub fn insert<V: Into<Cow<'a, str>>>(
        &mut self,
        key: impl Into<Cow<'a, str>>,
        values: impl IntoIterator<Item = V>,
    ) {
        let values = values.into_iter().map(Into::into).collect();
        self.entries.push(Entry { key: key.into(), values });
    }

    /// Of a key, none where it is missing.
    pub(super) fn values(&self, key: &str) -> &[Cow<'a, str>] {
        let found = self.entries.iter().rev().find(|entry| is_same_key(&entry.key, key));
        found.map(|entry| &*entry.values).unwrap_or_default()
    }
}

fn is_same_key(a: &str, b: &str) -> bool {
    a.eq_ignore_ascii_case(b) || (!(a.is_ascii() && b.is_ascii()) && a.to_lowercase() == b.to_lowercase())
}

/// Of keys with one value each.
impl<'a, K: Into<Cow<'a, str>>, V: Into<Cow<'a, str>>> FromIterator<(K, V)> for Context<'a> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        let mut context = Self::default();
        for (key, value) in entries {
            context.insert(key, [value]);
        }
        context
    }
}

/// An action on a resource.
#[derive(Debug, Clone)]
pub struct AccessRequest<'a> {
    pub(super) action: &'a str,
    /// Its names have no case.
    pub(super) folded_action: Cow<'a, str>,
    pub(super) resource: &'a str,
    /// Of a method of an API, `execute-api:/stage/METHOD/path`.
    pub(super) short_resource: Option<String>,
    pub(super) context: &'a Context<'a>,
}

impl<'a> AccessRequest<'a> {
    /// Of an action such as `execute-api:Invoke`, and the ARN of a resource.
    pub fn new(action: &'a str, resource: &'a str, context: &'a Context<'a>) -> Result<Self, PolicyError> {
        if !is_action(action) {
            let problem = "must be an action such as execute-api:Invoke, not ";
            return Err(PolicyError::new("action", &[problem, &show_text(action)].concat()));
        }
        let Some([_, service, _, _, rest]) = fields_of(resource) else {
            return Err(PolicyError::new(
                "resource",
                &["must be an ARN, not ", &show_text(resource)].concat(),
            ));
        };
        let path = if service == "execute-api" { rest.find('/').and_then(|at| rest.get(at..)) } else { None };
        let folded_action = if action.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(action.to_ascii_lowercase())
        } else {
            Cow::Borrowed(action)
        };
        let short_resource = path.map(|path| ["execute-api:", path].concat());
        Ok(Self { action, folded_action, resource, short_resource, context })
    }

    /// The ways to write the resource.
    pub(super) fn resources(&self) -> impl Iterator<Item = &str> + Clone {
        core::iter::once(self.resource).chain(self.short_resource.as_deref())
    }
}

fn is_action(text: &str) -> bool {
    let is_word = |text: &str, others: &str| {
        !text.is_empty() && text.chars().all(|char| is_word_char(char) || others.contains(char))
    };
    text.split_once(':').is_some_and(|(service, name)| is_word(service, "-") && is_word(name, ""))
}

/// JavaScript's `\w`.
pub(super) fn is_word_char(char: char) -> bool {
    char.is_ascii_alphanumeric() || char == '_'
}

/// Those after `arn`, of which the last has something in it.
fn fields_of(arn: &str) -> Option<[&str; 5]> {
    let mut fields = arn.strip_prefix("arn:")?.splitn(5, ':');
    let mut next = || fields.next();
    let fields = [next()?, next()?, next()?, next()?, next()?];
    (!fields[4].is_empty()).then_some(fields)
}

/// Of the owner of a resource, or of a caller.
pub(super) fn account_of(arn: &str) -> &str {
    arn.split(':').nth(4).unwrap_or_default()
}
