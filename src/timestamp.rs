//! Signing times in the form `YYYYMMDDTHHMMSSZ`, which AWS calls amz-date.

use core::fmt;
use core::str::FromStr;

use crate::Error;

/// A signing time, in whole seconds, in the form that every part of a signature uses: `YYYYMMDDTHHMMSSZ`, UTC.
///
/// ```
/// use std::time::SystemTime;
/// use sigv4_wasm::Timestamp;
///
/// let now = Timestamp::try_from(SystemTime::now())?;
/// let then: Timestamp = "20150830T123600Z".parse()?;
/// assert!(then < now);
/// assert_eq!(then, Timestamp::from_unix_seconds(1_440_938_160)?);
/// # Ok::<(), sigv4_wasm::Error>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Timestamp {
    text: [u8; 16],
}

impl Timestamp {
    /// 1970-01-01T00:00:00Z.
    pub const EPOCH: Self = Self { text: *b"19700101T000000Z" };

    /// From seconds since 1970-01-01T00:00:00Z, for years up to 9999.
    pub fn from_unix_seconds(seconds: i64) -> Result<Self, Error> {
        Self::from_epoch_millis(seconds.saturating_mul(1000))
    }

    /// Seconds since 1970-01-01T00:00:00Z.
    pub fn unix_seconds(&self) -> i64 {
        let number = |start: usize, length: usize| {
            let digits = self.text.get(start..start + length).unwrap_or_default();
            digits.iter().fold(0, |number, digit| number * 10 + u32::from(digit.wrapping_sub(b'0')))
        };
        let days = days_from_civil(number(0, 4), number(4, 2), number(6, 2));
        i64::from(days) * 86_400 + i64::from(number(9, 2) * 3600 + number(11, 2) * 60 + number(13, 2))
    }

    /// From milliseconds since 1970-01-01T00:00:00Z, truncated to the second.
    pub(crate) fn from_epoch_millis(millis: i64) -> Result<Self, Error> {
        let mut timestamp = Self::EPOCH;
        timestamp.set_epoch_millis(millis)?;
        Ok(timestamp)
    }

    /// The same, in place.
    pub(crate) fn set_epoch_millis(&mut self, millis: i64) -> Result<(), Error> {
        if !(0..YEAR_10000_MILLIS).contains(&millis) {
            return Err(Error::DateInvalid);
        }
        let seconds = millis / 1000;
        let (year, month, day) = civil_from_days((seconds / 86_400) as u32);
        let of_day = (seconds % 86_400) as u32;
        self.text = *b"00000000T000000Z";
        let (date, time) = self.text.split_at_mut(8);
        write_digits((year * 100 + month) * 100 + day, date);
        write_digits((of_day / 3600 * 100 + of_day / 60 % 60) * 100 + of_day % 60, time);
        Ok(())
    }

    /// Reads `2026-02-03T04:05:06.000Z`, with or without a fraction, which is ignored.
    #[cfg(any(
        all(feature = "policy", feature = "verify"),
        feature = "module-verify",
        feature = "providers"
    ))]
    pub(crate) fn from_iso_8601(text: &str) -> Option<Self> {
        let text = text.strip_suffix('Z')?;
        let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
        let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
        let is_punctuated = marks.iter().all(|(at, mark)| seconds.as_bytes().get(*at) == Some(mark));
        if seconds.len() != 19 || !is_punctuated || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let basic = seconds.chars().filter(|char| !matches!(char, '-' | ':')).chain(['Z']);
        basic.collect::<alloc::string::String>().parse().ok()
    }

    /// `YYYYMMDDTHHMMSSZ`, as in `x-amz-date` and the string to sign.
    pub fn date_time(&self) -> &str {
        // Only digits, `T` and `Z` are ever written above.
        str::from_utf8(&self.text).unwrap_or_default()
    }

    /// `YYYYMMDD`, as in the credential scope.
    pub fn date(&self) -> &str {
        self.date_time().get(..8).unwrap_or_default()
    }

    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.text
    }

    pub(crate) fn date_bytes(&self) -> &[u8] {
        self.text.split_at(8).0
    }
}

#[cfg(feature = "std")]
impl TryFrom<std::time::SystemTime> for Timestamp {
    type Error = Error;

    /// Truncates to the second.
    fn try_from(time: std::time::SystemTime) -> Result<Self, Error> {
        let since = time.duration_since(std::time::UNIX_EPOCH).map_err(|_| Error::DateInvalid)?;
        Self::from_unix_seconds(i64::try_from(since.as_secs()).map_err(|_| Error::DateInvalid)?)
    }
}

impl FromStr for Timestamp {
    type Err = Error;

