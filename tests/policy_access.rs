//! What all policies about a request decide together: each sentence of AWS's pages as a case.

use serde_json::{Value, json};
use sigv4_wasm::policy::{AccessRequest, Context, Decision, Policy, PolicyKind, PolicySet, PolicySets};

use Decision::{Allow, ExplicitDeny, ImplicitDeny};
use PolicySet::{Identity, PermissionsBoundary, Resource, Session};

const ACCOUNT: &str = "arn:aws:iam::111122223333:root";
const USER: &str = "arn:aws:iam::111122223333:user/ana";
const ROLE: &str = "arn:aws:iam::111122223333:role/reader";
const SESSION: &str = "arn:aws:sts::111122223333:assumed-role/reader/s1";
const STRANGER: &str = "arn:aws:sts::444455556666:assumed-role/reader/s1";
const PETS: &str = "arn:aws:execute-api:us-east-1:111122223333:a1b2c3/prod/GET/pets";

const YES: Option<&str> = Some("Allow");
const NO: Option<&str> = Some("Deny");
/// A policy that is about something else.
const ELSE: Option<&str> = Some("else");

fn statement(effect: &str) -> Value {
    match effect {
        "else" => json!({ "Effect": "Allow", "Action": "s3:*", "Resource": "*" }),
        effect => json!({ "Effect": effect, "Action": "execute-api:Invoke", "Resource": "*" }),
    }
}

