//! Constants that the sources share with `js/providers/`: `src/tables.rs` generates its copy.

use core::net::{Ipv4Addr, Ipv6Addr};
use core::time::Duration;

/// The agents of Amazon ECS and EKS, which serve credentials without TLS ("Container credential provider", AWS SDKs and tools
/// reference guide). Loopback addresses are also allowed: see [`may_be_plain`].
pub(crate) const CONTAINER_AGENTS: [&str; 3] = ["169.254.170.2", "169.254.170.23", "[fd00:ec2::23]"];

/// The origin that `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` is relative to.
pub(crate) const CONTAINER_ORIGIN: &str = "http://169.254.170.2";

/// The instance metadata service, over IPv4 and IPv6.
pub(crate) const METADATA_ORIGINS: [&str; 2] = ["http://169.254.169.254", "http://[fd00:ec2::254]"];

/// The path that lists the roles of an instance, one per line. The credentials of a role are below it.
pub(crate) const METADATA_ROLES: &str = "/latest/meta-data/iam/security-credentials/";

/// The requested lifetime of an IMDSv2 token: the maximum.
pub(crate) const METADATA_TOKEN_SECONDS: u32 = 21_600;

/// The version of the API of AWS STS.
pub(crate) const STS_VERSION: &str = "2011-06-15";

/// The timeout of a request.
pub(crate) const TIMEOUT: Duration = Duration::from_secs(10);

/// The timeout of a request to a local service, which may not exist.
pub(crate) const METADATA_TIMEOUT: Duration = Duration::from_secs(1);

/// Whether the credentials of a container are accepted from this host of a URL without TLS.
pub(crate) fn may_be_plain(host: &str) -> bool {
    let is_loopback = host == "localhost"
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
        || host
            .strip_prefix('[')
            .and_then(|host| host.strip_suffix(']')?.parse::<Ipv6Addr>().ok())
            .is_some_and(|address| address.is_loopback());
    is_loopback || CONTAINER_AGENTS.contains(&host)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_and_the_agents_may_be_plain() {
        for host in ["localhost", "127.0.0.1", "127.8.9.10", "[::1]", "169.254.170.2", "169.254.170.23"] {
            assert!(may_be_plain(host), "{host}");
        }
        for host in [
            "",
            "localhost.example.com",
            "127.0.0.1.example.com",
            "128.0.0.1",
            "169.254.170.3",
            "169.254.170.231",
            "169.254.169.254",
            "[fd00:ec2::24]",
            "[::2]",
            "::1",
            "0x7f.1",
            "127.1",
        ] {
            assert!(!may_be_plain(host), "{host}");
        }
    }
}
