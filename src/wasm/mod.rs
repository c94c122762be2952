//! The boundary to JavaScript: the only files that name wasm-bindgen.

mod exports;
mod runtime;
pub(crate) mod signing;
#[cfg(feature = "tools")]
mod tools;
