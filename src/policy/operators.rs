//! The condition operators.
//!
//! Source: "IAM JSON policy elements: Condition operators" in the IAM user guide.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;

use super::error::{PolicyError, show_text};
use super::ip_range::Range;
use super::pattern::{Syntax, Template, Unevaluated, Unit, matches, matches_folded};
use super::request::Context;

/// What a value of the policy is compared as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    String { wildcards: bool, ignores_case: bool },
    Arn,
    Number(Comparison),
    Date(Comparison),
    Bool,
    Binary,
    Address,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone, Copy)]
pub(super) struct Operator {
    pub(super) kind: Kind,
    /// Whether it holds when no value is as the policy has it.
    pub(super) is_negated: bool,
}

const fn is(kind: Kind) -> Operator {
    Operator { kind, is_negated: false }
}

const fn is_not(kind: Kind) -> Operator {
    Operator { kind, is_negated: true }
}

const TEXT: Kind = Kind::String { wildcards: false, ignores_case: false };
const TEXT_OF_ANY_CASE: Kind = Kind::String { wildcards: false, ignores_case: true };
const PATTERN: Kind = Kind::String { wildcards: true, ignores_case: false };

/// By their names, without what may stand before and after. `Null` is none of them: it compares nothing.
pub(super) const OPERATORS: &[(&str, Operator)] = &[
    ("StringEquals", is(TEXT)),
    ("StringNotEquals", is_not(TEXT)),
    ("StringEqualsIgnoreCase", is(TEXT_OF_ANY_CASE)),
    ("StringNotEqualsIgnoreCase", is_not(TEXT_OF_ANY_CASE)),
    ("StringLike", is(PATTERN)),
    ("StringNotLike", is_not(PATTERN)),
    ("NumericEquals", is(Kind::Number(Comparison::Equal))),
    ("NumericNotEquals", is_not(Kind::Number(Comparison::Equal))),
    ("NumericLessThan", is(Kind::Number(Comparison::Less))),
    ("NumericLessThanEquals", is(Kind::Number(Comparison::LessOrEqual))),
    ("NumericGreaterThan", is(Kind::Number(Comparison::Greater))),
    ("NumericGreaterThanEquals", is(Kind::Number(Comparison::GreaterOrEqual))),
    ("DateEquals", is(Kind::Date(Comparison::Equal))),
    ("DateNotEquals", is_not(Kind::Date(Comparison::Equal))),
    ("DateLessThan", is(Kind::Date(Comparison::Less))),
    ("DateLessThanEquals", is(Kind::Date(Comparison::LessOrEqual))),
    ("DateGreaterThan", is(Kind::Date(Comparison::Greater))),
    ("DateGreaterThanEquals", is(Kind::Date(Comparison::GreaterOrEqual))),
    ("Bool", is(Kind::Bool)),
    ("BinaryEquals", is(Kind::Binary)),
    ("IpAddress", is(Kind::Address)),
    ("NotIpAddress", is_not(Kind::Address)),
    // AWS: "ArnEquals and ArnLike behave identically."
    ("ArnEquals", is(Kind::Arn)),
    ("ArnLike", is(Kind::Arn)),
    ("ArnNotEquals", is_not(Kind::Arn)),
    ("ArnNotLike", is_not(Kind::Arn)),
];

/// A value of the policy, ready to be compared.
#[derive(Debug, Clone)]
pub(super) enum Expected {
    Text(String),
    Pattern { template: Template, ignores_case: bool },
    Arn { template: Template, text: String },
    Number { value: f64, comparison: Comparison },
    Date { value: f64, comparison: Comparison },
    Bool(bool),
    Address(Range),
}

