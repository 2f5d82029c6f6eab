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
#[path = "../../../local/tests/it/support/postgres.rs"]
#[expect(dead_code, reason = "it is made for the tests of the local platform")]
mod postgres;
mod reading;
mod registry;
mod tls;
mod topics;

use engine::skipped;
