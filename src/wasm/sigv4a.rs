//! What the module `sigv4a` exports besides its engine: verifying SigV4a signatures.

use alloc::string::String;

use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

/// See [`crate::SigV4a::verifies`]. Nothing, where the secret is none that AWS issues.
#[wasm_bindgen(js_name = verifiesSigV4a)]
#[allow(unreachable_pub)] // wasm-bindgen exports it
pub fn verifies_sigv4a(secret: String, access_key_id: &str, text: &str, signature: &str) -> Option<bool> {
    crate::SigV4a::verifies(&Zeroizing::new(secret), access_key_id, text, signature).ok()
}

/// Likewise, by a public key as SEC 1 writes it. Nothing, if it is none.
#[wasm_bindgen(js_name = verifiesWithPublicKey)]
#[allow(unreachable_pub)] // wasm-bindgen exports it
pub fn verifies_with_public_key(public_key: &[u8], text: &str, signature: &str) -> Option<bool> {
    crate::SigV4a::verifies_with_public_key(public_key, text, signature)
}
