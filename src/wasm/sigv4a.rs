//! The exports of the module `sigv4a` besides its engine: verifying SigV4a signatures.

use alloc::string::String;

use wasm_bindgen::prelude::wasm_bindgen;
use zeroize::Zeroizing;

/// See [`crate::SigV4a::verifies`]. `None` if AWS would not issue such a secret.
#[wasm_bindgen(js_name = verifiesSigV4a)]
#[allow(unreachable_pub)] // wasm-bindgen exports it
pub fn verifies_sigv4a(secret: String, access_key_id: &str, text: &str, signature: &str) -> Option<bool> {
    crate::SigV4a::verifies(&Zeroizing::new(secret), access_key_id, text, signature).ok()
}

/// The same for a public key in the form of SEC 1. `None` if it is not one.
#[wasm_bindgen(js_name = verifiesWithPublicKey)]
#[allow(unreachable_pub)] // wasm-bindgen exports it
pub fn verifies_with_public_key(public_key: &[u8], text: &str, signature: &str) -> Option<bool> {
    crate::SigV4a::verifies_with_public_key(public_key, text, signature)
}
