//! The local platform: the embedded default, which moves data on one machine, with SQL that a person can read.
//!
//! Data is captured into one SQLite database, where each dataset has one table that keeps its versions; consumers read
//! views of it, or copies in files of their own; transformers are SELECTs whose results are captured again. What is to
//! be done is rendered as files of SQL ([`Script`]) and one list of jobs; a plan comes with the statements that lead
//! from one rendering to the next. ARCHITECTURE.md of the project shows its place among the other crates.
//!
//! ```
//! use datasurface_local::{LocalConfig, LocalPlatform};
//! use datasurface_platform::DataPlatform;
//!
//! let platform = LocalPlatform::new(LocalConfig::new("northwind.db"));
//! assert!(platform.descriptor().export_targets().contains("sqlite"));
//! ```
//!
//! `docs/local-platform.md` is the guide for operators; `runtime/mod.rs` is the map of the runtime.

mod address;
mod attributes;
mod config;
mod consumer_database;
mod descriptor;
mod diff;
mod file_name;
mod lint;
mod lint_diagnostic;
mod names;
mod offer;
mod platform;
mod prelude;
mod principals;
mod render;
mod runtime;
mod sandbox;
mod server_address;
mod server_settings;
mod sql;
pub mod testing;

pub use config::LocalConfig;
pub use lint::codes::CODES;
pub use platform::LocalPlatform;
pub use sandbox::SelectLimits;
pub use server_settings::{ServerSettings, SslMode};
pub use sql::{
    script::{Attached, Script, ScriptError},
    storage::NOT_A_NUMBER,
};