impl Expected {
    pub(super) fn parse(kind: Kind, text: &str, variables: bool, place: &str) -> Result<Self, PolicyError> {
        let refuse =
            |form: &str| PolicyError::new(place, &["must be ", form, ", not ", &show_text(text)].concat());
        Ok(match kind {
            Kind::String { wildcards, ignores_case } => {
                let template = Template::parse(text, Syntax { wildcards, variables }, place)?;
                match template.as_text() {
                    Some(text) if !ignores_case => Self::Text(text),
                    _ => Self::Pattern { template, ignores_case },
                }
            }
            Kind::Arn => {
                let pattern = if text == "*" { "arn:*:*:*:*:*" } else { text };
                let template = Template::parse(pattern, Syntax { wildcards: true, variables }, place)?;
                if template.first_variable().is_none() && Fields::of_pattern(template.units()).is_none() {
                    let problem = format!(
                        "must be an ARN, which has six fields (or \"*\"), not {}: use arn:aws:iam::*:role/x",
                        show_text(text)
                    );
                    return Err(PolicyError::new(place, &problem));
                }
                Self::Arn { template, text: text.to_owned() }
            }
            Kind::Number(comparison) => {
                let value = parse_number(text).ok_or_else(|| refuse("a number such as 10 or 2.5"))?;
                Self::Number { value, comparison }
            }
            Kind::Date(comparison) => {
                let value = parse_date(text).ok_or_else(|| refuse(DATE_FORM))?;
                Self::Date { value, comparison }
            }
            Kind::Bool => Self::Bool(parse_bool(text).ok_or_else(|| refuse(BOOL_FORM))?),
            Kind::Binary => Self::Text(parse_base64(text).ok_or_else(|| refuse(BINARY_FORM))?.to_owned()),
            Kind::Address => {
                let form = "an IP address, or a range such as 192.0.2.0/24 or 2001:db8::/32";
                Self::Address(Range::parse(text).ok_or_else(|| refuse(form))?)
            }
        })
    }

    /// Whether a value is as the policy has it.
    pub(super) fn matches(&self, actual: &Actual<'_>, context: &Context<'_>) -> Result<bool, Unevaluated> {
        Ok(match (self, actual) {
            (Self::Text(expected), Actual::Text(text)) => expected == text,
            (Self::Pattern { template, ignores_case }, Actual::Text(text)) => {
                let pattern = template.resolve(context)?;
                if *ignores_case { matches_folded(&pattern, text) } else { matches(&pattern, text) }
            }
            (Self::Arn { template, text }, Actual::Arn { value, fields }) => {
                let pattern = template.resolve(context)?;
                let Some(expected) = Fields::of_pattern(&pattern) else {
                    let reason = format!("with its value, {} is not an ARN", show_text(text));
                    return Err(Unevaluated {
                        key: template.first_variable().unwrap_or_default().into(),
                        reason,
                    });
                };
                let Some(fields) = fields else { return Err(value.unreadable()) };
                expected.0.iter().zip(fields).all(|(pattern, field)| matches(pattern, field))
            }
            (Self::Number { value, comparison }, Actual::Number(actual))
            | (Self::Date { value, comparison }, Actual::Number(actual)) => comparison.holds(*actual, *value),
            (Self::Bool(expected), Actual::Bool(actual)) => expected == actual,
            (Self::Address(range), Actual::Address(address)) => range.contains(address),
            (_, Actual::Unreadable(value)) => return Err(value.unreadable()),
            // Out of reach: an operator reads values as it compares them.
            _ => false,
        })
    }
}

impl Comparison {
    fn holds(self, actual: f64, expected: f64) -> bool {
        match self {
            Self::Equal => actual == expected,
            Self::Less => actual < expected,
            Self::LessOrEqual => actual <= expected,
            Self::Greater => actual > expected,
            Self::GreaterOrEqual => actual >= expected,
        }
    }
}

/// A value of the request, as an operator reads it.
#[derive(Debug)]
pub(super) enum Actual<'a> {
    Text(&'a str),
    Arn { value: Unread<'a>, fields: Option<[&'a str; 6]> },
    Number(f64),
    Bool(bool),
    Address(Range),
    Unreadable(Unread<'a>),
}

#[derive(Debug)]
pub(super) struct Unread<'a> {
    text: &'a str,
    form: &'static str,
    key: &'a str,
}

impl<'a> Actual<'a> {
    pub(super) fn read(kind: Kind, text: &'a str, key: &'a str) -> Self {
        let (read, form) = match kind {
            Kind::String { .. } => return Self::Text(text),
            Kind::Arn => {
                // What the policy has may be no ARN by its variables, which counts first.
                return Self::Arn { value: Unread { text, form: "an ARN", key }, fields: fields_of(text) };
            }
            Kind::Number(_) => (parse_number(text).map(Self::Number), "a number such as 10 or 2.5"),
            Kind::Date(_) => (parse_date(text).map(Self::Number), DATE_FORM),
            Kind::Bool => (parse_bool(text).map(Self::Bool), BOOL_FORM),
            Kind::Binary => (parse_base64(text).map(Self::Text), BINARY_FORM),
            Kind::Address => (Range::parse_address(text).map(Self::Address), "an IP address"),
        };
        read.unwrap_or(Self::Unreadable(Unread { text, form, key }))
    }
}

