//! The client through its public API, on real brokers, Kafka Connect and Debezium.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop, in its helpers too"
)]

mod access;
mod engine;
mod killed;
mod reading;
mod topics;
