//! The boundary to JavaScript: the only files that name wasm-bindgen.

#[cfg(feature = "module")]
mod runtime;
// One crate, two modules: a build with `tools` is the second one, and leaves out what the first is for.
#[cfg(not(feature = "tools"))]
pub(crate) mod signing;
#[cfg(feature = "tools")]
mod tools;
