//! AWS Signature Version 4: a request in, signed headers (or a presigned URL) out.
//!
//! The crate opens no socket. Its core reads no file, and takes the time as an argument; `providers` reads
//! the environment, and the token files that it names. It is the core of the npm package `sigv4-wasm`, and can be used from
//! Rust:
//!
//! ```
//! use std::time::SystemTime;
//! use sigv4_wasm::{Config, Credentials, Payload, RequestView, Signer};
//!
//! let credentials = Credentials::new("AKIDEXAMPLE", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", None)?;
//! let signer = Signer::new(Config::infer()); // region and service are inferred from the host
//! let request = RequestView::new("POST", "abc123.execute-api.eu-west-1.amazonaws.com", "/prod/items")
//!     .header("content-type", "application/json")
//!     .payload(Payload::Bytes(b"{}"));
//! let signature = signer.sign(&request, &credentials, SystemTime::now().try_into()?)?;
//! for header in signature.headers() {
//!     // to be sent with the request
//! #   let _ = (header.name(), header.value());
//! }
//! # Ok::<(), sigv4_wasm::Error>(())
//! ```
//!
//! # Features
//!
//! | feature     | adds                                                                                          |
//! | ----------- | ----------------------------------------------------------------------------------------------------- |
//! | `std`       | on by default: `TryFrom<SystemTime>`, and a cache of signing keys. Without it the crate is `no_std` |
//! | `http`      | requests of the crate `http`, signed in place (`Signer::sign_http`) and presigned                   |
//! | `providers` | credentials without an AWS SDK: from the environment, containers, EC2, STS, Cognito (`providers`)     |
//! | `verify`    | for servers: verifies the signature of a request, and names its signer (`verify::Verifier`)           |
//! | `tower`     | layers that sign and verify, for clients and servers such as axum (`tower::VerifyLayer`)              |
//! | `web`       | requests of browsers and Workers, in Rust apps that run there (`web`)                                 |
//! | `sigv4a`    | asymmetric signatures, which are valid for several regions (`SigV4a`)                                  |
//! | `policy`    | IAM policies, read and evaluated (`policy::Policy`)                                                   |
//! | `checksum`  | the checksums that S3 takes (`Checksum`)                                                              |
//!
//! A request flows one way: [`RequestView`] → `canonical` (the canonical request) → `sign` (string to sign, key,
//! signature) → [`Signature`]. Only `wasm` and `web` name wasm-bindgen.

#![cfg_attr(not(feature = "std"), no_std)]
#![cfg_attr(docsrs, feature(doc_cfg))]
// A wasm module allows unsafe code in one file, `wasm/runtime.rs`, and says there why.
// A library, native or not, has none. Tests have that file, too.
#![cfg_attr(not(any(test, all(target_arch = "wasm32", feature = "module"))), forbid(unsafe_code))]
#![cfg_attr(any(test, all(target_arch = "wasm32", feature = "module")), deny(unsafe_code))]
#![warn(missing_docs, unreachable_pub, elided_lifetimes_in_paths)]

extern crate alloc;

mod canonical;
#[cfg(feature = "checksum")]
mod checksum;
mod config;
mod credentials;
mod endpoint;
mod error;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzzing;
#[cfg(feature = "http")]
mod http;
// Asked for by JavaScript.
#[cfg(feature = "mismatch")]
#[cfg_attr(not(all(target_arch = "wasm32", feature = "module-mismatch")), allow(dead_code, unused_imports))]
mod mismatch;
#[cfg(any(feature = "tables", all(target_arch = "wasm32", feature = "engine")))]
mod module_version;
mod packed_table;
#[cfg(feature = "policy")]
pub mod policy;
#[cfg(feature = "providers")]
pub mod providers;
#[cfg(any(feature = "tables", all(target_arch = "wasm32", feature = "module")))]
#[doc(hidden)]
pub mod record_flags;
#[cfg(not(any(feature = "tables", all(target_arch = "wasm32", feature = "module"))))]
#[allow(dead_code, unreachable_pub)] // what only JavaScript chooses
mod record_flags;
mod request;
mod request_view;
mod scope;
mod sha256;
mod sign;
mod signature;
mod signer;
#[cfg(feature = "tables")]
#[doc(hidden)]
pub mod tables;
mod text;
mod timestamp;
#[cfg(feature = "tower")]
pub mod tower;
#[cfg(feature = "verify")]
pub mod verify;
#[cfg(any(test, all(target_arch = "wasm32", feature = "module")))]
mod wasm;
#[cfg(all(target_arch = "wasm32", target_os = "unknown", feature = "web"))]
pub mod web;

pub use canonical::path::{PathEncoding, PathNormalization};
#[cfg(feature = "checksum")]
pub use checksum::Checksum;
pub use config::{Config, HeaderPlacement, SessionTokenMode, SignedHeaders};
pub use credentials::Credentials;
pub use endpoint::{Endpoint, endpoint_from_host};
pub use error::Error;
pub use request_view::{Payload, RequestView, Streaming};
pub use scope::Scope;
pub use sign::key::SigningKey;
pub use sign::scheme::{Scheme, SigV4};
#[cfg(feature = "sigv4a")]
pub use sign::sigv4a::SigV4a;
pub use signature::{Signature, SignatureHeader, Trace};
pub use signer::Signer;
pub use timestamp::Timestamp;
#[cfg(all(target_arch = "wasm32", feature = "engine"))]
#[doc(hidden)]
pub use wasm::signing::Engine;

#[cfg(all(doctest, feature = "http"))]
#[doc = include_str!("../docs/migration/rust.md")]
mod migration {}

/// Runs what the README shows.
#[cfg(all(doctest, feature = "tower", feature = "providers"))]
#[doc = include_str!("README.md")]
struct Readme;
