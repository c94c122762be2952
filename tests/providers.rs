//! Credentials from every source, asked over a closure in place of a network: what is asked, what is read, what is kept.

use std::collections::VecDeque;
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use aws_sigv4::http_request::{SignableBody, SignableRequest, SigningSettings};
use aws_sigv4::sign::v4::SigningParams;
use http::{Request, Response};
use sigv4_wasm::providers::{
    AssumeRole, Chain, CognitoIdentity, Container, Environment, HttpSource, InstanceMetadata, Provider,
    ProviderError, ProviderErrorKind, Source, Step, Token, Variables, WebIdentity,
};
use sigv4_wasm::{Credentials, Timestamp};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

fn now() -> Timestamp {
    SystemTime::now().try_into().unwrap()
}

/// As ISO 8601 writes it.
fn in_seconds(seconds: i64) -> String {
    let time = Timestamp::from_unix_seconds(now().unix_seconds() + seconds).unwrap();
    let text = time.date_time();
    let part = |from: usize, to: usize| text.get(from..to).unwrap();
    let (year, month, day) = (part(0, 4), part(4, 6), part(6, 8));
    format!("{year}-{month}-{day}T{}:{}:{}Z", part(9, 11), part(11, 13), part(13, 15))
}

fn issued(id: &str, seconds: i64) -> String {
    let expires = in_seconds(seconds);
    format!(
        r#"{{"Code":"Success","AccessKeyId":"{id}","SecretAccessKey":"{SECRET}","Token":"t0ken","Expiration":"{expires}"}}"#
    )
}

fn sts_answer(id: &str) -> String {
    let expires = in_seconds(3600);
    format!(
        "<AssumeRoleResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\"><AssumeRoleResult><Credentials>\
         <AccessKeyId>{id}</AccessKeyId><SecretAccessKey>{SECRET}</SecretAccessKey>\
         <SessionToken>t0ken&#43;&amp;==</SessionToken><Expiration>{expires}</Expiration>\
         </Credentials></AssumeRoleResult></AssumeRoleResponse>"
    )
}

fn variables(variables: &[(&str, &str)]) -> Variables {
    variables.iter().copied().collect()
}

/// Runs what waits for nothing but what this test does.
fn now_or_never<F: Future>(future: F) -> F::Output {
    match std::pin::pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("it waits"),
    }
}

/// Plays all endpoints: answers in the order in which they are planned, and keeps what was asked.
#[derive(Clone, Default)]
struct Network(Arc<Mutex<Played>>);

#[derive(Default)]
struct Played {
    asked: Vec<Request<Vec<u8>>>,
    answers: VecDeque<Answer>,
    slept: Vec<Duration>,
}

enum Answer {
    Of(u16, String),
    Nobody,
    Never,
}

impl Network {
    fn of(answers: impl IntoIterator<Item = (u16, String)>) -> Self {
        let network = Self::default();
        for (status, body) in answers {
            network.plan(Answer::Of(status, body));
        }
        network
    }

    fn plan(&self, answer: Answer) {
        self.0.lock().unwrap().answers.push_back(answer);
    }

    fn asked(&self) -> Vec<Request<Vec<u8>>> {
        std::mem::take(&mut self.0.lock().unwrap().asked)
    }

    fn slept(&self) -> Vec<Duration> {
        std::mem::take(&mut self.0.lock().unwrap().slept)
    }

    fn receive(&self, request: Request<Vec<u8>>) -> Answer {
        let mut played = self.0.lock().unwrap();
        played.asked.push(request);
        played.answers.pop_front().expect("one request too many")
    }

    fn provider(&self, source: impl Source + 'static) -> Provider {
        let (sends, sleeps) = (self.clone(), self.clone());
        let send = move |request| {
            let network = sends.clone();
            async move {
                let answer = network.receive(request);
                match answer {
                    Answer::Of(status, body) => {
                        Ok(Response::builder().status(status).body(body.into_bytes()).unwrap())
                    }
                    Answer::Nobody => Err(std::io::Error::from(std::io::ErrorKind::ConnectionRefused)),
                    Answer::Never => std::future::pending().await,
                }
            }
        };
        let sleep = move |duration| {
            let network = sleeps.clone();
            async move { network.0.lock().unwrap().slept.push(duration) }
        };
        Provider::new(source, send, sleep)
    }

