//! The tables that JavaScript shares with the core, written at build time by `scripts/tables.rs`, so that no list is kept twice.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use crate::SessionTokenMode;
use crate::canonical::form::Form;
use crate::canonical::headers::{ALWAYS_SIGNED, REPLACED};
use crate::canonical::path::{PathEncoding, PathNormalization};
use crate::canonical::query::{PAYLOAD_PARAMETER, SIGNATURE_PARAMETERS};
use crate::credentials::check_session_token;
use crate::endpoint::{DEFAULT, SERVICE_RULES, SESSION_TOKEN_HEADERS, ServiceRules, dns_suffixes};
use crate::error::{ROWS, STATUS_NUMBERS};
use crate::mismatch::{
    KEY_FIELDS, KeyForm, LineForm, ListChange, OrderKind, Part, PieceKind, Row, SCOPE_FIELDS, StepKind,
    WriteForm,
};
use crate::module_version::MODULE_VERSION;
use crate::policy::MAX_POLICY_CHARACTERS;
use crate::providers::{RENEW_AHEAD_SECONDS, RETRY_AFTER_SECONDS, rules};
use crate::record_flags;
use crate::request::MAX_REQUEST_BYTES;
use crate::verify::{ACCESS_KEY_UNKNOWN, BODY_MISMATCH, BODY_TOO_LONG, MAX_SKEW_SECONDS, RejectionKind};

/// The text of `js/engine/generated/errors.js`: the number and the code of each error.
pub fn errors() -> String {
    let mut text = String::from("// Written by the build from src/error.rs. Do not edit.\n\n");
    text += &format!(
        "/** How many numbers a status can distinguish. */\nexport const STATUS_NUMBERS = {STATUS_NUMBERS};\n\n"
    );
    for (number, (name, ..)) in ROWS.iter().enumerate() {
        text += &format!("export const {} = {number};\n", screaming(name));
    }
    text += "\n/** By number. */\nexport const CORE_ERROR_CODES = /** @type {const} */ ([\n";
    for (_, code, _) in ROWS {
        text += &format!("  '{code}',\n");
    }
    text += "]);\n\n// The message of each, for those to which JavaScript has nothing to add.\n";
    for (name, _, message) in ROWS {
        let (quote, message) = quoted(message);
        let start = format!("export const {}_TEXT =", screaming(name));
        // As prettier would have it.
        let gap = if start.len() + message.len() + 4 > 110 { "\n  " } else { " " };
        text += &format!("{start}{gap}{quote}{message}{quote};\n");
    }
    text
}

/// The text of `js/engine/generated/rejections.js`: the responses of API Gateway by code.
pub fn rejections() -> String {
    let mut text = String::from("// Written by the build from src/verify/rejection.rs. Do not edit.\n\n");
    text += "/**\n * HTTP status and name of AWS's exception, by code: where several kinds have one, those of the first.\n *\n";
    text += " * @type {Record<string, [status: number, type: string]>}\n */\nexport const REJECTIONS = {\n";
    let mut codes = Vec::new();
    for kind in RejectionKind::ALL {
        if !codes.contains(&kind.code()) {
            codes.push(kind.code());
            text += &format!("  {}: [{}, '{}'],\n", kind.code(), kind.status(), kind.exception());
        }
    }
    text += "};\n\n// What AWS says.\n";
    for (name, message) in [
        ("BODY_MISMATCH", BODY_MISMATCH),
        ("ACCESS_KEY_UNKNOWN", ACCESS_KEY_UNKNOWN),
        ("BODY_TOO_LONG", BODY_TOO_LONG),
    ] {
        let (quote, message) = quoted(message);
        text += &format!("export const {name} = {quote}{message}{quote};\n");
    }
    text
}

