//! The hot path: one call for each request.
//!
//! JavaScript writes a record into the engine's buffer (see `record.rs`), followed by the session token and the body, whose
//! lengths are known. It calls `sign`, and reads the result from the same buffer.

use crate::canonical::form::Form;
use crate::endpoint::region_and_service;
use crate::record_flags::{
    DETERMINISTIC, HAS_SECRET, KEEP, PLATFORM_HASH, PLATFORM_SIGN, PRESIGN, SIGNATURE_ONLY, TRACE,
};
use crate::sha256::{BlockHasher, write_hex};
use crate::sign::arena::{Arena, Lists, Span};
use crate::sign::key_cache::Slot;
use crate::sign::scheme::private::{self, Scheme as _};
use crate::sign::texts::{
    self, AUTHORIZATION, RESULT, SIGNED_PATH, SIGNED_QUERY, Text, UNSIGNED, UNSIGNED_PATH,
};
use crate::text::{Put, copy};
use crate::{Error, scope};

use super::memory::Memory as _;
use super::record::{Fields, Record};
use super::runtime::carve;

/// The scheme of this module.
#[cfg(feature = "module-signing")]
pub(super) type Scheme = crate::SigV4;
#[cfg(feature = "module-sigv4a")]
pub(super) type Scheme = crate::SigV4a;

type Key = <Scheme as private::Scheme>::Key;

/// Modules with `std` have a heap. The module `signing` has none, because every client downloads it.
#[cfg(feature = "std")]
mod kind {
    pub(crate) type Memory = crate::wasm::memory::OnHeap;
    pub(crate) type Keys = alloc::vec::Vec<super::Slot<super::Key>>;
}
#[cfg(not(feature = "std"))]
mod kind {
    pub(crate) type Memory = crate::wasm::memory::InOne<crate::wasm::runtime::Linear>;
    pub(crate) type Keys = [super::Slot<super::Key>; crate::sign::key_cache::KEY_CACHE_CAPACITY];
}

pub(super) type Core = super::core::Core<Scheme, kind::Keys>;

/// Signing keys, and the memory for requests.
///
/// At the end of each call, no part of a secret access key or a session token is left in the memory of the module, except in a
/// result that JavaScript has not read yet.
pub struct Engine {
    memory: kind::Memory,
    /// The length of the part of the buffer that may contain a secret or a session token.
    buffer_used: usize,
    /// The number of bytes of the arena that were written since it was wiped.
    arena_used: usize,
    core: Core,
    hasher: BlockHasher,
}

impl Engine {
    /// An engine without keys.
    #[cfg(feature = "std")]
    #[allow(clippy::new_without_default)]
    pub const fn new() -> Self {
        Self::with(kind::Memory::new())
    }

    pub(super) const fn with(memory: kind::Memory) -> Self {
        Self { memory, buffer_used: 0, arena_used: 0, core: Core::new(), hasher: BlockHasher::new() }
    }

    /// The address of the buffer, after it was extended to at least this length if there is memory. Its old content may
    /// be lost.
    pub fn reserve(&mut self, length: usize) -> usize {
        self.memory.reserve(length, self.arena_used);
        self.memory.parts().0.as_ptr() as usize
    }

