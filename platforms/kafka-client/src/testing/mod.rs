//! Kafka, Kafka Connect, Debezium, a registry of schemas and Flink themselves for tests, on loopback and in temporary folders.
//!
//! `.ci/kafka/install` installs them. All of it ends with the values of this module, and with the process that has them, however that
//! ends.

mod connect_worker;
mod engines;
mod flink;
mod folder;
mod java;
mod kafka;
mod listener;
mod properties;
mod registry;

pub use connect_worker::ConnectWorker;
pub use engines::Engines;
pub use flink::Flink;
pub use kafka::{Kafka, KafkaOptions};
pub use listener::{ADMINISTRATOR, Listener};
pub use registry::Registry;

use std::{
    io,
    net::{Ipv4Addr, TcpListener},
};

/// A failure of a test's surroundings.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TestingError {
    /// A program could not be started, or a file could not be written.
    #[error("{0}")]
    Io(String, #[source] io::Error),
    /// A program that ended, or did not answer in time.
    #[error("{program} does not run; its log ends with:\n{log}")]
    Ended {
        /// The program.
        program: String,
        /// The last lines of its log.
        log: String,
    },
    /// A worker of Kafka Connect, or a registry, that does not answer as it should.
    #[error(transparent)]
    Rest(#[from] crate::RestError),
}

fn failed(action: &'static str) -> impl FnOnce(io::Error) -> TestingError {
    move |error| TestingError::Io(action.to_owned(), error)
}

/// Finds ports that nobody has now. Somebody else may take one before it is used.
fn free_ports(count: usize) -> Result<Vec<u16>, TestingError> {
    let bind = |_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let listeners: io::Result<Vec<TcpListener>> = (0..count).map(bind).collect();
    let listeners = listeners.map_err(failed("finding a port"))?;
    let ports: io::Result<_> =
        listeners.iter().map(|listener| listener.local_addr().map(|address| address.port())).collect();
    ports.map_err(failed("finding a port"))
}

fn no_port() -> TestingError {
    let error = std::io::ErrorKind::AddrNotAvailable.into();
    TestingError::Io("finding a port".to_owned(), error)
}
