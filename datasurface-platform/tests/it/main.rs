//! The contract, through its public face.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what these helpers find wrong is a failed test"
)]

#[cfg(unix)]
mod asking_programs;
mod change;
#[path = "../../../tests/it/connectors.rs"]
mod connectors;
mod credential;
mod descriptor;
#[cfg(unix)]
mod ending_programs;
mod example_graph;
mod fingerprint;
mod formats;
mod hooks;
#[cfg(unix)]
mod hostile_operations;
#[cfg(unix)]
mod hostile_programs;
mod leaf;
mod misbehaviour;
mod operation;
mod program;
mod rendering;
mod schema;
mod scope;
mod structural;
