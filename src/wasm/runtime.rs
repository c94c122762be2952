//! What std would bring: an allocator and a panic handler.
//!
//! The one file with unsafe code: a global allocator cannot be declared without.
#![allow(unsafe_code)]

use talc::{
    cell::TalcSyncCell,
    wasm::{WasmBinning, WasmGrowAndClaim},
};

// Talc instead of the dlmalloc of std: a third of its size (see its README) and at least as fast.
#[global_allocator]
static ALLOCATOR: TalcSyncCell<WasmGrowAndClaim, WasmBinning> = TalcSyncCell::new_wasm(WasmGrowAndClaim);

/// Nothing in the core panics on input; a panic is a defect, and traps without dragging in the formatting of messages.
#[cfg(not(feature = "std"))]
#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
