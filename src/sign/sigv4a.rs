//! SigV4a: one signature for several regions, made with an elliptic-curve key instead of an HMAC.
//!
//! Source: "AWS Signature Version 4a", IAM user guide; the derivation is NIST SP 800-108's counter mode.

use alloc::vec::Vec;

use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::elliptic_curve::PrimeField;
use p256::elliptic_curve::bigint::ArrayEncoding;
use p256::elliptic_curve::ops::{Invert, Reduce};
use p256::{FieldBytes, NonZeroScalar, Scalar, U256};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use super::curve::multiply_base_point;
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

    type Key = Zeroizing<NonZeroScalar>;
    type Signature = Vec<u8>;

    fn key_name<'a>(_scope: &'a [u8], access_key_id: &'a [u8]) -> &'a [u8] {
        access_key_id
    }

    fn derive(secret_access_key: &[u8], access_key_id: &[u8]) -> Result<Self::Key, Error> {
        check_secret_access_key(secret_access_key)?;
        let mut input_key = Vec::with_capacity(PREFIX.len() + secret_access_key.len());
        input_key.put(PREFIX).put(secret_access_key);
        let key = (1..=MAX_COUNTER).find_map(|counter| candidate(&input_key, access_key_id, counter));
        input_key.as_mut_slice().zeroize();
        // Out of reach: each candidate but one in 2^32 is a key.
        key.ok_or(Error::SecretAccessKeyInvalid)
    }

    fn sign(key: &mut Self::Key, text: &[u8]) -> Vec<u8> {
        let hash = reduce(Sha256::digest(text));
        let mut numbers = Numbers::new(key, &hash);
        loop {
            if let Some(signature) = numbers.candidate().and_then(|number| sign_with(key, hash, &number)) {
                return hex::encode(signature.to_der()).into_bytes();
            }
            // Out of reach: each candidate but one in 2^32 makes a signature.
            numbers.update(0, &[]);
        }
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
        let signature = parse_signature(signature);
        let hash = reduce(Sha256::digest(text));
        Ok(signature.is_some_and(|signature| {
            let (r, s) = signature.split_scalars();
            // The signer's point, computed with the private key: one multiple of the base point, instead of a sum of two.
            let number = Zeroizing::new(*s.invert() * (hash + *r * **key));
            x_of_multiple(&number) == *r
        }))
    }
}

impl SigV4a {
    /// Whether the private key that belongs to a public one made a signature of a text, likewise. The key is a point of P-256,
    /// compressed or not ("SEC 1", section 2.3.3); `None` where it is none.
    pub fn verifies_with_public_key(public_key: &[u8], text: &str, signature: &str) -> Option<bool> {
        let key = VerifyingKey::from_sec1_bytes(public_key).ok()?;
        Some(Self::has_signed(&key, text, signature))
    }

    pub(crate) fn has_signed(key: &VerifyingKey, text: &str, signature: &str) -> bool {
        parse_signature(signature).is_some_and(|signature| key.verify(text.as_bytes(), &signature).is_ok())
    }

    /// The public key of these credentials.
    #[cfg(feature = "verify")]
    pub(crate) fn public_key(secret_access_key: &str, access_key_id: &str) -> Result<VerifyingKey, Error> {
        let key = <Self as Scheme>::derive(secret_access_key.as_bytes(), access_key_id.as_bytes())?;
        Ok(*p256::ecdsa::SigningKey::from(*key).verifying_key())
    }
}

/// DER in lower-case hex.
fn parse_signature(signature: &str) -> Option<Signature> {
    let is_lower_case = !signature.bytes().any(|byte| byte.is_ascii_uppercase());
    let der = hex::decode(signature).ok().filter(|_| is_lower_case)?;
    Signature::from_der(&der).ok()
}

/// The secret numbers that RFC 6979, section 3.2, makes of a key and a hash. The next one is for when one does not sign.
struct Numbers {
    key: SigningKey,
    value: Zeroizing<[u8; 32]>,
}

