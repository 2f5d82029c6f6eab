//! The REST API of Kafka Connect.

mod client;
mod config;
mod status;

pub use client::{ConfigFinding, ConnectClient, Plugin, Put};
pub use config::ConnectorConfig;
pub use status::{ConnectorState, ConnectorStatus, TaskStatus};
