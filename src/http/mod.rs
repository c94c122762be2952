//! Requests of the crate `http`: signed in place, and verified.

#[cfg(feature = "verify")]
mod response;
mod sign;
#[cfg(feature = "verify")]
mod verify;

#[cfg(feature = "providers")]
pub(crate) use sign::host_of;
