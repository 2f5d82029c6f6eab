//! Tests through the public surface of the crate.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "what goes wrong in a test is the finding"
)]

mod base;
mod fixtures;
#[path = "../../../tests/it/folder.rs"]
mod folder;
#[path = "../../../tests/it/follow.rs"]
mod follow;
mod rules;
mod suggestions;
mod validation;
