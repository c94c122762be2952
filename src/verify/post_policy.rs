//! Uploads by HTML form: the policy that a form carries, and the form that must keep to it.
//!
//! Source: "Browser-Based Uploads Using POST (AWS Signature Version 4)" and "POST policy", Amazon S3 API reference.

#[cfg(feature = "policy")]
use alloc::string::String;
use alloc::vec::Vec;

#[cfg(feature = "policy")]
use alloc::string::ToString;
#[cfg(feature = "policy")]
use serde_json::Value;

use super::authorization::{Algorithm, Authorization};
use super::base64;
use super::checks::check_scope;
#[cfg(feature = "policy")]
use super::known_credentials::KnownCredentials;
#[cfg(feature = "module-verify")]
use super::known_credentials::unknown;
use super::known_credentials::{SessionToken, check_token};
use super::rejection::Say::{Quoted, Text};
use super::rejection::{Rejection, RejectionKind, Say, malformed, reject, shown_key};
use super::verifier::Verifier;
use super::words::split;
use crate::Timestamp;

/// A form as it arrived, without its file.
#[derive(Clone, Copy)]
pub struct PostForm<'f> {
    /// That the form was sent to.
    pub bucket: &'f str,
    /// Names and values, in the order given; `${filename}` in the key has been replaced.
    pub fields: &'f [(&'f str, &'f str)],
    /// How long the file is, in bytes.
    pub file_length: u64,
}

/// Who a form says it is from. Nothing of it is known to be true.
pub struct UnverifiedPost<'f> {
    form: PostForm<'f>,
    authorization: Authorization,
    policy: &'f str,
    now: i64,
}

impl Verifier {
    /// The signature of a form, after every check that needs no key. `now` is in milliseconds since 1970.
    pub fn begin_post<'f>(&self, form: PostForm<'f>, now: i64) -> Result<UnverifiedPost<'f>, Rejection> {
        let required = |name| {
            let missing = [Text("Bucket POST must contain a field named '"), Text(name), Text("'.")];
            form.field(name).filter(|value| !value.is_empty()).ok_or_else(|| malformed(&missing))
        };
        let policy = required("policy")?;
        if required("x-amz-algorithm")? != Algorithm::HmacSha256.name() {
            let algorithm = form.field("x-amz-algorithm").unwrap_or_default();
            return Err(malformed(&[Text("Unsupported AWS 'algorithm': "), Quoted(algorithm), Text(".")]));
        }
        let authorization = Authorization::of_form(
            required("x-amz-credential")?,
            required("x-amz-date")?,
            required("x-amz-signature")?,
            form.field("x-amz-security-token"),
        )?;
        check_scope(&authorization, self)?;
        Ok(UnverifiedPost { form, authorization, policy, now })
    }
}

