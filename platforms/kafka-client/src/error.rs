//! Failures, and the next step after each.

use crate::ErrorCode;
use std::{io, time::Duration};

/// A failure of a request to a broker. No variant has a password.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KafkaError {
    /// A text that is no address of a broker.
    #[error("`{0}` is no address of a broker")]
    Address(String),
    /// No broker could be reached.
    #[error("no broker of `{servers}` can be reached")]
    Unreachable {
        /// The addresses that were tried.
        servers: String,
        /// The failure of the last one.
        #[source]
        source: Box<KafkaError>,
    },
    /// A connection could not be made, or broke.
    #[error("the connection to `{address}` failed")]
    Connection {
        /// The broker.
        address: String,
        /// The cause.
        #[source]
        source: io::Error,
    },
    /// Settings of TLS that cannot be used.
    #[error("TLS cannot be used: {0}")]
    Tls(String),
    /// A broker did not let the user in, or did not prove that it knows the password.
    #[error("logging in as `{user}` at `{address}` by {mechanism} failed: {reason}")]
    Login {
        /// The broker.
        address: String,
        /// The user.
        user: String,
        /// The SASL mechanism.
        mechanism: &'static str,
        /// The reason, as far as it is known.
        reason: String,
    },
    /// An answer that is larger than the [limit](crate::Limits).
    #[error("the answer of `{address}` to {request} has {size} bytes, and {limit} are allowed")]
    TooLarge {
        /// The broker.
        address: String,
        /// The request.
        request: &'static str,
        /// The size that the broker announced.
        size: usize,
        /// The largest size that is allowed.
        limit: usize,
    },
    /// An answer that does not follow the protocol.
    #[error("the answer of `{address}` to {request} cannot be read: {reason}")]
    Malformed {
        /// The broker.
        address: String,
        /// The request.
        request: &'static str,
        /// The first deviation.
        reason: String,
    },
    /// A request that a broker does not know in the version that this client speaks.
    #[error("`{address}` does not know {request} in version {version}")]
    Unsupported {
        /// The broker.
        address: String,
        /// The request.
        request: &'static str,
        /// The version that this client speaks.
        version: i16,
    },
    /// A request that a broker refused.
    #[error("{subject}: {request} was refused: {code}{}", detail(.message))]
    Refused {
        /// The request.
        request: &'static str,
        /// The topic, partition, group or user.
        subject: String,
        /// The code of the broker.
        code: ErrorCode,
        /// The explanation of the broker.
        message: Option<String>,
    },
    /// Records that no reader can take.
    #[error("{subject}: a batch of records at offset {offset} cannot be read: {reason}")]
    Batch {
        /// The partition.
        subject: String,
        /// The offset of the batch.
        offset: i64,
        /// The first deviation.
        reason: String,
    },
    /// Records that did not come in time.
    #[error("{subject}: no record came for {} s, and offset {next} is before the end, {end}", .waited.as_secs())]
    Stalled {
        /// The partition.
        subject: String,
        /// The offset that was asked for.
        next: i64,
        /// The end of the range that is read.
        end: i64,
        /// The time that passed.
        waited: Duration,
    },
    /// A change that was made, and that a broker does not know of yet.
    #[error("{subject}: the change was made, and broker {broker} has not seen it yet")]
    Unseen {
        /// The topic.
        subject: String,
        /// The broker.
        broker: i32,
    },
    /// A request that cannot be written.
    #[error("{0}")]
    Invalid(String),
}

fn detail(message: &Option<String>) -> String {
    message.as_ref().map(|message| format!(" ({message})")).unwrap_or_default()
}

impl KafkaError {
    /// The next step of a person who sees this error.
    #[must_use]
    pub fn help(&self) -> String {
        match self {
            Self::Address(_) => "write an address as `host:port`".to_owned(),
            Self::Unreachable { source, .. } => source.help(),
            Self::Connection { .. } => {
                "check that the address is one of a broker, that the broker runs, and that both sides agree on TLS".to_owned()
            }
            Self::Tls(_) => "check the certificates that are given as PEM".to_owned(),
            Self::Login { .. } => {
                "check the user, its password and the mechanism; a user of SCRAM has a password for each mechanism".to_owned()
            }
            Self::TooLarge { .. } => "raise the limit, if the broker is to be trusted".to_owned(),
            Self::Malformed { .. } => "check that the address is one of a broker, and that both sides agree on TLS".to_owned(),
            Self::Unsupported { .. } => "use a broker of Kafka 2.7 or newer".to_owned(),
            Self::Refused { code, .. } => refused_help(*code).to_owned(),
            Self::Batch { .. } => "read the records with a tool of Kafka: either the batch is damaged, or this is a bug in datasurface".to_owned(),
            Self::Stalled { .. } => {
                "check whether the leader of the partition runs, and whether a transaction that began before the end is still open".to_owned()
            }
            Self::Unseen { .. } => "check whether that broker reaches its controller".to_owned(),
            Self::Invalid(_) => "shorten it".to_owned(),
        }
    }

    /// The code of the broker, if it refused a request.
    #[must_use]
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Refused { code, .. } => Some(*code),
            _ => None,
        }
    }

    /// Whether the same request may succeed a moment later.
    #[must_use]
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Connection { .. } => true,
            Self::Unreachable { source, .. } => source.is_transient(),
            Self::Refused { code, .. } => code.is_transient(),
            _ => false,
        }
    }
}

fn refused_help(code: ErrorCode) -> &'static str {
    match code {
        code if code.is_denial() => "add an access rule (ACL) for the user that logs in",
        code if code.is_transient() => "try again: the cluster is changing leaders, or is overloaded",
        ErrorCode::OFFSET_OUT_OF_RANGE => {
            "begin at the first offset that is still there: retention deleted the records before it"
        }
        ErrorCode::UNKNOWN_TOPIC_OR_PARTITION => "create the topic, or check its name",
        _ => "see the list of error codes in the documentation of Kafka's protocol",
    }
}
