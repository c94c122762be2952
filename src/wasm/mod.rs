//! The boundary to JavaScript, and the only files that use wasm-bindgen: the exports of each module, and replacements for parts
//! of std.

#[cfg(any(
    all(feature = "module-signing", feature = "module-sigv4a"),
    all(feature = "heap", feature = "engine"),
    all(feature = "module-policy", feature = "incoming"),
    all(feature = "module-verify", any(feature = "module-mismatch", feature = "module-checksum")),
    all(feature = "module-mismatch", feature = "module-checksum"),
))]
compile_error!("a wasm module has one of the features module-*: build the crates in wasm/ one at a time");

#[cfg(all(target_arch = "wasm32", feature = "incoming"))]
mod buffer;
#[cfg(all(target_arch = "wasm32", feature = "module-checksum"))]
mod checksum;
#[cfg(all(target_arch = "wasm32", feature = "engine"))]
mod core;
#[cfg(all(target_arch = "wasm32", feature = "engine"))]
mod exports;
#[cfg(all(target_arch = "wasm32", any(feature = "module-verify", feature = "module-mismatch")))]
mod hash;
#[cfg(all(target_arch = "wasm32", any(feature = "module-verify", feature = "module-mismatch")))]
mod incoming;
#[cfg(any(test, feature = "engine"))]
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))] // natively, for its tests
pub(crate) mod memory;
#[cfg(all(target_arch = "wasm32", feature = "module-mismatch"))]
mod mismatch;
#[cfg(all(target_arch = "wasm32", feature = "module-policy"))]
mod policy;
#[cfg(all(target_arch = "wasm32", feature = "module-verify"))]
mod post;
#[cfg(all(target_arch = "wasm32", feature = "engine"))]
mod record;
#[cfg(all(target_arch = "wasm32", feature = "incoming"))]
mod results;
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))] // likewise
pub(crate) mod runtime;
#[cfg(all(target_arch = "wasm32", feature = "engine"))]
pub(crate) mod signing;
#[cfg(all(target_arch = "wasm32", feature = "module-sigv4a"))]
mod sigv4a;
#[cfg(all(target_arch = "wasm32", feature = "module-verify"))]
mod verify;
#[cfg(all(target_arch = "wasm32", feature = "module-verify"))]
mod verify_results;
