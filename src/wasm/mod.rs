//! The boundary to JavaScript, the only files that name wasm-bindgen: the exports of each module, and what std would bring.

#[cfg(any(
    all(feature = "module-signing", feature = "module-sigv4a"),
    all(feature = "module-policy", feature = "engine"),
    all(feature = "module-verify", any(feature = "engine", feature = "module-policy")),
))]
compile_error!("a wasm module has one of the features module-*: build the crates in wasm/ one at a time");

#[cfg(feature = "module-verify")]
mod checksum;
#[cfg(feature = "engine")]
mod exports;
#[cfg(feature = "module-verify")]
mod mismatch;
#[cfg(feature = "module-policy")]
mod policy;
mod runtime;
#[cfg(feature = "engine")]
pub(crate) mod signing;
#[cfg(feature = "module-sigv4a")]
mod sigv4a;
#[cfg(feature = "module-verify")]
mod verify;
#[cfg(feature = "module-verify")]
mod verify_results;
