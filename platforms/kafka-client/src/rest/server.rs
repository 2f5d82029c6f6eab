//! The kinds of servers.

use std::fmt;

/// A kind of server with a REST API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RestServer {
    /// Kafka Connect.
    Connect,
    /// A registry of schemas.
    Registry,
    /// The SQL gateway of Flink.
    Gateway,
}

impl RestServer {
    /// The next step after a request was refused with this status of HTTP.
    pub(super) fn help(self, status: u16) -> &'static str {
        match (self, status) {
            (_, 401 | 403) => "check the user and the password for the REST API",
            (Self::Connect, 404) => "create the connector, or check its name",
            (Self::Connect, 409) => "try again: the workers are distributing connectors",
            (Self::Connect, 400) => {
                "correct the configuration: validating it lists each value that is not accepted"
            }
            (Self::Connect, _) => "look into the log of the worker",
            (Self::Registry, 404) => {
                "check the subject or the ID, and that it is the same registry as before"
            }
            (Self::Registry, _) => "look into the log of the registry",
            (Self::Gateway, _) => "look into the logs of the SQL gateway and of its cluster",
        }
    }

    /// The software whose API is asked.
    pub(super) fn expected(self) -> &'static str {
        match self {
            Self::Connect => "Kafka Connect, of version 3.6 or newer",
            Self::Registry => "a registry of schemas that has the API of Confluent's",
            Self::Gateway => "the SQL gateway of Flink, of version 2.3 or newer",
        }
    }
}

impl fmt::Display for RestServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connect => "Kafka Connect",
            Self::Registry => "the registry of schemas",
            Self::Gateway => "the SQL gateway",
        })
    }
}