impl Numbers {
    fn new(key: &Scalar, hash: &Scalar) -> Self {
        let seed = Zeroizing::new([key.to_bytes(), hash.to_bytes()]);
        let mut numbers = Self { key: SigningKey::new(&[0; 32]), value: Zeroizing::new([1; 32]) };
        numbers.update(0, &*seed);
        numbers.update(1, &*seed);
        numbers
    }

    fn update(&mut self, separator: u8, seed: &[FieldBytes]) {
        let mut mac = self.key.begin();
        mac.update(&*self.value).update(&[separator]);
        for part in seed {
            mac.update(part);
        }
        self.key = SigningKey::new(&*Zeroizing::new(mac.finish()));
        *self.value = self.key.sign(&*self.value);
    }

    fn candidate(&mut self) -> Option<Zeroizing<NonZeroScalar>> {
        *self.value = self.key.sign(&*self.value);
        NonZeroScalar::from_repr((*self.value).into()).into_option().map(Zeroizing::new)
    }
}

/// ECDSA ("SEC 1: Elliptic Curve Cryptography", section 4.1.3). Nothing, where a part of the signature would be zero.
fn sign_with(key: &NonZeroScalar, hash: Scalar, number: &NonZeroScalar) -> Option<Signature> {
    let r = x_of_multiple(number);
    let s = *number.invert() * (hash + r * **key);
    Signature::from_scalars(r, s).ok()
}

fn x_of_multiple(number: &Scalar) -> Scalar {
    reduce(multiply_base_point(number))
}

fn reduce(bytes: FieldBytes) -> Scalar {
    Scalar::reduce(&U256::from_be_byte_array(bytes))
}

/// A key, if the number that this counter gives is below the order of the curve less one: the key is one more than that.
fn candidate(input_key: &[u8], access_key_id: &[u8], counter: u8) -> Option<Zeroizing<NonZeroScalar>> {
    let mut number: FieldBytes = SigningKey::new(input_key)
        .begin()
        .update(&1u32.to_be_bytes())
        .update(SigV4a::ALGORITHM)
        .update(&[0])
        .update(access_key_id)
        .update(&[counter])
        .update(&256u32.to_be_bytes())
        .finish()
        .into();
    // Compared with the order in constant time.
    let scalar = Scalar::from_repr(number).into_option().map(Zeroizing::new);
    number.zeroize();
    NonZeroScalar::new(*scalar? + Scalar::ONE).into_option().map(Zeroizing::new)
}

const PREFIX: &[u8] = b"AWS4A";
/// The counter is one byte; AWS does not use its last value.
const MAX_COUNTER: u8 = 254;

#[cfg(test)]
mod tests {
    use alloc::string::String;

    use p256::ecdsa::signature::Signer;

    use super::*;

    /// RFC 6979, appendix A.2.5.
    #[test]
    fn signs_as_the_rfc_does() {
        let number = |text| FieldBytes::try_from(hex::decode(text).unwrap().as_slice()).unwrap();
        let key = number("C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721");
        let mut key = Zeroizing::new(NonZeroScalar::from_repr(key).unwrap());
        let expected = Signature::from_scalars(
            number("EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"),
            number("F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"),
        );
        assert_eq!(SigV4a::sign(&mut key, b"sample"), hex::encode(expected.unwrap().to_der()).into_bytes());
    }

    #[test]
    fn signs_as_the_crate_p256_does() {
        for count in 0..100u32 {
            let text = count.to_be_bytes();
            let mut key = SigV4a::derive(b"secret", &text).unwrap();
            let expected: Signature = p256::ecdsa::SigningKey::from(*key).sign(&text);
            assert_eq!(SigV4a::sign(&mut key, &text), hex::encode(expected.to_der()).into_bytes());
        }
    }

    #[test]
    fn verifies_its_own_signatures_and_no_others() {
        let mut key = SigV4a::derive(b"secret", b"AKID").unwrap();
        let signature = String::from_utf8(SigV4a::sign(&mut key, b"text")).unwrap();
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
