//! The memory of an engine: the buffer that is shared with JavaScript, and the arena in which requests are signed.
//!
//! All unsafe code is in `runtime.rs`.

#[cfg(any(test, feature = "std"))]
use alloc::vec::Vec;
#[cfg(any(test, not(feature = "std")))]
use core::mem::take;

#[cfg(any(test, feature = "std"))]
use crate::text::{erase, reserve};

/// The memory of both.
pub(crate) trait Memory {
    /// The buffer and the arena.
    fn parts(&mut self) -> (&mut [u8], &mut [u8]);

    /// Extends the buffer to at least this length. Its content may be lost; the first `used` bytes of the arena are kept.
    fn reserve(&mut self, length: usize, used: usize);

    /// At least doubles the arena and keeps its content. Returns whether there was memory.
    fn lengthen(&mut self) -> bool;
}

/// A run of bytes that grows at its end and never moves.
#[cfg(any(test, not(feature = "std")))]
pub(crate) trait Run {
    fn bytes(&mut self) -> &mut [u8];

    /// Extends it to at least this length. Returns whether there was memory.
    fn grow(&mut self, length: usize) -> bool;
}

/// Both in one run, without a heap: the arena begins where the buffer ends.
#[cfg(any(test, not(feature = "std")))]
pub(crate) struct InOne<R> {
    run: R,
    buffer: usize,
}

#[cfg(any(test, not(feature = "std")))]
impl<R: Run> InOne<R> {
    pub(crate) const fn new(run: R) -> Self {
        Self { run, buffer: 0 }
    }
}

#[cfg(any(test, not(feature = "std")))]
impl<R: Run> Memory for InOne<R> {
    #[inline(never)]
    fn parts(&mut self) -> (&mut [u8], &mut [u8]) {
        self.run.bytes().split_at_mut_checked(self.buffer).unwrap_or_default()
    }

    fn reserve(&mut self, length: usize, used: usize) {
        let before = self.buffer;
        if length <= before || !self.run.grow(length.saturating_add(used)) {
            return;
        }
        self.buffer = length;
        let bytes = self.run.bytes();
        // Starting at its end, because the old and the new place may overlap. The old content may include a token.
        for at in (0..used).rev() {
            let byte = bytes.get_mut(before.wrapping_add(at)).map_or(0, take);
            if let Some(place) = bytes.get_mut(length.wrapping_add(at)) {
                *place = byte;
            }
        }
    }

    fn lengthen(&mut self) -> bool {
        let arena = self.run.bytes().len().saturating_sub(self.buffer);
        self.run.grow(self.buffer.saturating_add(arena.max(MIN_ARENA).saturating_mul(2)))
    }
}

/// The smallest arena that is worth allocating, in bytes.
const MIN_ARENA: usize = 8 * 1024;

/// Each on the heap, if there is one.
#[cfg(any(test, feature = "std"))]
pub(crate) struct OnHeap {
    buffer: Vec<u8>,
    arena: Vec<u8>,
}

#[cfg(any(test, feature = "std"))]
impl OnHeap {
    pub(crate) const fn new() -> Self {
        Self { buffer: Vec::new(), arena: Vec::new() }
    }
}

#[cfg(any(test, feature = "std"))]
impl Memory for OnHeap {
    fn parts(&mut self) -> (&mut [u8], &mut [u8]) {
        (&mut self.buffer, &mut self.arena)
    }

    fn reserve(&mut self, length: usize, _used: usize) {
        if self.buffer.len() < length {
            erase(&mut self.buffer);
            self.buffer = alloc::vec![0; length];
        }
    }

    fn lengthen(&mut self) -> bool {
        let length = 2 * self.arena.len().max(MIN_ARENA);
        // Wipes the memory that it leaves.
        reserve(&mut self.arena, length);
        self.arena.resize(length, 0);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Limited {
        bytes: Vec<u8>,
        most: usize,
    }

    impl Run for Limited {
        fn bytes(&mut self) -> &mut [u8] {
            &mut self.bytes
        }

        fn grow(&mut self, length: usize) -> bool {
            if length <= self.most && length > self.bytes.len() {
                self.bytes.resize(length, 0);
            }
            length <= self.most
        }
    }

    #[test]
    fn the_arena_moves_up_where_the_buffer_grows_and_leaves_nothing_behind() {
        for (before, after) in [(0, 4), (4, 5), (4, 10), (4, 100), (10, 4)] {
            let mut memory = InOne::new(Limited { bytes: alloc::vec![0; 20], most: 1000 });
            memory.reserve(before, 0);
            memory.parts().1[..6].copy_from_slice(b"secret");
            memory.reserve(after, 6);
            let (buffer, arena) = memory.parts();
            assert_eq!(buffer.len(), before.max(after));
            assert!(buffer.iter().all(|byte| *byte == 0) && arena.starts_with(b"secret"));
        }
    }

    #[test]
    fn memory_that_cannot_grow_stays_as_it_is() {
        let mut memory = InOne::new(Limited { bytes: Vec::new(), most: 100_000 });
        memory.reserve(50_000, 0);
        memory.reserve(99_999, 2);
        memory.reserve(usize::MAX, usize::MAX);
        assert_eq!(memory.parts().0.len(), 50_000);
        assert!(memory.lengthen());
        assert_eq!(memory.parts().1.len(), 16 * 1024);
        assert!(memory.lengthen());
        assert!(!memory.lengthen());
        assert_eq!(memory.parts().1.len(), 32 * 1024);
    }
}
