//! Guests: sound ones, and hostile ones that are stopped.

#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "what these helpers find wrong is a failed test"
)]

#[path = "../../../tests/it/connectors.rs"]
mod connectors;
mod guests;
mod hooks;
mod hostile;
mod hostile_platforms;
mod languages;
mod python;
mod same_bytes;
mod training;
