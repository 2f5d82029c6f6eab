//! Failures of Kafka Connect, and the next step after each.

/// A failure of a request to Kafka Connect. No variant has a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConnectError {
    /// A text that is no address of Kafka Connect.
    #[error("`{0}` is no address of Kafka Connect")]
    Address(String),
    /// A login without TLS, which shows the password to whoever listens. On the same machine, nobody does.
    #[error("a login at `{0}` would show the password")]
    Insecure(String),
    /// Settings of TLS that cannot be used.
    #[error(transparent)]
    Tls(#[from] crate::KafkaError),
    /// A connection that could not be made, or broke.
    #[error("Kafka Connect at `{url}` cannot be reached: {reason}")]
    Connection {
        /// The address.
        url: String,
        /// The cause.
        reason: String,
        /// Whether the same request may succeed a moment later.
        is_transient: bool,
    },
    /// A request that was refused.
    #[error("{subject}: Kafka Connect refused to {action}: {message} (HTTP {status})")]
    Refused {
        /// The connector.
        subject: String,
        /// The action, as a verb.
        action: &'static str,
        /// The status of HTTP.
        status: u16,
        /// The explanation of Kafka Connect.
        message: String,
    },
    /// An answer that is not what Kafka Connect answers.
    #[error("the answer of `{url}` cannot be read: {reason}")]
    Malformed {
        /// The address.
        url: String,
        /// The cause.
        reason: String,
    },
}

impl ConnectError {
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
                "check that the address is one of a worker, that it runs, and that both sides agree on TLS"
                    .to_owned()
            }
            Self::Refused { status: 401 | 403, .. } => {
                "check the user and the password for the REST API".to_owned()
            }
            Self::Refused { status: 404, .. } => "create the connector, or check its name".to_owned(),
            Self::Refused { status: 409, .. } => {
                "try again: the workers are distributing connectors".to_owned()
            }
            Self::Refused { status: 400, .. } => {
                "correct the configuration: validating it lists each value that is not accepted".to_owned()
            }
            Self::Refused { .. } => "look into the log of the worker".to_owned(),
            Self::Malformed { .. } => {
                "check that the address is one of Kafka Connect, of version 3.6 or newer".to_owned()
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

    /// Whether the same request may succeed a moment later: workers answer with a conflict while they distribute connectors.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Connection { is_transient, .. } => *is_transient,
            Self::Refused { status, .. } => matches!(status, 409 | 502 | 503 | 504),
            _ => false,
        }
    }
}
