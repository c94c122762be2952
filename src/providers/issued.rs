//! Parses credentials in JSON, with the property names of several services, and in the XML of AWS STS.

use alloc::format;
use alloc::string::String;

use serde_json::Value;
use zeroize::Zeroizing;

use super::answer::{Answer, Json};
use super::xml::element;
use super::{ProviderError, Step};
use crate::{Credentials, Timestamp};

/// The property names of STS, Cognito, the metadata services and the AWS SDKs.
const SPELLINGS: [[&str; 4]; 4] = [
    ["AccessKeyId", "SecretAccessKey", "SessionToken", "Expiration"],
    ["AccessKeyId", "SecretKey", "SessionToken", "Expiration"],
    ["AccessKeyId", "SecretAccessKey", "Token", "Expiration"],
    ["accessKeyId", "secretAccessKey", "sessionToken", "expiration"],
];

/// Parses credentials in JSON, at the top level or in `Credentials`.
pub(super) fn of_json<'s>(source: &str, answer: &Answer) -> Result<Step<'s>, ProviderError> {
    let json: Json = answer.json();
    let value = json.value();
    let value = value.get("Credentials").unwrap_or(value);
    let text = |name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default();
    // The row with the most properties.
    let best =
        SPELLINGS.iter().max_by_key(|names| names.iter().filter(|name| value.get(*name).is_some()).count());
    let [id, secret, token, expiration] = *best.unwrap_or(&SPELLINGS[0]);
    let expiry = match value.get(expiration) {
        None | Some(Value::Null) => None,
        Some(time) => Some(expiry_of(time).ok_or_else(|| not_a_date(source))?),
    };
    found(source, text(id), text(secret), text(token), expiry)
}

/// Parses the XML of STS.
pub(super) fn of_xml<'s>(source: &str, answer: &Answer) -> Result<Step<'s>, ProviderError> {
    let text = |name: &str| Zeroizing::new(element(answer.text(), name).unwrap_or_default());
    let expiration = text("Expiration");
    let expiry = match &expiration[..] {
        "" => None,
        text => Some(iso_date(text).ok_or_else(|| not_a_date(source))?),
    };
    found(source, &text("AccessKeyId"), &text("SecretAccessKey"), &text("SessionToken"), expiry)
}

/// Checks credentials and finishes the search.
pub(super) fn found<'s>(
    source: &str,
    access_key_id: &str,
    secret_access_key: &str,
    session_token: &str,
    expiry: Option<Timestamp>,
) -> Result<Step<'s>, ProviderError> {
    for (name, value) in [("access key id", access_key_id), ("secret access key", secret_access_key)] {
        // Scripts write the last two for a missing value.
        if matches!(value, "" | "undefined" | "null") {
            return Err(ProviderError::failed(source, format!("the response has no {name}")));
        }
    }
    let credentials = Credentials::new(access_key_id, secret_access_key, Some(session_token))
        .map_err(|error| ProviderError::failed(source, error.message()))?;
    Ok(Step::Found(match expiry {
        Some(expiry) => credentials.with_expiry(expiry),
        None => credentials,
    }))
}

fn not_a_date(source: &str) -> ProviderError {
    ProviderError::failed(source, "the expiration is neither an ISO 8601 date nor the time since 1970")
}

/// Parses ISO 8601, or the time since 1970: in seconds if it is below 1e11, otherwise in milliseconds.
fn expiry_of(value: &Value) -> Option<Timestamp> {
    let number = match value {
        Value::String(text) => match text.parse::<f64>() {
            Ok(number) => number,
            Err(_) => return iso_date(text),
        },
        _ => value.as_f64()?,
    };
    let seconds = if number < MIN_MILLISECONDS { number } else { number / 1000.0 };
    Timestamp::from_unix_seconds(seconds as i64).ok()
}

