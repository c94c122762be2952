//! Numbers modulo p = 2²⁵⁶ - 2²²⁴ + 2¹⁹² + 2⁹⁶ - 1, the prime of P-256.

use p256::elliptic_curve::PrimeField;
use p256::elliptic_curve::hazmat::FieldArithmetic;
use p256::{FieldBytes, NistP256, U256};

/// The same in the crate `p256`, for what is rare.
pub(super) type Reference = <NistP256 as FieldArithmetic>::FieldElement;

/// `Σ limbᵢ 2²⁷ⁱ`, which is 2²⁷⁰ times the number (Montgomery form), or differs from that by a multiple of p.
///
/// Sums and differences carry nothing and reduce nothing. What may then be multiplied is a matter of *weight*: limbs of
/// weight 1 are between -2²⁶ and 2²⁶, those of a sum weigh what its parts weigh together, and a product weighs 1 again.
/// Products of weights a and b are summed up in 64 bits while `Σ ab` is below 204: ten of 2⁵²·ab make less than 2⁶³.
/// The result is between -0.02 p and 1.02 p, as `Σ ab p²` is small beside 2²⁷⁰ p.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Element([i32; LIMBS]);

const LIMBS: usize = 10;
const BITS: usize = 27;
const MASK: i64 = (1 << BITS) - 1;

impl Element {
    /// Takes out of Montgomery form what it is multiplied with.
    const PLAIN_ONE: Self = Self([1, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

    pub(super) fn new(number: Reference) -> Self {
        let radix = Reference::from(2u64).pow_vartime(&U256::from_u32((LIMBS * BITS) as u32));
        let bytes = (number * radix.square()).to_bytes();
        let bit = |place: usize| place < 256 && bytes[31 - place / 8] >> (place % 8) & 1 != 0;
        let limb = |at: usize| (0..BITS).map(|place| i32::from(bit(at * BITS + place)) << place).sum();
        Self(core::array::from_fn(limb)).mul(&Self::PLAIN_ONE)
    }

    pub(super) fn reference(&self) -> Reference {
        let mut bytes = FieldBytes::default();
        let mut places = bytes.iter_mut().rev();
        let (mut pending, mut bits) = (0, 0);
        // Between 0 and p.
        for limb in self.mul(&Self::PLAIN_ONE).0 {
            pending += i64::from(limb) << bits;
            bits += BITS;
            while bits >= 8 {
                if let Some(byte) = places.next() {
                    *byte = pending as u8;
                }
                pending >>= 8;
                bits -= 8;
            }
        }
        // It does not take p.
        Reference::from_repr(bytes).unwrap_or(Reference::ZERO)
    }

    pub(super) fn add(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a + b)
    }

    pub(super) fn sub(&self, other: &Self) -> Self {
        self.zip(other, |a, b| a - b)
    }

    pub(super) fn triple(&self) -> Self {
        self.zip(self, |a, _| 3 * a)
    }

    #[inline(never)]
    pub(super) fn mul(&self, other: &Self) -> Self {
        sum_of_products([(self, other)])
    }

    /// `a·b + c·d`, reduced once.
    #[inline(never)]
    pub(super) fn mul_add_mul((a, b): (&Self, &Self), (c, d): (&Self, &Self)) -> Self {
        sum_of_products([(a, b), (c, d)])
    }

    /// See [`super::point::Point`].
    #[inline(always)]
    pub(super) fn or(&mut self, other: &Self, mask: i32) {
        *self = self.zip(other, |a, b| a | b & mask);
    }

    pub(super) fn negate_if(&mut self, mask: i32) {
        *self = self.zip(self, |a, _| (a ^ mask) - mask);
    }

    #[inline(always)]
    fn zip(&self, other: &Self, each: impl Fn(i32, i32) -> i32) -> Self {
        Self(core::array::from_fn(|at| each(self.0[at], other.0[at])))
    }
}

/// By Montgomery: in each of the ten lower places, the multiple of p that leaves zero there is that of its own digit, as p
/// is -1 in that place. Written out, because loops would keep the digits in memory and take half as long again.
#[inline(always)]
fn sum_of_products<const N: usize>(pairs: [(&Element, &Element); N]) -> Element {
    let mut digits = [0; LIMBS];
    let mut limbs = [0; LIMBS];
    let mut carry = 0;
    macro_rules! lower {
        ($($k:literal)*) => { $(
            let sum = carry + column::<$k, N>(&pairs) + multiples_of_p::<$k>(&digits);
            digits[$k] = sum & MASK;
            carry = sum >> BITS;
        )* };
    }
    macro_rules! upper {
        ($($k:literal)*) => { $(
            let sum = carry + column::<$k, N>(&pairs) + multiples_of_p::<$k>(&digits);
            carry = (sum + (1 << (BITS - 1))) >> BITS;
            limbs[$k - LIMBS] = (sum - (carry << BITS)) as i32;
        )* };
    }
    lower!(0 1 2 3 4 5 6 7 8 9);
    upper!(10 11 12 13 14 15 16 17 18);
    limbs[LIMBS - 1] = carry as i32;
    Element(limbs)
}

/// The products of limbs that belong to a place.
#[inline(always)]
fn column<const K: usize, const N: usize>(pairs: &[(&Element, &Element); N]) -> i64 {
    let mut sum = 0;
    for (a, b) in pairs {
        for at in K.saturating_sub(LIMBS - 1)..(K + 1).min(LIMBS) {
            sum += i64::from(a.0[at]) * i64::from(b.0[K - at]);
        }
    }
    sum
}

/// What these multiples of p have at a place, but for -1, which is what the digit was taken for.
#[inline(always)]
fn multiples_of_p<const K: usize>(digits: &[i64; LIMBS]) -> i64 {
    let digit = |below: usize| if (below..below + LIMBS).contains(&K) { digits[K - below] } else { 0 };
    // 2⁹⁶, 2¹⁹², -2²²⁴, 2²⁵⁶
    (digit(3) << 15) + (digit(7) << 3) - (digit(8) << 8) + (digit(9) << 13)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Without overflow, which panics in tests.
    #[test]
    fn multiplies_what_weighs_the_most() {
        for (limb, other) in [(1, 1), (1, -1), (-1, 1), (-1, -1)].map(|(a, b)| (a << 26, b << 26)) {
            let weighing = |weight: i32, limb: i32| {
                let mut limbs = [weight * limb; LIMBS];
                limbs[LIMBS - 1] >>= 13; // of a number near p
                Element(limbs)
            };
            let [a, b, c, d] =
                [weighing(11, limb), weighing(11, other), weighing(13, limb), weighing(6, other)];
            let sum = Element::mul_add_mul((&a, &b), (&c, &d));
            assert_eq!(sum.reference(), a.reference() * b.reference() + c.reference() * d.reference());
            assert!(sum.0.iter().all(|limb| limb.abs() <= 1 << 26));
        }
    }
}
