//! Evaluates all policies for a request: those of the caller, those that limit it, and that of the resource.
//!
//! Sources: "Policy evaluation logic" (each page of it) and "Permissions boundaries for IAM entities" in the IAM user guide;
//! "How API Gateway resource policies affect authorization workflow" in the API Gateway developer guide.

use super::document::Policy;
use super::evaluate::{Caller, Decision, Evaluation, evaluate};
use super::request::{AccessRequest, account_of};

/// The policies for a request, by kind. Without any, everything is denied.
///
/// ```
/// use sigv4_wasm::policy::{AccessRequest, Context, Decision, Policy, PolicyKind, PolicySet, PolicySets};
///
/// let parse = |text| Policy::parse(text, PolicyKind::Identity);
/// let all = parse(r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}}"#)?;
/// let reads = parse(r#"{"Statement": {"Effect": "Allow", "Action": "*", "Resource": "arn:aws:execute-api:*:*:*/*/GET/*"}}"#)?;
/// let context = Context::default();
/// let resource = "arn:aws:execute-api:eu-west-1:123456789012:abc123/prod/POST/orders";
/// let request = AccessRequest::new("execute-api:Invoke", resource, &context)?;
///
/// let caller = Some("arn:aws:iam::123456789012:user/ana");
/// let access = PolicySets::new().identity(&[&all]).permissions_boundary(&reads).evaluate(caller, &request);
/// assert_eq!(access.decision(), Decision::ImplicitDeny);
/// assert_eq!(access.decided_by(), PolicySet::PermissionsBoundary);
/// # Ok::<(), sigv4_wasm::policy::PolicyError>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct PolicySets<'a, 'p> {
    identity: &'a [&'p Policy],
    permissions_boundary: Option<&'p Policy>,
    session: &'a [&'p Policy],
    resource: Option<&'p Policy>,
}

/// One of the kinds of policies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PolicySet {
    /// Those of the caller.
    Identity,
    /// What limits the permissions of a user or role.
    PermissionsBoundary,
    /// What limits a session, passed when the role was assumed.
    Session,
    /// That of the API.
    Resource,
}

/// The decision for a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access<'p> {
    decision: Decision,
    decided_by: PolicySet,
    identity: Evaluation<'p>,
    permissions_boundary: Option<Evaluation<'p>>,
    session: Option<Evaluation<'p>>,
    resource: Evaluation<'p>,
}

impl<'p> Access<'p> {
    /// What becomes of the request.
    pub fn decision(&self) -> Decision {
        self.decision
    }

    /// The kind of policies that decided: of an explicit denial the first that denies, of an implicit one the first that does
    /// not allow what it would have to, in the order of [`PolicySet`].
    pub fn decided_by(&self) -> PolicySet {
        self.decided_by
    }

    /// The decision of the caller's policies alone.
    pub fn identity(&self) -> &Evaluation<'p> {
        &self.identity
    }

    /// Likewise, the permissions boundary, if there is one.
    pub fn permissions_boundary(&self) -> Option<&Evaluation<'p>> {
        self.permissions_boundary.as_ref()
    }

    /// Likewise, the policies of the session, if there are any.
    pub fn session(&self) -> Option<&Evaluation<'p>> {
        self.session.as_ref()
    }

    /// Likewise, the policy of the API.
    pub fn resource(&self) -> &Evaluation<'p> {
        &self.resource
    }
}

impl<'a, 'p> PolicySets<'a, 'p> {
    /// None.
    pub const fn new() -> Self {
        Self { identity: &[], permissions_boundary: None, session: &[], resource: None }
    }

    /// Those of the caller: one that allows is enough.
    pub const fn identity(self, policies: &'a [&'p Policy]) -> Self {
        Self { identity: policies, ..self }
    }

    /// What limits the permissions of the user or role.
    pub const fn permissions_boundary(self, policy: &'p Policy) -> Self {
        Self { permissions_boundary: Some(policy), ..self }
    }

    /// Those that were passed when the session began: they limit it, and one that allows is enough. None do not limit it.
    pub const fn session(self, policies: &'a [&'p Policy]) -> Self {
        Self { session: policies, ..self }
    }

    /// That of the API.
    pub const fn resource(self, policy: &'p Policy) -> Self {
        Self { resource: Some(policy), ..self }
    }

    /// The decision for the request of a caller with this ARN, or without credentials.
    ///
    /// No policy may deny the request. If the policies of the caller allow it, its permissions boundary and session policies
    /// must allow it as well. In the same account, the policy of the API may allow it instead: to a user, a session or
    /// everyone regardless of the other policies, and to a role within the boundary and the session policies. If it names the
    /// account as a whole, the policies of the caller decide. For a caller of another account, both sides must allow it.
    /// Without credentials, only the policy of the API counts.
    pub fn evaluate(&self, principal: Option<&str>, request: &AccessRequest<'_>) -> Access<'p> {
        let needs_both =
            principal.is_some_and(|principal| account_of(principal) != account_of(request.resource));
        let own = |policies: &[&'p Policy]| evaluate(policies, request, Caller::Owner);
        let identity = own(self.identity);
        let permissions_boundary = self.permissions_boundary.map(|policy| own(&[policy]));
        let session = (!self.session.is_empty()).then(|| own(self.session));
        let caller = Caller::Principal { arn: principal, needs_both };
        let resource = evaluate(self.resource.as_slice(), request, caller);

        // By their kinds, in the order in which they are asked; what there is none of does not limit.
        let is = |evaluation: &Evaluation<'_>, decision| evaluation.decision() == decision;
        let any = |evaluation: &Option<Evaluation<'_>>, decision| {
            evaluation.as_ref().is_some_and(|evaluation| is(evaluation, decision))
        };
        let kinds = |decision| {
            [
                (PolicySet::Identity, is(&identity, decision)),
                (PolicySet::PermissionsBoundary, any(&permissions_boundary, decision)),
                (PolicySet::Session, any(&session, decision)),
                (PolicySet::Resource, is(&resource, decision)),
            ]
        };
        let denies = kinds(Decision::ExplicitDeny);
        let lacks = kinds(Decision::ImplicitDeny);
        let resource_allows = is(&resource, Decision::Allow);
        let counts = |kind: PolicySet| match kind {
            _ if principal.is_none() && self.identity.is_empty() => kind == PolicySet::Resource,
            _ if needs_both => true,
            PolicySet::Resource => false,
            _ if !resource_allows => true,
            PolicySet::Identity => false,
            _ => !resource.grants_directly,
        };
        let first = |kinds: [(PolicySet, bool); 4], counts: &dyn Fn(PolicySet) -> bool| {
            kinds.into_iter().find(|(kind, holds)| *holds && counts(*kind)).map(|(kind, _)| kind)
        };
        let (decision, decided_by) = if let Some(kind) = first(denies, &|_| true) {
            (Decision::ExplicitDeny, kind)
        } else if let Some(kind) = first(lacks, &counts) {
            (Decision::ImplicitDeny, kind)
        } else if resource_allows {
            (Decision::Allow, PolicySet::Resource)
        } else {
            (Decision::Allow, PolicySet::Identity)
        };
        Access { decision, decided_by, identity, permissions_boundary, session, resource }
    }
}