/// The text of `js/engine/generated/s3-errors.js`: the errors that S3 names differently.
pub fn s3_errors() -> String {
    let mut text = String::from("// Written by the build from src/verify/s3_error.rs. Do not edit.\n\n");
    text += S3_ERROR_TYPE;
    text += "/** @type {S3Error[]} */\nexport const S3_ERRORS = [\n";
    for kind in RejectionKind::ALL {
        let Some(error) = kind.s3_error() else { continue };
        text += "  {\n";
        text += &format!("    code: '{}',\n    type: '{}',\n", kind.code(), kind.exception());
        text += &format!("    status: {},\n    name: '{}',\n", error.status, error.code);
        if let Some(message) = error.message {
            let (quote, message) = quoted(message);
            text += &format!("    message: {quote}{message}{quote},\n");
        }
        if error.has_region {
            text += "    hasRegion: true,\n";
        }
        text += "  },\n";
    }
    text + "];\n"
}

const S3_ERROR_TYPE: &str = "/**
 * What S3 names otherwise than API Gateway.
 *
 * @typedef {object} S3Error
 * @property {string} code  of the refusal
 * @property {string} type  likewise
 * @property {number} status
 * @property {string} name  `Code` in XML
 * @property {string} [message]  instead of API Gateway's
 * @property {true} [hasRegion]  whether the region that was expected stands beside it: clients that signed for another one try
 *   again with this one
 */

";

/// A JavaScript literal, in the quotes that prettier chooses.
fn quoted(text: &str) -> (char, String) {
    if text.contains('\'') { ('"', text.replace('"', "\\\"")) } else { ('\'', String::from(text)) }
}

/// The text of `js/engine/generated/credentials.js`: the characters that no access key id, secret or session token contains.
pub fn credentials() -> String {
    let is_refused = |text: &[u8]| check_session_token(text).is_err();
    let anywhere = class(|byte| is_refused(&[b'a', byte, b'a']));
    let at_ends = class(|byte| is_refused(&[byte, b'a']) && !is_refused(&[b'a', byte, b'a']));
    let mut text = String::from("// Written by the build from src/credentials.rs. Do not edit.\n\n");
    text += "/** What access key ids, secrets and session tokens do not hold: the one anywhere, the other at either end. */\n";
    text + &format!("export const UNCLEAN = /[{anywhere}]|^[{at_ends}]|[{at_ends}]$/;\n")
}

/// The ASCII characters that match this predicate, as the content of a character class of a regular expression.
fn class(is_in: impl Fn(u8) -> bool) -> String {
    let mut text = String::new();
    let mut byte = 0;
    while byte <= 0x7F {
        let run = (byte..=0x7F).take_while(|byte| is_in(*byte)).count() as u8;
        match run {
            0 => {}
            1 => text += &format!("\\x{byte:02x}"),
            _ => text += &format!("\\x{byte:02x}-\\x{:02x}", byte + run - 1),
        }
        byte += run.max(1);
    }
    text
}

/// The text of `js/engine/generated/partitions.js`: the DNS suffix of each AWS partition.
pub fn partitions() -> String {
    let mut text = String::from("// Written by the build from src/endpoint/tables.rs. Do not edit.\n\n");
    text += "/** The DNS suffix of each AWS partition, by what its regions begin with; the last one is for all others. */\n";
    text += "export const DNS_SUFFIXES = /** @type {const} */ ([\n";
    for (regions, suffix) in dns_suffixes() {
        text += &format!("  ['{regions}', '{suffix}'],\n");
    }
    text + "]);\n"
}

/// The text of `js/engine/generated/renewal.js`: when temporary credentials are renewed.
pub fn renewal() -> String {
    format!(
        "// Written by the build from src/providers/renewal.rs. Do not edit.\n\n\
         /** Credentials are renewed this long before they expire, so that no request is signed with dying ones. */\n\
         export const RENEW_AHEAD_MS = {RENEW_AHEAD_SECONDS}_000;\n\n\
         /** After a failed renewal, valid credentials are used for this long before the next attempt. */\n\
         export const RETRY_AFTER_MS = {RETRY_AFTER_SECONDS}_000;\n"
    )
}

