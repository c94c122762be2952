//! From a canonical request to a signature: in headers, or in the query of a presigned URL.

use alloc::vec;
use alloc::vec::Vec;
use core::marker::PhantomData;

use crate::canonical::Entry;
use crate::request::Input;
use crate::text::{copy, reserve};
use crate::{Error, SigV4, Timestamp};

use arena::{Arena, Lists, Span};
use requests::{Prepared, Requests};
use scheme::private::Scheme;
use texts::{AUTHORIZATION, SIGNED_QUERY, Text, Texts};

pub(crate) mod arena;
pub(crate) mod key;
#[cfg(any(test, all(target_arch = "wasm32", any(feature = "engine", feature = "module-verify"))))]
#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))] // natively, for its tests
pub(crate) mod key_cache;
pub(crate) mod prepare;
pub(crate) mod requests;
pub(crate) mod scheme;
#[cfg(feature = "sigv4a")]
pub(crate) mod sigv4a;
pub(crate) mod stored_keys;
pub(crate) mod texts;

/// Prepares requests in memory that is kept for the next one. [`crate::Signer`] borrows these.
pub(crate) struct LowLevelSigner<S: Scheme = SigV4> {
    requests: Requests,
    /// The memory of the arena.
    memory: Vec<u8>,
    scheme: PhantomData<fn() -> S>,
}

/// A signature and everything that went into it, borrowed from the signer.
pub(crate) struct Signed<'s> {
    memory: &'s [u8],
    texts: &'s Texts,
    pub(crate) prepared: &'s Prepared,
}

impl<'s> Signed<'s> {
    pub(crate) fn text(&self, name: Text) -> &'s [u8] {
        self.texts.get(name, self.memory)
    }

    /// What the `authorization` header, or the query of a presigned request, is made of.
    pub(crate) fn parts(&self) -> [&'s [u8]; 7] {
        let mut parts = [&b""[..]; 7];
        let mut rest = parts.iter_mut();
        let template = if self.prepared.is_presigned { SIGNED_QUERY } else { AUTHORIZATION };
        self.texts.each_part(template, self.memory, |part| {
            if let Some(place) = rest.next() {
                *place = part;
            }
        });
        parts
    }
}

impl<S: Scheme> LowLevelSigner<S> {
    pub(crate) const fn empty() -> Self {
        Self { requests: Requests::new(), memory: Vec::new(), scheme: PhantomData }
    }

    /// Prepares a request, hashes it, and calls `sign` with the credential scope and the string to sign. `finish` gets
    /// the outcome. Nothing of it is kept.
    pub(crate) fn sign<G: AsRef<[u8]>, T>(
        &mut self,
        input: &Input<'_>,
        timestamp: Timestamp,
        expires_in: Option<u32>,
        sign: impl FnOnce(&[u8], &[u8]) -> Result<G, Error>,
        finish: impl FnOnce(&Signed<'_>) -> T,
    ) -> Result<T, Error> {
        let outcome = self.prepare(input, timestamp, expires_in).and_then(|()| {
            let Self { requests, memory, .. } = self;
            requests.write_hash(memory);
            let text = |name| requests.texts.get(name, memory);
            let signature = sign(text(Text::Scope), text(Text::StringToSign))?;
            let start = requests.last()?.end;
            let end = start + signature.as_ref().len();
            if memory.len() < end {
                let more = end - memory.len();
                reserve(memory, more);
                memory.resize(end, 0);
            }
            let span = Span { start, end };
            copy(signature.as_ref(), span.of_mut(memory));
            requests.texts.set(Text::Signature, span);
            Ok(finish(&Signed { memory, texts: &requests.texts, prepared: requests.last()? }))
        });
        self.requests.forget();
        self.memory.fill(0); // a session token is in it
        outcome
    }

    fn prepare(
        &mut self,
        input: &Input<'_>,
        timestamp: Timestamp,
        expires_in: Option<u32>,
    ) -> Result<(), Error> {
        self.memory.resize(self.memory.len().max(MIN_MEMORY), 0);
        loop {
            let mut entries = vec![Entry::default(); prepare::most_entries(input)];
            let mut arena = Arena::new(&mut self.memory, Lists::In(&mut entries));
            let outcome = self.requests.prepare::<S>(input, timestamp, expires_in, &mut arena);
            if !arena.is_full() {
                return outcome.map(|_| ());
            }
            // The old memory is wiped.
            let length = self.memory.len();
            reserve(&mut self.memory, length);
            self.memory.resize(2 * length, 0);
        }
    }
}

/// Enough for most requests.
const MIN_MEMORY: usize = 4096;
