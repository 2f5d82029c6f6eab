//! The platform through its public API: what it renders is compared, planned, refused, and run on real engines.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop, in its helpers too"
)]

mod audit;
mod avro;
mod avro_handover;
mod both_ways;
mod by_hand;
mod dump;
mod engine;
mod engines;
mod flink;
mod flink_avro;
mod guard;
mod jobs;
mod laws;
mod northwind;
mod pipeline;
mod plans;
mod random_changes;
mod received;
mod refused;
mod resumed;
mod running;
mod secured;
mod shop;
mod site_model;
mod statements;
mod two_platforms;
mod whole;

use datasurface_test_support::postgres;
use engine::skipped;
