//! Infers service and region from a host, with tables; and the signing rules of services.

use crate::packed_table::Table;
use crate::text::{cut, cut_last, split};

use partitions::partition;
use tables::{
    BY_LABEL, BY_TWO_LABELS, GLOBAL_HOSTS, LAST_WORDS, LONGER_LABELS, PROVIDERS, REGION_FIRST_HOSTS, SAME,
    SIGV4A_HOSTS,
};

mod choices;
mod last_host;
mod partitions;
mod service_rules;
mod session_tokens;
mod tables;

pub(crate) use choices::choices;
pub(crate) use last_host::LastHost;
#[cfg(feature = "providers")]
pub(crate) use partitions::dns_suffix;
#[cfg(feature = "tables")]
pub(crate) use partitions::dns_suffixes;
#[cfg(any(feature = "tables", feature = "verify"))]
pub(crate) use service_rules::ServiceRules;
#[cfg(any(test, feature = "verify"))]
pub(crate) use service_rules::rules;
#[cfg(feature = "tables")]
pub(crate) use service_rules::{DEFAULT, SERVICE_RULES};
pub(crate) use session_tokens::{SESSION_TOKEN_HEADERS, SESSION_TOKEN_NAMES, SESSION_TOKEN_PARAMETERS};

/// Signing name and region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Endpoint<'a> {
    /// The region, such as `eu-west-1`.
    pub region: &'a str,
    /// The signing name, such as `execute-api`.
    pub service: &'a str,
}

/// Signing name and region of a host of AWS or of a known S3-compatible provider. The host must be in lower case. Returns `None` for
/// any other host, and if only one of the two can be inferred.
///
/// `web_socket` distinguishes the MQTT gateway of AWS IoT from its HTTP API, which share a host. The region of a host that accepts
/// only SigV4a, such as an S3 Multi-Region Access Point, is `*`.
///
/// ```
/// use sigv4_wasm::endpoint_from_host;
///
/// let endpoint = endpoint_from_host("bucket.s3.us-west-2.amazonaws.com", false);
/// assert_eq!(endpoint.map(|endpoint| (endpoint.service, endpoint.region)), Some(("s3", "us-west-2")));
/// assert_eq!(endpoint_from_host("api.example.com", false), None);
/// ```
pub fn endpoint_from_host(host: &str, web_socket: bool) -> Option<Endpoint<'_>> {
    let (region, service) = region_and_service(host.as_bytes(), web_socket);
    if region.is_empty() || service.is_empty() {
        return None;
    }
    Some(Endpoint { region: str::from_utf8(region).ok()?, service: str::from_utf8(service).ok()? })
}

/// Region and signing name of a host. Each is empty if it cannot be inferred.
pub(crate) fn region_and_service(host: &[u8], web_socket: bool) -> (&[u8], &[u8]) {
    let (host, _port) = cut(host, b':');
    let Some((name, home)) = partition(host) else { return of_provider(host) };
    let (head, last) = cut_last(without_suffix(name, b".vpce"), b'.');
    if is_region(last) {
        let (before, label) = cut_last(without_suffix(head, b".dualstack"), b'.');
        return (last, signing_name(before, label, web_socket));
    }
    // `bucket.s3-us-west-2` and `s3-fips-us-gov-west-1` are older than the dotted form.
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
    if let Some(service) = sigv4a_service(name) {
        return (b"*", service);
    }
    let is_gov = last == b"us-gov";
    let label = if is_gov || last == b"global" { next } else { last };
    let Some(service) = by_label(GLOBAL_HOSTS, without_fips(label)) else { return Default::default() };
    match service {
        _ if is_gov => (b"us-gov-west-1", service),
        b"iam" if home == b"cn-northwest-1" => (b"cn-north-1", service),
        _ => (home, service),
    }
}

fn is_sigv4a_only(host: &[u8]) -> bool {
    partition(cut(host, b':').0).is_some_and(|(name, _)| sigv4a_service(name).is_some())
}

/// Signing name of a host that accepts only SigV4a. `name` is the host without the DNS suffix.
fn sigv4a_service(name: &[u8]) -> Option<&'static [u8]> {
    let (head, last) = cut_last(name, b'.');
    let (head, label) =
        if matches!(last, b"global" | b"us-gov") { cut_last(head, b'.') } else { (head, last) };
    by_two_labels(SIGV4A_HOSTS, label, cut_last(head, b'.').1)
}

/// Region and signing name of a host of another S3-compatible provider; empty for other hosts.
fn of_provider(host: &[u8]) -> (&[u8], &[u8]) {
    let mut texts = PROVIDERS.texts();
    while let (Some(end), Some(region), Some(label)) = (texts.next(), texts.next(), texts.next()) {
        let Some((front, b"")) = host.strip_suffix(end).map(|front| cut_last(front, b'.')) else { continue };
        if !region.is_empty() {
            return (region, b"s3");
        }
        let (front, region) = cut_last(front, b'.');
        let tells = if label.is_empty() {
            is_site(region)
        } else {
            is_region(region) && cut_last(front, b'.').1 == label
        };
        if tells {
            return (region, b"s3");
        }
    }
    Default::default()
}

/// Whether the label is the name of a site, such as `nyc3`.
fn is_site(label: &[u8]) -> bool {
    label
        .split_last()
        .is_some_and(|(digit, letters)| digit.is_ascii_digit() && is_within(letters, b'a', b'z'))
}

