//! The functions that JavaScript calls: the engine of the module.
//!
//! Functions instead of a class, because each method that wasm-bindgen generates counts references and borrows, in more code than
//! most of them have.
#![allow(unreachable_pub, missing_docs)] // wasm-bindgen exports what is `pub`; see the methods of `Engine`

use wasm_bindgen::prelude::wasm_bindgen;

#[cfg(not(feature = "std"))]
use super::runtime::ENGINE;
use super::runtime::clear_stack;
use crate::module_version::MODULE_VERSION;
use crate::record_flags::HAS_SECRET;

/// Whether every signature computes with the key itself, on the stack. The states of HMAC are wiped after use anyway.
const LEAVES_KEYS: bool = cfg!(feature = "module-sigv4a");

#[cfg(feature = "std")]
static ENGINE: super::runtime::Single<super::signing::Engine> =
    super::runtime::Single::new(super::signing::Engine::new());

/// The version of the package: see [`MODULE_VERSION`].
#[wasm_bindgen]
pub fn version() -> u32 {
    MODULE_VERSION
}

#[wasm_bindgen]
pub fn reserve(length: usize) -> usize {
    ENGINE.lend().reserve(length)
}

#[allow(clippy::too_many_arguments)] // numbers cross for nothing; fields of a record are written and parsed
#[wasm_bindgen]
pub fn sign(
    text_length: usize,
    token_length: usize,
    body_length: usize,
    header_count: usize,
    flags: u32,
    epoch_millis: f64,
    expires_in: u32,
    credentials_id: f64,
) -> i32 {
    let mut engine = ENGINE.lend();
    let status = engine.sign(
        text_length,
        token_length,
        body_length,
        header_count,
        flags,
        epoch_millis,
        expires_in,
        credentials_id,
    );
    if LEAVES_KEYS || flags & HAS_SECRET != 0 {
        clear_stack();
    }
    status
}

#[wasm_bindgen]
pub fn sign_path(path_length: usize, flags: u32) -> i32 {
    let status = ENGINE.lend().sign_path(path_length, flags);
    if LEAVES_KEYS {
        clear_stack();
    }
    status
}

#[wasm_bindgen]
pub fn canonical_request() -> usize {
    ENGINE.lend().canonical_request()
}

#[wasm_bindgen]
pub fn complete(flags: u32) -> i32 {
    let status = ENGINE.lend().complete(flags);
    if LEAVES_KEYS {
        clear_stack();
    }
    status
}

#[wasm_bindgen]
pub fn sign_text(scope_length: usize, text_length: usize, flags: u32, credentials_id: f64) -> i32 {
    let status = ENGINE.lend().sign_text(scope_length, text_length, flags, credentials_id);
    if LEAVES_KEYS || flags & HAS_SECRET != 0 {
        clear_stack();
    }
    status
}

#[wasm_bindgen]
pub fn canonical_form(length: usize, form: u32) -> i32 {
    ENGINE.lend().canonical_form(length, form)
}

#[wasm_bindgen]
pub fn endpoint(length: usize, web_socket: bool) -> i32 {
    ENGINE.lend().endpoint(length, web_socket)
}

#[wasm_bindgen]
pub fn hash_update(length: usize) {
    ENGINE.lend().hash_update(length);
}

#[wasm_bindgen]
pub fn hash_finish(length: usize) {
    ENGINE.lend().hash_finish(length);
}

#[cfg(feature = "module-sigv4a")]
#[wasm_bindgen]
pub fn key_pair(length: usize) -> i32 {
    let status = ENGINE.lend().key_pair(length);
    clear_stack();
    status
}

#[wasm_bindgen]
pub fn wipe() {
    ENGINE.lend().wipe();
}

#[wasm_bindgen]
pub fn forget(secret_length: usize) {
    ENGINE.lend().forget(secret_length);
    clear_stack();
}

#[wasm_bindgen]
pub fn clear_keys() {
    ENGINE.lend().clear_keys();
}
