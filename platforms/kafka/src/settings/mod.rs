//! Settings of an instance.

mod problems;

use datasurface_platform::prelude::*;
use std::time::Duration;

/// The settings of an instance: one Kafka cluster, and one cluster of Kafka Connect.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KafkaSettings {
    /// The brokers that are asked first, each as `host:port`.
    pub bootstrap_servers: Vec<String>,
    /// The address of the REST API of Kafka Connect, such as `http://connect.example.org:8083`.
    pub connect_url: String,
    /// The credential of the login to Connect, as zone, team and name; without it, there is none. A password goes over `https` alone, or to this
    /// machine.
    #[serde(default)]
    pub connect_credential: Option<String>,
    /// The registry of schemas. With it, topics have Avro, without it JSON with its schema.
    #[serde(default)]
    pub schema_registry: Option<RegistrySettings>,
    /// The SQL gateway of Flink. With it, transformers are jobs of Flink, without it there are none.
    #[serde(default)]
    pub flink: Option<FlinkSettings>,
    /// The place of the cluster in the model, such as `Azure/USA`: governance asks for it.
    #[serde(default)]
    pub place: Option<String>,
    /// The beginning of the names of topics and connectors; the storage name of the instance by default.
    #[serde(default)]
    pub topic_prefix: Option<String>,
    /// The count of partitions of a topic; 3 by default. A hint about a dataset names another one.
    #[serde(default = "usual_partitions")]
    pub partitions: u32,
    /// The count of brokers that have each partition; 3 by default. A hint about a dataset names another one.
    #[serde(default = "usual_replication_factor")]
    pub replication_factor: u16,
    /// The hours that the deletion of a record stays in a topic; 168 by default. A sink that is stopped for longer misses it.
    #[serde(default = "usual_deletion_hours")]
    pub deletion_hours: u32,
    /// The directory of secrets on the machines of Connect, and on those of Flink where brokers ask for a login; `/opt/datasurface/secrets` by default. Each credential has a directory in it, with a
    /// file `user` and a file `password`.
    #[serde(default = "usual_secrets_directory")]
    pub secrets_directory: String,
    /// The security of the brokers; without it, whoever reaches them is let in.
    #[serde(default)]
    pub security: Option<SecuritySettings>,
    /// Whether the brokers ask for access control lists. Without it, nothing is granted.
    #[serde(default)]
    pub acls: bool,
    /// The check of the certificates of databases: `require` by default, or `verify-full`, or `disable` for trials.
    #[serde(default)]
    pub database_ssl_mode: SslMode,
    /// The seconds between heartbeats of a source, by which an idle database may forget its log; 10 by default.
    #[serde(default = "usual_heartbeat_seconds")]
    pub heartbeat_seconds: u32,
    /// The most connectors that the cluster of Connect takes of this instance; without it, nobody counts them.
    #[serde(default)]
    pub connectors: Option<u32>,
    /// The most tasks of one sink; 1 by default.
    #[serde(default = "usual_sink_tasks")]
    pub sink_tasks: u32,
    /// The most seconds that `run --until-idle` waits; 600 by default.
    #[serde(default = "usual_patience_seconds")]
    pub patience_seconds: u32,
    /// The most topics of one shard; 1000 by default.
    #[serde(default = "usual_topics_per_shard")]
    pub topics_per_shard: u64,
}

/// The registry of schemas, an Apicurio Registry.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegistrySettings {
    /// The address of the registry, such as `http://registry.example.org:8080`, without the paths of its APIs.
    pub url: String,
    /// The credential of the login to the registry, as zone, team and name; without it, there is none. A password goes over `https` alone, or
    /// to this machine.
    #[serde(default)]
    pub credential: Option<String>,
}

/// The SQL gateway of Flink, and what its jobs keep.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FlinkSettings {
    /// The address of the REST API of the gateway, such as `http://flink.example.org:8083`.
    pub url: String,
    /// The credential of the login to the gateway, as zone, team and name; without it, there is none. A password goes over `https` alone, or to
    /// this machine.
    #[serde(default)]
    pub credential: Option<String>,
    /// The seconds between checkpoints, from which a job goes on after a failure; 5 by default.
    #[serde(default = "usual_checkpoint_seconds")]
    pub checkpoint_seconds: u32,
    /// The directory of checkpoints, as workers reach it, such as `s3://bucket/checkpoints`; that of the cluster by default.
    #[serde(default)]
    pub checkpoint_directory: Option<String>,
}

