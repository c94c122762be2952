//! Evaluates IAM policies for a request.
//!
//! A document is read once ([`Policy`]), and nothing in it is ignored: an unknown element or operator is an error, so no
//! condition is lost. A parsed policy can be evaluated for any request; no input makes this fail.
//!
//! ```
//! use sigv4_wasm::policy::{AccessRequest, Context, Decision, Policy, PolicyKind, evaluate_policies};
//!
//! let policy = Policy::parse(
//!     r#"{
//!         "Version": "2012-10-17",
//!         "Statement": {
//!             "Sid": "ReadOrders",
//!             "Effect": "Allow",
//!             "Action": "execute-api:Invoke",
//!             "Resource": "arn:aws:execute-api:*:*:abc123/prod/GET/orders/*",
//!             "Condition": { "IpAddress": { "aws:SourceIp": "192.0.2.0/24" } }
//!         }
//!     }"#,
//!     PolicyKind::Identity,
//! )?;
//! let context: Context<'_> = [("aws:SourceIp", "192.0.2.7")].into_iter().collect();
//! let resource = "arn:aws:execute-api:eu-west-1:123456789012:abc123/prod/GET/orders/7";
//! let request = AccessRequest::new("execute-api:Invoke", resource, &context)?;
//!
//! let evaluation = evaluate_policies(&[&policy], &request);
//! assert_eq!(evaluation.decision(), Decision::Allow);
//! assert_eq!(evaluation.statement().and_then(|place| place.sid()), Some("ReadOrders"));
//! # Ok::<(), sigv4_wasm::policy::PolicyError>(())
//! ```

mod access;
mod conditions;
mod document;
mod error;
mod evaluate;
mod ip_range;
mod nearest;
mod operators;
mod pattern;
mod principal;
mod request;
pub(crate) mod value;

pub use access::{Access, PolicySet, PolicySets};
pub use document::{MAX_POLICY_CHARACTERS, Policy, PolicyKind};
pub use error::PolicyError;
pub use evaluate::{Decision, Evaluation, Place, UnevaluatedStatement, evaluate_policies};
pub use nearest::{Element, Nearest};
pub use request::{AccessRequest, Context};