/// What the caller's own policies, its boundary, its session and the policy of the API (with whom that names) say.
struct Case {
    identity: Option<&'static str>,
    boundary: Option<&'static str>,
    session: Option<&'static str>,
    resource: Option<(&'static str, Value)>,
}

impl Case {
    fn decides(self, caller: Option<&str>) -> (Decision, PolicySet) {
        let own = |effect: Option<&str>| {
            effect.map(|effect| {
                let document = json!({ "Statement": statement(effect) }).to_string();
                Policy::parse(&document, PolicyKind::Identity).unwrap()
            })
        };
        let of_api = self.resource.as_ref().map(|(effect, principal)| {
            let mut statement = statement(effect);
            statement["Principal"] = principal.clone();
            Policy::parse(&json!({ "Statement": statement }).to_string(), PolicyKind::Resource).unwrap()
        });
        let (identity, boundary, session) = (own(self.identity), own(self.boundary), own(self.session));
        let identity: Vec<&Policy> = identity.iter().collect();
        let session: Vec<&Policy> = session.iter().collect();
        let mut sets = PolicySets::new().identity(&identity).session(&session);
        if let Some(policy) = &boundary {
            sets = sets.permissions_boundary(policy);
        }
        if let Some(policy) = &of_api {
            sets = sets.resource(policy);
        }
        let context = Context::default();
        let request = AccessRequest::new("execute-api:Invoke", PETS, &context).unwrap();
        let access = sets.evaluate(caller, &request);
        (access.decision(), access.decided_by())
    }
}

/// Without a policy of the API.
fn own(
    identity: Option<&'static str>,
    boundary: Option<&'static str>,
    session: Option<&'static str>,
) -> (Decision, PolicySet) {
    Case { identity, boundary, session, resource: None }.decides(Some(SESSION))
}

/// "How AWS enforcement code logic evaluates requests to allow or deny access": by the policies of a role, in order.
#[test]
fn a_role_may_do_what_its_policies_its_boundary_and_its_session_allow() {
    assert_eq!(own(YES, None, None), (Allow, Identity));
    assert_eq!(own(None, None, None), (ImplicitDeny, Identity));
    assert_eq!(own(YES, YES, YES), (Allow, Identity));
    // "If the action is not allowed by the permissions boundary, the request is implicitly denied." It grants nothing itself.
    assert_eq!(own(YES, ELSE, None), (ImplicitDeny, PermissionsBoundary));
    assert_eq!(own(ELSE, YES, None), (ImplicitDeny, Identity));
    // "The resulting session's permissions are the intersection".
    assert_eq!(own(YES, None, ELSE), (ImplicitDeny, Session));
    assert_eq!(own(ELSE, None, YES), (ImplicitDeny, Identity));
    assert_eq!(own(YES, ELSE, ELSE), (ImplicitDeny, PermissionsBoundary));
}

/// "An explicit deny in any of these policies overrides the allow."
#[test]
fn one_denial_is_enough_wherever_it_stands() {
    let everyone = json!("*");
    assert_eq!(own(NO, YES, YES), (ExplicitDeny, Identity));
    assert_eq!(own(YES, NO, YES), (ExplicitDeny, PermissionsBoundary));
    assert_eq!(own(YES, YES, NO), (ExplicitDeny, Session));
    for caller in [Some(USER), Some(SESSION), Some(STRANGER), None] {
        let case = |identity, boundary, effect| Case {
            identity,
            boundary,
            session: None,
            resource: Some((effect, everyone.clone())),
        };
        assert_eq!(case(YES, YES, "Deny").decides(caller), (ExplicitDeny, Resource));
        assert_eq!(case(YES, NO, "Allow").decides(caller), (ExplicitDeny, PermissionsBoundary));
    }
}

/// "Determining whether a request is allowed or denied within an account", resource-based policies: whom they name decides what
/// an implicit denial elsewhere is worth.
#[test]
fn a_policy_of_an_api_of_the_same_account_counts_by_whom_it_names() {
    let case = |identity, boundary, session, principal: Value| Case {
        identity,
        boundary,
        session,
        resource: Some(("Allow", principal)),
    };
    let aws = |arn: &str| json!({ "AWS": arn });
    // "… grant permissions to an IAM user ARN … are not limited by an implicit deny in an identity-based policy or permissions
    // boundary."
    assert_eq!(case(ELSE, ELSE, None, aws(USER)).decides(Some(USER)), (Allow, Resource));
    // "… to an IAM role session ARN grant permissions directly to the assumed role session … not limited by an implicit deny in an
    // identity-based policy, a permissions boundary, or session policy."
    assert_eq!(case(ELSE, ELSE, ELSE, aws(SESSION)).decides(Some(SESSION)), (Allow, Resource));
    // "… to an IAM role ARN are limited by an implicit deny in a permissions boundary or session policy."
    assert_eq!(case(ELSE, None, None, aws(ROLE)).decides(Some(SESSION)), (Allow, Resource));
    assert_eq!(case(ELSE, YES, YES, aws(ROLE)).decides(Some(SESSION)), (Allow, Resource));
    assert_eq!(case(YES, ELSE, None, aws(ROLE)).decides(Some(SESSION)), (ImplicitDeny, PermissionsBoundary));
    assert_eq!(case(YES, YES, ELSE, aws(ROLE)).decides(Some(SESSION)), (ImplicitDeny, Session));
    // A wildcard in Principal names whoever asks.
    assert_eq!(case(ELSE, ELSE, ELSE, json!("*")).decides(Some(SESSION)), (Allow, Resource));
    assert_eq!(
        case(ELSE, ELSE, ELSE, json!({ "AWS": [ROLE, "*"] })).decides(Some(SESSION)),
        (Allow, Resource)
    );
    // The account as a whole leaves it to the policies of the caller, with their limits.
    assert_eq!(case(ELSE, None, None, aws(ACCOUNT)).decides(Some(SESSION)), (ImplicitDeny, Identity));
    assert_eq!(
        case(YES, ELSE, None, aws(ACCOUNT)).decides(Some(SESSION)),
        (ImplicitDeny, PermissionsBoundary)
    );
    // Somebody else is not the caller.
    assert_eq!(case(YES, ELSE, None, aws(ROLE)).decides(Some(USER)), (ImplicitDeny, PermissionsBoundary));
}

/// "Cross-account policy evaluation logic": "The request is allowed if both accounts allow it."
#[test]
fn across_accounts_both_sides_must_allow() {
    let case = |identity, boundary, session, effect| Case {
        identity,
        boundary,
        session,
        resource: Some((effect, json!({ "AWS": "444455556666" }))),
    };
    let stranger = Some(STRANGER);
    assert_eq!(case(YES, None, None, "Allow").decides(stranger), (Allow, Resource));
    assert_eq!(case(YES, YES, YES, "Allow").decides(stranger), (Allow, Resource));
    assert_eq!(case(ELSE, None, None, "Allow").decides(stranger), (ImplicitDeny, Identity));
    assert_eq!(case(YES, ELSE, None, "Allow").decides(stranger), (ImplicitDeny, PermissionsBoundary));
    assert_eq!(case(YES, None, ELSE, "Allow").decides(stranger), (ImplicitDeny, Session));
    assert_eq!(case(YES, YES, None, "else").decides(stranger), (ImplicitDeny, Resource));
    let without = Case { identity: YES, boundary: None, session: None, resource: None };
    assert_eq!(without.decides(stranger), (ImplicitDeny, Resource));
}

/// "API Gateway resource policy only", developer guide.
#[test]
fn without_credentials_the_policy_of_the_api_decides_alone() {
    let case = |principal: Value| Case {
        identity: None,
        boundary: None,
        session: None,
        resource: Some(("Allow", principal)),
    };
    assert_eq!(case(json!("*")).decides(None), (Allow, Resource));
    assert_eq!(case(json!({ "AWS": USER })).decides(None), (ImplicitDeny, Resource));
}
