//! SigV4a: one signature for several regions, made with an elliptic-curve key instead of an HMAC.
//!
//! Source: "AWS Signature Version 4a", IAM user guide; the derivation is NIST SP 800-108's counter mode.

use core::convert::Infallible;

use alloc::vec::Vec;

use p256::ecdsa::signature::Verifier as _;
use p256::ecdsa::signature::hazmat::{PrehashSigner, RandomizedPrehashSigner};
use p256::ecdsa::signature::rand_core::{TryCryptoRng, TryRng};
use p256::ecdsa::{Signature, VerifyingKey};
use p256::elliptic_curve::Group;
use p256::elliptic_curve::PrimeField;
use p256::elliptic_curve::bigint::ArrayEncoding;
use p256::elliptic_curve::ops::{Invert, Reduce};
use p256::elliptic_curve::point::AffineCoordinates;
use p256::{FieldBytes, NonZeroScalar, ProjectivePoint, Scalar, U256};
use sha2::{Digest, Sha256};
use zeroize::{Zeroize, Zeroizing};

use super::key::SigningKey;
use super::scheme::private::{self, Scheme};
use crate::Error;
use crate::credentials::check_secret_access_key;
use crate::text::Put;

/// `AWS4-ECDSA-P256-SHA256`: a key for each access key id, valid for every day, region and service.
///
/// The region of [`Config`](crate::Config) is a region set: names joined with commas, in which `*` stands for any characters.
///
/// Signatures vary: the secret number of each is derived from the key and the text (RFC 6979), mixed with random bytes of the
/// operating system (section 3.6). So neither bad random numbers nor a fault in one of two equal computations reveal the key.
/// Without random bytes, a signature is that of RFC 6979, as with [`Signer::deterministic`](crate::Signer::deterministic),
/// for tests.
#[derive(Debug, Clone, Copy)]
pub struct SigV4a;

impl private::Scheme for SigV4a {
    const ALGORITHM: &'static [u8] = b"AWS4-ECDSA-P256-SHA256";
    const HAS_REGION_SET: bool = true;

    /// Wiped on drop.
    type Key = p256::ecdsa::SigningKey;
    type Entropy = Entropy;

    const SYSTEM_ENTROPY: Entropy = system_entropy;
    const NO_ENTROPY: Entropy = no_entropy;

    fn key_name<'a>(_scope: &'a [u8], access_key_id: &'a [u8]) -> &'a [u8] {
        access_key_id
    }

    fn derive(secret_access_key: &[u8], access_key_id: &[u8]) -> Result<Self::Key, Error> {
        private_key(secret_access_key, access_key_id).map(|key| (*key).into())
    }

    fn sign(key: &mut Self::Key, text: &[u8], entropy: Entropy, out: &mut impl Put) {
        out.put(&Self::sign_text(key, text, entropy().map(Zeroizing::new).as_deref()));
    }
}

/// Random bytes for one signature, if there are any. Like the time, they come from the platform, and so are an argument.
type Entropy = fn() -> Option<[u8; 32]>;

pub(crate) fn system_entropy() -> Option<[u8; 32]> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).is_ok().then_some(bytes)
}

fn no_entropy() -> Option<[u8; 32]> {
    None
}

impl SigV4a {
    /// In hex.
    #[allow(clippy::expect_used)] // Each signs with any key: see their documentation.
    pub(super) fn sign_text(
        key: &p256::ecdsa::SigningKey,
        text: &[u8],
        entropy: Option<&[u8; 32]>,
    ) -> Vec<u8> {
        let hash = Sha256::digest(text);
        let signature: Result<Signature, _> = match entropy {
            Some(bytes) => key.sign_prehash_with_rng(&mut Bytes(Zeroizing::new(*bytes)), &hash),
            None => key.sign_prehash(&hash),
        };
        hex::encode(signature.expect("ECDSA signs any hash").to_der()).into_bytes()
    }
}

/// The random bytes to mix into a signature, in the form that the crate `p256` expects.
struct Bytes(Zeroizing<[u8; 32]>);

impl TryRng for Bytes {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_le_bytes(bytes))
    }

    /// Called once, for 32 bytes.
    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.iter_mut().zip(self.0.iter().cycle()).for_each(|(to, from)| *to = *from);
        Ok(())
    }
}

impl TryCryptoRng for Bytes {}

impl SigV4a {
    /// Whether the key of these credentials made a signature of a text. The signature is DER in lower-case hex: one
    /// spelling, except for the sign of `s`, which signers may choose.
    pub fn verifies(
        secret_access_key: &str,
        access_key_id: &str,
        text: &str,
        signature: &str,
    ) -> Result<bool, Error> {
        let key = private_key(secret_access_key.as_bytes(), access_key_id.as_bytes())?;
        let signature = parse_signature(signature);
        let hash = reduce(Sha256::digest(text));
        Ok(signature.is_some_and(|signature| {
            let (r, s) = signature.split_scalars();
            // The signer's point, computed with the private key: one multiple of the base point, instead of a sum of two.
            let number = Zeroizing::new(*s.invert() * (hash + *r * **key));
            reduce(ProjectivePoint::mul_by_generator(&number).to_affine().x()) == *r
        }))
    }
}

