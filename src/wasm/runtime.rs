//! Replacements for parts of std: an allocator, a panic handler, a variable, and memory.
//!
//! The only file with unsafe code, which all of these require. The parts that do not depend on wasm are also tested natively,
//! and by Miri (`make miri`).
#![allow(unsafe_code)]

#[cfg(target_arch = "wasm32")]
use core::cell::{RefCell, RefMut};
#[cfg(any(feature = "engine", feature = "module-verify"))]
use core::hint::black_box;

#[cfg(feature = "heap")]
use talc::{
    cell::TalcSyncCell,
    wasm::{WasmBinning, WasmGrowAndClaim},
};

#[cfg(any(test, feature = "engine"))]
use crate::canonical::Entry;

// Talc instead of the dlmalloc of std: a third of its size (see its README) and at least as fast.
#[cfg(feature = "heap")]
#[global_allocator]
static ALLOCATOR: TalcSyncCell<WasmGrowAndClaim, WasmBinning> = TalcSyncCell::new_wasm(WasmGrowAndClaim);

/// The module `signing` allocates nothing. Its dependencies could, and do not link without an allocator.
#[cfg(all(feature = "module-signing", not(feature = "std")))]
#[global_allocator]
static ALLOCATOR: NoHeap = NoHeap;

#[cfg(all(feature = "module-signing", not(feature = "std")))]
struct NoHeap;

// SAFETY: an allocator may refuse, and memory that was never allocated is never freed.
#[cfg(all(feature = "module-signing", not(feature = "std")))]
unsafe impl core::alloc::GlobalAlloc for NoHeap {
    unsafe fn alloc(&self, _: core::alloc::Layout) -> *mut u8 {
        core::ptr::null_mut()
    }

    unsafe fn dealloc(&self, _: *mut u8, _: core::alloc::Layout) {}
}

/// Nothing in the core panics on input. A panic is a defect, and traps without pulling in the formatting of messages.
#[cfg(all(any(feature = "module-signing", feature = "incoming"), not(feature = "std")))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

/// Wipes traces of a secret that previously called functions have left below the caller's frame. They must not have been
/// inlined into the caller.
#[cfg(any(feature = "engine", feature = "module-verify"))]
#[inline(never)]
pub(crate) fn clear_stack() {
    black_box(&mut [0u8; STACK_DEPTH]);
}

/// Deeper than the deepest call with a secret: deriving a key takes about 2 kB, SigV4a about 20.
#[cfg(any(feature = "engine", feature = "module-verify"))]
const STACK_DEPTH: usize = if cfg!(feature = "module-sigv4a") { 64 * 1024 } else { 8 * 1024 };

/// A value that exists only once.
#[cfg(target_arch = "wasm32")]
pub(crate) struct Single<T>(RefCell<T>);

// SAFETY: without `atomics`, a wasm module has one thread.
#[cfg(all(target_arch = "wasm32", not(target_feature = "atomics")))]
unsafe impl<T> Sync for Single<T> {}

#[cfg(target_arch = "wasm32")]
impl<T> Single<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(RefCell::new(value))
    }

    /// Lends the value to one caller at a time: only JavaScript could call again, and no code in here calls JavaScript. After a
    /// trap, the value stays lent.
    pub(crate) fn lend(&self) -> RefMut<'_, T> {
        let Ok(value) = self.0.try_borrow_mut() else { core::arch::wasm32::unreachable() };
        value
    }
}

/// The engine of `signing`.
#[cfg(all(feature = "module-signing", not(feature = "std")))]
pub(super) static ENGINE: Single<super::signing::Engine> =
    Single::new(super::signing::Engine::with(super::memory::InOne::new(Linear(()))));

/// All memory after the stack and the statics of a module without a heap. Only that engine has such a value.
#[cfg(all(feature = "module-signing", not(feature = "std")))]
pub(crate) struct Linear(());

#[cfg(all(feature = "module-signing", not(feature = "std")))]
impl Linear {
    const PAGE: usize = 64 * 1024;

