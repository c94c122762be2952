#![no_std]
extern crate sigv4_wasm as _;
