//! What policies say of a request: explicit deny first, implicit deny last.
//!
//! Source: "Policy evaluation logic" in the IAM user guide, and "How API Gateway resource policies affect authorization
//! workflow" in the API Gateway developer guide.

use alloc::string::String;
use alloc::vec::Vec;

use super::document::{Effect, Patterns, Policy, Statement};
use super::nearest::{Nearest, find_nearest};
use super::pattern::{Unevaluated, matches};
use super::principal::PrincipalMatch;
use super::request::{AccessRequest, Context, account_of};

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

/// A statement that could not be evaluated: one that allows did not apply, one that denies did.
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

/// What some policies say of a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluation<'p> {
    decision: Decision,
    statement: Option<Place<'p>>,
    unevaluated: Vec<UnevaluatedStatement<'p>>,
    nearest: Option<Nearest<'p>>,
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

/// What an API with IAM authorization does with a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access<'p> {
    decision: Decision,
    identity: Evaluation<'p>,
    resource: Evaluation<'p>,
}

impl<'p> Access<'p> {
    /// What becomes of the request.
    pub fn decision(&self) -> Decision {
        self.decision
    }

    /// What the policies of the caller say for themselves.
    pub fn identity(&self) -> &Evaluation<'p> {
        &self.identity
    }

    /// Likewise, of the API.
    pub fn resource(&self) -> &Evaluation<'p> {
        &self.resource
    }
}

/// What the policies of a user or role say of a request. One statement that denies wins; else one that allows; without
/// either, the request is denied implicitly.
pub fn evaluate_policies<'p>(policies: &[&'p Policy], request: &AccessRequest<'_>) -> Evaluation<'p> {
    evaluate(policies, request, Caller::Owner)
}

/// What an API with IAM authorization does with a request: as AWS has it, either the policies of the caller or that of
/// the API must allow it, and both if the caller is of another account; no statement of either may deny it. Without
/// credentials, the policy of the API decides alone.
///
/// A policy of the API that names the caller's own account as a whole leaves it to the policies of the caller.
///
/// ```
/// use sigv4_wasm::policy::{AccessRequest, Context, Decision, Policy, PolicyKind, evaluate_access};
///
/// let everyone = r#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "execute-api:/prod/*"}}"#;
/// let of_api = Policy::parse(everyone, PolicyKind::Resource)?;
/// let context = Context::default();
/// let resource = "arn:aws:execute-api:eu-west-1:123456789012:abc123/prod/GET/";
/// let request = AccessRequest::new("execute-api:Invoke", resource, &context)?;
///
/// // Nobody's own policies let the caller in.
/// let ana = Some("arn:aws:iam::123456789012:user/ana");
/// assert_eq!(evaluate_access(&[], Some(&of_api), ana, &request).decision(), Decision::Allow);
/// let stranger = Some("arn:aws:iam::444455556666:user/bo");
/// assert_eq!(evaluate_access(&[], Some(&of_api), stranger, &request).decision(), Decision::ImplicitDeny);
/// # Ok::<(), sigv4_wasm::policy::PolicyError>(())
/// ```
pub fn evaluate_access<'p>(
    identity_policies: &[&'p Policy],
    resource_policy: Option<&'p Policy>,
    principal: Option<&str>,
    request: &AccessRequest<'_>,
) -> Access<'p> {
    let needs_both = principal.is_some_and(|principal| account_of(principal) != account_of(request.resource));
    let identity = evaluate(identity_policies, request, Caller::Owner);
    let of_api = resource_policy.as_slice();
    let resource = evaluate(of_api, request, Caller::Principal { arn: principal, needs_both });
    let decisions = [identity.decision, resource.decision];
    let is_allowed = if needs_both {
        !decisions.contains(&Decision::ImplicitDeny)
    } else {
        decisions.contains(&Decision::Allow)
    };
    let decision = if decisions.contains(&Decision::ExplicitDeny) {
        Decision::ExplicitDeny
    } else if is_allowed {
        Decision::Allow
    } else {
        Decision::ImplicitDeny
    };
    Access { decision, identity, resource }
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
        let Self::Principal { arn, needs_both } = self else { return true };
        // The policy of an API has one in each statement.
        let Some(element) = &statement.principal else { return false };
        let found = element.principals.find(arn);
        if element.is_excluded {
            return found != Some(PrincipalMatch::Named);
        }
        match found {
            Some(PrincipalMatch::Named) => true,
            Some(PrincipalMatch::Account) => needs_both || statement.effect == Effect::Deny,
            None => false,
        }
    }
}

fn evaluate<'p>(policies: &[&'p Policy], request: &AccessRequest<'_>, caller: Caller<'_>) -> Evaluation<'p> {
    let (mut denies, mut allows) = (None, None);
    let mut unevaluated = Vec::new();
    for (place, statement) in statements(policies) {
        if !caller.is_meant(statement) {
            continue;
        }
        let applies = match statement.applies(request) {
            Ok(applies) => applies,
            Err(why) => {
                unevaluated.push(UnevaluatedStatement { place, why });
                statement.effect == Effect::Deny
            }
        };
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
    Evaluation { decision, statement, unevaluated, nearest }
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