    fn start() -> usize {
        unsafe extern "C" {
            /// The address after which the linker has placed nothing.
            static __heap_base: u8;
        }
        (&raw const __heap_base).expose_provenance()
    }

    fn end() -> usize {
        core::arch::wasm32::memory_size::<0>() * Self::PAGE
    }
}

#[cfg(all(feature = "module-signing", not(feature = "std")))]
impl super::memory::Run for Linear {
    fn bytes(&mut self) -> &mut [u8] {
        let start = core::ptr::with_exposed_provenance_mut(Self::start());
        let length = Self::end().saturating_sub(Self::start()).min(isize::MAX as usize);
        // SAFETY: these bytes exist, because memory never shrinks, and are initialized, because all memory in wasm is. Nothing else
        // uses them: the linker places nothing here, no allocator has them, and the slice borrows the only value that represents
        // them.
        unsafe { core::slice::from_raw_parts_mut(start, length) }
    }

    fn grow(&mut self, length: usize) -> bool {
        let missing = length.saturating_add(Self::start()).saturating_sub(Self::end());
        missing == 0 || core::arch::wasm32::memory_grow::<0>(missing.div_ceil(Self::PAGE)) != usize::MAX
    }
}

/// Takes the end of some bytes for empty entries, and leaves the rest. `None` if there are too few bytes.
#[cfg(any(test, feature = "engine"))]
pub(crate) fn carve<'m>(memory: &'m mut [u8], count: usize) -> Option<(&'m mut [u8], &'m mut [Entry<'m>])> {
    let size = count.checked_mul(size_of::<Entry<'m>>())?;
    let padding = memory.as_ptr_range().end.addr() % align_of::<Entry<'m>>();
    let start = memory.len().checked_sub(size)?.checked_sub(padding)?;
    let (rest, room) = memory.split_at_mut_checked(start)?;
    let first = room.as_mut_ptr().cast::<Entry<'m>>();
    for index in 0..count {
        // SAFETY: the room is that of `count` entries and the padding, so this entry is within it. The padding aligns their
        // end, and the size of an entry is a multiple of the alignment, so each is aligned.
        unsafe { first.add(index).write(Entry::default()) };
    }
    // SAFETY: likewise; all are initialized. The room is borrowed exclusively, for as long as the entries are. Entries
    // need no drop; they have no padding, so that their bytes are initialized when the memory is used as bytes again.
    Some((rest, unsafe { core::slice::from_raw_parts_mut(first, count) }))
}

#[cfg(any(test, feature = "engine"))]
const _: () = assert!(size_of::<Entry<'_>>() == 2 * size_of::<&[u8]>() + size_of::<usize>());

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;

    #[test]
    fn entries_lie_behind_the_rest_whatever_its_alignment() {
        let size = size_of::<Entry<'_>>();
        for offset in 0..16 {
            for cut in 0..16 {
                for count in [0, 1, 2, 7] {
                    let mut memory = vec![0xAA; offset + 8 * size + cut];
                    let bytes = &mut memory[offset..];
                    let length = bytes.len();
                    let (rest, entries) = carve(bytes, count).unwrap();
                    assert_eq!(entries.len(), count);
                    assert!((length - count * size - 16..=length - count * size).contains(&rest.len()));
                    assert!(entries.iter().all(|entry| *entry == Entry::default()));
                    let (text, rest) = rest.split_at_mut(4);
                    text.copy_from_slice(b"text");
                    for (order, entry) in entries.iter_mut().enumerate() {
                        *entry = Entry { key: &text[order % 4..], order, value: text };
                    }
                    rest.fill(1);
                    assert!(entries.iter().all(|entry| entry.key == &b"text"[entry.order % 4..]));
                    memory.fill(0);
                }
            }
        }
    }

    #[test]
    fn too_few_bytes_give_no_entries() {
        let size = size_of::<Entry<'_>>();
        for length in 0..3 * size {
            let mut memory = vec![0; length];
            assert!(carve(&mut memory, 3).is_none());
            assert!(carve(&mut memory, usize::MAX).is_none());
            assert!(carve(&mut memory, usize::MAX / size).is_none());
        }
    }
}