impl SigV4a {
    /// The same for a public key: whether its private key made a signature of a text. The key is a point of P-256,
    /// compressed or not ("SEC 1", section 2.3.3); `None` if it is none.
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
        Ok(*key.verifying_key())
    }

    /// The private key of these credentials, 32 bytes, then the public one, 65 bytes: for a platform that signs itself.
    #[cfg(all(target_arch = "wasm32", feature = "module-sigv4a"))]
    pub(crate) fn write_key_pair(
        secret_access_key: &[u8],
        access_key_id: &[u8],
        out: &mut impl Put,
    ) -> Result<(), Error> {
        let key = <Self as Scheme>::derive(secret_access_key, access_key_id)?;
        let mut number = key.to_bytes();
        out.put(&number).put(key.verifying_key().to_sec1_point(false).as_bytes());
        number.zeroize();
        Ok(())
    }
}

/// DER in lower-case hex.
fn parse_signature(signature: &str) -> Option<Signature> {
    let is_lower_case = !signature.bytes().any(|byte| byte.is_ascii_uppercase());
    let der = hex::decode(signature).ok().filter(|_| is_lower_case)?;
    Signature::from_der(&der).ok()
}

fn reduce(bytes: FieldBytes) -> Scalar {
    Scalar::reduce(&U256::from_be_byte_array(bytes))
}

fn private_key(secret_access_key: &[u8], access_key_id: &[u8]) -> Result<Zeroizing<NonZeroScalar>, Error> {
    check_secret_access_key(secret_access_key)?;
    let mut input_key = Vec::with_capacity(PREFIX.len() + secret_access_key.len());
    input_key.put(PREFIX).put(secret_access_key);
    let key = (1..=MAX_COUNTER).find_map(|counter| candidate(&input_key, access_key_id, counter));
    input_key.as_mut_slice().zeroize();
    // Practically unreachable: only one candidate in 2^32 is not a key.
    key.ok_or(Error::SecretAccessKeyInvalid)
}

/// A key, if the number for this counter is less than the order of the curve minus one: the key is that number plus one.
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

    use super::*;

    /// RFC 6979, appendix A.2.5.
    fn rfc_key() -> p256::ecdsa::SigningKey {
        let key = "C9AFA9D845BA75166B5C215767B1D6934E50C3DB36E89B127B8A622B120F6721";
        p256::ecdsa::SigningKey::from_slice(&hex::decode(key).unwrap()).unwrap()
    }

    /// RFC 6979, appendix A.2.5.
    #[test]
    fn signs_as_the_rfc_does_without_entropy() {
        let number = |text| FieldBytes::try_from(hex::decode(text).unwrap().as_slice()).unwrap();
        let expected = Signature::from_scalars(
            number("EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716"),
            number("F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"),
        );
        let expected = hex::encode(expected.unwrap().to_der()).into_bytes();
        assert_eq!(SigV4a::sign_text(&rfc_key(), b"sample", None), expected);
    }

    /// "Optional variants", section 3.6: computed by the Python package `ecdsa` 0.19.1, `sign_deterministic` with
    /// `extra_entropy=bytes(range(32))`.
    #[test]
    fn mixes_entropy_in_as_the_rfc_says() {
        let entropy: Entropy = || Some(core::array::from_fn(|at| at as u8));
        let expected = "3045022025404cfdb1228f680881e195dae0665f43f988c40cbc4e23927810d7c4635d740221008f\
                        076e7b9ea4bde92fb16b5cf25d0d3656db01a6e19c885b53cb8754f1b819c3";
        let entropy = entropy();
        assert_eq!(SigV4a::sign_text(&rfc_key(), b"sample", entropy.as_ref()), expected.as_bytes());
    }

    #[test]
    fn signatures_vary_by_default_and_all_verify() {
        let key = rfc_key();
        let public_key = *key.verifying_key();
        let mut signatures: Vec<_> = (0..20)
            .map(|_| String::from_utf8(SigV4a::sign_text(&key, b"text", system_entropy().as_ref())).unwrap())
            .collect();
        assert!(signatures.iter().all(|signature| SigV4a::has_signed(&public_key, "text", signature)));
        signatures.sort();
        signatures.dedup();
        assert_eq!(signatures.len(), 20);
    }

    #[test]
    fn verifies_its_own_signatures_and_no_others() {
        let key = SigV4a::derive(b"secret", b"AKID").unwrap();
        let signature =
            String::from_utf8(SigV4a::sign_text(&key, b"text", system_entropy().as_ref())).unwrap();
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
