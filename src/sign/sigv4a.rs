//! SigV4a: one signature for several regions, made with an elliptic-curve key instead of an HMAC.
//!
//! Source: "AWS Signature Version 4a", IAM user guide; the derivation is NIST SP 800-108's counter mode.

use alloc::vec::Vec;

use hmac::Mac;
use p256::ecdsa::{self, Signature, signature::Signer as _};
use p256::elliptic_curve::PrimeField;
use p256::{NonZeroScalar, Scalar, SecretKey};
use zeroize::{Zeroize, Zeroizing};

use super::key::SigningKey;
use super::scheme::private::{self, Scheme};
use crate::Error;
use crate::credentials::check_secret_access_key;
use crate::text::Put;

/// `AWS4-ECDSA-P256-SHA256`: a key for each access key id, good for every day, region and service.
///
/// The region of [`Settings`](crate::Settings) is a region set: names joined with commas, in which `*` stands for any
/// characters.
///
/// Signatures are deterministic (RFC 6979), so a request that is signed twice has one signature, and no random
/// numbers are needed that could be bad.
#[derive(Debug, Clone, Copy)]
pub struct SigV4a;

impl private::Scheme for SigV4a {
    const ALGORITHM: &'static [u8] = b"AWS4-ECDSA-P256-SHA256";
    const HAS_REGION_SET: bool = true;

    type Key = ecdsa::SigningKey;
    type Signature = Vec<u8>;

    fn key_name<'a>(_scope: &'a [u8], access_key_id: &'a [u8]) -> &'a [u8] {
        access_key_id
    }

    fn derive(secret_access_key: &[u8], access_key_id: &[u8]) -> Result<ecdsa::SigningKey, Error> {
        check_secret_access_key(secret_access_key)?;
        let mut input_key = Vec::with_capacity(PREFIX.len() + secret_access_key.len());
        input_key.put(PREFIX).put(secret_access_key);
        let key = (1..=MAX_COUNTER).find_map(|counter| candidate(&input_key, access_key_id, counter));
        input_key.as_mut_slice().zeroize();
        // Out of reach: each candidate but one in 2^32 is a key.
        Ok(ecdsa::SigningKey::from(key.ok_or(Error::SecretAccessKeyInvalid)?))
    }

    fn sign(key: &ecdsa::SigningKey, text: &[u8]) -> Vec<u8> {
        let signature: Signature = key.sign(text);
        hex::encode(signature.to_der()).into_bytes()
    }
}

/// A key, if the number that this counter gives is below the order of the curve less one: the key is one more than that.
fn candidate(input_key: &[u8], access_key_id: &[u8], counter: u8) -> Option<SecretKey> {
    let mac = SigningKey::new(input_key)
        .begin()
        .chain_update(1u32.to_be_bytes())
        .chain_update(SigV4a::ALGORITHM)
        .chain_update([0])
        .chain_update(access_key_id)
        .chain_update([counter])
        .chain_update(256u32.to_be_bytes());
    let mut number = mac.finalize().into_bytes();
    // Compared with the order in constant time.
    let scalar = Scalar::from_repr(number).into_option().map(Zeroizing::new);
    number.zeroize();
    let scalar = NonZeroScalar::new(*scalar? + Scalar::ONE).into_option().map(Zeroizing::new)?;
    Some(SecretKey::from(&*scalar))
}

const PREFIX: &[u8] = b"AWS4A";
/// The counter is one byte, of which AWS leaves out the last value.
const MAX_COUNTER: u8 = 254;
