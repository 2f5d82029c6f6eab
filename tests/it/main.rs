//! Tests of the crates together, as one program.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::print_stderr,
    clippy::unwrap_used,
    reason = "all of this program is tests, also what they share"
)]

mod advance_times;
#[allow(dead_code, reason = "the tests of the model use the rest")]
#[path = "../../datasurface-model/tests/it/base.rs"]
mod base;
mod connectors;
mod continued;
mod dependency_rule;
mod fixtures;
mod flows;
mod folder;
mod follow;
mod front_page;
mod governance_specification;
mod graph_specification;
mod hooks;
mod hostile;
mod laws;
mod layout;
mod licences;
mod northwind;
mod on_postgres;
mod packaging;
mod platform_credential;
mod readme;
mod renames;
mod reports;
mod review_change;
mod serialized_names;
mod sources;
mod state_on_postgres;
mod summaries;
mod support;
mod threads;
mod two_platforms;
mod words;
