//! The local platform through its public API: what it renders is executed, in SQLite.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop, in its helpers too"
)]

mod aborted;
mod applied;
mod aside;
mod asked;
mod batches;
mod books;
mod clocks;
mod consumers;
mod drift;
mod flows;
mod ground;
mod handover;
mod history;
mod identities;
mod keyless;
mod killed;
mod killed_wide;
mod linear;
mod lints;
mod loops;
mod northwind;
mod passes;
mod places;
mod plans;
mod postgres;
mod quality;
mod rejected;
mod renamed;
mod rendering;
mod sandbox;
mod scene;
mod schemas;
mod servers;
mod site;
mod status;
mod support;
mod timetables;
mod transformers;
mod troubles;
mod types;
mod upkeep;
mod watermarks;
mod wide;
