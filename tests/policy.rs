//! Policies, natively: what somebody else's simulator decided of 18,000 random cases, examples of AWS's pages, and input that
//! is meant to do harm. `tests/js/policy*.test.js` has the rest.

use std::process::Command;

use serde_json::{Value, json};
use sigv4_wasm::policy::{
    AccessRequest, Context, Decision, Element, Evaluation, Policy, PolicyKind, PolicySet, PolicySets,
    evaluate_policies,
};

const INVOKE: &str = "execute-api:Invoke";
const PETS: &str = "arn:aws:execute-api:us-east-1:111122223333:a1b2c3/prod/GET/pets";
const ANA: &str = "arn:aws:iam::111122223333:user/ana";

/// As `tests/js/policy.simulate.test.js` compares them: where a statement cannot be evaluated, we are the stricter ones. And a
/// grant of the API's policy to a session or to everyone is not limited by the policies of the session, as AWS has it ("Session
/// policies": "not limited by the session policy"); to the other, these always limit.
#[test]
fn decides_as_iam_simulate() {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/differential/policy-print.mjs");
    let Ok(printed) = Command::new("node").arg(script).output() else {
        println!("skipped: the cases are written by Node.js, which is not here");
        return;
    };
    let printed = String::from_utf8(printed.stdout).unwrap();
    let (mut counts, mut stricter, mut unlimited, mut wrong) = ([0; 3], 0, 0, Vec::new());
    for line in printed.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let parse = |document: &Value, kind| Policy::parse(&document.to_string(), kind).unwrap();
        let list = |name: &str| -> Vec<Policy> {
            let documents = case.get(name).and_then(Value::as_array).into_iter().flatten();
            documents.map(|document| parse(document, PolicyKind::Identity)).collect()
        };
        let (identity, session) = (list("identityPolicies"), list("sessionPolicies"));
        let (identity, session): (Vec<_>, Vec<_>) = (identity.iter().collect(), session.iter().collect());
        let boundary = case.get("permissionsBoundary").map(|document| parse(document, PolicyKind::Identity));
        let of_api = case.get("resourcePolicy").map(|document| parse(document, PolicyKind::Resource));
        let context = context_of(&case["request"]["context"]);
        let text = |name: &str| case["request"][name].as_str().unwrap();
        let request = AccessRequest::new(text("action"), text("resource"), &context).unwrap();
        let mut is_unlimited = false;
        let (ours, unevaluated) = if case["kind"] == "identity" {
            let evaluation = evaluate_policies(&identity, &request);
            (evaluation.decision(), !evaluation.unevaluated().is_empty())
        } else {
            let mut sets = PolicySets::new().identity(&identity).session(&session);
            if let Some(policy) = &boundary {
                sets = sets.permissions_boundary(policy);
            }
            if let Some(policy) = &of_api {
                sets = sets.resource(policy);
            }
            let access = sets.evaluate(case["principal"].as_str(), &request);
            is_unlimited = access.decided_by() == PolicySet::Resource
                && access.session().is_some_and(|session| session.decision() == Decision::ImplicitDeny);
            let parts = [Some(access.identity()), access.permissions_boundary(), access.session()];
            let mut parts = parts.into_iter().flatten().chain([access.resource()]);
            (access.decision(), parts.any(|part| !part.unevaluated().is_empty()))
        };
        let strictness = |letter| "aie".find(letter).unwrap();
        let letter = match ours {
            Decision::Allow => 'a',
            Decision::ExplicitDeny => 'e',
            Decision::ImplicitDeny => 'i',
            _ => unreachable!(),
        };
        let theirs = case["decision"].as_str().unwrap().chars().next().unwrap();
        counts[strictness(letter)] += 1;
        if letter != theirs {
            if unevaluated && strictness(letter) > strictness(theirs) {
                stricter += 1;
            } else if is_unlimited && (letter, theirs) == ('a', 'i') {
                unlimited += 1;
            } else {
                wrong.push(line.to_owned());
            }
        }
    }
    assert!(wrong.is_empty(), "{} differ, such as {}", wrong.len(), wrong[0]);
    assert_eq!(counts.iter().sum::<usize>(), 18_000);
    assert!(counts.iter().all(|count| *count > 600), "{counts:?}");
    assert!(stricter < 90, "{stricter} could not be evaluated");
    assert!((20..100).contains(&unlimited), "{unlimited} are not limited by a session policy");
}

