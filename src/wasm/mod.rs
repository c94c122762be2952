//! The boundary to JavaScript: the only files that name wasm-bindgen.

#[cfg(feature = "module")]
mod runtime;
pub(crate) mod signing;
#[cfg(feature = "tools")]
mod tools;
