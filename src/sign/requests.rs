//! Requests that are being signed, in headers or in the query of a presigned URL.

use super::arena::Span;
use super::texts::{Text, Texts};
use crate::endpoint::LastHost;
use crate::sha256::{sha256, write_hex};
use crate::{Error, PathEncoding, PathNormalization};

/// The state between requests, and that of the last one. It allocates no memory and holds no keys.
pub(crate) struct Requests {
    /// The texts of the last request.
    pub(crate) texts: Texts,
    /// The rest of the last request, for the steps after [`Requests::prepare`].
    pub(super) last: Option<Prepared>,
    pub(super) last_host: LastHost,
}

/// The parts of a signature that are known before the canonical request is hashed, except for its texts.
#[derive(Clone, Copy)]
#[cfg_attr(not(all(target_arch = "wasm32", feature = "engine")), allow(dead_code))] // what only these need
pub(crate) struct Prepared {
    pub(crate) is_presigned: bool,
    pub(crate) has_token: bool,
    pub(crate) session_token_header: &'static str,
    pub(super) path_form: (PathEncoding, PathNormalization),
    /// The offset of the free memory.
    pub(crate) end: usize,
}

impl Requests {
    pub(crate) const fn new() -> Self {
        Self { texts: Texts::new(), last: None, last_host: LastHost::new() }
    }

    /// The request prepared last, if there was one since the last call of [`Requests::forget`].
    pub(crate) fn last(&self) -> Result<&Prepared, Error> {
        self.last.as_ref().ok_or(Error::RecordInvalid)
    }

    /// The place for the hash of the canonical request, in hex.
    pub(crate) fn hash(&self) -> Span {
        let Span { end, .. } = self.texts.span(Text::StringToSign);
        Span { start: end.saturating_sub(64), end }
    }

    /// Hashes the canonical request.
    pub(crate) fn write_hash(&self, memory: &mut [u8]) {
        let hash = sha256(self.texts.get(Text::CanonicalRequest, memory));
        write_hex(&hash, self.hash().of_mut(memory));
    }

    /// Forgets the last request, because the memory is used for something else or wiped.
    pub(crate) fn forget(&mut self) {
        self.last = None;
    }
}

/// For many URLs that differ only in their paths.
#[cfg(all(target_arch = "wasm32", feature = "engine"))]
mod paths {
    use super::*;
    use crate::canonical::path;
    use crate::sign::arena::Arena;
    use crate::text::Put;

    impl Requests {
        /// Puts another path into the last canonical request: for many URLs with the same parameters, everything except the path
        /// is written once. Returns the number of bytes written so far, or `None` if the memory is too short. Fails if no request
        /// was prepared since the last text.
        pub(crate) fn prepare_path(
            &mut self,
            path: &[u8],
            memory: &mut [u8],
        ) -> Result<Option<usize>, Error> {
            let Self { texts, last, .. } = self;
            let last = last.as_mut().ok_or(Error::RecordInvalid)?;
            // After the first one, whose other parts are shared by all.
            let (first, first_path) = (texts.span(Text::FirstRequest), texts.span(Text::Path));
            let (written, mut next) = Arena::behind(memory, first.end);
            next.put(Span { end: first_path.start, ..first }.of(written));
            let start = next.used();
            path::write(path, last.path_form.0, last.path_form.1, &mut next);
            let path_at = Span { start, end: next.used() };
            next.put(Span { start: first_path.end, ..first }.of(written));
            if next.is_full() {
                return Ok(None);
            }
            texts.end(Text::CanonicalRequest, &mut next);
            last.end = next.used();
            let is_sent_otherwise = last.path_form.0 == PathEncoding::Single && path_at.of(memory) != path;
            texts.set(Text::Target, if is_sent_otherwise { path_at } else { Span::default() });
            Ok(Some(last.end))
        }
    }
}
