//! SigV4a signatures are verified, not compared: signers may differ in the random number and in the sign of `s`.

use p256::ecdsa::signature::Verifier;
use p256::ecdsa::{Signature, VerifyingKey};
use p256::{FieldBytes, Sec1Point};
use serde::Deserialize;

/// As the suites write it: coordinates in hex.
#[derive(Deserialize)]
pub struct PublicKey {
    #[serde(rename = "X")]
    x: String,
    #[serde(rename = "Y")]
    y: String,
}

impl PublicKey {
    /// Whether the key that belongs to this one made the signature, which is DER in hex.
    pub fn verifies(&self, text: &str, signature: &str) -> bool {
        let coordinate = |hex: &str| FieldBytes::try_from(&hex::decode(hex).unwrap()[..]).unwrap();
        let point = Sec1Point::from_affine_coordinates(&coordinate(&self.x), &coordinate(&self.y), false);
        let signature = hex::decode(signature).unwrap();
        let Ok(signature) = Signature::from_der(&signature) else { return false };
        VerifyingKey::from_sec1_point(&point).unwrap().verify(text.as_bytes(), &signature).is_ok()
    }
}
