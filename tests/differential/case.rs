//! A request with everything that decides its signature, as one JSON object, and random ones.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

/// `tests/differential/oracle.py` reads the same JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Case {
    pub method: String,
    pub scheme: String,
    pub host: String,
    pub path: String,
    pub query: String,
    pub headers: Vec<(String, String)>,
    #[serde(with = "hex_text")]
    pub body_hex: Vec<u8>,
    pub region: String,
    pub service: String,
    /// Whether we are left to find region and service from the host. Other signers are always told.
    pub infer: bool,
    pub access_key_id: String,
    pub secret_access_key: String,
    pub session_token: Option<String>,
    pub epoch_seconds: i64,
    pub mode: Mode,
    pub expires: u32,
    /// `signed`, `unsigned`, or what the last line of the canonical request says; `None`: what the service expects.
    pub payload: Option<String>,
    pub signed_headers: Signed,
    pub path_encoding: Option<PathEncoding>,
    pub path_normalization: Option<bool>,
    pub content_sha256_header: Option<bool>,
    pub session_token_mode: Option<TokenMode>,
    pub header_placement: Placement,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    Header,
    Presigned,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Signed {
    All,
    Required,
    Also(Vec<String>),
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PathEncoding {
    Double,
    Single,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum TokenMode {
    Signed,
    Appended,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Placement {
    Query,
    Headers,
}

/// What services do differently, said once more: a test should not take it from what it tests.
impl Case {
    fn is_s3(&self) -> bool {
        ["s3", "s3express", "s3-object-lambda", "s3-outposts"].contains(&&self.service[..])
    }

    pub fn is_presigned(&self) -> bool {
        self.mode == Mode::Presigned
    }

    pub fn encodes_path_twice(&self) -> bool {
        self.path_encoding.map_or(!self.is_s3(), |encoding| encoding == PathEncoding::Double)
    }

    pub fn normalizes_path(&self) -> bool {
        self.path_normalization.unwrap_or(!self.is_s3())
    }

    pub fn sends_content_sha256(&self) -> bool {
        // Where the body is not hashed, only this header can say so.
        let is_usual = self.is_s3()
            || ["aoss", "vpc-lattice-svcs"].contains(&&self.service[..])
            || self.payload.as_deref().is_some_and(|payload| payload != "signed" && payload.len() != 64);
        self.content_sha256_header.unwrap_or(is_usual)
    }

    pub fn signs_token(&self) -> bool {
        self.session_token_mode.map_or(self.service != "iotdevicegateway", |mode| mode == TokenMode::Signed)
    }

    /// The token's parameter and its header, if they have names of their own.
    pub fn token_name(&self) -> Option<&'static str> {
        match (&self.service[..], self.mode) {
            ("s3express", Mode::Header) => Some("x-amz-s3session-token"),
            ("s3express", Mode::Presigned) => Some("X-Amz-S3session-Token"),
            _ => None,
        }
    }

    /// Headers that are signed because the caller names them.
    pub fn named_headers(&self) -> &[String] {
        if let Signed::Also(names) = &self.signed_headers { names } else { &[] }
    }

    /// What is signed instead of the body's hash.
    pub fn payload_keyword(&self) -> Option<&str> {
        let usual = self.service == "vpc-lattice-svcs" || self.is_s3() && self.is_presigned();
        match self.payload.as_deref() {
            Some("signed") => None,
            Some("unsigned") => Some("UNSIGNED-PAYLOAD"),
            None => usual.then_some("UNSIGNED-PAYLOAD"),
            literal => literal,
        }
    }

    pub fn target(&self) -> String {
        let slash = if self.path.starts_with('/') { "" } else { "/" };
        let question = if self.query.is_empty() { "" } else { "?" };
        format!("{slash}{}{question}{}", self.path, self.query)
    }
}

mod hex_text {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        hex::encode(bytes).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        hex::decode(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

/// SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014).
pub struct Random(pub u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit as u64) as usize
    }

    /// True in so many of a hundred cases.
    fn percent(&mut self, chance: usize) -> bool {
        self.below(100) < chance
    }

    fn pick<'a>(&mut self, items: &'a [impl AsRef<str>]) -> &'a str {
        items[self.below(items.len())].as_ref()
    }

    /// Up to so many pieces, run together.
    fn text(&mut self, pieces: &[impl AsRef<str>], limit: usize) -> String {
        (0..=self.below(limit)).map(|_| self.pick(pieces)).collect()
    }

    fn choose<T: Copy>(&mut self, chance: usize, choices: &[T]) -> Option<T> {
        self.percent(chance).then(|| choices[self.below(choices.len())])
    }
}