    /// Reads `YYYYMMDDTHHMMSSZ`, and nothing else.
    fn from_str(text: &str) -> Result<Self, Error> {
        let text = <[u8; 16]>::try_from(text.as_bytes()).map_err(|_| Error::DateInvalid)?;
        let has_form = text.iter().zip(b"00000000T000000Z").all(|(byte, form)| match form {
            b'0' => byte.is_ascii_digit(),
            _ => byte == form,
        });
        // A day or a time that does not exist would be converted to another.
        match Self::from_unix_seconds(if has_form { Self { text }.unix_seconds() } else { -1 })? {
            known if known.text == text => Ok(known),
            _ => Err(Error::DateInvalid),
        }
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.date_time())
    }
}

impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timestamp({self})")
    }
}

/// Writes a number over the zeros of a text.
#[inline(never)]
fn write_digits(mut number: u32, text: &mut [u8]) {
    for digit in text.iter_mut().rev().filter(|digit| **digit == b'0') {
        *digit += (number % 10) as u8;
        number /= 10;
    }
}

/// Year, month, day of a day number since 1970-01-01 (the era-based algorithm of H. Hinnant's "chrono-Compatible
/// Low-Level Date Algorithms": the year starts in March, so that the leap day comes last).
const fn civil_from_days(days: u32) -> (u32, u32, u32) {
    let z = days + 719_468;
    let era = z / 146_097;
    let day_of_era = z % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + (month <= 2) as u32;
    (year, month, day)
}

/// The number of a day since 1970-01-01, with the same algorithm; 0 for earlier days.
const fn days_from_civil(year: u32, month: u32, day: u32) -> u32 {
    let shifted_year = (year + (month > 2) as u32).saturating_sub(1);
    let era = shifted_year / 400;
    let year_of_era = shifted_year % 400;
    let shifted_month = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = ((153 * shifted_month + 2) / 5 + day).saturating_sub(1);
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    (era * 146_097 + day_of_era).saturating_sub(719_468)
}

const YEAR_10000_MILLIS: i64 = 253_402_300_800_000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_known_instants() {
        for (millis, expected) in [
            (0, "19700101T000000Z"),
            (951_782_400_000, "20000229T000000Z"),
            (951_868_799_999, "20000229T235959Z"),
            (951_868_800_000, "20000301T000000Z"),
            (1_440_938_160_000, "20150830T123600Z"),
            (1_709_251_199_000, "20240229T235959Z"),
            (4_107_542_399_000, "21000228T235959Z"),
            (4_107_542_400_000, "21000301T000000Z"),
            (YEAR_10000_MILLIS - 1, "99991231T235959Z"),
        ] {
            let timestamp = Timestamp::from_epoch_millis(millis).unwrap();
            assert_eq!(timestamp.date_time(), expected);
            assert_eq!(timestamp.date(), &expected[..8]);
        }
    }

    #[test]
    fn reads_what_it_writes() {
        for seconds in (0..253_402_300_800).step_by(86_399 * 37).chain([253_402_300_799]) {
            let timestamp = Timestamp::from_unix_seconds(seconds).unwrap();
            assert_eq!(timestamp.unix_seconds(), seconds, "{timestamp}");
            assert_eq!(timestamp.date_time().parse(), Ok(timestamp));
        }
        for text in [
            "",
            "20150830",
            "2015-08-30T12:36",
            "20150830T123600z",
            "20150830T123600Z ",
            "20150230T123600Z",
            "20151330T123600Z",
            "20150800T123600Z",
            "20150830T243600Z",
            "20150830T126000Z",
            "20150830T123660Z",
            "19691231T235959Z",
            "00000000T000000Z",
            "2015083\u{661}T12360Z",
        ] {
            assert_eq!(text.parse::<Timestamp>(), Err(Error::DateInvalid), "{text}");
        }
    }

    #[test]
    #[cfg(feature = "std")]
    fn takes_the_time_of_the_system() {
        use std::time::{Duration, UNIX_EPOCH};
        let at = |millis| Timestamp::try_from(UNIX_EPOCH + Duration::from_millis(millis));
        assert_eq!(at(1_440_938_160_999).unwrap().date_time(), "20150830T123600Z");
        assert_eq!(at(YEAR_10000_MILLIS as u64), Err(Error::DateInvalid));
        assert_eq!(Timestamp::try_from(UNIX_EPOCH - Duration::from_nanos(1)), Err(Error::DateInvalid));
        assert!(at(0).unwrap() < at(1000).unwrap());
    }

    #[test]
    fn refuses_what_has_no_four_digit_year() {
        for millis in [-1, i64::MIN, YEAR_10000_MILLIS, i64::MAX] {
            assert_eq!(Timestamp::from_epoch_millis(millis), Err(Error::DateInvalid));
        }
    }
}
