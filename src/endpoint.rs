//! What a host tells of service and region, and what services do differently: two tables.

use crate::SessionTokenMode;
use crate::canonical::path::{PathEncoding, PathNormalization};

/// Signing name and region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Endpoint<'a> {
    /// Such as `eu-west-1`.
    pub region: &'a str,
    /// Such as `execute-api`.
    pub service: &'a str,
}

/// How one service wants its requests signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ServiceRules {
    /// How the path is encoded.
    pub path_encoding: PathEncoding,
    /// Whether dot segments go.
    pub path_normalization: PathNormalization,
    /// Whether `x-amz-content-sha256` is sent.
    pub content_sha256_header: bool,
    /// Whether the body of a header-signed request is left out of the signature.
    pub unsigned_payload: bool,
    /// Likewise for a presigned one.
    pub unsigned_presigned_payload: bool,
    /// Whether the session token is signed.
    pub session_token_mode: SessionTokenMode,
    /// The header that carries the session token.
    pub session_token_header: &'static str,
    /// The query parameter that carries it in a presigned URL.
    pub session_token_parameter: &'static str,
}

const DEFAULT: ServiceRules = ServiceRules {
    path_encoding: PathEncoding::Double,
    path_normalization: PathNormalization::Enabled,
    content_sha256_header: false,
    unsigned_payload: false,
    unsigned_presigned_payload: false,
    session_token_mode: SessionTokenMode::Signed,
    session_token_header: "x-amz-security-token",
    session_token_parameter: "X-Amz-Security-Token",
};

const S3: ServiceRules = ServiceRules {
    path_encoding: PathEncoding::Single,
    path_normalization: PathNormalization::Disabled,
    content_sha256_header: true,
    unsigned_presigned_payload: true,
    ..DEFAULT
};

/// Services with rules of their own, by signing name.
const SERVICE_RULES: &[(&str, ServiceRules)] = &[
    ("s3", S3),
    (
        "s3express",
        ServiceRules {
            session_token_header: "x-amz-s3session-token",
            session_token_parameter: "X-Amz-S3session-Token",
            ..S3
        },
    ),
    ("s3-object-lambda", S3),
    ("s3-outposts", S3),
    ("aoss", ServiceRules { content_sha256_header: true, ..DEFAULT }),
    (
        "vpc-lattice-svcs",
        ServiceRules {
            content_sha256_header: true,
            unsigned_payload: true,
            unsigned_presigned_payload: true,
            ..DEFAULT
        },
    ),
    ("iotdevicegateway", ServiceRules { session_token_mode: SessionTokenMode::Appended, ..DEFAULT }),
];

/// The rules of a service, by signing name.
pub fn rules_for(service: &str) -> &'static ServiceRules {
    SERVICE_RULES.iter().find(|(name, _)| *name == service).map_or(&DEFAULT, |(_, rules)| rules)
}

/// Signing name and region of an AWS host in lower case; `None` for any other host, and where the host tells only half.
///
/// `web_socket` tells the MQTT gateway of AWS IoT from its HTTP API, which share a host.
pub fn endpoint_from_host(host: &str, web_socket: bool) -> Option<Endpoint<'_>> {
    let host = host.split(':').next().unwrap_or_default();
    let name = PARTITION_SUFFIXES.iter().find_map(|suffix| host.strip_suffix(suffix))?;
    let name = name.strip_suffix(".vpce").unwrap_or(name);

    let (head, last) = name.rsplit_once('.').unwrap_or(("", name));
    if is_region(last) {
        return Some(Endpoint { region: last, service: signing_name(head, web_socket)? });
    }
    // `bucket.s3-us-west-2` and `s3-fips-us-gov-west-1`, older than the dotted form.
    if let Some(rest) = last.strip_prefix("s3-") {
        let region = rest.strip_prefix("fips-").unwrap_or(rest);
        return is_region(region).then_some(Endpoint { region, service: "s3" });
    }
    if let Some(region) = head.rsplit('.').next().filter(|label| is_region(label))
        && let Some((_, service)) = REGION_FIRST_HOSTS.iter().find(|(label, _)| *label == without_fips(last))
    {
        return Some(Endpoint { region, service });
    }
    let (_, region, service) = GLOBAL_HOSTS.iter().find(|(labels, ..)| is_label_suffix(name, labels))?;
    Some(Endpoint { region, service })
}

/// The signing name for the labels before the region, such as `abc123.execute-api` or `bucket.s3.dualstack`.
fn signing_name(head: &str, web_socket: bool) -> Option<&str> {
    let head = head.strip_suffix(".dualstack").unwrap_or(head);
    let (prefix, label) = head.rsplit_once('.').unwrap_or(("", head));
    let label = without_fips(label);
    let prefix = without_fips(prefix.rsplit('.').next().unwrap_or_default());
    if label == "iot" && web_socket {
        return Some("iotdevicegateway");
    }
    if label.starts_with("s3express-") {
        return Some("s3express");
    }
    let exception = SIGNING_NAMES.iter().find(|(prefixes, host_label, _)| {
        *host_label == label
            && match *prefixes {
                Prefix::Any => true,
                Prefix::Some => !prefix.is_empty(),
                Prefix::Is(expected) => prefix == expected,
            }
    });
    match exception {
        Some((_, _, service)) => Some(service),
        None => Some(label).filter(|label| !label.is_empty()),
    }
}