/// The signing name for the label of the service, such as `execute-api`, and the text before it; empty if unknown.
///
/// A label that no rule and no table knows is itself the signing name, as for most services.
fn signing_name<'a>(before: &[u8], label: &'a [u8], web_socket: bool) -> &'a [u8] {
    // The control and runtime endpoints of a service have its signing name: `bedrock-agent-runtime`, `s3-control`.
    let label = without_suffix(without_suffix(without_fips(label), b"-runtime"), b"-control");
    let before = without_fips(cut_last(before, b'.').1);
    if !before.is_empty()
        && !before.starts_with(b"vpce-")
        && let Some(name) = by_two_labels(BY_TWO_LABELS, label, before)
    {
        return if web_socket && name == b"iotdata" { b"iotdevicegateway" } else { name };
    }
    if label.starts_with(b"s3express-") {
        return b"s3express";
    }
    // An interface endpoint of a service that does not belong to AWS.
    if label.starts_with(b"vpce-") {
        return b"";
    }
    let (rest, last_word) = cut_last(label, b'-');
    let label = if !rest.is_empty() && LAST_WORDS.contains(last_word) { last_word } else { label };
    by_longer_label(label).or_else(|| by_label(BY_LABEL, label)).unwrap_or(label)
}

/// The last column of the row with this label and the label before it.
fn by_two_labels(table: Table, label: &[u8], before: &[u8]) -> Option<&'static [u8]> {
    let mut texts = table.texts();
    while let (Some(known), Some(expected), Some(name)) = (texts.next(), texts.next(), texts.next()) {
        if known == label && (expected.is_empty() || expected == before) {
            return Some(name);
        }
    }
    None
}

/// The first column of the row whose two columns together are the label.
fn by_longer_label(label: &[u8]) -> Option<&'static [u8]> {
    let mut texts = LONGER_LABELS.texts();
    while let (Some(name), Some(rest)) = (texts.next(), texts.next()) {
        if name.len() + rest.len() == label.len() && label.starts_with(name) && label.ends_with(rest) {
            return Some(name);
        }
    }
    None
}

/// The second column of the row with the label, or the label itself if that column is [`SAME`].
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

/// Whether the label is a region, such as `eu-west-1`, `us-gov-west-1`, `us-isob-east-1`, `eusc-de-east-1`, or Backblaze's
/// `us-west-004`.
fn is_region(label: &[u8]) -> bool {
    let (words, number) = cut_last(label, b'-');
    let (area, rest) = cut(words, b'-');
    matches!(number.len(), 1..=3)
        && is_within(number, b'0', b'9')
        && matches!(area.len(), 2..=4)
        && !rest.is_empty()
        && split(words, b'-').all(|word| is_within(word, b'a', b'z'))
}

#[inline(never)]
fn is_within(text: &[u8], first: u8, last: u8) -> bool {
    !text.is_empty() && text.iter().all(|byte| (first..=last).contains(byte))
}

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
            ("alias.mrap.accesspoint.s3-global.amazonaws.com.cn", "s3", "*"),
            ("abc.123.endpoint.events.amazonaws.com", "events", "*"),
            ("abc.123.endpoint.events.api.aws:443", "events", "*"),
            ("events.eu-west-1.amazonaws.com", "events", "eu-west-1"),
            ("123456789012.cloudfront-kvs.global.api.aws", "cloudfront-keyvaluestore", "*"),
            ("abc.123.endpoints.email.amazonaws.com", "ses", "*"),
            ("abc.123.endpoints.email.global.api.aws", "ses", "*"),
            ("abc.123.endpoints.email.us-gov.amazonaws.com", "ses", "*"),
            ("pipeline-1a.eu-west-1.osis.amazonaws.com", "osis", "eu-west-1"),
            ("osis.eu-west-1.amazonaws.com", "osis", "eu-west-1"),
            ("mturk-requester-sandbox.us-east-1.amazonaws.com", "mturk-requester", "us-east-1"),
            ("0123abcd.r2.cloudflarestorage.com", "s3", "auto"),
            ("0123abcd.eu.r2.cloudflarestorage.com", "s3", "auto"),
            ("my.bucket.0123abcd.fedramp.r2.cloudflarestorage.com", "s3", "auto"),
            ("s3.us-west-004.backblazeb2.com", "s3", "us-west-004"),
            ("my.bucket.s3.eu-central-003.backblazeb2.com", "s3", "eu-central-003"),
            ("s3.wasabisys.com", "s3", "us-east-1"),
            ("s3.s3.wasabisys.com", "s3", "us-east-1"),
            ("bucket.s3.eu-central-1.wasabisys.com", "s3", "eu-central-1"),
            ("nyc3.digitaloceanspaces.com", "s3", "nyc3"),
            ("my.bucket.sgp1.digitaloceanspaces.com:443", "s3", "sgp1"),
            ("storage.googleapis.com", "s3", "auto"),
            ("my.bucket.storage.googleapis.com", "s3", "auto"),
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
            "mystorage.googleapis.com",
            "www.googleapis.com",
            "r2.cloudflarestorage.com.evil.example",
            "evil-r2.cloudflarestorage.com",
            "us-west-004.backblazeb2.com",
            "f004.backblazeb2.com",
            "s3.backblazeb2.com",
            "s3.nl-1.wasabisys.com",
            "iam.wasabisys.com",
            "bucket.nyc3.cdn.digitaloceanspaces.com",
            "digitaloceanspaces.com",
            ".digitaloceanspaces.com",
            "",
        ] {
            assert_eq!(endpoint_from_host(host, false), None, "{host}");
        }
    }
}
