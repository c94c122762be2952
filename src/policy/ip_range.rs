//! IP addresses and ranges of them (RFC 4632, RFC 4291).

/// Addresses that begin with the same bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Range {
    is_v4: bool,
    /// Those that all addresses of the range share.
    bits: u128,
    /// How many bits differ.
    rest: u32,
}

impl Range {
    /// An address is a range of one. IPv4 written as IPv6 (`::ffff:192.0.2.1`), as dual-stack servers see it, is IPv4.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        if !(2..=45).contains(&address.len()) {
            return None;
        }
        let (size, value) = if address.contains(':') {
            (128, parse_v6(address)?)
        } else {
            (32, u128::from(parse_v4(address)?))
        };
        let shared = match length {
            Some(length) => parse_decimal(length, 3)?,
            None => size,
        };
        let rest = size.checked_sub(shared)?;
        let is_mapped = size == 128 && shared >= 96 && value >> 32 == 0xffff;
        let value = if is_mapped { value & 0xffff_ffff } else { value };
        Some(Self { is_v4: size == 32 || is_mapped, bits: shifted(value, rest), rest })
    }

    /// `None` if it is not an address: for example, if it has a port, or is a range.
    pub(super) fn parse_address(text: &str) -> Option<Self> {
        Self::parse(text).filter(|range| range.rest == 0)
    }

    /// Of one address.
    pub(super) fn contains(&self, address: &Self) -> bool {
        self.is_v4 == address.is_v4 && self.bits == shifted(address.bits, self.rest)
    }
}

fn shifted(value: u128, by: u32) -> u128 {
    value.checked_shr(by).unwrap_or(0)
}

/// Without leading zeros, which some read as octal.
fn parse_decimal(text: &str, digits: usize) -> Option<u32> {
    let is_decimal = (1..=digits).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && (text == "0" || !text.starts_with('0'));
    if is_decimal { text.parse().ok() } else { None }
}

fn parse_v4(text: &str) -> Option<u32> {
    let mut value: u32 = 0;
    let mut parts = text.split('.');
    for _ in 0..4 {
        let part = parse_decimal(parts.next()?, 3).filter(|part| *part < 256)?;
        value = value << 8 | part;
    }
    parts.next().is_none().then_some(value)
}

fn parse_v6(text: &str) -> Option<u128> {
    let mut sides = text.split("::");
    let (head, tail) = (Groups::parse(sides.next()?)?, sides.next());
    if sides.next().is_some() {
        return None;
    }
    let Some(tail) = tail else { return (head.count == 8).then_some(head.value) };
    let tail = Groups::parse(tail)?;
    // `::` stands for one group at least.
    if head.count + tail.count > 7 {
        return None;
    }
    let head_bits = head.value.checked_shl(16 * (8 - head.count)).unwrap_or(0);
    Some(head_bits | tail.value)
}

/// Groups of an IPv6 address, of which the last two may be written as IPv4.
struct Groups {
    value: u128,
    count: u32,
}

impl Groups {
    fn parse(text: &str) -> Option<Self> {
        let mut groups = Self { value: 0, count: 0 };
        if text.is_empty() {
            return Some(groups);
        }
        let mut parts = text.split(':').peekable();
        while let Some(part) = parts.next() {
            if part.contains('.') && parts.peek().is_none() {
                let v4 = parse_v4(part)?;
                groups.push(v4 >> 16)?;
                groups.push(v4 & 0xffff)?;
                continue;
            }
            let is_group = (1..=4).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_hexdigit());
            if !is_group {
                return None;
            }
            groups.push(u32::from_str_radix(part, 16).ok()?)?;
        }
        Some(groups)
    }

    fn push(&mut self, group: u32) -> Option<()> {
        self.count += 1;
        self.value = self.value << 16 | u128::from(group);
        (self.count <= 8).then_some(())
    }
}

#[cfg(test)]
mod tests {
    use core::net::IpAddr;

    use super::*;

    #[test]
    fn addresses_are_those_of_the_standard_library() {
        for text in [
            "192.0.2.1",
            "255.255.255.255",
            "0.0.0.0",
            "192.0.2.010",
            "192.0.2",
            "192.0.2.256",
            "1.2.3.4.5",
            "",
            "::",
            "::1",
            "1::",
            "2001:db8::1",
            "2001:0DB8:0:0::5",
            "1:2:3:4:5:6:7:8",
            "1:2:3:4:5:6:7:8:9",
            "1:2:3:4::5:6:7:8",
            "1:2:3::5:6:7:8",
            "1::2::3",
            ":::",
            "12345::",
            ":1",
            "1:",
            "::1.2.3.4",
            "::ffff:192.0.2.1",
            "64:ff9b::192.0.2.33",
            "::1.2.3",
            "fe80::1%eth0",
            "g::",
            "1:2:3:4:5:6:1.2.3.4",
        ] {
            let expected: Option<IpAddr> = text.parse().ok();
            assert_eq!(Range::parse_address(text).is_some(), expected.is_some(), "{text}");
            match expected {
                Some(IpAddr::V4(v4)) => {
                    assert_eq!(Range::parse(text).unwrap().bits, u128::from(v4.to_bits()))
                }
                Some(IpAddr::V6(v6)) if v6.to_ipv4_mapped().is_none() => {
                    assert_eq!(Range::parse(text).unwrap().bits, v6.to_bits(), "{text}");
                }
                _ => {}
            }
        }
    }

    #[test]
    fn ranges_hold_what_begins_alike() {
        for (range, address, holds) in [
            ("0.0.0.0/0", "192.0.2.1", true),
            ("0.0.0.0/0", "2001:db8::1", false),
            ("::/0", "192.0.2.1", false),
            ("::/0", "2001:db8::1", true),
            ("192.0.2.7/24", "192.0.2.200", true),
            ("192.0.2.0/25", "192.0.2.128", false),
            ("10.0.0.0/8", "::ffff:10.1.2.3", true),
            ("::ffff:0:0/80", "::fffe:0:1", true),
        ] {
            let held = Range::parse(range).unwrap().contains(&Range::parse_address(address).unwrap());
            assert_eq!(held, holds, "{range} {address}");
        }
        for text in
            ["192.0.2.0/33", "2001:db8::/129", "192.0.2.0/-1", "::/", "192.0.2.0/024", "192.0.2.0/1/2"]
        {
            assert_eq!(Range::parse(text), None, "{text}");
        }
    }
}
