//! The boundary to JavaScript, the only files that name wasm-bindgen: the exports of each module, and what std would bring.

#[cfg(any(
    all(feature = "module-signing", feature = "module-sigv4a"),
    all(feature = "module-policy", feature = "engine"),
    all(feature = "module-verify", any(feature = "engine", feature = "module-policy")),
))]
compile_error!("a wasm module has one of the features module-*: build the crates in wasm/ one at a time");

#[cfg(all(target_arch = "wasm32", feature = "module-verify"))]
mod checksum;
#[cfg(all(target_arch = "wasm32", feature = "engine"))]
mod core;
#[cfg(all(target_arch = "wasm32", feature = "engine"))]
mod exports;
#[cfg(any(test, feature = "engine"))]
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))] // natively, for its tests
pub(crate) mod memory;
#[cfg(all(target_arch = "wasm32", feature = "module-verify"))]
mod mismatch;
#[cfg(all(target_arch = "wasm32", feature = "module-policy"))]
mod policy;
#[cfg(all(target_arch = "wasm32", feature = "engine"))]
mod record;
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))] // likewise
pub(crate) mod runtime;
#[cfg(all(target_arch = "wasm32", feature = "engine"))]
pub(crate) mod signing;
#[cfg(all(target_arch = "wasm32", feature = "module-sigv4a"))]
mod sigv4a;
#[cfg(all(target_arch = "wasm32", feature = "module-verify"))]
mod verify;
#[cfg(feature = "module-verify")]
mod verify_results;