fn without_fips(label: &str) -> &str {
    let label = label.strip_suffix("-fips").unwrap_or(label);
    label.strip_prefix("fips-").unwrap_or(label)
}

/// Whether the last labels of `name` are those of `labels`.
fn is_label_suffix(name: &str, labels: &str) -> bool {
    name.strip_suffix(labels).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// Such as `eu-west-1`, `us-gov-west-1`, `us-isob-east-1`, `eusc-de-east-1`.
fn is_region(label: &str) -> bool {
    let mut parts = label.split('-');
    let area = parts.next().unwrap_or_default();
    let number = parts.next_back().unwrap_or_default();
    let is_word = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase());
    let mut words = 0;
    let all_words = parts.all(|part| {
        words += 1;
        is_word(part)
    });
    matches!(area.len(), 2..=4)
        && is_word(area)
        && words > 0
        && all_words
        && matches!(number.len(), 1..=2)
        && number.bytes().all(|byte| byte.is_ascii_digit())
}

/// The DNS suffixes of the AWS partitions and of their dual-stack endpoints.
const PARTITION_SUFFIXES: &[&str] = &[
    ".amazonaws.com",
    ".api.aws",
    ".on.aws",
    ".amazonaws.com.cn",
    ".api.amazonwebservices.com.cn",
    ".amazonaws.eu",
    ".api.amazonwebservices.eu",
    ".c2s.ic.gov",
    ".api.aws.ic.gov",
    ".sc2s.sgov.gov",
    ".api.aws.scloud",
    ".csp.hci.ic.gov",
    ".api.aws.hci.ic.gov",
    ".cloud.adc-e.uk",
    ".api.cloud-aws.adc-e.uk",
];

/// Hosts without a region: the last labels before the suffix, region, signing name.
const GLOBAL_HOSTS: &[(&str, &str, &str)] = &[
    ("s3", "us-east-1", "s3"),
    ("s3-accelerate", "us-east-1", "s3"),
    ("sts", "us-east-1", "sts"),
    ("iam", "us-east-1", "iam"),
    ("iam-fips", "us-east-1", "iam"),
    ("iam.us-gov", "us-gov-west-1", "iam"),
    ("route53", "us-east-1", "route53"),
    ("route53-fips", "us-east-1", "route53"),
    ("route53.us-gov", "us-gov-west-1", "route53"),
    ("cloudfront", "us-east-1", "cloudfront"),
    ("cloudfront-fips", "us-east-1", "cloudfront"),
    ("organizations", "us-east-1", "organizations"),
    ("budgets", "us-east-1", "budgets"),
    ("globalaccelerator", "us-west-2", "globalaccelerator"),
    ("health", "us-east-1", "health"),
    ("importexport", "us-east-1", "importexport"),
    ("queue", "us-east-1", "sqs"),
    ("sdb", "us-east-1", "sdb"),
    ("shield", "us-east-1", "shield"),
    ("support", "us-east-1", "support"),
    ("waf", "us-east-1", "waf"),
    ("waf-fips", "us-east-1", "waf"),
];

/// Hosts that have their region before the service: the last label, signing name.
const REGION_FIRST_HOSTS: &[(&str, &str)] = &[
    ("es", "es"),
    ("aoss", "aoss"),
    ("cloudsearch", "cloudsearch"),
    ("elasticmapreduce", "elasticmapreduce"),
    ("neptune", "neptune-db"),
    ("neptune-graph", "neptune-graph"),
    ("queue", "sqs"),
    ("rds", "rds-db"),
];