/// Parses ISO 8601 with `Z` or another offset.
pub(super) fn iso_date(text: &str) -> Option<Timestamp> {
    let start = text.len().checked_sub(6)?;
    let offset = text.get(start..).filter(|offset| offset.starts_with(['+', '-']));
    let Some(offset) = offset else { return Timestamp::from_iso_8601(text) };
    let (hours, minutes) = offset.get(1..)?.split_once(':')?;
    let seconds = hours.parse::<u8>().ok()? as i64 * 3600 + minutes.parse::<u8>().ok()? as i64 * 60;
    let seconds = if offset.starts_with('-') { -seconds } else { seconds };
    let utc = Timestamp::from_iso_8601(&(String::from(text.get(..start)?) + "Z"))?;
    Timestamp::from_unix_seconds(utc.unix_seconds() - seconds).ok()
}

/// Smaller numbers are seconds, as in responses of Cognito: seconds reach the year 5138, and milliseconds begin in 1973.
const MIN_MILLISECONDS: f64 = 1e11;

#[cfg(test)]
mod tests {
    use super::*;
    use http::Response;

    fn read(json: &str) -> Result<Credentials, ProviderError> {
        match of_json("test", &Answer::of(Response::new(json.as_bytes().to_vec())))? {
            Step::Found(credentials) => Ok(credentials),
            Step::Ask(_) => unreachable!(),
        }
    }

    #[test]
    fn every_spelling_is_read() {
        for json in [
            r#"{"AccessKeyId":"A","SecretAccessKey":"s","SessionToken":"t","Expiration":"2030-01-01T00:00:00Z"}"#,
            r#"{"Credentials":{"AccessKeyId":"A","SecretKey":"s","SessionToken":"t","Expiration":1893456000}}"#,
            r#"{"Code":"Success","AccessKeyId":"A","SecretAccessKey":"s","Token":"t","Expiration":"2030-01-01T00:00:00Z"}"#,
            r#"{"accessKeyId":"A","secretAccessKey":"s","sessionToken":"t","expiration":"2030-01-01T02:00:00.123+02:00"}"#,
            r#"{"accessKeyId":"A","secretAccessKey":"s","sessionToken":"t","expiration":1893456000000}"#,
            r#"{"accessKeyId":"A","secretAccessKey":"s","sessionToken":"t","expiration":"1893456000.5"}"#,
        ] {
            let credentials = read(json).unwrap();
            assert_eq!((credentials.access_key_id(), credentials.secret_access_key()), ("A", "s"), "{json}");
            assert_eq!(credentials.session_token(), Some("t"), "{json}");
            assert_eq!(credentials.expires_at().unwrap().date_time(), "20300101T000000Z", "{json}");
        }
        let static_ones = read(r#"{"AccessKeyId":"A","SecretAccessKey":"s","Expiration":null}"#).unwrap();
        assert_eq!((static_ones.session_token(), static_ones.expires_at()), (None, None));
    }

    #[test]
    fn what_is_no_credentials_is_refused_and_not_shown() {
        for json in [
            "",
            "<html>",
            "[]",
            "null",
            "7",
            r#"{"AccessKeyId":"hush"}"#,
            r#"{"SecretAccessKey":"hush"}"#,
            r#"{"AccessKeyId":7,"SecretAccessKey":"hush"}"#,
            r#"{"AccessKeyId":"A","SecretAccessKey":"hush\n"}"#,
            r#"{"AccessKeyId":"A","SecretAccessKey":"hush","Expiration":"soon"}"#,
            r#"{"AccessKeyId":"A","SecretAccessKey":"hush","Expiration":{}}"#,
            r#"{"AccessKeyId":"A","SecretAccessKey":"hush","Expiration":-1}"#,
            r#"{"AccessKeyId":"A","SecretAccessKey":"hush","Expiration":"€€+00:00"}"#,
        ] {
            let error = read(json).unwrap_err();
            assert_eq!(error.code(), "ERR_SIGV4_CREDENTIALS_PROVIDER", "{json}");
            assert!(!format!("{error} {error:?}").contains("hush"), "{json}");
        }
    }
}
