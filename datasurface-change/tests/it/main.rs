//! Tests through the public surface of the crate.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "what goes wrong in a test is the finding")]

mod authorization;
mod compatibility;
mod differences;
mod fixture;
mod fixtures;
#[path = "../../../datasurface-model/tests/it/folder.rs"]
mod folder;
mod laws;
mod rename;
mod report;
mod retirement;
mod sarif;
