//! What a host tells of service and region, and what services do differently: tables.

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
/// `web_socket` tells the MQTT gateway of AWS IoT from its HTTP API, which share a host. The region of an S3 Multi-Region
/// Access Point, which takes SigV4a only, is `*`.
pub fn endpoint_from_host(host: &str, web_socket: bool) -> Option<Endpoint<'_>> {
    let (region, service) = region_and_service(host.as_bytes(), web_socket);
    if region.is_empty() || service.is_empty() {
        return None;
    }
    Some(Endpoint { region: str::from_utf8(region).ok()?, service: str::from_utf8(service).ok()? })
}

/// Empty where the host does not tell.
pub(crate) fn region_and_service(host: &[u8], web_socket: bool) -> (&[u8], &[u8]) {
    let (host, _port) = cut(host, b':');
    let Some((name, home)) = partition(host) else { return Default::default() };
    let (head, last) = cut_last(without_suffix(name, b".vpce"), b'.');
    if is_region(last) {
        let (before, label) = cut_last(without_suffix(head, b".dualstack"), b'.');
        return (last, signing_name(before, label, web_socket));
    }
    // `bucket.s3-us-west-2` and `s3-fips-us-gov-west-1`, older than the dotted form.
    let s3_region = without_prefix(without_prefix(last, b"s3-"), b"fips-");
    if last.starts_with(b"s3-") && is_region(s3_region) {
        return (s3_region, b"s3");
    }
    let (_, next) = cut_last(head, b'.');
    if is_region(next)
        && let Some(service) = by_label(REGION_FIRST_HOSTS, without_fips(last))
    {
        return (next, service);
    }
    let is_gov = last == b"us-gov";
    let label = if is_gov || last == b"global" { next } else { last };
    let Some(service) = by_label(GLOBAL_HOSTS, without_fips(label)) else { return Default::default() };
    match service {
        _ if is_gov => (b"us-gov-west-1", service),
        b"iam" if home == b"cn-northwest-1" => (b"cn-north-1", service),
        _ if label == b"s3-global" => (b"*", service),
        _ => (home, service),
    }
}

/// What stands before the DNS suffix of a partition, and the region of its global services.
fn partition(host: &[u8]) -> Option<(&[u8], &'static [u8])> {
    let mut texts = PARTITIONS.texts();
    while let (Some(suffix), Some(home)) = (texts.next(), texts.next()) {
        if let Some(name) = host.strip_suffix(suffix) {
            return Some((name, home));
        }
    }
    None
}

/// Of the label that names the service, such as `execute-api`, and of what stands before it; empty where they do not tell.
///
/// A label that neither a rule nor a table knows is the signing name, as it is for most services.
fn signing_name<'a>(before: &[u8], label: &'a [u8], web_socket: bool) -> &'a [u8] {
    // The planes of a service sign as it does: `bedrock-agent-runtime`, `s3-control`.
    let label = without_suffix(without_suffix(without_fips(label), b"-runtime"), b"-control");
    let before = without_fips(cut_last(before, b'.').1);
    if !before.is_empty()
        && !before.starts_with(b"vpce-")
        && let Some(name) = by_two_labels(label, before)
    {
        return if web_socket && name == b"iotdata" { b"iotdevicegateway" } else { name };
    }
    if label.starts_with(b"s3express-") {
        return b"s3express";
    }
    // An interface endpoint of a service that is not AWS's.
    if label.starts_with(b"vpce-") {
        return b"";
    }
    let (rest, last_word) = cut_last(label, b'-');
    let label = if !rest.is_empty() && LAST_WORDS.contains(last_word) { last_word } else { label };
    by_longer_label(label).or_else(|| by_label(BY_LABEL, label)).unwrap_or(label)
}

/// The last column of the row with the label and what stands before it.
fn by_two_labels(label: &[u8], before: &[u8]) -> Option<&'static [u8]> {
    let mut texts = BY_TWO_LABELS.texts();
    while let (Some(known), Some(expected), Some(name)) = (texts.next(), texts.next(), texts.next()) {
        if known == label && (expected.is_empty() || expected == before) {
            return Some(name);
        }
    }
    None
}

/// The first column of the row whose two columns make up the label.
fn by_longer_label(label: &[u8]) -> Option<&'static [u8]> {
    let mut texts = LONGER_LABELS.texts();
    while let (Some(name), Some(rest)) = (texts.next(), texts.next()) {
        if name.len() + rest.len() == label.len() && label.starts_with(name) && label.ends_with(rest) {
            return Some(name);
        }
    }
    None
}