impl UnverifiedPost<'_> {
    /// Whose key is wanted.
    pub fn access_key_id(&self) -> &str {
        self.authorization.access_key_id()
    }

    /// The session token that the form carries. It is compared by [`UnverifiedPost::verify`], or judged by the caller.
    pub fn session_token(&self) -> Option<&str> {
        self.authorization.session_token()
    }

    /// `YYYYMMDD`, as in the credential scope.
    pub fn date(&self) -> &str {
        self.authorization.date()
    }

    /// Such as `eu-west-1`.
    pub fn region(&self) -> &str {
        self.authorization.region()
    }

    /// Such as `s3`.
    pub fn service(&self) -> &str {
        self.authorization.service()
    }

    /// Whether the policy is signed with this key, and the form keeps to it.
    #[cfg(feature = "policy")]
    pub fn verify(self, known: &KnownCredentials<'_>) -> Result<(), Rejection> {
        self.check_token(known.session_token, known.expires_at)?;
        if !known.key.verifies(Algorithm::HmacSha256, self.policy, self.authorization.signature()) {
            return Err(self.mismatch());
        }
        self.check_policy()
    }

    pub(crate) fn check_token(
        &self,
        token: SessionToken<'_>,
        expires_at: Option<i64>,
    ) -> Result<(), Rejection> {
        check_token(&self.authorization, self.now, token, expires_at)
    }

    pub(crate) fn mismatch(&self) -> Rejection {
        let message = "The request signature we calculated does not match the signature you provided. Check your key and \
                       signing method.";
        let rejection = reject(RejectionKind::SignatureMismatch, &[Text(message)]);
        rejection.with(shown_key(self.access_key_id()))
    }

    /// What the form says of its signature.
    #[cfg(feature = "module-verify")]
    pub(crate) fn authorization(&self) -> &Authorization {
        &self.authorization
    }

    /// For an access key id that nobody knows.
    #[cfg(feature = "module-verify")]
    pub(crate) fn unknown(&self) -> Rejection {
        unknown(&self.authorization)
    }

    /// What is signed: the policy in Base64.
    #[cfg(feature = "module-verify")]
    pub(crate) fn policy(&self) -> &str {
        self.policy
    }

    #[cfg(feature = "policy")]
    fn check_policy(&self) -> Result<(), Rejection> {
        let invalid = || refused(&[Text("Invalid JSON.")]);
        let policy = self.decoded_policy().ok_or_else(invalid)?;
        let policy: Value = serde_json::from_slice(&policy).map_err(|_| invalid())?;
        let expiration = policy.get("expiration").and_then(Value::as_str).unwrap_or_default();
        let mut conditions = Vec::new();
        for condition in policy.get("conditions").and_then(Value::as_array).ok_or_else(invalid)? {
            read_condition(condition, &mut conditions).ok_or_else(invalid)?;
        }
        let conditions: Vec<_> =
            conditions.iter().map(|texts| texts.each_ref().map(|text| &**text)).collect();
        self.check_conditions(expiration, &conditions)
    }

    /// The JSON text of the policy, unless it is not Base64.
    pub(crate) fn decoded_policy(&self) -> Option<Vec<u8>> {
        base64::decode(self.policy)
    }

    /// What the conditions of the policy say of the form. Each is an operator, a name and a value (of a length: the least and the
    /// most), and the condition as it is shown.
    pub(crate) fn check_conditions(
        &self,
        expiration: &str,
        conditions: &[[&str; 4]],
    ) -> Result<(), Rejection> {
        let invalid = || refused(&[Text("Invalid JSON.")]);
        let expires_at = Timestamp::from_iso_8601(expiration).ok_or_else(invalid)?;
        if expires_at.unix_seconds() * 1000 <= self.now {
            return Err(refused(&[Text("Policy expired.")]));
        }
        for [operator, name, value, shown] in conditions {
            if operator.eq_ignore_ascii_case("content-length-range") {
                let (Ok(least), Ok(most)) = (name.parse(), value.parse()) else { return Err(invalid()) };
                self.check_length(least, most)?;
            } else {
                self.check_field(operator, name, value, shown)?;
            }
        }
        let is_free = |name: &str| {
            FREE.iter().any(|free| name.eq_ignore_ascii_case(free))
                || name.get(.."x-ignore-".len()).is_some_and(|start| start.eq_ignore_ascii_case("x-ignore-"))
                || conditions.iter().any(|[operator, known, ..]| {
                    !operator.eq_ignore_ascii_case("content-length-range") && known.eq_ignore_ascii_case(name)
                })
        };
        match self.form.fields.iter().find(|(name, _)| !is_free(name)) {
            Some((name, _)) => Err(refused(&[Text("Extra input fields: "), Quoted(name)])),
            None => Ok(()),
        }
    }

    fn check_field(&self, operator: &str, name: &str, value: &str, shown: &str) -> Result<(), Rejection> {
        let given = self.form.field(name);
        let given =
            if name.eq_ignore_ascii_case("bucket") { given.or(Some(self.form.bucket)) } else { given };
        let given = given.unwrap_or_default();
        let is_met = if operator.eq_ignore_ascii_case("eq") {
            given == value
        } else if !operator.eq_ignore_ascii_case("starts-with") {
            return Err(refused(&[Text("Invalid JSON.")]));
        } else if name.eq_ignore_ascii_case("content-type") {
            split(given, b',').all(|part| part.trim_matches(' ').starts_with(value)) // a list, each of which must be so
        } else {
            given.starts_with(value)
        };
        // A bucket of another name would be that of somebody else.
        let is_met = is_met && (!name.eq_ignore_ascii_case("bucket") || given == self.form.bucket);
        if !is_met {
            return Err(refused(&[Text("Policy Condition failed: "), Quoted(shown)]));
        }
        Ok(())
    }

    fn check_length(&self, least: u64, most: u64) -> Result<(), Rejection> {
        let (kind, message) = if self.form.file_length > most {
            (RejectionKind::UploadTooLarge, "Your proposed upload exceeds the maximum allowed size")
        } else if self.form.file_length < least {
            (RejectionKind::UploadTooSmall, "Your proposed upload is smaller than the minimum allowed size")
        } else {
            return Ok(());
        };
        Err(reject(kind, &[Text(message)]))
    }
}