fn context_of(object: &Value) -> Context<'_> {
    let mut context = Context::default();
    for (key, value) in object.as_object().unwrap() {
        match value.as_array() {
            Some(values) => context.insert(key, values.iter().map(|value| value.as_str().unwrap())),
            None => context.insert(key, [value.as_str().unwrap()]),
        }
    }
    context
}

fn policy(statements: Value) -> Result<Policy, String> {
    let document = json!({ "Version": "2012-10-17", "Statement": statements });
    Policy::parse(&document.to_string(), PolicyKind::Identity).map_err(|error| error.to_string())
}

fn allow(elements: Value) -> Value {
    let mut statement = json!({ "Effect": "Allow", "Action": INVOKE });
    if elements.get("NotResource").is_none() {
        statement["Resource"] = json!("*");
    }
    statement.as_object_mut().unwrap().extend(elements.as_object().unwrap().clone());
    statement
}

fn evaluate<'p>(policies: &[&'p Policy], context: &Context<'_>) -> Evaluation<'p> {
    evaluate_policies(policies, &AccessRequest::new(INVOKE, PETS, context).unwrap())
}

#[test]
fn says_which_statement_decided() {
    let first = policy(json!([allow(json!({ "Action": "s3:*" })), allow(json!({ "Sid": "pets" }))])).unwrap();
    let second = policy(json!([allow(json!({})), allow(json!({ "Effect": "Deny", "Sid": "no" }))])).unwrap();
    let context = Context::default();
    let place = |evaluation: &Evaluation<'_>| {
        let place = evaluation.statement().unwrap();
        (place.policy(), place.statement(), place.sid().map(str::to_owned))
    };
    let allowed = evaluate(&[&first], &context);
    assert_eq!((allowed.decision(), place(&allowed)), (Decision::Allow, (0, 1, Some("pets".into()))));
    let denied = evaluate(&[&first, &second], &context);
    assert_eq!((denied.decision(), place(&denied)), (Decision::ExplicitDeny, (1, 1, Some("no".into()))));
    assert_eq!(denied.nearest(), None);
}

#[test]
fn says_what_came_nearest() {
    let name = |values: Value| json!({ "StringEquals": { "aws:username": values } });
    let other = "arn:aws:execute-api:us-east-1:111122223333:a1b2c3/prod/GET/users";
    let by_action = allow(json!({ "Action": ["s3:*", "sqs:Send*"] }));
    let by_resource = allow(json!({ "Sid": "users", "Resource": other }));
    let by_condition = allow(json!({ "Sid": "bo", "Condition": name(json!(["bo", "eve"])) }));
    let by_variable = allow(json!({ "NotResource": "arn:aws:sqs:*:*:${aws:userid}" }));
    let context: Context<'_> = [("AWS:UserName", "ana")].into_iter().collect();
    let cases = [
        (json!([by_action]), 0, None, Element::Action, vec!["s3:*", "sqs:Send*"], vec![INVOKE]),
        (json!([by_action, by_resource]), 1, Some("users"), Element::Resource, vec![other], vec![PETS]),
        // Of those that are as near, the first.
        (json!([by_resource, by_variable]), 0, Some("users"), Element::Resource, vec![other], vec![PETS]),
        (
            json!([by_variable, by_action]),
            0,
            None,
            Element::NotResource,
            vec!["arn:aws:sqs:*:*:${aws:userid}"],
            vec![PETS],
        ),
    ];
    for (statements, statement, sid, element, expected, given) in cases {
        let policy = policy(statements).unwrap();
        let evaluation = evaluate(&[&policy], &context);
        let nearest = evaluation.nearest().unwrap();
        let place = nearest.place();
        assert_eq!((place.policy(), place.statement(), place.sid()), (0, statement, sid));
        assert_eq!(
            (nearest.element(), nearest.expected(), nearest.given()),
            (
                element,
                &*expected.iter().map(|text| text.to_string()).collect::<Vec<_>>(),
                &*given.iter().map(|text| text.to_string()).collect::<Vec<_>>(),
            )
        );
    }

    let denies = allow(json!({ "Effect": "Deny", "Condition": name(json!("eve")) }));
    let first = policy(json!([denies, by_action])).unwrap();
    let second = policy(json!([by_resource, by_condition])).unwrap();
    for (context, given) in [(context, vec!["ana"]), (Context::default(), vec![])] {
        let evaluation = evaluate(&[&first, &second], &context);
        let nearest = evaluation.nearest().unwrap();
        assert_eq!(
            (nearest.place().policy(), nearest.place().statement(), nearest.place().sid()),
            (1, 1, Some("bo"))
        );
        let Element::Condition { operator, key, .. } = nearest.element() else { panic!("{nearest:?}") };
        assert_eq!((operator, key), ("StringEquals", "aws:username"));
        assert_eq!(nearest.expected(), ["bo", "eve"]);
        assert_eq!(nearest.given(), given);
    }
    assert_eq!(evaluate(&[], &Context::default()).nearest(), None);
}

