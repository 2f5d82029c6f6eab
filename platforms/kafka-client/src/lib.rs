//! A blocking client of Kafka and of Kafka Connect, for platforms that run pipelines on them.
mod admin;
mod client;
mod error;
mod error_code;
mod limits;
mod records;
mod retry;
mod security;
#[cfg(feature = "testing")]
pub mod testing;
mod transport;
mod wire;

pub use admin::{
    Acl, AclFilter, AclOperation, AclPattern, AclPermission, AclResource, ConfigSource, ConfigValue,
    GroupOffsets, NewTopic, Offsets, Partition, ScramUser, Topic,
};
pub use client::KafkaClient;
pub use error::KafkaError;
pub use error_code::ErrorCode;
pub use limits::Limits;
pub use records::{Header, NewRecord, Record, Records, Transaction};
pub use security::{Login, Mechanism, Password, Security, Tls};
