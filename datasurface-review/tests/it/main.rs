//! Reviews from the outside, with the small platform of the broker's tests.

#![allow(
    dead_code,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "all of this program is tests, and what they share serves others, too"
)]

mod continued;
mod decisions;
mod edited_locks;
#[path = "../../../datasurface-broker/tests/it/fixture.rs"]
mod fixture;
mod forms;
mod held_sequences;
mod known_findings;
mod many;
#[path = "../../../datasurface-broker/tests/it/minimal_platform.rs"]
mod minimal_platform;
mod moved_platforms;
mod owing_teams;
mod recaptured;
mod review;
#[path = "../../../datasurface-broker/tests/it/sharing_platform.rs"]
mod sharing_platform;
mod unrendered_renames;
mod waived_data;
mod waiver_slips;