/// The text of `js/engine/generated/container.js`: the hosts that may return the credentials of a container without TLS.
pub fn container() -> String {
    let escaped = |host: &&str| host.replace('.', "\\.").replace('[', "\\[").replace(']', "\\]");
    let agents = rules::CONTAINER_AGENTS.iter().map(escaped).collect::<Vec<_>>().join("|");
    let origin = rules::CONTAINER_ORIGIN;
    let hosts = rules::CONTAINER_AGENTS.join(", ");
    format!(
        "// Written by the build from src/providers/rules.rs. Do not edit.\n\n\
         /** The host of a URL that is of this machine, or of an agent of ECS or EKS. */\n\
         export const PLAIN_HOSTS =\n  /^(?:localhost|127(?:\\.\\d+){{3}}|\\[::1\\]|{agents})$/;\n\n\
         /** The agents. */\n\
         export const CONTAINER_AGENTS = '{hosts}';\n\n\
         /** Where the path of `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` is. */\n\
         export const CONTAINER_ORIGIN = '{origin}';\n"
    )
}

/// The text of `js/engine/generated/metadata.js`: the instance metadata service.
pub fn metadata() -> String {
    let [ipv4, ipv6] = rules::METADATA_ORIGINS;
    let (roles, seconds) = (rules::METADATA_ROLES, rules::METADATA_TOKEN_SECONDS);
    format!(
        "// Written by the build from src/providers/rules.rs. Do not edit.\n\n\
         /** The service, over IPv4 and IPv6. */\n\
         export const METADATA_IPV4 = '{ipv4}';\nexport const METADATA_IPV6 = '{ipv6}';\n\n\
         /** The roles of an instance, one a line; beneath, the credentials of each. */\n\
         export const METADATA_ROLES = '{roles}';\n\n\
         /** For how long a token is asked, in seconds. */\n\
         export const METADATA_TOKEN_SECONDS = '{seconds}';\n"
    )
}

/// The text of `js/engine/generated/headers.js`: the headers that a signature adds, and those that callers cannot leave
/// unsigned.
pub fn headers() -> String {
    let mut text = String::from("// Written by the build from src/canonical/headers.rs. Do not edit.\n\n");
    text += &list(
        "REPLACED_HEADERS",
        "Written by the signer: a value that the caller passed under one of these names is from an earlier signature.",
        REPLACED.texts().filter_map(|name| str::from_utf8(name).ok()),
    );
    text += "\n";
    text += &list(
        "ALWAYS_SIGNED",
        "What every signature is about, or brings along by itself.",
        ALWAYS_SIGNED.into_iter(),
    );
    text += "\n";
    text + &list(
        "SESSION_TOKEN_HEADERS",
        "The headers that carry session tokens; except for case, the parameters of presigned URLs have the same names.",
        SESSION_TOKEN_HEADERS.into_iter(),
    )
}

/// The text of `js/engine/generated/parameters.js`: the parameters of a presigned URL.
pub fn parameters() -> String {
    let mut text = String::from("// Written by the build from src/canonical/query.rs. Do not edit.\n\n");
    text += &list(
        "SIGNATURE_PARAMETERS",
        "What a signature in a query is made of; servers differ in whether they tell cases apart.",
        SIGNATURE_PARAMETERS.texts().filter_map(|name| str::from_utf8(name).ok()),
    );
    text += "\n/** Added by presigners of the AWS SDKs, and dropped with an old signature. */\n";
    text + &format!("export const PAYLOAD_PARAMETER = '{PAYLOAD_PARAMETER}';\n")
}

