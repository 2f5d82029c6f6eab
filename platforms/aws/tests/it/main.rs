//! The platform through its public API: what it renders is given to Terraform itself, and its scripts to Spark.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop, in its helpers too"
)]

mod applied;
mod encrypted;
mod engine;
mod entitled;
mod evaluator;
mod exported;
mod federation;
mod handed_over;
mod hinted;
mod iceberg;
mod laws;
mod lent;
mod limits;
mod linear;
mod looped;
mod machines;
mod maintained;
mod merged;
mod permissions;
mod received;
mod refused;
mod rendered;
mod script_calls;
mod serverless;
mod shop;
mod site;
mod statements;
mod states_language;
mod transformed;
mod whole;

use datasurface_test_support::{postgres, skipped};

/// The folder of this crate with programs that run on Spark.
const SPARK_PROGRAMS: &str = "tests/spark";
