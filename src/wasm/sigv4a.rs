//! The exports of the second module, loaded only when it is used: checksums, and verifying SigV4a signatures.

use alloc::string::String;
use alloc::vec::Vec;

use wasm_bindgen::prelude::{JsError, wasm_bindgen};
use zeroize::Zeroizing;

/// See [`crate::Checksum`].
#[wasm_bindgen]
pub struct Checksum {
    checksum: crate::Checksum,
}

#[wasm_bindgen]
impl Checksum {
    /// `crc32`, `crc32c`, `crc64nvme`, `sha1` or `sha256`.
    #[wasm_bindgen(constructor)]
    pub fn new(name: &str) -> Result<Self, JsError> {
        let checksum = crate::Checksum::new(name).ok_or_else(|| JsError::new("unknown checksum"))?;
        Ok(Self { checksum })
    }

    /// Takes in more bytes.
    pub fn update(&mut self, bytes: &[u8]) {
        self.checksum.update(bytes);
    }

    /// The checksum, in network byte order. Frees this object.
    pub fn finish(self) -> Vec<u8> {
        self.checksum.finish()
    }
}

/// See [`crate::SigV4a::verifies`]. Nothing, where the secret is none that AWS issues.
#[wasm_bindgen(js_name = verifiesSigV4a)]
#[allow(unreachable_pub)] // wasm-bindgen exports it
pub fn verifies_sigv4a(secret: String, access_key_id: &str, text: &str, signature: &str) -> Option<bool> {
    crate::SigV4a::verifies(&Zeroizing::new(secret), access_key_id, text, signature).ok()
}

/// Likewise, by a public key as SEC 1 writes it. Nothing, where it is none.
#[wasm_bindgen(js_name = verifiesWithPublicKey)]
#[allow(unreachable_pub)] // wasm-bindgen exports it
pub fn verifies_with_public_key(public_key: &[u8], text: &str, signature: &str) -> Option<bool> {
    crate::SigV4a::verifies_with_public_key(public_key, text, signature)
}
