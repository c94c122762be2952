//! IAM policies: reading and evaluating end, whatever the text; a Deny wins over everything, and an Allow more never takes
//! something away.

use arbitrary::Arbitrary;
use sigv4_wasm::policy::{
    AccessRequest, Context, Decision, Policy, PolicyKind, PolicySets, evaluate_policies,
};

use crate::input;

#[derive(Arbitrary, Debug)]
struct Input {
    raw: String,
    statements: Vec<Statement>,
    action: u8,
    resource: u8,
    path: Text,
    context: Vec<(u8, Text)>,
    principal: Option<u8>,
}

#[derive(Arbitrary, Debug)]
struct Statement {
    denies: bool,
    action: u8,
    resource: u8,
    /// Random, instead of one of these two or at the end of it.
    text: Option<Text>,
    not_action: bool,
    not_resource: bool,
    principal: u8,
    condition: Option<(u8, u8, Text)>,
}

/// Pieces that meet, and random ones.
#[derive(Arbitrary, Debug)]
enum Text {
    Piece(u8),
    Pieces(Vec<u8>),
    Any(String),
}

const ACTIONS: [&str; 4] =
    ["execute-api:Invoke", "execute-api:ManageConnections", "s3:GetObject", "S3:getobject"];
const RESOURCES: [&str; 3] =
    ["arn:aws:execute-api:eu-west-1:123456789012:abc/prod/GET/", "arn:aws:s3:::bucket/", "arn:aws:s3:::"];
const ACTION_PATTERNS: [&str; 6] =
    ["*", "execute-api:*", "execute-api:Invoke", "s3:Get*", "s3:?etObject", "EXECUTE-API:inv*"];
const RESOURCE_PATTERNS: [&str; 6] = [
    "*",
    "arn:aws:execute-api:*:*:*/prod/GET/*",
    "arn:aws:execute-api:eu-west-1:123456789012:abc/*",
    "arn:aws:s3:::bucket/*",
    "arn:aws:s3:::${aws:username}/?*",
    "arn:aws:s3:::bucket/${aws:PrincipalTag/a, 'b'}",
];
const PRINCIPALS: [&str; 5] = [
    "*",
    "123456789012",
    "444455556666",
    "arn:aws:iam::123456789012:user/ana",
    "arn:aws:iam::123456789012:root",
];
const KEYS: [&str; 6] = [
    "aws:username",
    "aws:SourceIp",
    "aws:CurrentTime",
    "aws:PrincipalTag/a",
    "aws:SecureTransport",
    "s3:prefix",
];
const PIECES: [&str; 24] = [
    "execute-api:Invoke",
    "execute-api:",
    "s3:GetObject",
    "s3:",
    "*",
    "?",
    "arn:aws:execute-api:eu-west-1:123456789012:abc/prod/GET/a",
    "arn:aws:s3:::bucket/",
    "arn:aws:iam::123456789012:user/ana",
    "arn:aws:iam::123456789012:root",
    "${aws:username}",
    "${aws:PrincipalTag/a, 'b'}",
    "${*}",
    "aws:username",
    "aws:SourceIp",
    "aws:CurrentTime",
    "10.0.0.0/8",
    "10.1.2.3",
    "2001:db8::/32",
    "2015-08-30T12:36:00Z",
    "true",
    "12",
    "/",
    "ana",
];
const OPERATORS: [&str; 16] = [
    "StringEquals",
    "StringNotEquals",
    "StringLike",
    "StringEqualsIgnoreCase",
    "StringEqualsIfExists",
    "ForAllValues:StringLike",
    "ForAnyValue:StringEquals",
    "NumericLessThan",
    "DateGreaterThan",
    "Bool",
    "BinaryEquals",
    "IpAddress",
    "NotIpAddress",
    "ArnLike",
    "ArnEquals",
    "Null",
];

