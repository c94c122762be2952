//! Dates as requests write them, to milliseconds since 1970.

use alloc::string::String;

use crate::Timestamp;

/// `YYYYMMDDTHHMMSSZ`; `None` unless it is a time between 1970 and 9999.
pub(super) fn parse_amz_date(text: &str) -> Option<i64> {
    let bytes = text.as_bytes();
    let [date @ .., _, _, _, _, _, _, b'Z'] = bytes else { return None };
    let [_, _, _, _, _, _, _, _, b'T'] = date else { return None };
    millis(
        number(bytes.get(0..4)?)?,
        number(bytes.get(4..6)?)?,
        number(bytes.get(6..8)?)?,
        number(bytes.get(9..11)?)?,
        number(bytes.get(11..13)?)?,
        number(bytes.get(13..15)?)?,
    )
}

/// `Tue, 03 Feb 2026 04:05:06 GMT`: the one form that clients send (RFC 9110, section 5.6.7).
pub(super) fn parse_http_date(text: &str) -> Option<i64> {
    let (weekday, rest) = (text.get(..3)?, text.get(3..)?.strip_prefix(", ")?);
    let bytes = rest.as_bytes();
    let [_, _, b' ', _, _, _, b' ', _, _, _, _, b' ', _, _, b':', _, _, b':', _, _, b' ', b'G', b'M', b'T'] =
        bytes
    else {
        return None;
    };
    let month = MONTHS.iter().position(|name| bytes.get(3..6) == Some(name.as_bytes()))?;
    let millis = millis(
        number(bytes.get(7..11)?)?,
        month as u32 + 1,
        number(bytes.get(0..2)?)?,
        number(bytes.get(12..14)?)?,
        number(bytes.get(15..17)?)?,
        number(bytes.get(18..20)?)?,
    )?;
    let day = usize::try_from(millis / DAY_MILLIS).ok()?;
    (WEEKDAYS.get(day % 7) == Some(&weekday)).then_some(millis)
}

/// `2026-02-03T04:05:06.000Z`, with or without a fraction, which does not count.
#[cfg(any(feature = "policy", feature = "module-verify"))]
pub(super) fn parse_iso_date(text: &str) -> Option<i64> {
    let (seconds, fraction) =
        text.strip_suffix('Z')?.split_once('.').unwrap_or((text.strip_suffix('Z')?, ""));
    let has_dashes = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    let is_punctuated = has_dashes.iter().all(|(at, byte)| seconds.as_bytes().get(*at) == Some(byte));
    if seconds.len() != 19 || !is_punctuated || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let basic: String = seconds.chars().filter(|char| !matches!(char, '-' | ':')).chain(['Z']).collect();
    parse_amz_date(&basic)
}

/// As `x-amz-date` has it. Empty for what has no year of four digits.
pub(super) fn amz_date(millis: f64) -> String {
    let timestamp = Timestamp::from_epoch_millis(millis as i64);
    timestamp.map(|timestamp| timestamp.date_time().into()).unwrap_or_default()
}

fn number(digits: &[u8]) -> Option<u32> {
    digits.iter().try_fold(0, |number, digit| {
        if digit.is_ascii_digit() { Some(10 * number + u32::from(digit - b'0')) } else { None }
    })
}

fn millis(year: u32, month: u32, day: u32, hour: u32, minute: u32, second: u32) -> Option<i64> {
    let is_leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days_of_month = match month {
        2 => 28 + u32::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if year < 1970 || !(1..=days_of_month).contains(&day) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let seconds = i64::from((hour * 60 + minute) * 60 + second);
    Some(days_from_civil(year, month, day) * DAY_MILLIS + seconds * 1000)
}

/// Since 1970-01-01: the reverse of `civil_from_days` in timestamp.rs, from the same source.
fn days_from_civil(year: u32, month: u32, day: u32) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year / 400, year % 400);
    let shifted_month = (month + 9) % 12;
    let day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    i64::from(era * 146_097 + day_of_era) - 719_468
}

const DAY_MILLIS: i64 = 86_400_000;
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/// 1970-01-01 was a Thursday.
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_a_timestamp_writes() {
        // Each month from 1970 to 9999, at ever other times of the day.
        for step in 0..100_000_i64 {
            let millis = step * 2_533_007_000;
            let timestamp = Timestamp::from_epoch_millis(millis).unwrap();
            assert_eq!(parse_amz_date(timestamp.date_time()), Some(millis));
        }
    }

    #[test]
    fn refuses_what_is_no_time() {
        for text in [
            "",
            "20260230T040506Z",
            "20250229T040506Z",
            "21000229T000000Z",
            "20261301T000000Z",
            "20260001T000000Z",
            "20260100T000000Z",
            "20260203T240000Z",
            "20260203T046006Z",
            "20260203T040560Z",
            "19691231T235959Z",
            "20260203T040506",
            "20260203 040506Z",
            "2026020xT040506Z",
            "120260203T040506Z",
            "20260203T0405060Z",
        ] {
            assert_eq!(parse_amz_date(text), None, "{text}");
        }
    }

    #[test]
    fn reads_the_date_of_http() {
        // The example of RFC 9110, section 5.6.7.
        assert_eq!(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777_000));
        assert_eq!(parse_http_date("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        for text in [
            "Mon, 06 Nov 1994 08:49:37 GMT",
            "Sunday, 06-Nov-94 08:49:37 GMT",
            "Sun Nov  6 08:49:37 1994",
            "Sun, 6 Nov 1994 08:49:37 GMT",
            "Sun, 06 nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 08:49:37 UTC",
            "",
        ] {
            assert_eq!(parse_http_date(text), None, "{text}");
        }
    }
}
