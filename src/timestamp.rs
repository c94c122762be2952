//! Signing times in the form `YYYYMMDDTHHMMSSZ`, which AWS calls amz-date.

use crate::Error;

/// A signing time in the form that every part of a signature uses: `YYYYMMDDTHHMMSSZ`, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timestamp {
    text: [u8; 16],
}

impl Timestamp {
    /// From milliseconds since 1970-01-01T00:00:00Z, cut to the second.
    pub fn from_epoch_millis(millis: i64) -> Result<Self, Error> {
        if !(0..YEAR_10000_MILLIS).contains(&millis) {
            return Err(Error::DateInvalid);
        }
        let seconds = millis / 1000;
        let (year, month, day) = civil_from_days((seconds / 86_400) as u32);
        let of_day = (seconds % 86_400) as u32;
        let mut text = *b"00000000T000000Z";
        let (date, time) = text.split_at_mut(8);
        write_digits((year * 100 + month) * 100 + day, date);
        write_digits((of_day / 3600 * 100 + of_day / 60 % 60) * 100 + of_day % 60, time);
        Ok(Self { text })
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

/// Writes a number into the places of the zeros of a text.
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
    fn refuses_what_has_no_four_digit_year() {
        for millis in [-1, i64::MIN, YEAR_10000_MILLIS, i64::MAX] {
            assert_eq!(Timestamp::from_epoch_millis(millis), Err(Error::DateInvalid));
        }
    }
}