impl<'f> PostForm<'f> {
    /// S3 ignores the case of a name. Of several fields, the first.
    fn field(&self, name: &str) -> Option<&'f str> {
        let mut fields = self.fields.iter();
        fields.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| *value)
    }
}

/// In the words of S3.
fn refused(problem: &[Say<'_>]) -> Rejection {
    let mut message = Vec::from([Text("Invalid according to Policy: ")]);
    message.extend_from_slice(problem);
    reject(RejectionKind::AccessDenied, &message)
}

/// A condition in flat pieces; an object is a condition for each of its members.
#[cfg(feature = "policy")]
fn read_condition(condition: &Value, conditions: &mut Vec<[String; 4]>) -> Option<()> {
    let shown = || serde_json::to_string(condition).unwrap_or_default();
    // A length may be a number, or in text.
    let length = |value: &Value| {
        value.as_u64().map(|number| number.to_string()).or_else(|| value.as_str().map(String::from))
    };
    match condition {
        Value::Object(members) => {
            for (name, value) in members {
                conditions.push(["eq".into(), name.into(), value.as_str()?.into(), shown()]);
            }
        }
        Value::Array(parts) => match parts.as_slice() {
            [Value::String(kind), least, most] if kind.eq_ignore_ascii_case("content-length-range") => {
                conditions.push([kind.into(), length(least)?, length(most)?, String::new()]);
            }
            [Value::String(operator), Value::String(name), Value::String(value)] => {
                let name = name.strip_prefix('$')?;
                conditions.push([operator.into(), name.into(), value.into(), shown()]);
            }
            _ => return None,
        },
        _ => return None,
    }
    Some(())
}

/// Fields that need no condition.
const FREE: [&str; 5] = ["policy", "x-amz-signature", "file", "AWSAccessKeyId", "submit"];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verify::{SessionToken, VerifyingKey};
    use crate::{Scope, SigningKey};

    /// "Example: Browser-Based Upload using HTTP POST", Amazon S3 API reference: its policy, encoded, and its form.
    const POLICY: &str = "eyAiZXhwaXJhdGlvbiI6ICIyMDE1LTEyLTMwVDEyOjAwOjAwLjAwMFoiLA0KICAiY29uZGl0aW9ucyI6IFsNCiAgICB7ImJ1Y2tldCI6ICJzaWd2NGV4YW1wbGVidWNrZXQifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRrZXkiLCAidXNlci91c2VyMS8iXSwNCiAgICB7ImFjbCI6ICJwdWJsaWMtcmVhZCJ9LA0KICAgIHsic3VjY2Vzc19hY3Rpb25fcmVkaXJlY3QiOiAiaHR0cDovL3NpZ3Y0ZXhhbXBsZWJ1Y2tldC5zMy5hbWF6b25hd3MuY29tL3N1Y2Nlc3NmdWxfdXBsb2FkLmh0bWwifSwNCiAgICBbInN0YXJ0cy13aXRoIiwgIiRDb250ZW50LVR5cGUiLCAiaW1hZ2UvIl0sDQogICAgeyJ4LWFtei1tZXRhLXV1aWQiOiAiMTQzNjUxMjM2NTEyNzQifSwNCiAgICB7IngtYW16LXNlcnZlci1zaWRlLWVuY3J5cHRpb24iOiAiQUVTMjU2In0sDQogICAgWyJzdGFydHMtd2l0aCIsICIkeC1hbXotbWV0YS10YWciLCAiIl0sDQoNCiAgICB7IngtYW16LWNyZWRlbnRpYWwiOiAiQUtJQUlPU0ZPRE5ON0VYQU1QTEUvMjAxNTEyMjkvdXMtZWFzdC0xL3MzL2F3czRfcmVxdWVzdCJ9LA0KICAgIHsieC1hbXotYWxnb3JpdGhtIjogIkFXUzQtSE1BQy1TSEEyNTYifSwNCiAgICB7IngtYW16LWRhdGUiOiAiMjAxNTEyMjlUMDAwMDAwWiIgfQ0KICBdDQp9";
    const FIELDS: [(&str, &str); 12] = [
        ("key", "user/user1/photo.jpg"),
        ("acl", "public-read"),
        ("success_action_redirect", "http://sigv4examplebucket.s3.amazonaws.com/successful_upload.html"),
        ("Content-Type", "image/jpeg"),
        ("x-amz-meta-uuid", "14365123651274"),
        ("x-amz-server-side-encryption", "AES256"),
        ("X-Amz-Credential", "AKIAIOSFODNN7EXAMPLE/20151229/us-east-1/s3/aws4_request"),
        ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
        ("X-Amz-Date", "20151229T000000Z"),
        ("x-amz-meta-tag", ""),
        ("Policy", POLICY),
        ("X-Amz-Signature", "8afdbf4008c03f22c2cd3cdb72e4afbb1f6a588f3255ac628749a66d7f09699e"),
    ];
    /// 2015-12-29T12:00:00Z.
    const NOW: i64 = 1_451_390_400_000;

    fn outcome(fields: &[(&str, &str)], bucket: &str, now: i64) -> Result<(), Rejection> {
        let form = PostForm { bucket, fields, file_length: 1000 };
        let unverified = Verifier::new("us-east-1", "s3").begin_post(form, now)?;
        assert_eq!(unverified.access_key_id(), "AKIAIOSFODNN7EXAMPLE");
        let scope = Scope::new("20151229", "us-east-1", "s3").unwrap();
        let key = SigningKey::derive("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", &scope).unwrap();
        let key = VerifyingKey::from_key(key);
        unverified.verify(&KnownCredentials { key, session_token: SessionToken::None, expires_at: None })
    }

    #[test]
    fn accepts_the_form_of_the_documentation() {
        assert_eq!(outcome(&FIELDS, "sigv4examplebucket", NOW), Ok(()));
    }

    #[test]
    fn rejects_what_the_policy_does_not_allow() {
        let with = |name: &str, value: &'static str| {
            FIELDS.map(|(known, before)| if known == name { (known, value) } else { (known, before) })
        };
        let message = |outcome: Result<(), Rejection>| String::from(outcome.unwrap_err().message());
        let bucket = "sigv4examplebucket";
        assert_eq!(
            message(outcome(&FIELDS, bucket, NOW + 86_400_000)),
            "Invalid according to Policy: Policy expired."
        );
        for (name, value) in [
            ("acl", "private"),
            ("key", "user/user2/photo.jpg"),
            ("Content-Type", "text/html"),
            ("Content-Type", "image/png, text/html"),
        ] {
            let message = message(outcome(&with(name, value), bucket, NOW));
            assert!(
                message.starts_with("Invalid according to Policy: Policy Condition failed: "),
                "{message}"
            );
        }
        assert!(message(outcome(&FIELDS, "another", NOW)).contains("Condition failed"));
        let mut more = Vec::from(FIELDS);
        more.push(("x-amz-meta-other", "1"));
        assert_eq!(
            message(outcome(&more, bucket, NOW)),
            "Invalid according to Policy: Extra input fields: 'x-amz-meta-other'"
        );
        more.pop();
        more.push(("x-ignore-this", "1"));
        assert_eq!(outcome(&more, bucket, NOW), Ok(()));
        let kind = |fields: &[(&str, &str)]| outcome(fields, bucket, NOW).unwrap_err().kind();
        assert_eq!(kind(&with("Policy", "e30=")), RejectionKind::SignatureMismatch);
        assert_eq!(kind(&FIELDS[..11]), RejectionKind::SignatureMalformed);
    }
}