/// Each field is plain in most cases, so that one odd thing meets the others in every combination, and yet most
/// requests are ones on which all signers agree.
pub fn random_case(random: &mut Random) -> Case {
    let [host, service, region] = &PIECES.hosts[random.below(PIECES.hosts.len())];
    let is_told = !region.is_empty();
    let mut case = Case {
        method: random_method(random).into(),
        scheme: random.pick(&["https", "https", "http"]).into(),
        host: host.clone(),
        path: random_path(random),
        query: random_query(random),
        headers: random_headers(random),
        body_hex: random_body(random),
        region: if is_told { region.clone() } else { random.pick(&PIECES.regions).into() },
        service: if is_told { service.clone() } else { random.pick(&PIECES.services).into() },
        infer: is_told && random.percent(50),
        access_key_id: random.pick(&PIECES.access_key_ids).into(),
        secret_access_key: random.pick(&PIECES.secrets).into(),
        session_token: random.percent(40).then(|| random_token(random)),
        epoch_seconds: random_time(random),
        mode: if random.percent(40) { Mode::Presigned } else { Mode::Header },
        expires: match random.below(60) {
            0 => 0,
            1 => 604_801,
            2 => 1,
            3 => 604_800,
            _ => 1 + random.below(604_800) as u32,
        },
        payload: None,
        signed_headers: Signed::All,
        path_encoding: random.choose(5, &[PathEncoding::Double, PathEncoding::Single]),
        path_normalization: random.choose(5, &[true, false]),
        content_sha256_header: random.choose(10, &[true, false]),
        session_token_mode: random.choose(5, &[TokenMode::Signed, TokenMode::Appended]),
        header_placement: if random.percent(30) { Placement::Query } else { Placement::Headers },
    };
    if random.percent(15) {
        let is_choice = random.percent(50);
        case.payload =
            Some(random.pick(if is_choice { &PIECES.payloads } else { &PIECES.content_hashes }).into());
    }
    if random.percent(20) {
        case.signed_headers = match random.below(2) {
            0 => Signed::Required,
            _ => Signed::Also(
                ["accept", "x-trace", "user-agent", "traceparent", "x-amz-meta-a"].map(Into::into).into(),
            ),
        };
    }
    case
}

fn random_method(random: &mut Random) -> &'static str {
    let is_usual = random.percent(90);
    random.pick(if is_usual { &PIECES.methods } else { &PIECES.odd_methods })
}

fn random_path(random: &mut Random) -> String {
    let pieces = if random.percent(70) { &PIECES.plain } else { &PIECES.path };
    let mut path = String::new();
    for _ in 0..random.below(5) {
        path.push('/');
        match random.below(30) {
            0 => {}
            1 => path.push('.'),
            2 => path.push_str(".."),
            3 => path.push_str(&random.text(&PIECES.path, 6)),
            _ => path.push_str(&random.text(pieces, 3)),
        }
    }
    if random.percent(15) {
        path.push('/');
    }
    if random.percent(2) {
        path.push_str(random.pick(&PIECES.illegal));
    }
    path
}

