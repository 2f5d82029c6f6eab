//! Hooks and platforms that are WebAssembly modules: code of other people, with limits of computing, time and memory, and without any way to
//! reach out.
//!
//! ```
//! use datasurface_wasm::{Limits, Module};
//!
//! let text = "(component)";
//! let error = Module::from_bytes(text.as_bytes(), Limits::default()).unwrap_err();
//! assert!(error.to_string().contains("answer"), "a module says what it answers");
//! ```
//!
//! A module takes one of two forms, and speaks the same lines as a program would (`docs/hooks.md`, `docs/protocol.md`):
//!
//! - a component that exports `answer: func(line: string) -> string`, as `program.wit` says;
//! - a command of WASI 0.1, which reads a line from its standard input, and writes one to its standard output.
//!
//! [`WasmHook`] runs each event in an instance of its own, so that nothing is left of one event when the next one comes. A platform
//! ([`platform`]) keeps its instance: its answers are pure. WASI has neither files nor a network, an environment or arguments here; its clocks
//! stand still, and its random numbers are always the same, so that an answer depends on its line alone.

mod guest;
mod hook;
mod limits;
mod module;
mod platform;
mod wasi;

pub use guest::Instance;
pub use hook::WasmHook;
pub use limits::Limits;
pub use module::{Module, ModuleError};
pub use platform::platform;
