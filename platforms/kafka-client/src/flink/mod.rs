//! The SQL gateway of Flink.

mod client;
mod job;

pub use client::GatewayClient;
pub use job::{FlinkJob, JobState};
