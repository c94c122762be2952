//! The table of known differences: what is changed in a request before another signer is asked once more.

use serde::Deserialize;

use crate::case::{Case, Placement, Signed};

#[derive(Deserialize)]
pub struct Table {
    pub rows: Vec<Row>,
}

/// A row applies where its change changes anything.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    pub id: String,
    pub signers: Vec<String>,
    change: String,
    /// Header or parameter names; one that ends with a hyphen stands for all that begin with it.
    #[serde(default)]
    names: Vec<String>,
    /// Both are asked about the changed request; otherwise the other signer only.
    #[serde(default)]
    pub both: bool,
    #[serde(default, rename = "only")]
    mode: Option<crate::case::Mode>,
    #[allow(dead_code)] // for readers
    why: String,
    #[allow(dead_code)]
    source: String,
}

pub fn rows(signer: &str) -> Vec<Row> {
    let text = include_str!("known_differences.json");
    let table: Table = serde_json::from_str(text).unwrap();
    table.rows.into_iter().filter(|row| row.signers.iter().any(|name| name == signer)).collect()
}

impl Row {
    pub fn change(&self, case: &Case) -> Case {
        let mut changed = case.clone();
        if self.mode.is_none_or(|mode| mode == case.mode) {
            self.change_in(&mut changed);
        }
        changed
    }

    fn change_in(&self, case: &mut Case) {
        match &self.change[..] {
            "drop headers" => {
                // But for what the caller asks to be signed by name.
                let also = case.named_headers().to_vec();
                case.headers
                    .retain(|(name, _)| !self.is_listed(name) || also.contains(&name.to_ascii_lowercase()));
            }
            "drop headers that the option leaves out" => {
                if case.signed_headers == Signed::All {
                    return;
                }
                let also = case.named_headers().to_vec();
                case.headers.retain(|(name, _)| {
                    let name = name.to_ascii_lowercase();
                    name.starts_with("x-amz-") || self.is_listed(&name) || also.contains(&name)
                });
            }
            "send the hash that is signed" => {
                let count = case.headers.len();
                case.headers.retain(|(name, _)| !self.is_listed(name));
                if case.headers.len() < count && !case.is_presigned() {
                    case.content_sha256_header = Some(true);
                }
            }
            "move x-amz-* headers to the query" => {
                if case.header_placement == Placement::Headers {
                    return;
                }
                let also = case.named_headers().to_vec();
                let (moved, kept): (Vec<_>, Vec<_>) =
                    std::mem::take(&mut case.headers).into_iter().partition(|(name, _)| {
                        let name = name.to_ascii_lowercase();
                        name.starts_with("x-amz-") && !self.is_listed(&name) && !also.contains(&name)
                    });
                case.headers = kept;
                for (name, value) in moved {
                    let parameter = format!(
                        "{}={}",
                        encode(name.to_ascii_lowercase().as_bytes(), ""),
                        encode(value.as_bytes(), "")
                    );
                    if !case.query.is_empty() {
                        case.query.push('&');
                    }
                    case.query.push_str(&parameter);
                }
            }
            "turn tabs in header values into spaces" => {
                for (_, value) in &mut case.headers {
                    *value = value.replace('\t', " ");
                }
            }
            "replace what is not printable ASCII in header values" => {
                for (_, value) in &mut case.headers {
                    *value =
                        value.chars().map(|c| if matches!(c, ' '..='~' | '\t') { c } else { '?' }).collect();
                }
            }
            "drop headers that cannot be sent" => {
                let is_token = |name: &str| {
                    !name.is_empty()
                        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
                };
                case.headers.retain(|(name, value)| is_token(name) && !value.contains(['\r', '\n', '\0']));
            }
            "drop parameters" => {
                let kept: Vec<&str> = case
                    .query
                    .split('&')
                    .filter(|part| !self.is_listed(part.split('=').next().unwrap_or_default()))
                    .collect();
                case.query = kept.join("&");
            }
            "encode the path as it is signed" => {
                if case.encodes_path_twice() {
                    return;
                }
                if case.normalizes_path() {
                    case.path = without_dots(&case.path);
                    case.path_normalization = Some(false);
                }
                case.path = encode(&decode(&case.path), "/");
            }
            "take out dot segments where the last is one" => {
                if case.normalizes_path() && (case.path.ends_with("/.") || case.path.ends_with("/..")) {
                    case.path = without_dots(&case.path);
                }
            }
            "escape what no URL may hold" => {
                case.path = escape_illegal(&case.path, &['#', '?']);
                case.query = escape_illegal(&case.query, &['#']);
            }
            "replace parameters that are not UTF-8" => {
                let fix = |text: &str| match String::from_utf8(decode(text)) {
                    Ok(_) => text.to_owned(),
                    Err(error) => encode(String::from_utf8_lossy(error.as_bytes()).as_bytes(), "+"),
                };
                let parts: Vec<String> = case
                    .query
                    .split('&')
                    .map(|part| match part.split_once('=') {
                        Some((key, value)) => format!("{}={}", fix(key), fix(value)),
                        None => fix(part),
                    })
                    .collect();
                case.query = parts.join("&");
            }
            "drop the default port" => {
                let port = if case.scheme == "https" { ":443" } else { ":80" };
                if let Some(host) = case.host.strip_suffix(port) {
                    case.host = host.into();
                }
            }
            "bring the expiry into range" => case.expires = case.expires.clamp(1, 604_800),
            "use a method that is a token" => {
                if case.method.is_empty() || case.method.contains(' ') {
                    case.method = "GET".into();
                }
            }
            "fold spaces in the token" => {
                case.session_token = case.session_token.take().map(|token| {
                    token.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
                });
            }
            "sign the token" if case.token_name().is_some() => case.session_token_mode = None,
            "sign the token" => {}
            "trim the token" => {
                case.session_token =
                    case.session_token.take().map(|token| token.trim_matches(' ').to_owned());
            }
            "leave out an empty token" => {
                case.session_token = case.session_token.take().filter(|token| !token.is_empty())
            }
            other => panic!("{}: there is no change named {other:?}", self.id),
        }
    }

    fn is_listed(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        self.names
            .iter()
            .any(|listed| if listed.ends_with('-') { name.starts_with(listed) } else { name == *listed })
    }
}

fn decode(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut out = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let escape = bytes.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        match escape.and_then(|digits| hex::decode(digits).ok()) {
            Some(byte) => {
                out.extend(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    out
}

pub fn encode(bytes: &[u8], also_plain: &str) -> String {
    bytes
        .iter()
        .map(|&byte| {
            let is_plain = byte.is_ascii_alphanumeric()
                || b"-._~".contains(&byte)
                || also_plain.as_bytes().contains(&byte);
            if is_plain { char::from(byte).to_string() } else { format!("%{byte:02X}") }
        })
        .collect()
}

fn escape_illegal(text: &str, also: &[char]) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if !matches!(c, '!'..='~') || "\"<>\\^`{|}".contains(c) || also.contains(&c) {
            out.push_str(&encode(c.encode_utf8(&mut [0; 4]).as_bytes(), ""));
        } else {
            out.push(c);
        }
    }
    out
}

fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    for segment in path.split('/') {
        match segment {
            "" | "." => {}
            ".." => drop(kept.pop()),
            _ => kept.push(segment),
        }
    }
    let slash = if path.ends_with('/') && !kept.is_empty() { "/" } else { "" };
    format!("/{}{slash}", kept.join("/"))
}