/// Bytes as policies and a request.
pub fn run(data: &[u8]) {
    let Some(input) = input::<Input>(data) else { return };
    for kind in [PolicyKind::Identity, PolicyKind::Resource] {
        let _ = Policy::parse(&input.raw, kind);
    }
    let mut context = Context::default();
    for (key, value) in &input.context {
        context.insert(KEYS[usize::from(*key) % KEYS.len()], [value.text()]);
    }
    let action = ACTIONS[usize::from(input.action) % ACTIONS.len()];
    let resource =
        format!("{}{}", RESOURCES[usize::from(input.resource) % RESOURCES.len()], input.path.text());
    let Ok(request) = AccessRequest::new(action, &resource, &context) else { return };
    let Ok(policy) = Policy::parse(&input.document(false), PolicyKind::Identity) else { return };
    crate::completed();
    let decide = |policies: &[&Policy]| evaluate_policies(policies, &request).decision();
    let decision = decide(&[&policy]);
    assert_eq!(decide(&[&policy]), decision, "a second evaluation decides otherwise");
    assert_eq!(decide(&[&policy, &policy]), decision, "a policy twice decides otherwise");

    let everything = |effect| {
        let text = format!(
            r#"{{"Version":"2012-10-17","Statement":{{"Effect":"{effect}","Action":"*","Resource":"*"}}}}"#
        );
        Policy::parse(&text, PolicyKind::Identity).expect("a policy")
    };
    let (allow, deny) = (everything("Allow"), everything("Deny"));
    let expected = if decision == Decision::ExplicitDeny { Decision::ExplicitDeny } else { Decision::Allow };
    assert_eq!(decide(&[&policy, &allow]), expected);
    assert_eq!(decide(&[&allow, &policy]), expected);
    assert_eq!(decide(&[&policy, &allow, &deny]), Decision::ExplicitDeny);

    let of_api = Policy::parse(&input.document(true), PolicyKind::Resource).ok();
    let principal = input.principal.map(|number| PRINCIPALS[usize::from(number) % PRINCIPALS.len()]);
    let identity = [&policy];
    let mut sets = PolicySets::new().identity(&identity);
    if let Some(policy) = &of_api {
        sets = sets.resource(policy);
    }
    let access = sets.evaluate(principal, &request);
    let parts = [access.identity().decision(), access.resource().decision()];
    assert_eq!(access.decision() == Decision::ExplicitDeny, parts.contains(&Decision::ExplicitDeny));
    assert!(access.decision() != Decision::Allow || parts.contains(&Decision::Allow));
    // What allows everything does not limit, and what limits never allows.
    let free = sets.permissions_boundary(&allow).session(&[&allow]).evaluate(principal, &request);
    assert_eq!(free.decision(), access.decision());
    let limited = sets.permissions_boundary(&policy).evaluate(principal, &request);
    assert!(limited.decision() != Decision::Allow || access.decision() == Decision::Allow);
}

impl Input {
    fn document(&self, has_principals: bool) -> String {
        let statements = self.statements.iter().map(|statement| statement.json(has_principals));
        let document =
            serde_json::json!({ "Version": "2012-10-17", "Statement": statements.collect::<Vec<_>>() });
        document.to_string()
    }
}

impl Statement {
    fn json(&self, has_principal: bool) -> serde_json::Value {
        let mut json = serde_json::json!({ "Effect": if self.denies { "Deny" } else { "Allow" } });
        let pick = |list: &[&str], number: u8| list[usize::from(number) % list.len()].to_owned();
        let mut action = pick(&ACTION_PATTERNS, self.action);
        let mut resource = pick(&RESOURCE_PATTERNS, self.resource);
        if let Some(text) = &self.text {
            let place = if self.action < 128 { &mut action } else { &mut resource };
            *place += &text.text();
        }
        json[if self.not_action { "NotAction" } else { "Action" }] = action.into();
        json[if self.not_resource { "NotResource" } else { "Resource" }] = resource.into();
        if has_principal {
            json["Principal"] = serde_json::json!({ "AWS": pick(&PRINCIPALS, self.principal) });
        }
        if let Some((operator, key, value)) = &self.condition {
            let operator = OPERATORS[usize::from(*operator) % OPERATORS.len()];
            let value = if operator == "Null" || operator == "Bool" { "true".into() } else { value.text() };
            json["Condition"] = serde_json::json!({ operator: { pick(&KEYS, *key): value } });
        }
        json
    }
}

impl Text {
    fn text(&self) -> String {
        let piece = |number: &u8| PIECES[usize::from(*number) % PIECES.len()];
        match self {
            Self::Piece(number) => piece(number).into(),
            Self::Pieces(numbers) => numbers.iter().map(piece).collect(),
            Self::Any(text) => text.clone(),
        }
    }
}
