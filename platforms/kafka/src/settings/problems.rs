//! Problems of settings: what no JSON Schema says, and Kafka, Connect or a registry would refuse in the middle of an apply.

use super::{FlinkSettings, KafkaSettings, RegistrySettings};

/// The longest prefix of topics: Kafka takes names of 249 characters.
const PREFIX_LIMIT: usize = 80;

/// The problems that were found.
#[derive(Default)]
struct Problems(Vec<String>);

impl KafkaSettings {
    /// Returns the problems of the values.
    pub(crate) fn problems(&self) -> Vec<String> {
        let mut problems = Problems::default();
        let mut require = |holds: bool, problem: &str| problems.require(holds, || problem.to_owned());
        require(!self.bootstrap_servers.is_empty(), "`bootstrap_servers` must name one broker at least");
        require(
            self.bootstrap_servers.iter().all(|server| is_broker(server)),
            "`bootstrap_servers` must be named as `host:port`",
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
        if let Some(security) = &self.security {
            require(
                security.credential.as_deref().map_or(!security.protocol.has_login(), is_credential),
                "`security.credential` must name zone, team and credential, where the protocol has a login",
            );
        }
        problems.add_rest(
            ["connect_url", "connect_credential"],
            &self.connect_url,
            self.connect_credential.as_deref(),
        );
        if let Some(RegistrySettings { url, credential }) = &self.schema_registry {
            let names = ["schema_registry.url", "schema_registry.credential"];
            problems.add_rest(names, url, credential.as_deref());
        }
        if let Some(flink) = &self.flink {
            Self::add_flink(flink, &mut problems);
        }
        problems.0
    }

    fn add_flink(flink: &FlinkSettings, problems: &mut Problems) {
        let FlinkSettings { url, credential, checkpoint_seconds, checkpoint_directory } = flink;
        problems.add_rest(["flink.url", "flink.credential"], url, credential.as_deref());
        let mut require = |holds: bool, problem: &str| problems.require(holds, || problem.to_owned());
        require(*checkpoint_seconds > 0, "`flink.checkpoint_seconds` must be 1 at least");
        let is_directory = |directory: &String| directory.contains(":/") && !directory.contains(['@', '?']);
        require(
            checkpoint_directory.as_ref().is_none_or(is_directory),
            "`flink.checkpoint_directory` must be an address as `s3://bucket/folder`, without a user and a question mark",
        );
    }
}

impl Problems {
    fn require(&mut self, holds: bool, problem: impl FnOnce() -> String) {
        if !holds {
            self.0.push(problem());
        }
    }

    /// Adds the problems of the address of a REST API and of the credential of its login, by the names of their settings.
    fn add_rest(&mut self, [url_name, credential_name]: [&str; 2], url: &str, credential: Option<&str>) {
        self.require(is_rest_address(url), || {
            format!(
                "`{url_name}` must be an address with `http://` or `https://`, without a user, a question mark or a slash at its end"
            )
        });
        let Some(credential) = credential else { return };
        self.require(is_credential(credential), || {
            format!("`{credential_name}` must name zone, team and credential")
        });
        self.require(url.starts_with("https://") || is_of_this_machine(url), || {
            format!("`{url_name}` must be an address with `https://`, where there is a login")
        });
    }
}

/// Whether a text names a credential.
fn is_credential(text: &str) -> bool {
    text.split('/').filter(|part| !part.is_empty()).count() == 3
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
