//! The local platform through its public API: what it renders is executed, in SQLite.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop, in its helpers too"
)]

mod aborted;
mod applied;
mod batches;
mod clocks;
mod consumers;
mod drift;
mod example;
mod failures;
mod fixture;
mod flows;
mod foreign_objects;
mod formats;
mod handover;
mod history;
mod hooks;
mod identities;
mod keyless;
mod killed;
mod killed_wide;
mod linear;
mod lints;
mod loops;
mod maintenance;
mod metadata;
mod northwind;
mod passes;
mod places;
mod plans;
mod postgres;
mod published;
mod quality;
mod rejected;
mod renamed;
mod rendering;
mod sandbox;
mod schemas;
mod selection;
mod servers;
mod set_aside;
mod site;
mod status;
mod support;
mod timetables;
mod transformers;
mod types;
mod watermarks;
mod wide;
