//! What std would bring: an allocator, a panic handler, and a variable.
//!
//! The one file with unsafe code: a global allocator cannot be declared without, nor a variable.
#![allow(unsafe_code)]

use core::cell::{RefCell, RefMut};
#[cfg(any(feature = "engine", feature = "module-verify"))]
use core::hint::black_box;

#[cfg(any(feature = "module-signing", feature = "module-policy", feature = "module-verify"))]
use talc::{
    cell::TalcSyncCell,
    wasm::{WasmBinning, WasmGrowAndClaim},
};

// Talc instead of the dlmalloc of std: a third of its size (see its README) and at least as fast.
#[cfg(any(feature = "module-signing", feature = "module-policy", feature = "module-verify"))]
#[global_allocator]
static ALLOCATOR: TalcSyncCell<WasmGrowAndClaim, WasmBinning> = TalcSyncCell::new_wasm(WasmGrowAndClaim);

/// Nothing in the core panics on input; a panic is a defect, and traps without dragging in the formatting of messages.
#[cfg(all(any(feature = "module-signing", feature = "module-verify"), not(feature = "std")))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}

/// Wipes what the functions that were called before have left of a secret below the caller's frame. They must not have been
/// inlined into it.
#[cfg(any(feature = "engine", feature = "module-verify"))]
#[inline(never)]
pub(crate) fn clear_stack() {
    black_box(&mut [0u8; STACK_DEPTH]);
}

/// Deeper than the deepest call with a secret: deriving a key takes some 2 kB, SigV4a some 20.
#[cfg(any(feature = "engine", feature = "module-verify"))]
const STACK_DEPTH: usize = if cfg!(feature = "module-sigv4a") { 64 * 1024 } else { 8 * 1024 };

/// A value that there is one of.
pub(crate) struct Single<T>(RefCell<T>);

// SAFETY: without `atomics`, a wasm module has one thread.
#[cfg(not(target_feature = "atomics"))]
unsafe impl<T> Sync for Single<T> {}

impl<T> Single<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(RefCell::new(value))
    }

    /// To one at a time: nothing in here calls JavaScript, which alone could ask for it again. What trapped has it for
    /// good.
    pub(crate) fn lend(&self) -> RefMut<'_, T> {
        let Ok(value) = self.0.try_borrow_mut() else { core::arch::wasm32::unreachable() };
        value
    }
}