/// What stands before the label of a signing-name exception.
enum Prefix {
    Any,
    Some,
    Is(&'static str),
}

/// Labels before the region that are not the signing name. The first row that fits counts.
const SIGNING_NAMES: &[(Prefix, &str, &str)] = &[
    (Prefix::Any, "lambda-url", "lambda"),
    (Prefix::Any, "appsync-api", "appsync"),
    (Prefix::Any, "appsync-realtime-api", "appsync"),
    (Prefix::Any, "bedrock-runtime", "bedrock"),
    (Prefix::Any, "bedrock-agent", "bedrock"),
    (Prefix::Any, "bedrock-agent-runtime", "bedrock"),
    (Prefix::Any, "bedrock-data-automation", "bedrock"),
    (Prefix::Any, "bedrock-data-automation-runtime", "bedrock"),
    (Prefix::Any, "s3-accesspoint", "s3"),
    (Prefix::Any, "s3-control", "s3"),
    (Prefix::Is("jobs"), "iot", "iot-jobs-data"),
    (Prefix::Some, "iot", "iotdata"),
    (Prefix::Any, "email", "ses"),
    (Prefix::Any, "git-codecommit", "codecommit"),
    (Prefix::Any, "oidc", "sso-oauth"),
    (Prefix::Is("portal"), "sso", "awsssoportal"),
    (Prefix::Is("sms-voice"), "pinpoint", "sms-voice"),
    (Prefix::Any, "pinpoint", "mobiletargeting"),
    (Prefix::Any, "transcribestreaming", "transcribe"),
    (Prefix::Any, "forecastquery", "forecast"),
    (Prefix::Any, "personalize-events", "personalize"),
    (Prefix::Any, "personalize-runtime", "personalize"),
    (Prefix::Any, "models-v2-lex", "lex"),
    (Prefix::Any, "runtime-v2-lex", "lex"),
    (Prefix::Any, "marketplace", "aws-marketplace"),
    (Prefix::Any, "data-servicediscovery", "servicediscovery"),
    (Prefix::Any, "streaming-rekognition", "rekognition"),
    (Prefix::Any, "sync-states", "states"),
    (Prefix::Any, "aps-workspaces", "aps"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn infers_service_and_region() {
        for (host, service, region) in [
            ("abc123.execute-api.eu-west-1.amazonaws.com", "execute-api", "eu-west-1"),
            ("vpce-0a1b.execute-api.eu-west-1.vpce.amazonaws.com", "execute-api", "eu-west-1"),
            ("abc123.lambda-url.us-east-2.on.aws", "lambda", "us-east-2"),
            ("bucket.s3.us-west-2.amazonaws.com", "s3", "us-west-2"),
            ("my.bucket.s3.us-west-2.amazonaws.com:443", "s3", "us-west-2"),
            ("s3.dualstack.eu-central-1.amazonaws.com", "s3", "eu-central-1"),
            ("bucket.s3-fips.dualstack.us-east-1.amazonaws.com", "s3", "us-east-1"),
            ("bucket.s3-us-west-2.amazonaws.com", "s3", "us-west-2"),
            ("s3-fips-us-gov-west-1.amazonaws.com", "s3", "us-gov-west-1"),
            ("bucket.s3.amazonaws.com", "s3", "us-east-1"),
            ("s3.cn-north-1.amazonaws.com.cn", "s3", "cn-north-1"),
            ("ap-1234.s3-accesspoint.eu-west-1.amazonaws.com", "s3", "eu-west-1"),
            ("b--use1-az4--x-s3.s3express-use1-az4.us-east-1.amazonaws.com", "s3express", "us-east-1"),
            ("ap-1.s3-object-lambda.eu-west-1.amazonaws.com", "s3-object-lambda", "eu-west-1"),
            ("id.appsync-api.eu-west-1.amazonaws.com", "appsync", "eu-west-1"),
            ("bedrock-runtime.us-west-2.amazonaws.com", "bedrock", "us-west-2"),
            ("search-d-abc.eu-west-1.es.amazonaws.com", "es", "eu-west-1"),
            ("id.us-east-1.aoss.amazonaws.com", "aoss", "us-east-1"),
            ("data-ats.iot.ap-northeast-1.amazonaws.com", "iotdata", "ap-northeast-1"),
            ("iot.ap-northeast-1.amazonaws.com", "iot", "ap-northeast-1"),
            ("data.jobs.iot.ap-northeast-1.amazonaws.com", "iot-jobs-data", "ap-northeast-1"),
            ("email.us-east-1.amazonaws.com", "ses", "us-east-1"),
            ("sts.amazonaws.com", "sts", "us-east-1"),
            ("sts.eu-west-1.amazonaws.com", "sts", "eu-west-1"),
            ("iam.us-gov.amazonaws.com", "iam", "us-gov-west-1"),
            ("dynamodb.us-isob-east-1.sc2s.sgov.gov", "dynamodb", "us-isob-east-1"),
            ("lambda.eu-west-1.api.aws", "lambda", "eu-west-1"),
            ("kms-fips.us-east-1.amazonaws.com", "kms", "us-east-1"),
            ("runtime-fips.sagemaker.us-east-1.amazonaws.com", "sagemaker", "us-east-1"),
            ("us-west-2.queue.amazonaws.com", "sqs", "us-west-2"),
        ] {
            assert_eq!(endpoint_from_host(host, false), Some(Endpoint { region, service }), "{host}");
        }
        assert_eq!(
            endpoint_from_host("x-ats.iot.eu-west-1.amazonaws.com", true),
            Some(Endpoint { region: "eu-west-1", service: "iotdevicegateway" })
        );
    }

    #[test]
    fn tells_nothing_about_other_hosts() {
        for host in [
            "api.example.com",
            "localhost:8080",
            "127.0.0.1",
            "amazonaws.com",
            "execute-api.eu-west-1.amazonaws.com.evil.example",
            "eu-west-1.amazonaws.com",
            "unknown.amazonaws.com",
            "a.execute-api.eu-west.amazonaws.com",
            "bucket.s3-website-us-west-2.amazonaws.com",
            "",
        ] {
            assert_eq!(endpoint_from_host(host, false), None, "{host}");
        }
    }
}
