//! The streaming platform: Debezium on Kafka Connect brings each change of a producer into a topic, one for each dataset, and sinks of
//! Connect bring topics into databases of consumers.
//!
//! ```
//! use datasurface_kafka::KafkaPlatform;
//! use datasurface_platform::prelude::*;
//!
//! let settings: Json = json!({
//!     "bootstrap_servers": ["kafka-1.example.org:9092", "kafka-2.example.org:9092"],
//!     "connect_url": "http://connect.example.org:8083",
//! })
//! .into();
//! let instance = PlatformInstance::new("Stream".into(), KafkaPlatform::KIND.into(), KafkaPlatform::version(), settings);
//! let platform = KafkaPlatform::configure(&instance, serde_json::from_str(instance.config.as_str())?)?;
//! assert!(platform.descriptor().captures().contains("cdc"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! `docs/platforms/kafka.md` is the guide: what is made of what, the settings, the first deployment, and what nobody has proved yet.

mod codes;
mod column_type;
mod engine;
mod flink_type;
mod handover;
mod judge;
mod lint;
mod names;
mod platform;
mod producer_words;
mod record_avro;
mod record_schema;
mod record_time;
mod record_type;
mod render;
mod runtime;
mod settings;
mod topic_hint;
mod transition;

pub use codes::CODES;
pub use platform::KafkaPlatform;
pub use settings::{
    FlinkSettings, KafkaSettings, RegistrySettings, SaslMechanism, SecurityProtocol, SecuritySettings,
    SslMode,
};
pub use topic_hint::TopicHint;