    fn credentials(&self, source: impl Source + 'static) -> Result<Credentials, ProviderError> {
        now_or_never(self.provider(source).credentials())
    }
}

fn body_of(request: &Request<Vec<u8>>) -> &str {
    str::from_utf8(request.body()).unwrap()
}

/// Code and message of an error.
fn code_of(result: Result<Credentials, ProviderError>) -> (&'static str, String) {
    let error = result.unwrap_err();
    (error.code(), error.to_string())
}

#[test]
fn the_environment_has_credentials_or_says_what_is_missing() {
    let network = Network::default();
    let full = variables(&[
        ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", SECRET),
        ("AWS_SESSION_TOKEN", "t0ken"),
        ("AWS_CREDENTIAL_EXPIRATION", "2030-01-01T00:00:00+00:00"),
    ]);
    let found = network.credentials(Environment::new().variables(full)).unwrap();
    assert_eq!((found.access_key_id(), found.session_token()), ("AKIDEXAMPLE", Some("t0ken")));
    assert_eq!(found.expires_at().unwrap().date_time(), "20300101T000000Z");

    let empty = variables(&[("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "")]);
    let (code, message) = code_of(network.credentials(Environment::new().variables(empty)));
    assert_eq!(code, "ERR_SIGV4_CREDENTIALS_NOT_FOUND");
    assert_eq!(message, "Environment: AWS_SECRET_ACCESS_KEY is not set");
}

#[test]
fn a_container_is_asked_with_its_token() {
    let token_file = std::env::temp_dir().join(format!("sigv4-wasm-token-{}", std::process::id()));
    std::fs::write(&token_file, "from-file\n").unwrap();
    let token_file = token_file.to_str().unwrap();
    for (set, url, authorization) in [
        (vec![("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/v2/x?y")], "http://169.254.170.2/v2/x?y", None),
        (
            vec![
                ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://169.254.170.23/v1/credentials"),
                ("AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE", token_file),
                ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "not this one"),
            ],
            "http://169.254.170.23/v1/credentials",
            Some("from-file"),
        ),
        (
            vec![
                ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://[fd00:ec2::23]/v1/credentials"),
                ("AWS_CONTAINER_AUTHORIZATION_TOKEN", "from-env"),
            ],
            "http://[fd00:ec2::23]/v1/credentials",
            Some("from-env"),
        ),
    ] {
        let network = Network::of([(200, issued("ASIACONTAINER", 3600))]);
        let found = network.credentials(Container::new().variables(variables(&set))).unwrap();
        assert_eq!((found.access_key_id(), found.session_token()), ("ASIACONTAINER", Some("t0ken")));
        let [asked] = &network.asked()[..] else { panic!("one request") };
        assert_eq!(asked.uri(), url);
        let sent = asked.headers().get("authorization").map(|value| value.to_str().unwrap());
        assert_eq!(sent, authorization);
    }
    std::fs::remove_file(token_file).unwrap();
}

#[test]
fn nobody_else_is_asked_for_the_credentials_of_a_container() {
    for url in [
        "http://example.com/",
        "http://169.254.169.254/",
        "http://127.0.0.1.example.com/",
        "http://127.0.0.1@example.com/",
        "https://user:t0p-s3cret@example.com/",
        "http://0x7f000001/",
        "ftp://127.0.0.1/",
        "/relative",
        "",
        "http://",
        "http://127.0.0.1\\@example.com/",
    ] {
        let (code, message) = code_of(Network::default().credentials(Container::new().url(url)));
        assert_eq!(code, "ERR_SIGV4_OPTION_INVALID", "{url}");
        assert!(!message.contains("t0p-s3cret"), "{message}");
    }
    for url in ["https://example.com/x", "http://localhost:1/x", "http://127.1.2.3/", "http://[::1]:80/"] {
        let network = Network::of([(200, issued("ASIA", 3600))]);
        network.credentials(Container::new().url(url)).unwrap();
    }
    let without = Container::new().variables(variables(&[]));
    assert_eq!(code_of(Network::default().credentials(without)).0, "ERR_SIGV4_CREDENTIALS_NOT_FOUND");
    for token in ["", "a\r\nx-injected: 1", "a\u{7f}"] {
        let source = Container::new().url("http://127.0.0.1/").authorization(token);
        assert_eq!(code_of(Network::default().credentials(source)).0, "ERR_SIGV4_CREDENTIALS_PROVIDER");
    }
}

#[test]
fn an_instance_is_asked_in_three_steps() {
    let source = || InstanceMetadata::new().variables(variables(&[]));
    let network = Network::of([
        (200, "imds-token".into()),
        (200, "my/role\n".into()),
        (200, issued("ASIAINSTANCE", 3600)),
    ]);
    let found = network.credentials(source()).unwrap();
    assert_eq!(found.access_key_id(), "ASIAINSTANCE");
    let asked = network.asked();
    let lines: Vec<String> =
        asked.iter().map(|asked| format!("{} {}", asked.method(), asked.uri())).collect();
    assert_eq!(
        lines,
        [
            "PUT http://169.254.169.254/latest/api/token",
            "GET http://169.254.169.254/latest/meta-data/iam/security-credentials/",
            "GET http://169.254.169.254/latest/meta-data/iam/security-credentials/my%2Frole",
        ]
    );
    assert_eq!(asked[0].headers()["x-aws-ec2-metadata-token-ttl-seconds"], "21600");
    assert_eq!(asked[2].headers()["x-aws-ec2-metadata-token"], "imds-token");

    let not_found = "ERR_SIGV4_CREDENTIALS_NOT_FOUND";
    let failed = "ERR_SIGV4_CREDENTIALS_PROVIDER";
    for (answers, code, says) in [
        (vec![(200, "t"), (404, "")], not_found, "the instance has no role"),
        (vec![(403, "")], failed, "no token: it answered 403"),
        (vec![(200, "a\nb")], failed, "the token is not a valid header value"),
        (vec![(200, "t"), (200, "")], failed, "it answered 200"),
        (
            vec![(200, "t"), (200, "r"), (200, r#"{"Code":"AssumeRoleUnauthorizedAccess","Message":"no"}"#)],
            failed,
            "it answered 200, AssumeRoleUnauthorizedAccess, no",
        ),
    ] {
        let network = Network::of(answers.into_iter().map(|(status, body)| (status, body.to_owned())));
        let error = code_of(network.credentials(source()));
        assert_eq!(error, (code, format!("InstanceMetadata: {says}")));
    }

    // Nobody there: the next source of a chain is asked.
    for answer in [Answer::Nobody, Answer::Never] {
        let network = Network::default();
        network.plan(answer);
        let (code, message) = code_of(network.credentials(source()));
        assert_eq!(code, not_found, "{message}");
    }
    let off = InstanceMetadata::new().variables(variables(&[("AWS_EC2_METADATA_DISABLED", "TRUE")]));
    assert_eq!(code_of(Network::default().credentials(off)).0, not_found);
    let ipv6 = variables(&[("AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE", "IPv6")]);
    let network = Network::of([(403, String::new())]);
    network.credentials(InstanceMetadata::new().variables(ipv6)).unwrap_err();
    assert_eq!(network.asked()[0].uri().host(), Some("[fd00:ec2::254]"));
}

#[test]
fn a_role_is_assumed_with_a_valid_signature() {
    let network = Network::of([(200, issued("ASIACONTAINER", 3600)), (200, sts_answer("ASIAROLE"))]);
    let source =
        AssumeRole::new("arn:aws:iam::123456789012:role/reader", Container::new().url("http://127.0.0.1/"))
            .region("cn-north-1")
            .session_name("me & you")
            .external_id("e/x")
            .duration(Duration::from_secs(900))
            .policy_arn("arn:aws:iam::aws:policy/A")
            .policy_arn("arn:aws:iam::aws:policy/B")
            .tag("team", "ü")
            .transitive_tag("team")
            .mfa("arn:aws:iam::123456789012:mfa/me", Token::from("123456"));
    let found = network.credentials(source).unwrap();
    assert_eq!((found.access_key_id(), found.session_token()), ("ASIAROLE", Some("t0ken+&==")));

    let asked = network.asked();
    let asked = &asked[1];
    assert_eq!(asked.uri(), "https://sts.cn-north-1.amazonaws.com.cn/");
    for parameter in [
        "Action=AssumeRole&Version=2011-06-15&",
        "RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Freader",
        "RoleSessionName=me%20%26%20you",
        "ExternalId=e%2Fx",
        "DurationSeconds=900",
        "PolicyArns.member.2.arn=arn%3Aaws%3Aiam%3A%3Aaws%3Apolicy%2FB",
        "Tags.member.1.Key=team&Tags.member.1.Value=%C3%BC",
        "TransitiveTagKeys.member.1=team",
        "SerialNumber=arn%3Aaws%3Aiam%3A%3A123456789012%3Amfa%2Fme",
        "TokenCode=123456",
    ] {
        assert!(body_of(asked).contains(parameter), "{parameter}: {}", body_of(asked));
    }
    assert_eq!(asked.headers()["authorization"], signed_by_aws_sigv4(asked, "ASIACONTAINER", "cn-north-1"));
}

/// The `Authorization` of a request to STS, by the signer of the AWS SDK for Rust.
fn signed_by_aws_sigv4(request: &Request<Vec<u8>>, id: &str, region: &str) -> String {
    let identity =
        aws_credential_types::Credentials::new(id, SECRET, Some("t0ken".into()), None, "test").into();
    let at: Timestamp = request.headers()["x-amz-date"].to_str().unwrap().parse().unwrap();
    let params = SigningParams::builder()
        .identity(&identity)
        .region(region)
        .name("sts")
        .time(SystemTime::UNIX_EPOCH + Duration::from_secs(at.unix_seconds() as u64))
        .settings(SigningSettings::default())
        .build()
        .unwrap()
        .into();
    let content_type = request.headers()["content-type"].to_str().unwrap();
    let headers = [("content-type", content_type)].into_iter();
    let body = SignableBody::Bytes(request.body());
    let signable = SignableRequest::new("POST", request.uri().to_string(), headers, body).unwrap();
    let (instructions, _) = aws_sigv4::http_request::sign(signable, &params).unwrap().into_parts();
    let mut signed = Request::post(request.uri().clone()).body(()).unwrap();
    instructions.apply_to_request_http1x(&mut signed);
    signed.headers()["authorization"].to_str().unwrap().into()
}

#[test]
fn a_web_identity_is_sent_without_a_signature() {
    let network = Network::of([(200, sts_answer("ASIAWEB")), (200, sts_answer("ASIAWEB"))]);
    let token = Arc::new(Mutex::new(String::from("eyJ.first")));
    let current = token.clone();
    let token_of = Token::from_fn(move || Ok::<_, std::fmt::Error>(current.lock().unwrap().clone()));
    let source = WebIdentity::new("arn:aws:iam::123456789012:role/web", token_of).variables(variables(&[
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ENDPOINT_URL_STS", "http://localhost:5000"),
    ]));
    let provider = network.provider(source);
    now_or_never(provider.credentials()).unwrap();
    *token.lock().unwrap() = "eyJ.second".into();
    now_or_never(provider.renewed()).unwrap();
    let asked = network.asked();
    assert!(body_of(&asked[0]).contains("WebIdentityToken=eyJ.first"));
    assert!(body_of(&asked[1]).contains("WebIdentityToken=eyJ.second"));
    assert_eq!(asked[0].uri(), "http://localhost:5000/");
    assert_eq!(asked[0].headers().get("authorization"), None);

    let of_environment = |set: &[(&str, &str)]| WebIdentity::of_environment().variables(variables(set));
    let missing = of_environment(&[("AWS_ROLE_ARN", "arn")]);
    assert_eq!(code_of(Network::default().credentials(missing)).0, "ERR_SIGV4_CREDENTIALS_NOT_FOUND");
    let no_file = of_environment(&[("AWS_ROLE_ARN", "arn"), ("AWS_WEB_IDENTITY_TOKEN_FILE", "/not/there")]);
    assert_eq!(code_of(Network::default().credentials(no_file)).0, "ERR_SIGV4_CREDENTIALS_PROVIDER");
    let no_region = WebIdentity::new("arn", "eyJ").variables(variables(&[]));
    assert_eq!(code_of(Network::default().credentials(no_region)).0, "ERR_SIGV4_REGION_REQUIRED");
    for region in ["", "eu-west-1.evil.example/", "EU", "a@b"] {
        let source = WebIdentity::new("arn", "eyJ").region(region).variables(variables(&[]));
        assert_eq!(code_of(Network::default().credentials(source)).0, "ERR_SIGV4_OPTION_INVALID", "{region}");
    }
}

#[test]
fn refusals_of_sts_are_shown_without_tokens() {
    let answer = "<ErrorResponse><Error><Code>SignatureDoesNotMatch</Code><Message>The signature does not match. \
                  You sent eyJ.t0p-s3cret.\n\nThe Canonical String was x-amz-security-token:eyJ.t0p-s3cret</Message>\
                  </Error></ErrorResponse>";
    let network = Network::of([(403, answer.into())]);
    let error =
        network.credentials(WebIdentity::new("arn", "eyJ.t0p-s3cret").region("eu-west-1")).unwrap_err();
    assert_eq!(
        error.to_string(),
        "WebIdentity: AssumeRoleWithWebIdentity: STS answered 403, SignatureDoesNotMatch, The signature does not match. You sent <redacted>."
    );
    assert!(!format!("{error:?}").contains("t0p-s3cret"));
    let exchange = WebIdentity::new("arn", "eyJ.t0p-s3cret").region("eu-west-1");
    let step = exchange.begin(now()).unwrap();
    assert!(!format!("{step:?} {exchange:?}").contains("t0p-s3cret"));
}

#[test]
fn a_guest_of_a_cognito_pool_stays_the_same_until_it_is_refused() {
    let keys = r#"{"IdentityId":"eu-west-1:id-1","Credentials":{"AccessKeyId":"ASIACOGNITO","SecretKey":"secret","SessionToken":"t0ken","Expiration":1893456000}}"#;
    let id = r#"{"IdentityId":"eu-west-1:id-1"}"#;
    let gone = r#"{"__type":"ResourceNotFoundException","message":"no identity for eyJ.t0p-s3cret"}"#;
    let network = Network::of(
        [(200, id), (200, keys), (200, keys), (400, gone), (200, id), (200, keys)]
            .map(|(s, b)| (s, b.into())),
    );
    let pool = Arc::new(CognitoIdentity::new("eu-west-1:pool").login("issuer", "eyJ.t0p-s3cret"));
    let provider = network.provider(pool.clone());
    let found = now_or_never(provider.credentials()).unwrap();
    assert_eq!((found.access_key_id(), found.expires_at().unwrap().date()), ("ASIACOGNITO", "20300101"));
    assert_eq!(pool.identity_id().as_deref(), Some("eu-west-1:id-1"));
    now_or_never(provider.renewed()).unwrap();
    let (code, message) = code_of(now_or_never(provider.renewed()));
    assert_eq!(code, "ERR_SIGV4_CREDENTIALS_PROVIDER");
    assert!(
        message.ends_with("it answered 400, ResourceNotFoundException, no identity for <redacted>"),
        "{message}"
    );
    now_or_never(provider.renewed()).unwrap();

    let asked = network.asked();
    let actions: Vec<&str> = asked
        .iter()
        .map(|asked| asked.headers()["x-amz-target"].to_str().unwrap().split('.').next_back().unwrap())
        .collect();
    let (get_id, get) = ("GetId", "GetCredentialsForIdentity");
    assert_eq!(actions, [get_id, get, get, get, get_id, get]);
    assert_eq!(asked[0].uri(), "https://cognito-identity.eu-west-1.amazonaws.com/");
    let logins = r#""Logins":{"issuer":"eyJ.t0p-s3cret"}"#;
    assert!(body_of(&asked[0]).contains(logins) && body_of(&asked[1]).contains(logins));
}

#[test]
fn a_server_of_yours_is_asked_with_your_headers() {
    let answer = format!(r#"{{"accessKeyId":"AKID","secretAccessKey":"{SECRET}"}}"#);
    let network = Network::of([(200, answer), (401, r#"{"message":"who is t0p-s3cret?"}"#.into())]);
    let source = || {
        HttpSource::new("https://api.example.com/keys?x=1")
            .header("authorization", "Bearer t0p-s3cret")
            .post("{}")
    };
    assert_eq!(network.credentials(source()).unwrap().access_key_id(), "AKID");
    let (_, message) = code_of(network.credentials(source()));
    assert_eq!(message, "HttpSource: it answered 401, who is <redacted>?");
    let asked = network.asked();
    assert_eq!((asked[0].method().as_str(), body_of(&asked[0])), ("POST", "{}"));
    assert_eq!(asked[0].headers()["authorization"], "Bearer t0p-s3cret");
    assert!(asked[0].headers()["authorization"].is_sensitive());
}

#[test]
fn a_chain_skips_sources_that_have_none_and_stops_at_one_that_fails() {
    let nothing = || variables(&[]);
    let chain = || {
        Chain::new()
            .then(Environment::new().variables(nothing()))
            .then(Container::new().variables(nothing()))
            .then(InstanceMetadata::new().variables(nothing()))
    };
    let network = Network::default();
    network.plan(Answer::Nobody);
    let error = network.credentials(chain()).unwrap_err();
    assert_eq!(
        (error.code(), error.kind()),
        ("ERR_SIGV4_CREDENTIALS_NOT_FOUND", ProviderErrorKind::NotFound)
    );
    assert_eq!(error.tried().len(), 3);
    for source in ["Environment: ", "Container: ", "InstanceMetadata: "] {
        assert!(error.to_string().contains(source), "{error}");
    }

    let network = Network::default();
    network.plan(Answer::Nobody);
    network.plan(Answer::Of(200, issued("ASIALAST", 3600)));
    let last = HttpSource::new("https://api.example.com/");
    assert_eq!(network.credentials(chain().then(last)).unwrap().access_key_id(), "ASIALAST");

    let network = Network::of([(403, String::new())]);
    let last = HttpSource::new("https://api.example.com/");
    assert_eq!(code_of(network.credentials(chain().then(last))).0, "ERR_SIGV4_CREDENTIALS_PROVIDER");
    assert_eq!(code_of(Network::default().credentials(Chain::new())).1, "Chain: it has no sources");
}

#[test]
fn busy_services_are_asked_three_times_and_none_for_ever() {
    let source = || HttpSource::new("https://api.example.com/keys?t0p-s3cret");
    let network = Network::of([(503, String::new()), (429, String::new()), (200, issued("ASIA", 3600))]);
    assert!(network.credentials(source()).is_ok());
    assert_eq!(network.slept(), [100, 200].map(Duration::from_millis));
    let network = Network::of([(500, String::new()), (500, String::new()), (500, String::new())]);
    assert_eq!(code_of(network.credentials(source())).1, "HttpSource: it answered 500");

    let network = Network::default();
    network.plan(Answer::Never);
    let error = network.credentials(source()).unwrap_err();
    assert_eq!(error.to_string(), "HttpSource: https://api.example.com did not answer in time");
    assert_eq!(network.slept(), [Duration::from_secs(10)]);
    let network = Network::default();
    network.plan(Answer::Nobody);
    let error = network.credentials(source()).unwrap_err();
    assert_eq!(error.to_string(), "HttpSource: https://api.example.com is unreachable");
    assert!(std::error::Error::source(&error).is_some());
}

#[test]
fn credentials_are_kept_until_they_are_due() {
    let source = || HttpSource::new("https://api.example.com/");
    // Asked for once, in the middle of a long life; each time, near the end; never again, where they do not expire.
    let network = Network::of([(200, issued("ASIA1", 3600))]);
    let provider = network.provider(source());
    for _ in 0..3 {
        assert_eq!(now_or_never(provider.credentials()).unwrap().access_key_id(), "ASIA1");
    }
    assert_eq!(network.asked().len(), 1);

    // An error does not take away what is still valid; where newer ones are asked for, it is an error.
    network.plan(Answer::Nobody);
    assert_eq!(code_of(now_or_never(provider.renewed())).0, "ERR_SIGV4_CREDENTIALS_PROVIDER");
    assert_eq!(now_or_never(provider.credentials()).unwrap().access_key_id(), "ASIA1");

    // Expired ones are no fall-back.
    let network = Network::of([(200, issued("ASIA2", -1))]);
    let provider = network.provider(source());
    now_or_never(provider.credentials()).unwrap();
    network.plan(Answer::Nobody);
    assert_eq!(code_of(now_or_never(provider.credentials())).0, "ERR_SIGV4_CREDENTIALS_PROVIDER");

    // Without an expiration, only the source knows: it is asked, and the same ones keep their signing keys.
    let network =
        Network::of([1, 2].map(|_| (200, format!(r#"{{"AccessKeyId":"A","SecretAccessKey":"{SECRET}"}}"#))));
    let provider = network.provider(source());
    let first = now_or_never(provider.credentials()).unwrap();
    let second = now_or_never(provider.credentials()).unwrap();
    assert_eq!(first.access_key_id().as_ptr(), second.access_key_id().as_ptr());
    assert_eq!(network.asked().len(), 2);
}

/// A source that a test lets wait.
#[derive(Clone, Default)]
struct Gate(Arc<Mutex<GateState>>);

#[derive(Default)]
struct GateState {
    open: bool,
    calls: usize,
    wakers: Vec<Waker>,
}

impl Gate {
    fn provider(&self, answer: Result<&'static str, ()>) -> Provider {
        let gate = self.clone();
        let send = move |_| {
            let gate = gate.clone();
            gate.0.lock().unwrap().calls += 1;
            async move {
                poll_fn(|context| {
                    let mut state = gate.0.lock().unwrap();
                    state.wakers.push(context.waker().clone());
                    if state.open { Poll::Ready(()) } else { Poll::Pending }
                })
                .await;
                match answer {
                    Ok(id) => Ok(Response::new(issued(id, 3600))),
                    Err(()) => Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset)),
                }
            }
        };
        Provider::new(HttpSource::new("https://api.example.com/"), send, |_| std::future::pending())
    }

    fn open(&self) {
        let mut state = self.0.lock().unwrap();
        state.open = true;
        state.wakers.drain(..).for_each(Waker::wake);
    }

    fn calls(&self) -> usize {
        self.0.lock().unwrap().calls
    }
}

type Waiting = Pin<Box<dyn Future<Output = Result<Credentials, ProviderError>> + Send>>;

fn waiting(provider: &Provider, count: usize) -> Vec<Waiting> {
    let mut all: Vec<Waiting> = Vec::new();
    for _ in 0..count {
        let provider = provider.clone();
        let mut future: Waiting = Box::pin(async move { provider.credentials().await });
        assert!(future.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
        all.push(future);
    }
    all
}

#[test]
fn whoever_waits_gets_the_outcome_of_one_search() {
    let gate = Gate::default();
    let callers = waiting(&gate.provider(Ok("ASIAONE")), 100);
    gate.open();
    for caller in callers {
        assert_eq!(now_or_never(caller).unwrap().access_key_id(), "ASIAONE");
    }
    assert_eq!(gate.calls(), 1);

    let gate = Gate::default();
    let callers = waiting(&gate.provider(Err(())), 100);
    gate.open();
    for caller in callers {
        assert_eq!(code_of(now_or_never(caller)).0, "ERR_SIGV4_CREDENTIALS_PROVIDER");
    }
    assert_eq!(gate.calls(), 1);
}

#[test]
fn another_asks_where_the_first_was_dropped() {
    let gate = Gate::default();
    let mut callers = waiting(&gate.provider(Ok("ASIATWO")), 3);
    drop(callers.remove(0));
    gate.open();
    for caller in callers {
        assert_eq!(now_or_never(caller).unwrap().access_key_id(), "ASIATWO");
    }
    assert_eq!(gate.calls(), 2);
}

/// With wakers that do wake: a caller on each of many threads.
#[test]
fn threads_wait_for_one_another() {
    struct Thread(std::thread::Thread);
    impl std::task::Wake for Thread {
        fn wake(self: Arc<Self>) {
            self.0.unpark();
        }
    }
    let gate = Gate::default();
    let provider = gate.provider(Ok("ASIATHREADS"));
    let threads: Vec<_> = (0..16)
        .map(|_| {
            let provider = provider.clone();
            std::thread::spawn(move || {
                let mut future = Box::pin(async move { provider.credentials().await });
                let waker = Arc::new(Thread(std::thread::current())).into();
                loop {
                    match future.as_mut().poll(&mut Context::from_waker(&waker)) {
                        Poll::Ready(found) => return found.unwrap().access_key_id().to_owned(),
                        Poll::Pending => std::thread::park(),
                    }
                }
            })
        })
        .collect();
    gate.open();
    for thread in threads {
        assert_eq!(thread.join().unwrap(), "ASIATHREADS");
    }
    assert_eq!(gate.calls(), 1);
}

#[test]
fn a_source_can_be_driven_by_hand() {
    let source = Container::new().url("http://127.0.0.1:4000/keys");
    let Step::Ask(exchange) = source.begin(now()).unwrap() else { panic!("it has to ask") };
    assert_eq!(exchange.request().uri(), "http://127.0.0.1:4000/keys");
    assert_eq!(exchange.timeout(), Duration::from_secs(1));
    let answer = Response::new(issued("ASIAHAND", 3600).into_bytes());
    let Step::Found(credentials) = exchange.resume(Ok(answer), now()).unwrap() else { panic!("that is all") };
    assert_eq!(credentials.access_key_id(), "ASIAHAND");
}
