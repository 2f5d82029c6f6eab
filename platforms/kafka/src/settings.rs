//! Settings of an instance.

use datasurface_platform::prelude::*;
use std::time::Duration;

/// The longest prefix of topics: Kafka takes names of 249 characters.
const PREFIX_LIMIT: usize = 80;

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
    /// The directory of secrets on the machines of Connect; `/opt/datasurface/secrets` by default. Each credential has a directory in it, with a
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

    /// Returns the problems of the values: what no JSON Schema says, and Kafka or Connect would refuse in the middle of an apply.
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        let mut require = |holds: bool, problem: &str| {
            if !holds {
                problems.push(problem.to_owned());
            }
        };
        require(!self.bootstrap_servers.is_empty(), "`bootstrap_servers` must name one broker at least");
        require(
            self.bootstrap_servers.iter().all(|server| is_broker(server)),
            "`bootstrap_servers` must be named as `host:port`",
        );
        require(
            is_rest_address(&self.connect_url),
            "`connect_url` must be an address with `http://` or `https://`, without a user, a question mark or a slash at its end",
        );
        let is_prefix =
            |prefix: &String| (1..=PREFIX_LIMIT).contains(&prefix.len()) && prefix.chars().all(is_of_topic);
        require(
            self.topic_prefix.as_ref().is_none_or(is_prefix),
            "`topic_prefix` must have letters, digits, `.`, `_` and `-` only, and at most 80 of them",
        );
        require(self.partitions > 0, "`partitions` must be 1 at least");
        require(self.replication_factor > 0, "`replication_factor` must be 1 at least");
        require(self.heartbeat_seconds > 0, "`heartbeat_seconds` must be 1 at least");
        require(self.sink_tasks > 0, "`sink_tasks` must be 1 at least");
        require(
            self.secrets_directory.starts_with('/')
                && !self.secrets_directory.ends_with('/')
                && !self.secrets_directory.contains([':', '}', '$']),
            "`secrets_directory` must be an absolute path without a slash at its end, and without `:`, `$` and `}`",
        );
        let is_key = |key: &String| key.split('/').filter(|part| !part.is_empty()).count() == 3;
        require(
            self.connect_credential.as_ref().is_none_or(is_key),
            "`connect_credential` must name zone, team and credential",
        );
        let is_secret_kept =
            self.connect_url.starts_with("https://") || is_of_this_machine(&self.connect_url);
        require(
            self.connect_credential.is_none() || is_secret_kept,
            "`connect_url` must be an address with `https://`, where there is a login",
        );
        if let Some(security) = &self.security {
            require(
                security.credential.as_ref().map_or(!security.protocol.has_login(), is_key),
                "`security.credential` must name zone, team and credential, where the protocol has a login",
            );
        }
        problems
    }
}

/// Whether a text names a broker: a host and a port.
fn is_broker(text: &str) -> bool {
    let is_host = |c: char| c.is_ascii_alphanumeric() || ".-_[]:".contains(c);
    text.rsplit_once(':').is_some_and(|(host, port)| {
        !host.is_empty() && host.chars().all(is_host) && port.parse::<u16>().is_ok_and(|port| port > 0)
    })
}

/// Whether a text is the address of a REST API. A user in it would be a secret.
fn is_rest_address(text: &str) -> bool {
    let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://"));
    rest.is_some_and(|rest| {
        let is_allowed = |c: char| c.is_ascii_alphanumeric() || ".-_[]:/".contains(c);
        !rest.is_empty() && !rest.ends_with('/') && rest.chars().all(is_allowed)
    })
}

/// Whether the address of a REST API is of this machine.
fn is_of_this_machine(url: &str) -> bool {
    let hosts = ["http://localhost", "http://127.0.0.1", "http://[::1]"];
    hosts.iter().any(|host| {
        url.strip_prefix(host).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
    })
}

/// Whether Kafka takes a character in the name of a topic.
fn is_of_topic(character: char) -> bool {
    character.is_ascii_alphanumeric() || "._-".contains(character)
}
