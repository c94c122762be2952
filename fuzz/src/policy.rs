//! IAM policies: reading and evaluating end, whatever the text; a Deny wins over everything, and an Allow more never takes something
//! away.

use arbitrary::Arbitrary;
use sigv4_wasm::policy::{
    AccessRequest, Context, Decision, Policy, PolicyKind, evaluate_access, evaluate_policies,
};

use crate::input;

#[derive(Arbitrary, Debug)]
struct Input {
    raw: String,
    statements: Vec<Statement>,
    action: Text,
    resource: Text,
    context: Vec<(Text, Text)>,
    principal: Option<Text>,
}

#[derive(Arbitrary, Debug)]
struct Statement {
    denies: bool,
    action: Text,
    resource: Text,
    not_action: bool,
    not_resource: bool,
    principal: Option<Text>,
    condition: Option<(u8, Text, Text)>,
}

/// Pieces that meet, and random ones.
#[derive(Arbitrary, Debug)]
enum Text {
    Piece(u8),
    Pieces(Vec<u8>),
    Any(String),
}

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
        context.insert(key.text(), [value.text()]);
    }
    let (action, resource) = (input.action.text(), input.resource.text());
    let Ok(request) = AccessRequest::new(&action, &resource, &context) else { return };
    let Ok(policy) = Policy::parse(&input.document(false), PolicyKind::Identity) else { return };
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
    let principal = input.principal.as_ref().map(Text::text);
    let access = evaluate_access(&[&policy], of_api.as_ref(), principal.as_deref(), &request);
    let parts = [access.identity().decision(), access.resource().decision()];
    assert_eq!(access.decision() == Decision::ExplicitDeny, parts.contains(&Decision::ExplicitDeny));
    assert!(access.decision() != Decision::Allow || parts.contains(&Decision::Allow));
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
        json[if self.not_action { "NotAction" } else { "Action" }] = self.action.text().into();
        json[if self.not_resource { "NotResource" } else { "Resource" }] = self.resource.text().into();
        if has_principal {
            let principal = self.principal.as_ref().map_or("*".into(), Text::text);
            json["Principal"] = serde_json::json!({ "AWS": principal });
        }
        if let Some((operator, key, value)) = &self.condition {
            let operator = OPERATORS[usize::from(*operator) % OPERATORS.len()];
            let value = if operator == "Null" || operator == "Bool" { "true".into() } else { value.text() };
            json["Condition"] = serde_json::json!({ operator: { key.text(): value } });
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
