//! SigV4a: one signature for several regions, made with an elliptic-curve key instead of an HMAC.
//!
//! Source: "AWS Signature Version 4a", IAM user guide; the derivation is NIST SP 800-108's counter mode.

use alloc::vec::Vec;

use hmac::Mac;
use p256::ecdsa::{self, Signature, VerifyingKey, signature::Signer as _, signature::Verifier as _};
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

impl SigV4a {
    /// Whether the key of these credentials made a signature of a text. The signature is DER in lower-case hex: one
    /// spelling, but for the sign of `s`, which signers may choose.
    pub fn verifies(
        secret_access_key: &str,
        access_key_id: &str,
        text: &str,
        signature: &str,
    ) -> Result<bool, Error> {
        let key = <Self as Scheme>::derive(secret_access_key.as_bytes(), access_key_id.as_bytes())?;
        let is_lower_case = !signature.bytes().any(|byte| byte.is_ascii_uppercase());
        let der = hex::decode(signature).ok().filter(|_| is_lower_case);
        let signature = der.and_then(|der| Signature::from_der(&der).ok());
        Ok(signature.is_some_and(|made| VerifyingKey::from(&key).verify(text.as_bytes(), &made).is_ok()))
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

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use super::*;

    #[test]
    fn verifies_its_own_signatures_and_no_others() {
        let key = SigV4a::derive(b"secret", b"AKID").unwrap();
        let signature = String::from_utf8(SigV4a::sign(&key, b"text")).unwrap();
        let verifies = |secret, id, text, signature: &str| SigV4a::verifies(secret, id, text, signature);
        assert_eq!(verifies("secret", "AKID", "text", &signature), Ok(true));
        assert_eq!(verifies("secret", "AKID", "texu", &signature), Ok(false));
        assert_eq!(verifies("secres", "AKID", "text", &signature), Ok(false));
        assert_eq!(verifies("secret", "AKIE", "text", &signature), Ok(false));
        assert_eq!(verifies("secret", "AKID", "text", &signature.to_uppercase()), Ok(false));
        for bad in ["", "3", "zz", "3006020100020100", &signature[2..], &(signature.clone() + "00")] {
            assert_eq!(verifies("secret", "AKID", "text", bad), Ok(false), "{bad}");
        }
        assert_eq!(verifies(" secret", "AKID", "text", &signature), Err(Error::SecretAccessKeyInvalid));
    }
}
