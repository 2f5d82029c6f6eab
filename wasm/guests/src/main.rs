//! A hook in Rust as a WebAssembly module: the type that a test asks in process answers the lines of its standard input.
//!
//! `cargo build --release --target wasm32-wasip1`

#[path = "../../tests/it/training.rs"]
mod training;

use std::io;

fn main() -> io::Result<()> {
    let hook = training::Training::configured;
    datasurface_platform::hook::serve_hook(hook, io::stdin().lock(), io::stdout().lock())
}