impl Unread<'_> {
    fn unreadable(&self) -> Unevaluated {
        let reason = format!("the request has {} there, which is not {}", show_text(self.text), self.form);
        Unevaluated { key: self.key.to_owned(), reason }
    }
}

const DATE_FORM: &str = "a date with its time zone such as 2026-02-03T04:05:06Z, or seconds since 1970";
const BOOL_FORM: &str = "true or false";
const BINARY_FORM: &str = "Base64";

/// The six fields of an ARN, of which the last may hold colons.
struct Fields<'a>([&'a [Unit]; 6]);

impl<'a> Fields<'a> {
    fn of_pattern(units: &'a [Unit]) -> Option<Self> {
        let mut fields = units.splitn(6, |unit| *unit == Unit::Char(':'));
        let mut next = || fields.next();
        Some(Self([next()?, next()?, next()?, next()?, next()?, next()?]))
    }
}

fn fields_of(text: &str) -> Option<[&str; 6]> {
    if !text.starts_with("arn:") {
        return None;
    }
    let mut fields = text.splitn(6, ':');
    let mut next = || fields.next();
    Some([next()?, next()?, next()?, next()?, next()?, next()?])
}

/// `10`, `-2.5`, `1e3`.
fn parse_number(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent))),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let is_number = is_digits(whole) && fraction.is_none_or(is_digits) && exponent.is_none_or(is_digits);
    if is_number { text.parse().ok() } else { None }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn parse_bool(text: &str) -> Option<bool> {
    match text {
        _ if text.eq_ignore_ascii_case("true") => Some(true),
        _ if text.eq_ignore_ascii_case("false") => Some(false),
        _ => None,
    }
}

fn parse_base64(text: &str) -> Option<&str> {
    let unpadded = text.strip_suffix("==").or_else(|| text.strip_suffix('=')).unwrap_or(text);
    let is_base64 = text.len().is_multiple_of(4)
        && unpadded.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/'));
    is_base64.then_some(text)
}

/// ISO 8601 as in the W3C's note on it, or seconds. In milliseconds since 1970.
fn parse_date(text: &str) -> Option<f64> {
    let seconds = text.strip_prefix('-').unwrap_or(text);
    if seconds.len() >= 5 && is_digits(seconds) {
        return Some(text.parse::<f64>().ok()? * 1000.0);
    }
    let mut rest = text;
    let year = take_number(&mut rest, 4)?;
    let (mut month, mut day, mut millis) = (1, 1, 0);
    if let Some(after) = rest.strip_prefix('-') {
        rest = after;
        month = take_number(&mut rest, 2)?;
        if let Some(after) = rest.strip_prefix('-') {
            rest = after;
            day = take_number(&mut rest, 2)?;
            if let Some(after) = rest.strip_prefix('T') {
                rest = after;
                millis = take_time(&mut rest)?;
            }
        }
    }
    let is_date = rest.is_empty() && (1..=12).contains(&month) && (1..=days_of(year, month)).contains(&day);
    is_date.then(|| (days_since_1970(year, month, day) * 86_400_000 + millis) as f64)
}

/// `04:05:06.789+01:00`, in milliseconds since the midnight of UTC.
fn take_time(rest: &mut &str) -> Option<i64> {
    let hour = take_number(rest, 2)?;
    *rest = rest.strip_prefix(':')?;
    let minute = take_number(rest, 2)?;
    let mut millis = 0;
    if let Some(after) = rest.strip_prefix(':') {
        *rest = after;
        let second = take_number(rest, 2)?;
        millis = second * 1000;
        if second > 59 {
            return None;
        }
        if let Some(after) = rest.strip_prefix('.') {
            let digits = after.len() - after.trim_start_matches(|char: char| char.is_ascii_digit()).len();
            let (fraction, after) = after.split_at_checked(digits).filter(|_| digits > 0)?;
            *rest = after;
            // Milliseconds are the finest there are.
            let scaled = fraction.bytes().chain([b'0'; 3]).take(3);
            millis += scaled.fold(0, |value, digit| value * 10 + i64::from(digit - b'0'));
        }
    }
    let time = (hour * 60 + minute) * 60_000 + millis;
    // ISO 8601: midnight at the end of a day may be written 24:00.
    if minute > 59 || time > 86_400_000 {
        return None;
    }
    if let Some(after) = rest.strip_prefix('Z') {
        *rest = after;
        return Some(time);
    }
    let sign = if rest.starts_with('+') { 1 } else { -1 };
    *rest = rest.strip_prefix(['+', '-'])?;
    let hours = take_number(rest, 2)?;
    *rest = rest.strip_prefix(':')?;
    let minutes = take_number(rest, 2)?;
    (hours < 24 && minutes < 60).then_some(time - sign * (hours * 60 + minutes) * 60_000)
}