#[test]
fn a_policy_of_an_api_names_whom_it_is_for() {
    let document = json!({ "Statement": allow(json!({ "Principal": { "AWS": ANA }, "Resource": "execute-api:/prod/*" })) });
    let of_api = Policy::parse(&document.to_string(), PolicyKind::Resource).unwrap();
    let context = Context::default();
    let request = AccessRequest::new(INVOKE, PETS, &context).unwrap();
    let of_api = PolicySets::new().resource(&of_api);
    assert_eq!(of_api.evaluate(Some(ANA), &request).decision(), Decision::Allow);
    for caller in [None, Some("arn:aws:iam::111122223333:user/bo")] {
        let access = of_api.evaluate(caller, &request);
        assert_eq!(access.decision(), Decision::ImplicitDeny);
        let nearest = access.resource().nearest().unwrap();
        assert_eq!((nearest.element(), nearest.expected()), (Element::Principal, &[ANA.to_owned()][..]));
        assert_eq!(nearest.given(), caller.into_iter().collect::<Vec<_>>());
    }
}

#[test]
fn what_cannot_be_evaluated_allows_nothing_and_denies() {
    let context: Context<'_> = [("aws:SourceIp", "192.0.2.1:80")].into_iter().collect();
    for (effect, decision) in [("Allow", Decision::ImplicitDeny), ("Deny", Decision::ExplicitDeny)] {
        let condition = json!({ "NotIpAddress": { "aws:SourceIp": "192.0.2.0/24" } });
        let policy = policy(json!(allow(json!({ "Effect": effect, "Condition": condition })))).unwrap();
        let evaluation = evaluate(&[&policy], &context);
        assert_eq!(evaluation.decision(), decision);
        let [unevaluated] = evaluation.unevaluated() else { panic!("{evaluation:?}") };
        assert_eq!(unevaluated.key(), "aws:SourceIp");
        assert_eq!(
            unevaluated.reason(),
            "the request has \"192.0.2.1:80\" there, which is not an IP address"
        );
    }
}

