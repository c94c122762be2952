//! Whatever a host is called, only those are known that AWS and the other clouds of src/endpoint/tables.rs own.

use sigv4_wasm::endpoint_from_host;

/// What hosts end in of AWS, and of others with an API like that of S3.
const DOMAINS: &[&str] = &[
    "amazonaws.com",
    "amazonaws.com.cn",
    "amazonaws.eu",
    "aws",
    "amazonwebservices.com.cn",
    "amazonwebservices.eu",
    "gov",
    "adc-e.uk",
    "eu",
    "scloud",
    "r2.cloudflarestorage.com",
    "backblazeb2.com",
    "wasabisys.com",
    "digitaloceanspaces.com",
    "storage.googleapis.com",
];

/// Regions that are not in the names of their hosts: those of global endpoints.
const GLOBAL: &[&str] = &[
    "*",
    "auto",
    "us-east-1",
    "us-west-2",
    "us-gov-west-1",
    "us-iso-east-1",
    "us-iso-west-1",
    "us-isob-east-1",
    "us-isof-south-1",
    "eu-isoe-west-1",
    "eusc-de-east-1",
    "cn-north-1",
    "cn-northwest-1",
];

/// The bytes as a host, and as what comes before and in the middle of one of AWS's.
pub fn run(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    for host in [
        text.to_string(),
        format!("{text}.amazonaws.com"),
        format!("{text}.eu-west-1.amazonaws.com"),
        format!("abc.execute-api.{text}.amazonaws.com"),
        format!("abc.execute-api.eu-west-1.amazonaws.com{text}"),
        text.to_lowercase(),
    ] {
        for web_socket in [false, true] {
            crate::completed();
            let Some(endpoint) = endpoint_from_host(&host, web_socket) else { continue };
            assert!(!endpoint.region.is_empty() && !endpoint.service.is_empty(), "{host}: {endpoint:?}");
            let name = host.split(':').next().unwrap_or_default();
            assert!(DOMAINS.iter().any(|domain| is_below(name, domain)), "{host}: {endpoint:?}");
            let is_told = host.contains(endpoint.region) || GLOBAL.contains(&endpoint.region);
            assert!(is_told, "{host}: {endpoint:?}");
            assert_eq!(endpoint_from_host(&host, web_socket), Some(endpoint));
        }
    }
}

fn is_below(name: &str, domain: &str) -> bool {
    name.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}
