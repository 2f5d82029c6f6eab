//! The REST API of Kafka Connect.

mod client;
mod config;
mod error;
mod http;
mod status;

pub use client::{ConfigFinding, ConnectClient, Plugin, Put};
pub use config::ConnectorConfig;
pub use error::ConnectError;
pub use http::ConnectLogin;
pub use status::{ConnectorState, ConnectorStatus, TaskStatus};
