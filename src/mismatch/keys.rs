//! Signing keys whose derivation may have a wrong step.

use alloc::vec::Vec;

use zeroize::Zeroizing;

use crate::sha256::to_hex;
use crate::sign::key::SigningKey;

/// The form in which each step passes its result to the next.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum KeyForm {
    /// The bytes of the HMAC, which is correct.
    Bytes,
    /// Its hex digits.
    Hex,
    /// No steps: the key is the start of the first step.
    Underived,
}

/// Derives keys. Common first steps are computed once, as long as they stay in the cache.
pub(super) struct KeyDerivation {
    places: Vec<Option<Known>>,
}

struct Known {
    /// The inputs of the derivation.
    name: Zeroizing<Vec<u8>>,
    key: SigningKey,
}

impl KeyDerivation {
    pub(super) fn new() -> Self {
        let mut places = Vec::new();
        places.resize_with(PLACES, || None); // no key moves
        Self { places }
    }

    /// `[prefix, secret, day, region, service, end]`.
    #[inline(never)]
    pub(super) fn derive(&mut self, [prefix, secret, names @ ..]: [&[u8]; 6], form: KeyForm) -> SigningKey {
        let length = names.iter().map(|name| name.len() + 1).sum::<usize>();
        let mut name = Zeroizing::new(Vec::with_capacity(1 + prefix.len() + secret.len() + length));
        name.extend_from_slice(prefix);
        name.extend_from_slice(secret);
        if form == KeyForm::Underived {
            return SigningKey::new(&name);
        }
        let start = name.len();
        name.push(form as u8);
        let mut ends = [start; 5];
        for (end, next) in ends.iter_mut().skip(1).zip(names) {
            name.push(b'\n');
            name.extend_from_slice(next);
            *end = name.len();
        }
        // The last step gives a different key each time.
        let known = (1..names.len())
            .rev()
            .find_map(|steps| Some((steps, self.known(name.get(..*ends.get(steps)?)?)?)));
        let (done, mut key) = match known {
            Some((steps, key)) => (steps, key.clone()),
            None => (0, SigningKey::new(name.get(..start).unwrap_or_default())),
        };
        for (steps, next) in names.into_iter().enumerate().skip(done) {
            let digest = Zeroizing::new(key.sign(next));
            key = match form {
                KeyForm::Hex => SigningKey::new(&*Zeroizing::new(to_hex(&digest))),
                _ => SigningKey::new(&*digest),
            };
            let name = ends.get(steps + 1).and_then(|end| name.get(..*end)).unwrap_or_default();
            if steps + 1 < names.len()
                && let Some(place) = self.places.get_mut(place_of(name))
            {
                *place = Some(Known { name: Zeroizing::new(name.to_vec()), key: key.clone() });
            }
        }
        key
    }

    fn known(&self, name: &[u8]) -> Option<&SigningKey> {
        let known = self.places.get(place_of(name))?.as_ref()?;
        (known.name.as_slice() == name).then_some(&known.key)
    }
}

/// FNV-1a, for a place in a table. A new key replaces the old one at its place.
fn place_of(name: &[u8]) -> usize {
    let mix = |hash: u32, byte: &u8| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193);
    name.iter().fold(0x811C_9DC5, mix) as usize % PLACES
}

/// A search derives a few hundred keys for days, regions and secrets, and a few thousand that begin like one of them.
const PLACES: usize = 512;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Scope;

    const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

    #[test]
    fn derives_what_the_signer_derives() {
        let mut derivation = KeyDerivation::new();
        for region in ["us-east-1", "eu-west-1", "us-east-1"] {
            let parts = ["AWS4", SECRET, "20150830", region, "iam", "aws4_request"].map(str::as_bytes);
            let scope = Scope::new("20150830", region, "iam").unwrap();
            let right = SigningKey::derive(SECRET, &scope).unwrap().sign(b"text");
            assert_eq!(derivation.derive(parts, KeyForm::Bytes).sign(b"text"), right);
            // Derived again, from the cache.
            assert_eq!(derivation.derive(parts, KeyForm::Bytes).sign(b"text"), right);
            assert_ne!(derivation.derive(parts, KeyForm::Hex).sign(b"text"), right);
        }
    }

    #[test]
    fn derives_from_hex_and_not_at_all_as_python_does() {
        let parts = ["AWS4", "secret", "20150830", "us-east-1", "iam", "aws4_request"].map(str::as_bytes);
        let mut derivation = KeyDerivation::new();
        let mut signature = |form| hex::encode(derivation.derive(parts, form).sign(b"text"));
        assert_eq!(signature(KeyForm::Hex), HEX);
        assert_eq!(signature(KeyForm::Underived), UNDERIVED);
    }

    /// Python's `hmac.new(k, name.encode(), 'sha256').hexdigest().encode()`, for each name.
    const HEX: &str = "bb39e0b6939b239d1044708b49471827a7ce19a32233996f164100299c629acd";
    const UNDERIVED: &str = "8b54203277b2b460fbd865ebef7e91c46a202fa7f7c0c0585d710955ce4de1f6";
}
