//! Tests through the public surface of the crate.

#![expect(clippy::unwrap_used, reason = "what goes wrong in a test is the finding")]

mod fixtures;
#[path = "../../../datasurface-model/tests/it/folder.rs"]
mod folder;