/// The text of `js/engine/generated/services.js`: how services want their requests signed.
pub fn services() -> String {
    let mut text =
        String::from("// Written by the build from src/endpoint/service_rules.rs. Do not edit.\n\n");
    text += SERVICE_RULES_TYPE;
    text += "/** The rules of a service that has none of its own. @type {ServiceRules} */\n";
    text += "export const DEFAULT_RULES = {\n";
    for (name, value) in fields(&DEFAULT) {
        text += &format!("  {name}: {value},\n");
    }
    text += "};\n\n";
    text += "/** The rules of the others, by signing name. @type {Record<string, ServiceRules>} */\n";
    text += "export const SERVICE_RULES = {\n";
    for (service, rules) in SERVICE_RULES {
        let quote = if service.contains('-') { "'" } else { "" };
        text += &format!("  {quote}{service}{quote}: {{\n");
        // Each in full, because an object that is spread into another one stays in every bundle, used or not.
        for (name, value) in fields(rules) {
            text += &format!("    {name}: {value},\n");
        }
        text += "  },\n";
    }
    text += "};\n\n";
    text += "/** Whether a path is normalized, where the caller chooses how it is encoded. */\n";
    let normalizes = |encoding: PathEncoding| encoding.normalization() == PathNormalization::Enabled;
    text += &format!(
        "export const NORMALIZES_PATH = {{ double: {}, single: {} }};\n\n",
        normalizes(PathEncoding::Double),
        normalizes(PathEncoding::Single)
    );
    let of_s3 = SERVICE_RULES.iter().filter(|(_, rules)| rules.path_encoding == PathEncoding::Single);
    text + &list(
        "S3_SERVICES",
        "The signing names of Amazon S3, which share their rules.",
        of_s3.map(|(service, _)| *service),
    )
}

const SERVICE_RULES_TYPE: &str = "/**
 * How a service wants its requests signed.
 *
 * @typedef {object} ServiceRules
 * @property {'double' | 'single'} pathEncoding  whether the path on the wire is encoded once more before it is signed
 * @property {boolean} normalizesPath  whether dot segments and empty segments are taken out first
 * @property {boolean} contentSha256Header  whether the header `x-amz-content-sha256` is sent
 * @property {'signed' | 'unsigned'} payload  whether the signature in headers covers the body
 * @property {'signed' | 'unsigned'} presignedPayload  whether that of a presigned URL does
 * @property {'signed' | 'appended'} sessionTokenMode  whether the session token is part of what is signed
 * @property {string} sessionTokenHeader  the header that carries the session token
 * @property {string} sessionTokenParameter  the parameter that carries it in a presigned URL
 */

";

