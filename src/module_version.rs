//! The number by which JavaScript recognizes the modules of its own version: functions and records may differ in other versions.

/// A hash of the package version with 31 bits: "The FNV Non-Cryptographic Hash Algorithm", RFC 9923.
pub(crate) const MODULE_VERSION: u32 = {
    let text = env!("CARGO_PKG_VERSION").as_bytes();
    let mut hash = 0x811C_9DC5_u32;
    let mut at = 0;
    while at < text.len() {
        hash = (hash ^ text[at] as u32).wrapping_mul(0x0100_0193);
        at += 1;
    }
    hash >> 1
};