#[test]
fn refuses_what_is_unknown() {
    let refused = |json: &str| Policy::parse(json, PolicyKind::Identity).unwrap_err().to_string();
    for (json, message) in [
        ("{", "the policy is no JSON: "),
        (r#"{"Statement":{"Effect":"Allow","Effect":"Deny"}}"#, "the policy has the same element twice"),
        ("[]", "the policy must be an object with Version, Id, Statement, not []"),
        (r#"{"Version":"2012-10-17"}"#, "the policy has no Statement"),
        (
            r#"{"Statement":[{"effect":"Allow"}]}"#,
            "the policy, Statement[0] has an unknown element \"effect\": write one of Effect",
        ),
    ] {
        assert!(refused(json).starts_with(message), "{}", refused(json));
    }
    let message = policy(json!(allow(json!({ "Condition": { "StringMatches": { "aws:username": "x" } } }))))
        .unwrap_err();
    assert!(message.starts_with(
        "the policy, Statement.Condition.StringMatches is not a condition operator: use one of"
    ));
    // Characters outside of the Basic Multilingual Plane are characters.
    assert!(policy(json!(allow(json!({ "Resource": "arn:aws:s3:::😀*" })))).is_ok());
}

#[test]
fn takes_what_does_harm() {
    for json in ["[".repeat(1_000_000), format!("{}1{}", r#"{"a":"#.repeat(100_000), "}".repeat(100_000))] {
        assert!(Policy::parse(&json, PolicyKind::Identity).is_err());
    }
    let long =
        policy(json!(allow(json!({ "Resource": format!("arn:{}", "*".repeat(20_480)) })))).unwrap_err();
    assert!(long.contains("AWS takes 20480 at most"), "{long}");

    let text = "a".repeat(3000);
    let resource = [PETS, &text].concat();
    let context: Context<'_> = [("aws:UserAgent", &*text)].into_iter().collect();
    let request = AccessRequest::new(INVOKE, &resource, &context).unwrap();
    for pattern in [
        format!("{}b", "*a".repeat(9000)),
        format!("{}b", "*".repeat(20_000)),
        format!("*{}b", "?".repeat(8000)),
        format!("*{}b", "a".repeat(4000)),
    ] {
        for elements in [
            json!({ "Resource": format!("arn:{pattern}") }),
            json!({ "Condition": { "StringLike": { "aws:UserAgent": pattern } } }),
        ] {
            let policy = policy(allow(elements)).unwrap();
            assert_eq!(evaluate_policies(&[&policy], &request).decision(), Decision::ImplicitDeny);
        }
    }
}

/// Documents made of pieces that mean something, in places if they do not belong; and random requests. Nothing panics.
#[test]
fn no_input_panics() {
    let mut seed = 7u32;
    let mut next = move |below: usize| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (seed >> 8) as usize % below
    };
    const PIECES: &[&str] = &[
        "*",
        "?",
        "${",
        "}",
        "${aws:username}",
        "${aws:x, 'y'}",
        "${*}",
        "$",
        ":",
        "/",
        "arn:aws:iam::1:role/x",
        "arn:",
        "😀",
        "\u{0}",
        "'",
        ",",
        " ",
        "",
        "true",
        "2026-02-03T04:05:06Z",
        "1e5",
        "-",
        "192.0.2.0/24",
        "::1",
        "execute-api:/",
        "QQ==",
        "aws:username",
        "Allow",
        "Deny",
        "AWS",
        "ForAllValues:",
        "StringLike",
        "IfExists",
        "ä",
        "\u{2028}",
    ];
    let mut parsed = 0;
    for _ in 0..20_000 {
        let text = |next: &mut dyn FnMut(usize) -> usize| {
            (0..next(5)).map(|_| PIECES[next(PIECES.len())]).collect::<String>()
        };
        let operators = [
            "StringLike",
            "ArnLike",
            "StringEqualsIgnoreCase",
            "IpAddress",
            "DateEquals",
            "NumericEquals",
            "Bool",
            "Null",
            "BinaryEquals",
        ];
        let operator = match next(4) {
            0 => text(&mut next),
            n => format!(
                "{}{}",
                ["", "", "ForAnyValue:", "ForAllValues:"][n],
                operators[next(operators.len())]
            ),
        };
        let key = if next(4) == 0 { text(&mut next) } else { "aws:username".to_owned() };
        let values: Vec<String> = (0..next(3)).map(|_| text(&mut next)).collect();
        let mut statement = allow(json!({}));
        if next(2) == 0 {
            statement["Resource"] = json!(format!("arn:{}", text(&mut next)));
        }
        statement["Condition"] = json!({ operator: { key: values } });
        let kind = if next(5) == 0 { PolicyKind::Resource } else { PolicyKind::Identity };
        if kind == PolicyKind::Resource {
            statement["Principal"] = json!({ "AWS": [text(&mut next)] });
        }
        let version = ["2012-10-17", "2008-10-17"][next(2)];
        let document = json!({ "Version": version, "Statement": statement });
        let Ok(policy) = Policy::parse(&document.to_string(), kind) else { continue };
        parsed += 1;
        let value = text(&mut next);
        let context: Context<'_> =
            [("aws:username", value), ("aws:x", text(&mut next))].into_iter().collect();
        let resource = format!("arn:aws:{}:::{}/", text(&mut next), text(&mut next));
        let Ok(request) = AccessRequest::new(INVOKE, &resource, &context) else { continue };
        let principal = text(&mut next);
        let _ = evaluate_policies(&[&policy], &request);
        let own = [&policy];
        let sets = PolicySets::new().identity(&own).permissions_boundary(&policy).session(&own);
        let _ = sets.resource(&policy).evaluate(Some(&principal), &request);
    }
    assert!(parsed > 1000, "only {parsed} documents were policies");
}