fn take_number(rest: &mut &str, digits: usize) -> Option<i64> {
    let (number, after) = rest.split_at_checked(digits).filter(|(number, _)| is_digits(number))?;
    *rest = after;
    number.parse().ok()
}

fn days_of(year: i64, month: i64) -> i64 {
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    match month {
        2 if is_leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Of the Gregorian calendar.
fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let before = (1..month).map(|month| days_of(year, month)).sum::<i64>();
    let years = year - 1;
    let leap_days = years.div_euclid(4) - years.div_euclid(100) + years.div_euclid(400);
    const DAYS_BEFORE_1970: i64 = 719_162;
    years * 365 + leap_days - DAYS_BEFORE_1970 + before + day - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What `Date.parse` returns for each (V8); `None` for NaN.
    #[test]
    fn dates_are_read_as_iso_8601_has_them() {
        for (text, millis) in [
            ("2026", Some(1_767_225_600_000.0)),
            ("2026-02", Some(1_769_904_000_000.0)),
            ("2026-01-01T24:00:00Z", Some(1_767_312_000_000.0)),
            ("2026-01-01T24:00Z", Some(1_767_312_000_000.0)),
            ("2026-01-01T24:00:00+01:00", Some(1_767_308_400_000.0)),
            ("2026-01-01T00:00:00+23:59", Some(1_767_139_260_000.0)),
            ("2026-01-01T00:00:00-12:34", Some(1_767_270_840_000.0)),
            ("2026-01-01T00:00:00.12345Z", Some(1_767_225_600_123.0)),
            ("2026-01-01T00:00:00.1Z", Some(1_767_225_600_100.0)),
            ("2026-01-01T00:00:00.9999999999999999Z", Some(1_767_225_600_999.0)),
            ("2026-01-01T00:00-00:00", Some(1_767_225_600_000.0)),
            ("0000-01-01", Some(-62_167_219_200_000.0)),
            ("0004-02-29", Some(-62_035_891_200_000.0)),
            ("0099-12-31", Some(-59_011_545_600_000.0)),
            ("9999-12-31T23:59:59.999Z", Some(253_402_300_799_999.0)),
            ("1767225600", Some(1_767_225_600_000.0)),
            ("-10000", Some(-10_000_000.0)),
            ("2026-00-01", None),
            ("2026-13-01", None),
            ("2026-01-00", None),
            ("2026-02-30", None),
            ("2026-01-01T24:00:01Z", None),
            ("2026-01-01T24:00:00.001Z", None),
            ("2026-01-01T25:00Z", None),
            ("2026-01-01T23:60Z", None),
            ("2026-01-01T23:59:60Z", None),
            ("2026-01-01T00:00:00+24:00", None),
            ("2026-01-01T00:00:00+23:60", None),
            ("2026-01-01T00:00:00.Z", None),
            ("2026-02-03T04:05:06", None),
            ("2026-02-03 04:05:06Z", None),
            ("2026-2-3", None),
            ("", None),
            ("２０２６", None),
        ] {
            assert_eq!(parse_date(text), millis, "{text}");
        }
    }

    #[test]
    fn numbers_are_decimal() {
        for (text, value) in
            [("10", 10.0), ("-2.5", -2.5), ("+1e3", 1000.0), ("1E-2", 0.01), ("1e400", f64::INFINITY)]
        {
            assert_eq!(parse_number(text), Some(value));
        }
        for text in ["", "1,5", "0x10", "1.", ".5", "1e", "inf", "NaN", "1_0", "--1", " 1"] {
            assert_eq!(parse_number(text), None, "{text}");
        }
    }

    #[test]
    fn base64_is_padded() {
        for text in ["", "QmluYXJ5", "QQ==", "QUI="] {
            assert_eq!(parse_base64(text), Some(text));
        }
        for text in ["a_b=", "Q", "QQ=", "Q===", "====", "QQ==QQ=="] {
            assert_eq!(parse_base64(text), None, "{text}");
        }
    }
}