/// The rules as properties of an object: see `SERVICE_RULES_TYPE`.
fn fields(rules: &ServiceRules) -> [(&'static str, String); 8] {
    let encoding = match rules.path_encoding {
        PathEncoding::Double => "double",
        PathEncoding::Single => "single",
    };
    let payload = |is_unsigned| if is_unsigned { "unsigned" } else { "signed" };
    let mode = match rules.session_token_mode {
        SessionTokenMode::Signed => "signed",
        SessionTokenMode::Appended => "appended",
    };
    let text = |text: &str| format!("'{text}'");
    [
        ("pathEncoding", text(encoding)),
        ("normalizesPath", format!("{}", rules.path_normalization == PathNormalization::Enabled)),
        ("contentSha256Header", format!("{}", rules.content_sha256_header)),
        ("payload", text(payload(rules.unsigned_payload))),
        ("presignedPayload", text(payload(rules.unsigned_presigned_payload))),
        ("sessionTokenMode", text(mode)),
        ("sessionTokenHeader", text(rules.session_token_header)),
        ("sessionTokenParameter", text(rules.session_token_parameter)),
    ]
}

/// An exported list of texts.
fn list(name: &str, about: &str, texts: impl Iterator<Item = &'static str>) -> String {
    let texts: Vec<String> = texts.map(|item| format!("'{item}'")).collect();
    // As prettier would have it.
    let (start, separator, end) = if texts.len() < 5 { ("", ", ", "") } else { ("\n  ", ",\n  ", ",\n") };
    let items = texts.join(separator);
    format!("/** {about} */\nexport const {name} = /** @type {{const}} */ ([{start}{items}{end}]);\n")
}

/// The text of `js/engine/generated/flags.js`: the bits of the number that is passed with a record of the signer.
pub fn flags() -> String {
    flags_of(record_flags::ALL)
}

/// The text of `js/engine/generated/verify-flags.js`: the same for the verifier. Separate files, because few programs load all.
pub fn verify_flags() -> String {
    flags_of(record_flags::verify::ALL)
}

/// The text of `js/engine/generated/policy-flags.js`: the same for policies.
pub fn policy_flags() -> String {
    flags_of(record_flags::policy::ALL)
}

fn flags_of(flags: &[(&str, u32)]) -> String {
    let mut text = String::from("// Written by the build from src/record_flags.rs. Do not edit.\n\n");
    text += "/** The bits of `flags`. */\n";
    text += "export const FLAG = /** @type {const} */ ({\n";
    for (name, bits) in flags {
        text += &format!("  {}: {bits:#x},\n", camel(name));
    }
    text + "});\n"
}

/// The text of `js/engine/generated/forms.js`: the numbers of canonical forms.
pub fn forms() -> String {
    let mut text = String::from("// Written by the build from src/canonical/form.rs. Do not edit.\n\n");
    text += "/** What a text is, whose canonical form the core is asked for. */\n";
    text += "export const FORM = /** @type {const} */ ({\n";
    for (number, name) in Form::NAMES.iter().enumerate() {
        text += &format!("  {name}: {number},\n");
    }
    text + "});\n"
}

/// The text of `js/engine/generated/mismatch-names.js`: the names for the numbers in a record of the search.
pub fn mismatch_names() -> String {
    let mut text = String::from("// Written by the build from src/mismatch/names.rs. Do not edit.\n\n");
    text += "/** The number of each piece; of one that ends with a mark, a number or a name follows. @type {Record<string, number>} */\n";
    text += "export const PIECE_NUMBERS = {\n";
    for (number, name) in PieceKind::NAMES.iter().enumerate() {
        // As prettier would have it.
        let quote = if name.contains(['.', ':']) { "'" } else { "" };
        text += &format!("  {quote}{name}{quote}: {number},\n");
    }
    text += "};\n";
    for (name, about, names) in [
        ("STEPS", "What is done to a text.", StepKind::NAMES),
        ("LIST_CHANGES", "What a client made of the list of its parameters.", ListChange::NAMES),
        ("ORDERS", "The orders of parameters.", OrderKind::NAMES),
        ("WRITE_FORMS", "Where the `=` of a parameter is left out.", WriteForm::NAMES),
        ("LINE_FORMS", "How a header is written.", LineForm::NAMES),
        ("KEY_STEPS", "What each step of the derivation hands to the next.", KeyForm::NAMES),
        ("SCOPE_FIELDS", "What is in the string to sign.", SCOPE_FIELDS),
        ("KEY_FIELDS", "What a key is derived from.", KEY_FIELDS),
        ("PARTS", "The parts of a canonical request.", Part::NAMES),
        ("PROGRESS", "What becomes of a row of candidates.", Row::NAMES),
    ] {
        text += "\n";
        text += &list(name, about, names.iter().copied());
    }
    text
}

/// The text of `js/engine/generated/limits.js`.
pub fn limits() -> String {
    format!(
        "// Written by the build from src/request.rs, src/policy/document.rs and src/verify/verifier.rs. Do not edit.\n\n\
         /** The longest URL and headers together. */\nexport const MAX_REQUEST_BYTES = {MAX_REQUEST_BYTES};\n\n\
         /** The longest policy, without white space. */\nexport const MAX_POLICY_CHARACTERS = {MAX_POLICY_CHARACTERS};\n\n\
         /** How old a signature in headers may be, and how far from the future any. */\nexport const MAX_SKEW_SECONDS = {MAX_SKEW_SECONDS};\n"
    )
}

/// The text of `js/engine/generated/version.js`.
pub fn version() -> String {
    format!(
        "// Written by the build from src/module_version.rs. Do not edit.\n\n\
         /** What a module of this version says of itself. */\nexport const MODULE_VERSION = {MODULE_VERSION};\n"
    )
}

/// `HAS_SECRET` as `hasSecret`.
fn camel(name: &str) -> String {
    let mut text = String::new();
    for (index, word) in name.split('_').enumerate() {
        let (first, rest) = word.split_at_checked(1).unwrap_or_default();
        text += &if index == 0 { first.to_ascii_lowercase() } else { String::from(first) };
        text += &rest.to_ascii_lowercase();
    }
    text
}

/// `RegionRequired` as `REGION_REQUIRED`.
fn screaming(name: &str) -> String {
    let mut text = String::new();
    for char in name.chars() {
        if char.is_ascii_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(char.to_ascii_uppercase());
    }
    text
}
