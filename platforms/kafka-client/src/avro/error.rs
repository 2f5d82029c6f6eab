//! Failures of reading records in Avro.

use crate::RestError;

/// A failure of reading a record in Avro. No variant has a value of a record.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AvroError {
    /// Bytes that do not begin with a byte of 0 and the ID of a schema.
    #[error("it does not begin with a byte of 0 and the ID of a schema")]
    NoId,
    /// The registry could not be asked for a schema.
    #[error("the registry cannot be asked for the schema {id}: {source}; {}", source.help())]
    Registry {
        /// The ID of the schema.
        id: u32,
        /// The failure of the request.
        source: RestError,
    },
    /// The registry does not have a schema of this ID.
    #[error(
        "the registry does not have its schema {0}; check that it is the registry to which the writer writes"
    )]
    UnknownSchema(u32),
    /// A text that is no schema in Avro, or one that no record is read by.
    #[error("its schema cannot be used: {0}")]
    Schema(&'static str),
    /// Bytes that are not what their schema says.
    #[error("its bytes are not what its schema says: {0}")]
    Malformed(&'static str),
}
