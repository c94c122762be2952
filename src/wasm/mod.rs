//! The boundary to JavaScript, the only files that name wasm-bindgen: the exports of each module, and what std would bring.

#[cfg(all(feature = "module-signing", feature = "module-sigv4a"))]
compile_error!("a wasm module is one of these, not both: build the crates in wasm/ one at a time");

#[cfg(feature = "engine")]
mod exports;
mod runtime;
#[cfg(feature = "engine")]
pub(crate) mod signing;
#[cfg(feature = "module-sigv4a")]
mod sigv4a;
