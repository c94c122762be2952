//! Dates as requests write them, to milliseconds since 1970.

use alloc::string::String;

use crate::Timestamp;

/// `YYYYMMDDTHHMMSSZ`; `None` unless it is a time between 1970 and 9999.
pub(super) fn parse_amz_date(text: &str) -> Option<i64> {
    let timestamp: Timestamp = text.parse().ok()?;
    Some(timestamp.unix_seconds() * 1000)
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
    let month = MONTHS.iter().position(|name| bytes.get(3..6) == Some(name.as_bytes()))? + 1;
    let (tens, ones) = (b'0' + month as u8 / 10, b'0' + month as u8 % 10);
    let mut amz_date = *b"0000MM00T000000Z";
    for (to, from) in [
        (0, 7),
        (1, 8),
        (2, 9),
        (3, 10),
        (6, 0),
        (7, 1),
        (9, 12),
        (10, 13),
        (11, 15),
        (12, 16),
        (13, 18),
        (14, 19),
    ] {
        *amz_date.get_mut(to)? = *bytes.get(from)?;
    }
    amz_date.get_mut(4..6)?.copy_from_slice(&[tens, ones]);
    let millis = parse_amz_date(str::from_utf8(&amz_date).ok()?)?;
    let day = usize::try_from(millis / DAY_MILLIS).ok()?;
    (WEEKDAYS.get(day % 7) == Some(&weekday)).then_some(millis)
}

/// As `x-amz-date` has it. Empty for what has no year of four digits.
pub(super) fn amz_date(millis: f64) -> String {
    let timestamp = Timestamp::from_epoch_millis(millis as i64);
    timestamp.map(|timestamp| timestamp.date_time().into()).unwrap_or_default()
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
