//! Runs the real command on small models.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "what goes wrong in a test is the finding"
)]

mod accept;
#[cfg(unix)]
mod alerts;
#[cfg(unix)]
mod applying;
mod ask;
mod branch_target;
mod check;
mod diagnostics;
mod explain;
mod flow;
mod former_target;
mod git;
mod graph;
#[cfg(unix)]
mod guide;
mod hook_protocol;
mod hooks;
#[cfg(target_os = "linux")]
mod hostile;
mod input;
#[cfg(unix)]
mod interrupted;
mod laws;
mod lineage;
mod models;
mod moves;
#[path = "../../../platforms/local/tests/it/support/openmetrics.rs"]
mod openmetrics;
mod plan;
#[cfg(unix)]
mod programs;
mod protocol;
mod release;
mod render;
mod repairs;
mod requests;
mod review;
mod review_ci;
mod review_forms;
mod review_git;
mod revisions;
mod run;
mod saved_proposals;
mod state;
mod status;
mod steps;
mod target;
mod verdicts;
mod watch;
