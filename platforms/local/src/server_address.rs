//! Databases of PostgreSQL servers, as rendered files name them:
//! `postgresql://<host>:<port>/<database>?schema=<name>&credential=<zone/team/name>&<setting>=<value>`.

use crate::{prelude::*, server_settings::ServerSettings};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::fmt;

/// A database of a PostgreSQL server, and how the server is spoken to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServerAddress {
    /// Host name or address, or the folder of a socket.
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) database: String,
    /// The schema that everything is in which has a name without one; otherwise the server decides.
    pub(crate) schema: Option<String>,
    /// The credential.
    pub(crate) credential: Option<CredentialKey>,
    pub(crate) settings: ServerSettings,
}

const SCHEME: &str = "postgresql://";
const SCHEMA: &str = "schema";
const CREDENTIAL: &str = "credential";

/// What stands for itself, so that each name comes back as it was, and none ends a line.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');

impl ServerAddress {
    /// Reads an address. The name of a file is none: it has no `?` and no `://`.
    pub(crate) fn read(address: &str) -> Option<Self> {
        let rest = address.strip_prefix(SCHEME)?;
        let (rest, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (server, database) = rest.split_once('/')?;
        let (host, port) = server.split_once(':')?;
        let mut read = Self {
            host: decoded(host)?,
            port: port.parse().ok()?,
            database: decoded(database)?,
            schema: None,
            credential: None,
            settings: ServerSettings::default(),
        };
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=')?;
            let value = decoded(value)?;
            match name {
                SCHEMA => read.schema = Some(value),
                CREDENTIAL => read.credential = Some(value.as_str().into()),
                name => read.settings.set(name, value)?,
            }
        }
        Some(read)
    }

    /// The server and its database, for messages.
    pub(crate) fn place(&self) -> String {
        format!("`{}` at {}:{}", self.database, self.host, self.port)
    }

    /// The schema of a database that a rendered file or an attribute names.
    pub(crate) fn schema_of(database: &str) -> Option<String> {
        Self::read(database)?.schema
    }
}

impl fmt::Display for ServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let encoded = |text: &str| utf8_percent_encode(text, ENCODED).to_string();
        write!(f, "{SCHEME}{}:{}/{}", encoded(&self.host), self.port, encoded(&self.database))?;
        let schema = self.schema.iter().map(|name| (SCHEMA, name.clone()));
        let credential = self.credential.iter().map(|name| (CREDENTIAL, name.to_string()));
        for (at, (name, value)) in schema.chain(credential).chain(self.settings.pairs()).enumerate() {
            let before = if at == 0 { '?' } else { '&' };
            write!(f, "{before}{name}={}", encoded(&value))?;
        }
        Ok(())
    }
}

/// Whether two names of databases mean one: how the server is spoken to does not matter.
pub(crate) fn same_database(one: &str, other: &str) -> bool {
    let plain = |name| {
        let address = ServerAddress::read(name)?;
        Some(ServerAddress { credential: None, settings: ServerSettings::default(), ..address })
    };
    one == other || plain(one).is_some_and(|one| plain(other) == Some(one))
}

fn decoded(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server_settings::SslMode;

    #[test]
    fn addresses_round_trip() {
        let set = ServerSettings {
            sslmode: Some(SslMode::Require),
            root_certificates: Some("a&b=c.pem".to_owned()),
            client_certificate: Some("/etc/ssl/a b.pem".to_owned()),
            client_key: Some("key?.pem".to_owned()),
            insecure_password: true,
            connect_timeout_seconds: Some(3),
            statement_timeout_seconds: Some(0),
        };
        let nothing = ServerSettings::default();
        for (host, database, credential, settings) in [
            ("db.example.org", "warehouse", None, &nothing),
            ("db.example.org", "warehouse", None, &set),
            ("::1", "a/b?credential=c", Some("EU/R & D/desk"), &set),
            ("/var/run/postgresql", "two\nlines 🦀 %20", Some(""), &nothing),
        ] {
            let address = ServerAddress {
                host: host.to_owned(),
                port: 5432,
                database: database.to_owned(),
                schema: credential.map(str::to_owned),
                credential: credential.map(Into::into),
                settings: settings.clone(),
            };
            let text = address.to_string();
            assert!(!text.chars().any(char::is_control), "{text}");
            assert_eq!(ServerAddress::read(&text).as_ref(), Some(&address), "{text}");
            let plain =
                ServerAddress { credential: None, settings: ServerSettings::default(), ..address.clone() };
            assert!(same_database(&text, &plain.to_string()));
            let other = ServerAddress { schema: Some("other".to_owned()), ..address };
            assert!(!same_database(&text, &other.to_string()), "a table of another schema is another table");
        }
        assert_eq!(ServerAddress::read("northwind.db"), None);
        assert_eq!(ServerAddress::read("postgresql://a:1/b?sslmode=maybe"), None);
    }
}
