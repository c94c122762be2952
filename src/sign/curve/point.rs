//! Points of P-256, y² = x³ - 3x + b.

use p256::{FieldBytes, NistP256};
use primeorder::PrimeCurveParams;
use zeroize::DefaultIsZeroes;

use super::field::{Element, Reference};

/// In projective coordinates: x/z and y/z. All weigh 1.
#[derive(Clone, Copy, Default)]
pub(super) struct Point {
    x: Element,
    y: Element,
    z: Element,
}

impl DefaultIsZeroes for Point {}

impl Point {
    pub(super) fn base() -> Self {
        let (x, y) = NistP256::GENERATOR;
        Self { x: Element::new(x), y: Element::new(y), z: Element::new(Reference::ONE) }
    }

    /// Zero for infinity.
    pub(super) fn affine_x(&self) -> FieldBytes {
        let inverse = self.z.reference().invert().unwrap_or(Reference::ZERO);
        (self.x.reference() * inverse).to_bytes()
    }

    /// Makes a point of zeros the other one if the mask is all ones. Does nothing if it is zero.
    #[inline(always)]
    pub(super) fn or(&mut self, other: &Self, mask: i32) {
        self.x.or(&other.x, mask);
        self.y.or(&other.y, mask);
        self.z.or(&other.z, mask);
    }

    /// If the mask is all ones, and not if it is zero.
    pub(super) fn negate_if(&mut self, mask: i32) {
        self.y.negate_if(mask);
    }
}

/// What additions need.
pub(super) struct Adder {
    three_b: Element,
    zero: Element,
}

impl Adder {
    pub(super) fn new() -> Self {
        let three_b = NistP256::EQUATION_B * Reference::from(3u64);
        Self { three_b: Element::new(three_b), zero: Element::default() }
    }

    /// One formula for all points, the same ones and infinity too: algorithm 4 of Renes, Costello and Batina, "Complete
    /// addition formulas for prime order elliptic curves". At the right, weights.
    pub(super) fn add(&self, p: &Point, q: &Point) -> Point {
        let xx = p.x.mul(&q.x);
        let yy = p.y.mul(&q.y);
        let zz = p.z.mul(&q.z);
        let xy = p.x.add(&p.y).mul(&q.x.add(&q.y)).sub(&xx.add(&yy)); // 3
        let yz = p.y.add(&p.z).mul(&q.y.add(&q.z)).sub(&yy.add(&zz)); // 3
        let xz = p.x.add(&p.z).mul(&q.x.add(&q.z)).sub(&xx.add(&zz)); // 3

        let bzz = xz.triple().sub(&self.three_b.mul(&zz)); // 10
        let minus = yy.sub(&bzz); // 11
        let plus = yy.add(&bzz); // 11

        let zz = zz.triple(); // 3
        let bxz = self.three_b.mul(&xz).sub(&xx.add(&zz).triple()); // 13
        let xx_zz = xx.triple().sub(&zz); // 6

        Point {
            x: Element::mul_add_mul((&plus, &xy), (&bxz, &self.zero.sub(&yz))), // of weight 72
            y: Element::mul_add_mul((&plus, &minus), (&bxz, &xx_zz)),           // 199
            z: Element::mul_add_mul((&minus, &yz), (&xy, &xx_zz)),              // 51
        }
    }
}
