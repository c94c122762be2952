//! Evaluates policies of one kind for a request: explicit deny first, implicit deny last.
//!
//! Source: "Policy evaluation logic" in the IAM user guide.

use alloc::string::String;
use alloc::vec::Vec;

use super::document::{Effect, Patterns, Policy, Statement};
use super::nearest::{Nearest, find_nearest};
use super::pattern::{Unevaluated, matches};
use super::principal::PrincipalMatch;
use super::request::{AccessRequest, Context};

/// What becomes of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Decision {
    /// A statement allows it, and none denies it.
    Allow,
    /// A statement denies it.
    ExplicitDeny,
    /// No statement applies.
    ImplicitDeny,
}

/// Where a statement is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place<'p> {
    policy: usize,
    statement: usize,
    sid: Option<&'p str>,
}

impl<'p> Place<'p> {
    /// Of those that were given, counted from 0.
    pub fn policy(&self) -> usize {
        self.policy
    }

    /// Of that policy, counted from 0.
    pub fn statement(&self) -> usize {
        self.statement
    }

    /// The `Sid` of the statement.
    pub fn sid(&self) -> Option<&'p str> {
        self.sid
    }
}

/// A statement that could not be evaluated: an Allow did not apply, a Deny did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnevaluatedStatement<'p> {
    place: Place<'p>,
    why: Unevaluated,
}

impl<'p> UnevaluatedStatement<'p> {
    /// Which it is.
    pub fn place(&self) -> Place<'p> {
        self.place
    }

    /// The condition key whose value cannot be read by its operator, or does not fill its variable.
    pub fn key(&self) -> &str {
        &self.why.key
    }

    /// Why, in a sentence.
    pub fn reason(&self) -> &str {
        &self.why.reason
    }
}

/// The decision of some policies for a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation<'p> {
    decision: Decision,
    statement: Option<Place<'p>>,
    unevaluated: Vec<UnevaluatedStatement<'p>>,
    nearest: Option<Nearest<'p>>,
    /// Whether a statement allows it to the caller itself, not to a role that it has assumed.
    pub(super) grants_directly: bool,
}

impl<'p> Evaluation<'p> {
    /// What becomes of the request.
    pub fn decision(&self) -> Decision {
        self.decision
    }

    /// That decided: the first one that denies, or else the first one that allows.
    pub fn statement(&self) -> Option<Place<'p>> {
        self.statement
    }

    /// Statements that could not be evaluated.
    pub fn unevaluated(&self) -> &[UnevaluatedStatement<'p>] {
        &self.unevaluated
    }

    /// Where nothing applies: which statement came nearest to allowing it, and why it did not.
    pub fn nearest(&self) -> Option<&Nearest<'p>> {
        self.nearest.as_ref()
    }
}

/// Evaluates the policies of a user or role for a request. A Deny wins over an Allow; without either, the request is denied
/// implicitly.
pub fn evaluate_policies<'p>(policies: &[&'p Policy], request: &AccessRequest<'_>) -> Evaluation<'p> {
    evaluate(policies, request, Caller::Owner)
}

/// Whose policies are evaluated, and for whom.
#[derive(Debug, Clone, Copy)]
pub(super) enum Caller<'a> {
    /// Their own.
    Owner,
    /// Those of an API; without credentials there is no ARN.
    Principal { arn: Option<&'a str>, needs_both: bool },
}

impl Caller<'_> {
    pub(super) fn is_meant(self, statement: &Statement) -> bool {
        self.matches(statement).is_some()
    }

    /// How the statement is about the caller.
    fn matches(self, statement: &Statement) -> Option<PrincipalMatch> {
        let Self::Principal { arn, needs_both } = self else { return Some(PrincipalMatch::Named) };
        // The policy of an API has one in each statement.
        let element = statement.principal.as_ref()?;
        let found = element.principals.find(arn);
        if element.is_excluded {
            let is_excluded = found.is_some_and(|found| found != PrincipalMatch::Account);
            return if is_excluded { None } else { Some(PrincipalMatch::Named) };
        }
        let decides = |found: &PrincipalMatch| {
            *found != PrincipalMatch::Account || needs_both || statement.effect == Effect::Deny
        };
        found.filter(decides)
    }
}

