//! A signature of any request, presigned or not, computed once more from its canonical request with other code. Nothing smuggles a
//! line into that, no secret comes out, and canonicalizing what is canonical changes nothing.

use arbitrary::Arbitrary;
use sigv4_wasm::{
    Config, Credentials, HeaderPlacement, PathEncoding, PathNormalization, Payload, RequestView,
    SessionTokenMode, SignedHeaders, Signer, Timestamp, Trace,
};
use std::time::Duration;

use crate::{ACCESS_KEY_ID, SECRET, hex, hmac, input, sha256, signing_key};

#[derive(Arbitrary, Debug)]
struct Input {
    method: String,
    host: String,
    target: String,
    headers: Vec<(String, Vec<u8>)>,
    body: Vec<u8>,
    payload: u8,
    access_key_id: String,
    secret: String,
    token: Option<String>,
    region: Option<String>,
    service: Option<String>,
    seconds: i64,
    life: u32,
    options: [u8; 8],
    also: Vec<String>,
    never: Vec<String>,
    /// Which of these are replaced by what passes the first checks.
    plain: u8,
}

const SERVICES: [&str; 8] =
    ["s3", "s3express", "execute-api", "vpc-lattice-svcs", "iotdevicegateway", "aoss", "s3-outposts", "sts"];

/// Bytes as a request, with settings of every kind.
pub fn run(data: &[u8]) {
    let Some(mut input) = input::<Input>(data) else { return };
    input.level();
    let Ok(credentials) = Credentials::new(&input.access_key_id, &input.secret, input.token.as_deref())
    else {
        return;
    };
    let Ok(now) = Timestamp::from_unix_seconds(input.seconds) else { return };
    let signer = Signer::new(input.config());
    let request = input.request(&input.target);
    if let Ok(trace) = signer.trace(&request, &credentials, now) {
        input.check(&trace, now);
        crate::completed();
        let again =
            Signer::new(input.config()).trace(&request, &credentials, now).expect("it was signed before");
        assert_eq!(again.signature().hex(), trace.signature().hex(), "a fresh signer signs otherwise");
        input.check_idempotence(&signer, &trace, &credentials, now);
    }
    let life = Duration::from_secs(u64::from(input.life));
    if let Ok(trace) = signer.trace_presigned(&request, &credentials, now, life) {
        assert!((1..=604_800).contains(&input.life));
        input.check(&trace, now);
        crate::completed();
        let target = trace.signature().path_and_query().expect("a presigned request has a query");
        // What was sent as it is, is: a blank is the caller's.
        let is_wire = |text: &str| text.bytes().all(|byte| byte.is_ascii_graphic());
        assert!(is_wire(target) || !is_wire(&input.target), "{target}");
        assert!(!target.contains(['\r', '\n', '\0']), "{target:?}");
        assert!(target.contains(&format!("X-Amz-Signature={}", trace.signature().hex())), "{target}");
    }
}

impl Input {
    /// Most random texts fail at the first check: some are replaced, some cleaned.
    fn level(&mut self) {
        let is_plain = |bit: u8| self.plain & 1 << bit != 0;
        if is_plain(0) {
            self.method = "GET".into();
        }
        if is_plain(1) {
            self.host = "abc.execute-api.eu-west-1.amazonaws.com".into();
        }
        if is_plain(2) {
            self.access_key_id = ACCESS_KEY_ID.into();
            self.secret = SECRET.into();
        }
        if is_plain(3) {
            self.token =
                self.token.take().map(|token| token.chars().filter(|char| !char.is_control()).collect());
            self.token =
                self.token.take().map(|token| token.trim().into()).filter(|token: &String| !token.is_empty());
        }
        if is_plain(4) {
            self.region = Some("eu-west-1".into());
            self.seconds = crate::NOW;
        }
        if is_plain(5) {
            let service = SERVICES[usize::from(self.options[7]) % SERVICES.len()];
            self.service = Some(service.into());
            self.life = 1 + self.life % 604_800;
        }
        if is_plain(6) {
            for (name, value) in &mut self.headers {
                name.retain(|char| char.is_ascii_alphanumeric() || char == '-');
                if name.is_empty() {
                    *name = "x-amz-a".into();
                }
                *value = crate::header_value(value);
            }
        }
        if is_plain(7) && !self.target.starts_with('/') {
            self.target.insert(0, '/');
        }
    }

