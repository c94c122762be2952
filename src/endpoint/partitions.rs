//! Finds the partition of a host, and the DNS suffix of a region.

use super::tables::PARTITIONS;

/// The part of a host before the DNS suffix of its partition, and the region of the global services of that partition.
pub(super) fn partition(host: &[u8]) -> Option<(&[u8], &'static [u8])> {
    let mut texts = PARTITIONS.texts();
    while let (Some(suffix), Some(home)) = (texts.next(), texts.next()) {
        if let Some(name) = host.strip_suffix(suffix) {
            return Some((name, home));
        }
    }
    None
}

/// The prefix of the regions of each partition, and its DNS suffix. The last row is for all other regions.
#[cfg(any(feature = "providers", feature = "tables"))]
pub(crate) fn dns_suffixes() -> alloc::vec::Vec<(&'static str, &'static str)> {
    let mut rows: alloc::vec::Vec<(&str, &str)> = alloc::vec::Vec::new();
    let mut texts = PARTITIONS.texts().filter_map(|text| str::from_utf8(text).ok());
    while let (Some(suffix), Some(home)) = (texts.next(), texts.next()) {
        // `us-isob-` of `us-isob-east-1`. Regions of the first partition have no common prefix.
        let area = home.rsplitn(3, '-').last().unwrap_or_default();
        let regions = if home == "us-east-1" { "" } else { home.get(..=area.len()).unwrap_or_default() };
        if !home.is_empty() && rows.iter().all(|(known, _)| *known != regions) {
            rows.push((regions, suffix));
        }
    }
    rows.sort_by_key(|(regions, _)| regions.is_empty());
    rows
}

/// The DNS suffix of a region, such as `.amazonaws.com`.
#[cfg(feature = "providers")]
pub(crate) fn dns_suffix(region: &str) -> &'static str {
    let row = dns_suffixes().into_iter().find(|(regions, _)| region.starts_with(regions));
    row.map_or("", |(_, suffix)| suffix)
}
