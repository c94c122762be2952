//! The hash of a body.

use crate::sha256::{sha256_hex, to_hex};

/// The SHA-256 of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BodyHash(pub(super) [u8; 64]);

impl BodyHash {
    /// Of bytes.
    pub fn of(body: &[u8]) -> Self {
        Self(sha256_hex(body))
    }

    /// Of a body that was hashed while it was read.
    pub fn from_sha256(digest: &[u8; 32]) -> Self {
        Self(to_hex(digest))
    }

    /// In hex.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }

    #[cfg(all(target_arch = "wasm32", feature = "module-verify"))]
    pub(crate) fn from_hex(hex: [u8; 64]) -> Self {
        Self(hex)
    }
}
