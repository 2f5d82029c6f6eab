//! Databases of PostgreSQL servers, as rendered files name them:
//! `postgresql://<host>:<port>/<database>?credential=<name>`.

use crate::prelude::*;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use std::fmt;

/// A database of a PostgreSQL server, and the name of the credential that it is written with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServerAddress {
    /// Host name or address, or the folder of a socket.
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) database: String,
    pub(crate) credential: Option<CredentialName>,
}

const SCHEME: &str = "postgresql://";
const CREDENTIAL: &str = "?credential=";

/// What stands for itself, so that each name comes back as it was, and none ends a line.
const ENCODED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_');

impl ServerAddress {
    /// Reads an address. The name of a file is none: it has no `?` and no `://`.
    pub(crate) fn read(address: &str) -> Option<Self> {
        let rest = address.strip_prefix(SCHEME)?;
        let (rest, credential) = match rest.split_once(CREDENTIAL) {
            Some((rest, credential)) => (rest, Some(decoded(credential)?.as_str().into())),
            None => (rest, None),
        };
        let (server, database) = rest.split_once('/')?;
        let (host, port) = server.split_once(':')?;
        Some(Self {
            host: decoded(host)?,
            port: port.parse().ok()?,
            database: decoded(database)?,
            credential,
        })
    }

    /// The server and its database, for messages.
    pub(crate) fn place(&self) -> String {
        format!("`{}` at {}:{}", self.database, self.host, self.port)
    }
}

impl fmt::Display for ServerAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let encoded = |text| utf8_percent_encode(text, ENCODED);
        write!(f, "{SCHEME}{}:{}/{}", encoded(&self.host), self.port, encoded(&self.database))?;
        match &self.credential {
            Some(credential) => write!(f, "{CREDENTIAL}{}", encoded(credential.as_str())),
            None => Ok(()),
        }
    }
}

/// Whether two names of databases mean one: with which credential a server is spoken to does not matter.
pub(crate) fn same_database(one: &str, other: &str) -> bool {
    let plain = |name| ServerAddress::read(name).map(|address| ServerAddress { credential: None, ..address });
    one == other || plain(one).is_some_and(|one| plain(other) == Some(one))
}

fn decoded(text: &str) -> Option<String> {
    percent_decode_str(text).decode_utf8().ok().map(Into::into)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_round_trip() {
        for (host, database, credential) in [
            ("db.example.org", "warehouse", None),
            ("::1", "a/b?credential=c", Some("desk")),
            ("/var/run/postgresql", "two\nlines 🦀 %20", Some("")),
        ] {
            let address = ServerAddress {
                host: host.to_owned(),
                port: 5432,
                database: database.to_owned(),
                credential: credential.map(Into::into),
            };
            let text = address.to_string();
            assert!(!text.chars().any(char::is_control), "{text}");
            assert_eq!(ServerAddress::read(&text), Some(address), "{text}");
        }
        assert_eq!(ServerAddress::read("northwind.db"), None);
    }
}
