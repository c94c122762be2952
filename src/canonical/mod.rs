//! The canonical request: the one text that signer and server must agree on, byte for byte.
//!
//! Source: "Create a signed AWS API request", step 1, in the IAM user guide.

use alloc::vec::Vec;
use core::cmp::Ordering;
use core::mem::swap;

pub(crate) mod encode;
#[cfg(any(test, feature = "tables", feature = "engine"))]
#[cfg_attr(not(all(target_arch = "wasm32", feature = "engine")), allow(dead_code))] // asked for by JavaScript
pub(crate) mod form;
pub(crate) mod headers;
pub(crate) mod path;
pub(crate) mod payload;
pub(crate) mod query;
pub(crate) mod request;

/// A query parameter or a header to be sorted. Field order is sort order.
///
/// One type for both, so that the module contains one sort.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Entry<'a> {
    pub(crate) key: &'a [u8],
    /// Headers of one name keep the order in which they were given; parameters leave this 0 and sort by value.
    pub(crate) order: usize,
    pub(crate) value: &'a [u8],
}

#[inline(never)]
pub(crate) fn add<'a>(entries: &mut Vec<Entry<'a>>, key: &'a [u8], order: usize, value: &'a [u8]) {
    entries.push(Entry { key, order, value });
}

/// Shellsort: as fast as any for a handful of entries, far from quadratic for thousands, and a tenth of the size
/// of the sort of `core`, which would be a third of the whole module. The gaps are those of M. Ciura.
pub(crate) fn sort(entries: &mut [Entry<'_>]) {
    for &gap in &GAPS {
        for end in gap..entries.len() {
            let mut at = end;
            while let Some(before) = at.checked_sub(gap)
                && let Ok([low, high]) = entries.get_disjoint_mut([before, at])
                && is_before(high, low)
            {
                swap(low, high);
                at = before;
            }
        }
    }
}

static GAPS: [usize; 8] = [701, 301, 132, 57, 23, 10, 4, 1];

fn is_before(one: &Entry<'_>, other: &Entry<'_>) -> bool {
    let of_keys = compare(one.key, other.key);
    if of_keys.is_ne() {
        return of_keys.is_lt();
    }
    if one.order != other.order { one.order < other.order } else { compare(one.value, other.value).is_lt() }
}

#[inline(never)]
fn compare(one: &[u8], other: &[u8]) -> Ordering {
    one.cmp(other)
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::*;

    #[test]
    fn sorts_any_number() {
        for length in [0, 1, 2, 3, 10, 1000, 5000] {
            let keys: Vec<_> =
                (0..length).map(|n: usize| format!("{:x}", n.wrapping_mul(0x9E37_79B9) % 997)).collect();
            let entries =
                keys.iter().enumerate().map(|(order, key)| Entry { key: key.as_bytes(), order, value: b"" });
            let mut entries: Vec<_> = entries.collect();
            sort(&mut entries);
            assert!(entries.is_sorted());
        }
    }
}