    fn config(&self) -> Config {
        let mut config = Config::infer();
        if let Some(region) = &self.region {
            config = config.region(&**region);
        }
        if let Some(service) = &self.service {
            config = config.service(&**service);
        }
        let [encoding, normalization, header, token, headers, placement, body, _] = self.options;
        config = match encoding % 3 {
            0 => config,
            1 => config.path_encoding(PathEncoding::Double),
            _ => config.path_encoding(PathEncoding::Single),
        };
        config = match normalization % 3 {
            0 => config,
            1 => config.path_normalization(PathNormalization::Enabled),
            _ => config.path_normalization(PathNormalization::Disabled),
        };
        config = match header % 3 {
            0 => config,
            choice => config.content_sha256_header(choice == 1),
        };
        config = match token % 3 {
            0 => config,
            1 => config.session_token_mode(SessionTokenMode::Signed),
            _ => config.session_token_mode(SessionTokenMode::Appended),
        };
        config = match headers % 4 {
            0 => config,
            1 => config.signed_headers(SignedHeaders::All),
            2 => config.also_sign(&self.also),
            _ => config.never_sign(&self.never),
        };
        if placement % 2 == 1 {
            config = config.header_placement(HeaderPlacement::Query);
        }
        if body % 2 == 1 { config.sign_body(body % 4 == 1) } else { config }
    }

    fn request<'i>(&'i self, target: &'i str) -> RequestView<'i> {
        let headers = self.headers.iter().map(|(name, value)| (&**name, value));
        RequestView::new(&self.method, &self.host, target).headers(headers).payload(match self.payload % 4 {
            0 | 1 => Payload::Bytes(&self.body),
            2 => Payload::Unsigned,
            _ => Payload::Sha256([self.payload; 32]),
        })
    }

    fn check(&self, trace: &Trace, now: Timestamp) {
        let request = trace.canonical_request();
        let text = trace.string_to_sign();
        let scope = trace.credential_scope();
        let names = trace.signed_headers();

        let lines: Vec<&str> = text.split('\n').collect();
        assert_eq!(lines, ["AWS4-HMAC-SHA256", now.date_time(), scope, &sha256(request)]);
        let parts: Vec<&str> = scope.split('/').collect();
        assert!(matches!(parts[..], [date, _, _, "aws4_request"] if date == now.date()), "{scope}");
        let signature = hex(&hmac(&signing_key(&self.secret, scope), text.as_bytes()));
        assert_eq!(signature, trace.signature().hex());

        let lines: Vec<&[u8]> = request.split(|byte| *byte == b'\n').collect();
        let listed: Vec<&str> = names.split(';').collect();
        assert_eq!(lines.len(), 3 + listed.len() + 3, "{}", String::from_utf8_lossy(request));
        assert_eq!(lines[0], self.method.as_bytes());
        assert!(lines[1].starts_with(b"/") && lines[1].iter().all(|byte| is_canonical(*byte, b"-._~%/")));
        assert!(lines[2].iter().all(|byte| is_canonical(*byte, b"-._~%=&")));
        for (name, line) in listed.iter().zip(&lines[3..]) {
            assert!(line.starts_with(format!("{name}:").as_bytes()), "{name}");
        }
        assert!(listed.windows(2).all(|pair| pair[0] < pair[1]), "{names}");
        assert!(listed.contains(&"host"), "{names}");

        // Not where what is public holds the secret, as when both are one letter.
        let public = format!("{self:?}").replacen(&format!("secret: {:?}", self.secret), "", 1);
        if self.secret.len() >= 8 && !public.contains(&self.secret) {
            let signature = trace.signature();
            let shown = signature.headers().map(|header| header.value().to_owned()).collect::<String>();
            for text in [&shown, signature.query().unwrap_or_default(), &format!("{trace:?}{signature:?}")] {
                assert!(!text.contains(&self.secret), "the secret is in {text}");
            }
        }
    }

    /// The canonical query is its own canonical form; so is the path, where it is encoded once and not normalized.
    fn check_idempotence(&self, signer: &Signer, trace: &Trace, credentials: &Credentials, now: Timestamp) {
        let request = String::from_utf8_lossy(trace.canonical_request()).into_owned();
        let lines: Vec<&str> = request.split('\n').collect();
        let path = self.target.split('?').next().unwrap_or_default();
        let target = format!("{path}?{}", lines[2]);
        let again = signer.trace(&self.request(&target), credentials, now).expect("a canonical query is one");
        assert_eq!(again.canonical_request(), trace.canonical_request(), "the query {}", lines[2]);

        if self.options[0] % 3 == 2 && self.options[1] % 3 == 2 {
            let target = format!("{}?{}", lines[1], lines[2]);
            let again =
                signer.trace(&self.request(&target), credentials, now).expect("a canonical path is one");
            assert_eq!(again.canonical_request(), trace.canonical_request(), "the path {}", lines[1]);
        }
    }
}

fn is_canonical(byte: u8, others: &[u8]) -> bool {
    byte.is_ascii_alphanumeric() || others.contains(&byte)
}
