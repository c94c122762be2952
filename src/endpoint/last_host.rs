//! The cache of a signer for the last host.

use super::{is_sigv4a_only, region_and_service};
use crate::text::ShortText;

/// The facts that a host determines.
pub(crate) struct HostFacts<'h> {
    /// See [`region_and_service`].
    pub(crate) region: &'h [u8],
    pub(crate) service: &'h [u8],
    /// Whether the host accepts only SigV4a.
    pub(crate) is_sigv4a_only: bool,
}

/// The facts about the last host. Most signers use only one host, and a lookup takes a tenth of the time of a signature.
pub(crate) struct LastHost {
    host: ShortText<96>,
    web_socket: bool,
    region: ShortText<32>,
    service: ShortText<64>,
    is_sigv4a_only: bool,
}

impl LastHost {
    pub(crate) const fn new() -> Self {
        Self {
            host: ShortText::none(),
            web_socket: false,
            region: ShortText::none(),
            service: ShortText::none(),
            is_sigv4a_only: false,
        }
    }

    pub(crate) fn look_up<'h>(&'h mut self, host: &'h [u8], web_socket: bool) -> HostFacts<'h> {
        if !self.host.is(host) || self.web_socket != web_socket {
            let (region, service) = region_and_service(host, web_socket);
            self.host.set(host);
            self.region.set(region);
            self.service.set(service);
            self.web_socket = web_socket;
            self.is_sigv4a_only = is_sigv4a_only(host);
        }
        let (region, service) = match (self.region.get(), self.service.get()) {
            (Some(region), Some(service)) => (region, service),
            _ => region_and_service(host, web_socket), // too long for the cache
        };
        HostFacts { region, service, is_sigv4a_only: self.is_sigv4a_only }
    }
}
