//! What a host tells of service and region, and what services do differently: two tables.

use crate::SessionTokenMode;
use crate::canonical::path::{PathEncoding, PathNormalization};
use crate::table::{Table, table};
use crate::text::{cut, cut_last, split};

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
    rules(service.as_bytes())
}

pub(crate) fn rules(service: &[u8]) -> &'static ServiceRules {
    SERVICE_RULES.iter().find(|(name, _)| name.as_bytes() == service).map_or(&DEFAULT, |(_, rules)| rules)
}

/// Signing name and region of an AWS host in lower case; `None` for any other host, and where the host tells only half.
///
/// `web_socket` tells the MQTT gateway of AWS IoT from its HTTP API, which share a host.
pub fn endpoint_from_host(host: &str, web_socket: bool) -> Option<Endpoint<'_>> {
    let (region, service) = region_and_service(host.as_bytes(), web_socket)?;
    Some(Endpoint { region: str::from_utf8(region).ok()?, service: str::from_utf8(service).ok()? })
}

pub(crate) fn region_and_service(host: &[u8], web_socket: bool) -> Option<(&[u8], &[u8])> {
    let (host, _port) = cut(host, b':');
    let name = PARTITION_SUFFIXES.texts().find_map(|suffix| host.strip_suffix(suffix))?;
    let (head, last) = cut_last(without_suffix(name, b".vpce"), b'.');
    if is_region(last) {
        return Some((last, signing_name(head, web_socket)?));
    }
    // `bucket.s3-us-west-2` and `s3-fips-us-gov-west-1`, older than the dotted form.
    let s3_region = without_prefix(without_prefix(last, b"s3-"), b"fips-");
    if last.starts_with(b"s3-") && is_region(s3_region) {
        return Some((s3_region, b"s3"));
    }
    let label = without_fips(last);
    let (_, before) = cut_last(head, b'.');
    if is_region(before)
        && let Some(service) = find(REGION_FIRST_HOSTS, before, label)
    {
        return Some((before, service));
    }
    let region: &[u8] = if label == b"us-gov" { b"us-gov-west-1" } else { b"us-east-1" };
    Some((region, find(GLOBAL_HOSTS, before, label)?))
}

/// The signing name for the labels before the region, such as `abc123.execute-api` or `bucket.s3.dualstack`.
fn signing_name(head: &[u8], web_socket: bool) -> Option<&[u8]> {
    let (head, label) = cut_last(without_suffix(head, b".dualstack"), b'.');
    let label = without_fips(label);
    if label.is_empty() {
        None
    } else if web_socket && label == b"iot" {
        Some(b"iotdevicegateway")
    } else if label.starts_with(b"s3express-") {
        Some(b"s3express")
    } else {
        find(SIGNING_NAMES, without_fips(cut_last(head, b'.').1), label).or(Some(label))
    }
}

/// The last column of the first row that fits: what stands before the label (nothing for any, `*` for something), label,
/// signing name.
fn find(table: Table, before: &[u8], label: &[u8]) -> Option<&'static [u8]> {
    let mut texts = table.texts();
    while let (Some(expected), Some(known), Some(service)) = (texts.next(), texts.next(), texts.next()) {
        if known == label
            && (expected.is_empty() || expected == before || (expected == b"*" && !before.is_empty()))
        {
            return Some(service);
        }
    }
    None
}

fn without_fips(label: &[u8]) -> &[u8] {
    without_prefix(without_suffix(label, b"-fips"), b"fips-")
}

#[inline(never)]
fn without_prefix<'a>(text: &'a [u8], prefix: &[u8]) -> &'a [u8] {
    text.strip_prefix(prefix).unwrap_or(text)
}

#[inline(never)]
fn without_suffix<'a>(text: &'a [u8], suffix: &[u8]) -> &'a [u8] {
    text.strip_suffix(suffix).unwrap_or(text)
}

