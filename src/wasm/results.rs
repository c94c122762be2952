//! Rejections and numbers as they are passed to JavaScript, with a NUL in between.

use alloc::string::String;

use crate::verify::Rejection;

/// Code, status, AWS's exception, then the details, each after `=` if there is a value, and the message.
pub(super) fn written(rejection: &Rejection) -> String {
    let mut text = String::from(rejection.code());
    text.push('\0');
    push_number(rejection.status().into(), &mut text);
    text.push('\0');
    text += rejection.kind().exception();
    let none = Default::default();
    let details = rejection.details().unwrap_or(&none);
    let skew = details.skew_seconds.map(|seconds| {
        let mut text = String::from(if seconds < 0 { "-" } else { "" });
        push_number(seconds.unsigned_abs(), &mut text);
        text
    });
    for detail in [
        &details.region,
        &details.expected_region,
        &details.service,
        &details.expected_service,
        &skew,
        &details.access_key_id,
    ] {
        text.push('\0');
        if let Some(detail) = detail {
            text.push('=');
            text += detail;
        }
    }
    text.push('\0');
    text + rejection.message()
}

pub(super) fn push_number(number: u64, text: &mut String) {
    let mut digits = [b'0'; 20];
    let (mut rest, mut start) = (number, digits.len());
    for (at, digit) in digits.iter_mut().enumerate().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
        start = at;
        if rest == 0 {
            break;
        }
    }
    *text += digits.get(start..).and_then(|digits| str::from_utf8(digits).ok()).unwrap_or_default();
}
