//! The tables that map hosts to services and regions.

use crate::packed_table::{Table, table};

/// The DNS suffixes of the AWS partitions and of their dual-stack endpoints, and the region of their global services.
pub(super) const PARTITIONS: Table = table![
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

/// The entry in a table of signing names if the label itself is the name.
pub(super) const SAME: &[u8] = b"=";

/// Hosts without a region: the last label before the suffix (or before `us-gov` and `global`), signing name.
pub(super) const GLOBAL_HOSTS: Table = table![
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
    ["savingsplans", "="],
    ["sdb", "="],
    ["shield", "="],
    ["support", "="],
    ["waf", "="],
];

/// Hosts that accept only SigV4a, because they serve several regions: the label of the service, the label before it (empty for any),
/// signing name. Source: `sigv4a` as the only scheme in botocore's endpoint rule sets.
pub(super) const SIGV4A_HOSTS: Table = table![
    ["s3-global", "", "s3"],                            // Multi-Region Access Points
    ["events", "endpoint", "events"],                   // EventBridge global endpoints
    ["cloudfront-kvs", "", "cloudfront-keyvaluestore"], // CloudFront KeyValueStore
    ["email", "endpoints", "ses"],                      // SES multi-region endpoints
];

/// S3-compatible providers. The host may begin with a bucket. Columns: the end of the host; the region, or empty if the label before
/// that end is the region; in this case, the label before the region, or empty if there is none.
pub(super) const PROVIDERS: Table = table![
    // "S3 API compatibility", Cloudflare R2 docs. A jurisdiction may precede it: `{account}.eu.r2.cloudflarestorage.com`.
    ["r2.cloudflarestorage.com", "auto", ""],
    // "Call the S3-compatible API", Backblaze docs: `s3.us-west-004.backblazeb2.com`.
    ["backblazeb2.com", "", "s3"],
    // "Service URLs for Wasabi's Storage Regions", Wasabi docs. Its aliases, such as `s3.nl-1`, contain no region.
    ["s3.wasabisys.com", "us-east-1", ""],
    ["wasabisys.com", "", "s3"],
    // "Spaces API Reference", DigitalOcean docs: the region in the credential is the one in the host, such as `nyc3`.
    ["digitaloceanspaces.com", "", ""],
    // "Signatures", Google Cloud Storage docs: the location `auto`, and the service `s3` with AWS's header names.
    ["storage.googleapis.com", "auto", ""],
];

/// Hosts with the region before the service: the last label before the suffix, signing name.
pub(super) const REGION_FIRST_HOSTS: Table = table![
    ["es", "="],
    ["aoss", "="],
    ["cloudsearch", "="],
    ["elasticmapreduce", "="],
    ["neptune", "neptune-db"],
    ["neptune-graph", "="],
    ["osis", "="],
    ["queue", "sqs"],
    ["rds", "rds-db"],
];

/// Labels whose signing name depends on the label before: label, label before (empty for any), signing name. The signing name is
/// empty for hosts that several services share.
pub(super) const BY_TWO_LABELS: Table = table![
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

/// A label that ends in a hyphen and one of these words is treated like the word alone.
pub(super) const LAST_WORDS: Table = table![
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

/// Labels that consist of a signing name and a suffix: signing name, suffix.
pub(super) const LONGER_LABELS: Table = table![
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
    ["mturk-requester", "-sandbox"],
    ["personalize", "-events"],
    ["servicecatalog", "-appregistry"],
    ["timestream", "-ingest"],
    ["timestream", "-query"],
    ["wellarchitected", "-agent"],
];

/// Other labels: label, signing name. The signing name is empty for hosts that accept no signature, and for hosts from which it cannot
/// be inferred.
pub(super) const BY_LABEL: Table = table![
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
