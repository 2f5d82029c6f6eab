//! A blocking client of Kafka and of Kafka Connect, for platforms that run pipelines on them.
//!
//! ```no_run
//! use datasurface_kafka_client::{
//!     Acl, AclOperation, AclResource, KafkaClient, Limits, Login, Mechanism, NewTopic, Password, Security, Tls,
//! };
//!
//! let login = Login::new(Mechanism::ScramSha512, "datasurface", Password::new("…"));
//! let security = Security::none().with_tls(Tls::new()).with_login(login);
//! let mut client = KafkaClient::connect("broker-1:9092,broker-2:9092", security, Limits::default())?;
//!
//! let topic = NewTopic::new("shop.orders").with_partitions(6).config("cleanup.policy", "compact");
//! let is_new = client.create_topic(&topic)?;
//! client.create_acls(&[Acl::allow("sales", AclOperation::Read, AclResource::Topic, topic.name())])?;
//!
//! // A complete batch: the offsets of a moment, and the records up to them.
//! for (partition, end) in client.end_offsets("shop.orders")? {
//!     for record in client.records("shop.orders", partition, 0..end) {
//!         let record = record?;
//!     }
//! }
//! # Ok::<(), datasurface_kafka_client::KafkaError>(())
//! ```
//!
//! A [`KafkaClient`] speaks the protocol of brokers: topics with their configurations, access rules, users of SCRAM, offsets, consumer
//! groups, and records of any codec, those of aborted transactions left out. A [`ConnectClient`] speaks the REST API of Kafka Connect, a [`RegistryClient`] that of a
//! registry of schemas, by which an [`AvroReader`] reads records, a [`GatewayClient`] that of Flink's SQL gateway. None of them needs a runtime of tasks, and no method waits for longer than its [`Limits`] say.
//!
//! What a method changes, it looks at first, or it can be repeated: a topic that exists is not created, an access rule is added once, a
//! connector with the same configuration is left alone. An error says what was refused, and [what to do](KafkaError::help); none has a
//! password. Brokers are not trusted with memory or time: answers, batches and decompressed records have limits,
//! and a record in Avro takes no more memory than its bytes and its schema are worth.
//!
//! The feature `testing` has what tests need: a broker, Kafka Connect and Debezium themselves, on loopback.

mod admin;
mod avro;
mod client;
mod connect;
mod error;
mod error_code;
mod flink;
mod limits;
mod records;
mod registry;
mod rest;
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
pub use avro::{AvroData, AvroError, AvroReader, AvroSchema, AvroValue, ConnectType};
pub use client::KafkaClient;
pub use connect::{
    ConfigFinding, ConnectClient, ConnectorConfig, ConnectorState, ConnectorStatus, Plugin, Put, TaskStatus,
};
pub use error::KafkaError;
pub use error_code::ErrorCode;
pub use flink::{FlinkJob, GatewayClient, JobState};
pub use limits::Limits;
pub use records::{Header, NewRecord, Record, Records, Transaction, partition_of_key};
pub use registry::{Compatibility, RegistryClient};
pub use rest::{RestError, RestLogin, RestServer};
pub use security::{Login, Mechanism, Password, Security, Tls};
