//! What tests need from outside. Only tests depend on this crate, and it depends on no other one of the workspace: so tests of every crate may.
//!
//! ```no_run
//! use datasurface_test_support::postgres::Server;
//!
//! let Some(server) = Server::shared() else { return };
//! server.owner("store").batch_execute("CREATE TABLE t (id int)").unwrap();
//! ```

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::missing_panics_doc,
    reason = "a test that cannot go on should stop, in its helpers too"
)]

pub mod certificates;
pub mod conversation;
pub mod postgres;
mod skipped;

pub use skipped::skipped;
