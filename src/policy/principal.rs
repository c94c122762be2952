//! Who a statement of a resource policy is about.
//!
//! Source: "AWS JSON policy elements: Principal" in the IAM user guide.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::error::{PolicyError, show};
use super::request::{account_of, is_word_char};
use super::value::Value;

#[derive(Debug, Clone)]
enum Principal {
    Everyone,
    /// All of its principals, each of whom its own policies may let in.
    Account(String),
    Named {
        arn: String,
        /// How the ARNs of the sessions of a role begin.
        sessions: Option<String>,
    },
}

/// How a caller is among the principals, the least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum PrincipalMatch {
    /// By an account that is named as a whole, which may then decide itself.
    Account,
    /// By a role that the caller has assumed.
    Role,
    /// As itself, or as one of everyone.
    Named,
}

#[derive(Debug, Clone)]
pub(super) struct Principals(Vec<Principal>);

impl Principals {
    /// `"*"` or `{ "AWS": … }`.
    pub(super) fn parse(element: &Value, place: &str) -> Result<Self, PolicyError> {
        if element.as_str() == Some("*") {
            return Ok(Self(alloc::vec![Principal::Everyone]));
        }
        let value = match element {
            Value::Object(members) => match &members[..] {
                [(name, value)] if name == "AWS" => Some(value),
                _ => None,
            },
            _ => None,
        };
        let Some(value) = value else {
            let problem =
                "must be \"*\" or {\"AWS\": …}: requests to an API are signed by AWS principals only";
            return Err(PolicyError::new(place, problem));
        };
        let place = [place, ".AWS"].concat();
        if value.as_list().is_empty() {
            return Err(PolicyError::new(
                &place,
                "names nobody: name an account, a user or a role, or write \"*\"",
            ));
        }
        let principals = value.as_list().iter().map(|one| Principal::parse(one, &place));
        Ok(Self(principals.collect::<Result<_, _>>()?))
    }

    /// `caller`: an ARN; nothing without credentials.
    pub(super) fn find(&self, caller: Option<&str>) -> Option<PrincipalMatch> {
        self.0.iter().filter_map(|principal| principal.find(caller)).max()
    }
}

impl Principal {
    fn parse(value: &Value, place: &str) -> Result<Self, PolicyError> {
        let text = value.as_str().unwrap_or_default();
        if text == "*" {
            return Ok(Self::Everyone);
        }
        if is_account(text) {
            return Ok(Self::Account(text.to_owned()));
        }
        let Some(Arn { service, account, name }) = Arn::parse(text) else {
            return Err(no_principal(value, place));
        };
        if service == "iam" && name == "root" {
            return Ok(Self::Account(account.to_owned()));
        }
        let is_name = name.split_once('/').is_some_and(|(kind, path)| {
            matches!(kind, "user" | "role" | "assumed-role" | "federated-user")
                && !path.is_empty()
                && path.chars().all(|char| is_word_char(char) || "+=,.@/-".contains(char))
        });
        if !is_name {
            return Err(no_principal(value, place));
        }
        let sessions = if service == "iam" { sessions_of(text) } else { None };
        Ok(Self::Named { arn: text.to_owned(), sessions })
    }

    fn find(&self, caller: Option<&str>) -> Option<PrincipalMatch> {
        match self {
            Self::Everyone => Some(PrincipalMatch::Named),
            Self::Account(account) => {
                let caller = caller.filter(|caller| account_of(caller) == account)?;
                Some(if caller.ends_with(":root") { PrincipalMatch::Named } else { PrincipalMatch::Account })
            }
            Self::Named { arn, sessions } => {
                let caller = caller?;
                if caller == arn {
                    return Some(PrincipalMatch::Named);
                }
                let is_session = sessions.as_deref().is_some_and(|start| caller.starts_with(start));
                is_session.then_some(PrincipalMatch::Role)
            }
        }
    }
}

struct Arn<'a> {
    service: &'a str,
    account: &'a str,
    /// What follows the account.
    name: &'a str,
}

impl<'a> Arn<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let mut fields = text.strip_prefix("arn:")?.splitn(5, ':');
        let partition = fields.next()?;
        let service = fields.next().filter(|service| matches!(*service, "iam" | "sts"))?;
        fields.next().filter(|region| region.is_empty())?;
        let account = fields.next().filter(|account| is_account(account))?;
        let name = fields.next()?;
        let is_partition =
            !partition.is_empty() && partition.chars().all(|char| is_word_char(char) || char == '-');
        is_partition.then_some(Self { service, account, name })
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// The sessions of a role have its name, not its path.
fn sessions_of(role: &str) -> Option<String> {
    let (start, path) = role.split_once(":role/")?;
    let name = path.rsplit('/').next()?;
    Some(format!("{}:assumed-role/{name}/", start.replacen(":iam:", ":sts:", 1)))
}

fn no_principal(value: &Value, place: &str) -> PolicyError {
    let problem = format!(
        "must be \"*\", an account, or an ARN such as arn:aws:iam::123456789012:role/name without wildcards, not {}",
        show(value)
    );
    PolicyError::new(place, &problem)
}
