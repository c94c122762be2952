//! Multiples of the base point of P-256: all the curve arithmetic that SigV4a needs, as a verifier derives the private key, too.
//!
//! The crate `p256` does this in words of 64 bits, for whose product wasm has no instruction: an addition of points takes
//! it three times as long (1.6 us, here 0.5), and additions are most of a signature. The rest is left to that crate.
//!
//! In constant time: no branch and no address depends on the number.

mod field;
mod point;

use std::sync::LazyLock;

use alloc::vec::Vec;

use p256::elliptic_curve::PrimeField;
use p256::elliptic_curve::subtle::{ConditionallySelectable, ConstantTimeEq};
use p256::{FieldBytes, Scalar, U256};
use zeroize::Zeroizing;

use point::{Adder, Point};

/// The x-coordinate of this multiple of the base point; zero for that of zero.
pub(super) fn multiply_base_point(number: &Scalar) -> FieldBytes {
    TABLE.multiply(number)
}

/// 60 kB, which the first use makes in less than a millisecond.
static TABLE: LazyLock<Table> = LazyLock::new(Table::new);

/// For each place of a number in hex, odd multiples of the base point.
///
/// A number is `Σ (2cᵢ - 15) 16ⁱ`, where `cᵢ` are the digits of `c = (number + Σ 15·16ⁱ) / 2`. So no place adds zero, and
/// none carries.
struct Table {
    adder: Adder,
    /// 1, 3, … 15 times `16ⁱ` times the base point.
    places: Vec<[Point; ENTRIES]>,
    half: Scalar,
    offset: Scalar,
}

const PLACES: usize = 64;
const ENTRIES: usize = 8;

impl Table {
    fn new() -> Self {
        let adder = Adder::new();
        let mut base = Point::base();
        let places = (0..PLACES).map(|_| {
            let double = adder.add(&base, &base);
            let mut odd = [base; ENTRIES];
            for at in 1..ENTRIES {
                odd[at] = adder.add(&odd[at - 1], &double);
            }
            base = (0..3).fold(double, |point, _| adder.add(&point, &point));
            odd
        });
        let places = places.collect();
        let half = Scalar::TWO_INV;
        let offset = (Scalar::from(16u64).pow_vartime(&U256::from_u32(PLACES as u32)) - Scalar::ONE) * half;
        Self { adder, places, half, offset }
    }

    fn multiply(&self, number: &Scalar) -> FieldBytes {
        let bytes = Zeroizing::new((number * &self.half + self.offset).to_bytes());
        let digits = bytes.iter().rev().flat_map(|byte| [byte & 15, byte >> 4]);
        let mut points = self.places.iter().zip(digits).map(|(odd, digit)| select(odd, digit));
        let first = points.next().unwrap_or_default();
        Zeroizing::new(points.fold(first, |sum, point| self.adder.add(&sum, &point))).affine_x()
    }
}

/// `2·digit - 15` times the point that has these odd multiples. Reads them all.
fn select(odd: &[Point; ENTRIES], digit: u8) -> Point {
    // All ones for digits below 8, which are those of negative multiples.
    let sign = i32::from(digit >> 3) - 1;
    let index = (i32::from(digit) ^ sign) & 7;
    let mut selected = Point::default();
    for (at, point) in (0..).zip(odd) {
        selected.or(point, i32::conditional_select(&0, &-1, index.ct_eq(&at)));
    }
    selected.negate_if(sign);
    selected
}

#[cfg(test)]
mod tests {
    use p256::ProjectivePoint;
    use p256::elliptic_curve::point::AffineCoordinates;

    use super::*;

    #[test]
    fn agrees_with_the_crate_p256() {
        let expected = |number: &Scalar| (ProjectivePoint::GENERATOR * number).to_affine().x();
        let small = (1..40u64).map(Scalar::from);
        let powers = (0..256u64).map(|power| Scalar::from(2u64).pow_vartime(&U256::from_u64(power)));
        let digits = (0..16).map(|digit| {
            let bytes = [digit * 0x11; 32].into();
            Option::from(Scalar::from_repr(bytes)).unwrap_or(Scalar::ONE)
        });
        let mut large = Scalar::from(7u64);
        let many = core::iter::repeat_with(|| {
            large = large.square() + Scalar::ONE;
            large
        });
        for number in small.chain(powers).chain(digits).chain(many.take(300)) {
            assert_eq!(multiply_base_point(&number), expected(&number), "{number:?}");
            assert_eq!(multiply_base_point(&-number), expected(&number), "-{number:?}");
        }
        assert_eq!(multiply_base_point(&Scalar::ZERO), FieldBytes::default());
    }
}
