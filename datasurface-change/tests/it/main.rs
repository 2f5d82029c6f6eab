//! Tests through the public surface of the crate.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "what goes wrong in a test is the finding")]

mod approvals;
mod authorization;
mod chains;
mod code_owners;
mod compatibility;
mod consents;
mod declared_credentials;
mod differences;
mod first;
mod fixture;
mod fixtures;
#[path = "../../../tests/it/folder.rs"]
mod folder;
mod followed;
mod former;
mod former_inputs;
mod known_findings;
mod laws;
mod left_containers;
mod monorepo;
mod moved_containers;
mod rename;
mod renamed_places;
mod report;
mod retirement;
mod sarif;
mod sunset;
mod waivers;