    /// Signs the record in the buffer. The result replaces it: `x-amz-date`, `x-amz-content-sha256` (or empty), the
    /// name of the session token's header, `x-amz-region-set` (or empty), the target to send (empty if it is the one that
    /// was given), and `authorization` or, presigned, the query, a line each; for a trace then the canonical
    /// request and the string to sign, each after a NUL. Returns its length, or the status of an error (`Error::status`).
    ///
    /// With a flag, the result is the canonical request instead, which stays in the arena to be hashed by the platform:
    /// [`Engine::complete`] gives the result. With another one, the request stays for [`Engine::sign_path`].
    ///
    /// With a third flag, the signature is missing, and the string to sign follows after two NULs, for a platform that signs it.
    /// Then no key is needed, so the secret may be empty.
    ///
    /// A presigned request, a trace, and a request that stays may leave a session token behind, until [`Engine::wipe`].
    ///
    /// `credentials_id` is the number of the credentials (see `KeyCache`); `expires_in` applies if a flag requests a presigned
    /// request.
    #[inline(never)] // so that its frame is one that `clear_stack` reaches
    #[allow(clippy::too_many_arguments)]
    pub fn sign(
        &mut self,
        text_length: usize,
        token_length: usize,
        body_length: usize,
        header_count: usize,
        flags: u32,
        epoch_millis: f64,
        expires_in: u32,
        credentials_id: f64,
    ) -> i32 {
        self.core.entropy = entropy(flags);
        let outcome = self.in_arena(&mut move |core, buffer, arena| {
            let (text, rest) = buffer.split_at_checked(text_length).unwrap_or_default();
            let (session_token, rest) = rest.split_at_checked(token_length).unwrap_or_default();
            let body = rest.get(..body_length).unwrap_or_default();
            let record =
                Record { text, session_token, body, header_count, flags, expires_in, credentials_id };
            record.prepare(core, epoch_millis, arena)
        });
        if token_length > 0 || flags & HAS_SECRET != 0 {
            self.buffer_used = self.buffer_used.max(text_length.saturating_add(token_length));
            self.wipe_buffer();
        }
        if outcome.is_err() {
            self.wipe_arena();
        }
        status(outcome.and_then(|()| self.hash(flags)))
    }

    /// Signs the last request once more, with the path at the start of the buffer. The result is the path to send (empty
    /// if it is the same) and the signature, or the string to sign if the platform signs it.
    pub fn sign_path(&mut self, path_length: usize, flags: u32) -> i32 {
        let outcome = self.prepare_path(path_length);
        status(outcome.and_then(|()| self.hash(flags | SIGNATURE_ONLY)))
    }

    fn prepare_path(&mut self, path_length: usize) -> Result<(), Error> {
        loop {
            let (buffer, arena) = self.memory.parts();
            let path = buffer.get(..path_length).unwrap_or_default();
            if let Some(used) = self.core.requests.prepare_path(path, arena)? {
                self.arena_used = self.arena_used.max(used);
                return Ok(());
            }
            self.lengthen()?;
        }
    }

    /// The address of the canonical request, for the host to hash.
    pub fn canonical_request(&mut self) -> usize {
        self.canonical_request_in_arena().as_ptr() as usize
    }

    /// Signs the prepared request. The buffer begins with the hash of the canonical request, in hex. `flags` as before.
    pub fn complete(&mut self, flags: u32) -> i32 {
        let (buffer, arena) = self.memory.parts();
        if let Some(hash) = buffer.first_chunk::<64>() {
            copy(hash, self.core.requests.hash().of_mut(arena));
        }
        status(self.finish(flags))
    }

    /// Signs any text with the key of a scope. In the buffer: date, region, service, access key id and, with the flag
    /// `HAS_SECRET`, the secret, each ended by a NUL; then the text. The signature in hex replaces it, or the scope if the platform
    /// signs. Returns the length, or the status of an error.
    #[inline(never)]
    pub fn sign_text(
        &mut self,
        scope_length: usize,
        text_length: usize,
        flags: u32,
        credentials_id: f64,
    ) -> i32 {
        self.core.entropy = entropy(flags);
        self.replace(scope_length.saturating_add(text_length), &mut move |core, buffer, arena| {
            let (fields, text) = buffer.split_at_checked(scope_length).unwrap_or_default();
            let mut fields = Fields::of(fields);
            let (date, region, service) = (fields.next(), fields.next(), fields.next());
            scope::write(date, Scheme::region_of_scope(region), service, arena)?;
            let (scope, _) = arena.finish();
            let access_key_id = fields.next();
            let secret = if flags & HAS_SECRET != 0 { Some(fields.next()) } else { None };
            fields.end()?;
            if flags & PLATFORM_SIGN != 0 {
                arena.put(scope);
                return Ok(());
            }
            core.requests.forget(); // its key may go
            core.find_key(credentials_id as u64, secret, access_key_id, scope)?;
            core.sign_text(text, arena)
        })
    }

    /// Replaces the text at the start of the buffer with its canonical form, the number `form` in [`Form`]. Returns the
    /// length, or the status of an error. JavaScript wipes the result after reading it.
    pub fn canonical_form(&mut self, length: usize, form: u32) -> i32 {
        self.replace(length, &mut move |_, text, arena| {
            Form::from_number(form).ok_or(Error::RecordInvalid)?.write(text, arena)
        })
    }

