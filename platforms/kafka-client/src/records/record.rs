//! A record as it is read.

/// A record of a partition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Record {
    /// The offset in the partition.
    pub offset: i64,
    /// Milliseconds since 1970, in UTC: of the producer, or of the broker, as the topic is configured.
    pub timestamp: i64,
    /// The key.
    pub key: Option<Vec<u8>>,
    /// The value; none is a deletion of the key, in a compacted topic.
    pub value: Option<Vec<u8>>,
    /// The headers, in order. A name may occur more than once.
    pub headers: Vec<Header>,
}

/// A header of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Header {
    /// The name.
    pub name: String,
    /// The value.
    pub value: Option<Vec<u8>>,
}
