//! Failures of servers that are asked by HTTP, and the next step after each.

use super::RestServer;

/// A failure of a request to a REST API. No variant has a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RestError {
    /// A text that is no address of a server.
    #[error("`{0}` is no address of a REST API")]
    Address(String),
    /// A login without TLS, which shows the password to whoever listens. On the same machine, nobody does.
    #[error("a login at `{0}` would show the password")]
    Insecure(String),
    /// Settings of TLS that cannot be used.
    #[error(transparent)]
    Tls(#[from] crate::KafkaError),
    /// A connection that could not be made, or broke.
    #[error("{server} at `{url}` cannot be reached: {reason}")]
    Connection {
        /// The kind of server.
        server: RestServer,
        /// The address.
        url: String,
        /// The cause.
        reason: String,
        /// Whether the same request may succeed a moment later.
        is_transient: bool,
    },
    /// A request that was refused.
    #[error("{subject}: {server} refused to {action}: {message} (HTTP {status})")]
    Refused {
        /// The kind of server.
        server: RestServer,
        /// The connector, or whatever else the request is about.
        subject: String,
        /// The action, as a verb.
        action: &'static str,
        /// The status of HTTP.
        status: u16,
        /// The explanation of the server.
        message: String,
    },
    /// An answer that is not what such a server answers.
    #[error("the answer of `{url}` cannot be read: {reason}")]
    Malformed {
        /// The kind of server.
        server: RestServer,
        /// The address.
        url: String,
        /// The cause.
        reason: String,
    },
}

impl RestError {
    /// The next step of a person who sees this error.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::Address(_) => {
                "write an address as `http://host:port` or `https://host:port`, without a user".to_owned()
            }
            Self::Insecure(_) => "use `https`".to_owned(),
            Self::Tls(error) => error.help(),
            Self::Connection { .. } => {
                "check the address, that the server runs, and that both sides agree on TLS".to_owned()
            }
            Self::Refused { server, status, .. } => server.help(*status).to_owned(),
            Self::Malformed { server, .. } => {
                format!("check that the address is one of {}", server.expected())
            }
        }
    }

    /// The status of HTTP, if the request was refused.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Whether the same request may succeed a moment later: workers of Kafka Connect answer with a conflict while they distribute connectors.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Connection { is_transient, .. } => *is_transient,
            Self::Refused { server, status, .. } => {
                matches!(status, 502..=504) || (*status, *server) == (409, RestServer::Connect)
            }
            _ => false,
        }
    }
}
