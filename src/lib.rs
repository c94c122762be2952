//! AWS Signature Version 4: a request in, signed headers (or a presigned query) out.
//!
//! The crate opens no socket, reads no file and knows no clock but the one that it is given; random bytes, which SigV4a mixes
//! in, can be given, too. It is the core of the npm package `sigv4-wasm`, and is as usable from Rust:
//!
//! ```
//! use sigv4_wasm::{Credentials, Payload, Request, Settings, Signer, Timestamp};
//!
//! let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", None)?;
//! let headers = [("content-type", "application/json")];
//! let request = Request {
//!     method: "POST",
//!     host: "abc123.execute-api.eu-west-1.amazonaws.com",
//!     path: "/prod/items",
//!     query: "",
//!     headers: &headers,
//!     payload: Payload::Bytes(b"{}"),
//! };
//! let mut signer = Signer::new();
//! let signed = signer.sign_header(
//!     &request,
//!     &credentials,
//!     Timestamp::from_epoch_millis(1_440_938_160_000)?,
//!     &Settings::default(), // region and service follow from the host
//! )?;
//! assert!(signed.authorization().starts_with("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/eu-west-1/execute-api"));
//! # Ok::<(), sigv4_wasm::Error>(())
//! ```
//!
//! With the feature `verify`, a server checks what arrives: see `verify::Verifier`. With `policy`, it evaluates IAM policies.
//!
//! A request flows one way: [`Request`] → `canonical` (the canonical request) → `sign` (string to sign, key,
//! signature). Only `wasm` names wasm-bindgen, and only the modules of the npm package have it in them.

#![cfg_attr(not(feature = "std"), no_std)]
// A wasm module allows unsafe code in one file, `wasm/runtime.rs`, and says there why.
#![cfg_attr(not(all(target_arch = "wasm32", feature = "module")), forbid(unsafe_code))]
#![cfg_attr(all(target_arch = "wasm32", feature = "module"), deny(unsafe_code))]
#![warn(missing_docs, unreachable_pub, elided_lifetimes_in_paths)]

extern crate alloc;

mod canonical;
#[cfg(feature = "checksum")]
mod checksum;
mod credentials;
mod endpoint;
mod error;
// Asked for by JavaScript.
#[cfg(feature = "mismatch")]
#[cfg_attr(not(all(target_arch = "wasm32", feature = "module-verify")), allow(dead_code, unused_imports))]
mod mismatch;
mod packed_table;
#[cfg(feature = "policy")]
pub mod policy;
#[cfg(any(feature = "tables", all(target_arch = "wasm32", feature = "module")))]
#[doc(hidden)]
pub mod record_flags;
mod request;
mod scope;
mod settings;
mod sha256;
mod sign;
#[cfg(feature = "tables")]
#[doc(hidden)]
pub mod tables;
mod text;
mod timestamp;
#[cfg(feature = "verify")]
pub mod verify;
#[cfg(all(target_arch = "wasm32", feature = "module"))]
mod wasm;

pub use canonical::path::{PathEncoding, PathNormalization};
#[cfg(feature = "checksum")]
pub use checksum::Checksum;
pub use credentials::Credentials;
pub use endpoint::{Endpoint, ServiceRules, endpoint_from_host, rules_for};
pub use error::Error;
pub use request::{Payload, Request};
pub use scope::Scope;
pub use settings::{HeaderPlacement, SessionTokenMode, Settings, SignedHeaders};
pub use sign::key::{KEY_CACHE_CAPACITY, SigningKey};
pub use sign::scheme::{Scheme, SigV4};
#[cfg(feature = "sigv4a")]
pub use sign::sigv4a::SigV4a;
pub use sign::{Signed, Signer};
pub use timestamp::Timestamp;
#[cfg(all(target_arch = "wasm32", feature = "engine"))]
#[doc(hidden)]
pub use wasm::signing::Engine;