pub(super) fn evaluate<'p>(
    policies: &[&'p Policy],
    request: &AccessRequest<'_>,
    caller: Caller<'_>,
) -> Evaluation<'p> {
    let (mut denies, mut allows) = (None, None);
    let mut grants_directly = false;
    let mut unevaluated = Vec::new();
    for (place, statement) in statements(policies) {
        let Some(found) = caller.matches(statement) else { continue };
        let applies = match statement.applies(request) {
            Ok(applies) => applies,
            Err(why) => {
                unevaluated.push(UnevaluatedStatement { place, why });
                statement.effect == Effect::Deny
            }
        };
        grants_directly |= applies && statement.effect == Effect::Allow && found == PrincipalMatch::Named;
        let first = if statement.effect == Effect::Deny { &mut denies } else { &mut allows };
        if applies && first.is_none() {
            *first = Some(place);
        }
    }
    let (decision, statement) = match (denies, allows) {
        (Some(place), _) => (Decision::ExplicitDeny, Some(place)),
        (None, Some(place)) => (Decision::Allow, Some(place)),
        (None, None) => (Decision::ImplicitDeny, None),
    };
    let nearest = if statement.is_none() { find_nearest(policies, request, caller) } else { None };
    Evaluation { decision, statement, unevaluated, nearest, grants_directly }
}

pub(super) fn statements<'p>(policies: &[&'p Policy]) -> impl Iterator<Item = (Place<'p>, &'p Statement)> {
    policies.iter().enumerate().flat_map(|(policy, parsed)| {
        parsed.statements.iter().enumerate().map(move |(index, statement)| {
            (Place { policy, statement: index, sid: statement.sid.as_deref() }, statement)
        })
    })
}

impl Statement {
    /// Whether it is about the request.
    fn applies(&self, request: &AccessRequest<'_>) -> Result<bool, Unevaluated> {
        if !self.action.has_action(request) {
            return Ok(false);
        }
        // What surely does not hold counts, whatever cannot be evaluated.
        let mut unevaluated = None;
        let conditions = self.conditions.iter().map(|condition| condition.holds(request.context));
        for verdict in core::iter::once(self.resource.has_resource(request)).chain(conditions) {
            match verdict {
                Ok(true) => {}
                Ok(false) => return Ok(false),
                Err(why) => unevaluated = unevaluated.or(Some(why)),
            }
        }
        match unevaluated {
            Some(why) => Err(why),
            None => Ok(true),
        }
    }
}

impl Patterns {
    pub(super) fn has_action(&self, request: &AccessRequest<'_>) -> bool {
        let action = &*request.folded_action;
        // Actions have no variables.
        self.templates.iter().any(|template| matches(template.units(), action)) != self.is_excluded
    }

    pub(super) fn has_resource(&self, request: &AccessRequest<'_>) -> Result<bool, Unevaluated> {
        let mut is_found = false;
        let mut unevaluated = None;
        for template in &self.templates {
            match template.resolve(request.context) {
                Ok(pattern) => is_found |= request.resources().any(|text| matches(&pattern, text)),
                Err(why) => {
                    // Whatever the variable were, it would not be this resource.
                    let loose = template.loosen();
                    if self.is_excluded || request.resources().any(|text| matches(&loose, text)) {
                        unevaluated = unevaluated.or(Some(why));
                    }
                }
            }
        }
        match unevaluated {
            _ if self.is_excluded && is_found => Ok(false),
            Some(why) => Err(why),
            None => Ok(is_found != self.is_excluded),
        }
    }
}

impl Context<'_> {
    pub(super) fn texts(&self, key: &str) -> Vec<String> {
        self.values(key).iter().map(|value| String::from(&**value)).collect()
    }
}
