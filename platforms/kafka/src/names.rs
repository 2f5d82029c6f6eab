//! Names of topics, connectors, slots and tables: made of storage names, so that a rename changes none of them.

use crate::settings::KafkaSettings;
use datasurface_platform::{graph::Fingerprint, prelude::*};

/// The longest prefix that is made of the name of an instance, in characters.
const PREFIX_LIMIT: usize = 48;

/// The longest name in PostgreSQL, in bytes.
pub(crate) const POSTGRES_LIMIT: usize = 63;

/// The longest name of a table, with room for what is put behind it, in bytes.
const TABLE_LIMIT: usize = 52;

/// The longest name of a secret's directory, in characters.
const SECRET_LIMIT: usize = 200;

/// The digits of a hash by which two addresses of a database are told apart.
const ADDRESS_DIGITS: usize = 8;

/// The names of an instance.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    instance: String,
    prefix: String,
}

impl Names {
    pub(crate) fn new(instance: &PlatformInstance, settings: &KafkaSettings) -> Self {
        let name = instance.storage_name().to_string();
        let prefix = settings.topic_prefix.clone().unwrap_or_else(|| slug(&[&name], PREFIX_LIMIT));
        Self { instance: name, prefix }
    }

    /// The beginning of the names of topics and connectors.
    pub(crate) fn prefix(&self) -> &str {
        &self.prefix
    }

    /// Returns the topic of a dataset: the prefix, a dot, and the [table](Self::table).
    pub(crate) fn topic(&self, dataset: &DatasetKey) -> String {
        format!("{}.{}", self.prefix, Self::table(dataset))
    }

    /// Returns the table of a dataset in databases of consumers, without what tells forms of tables apart.
    pub(crate) fn table(dataset: &DatasetKey) -> String {
        identifier(&[dataset.datastore.as_str(), dataset.dataset.as_str()], TABLE_LIMIT)
    }

    /// Returns the name under which Debezium remembers how far it read a database, and that begins the names of its own topics.
    pub(crate) fn server(&self, source: &str) -> String {
        format!("{}.{source}", self.prefix)
    }

    /// Returns the topic in which a source remembers the definitions of tables, where the log of its database does not have them.
    pub(crate) fn history(&self, source: &str) -> String {
        format!("{}.history", self.server(source))
    }

    /// Returns the number by which a source joins the servers of MySQL as one of them. It is made of its name, and no server has a small one
    /// of these by default.
    pub(crate) fn server_id(&self, source: &str) -> u32 {
        const FIRST: u32 = 1 << 16;
        let digits: String =
            Fingerprint::of(&self.server(source)).to_string().chars().take(ADDRESS_DIGITS).collect();
        u32::from_str_radix(&digits, 16).unwrap_or(FIRST).max(FIRST)
    }

    /// Returns the topic in which a database says of itself what it says at each heartbeat of its source.
    pub(crate) fn messages(&self, source: &str) -> String {
        format!("{}.message", self.server(source))
    }

    /// Returns the name of a connector.
    pub(crate) fn connector(&self, kind: &str, name: &str) -> String {
        format!("{}.{kind}.{name}", self.prefix)
    }

    /// Returns the name of the replication slot and of the publication of a source: small letters, digits and `_`, as PostgreSQL demands
    /// of slots. A slot is there once for a server, so the name of the instance is part of it.
    pub(crate) fn slot(&self, source: &[&str]) -> String {
        let parts = [&["datasurface", self.instance.as_str()], source].concat();
        identifier(&parts, POSTGRES_LIMIT).replace('-', "_").to_lowercase()
    }

    /// Returns the beginning of the names of consumer groups of a workspace.
    pub(crate) fn consumer_group(&self, workspace: &WorkspaceName) -> String {
        format!("{}.{}.", self.prefix, slug(&[workspace.as_str()], POSTGRES_LIMIT))
    }
}

/// Returns the parts of the name of the source of a database: its container, and the credential where that is not the container's own. So
/// another name for the credential of a container is no other source.
pub(crate) fn source_parts<'c>(capture: &'c CaptureFacts, container: &'c ContainerKey) -> Vec<&'c str> {
    let mut parts = vec![container.zone.as_str(), container.team.as_str(), container.container.as_str()];
    let declared = &capture.container_key;
    let is_own = |key: &CredentialKey| {
        capture.container.credential() == Some(&key.credential)
            && (&key.zone, &key.team) == (&declared.zone, &declared.team)
    };
    if let Some(key) = capture.credential.as_ref().filter(|key| !is_own(key)) {
        parts.extend([key.zone.as_str(), key.team.as_str(), key.credential.as_str()]);
    }
    parts
}

/// Returns the name of the source of a database, by its [parts](source_parts).
pub(crate) fn source_name(parts: &[&str]) -> String {
    slug(parts, POSTGRES_LIMIT)
}

/// Returns the directory of a secret in that of all secrets: that of a credential, or of the container where none is named.
pub(crate) fn secret(credential: Option<&CredentialKey>, container: &ContainerKey) -> String {
    match credential {
        Some(key) => credential_secret(key),
        None => {
            let parts =
                [container.zone.as_str(), container.team.as_str(), container.container.as_str(), "container"];
            slug(&parts, SECRET_LIMIT)
        }
    }
}

/// Returns the directory of the secret of a credential in that of all secrets.
pub(crate) fn credential_secret(key: &CredentialKey) -> String {
    slug(&[key.zone.as_str(), key.team.as_str(), key.credential.as_str()], SECRET_LIMIT)
}

/// Returns a short text that differs for each address of a database. A sink begins anew where it writes to another one: its connector, by
/// which Kafka remembers how far it read, has another name.
pub(crate) fn address_digits(host: &str, port: u16, database: &str) -> String {
    let hash = Fingerprint::of(&(host, port, database)).to_string();
    hash.chars().take(ADDRESS_DIGITS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(instance: &str) -> Names {
        Names { instance: instance.to_owned(), prefix: slug(&[instance], PREFIX_LIMIT) }
    }

    #[test]
    fn names_are_such_as_kafka_and_postgres_take() {
        for name in ["NW_Data", "R & D", "é", &"long".repeat(60)] {
            let (names, key) = (names(name), DatasetKey::new(name, name));
            let topic = names.topic(&key);
            assert!(topic.len() <= 249, "{topic}");
            assert!(topic.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c)), "{topic}");
            let slot = names.slot(&[name, name, name]);
            assert!(slot.len() <= POSTGRES_LIMIT, "{slot}");
            let is_of_slot = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            assert!(slot.chars().all(is_of_slot), "{slot}");
        }
        assert_eq!(names("Stream").topic(&"NW_Data/customers".into()), "Stream.NW_Data__customers");
        assert_eq!(names("Stream").slot(&["USA", "Team", "Shop"]), "datasurface__stream__usa__team__shop");
    }
}