/// The second column of the row with the label; the label where that column says so.
#[inline(never)]
fn by_label(table: Table, label: &[u8]) -> Option<&'static [u8]> {
    let mut texts = table.texts();
    while let (Some(known), Some(name)) = (texts.next(), texts.next()) {
        if known == label {
            return Some(if name == SAME { known } else { name });
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

/// The DNS suffixes of the AWS partitions and of their dual-stack endpoints, and the region of their global services.
const PARTITIONS: Table = table![
    [".amazonaws.com", "us-east-1"],
    [".api.aws", "us-east-1"],
    [".on.aws", ""],
    [".amazonaws.com.cn", "cn-northwest-1"],
    [".api.amazonwebservices.com.cn", "cn-northwest-1"],
    [".amazonaws.eu", "eusc-de-east-1"],
    [".api.amazonwebservices.eu", "eusc-de-east-1"],
    [".c2s.ic.gov", "us-iso-east-1"],
    [".api.aws.ic.gov", "us-iso-east-1"],
    [".sc2s.sgov.gov", "us-isob-east-1"],
    [".api.aws.scloud", "us-isob-east-1"],
    [".csp.hci.ic.gov", "us-isof-south-1"],
    [".api.aws.hci.ic.gov", "us-isof-south-1"],
    [".cloud.adc-e.uk", "eu-isoe-west-1"],
    [".api.cloud-aws.adc-e.uk", "eu-isoe-west-1"],
];

/// In a table of signing names: the label is the name.
const SAME: &[u8] = b"=";

/// Hosts without a region: the last label before the suffix (or before `us-gov` and `global`), signing name.
const GLOBAL_HOSTS: Table = table![
    ["s3", "="],
    ["sts", "="],
    ["iam", "="],
    ["route53", "="],
    ["cloudfront", "="],
    ["organizations", "="],
    ["budgets", "="],
    ["globalaccelerator", "="],
    ["health", "="],
    ["queue", "sqs"],
    ["s3-external-1", "s3"],
    ["s3-global", "s3"],
    ["savingsplans", "="],
    ["sdb", "="],
    ["shield", "="],
    ["support", "="],
    ["waf", "="],
];

/// Hosts that have their region before the service: the last label before the suffix, signing name.
const REGION_FIRST_HOSTS: Table = table![
    ["es", "="],
    ["aoss", "="],
    ["cloudsearch", "="],
    ["elasticmapreduce", "="],
    ["neptune", "neptune-db"],
    ["neptune-graph", "="],
    ["queue", "sqs"],
    ["rds", "rds-db"],
];

/// Labels whose signing name depends on the one before: label, that one (nothing for any), signing name. Hosts that
/// several services share have none.
const BY_TWO_LABELS: Table = table![
    ["iot", "jobs", "iot-jobs-data"],
    ["iot", "tunneling", "IoTSecuredTunneling"],
    ["iot", "greengrass-ats", "greengrass"],
    ["iot", "", "iotdata"],
    ["rds", "", "rds-db"],
    ["sso", "portal", "awsssoportal"],
    ["connect", "participant", "execute-api"],
    ["pinpoint", "sms-voice", "sms-voice"],
    ["geo", "maps", ""],
    ["geo", "places", ""],
    ["geo", "routes", ""],
];

/// Labels that end in a hyphen and one of these are as if it stood alone.
const LAST_WORDS: Table = table![
    ["marketplace"],
    ["chime"],
    ["codecommit"],
    ["ddb"],
    ["dynamodb"],
    ["kinesis"],
    ["lakeformation"],
    ["lex"],
    ["logs"],
    ["omics"],
    ["queues"],
    ["rekognition"],
    ["servicediscovery"],
    ["signer"],
    ["states"],
];

/// Labels that are a signing name and more: signing name, more.
const LONGER_LABELS: Table = table![
    ["lambda", "-url"],
    ["appsync", "-api"],
    ["appsync", "-realtime-api"],
    ["bedrock", "-agent"],
    ["bedrock", "-data-automation"],
    ["s3", "-accesspoint"],
    ["s3", "-accelerate"],
    ["transcribe", "streaming"],
    ["aps", "-workspaces"],
    ["acm", "-acme"],
    ["appconfig", "data"],
    ["appstream", "2"],
    ["arc-region-switch", "-control-plane"],
    ["cassandra", "-streams"],
    ["cloudhsm", "v2"],
    ["cloudsearch", "domain"],
    ["cloudwatch", "-omni"],
    ["emr-serverless", "-services"],
    ["events", "v2"],
    ["forecast", "query"],
    ["iam", "-toolbox"],
    ["ivs", "realtime"],
    ["kafka", "-api"],
    ["personalize", "-events"],
    ["servicecatalog", "-appregistry"],
    ["timestream", "-ingest"],
    ["timestream", "-query"],
    ["wellarchitected", "-agent"],
];

/// Other labels: label, signing name. Empty for hosts that take no signature, or one that their name does not tell.
const BY_LABEL: Table = table![
    ["email", "ses"],
    ["mail-manager", "ses"],
    ["marketplace", "aws-marketplace"],
    ["ddb", "dynamodb"],
    ["queues", "kinesis"],
    ["aos", "es"],
    ["arc-recovery-control-config", "route53-recovery-control-config"],
    ["contact-lens", "connect"],
    ["efs", "elasticfilesystem"],
    ["iot-tunneling", "IoTSecuredTunneling"],
    ["memory-db", "memorydb"],
    ["migrationhub-config", "mgh"],
    ["neptune", "neptune-db"],
    ["oidc", "sso-oauth"],
    ["pinpoint", "mobiletargeting"],
    ["runtime-medical-imaging", "medical-imaging"],
    ["elb", ""],
    ["importexport", ""],
    ["s3-website", ""],
    ["sustainability", ""],
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
            ("id-vpce-1a2b.execute-api.cn-north-1.amazonaws.com.cn", "execute-api", "cn-north-1"),
            ("vpce-1a-2b-us-east-1a.kinesis.us-east-1.vpce.amazonaws.com", "kinesis", "us-east-1"),
            ("vpce-1a.rds.us-east-1.vpce.amazonaws.com", "rds", "us-east-1"),
            ("vpce-1a.api.ecr.cn-north-1.vpce.amazonaws.com.cn", "ecr", "cn-north-1"),
            ("vpce-1a.data.iot.eu-west-1.vpce.amazonaws.com", "iotdata", "eu-west-1"),
            ("bucket.bucket.vpce-1a-2b.s3.us-east-1.vpce.amazonaws.com", "s3", "us-east-1"),
            ("ap-1.accesspoint.vpce-1a-2b.s3.us-east-1.vpce.amazonaws.com", "s3", "us-east-1"),
            ("control.vpce-1a-2b.s3.us-east-1.vpce.amazonaws.com", "s3", "us-east-1"),
            ("svc-0a.1b.vpc-lattice-svcs.us-west-2.on.aws", "vpc-lattice-svcs", "us-west-2"),
            ("id.appsync-realtime-api.eu-west-1.amazonaws.com", "appsync", "eu-west-1"),
            ("db.cluster-1a.us-west-2.neptune.amazonaws.com:8182", "neptune-db", "us-west-2"),
            ("db.cluster-1a.neptune.cn-north-1.amazonaws.com.cn:8182", "neptune-db", "cn-north-1"),
            ("g-1a.us-east-1.neptune-graph.amazonaws.com", "neptune-graph", "us-east-1"),
            ("db.1a2b.us-east-1.rds.amazonaws.com:3306", "rds-db", "us-east-1"),
            ("db.1a2b.rds.cn-north-1.amazonaws.com.cn:3306", "rds-db", "cn-north-1"),
            ("rds.us-east-1.amazonaws.com", "rds", "us-east-1"),
            ("id.dsql.us-east-1.on.aws", "dsql", "us-east-1"),
            ("id.livy.emr-serverless-services.us-west-2.amazonaws.com", "emr-serverless", "us-west-2"),
            ("search-d-1a.aos.eu-west-1.on.aws", "es", "eu-west-1"),
            ("doc-d-1a.us-east-1.cloudsearch.amazonaws.com", "cloudsearch", "us-east-1"),
            ("v-1a.kinesisvideo.us-west-2.amazonaws.com", "kinesisvideo", "us-west-2"),
            ("transcribestreaming.eu-west-1.amazonaws.com:8443", "transcribe", "eu-west-1"),
            ("id.data.mediastore.us-west-2.amazonaws.com", "mediastore", "us-west-2"),
            ("aps-workspaces.eu-west-1.amazonaws.com", "aps", "eu-west-1"),
            ("bedrock-mantle.us-east-1.api.aws", "bedrock-mantle", "us-east-1"),
            ("bedrock-agentcore.us-east-1.amazonaws.com", "bedrock-agentcore", "us-east-1"),
            ("git-codecommit.us-east-1.amazonaws.com", "codecommit", "us-east-1"),
            ("streaming-rekognition.us-east-1.amazonaws.com", "rekognition", "us-east-1"),
            ("s3-external-1.amazonaws.com", "s3", "us-east-1"),
            ("alias.mrap.accesspoint.s3-global.amazonaws.com", "s3", "*"),
            ("eu-west-1.es.s3.amazonaws.com", "s3", "us-east-1"),
            ("route53.global.api.aws", "route53", "us-east-1"),
            ("iam.global.api.amazonwebservices.com.cn", "iam", "cn-north-1"),
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
            "bucket.s3-website.eu-west-1.amazonaws.com",
            "bucket.s3-accelerate.amazonaws.com",
            "nlb-1a.elb.eu-west-1.amazonaws.com",
            "alb-1a.eu-west-1.elb.amazonaws.com",
            "vpce-1a.vpce-svc-1a.eu-west-1.vpce.amazonaws.com",
            "maps.geo.eu-west-1.amazonaws.com",
            "xamazonaws.com",
            "sts.xamazonaws.com",
            "sts.amazonaws.com.",
            "STS.amazonaws.com",
            ".amazonaws.com",
            "..amazonaws.com",
            ".eu-west-1.amazonaws.com",
            "sqs..amazonaws.com",
            "sqs.-1.amazonaws.com",
            "sqs.eu--1.amazonaws.com",
            "sqs.eu-west-.amazonaws.com",
            "[::1]:443",
            "us-gov.amazonaws.com",
            "global.api.aws",
            "",
        ] {
            assert_eq!(endpoint_from_host(host, false), None, "{host}");
        }
    }
}
