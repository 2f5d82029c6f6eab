//! Addresses of brokers.

use crate::KafkaError;
use std::fmt;

/// A host and a port.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Address {
    pub(crate) host: String,
    pub(crate) port: u16,
}

impl Address {
    /// Reads `host:port`; an IPv6 address is in brackets.
    pub(crate) fn parse(text: &str) -> Result<Self, KafkaError> {
        let invalid = || KafkaError::Address(text.to_owned());
        let (host, port) = text.trim().rsplit_once(':').ok_or_else(invalid)?;
        let bare = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
        let host = bare.unwrap_or(host);
        if host.is_empty() || bare.is_none() && host.contains(':') {
            return Err(invalid());
        }
        Ok(Self { host: host.to_owned(), port: port.parse().map_err(|_| invalid())? })
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.host.contains(':') {
            true => write!(f, "[{}]:{}", self.host, self.port),
            false => write!(f, "{}:{}", self.host, self.port),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_written_as_they_are_read() {
        for text in ["localhost:9092", "127.0.0.1:1", "[::1]:9092"] {
            assert_eq!(Address::parse(text).unwrap().to_string(), text);
        }
        for text in ["", "localhost", ":9092", "localhost:", "localhost:70000", "::1:9092"] {
            assert!(Address::parse(text).is_err(), "{text}");
        }
    }
}