    /// Replaces the host at the start of the buffer with its region and its signing name, a line each, each empty if it
    /// cannot be inferred. Returns the length.
    pub fn endpoint(&mut self, length: usize, web_socket: bool) -> i32 {
        self.replace(length, &mut move |_, host, arena| {
            let (region, service) = region_and_service(host, web_socket);
            arena.put(region).put(b"\n").put(service);
            Ok(())
        })
    }

    /// Adds the first `length` bytes of the buffer to a SHA-256: a number of whole blocks, of 64 bytes each.
    pub fn hash_update(&mut self, length: usize) {
        self.hasher.update(self.memory.parts().0.get(..length).unwrap_or_default());
        self.wipe_text(length);
    }

    /// Adds the last bytes to that SHA-256, puts its hex digits at the start of the buffer, and starts a new one.
    pub fn hash_finish(&mut self, length: usize) {
        self.memory.reserve(64, self.arena_used);
        let digest = self.hasher.finish(self.memory.parts().0.get(..length).unwrap_or_default());
        self.wipe_text(length);
        write_hex(&digest, self.memory.parts().0);
        self.hasher = BlockHasher::new();
    }

    /// Wipes the remains of a batch of requests, and a result that was read.
    pub fn wipe(&mut self) {
        self.wipe_arena();
        self.wipe_buffer();
    }

    /// Forgets the signing keys of the secret at the start of the buffer.
    #[inline(never)]
    pub fn forget(&mut self, secret_length: usize) {
        self.core.keys.forget(self.memory.parts().0.get(..secret_length).unwrap_or_default());
        self.buffer_used = self.buffer_used.max(secret_length);
        self.wipe();
    }

    /// Forgets every signing key.
    pub fn clear_keys(&mut self) {
        self.core.keys.clear();
        self.wipe();
    }

    /// Replaces the secret and the access key id at the start of the buffer, each ended by a NUL, with the private key of
    /// SigV4a, 32 bytes, and the public one, for a platform that signs. Call [`Engine::wipe`] after reading them.
    #[cfg(feature = "module-sigv4a")]
    #[inline(never)]
    pub fn key_pair(&mut self, length: usize) -> i32 {
        let length = self.replace(length, &mut |_, text, arena| {
            let mut fields = Fields::of(text);
            let (secret_access_key, access_key_id) = (fields.next(), fields.next());
            crate::SigV4a::write_key_pair(secret_access_key, access_key_id, arena)
        });
        self.buffer_used = self.buffer_used.max(usize::try_from(length).unwrap_or_default());
        length
    }

    /// How many signing keys were derived so far.
    pub fn derived_keys(&self) -> f64 {
        self.core.keys.derived() as f64
    }
}

/// Writes something in an arena, from the content of the buffer.
type Write<'w> = &'w mut dyn for<'m> FnMut(&mut Core, &'m [u8], &mut Arena<'m>) -> Result<(), Error>;

impl Engine {
    /// Calls a writer with an arena that grows until there is room for its output.
    fn in_arena(&mut self, write: Write<'_>) -> Result<(), Error> {
        loop {
            let (buffer, memory) = self.memory.parts();
            let mut arena = Arena::new(memory, Lists::Carved(carve));
            let outcome = write(&mut self.core, buffer, &mut arena);
            self.arena_used = self.arena_used.max(arena.used());
            if !arena.is_full() {
                return outcome;
            }
            self.lengthen()?;
        }
    }

    fn lengthen(&mut self) -> Result<(), Error> {
        if self.memory.lengthen() { Ok(()) } else { Err(Error::LimitExceeded) }
    }

    /// Replaces the text at the start of the buffer with the last text written. Either may be a secret.
    fn replace(&mut self, length: usize, write: Write<'_>) -> i32 {
        self.core.requests.forget(); // its texts are overwritten
        let mut text = Span::default();
        let outcome = self.in_arena(&mut |core, buffer, arena| {
            write(core, buffer.get(..length).unwrap_or_default(), arena)?;
            (_, text) = arena.finish();
            Ok(())
        });
        self.buffer_used = self.buffer_used.max(length);
        self.wipe_buffer();
        let outcome = outcome.and_then(|()| self.put(text));
        self.wipe_arena();
        status(outcome)
    }