/// Such as `eu-west-1`, `us-gov-west-1`, `us-isob-east-1`, `eusc-de-east-1`.
fn is_region(label: &[u8]) -> bool {
    let (words, number) = cut_last(label, b'-');
    let (area, rest) = cut(words, b'-');
    matches!(number.len(), 1..=2)
        && is_within(number, b'0', b'9')
        && matches!(area.len(), 2..=4)
        && !rest.is_empty()
        && split(words, b'-').all(|word| is_within(word, b'a', b'z'))
}

#[inline(never)]
fn is_within(text: &[u8], first: u8, last: u8) -> bool {
    !text.is_empty() && text.iter().all(|byte| (first..=last).contains(byte))
}

/// The DNS suffixes of the AWS partitions and of their dual-stack endpoints.
const PARTITION_SUFFIXES: Table = table![
    [".amazonaws.com"],
    [".api.aws"],
    [".on.aws"],
    [".amazonaws.com.cn"],
    [".api.amazonwebservices.com.cn"],
    [".amazonaws.eu"],
    [".api.amazonwebservices.eu"],
    [".c2s.ic.gov"],
    [".api.aws.ic.gov"],
    [".sc2s.sgov.gov"],
    [".api.aws.scloud"],
    [".csp.hci.ic.gov"],
    [".api.aws.hci.ic.gov"],
    [".cloud.adc-e.uk"],
    [".api.cloud-aws.adc-e.uk"],
];

/// Hosts without a region: the last labels before the suffix, region, signing name.
const GLOBAL_HOSTS: Table = table![
    ["", "s3", "s3"],
    ["", "sts", "sts"],
    ["", "iam", "iam"],
    ["iam", "us-gov", "iam"],
    ["", "route53", "route53"],
    ["route53", "us-gov", "route53"],
    ["", "cloudfront", "cloudfront"],
    ["", "organizations", "organizations"],
    ["", "budgets", "budgets"],
    ["", "globalaccelerator", "globalaccelerator"],
    ["", "health", "health"],
    ["", "importexport", "importexport"],
    ["", "queue", "sqs"],
    ["", "sdb", "sdb"],
    ["", "shield", "shield"],
    ["", "support", "support"],
    ["", "waf", "waf"],
];

/// Hosts that have their region before the service: the last label, signing name.
const REGION_FIRST_HOSTS: Table = table![
    ["", "es", "es"],
    ["", "aoss", "aoss"],
    ["", "cloudsearch", "cloudsearch"],
    ["", "elasticmapreduce", "elasticmapreduce"],
    ["", "neptune", "neptune-db"],
    ["", "neptune-graph", "neptune-graph"],
    ["", "queue", "sqs"],
    ["", "rds", "rds-db"],
];

/// Labels before the region that are not the signing name.
const SIGNING_NAMES: Table = table![
    ["jobs", "iot", "iot-jobs-data"],
    ["*", "iot", "iotdata"],
    ["portal", "sso", "awsssoportal"],
    ["sms-voice", "pinpoint", "sms-voice"],
    ["", "lambda-url", "lambda"],
    ["", "appsync-api", "appsync"],
    ["", "appsync-realtime-api", "appsync"],
    ["", "bedrock-runtime", "bedrock"],
    ["", "bedrock-agent", "bedrock"],
    ["", "bedrock-agent-runtime", "bedrock"],
    ["", "bedrock-data-automation", "bedrock"],
    ["", "bedrock-data-automation-runtime", "bedrock"],
    ["", "s3-accesspoint", "s3"],
    ["", "s3-control", "s3"],
    ["", "email", "ses"],
    ["", "git-codecommit", "codecommit"],
    ["", "oidc", "sso-oauth"],
    ["", "pinpoint", "mobiletargeting"],
    ["", "transcribestreaming", "transcribe"],
    ["", "forecastquery", "forecast"],
    ["", "personalize-events", "personalize"],
    ["", "personalize-runtime", "personalize"],
    ["", "models-v2-lex", "lex"],
    ["", "runtime-v2-lex", "lex"],
    ["", "marketplace", "aws-marketplace"],
    ["", "data-servicediscovery", "servicediscovery"],
    ["", "streaming-rekognition", "rekognition"],
    ["", "sync-states", "states"],
    ["", "aps-workspaces", "aps"],
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
