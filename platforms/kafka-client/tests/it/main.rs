//! The client through its public API, on real brokers, Kafka Connect and Debezium.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot go on should stop, in its helpers too"
)]

mod access;
mod avro;
mod ended;
mod engine;
mod fake_broker;
mod groups;
mod hostile;
mod killed;
mod login;
mod pipeline;
mod reading;
mod registry;
mod tls;
mod topics;

use datasurface_test_support::postgres;