/// The security of the brokers.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SecuritySettings {
    /// The protocol.
    pub protocol: SecurityProtocol,
    /// The mechanism of the login, with a protocol that has one; `scram-sha-512` by default.
    #[serde(default)]
    pub mechanism: SaslMechanism,
    /// The credential of the login, as zone, team and name: `EU/Platform/kafka`.
    #[serde(default)]
    pub credential: Option<String>,
}

/// The protocol of brokers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SecurityProtocol {
    /// Encrypted, without a login.
    Ssl,
    /// A login, encrypted.
    SaslSsl,
    /// A login without encryption, for trials.
    SaslPlaintext,
}

/// The mechanism of a login.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SaslMechanism {
    /// The password is shown to the broker.
    Plain,
    /// A proof of the password, by SHA-256.
    #[serde(rename = "scram-sha-256")]
    ScramSha256,
    /// A proof of the password, by SHA-512.
    #[default]
    #[serde(rename = "scram-sha-512")]
    ScramSha512,
}

/// The check of the certificate of a database.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SslMode {
    /// Without encryption.
    Disable,
    /// Encrypted, to whoever answers.
    #[default]
    Require,
    /// Encrypted, to the host that the certificate names.
    VerifyFull,
}

impl RegistrySettings {
    /// The API by which converters register schemas, and find them.
    pub(crate) fn converter_url(&self) -> String {
        format!("{}/apis/registry/v2", self.url)
    }

    /// The API of Confluent's registry, by which other programs find schemas.
    pub(crate) fn confluent_url(&self) -> String {
        format!("{}/apis/ccompat/v7", self.url)
    }
}

impl SecurityProtocol {
    /// Whether there is a login.
    pub(crate) fn has_login(self) -> bool {
        self != Self::Ssl
    }

    /// The name of the protocol in configurations of Kafka.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Ssl => "SSL",
            Self::SaslSsl => "SASL_SSL",
            Self::SaslPlaintext => "SASL_PLAINTEXT",
        }
    }
}

impl SaslMechanism {
    /// The name of the mechanism in configurations of Kafka.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Plain => "PLAIN",
            Self::ScramSha256 => "SCRAM-SHA-256",
            Self::ScramSha512 => "SCRAM-SHA-512",
        }
    }

    /// The class of Kafka that logs in.
    pub(crate) fn login_module(self) -> &'static str {
        match self {
            Self::Plain => "org.apache.kafka.common.security.plain.PlainLoginModule",
            Self::ScramSha256 | Self::ScramSha512 => {
                "org.apache.kafka.common.security.scram.ScramLoginModule"
            }
        }
    }
}

impl SslMode {
    /// The word of PostgreSQL for it.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Disable => "disable",
            Self::Require => "require",
            Self::VerifyFull => "verify-full",
        }
    }

    /// The class by which PostgreSQL's driver trusts whom Java trusts. By itself, it looks for a file in the home of the user.
    pub(crate) fn postgres_factory(self) -> Option<&'static str> {
        (self == Self::VerifyFull).then_some("org.postgresql.ssl.DefaultJavaSSLFactory")
    }
}

fn usual_partitions() -> u32 {
    3
}

fn usual_replication_factor() -> u16 {
    3
}

fn usual_deletion_hours() -> u32 {
    168
}

fn usual_secrets_directory() -> String {
    "/opt/datasurface/secrets".to_owned()
}

fn usual_heartbeat_seconds() -> u32 {
    10
}

fn usual_sink_tasks() -> u32 {
    1
}

fn usual_patience_seconds() -> u32 {
    600
}

fn usual_checkpoint_seconds() -> u32 {
    5
}

fn usual_topics_per_shard() -> u64 {
    1000
}

impl KafkaSettings {
    /// The brokers in order, so that neither a name nor a place depends on how they are listed.
    pub(crate) fn brokers(&self) -> Vec<&str> {
        let mut brokers: Vec<&str> = self.bootstrap_servers.iter().map(String::as_str).collect();
        brokers.sort_unstable();
        brokers.dedup();
        brokers
    }

    /// The longest time for which a run waits.
    pub(crate) fn patience(&self) -> Duration {
        Duration::from_secs(self.patience_seconds.into())
    }
}