    fn canonical_request_in_arena(&mut self) -> &mut [u8] {
        self.core.requests.texts.span(Text::CanonicalRequest).of_mut(self.memory.parts().1)
    }

    /// Hashes the canonical request and finishes, or leaves that to the platform: see [`Engine::sign`].
    fn hash(&mut self, flags: u32) -> Result<i32, Error> {
        if flags & PLATFORM_HASH != 0 {
            return Ok(self.canonical_request_in_arena().len() as i32);
        }
        self.core.requests.write_hash(self.memory.parts().1);
        self.finish(flags)
    }

    fn finish(&mut self, flags: u32) -> Result<i32, Error> {
        let used = loop {
            if flags & PLATFORM_SIGN != 0 {
                self.core.requests.texts.set(Text::Signature, Span::default());
                break self.core.requests.last()?.end;
            }
            match self.core.sign(self.memory.parts().1)? {
                Some(used) => break used,
                None => self.lengthen()?,
            }
        };
        self.arena_used = self.arena_used.max(used);
        let last = self.core.requests.last()?;
        let length = loop {
            let (buffer, arena) = self.memory.parts();
            let room = buffer.len();
            let mut out = Arena::of_texts(buffer);
            let mut write = |template| {
                self.core.requests.texts.each_part(template, arena, |part| {
                    out.put(part);
                });
            };
            let is_unsigned = flags & PLATFORM_SIGN != 0;
            if flags & SIGNATURE_ONLY != 0 {
                write(if is_unsigned { UNSIGNED_PATH } else { SIGNED_PATH });
            } else {
                write(RESULT);
                write(if last.is_presigned { SIGNED_QUERY } else { AUTHORIZATION });
                if flags & TRACE != 0 {
                    write(texts::TRACE);
                } else if is_unsigned {
                    write(UNSIGNED);
                }
            }
            if !out.is_full() {
                break out.used();
            }
            reserve(&mut self.memory, 2 * room, self.arena_used)?;
        };
        if last.has_token {
            if flags & (KEEP | PRESIGN | TRACE) == 0 {
                self.canonical_request_in_arena().fill(0);
                self.core.requests.forget();
            } else {
                self.buffer_used = self.buffer_used.max(length);
            }
        }
        Ok(length as i32)
    }

    /// Puts a text of the arena at the start of the buffer, which grows if necessary, and returns its length.
    fn put(&mut self, text: Span) -> Result<i32, Error> {
        let length = text.end - text.start;
        reserve(&mut self.memory, length, self.arena_used)?;
        let (buffer, arena) = self.memory.parts();
        copy(text.of(arena), buffer);
        Ok(length as i32)
    }

    fn wipe_arena(&mut self) {
        self.core.requests.forget();
        let arena = self.memory.parts().1;
        let used = self.arena_used.min(arena.len());
        arena.get_mut(..used).unwrap_or_default().fill(0);
        self.arena_used = 0;
    }

    /// Wipes a text at the start of the buffer.
    fn wipe_text(&mut self, length: usize) {
        self.buffer_used = self.buffer_used.max(length);
        self.wipe_buffer();
    }

    fn wipe_buffer(&mut self) {
        let buffer = self.memory.parts().0;
        let used = self.buffer_used.min(buffer.len());
        buffer.get_mut(..used).unwrap_or_default().fill(0);
        self.buffer_used = 0;
    }
}

fn reserve(memory: &mut kind::Memory, length: usize, used: usize) -> Result<(), Error> {
    memory.reserve(length, used);
    if memory.parts().0.len() < length { Err(Error::LimitExceeded) } else { Ok(()) }
}

/// A length, or the status of an error.
fn status(outcome: Result<i32, Error>) -> i32 {
    outcome.unwrap_or_else(Error::status)
}

fn entropy(flags: u32) -> <Scheme as private::Scheme>::Entropy {
    if flags & DETERMINISTIC != 0 { Scheme::NO_ENTROPY } else { Scheme::SYSTEM_ENTROPY }
}