fn random_query(random: &mut Random) -> String {
    let pieces = if random.percent(60) { &PIECES.plain } else { &PIECES.query };
    let mut parts: Vec<String> = Vec::new();
    let count = if random.percent(40) { 0 } else { random.below(6) };
    for _ in 0..count {
        let key = match parts.get(random.below(5)) {
            Some(earlier) if random.percent(20) => earlier.split('=').next().unwrap_or_default().to_owned(),
            _ => random.text(pieces, 2),
        };
        let value = random.text(pieces, 3);
        parts.push(match random.below(20) {
            0 => String::new(),
            1 | 2 => key,
            3 => format!("{key}="),
            4 => format!("={value}"),
            5 => format!("{key}=={value}"),
            6 => parts.last().cloned().unwrap_or_default(),
            _ => format!("{key}={value}"),
        });
    }
    if random.percent(3) {
        parts.push(format!(
            "{}={}",
            random.pick(&PIECES.signature_parameters),
            random.text(&PIECES.plain, 3)
        ));
    }
    if random.percent(2) {
        parts.push(format!("i={}", random.pick(&PIECES.illegal)));
    }
    parts.join("&")
}

fn random_headers(random: &mut Random) -> Vec<(String, String)> {
    let mut headers: Vec<(String, String)> = Vec::new();
    for _ in 0..random.below(7) {
        let name = match random.below(100) {
            0..50 => random.pick(&PIECES.header_names).to_owned(),
            50..55 => random.pick(&PIECES.unsigned_header_names).to_owned(),
            55..57 => random.pick(&PIECES.stale_header_names).to_owned(),
            57..75 if !headers.is_empty() => headers[random.below(headers.len())].0.clone(),
            75..76 => random.pick(&PIECES.bad_header_names).to_owned(),
            _ => random.text(&PIECES.header_name, 4),
        };
        let name = match random.below(4) {
            0 => name.to_uppercase(),
            1 => name.chars().map(|c| if random.percent(50) { c.to_ascii_uppercase() } else { c }).collect(),
            _ => name,
        };
        let value = match random.below(100) {
            0 => String::new(),
            1 => random.text(&PIECES.odd_value, 3),
            2..20 => random.text(&PIECES.value, 6),
            _ => random.text(&PIECES.plain, 4),
        };
        headers.push((name, value));
    }
    headers
}

fn random_body(random: &mut Random) -> Vec<u8> {
    let length = match random.below(100) {
        0..55 => 0,
        55..99 => random.below(200),
        _ => random.below(4000),
    };
    (0..length).map(|_| random.next() as u8).collect()
}

fn random_token(random: &mut Random) -> String {
    match random.below(40) {
        0 => String::new(),
        1 => random.text(&["two  spaces", "t", " "], 3),
        _ => random.text(&PIECES.token, 12),
    }
}

fn random_time(random: &mut Random) -> i64 {
    const YEAR_10000: usize = 253_402_300_800;
    match random.below(10) {
        0..4 => 1_440_938_160, // few dates, so that signing keys are met again
        4..8 => random.below(3) as i64 * 86_400 + 1_709_164_800 + random.below(3) as i64 * 43_199, // around a leap day
        _ => random.below(YEAR_10000) as i64,
    }
}

/// What random requests are put together from; JavaScript reads the same.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Pieces {
    methods: Vec<String>,
    odd_methods: Vec<String>,
    /// A host with service and region, both empty if it does not tell.
    hosts: Vec<[String; 3]>,
    regions: Vec<String>,
    services: Vec<String>,
    access_key_ids: Vec<String>,
    secrets: Vec<String>,
    payloads: Vec<String>,
    content_hashes: Vec<String>,
    plain: Vec<String>,
    path: Vec<String>,
    query: Vec<String>,
    /// What no URL may hold raw (RFC 3986, section 2).
    illegal: Vec<String>,
    signature_parameters: Vec<String>,
    header_names: Vec<String>,
    unsigned_header_names: Vec<String>,
    stale_header_names: Vec<String>,
    bad_header_names: Vec<String>,
    header_name: Vec<String>,
    value: Vec<String>,
    odd_value: Vec<String>,
    token: Vec<String>,
}

static PIECES: LazyLock<Pieces> =
    LazyLock::new(|| serde_json::from_str(include_str!("pieces.json")).unwrap());
