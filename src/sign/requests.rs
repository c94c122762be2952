//! Requests on their way to a signature: in headers, or in the query of a presigned URL.

use super::arena::Span;
use crate::endpoint::LastHost;
use crate::sha256::{sha256, write_hex};
use crate::{Error, PathEncoding, PathNormalization, Timestamp};

/// What is kept between requests, and of the last one. Takes no memory of its own, and knows no keys.
pub(crate) struct Requests {
    /// For what comes after [`Requests::prepare`].
    pub(super) last: Option<Prepared>,
    pub(super) last_host: LastHost,
}

/// What is known of a signature before the canonical request is hashed, and where its texts are in the memory of the arena.
#[derive(Clone, Copy)]
#[cfg_attr(not(all(target_arch = "wasm32", feature = "engine")), allow(dead_code))] // what only these need
pub(crate) struct Prepared {
    pub(super) algorithm: &'static [u8],
    pub(crate) timestamp: Timestamp,
    pub(crate) is_presigned: bool,
    pub(crate) content_sha256_header: bool,
    pub(crate) session_token_header: &'static str,
    pub(super) path_form: (PathEncoding, PathNormalization),
    pub(crate) has_token: bool,
    pub(super) credential: Span,
    /// Its end.
    pub(crate) scope: Span,
    pub(crate) region_set: Span,
    pub(crate) payload_hash: Span,
    pub(crate) signed_headers: Span,
    pub(super) query: Span,
    /// What a presigned query ends with, after the signature.
    pub(super) appended: Span,
    /// Ends with the hash of the canonical request.
    pub(crate) string_to_sign: Span,
    /// What to send in place of the path and the query that were given; see `Signed::target`.
    pub(crate) target: Span,
    pub(crate) canonical_request: Span,
    /// Of the path that was given first, of which `path` is a part; others may come: see [`Requests::prepare_path`].
    pub(super) first_request: Span,
    pub(super) path: Span,
    /// Where the memory is free again.
    pub(crate) end: usize,
}

impl Prepared {
    /// Where the hash of the canonical request comes, in hex.
    pub(crate) fn hash(&self) -> Span {
        let end = self.string_to_sign.end;
        Span { start: end.saturating_sub(64), end }
    }

    /// Hashes the canonical request.
    pub(crate) fn write_hash(&self, memory: &mut [u8]) {
        let hash = sha256(self.canonical_request.of(memory));
        write_hex(&hash, self.hash().of_mut(memory));
    }

    /// What the `authorization` header, or the query of a presigned request, is made of.
    pub(crate) fn each_part<'t>(&self, memory: &'t [u8], signature: &'t [u8], mut put: impl FnMut(&'t [u8])) {
        if self.is_presigned {
            put(self.query.of(memory));
            put(b"&X-Amz-Signature=");
            put(signature);
            put(self.appended.of(memory));
        } else {
            put(self.algorithm);
            put(b" Credential=");
            put(self.credential.of(memory));
            put(b", SignedHeaders=");
            put(self.signed_headers.of(memory));
            put(b", Signature=");
            put(signature);
        }
    }
}

impl Requests {
    pub(crate) const fn new() -> Self {
        Self { last: None, last_host: LastHost::new() }
    }

    /// What was prepared last, if anything was since the last call of [`Requests::forget`].
    pub(crate) fn last(&self) -> Result<&Prepared, Error> {
        self.last.as_ref().ok_or(Error::RecordInvalid)
    }

    /// Forgets the last request: the memory is used for something else, or wiped.
    pub(crate) fn forget(&mut self) {
        self.last = None;
    }
}

/// For many URLs that have all but the path in common.
#[cfg(all(target_arch = "wasm32", feature = "engine"))]
mod paths {
    use super::*;
    use crate::canonical::path;
    use crate::sign::arena::Arena;
    use crate::text::Put;

    impl Requests {
        /// Puts another path into the last canonical request: of many URLs with the same parameters, all but the path is written
        /// once. Returns how much of the memory is written then; `None` where it is too short for that. Fails where no
        /// request was prepared since the last text.
        pub(crate) fn prepare_path(
            &mut self,
            path: &[u8],
            memory: &mut [u8],
        ) -> Result<Option<usize>, Error> {
            let last = self.last.as_mut().ok_or(Error::RecordInvalid)?;
            // Behind the first one, whose other parts are those of all.
            let Span { start, end } = last.first_request;
            let (written, mut next) = Arena::behind(memory, end);
            next.put(Span { start, end: last.path.start }.of(written));
            let path_start = next.used();
            path::write(path, last.path_form.0, last.path_form.1, &mut next);
            let path_at = Span { start: path_start, end: next.used() };
            next.put(Span { start: last.path.end, end }.of(written));
            if next.is_full() {
                return Ok(None);
            }
            let (_, canonical_request) = next.finish();
            last.canonical_request = canonical_request;
            last.end = canonical_request.end;
            let is_sent_otherwise = last.path_form.0 == PathEncoding::Single && path_at.of(memory) != path;
            last.target = if is_sent_otherwise { path_at } else { Span::default() };
            Ok(Some(last.end))
        }
    }
}
