//! What JavaScript has to know of the core, written at build time by `scripts/tables.rs`, so that no list is kept twice.

use alloc::format;
use alloc::string::String;

use crate::canonical::headers::ALWAYS_SIGNED;
use crate::endpoint::dns_suffixes;
use crate::error::{ROWS, STATUS_NUMBERS};
use crate::request::MAX_REQUEST_BYTES;

/// The text of `js/engine/generated/errors.js`: the number and the code of each error.
pub fn errors() -> String {
    let mut text = String::from("// Written by the build from src/error.rs. Do not edit.\n\n");
    text += &format!(
        "/** How many numbers a status can distinguish. */\nexport const STATUS_NUMBERS = {STATUS_NUMBERS};\n\n"
    );
    for (number, (name, _)) in ROWS.iter().enumerate() {
        text += &format!("export const {} = {number};\n", screaming(name));
    }
    text += "\n/** By number. */\nexport const CORE_ERROR_CODES = /** @type {const} */ ([\n";
    for (_, code) in ROWS {
        text += &format!("  '{code}',\n");
    }
    text + "]);\n"
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

/// The text of `js/engine/generated/headers.js`: the headers that no caller can leave unsigned.
pub fn headers() -> String {
    let mut text = String::from("// Written by the build from src/canonical/headers.rs. Do not edit.\n\n");
    text += "/** What every signature is about, or brings along by itself. */\n";
    text += "export const ALWAYS_SIGNED = /** @type {const} */ ([\n";
    for name in ALWAYS_SIGNED {
        text += &format!("  '{name}',\n");
    }
    text + "]);\n"
}

/// The text of `js/engine/generated/limits.js`.
pub fn limits() -> String {
    format!(
        "// Written by the build from src/request.rs. Do not edit.\n\n\
         /** The longest URL and headers together. */\nexport const MAX_REQUEST_BYTES = {MAX_REQUEST_BYTES};\n"
    )
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
