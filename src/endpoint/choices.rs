//! The rules of a service as setting bits for a signer.

use super::service_rules::{SERVICE_RULES, ServiceRules};
use super::session_tokens::{SESSION_TOKEN_HEADERS, is_same};
use crate::SessionTokenMode;
use crate::canonical::path::{PathEncoding, PathNormalization};
use crate::packed_table::{Table, table};
use crate::record_flags::{
    CONTENT_SHA256_YES, PATH_ENCODED_ONCE, PATH_RAW, PAYLOAD_UNSIGNED, TOKEN_APPENDED,
};

/// The settings that a service requires unless the caller overrides them, as bits of `record_flags`, and the index of the name of its
/// session token in [`SESSION_TOKEN_HEADERS`].
pub(crate) fn choices(service: &[u8], is_presigned: bool) -> (u32, usize) {
    let row = SERVICE_NAMES.position(service).and_then(|row| CHOICES.get(row));
    row.map_or((0, 0), |row| (if is_presigned { row.in_query } else { row.in_headers }, row.token))
}

const SERVICE_NAMES: Table = table!(SERVICE_NAME_LIST);

const SERVICE_NAME_LIST: [&str; SERVICE_RULES.len()] = {
    let mut names = [""; SERVICE_RULES.len()];
    let mut row = 0;
    while row < names.len() {
        names[row] = SERVICE_RULES[row].0;
        row += 1;
    }
    names
};

/// A row of [`SERVICE_RULES`] in the form for a signer.
#[derive(Clone, Copy)]
struct Choices {
    in_headers: u32,
    in_query: u32,
    token: usize,
}

static CHOICES: [Choices; SERVICE_RULES.len()] = {
    let mut choices = [Choices { in_headers: 0, in_query: 0, token: 0 }; SERVICE_RULES.len()];
    let mut row = 0;
    while row < choices.len() {
        let rules = &SERVICE_RULES[row].1;
        let mut token = 0;
        while !is_same(SESSION_TOKEN_HEADERS[token].as_bytes(), rules.session_token_header.as_bytes()) {
            token += 1;
        }
        choices[row] = Choices {
            in_headers: bits(rules, rules.unsigned_payload),
            in_query: bits(rules, rules.unsigned_presigned_payload),
            token,
        };
        row += 1;
    }
    choices
};

const fn bits(rules: &ServiceRules, is_unsigned: bool) -> u32 {
    let mut bits = 0;
    if let PathEncoding::Single = rules.path_encoding {
        bits |= PATH_ENCODED_ONCE;
    }
    if let PathNormalization::Disabled = rules.path_normalization {
        bits |= PATH_RAW;
    }
    if rules.content_sha256_header {
        bits |= CONTENT_SHA256_YES;
    }
    if let SessionTokenMode::Appended = rules.session_token_mode {
        bits |= TOKEN_APPENDED;
    }
    if is_unsigned { bits | PAYLOAD_UNSIGNED } else { bits }
}
