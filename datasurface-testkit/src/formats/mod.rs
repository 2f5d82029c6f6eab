//! Writers and readers of the formats of the vocabulary, so that two platforms that name one can be tested against each other: what the one
//! publishes is read here, and what is written here is read by the other one.
//!
//! They share no code with any platform. Files are written and read here; topics and Iceberg tables by way of a broker and an engine, which a
//! test brings: nobody else writes what those write.

mod batches;
mod history;
mod iceberg;
#[cfg(feature = "sqlite")]
mod sqlite;
mod topics;

pub use batches::BatchFiles;
pub use history::{History, Version};
pub use iceberg::{IcebergTables, TableEngine};
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteFiles;
pub use topics::{TopicBroker, TopicRecord, Topics};

use datasurface_model::{DatasetKey, TableSchema};
use datasurface_platform::{Format, PlatformError, PlatformErrorKind};
use std::fmt;

/// A writer of data in a format of the vocabulary.
pub trait FormatWriter {
    /// Returns the format.
    fn format(&self) -> Format;

    /// Writes the history of a dataset at an address, where nothing is yet.
    ///
    /// # Errors
    ///
    /// If the address is none of this format, or the data cannot be written.
    fn write(&self, address: &str, history: &History) -> Result<(), PlatformError>;
}

/// A reader of data in a format of the vocabulary.
pub trait FormatReader {
    /// Returns the format.
    fn format(&self) -> Format;

    /// Reads the history of a dataset from an address: complete batches alone.
    ///
    /// # Errors
    ///
    /// If the address is none of this format, or there is something else than the format says.
    fn read(
        &self,
        address: &str,
        dataset: &DatasetKey,
        schema: &TableSchema,
    ) -> Result<History, PlatformError>;
}

/// The error of something that is not as the format says.
fn malformed(context: impl fmt::Display) -> PlatformError {
    PlatformError::new(PlatformErrorKind::External, context.to_string())
}

/// The error of an address of another format.
fn no_address(format: &Format, address: &str) -> PlatformError {
    malformed(format!("`{address}` is no address of the format `{format}`"))
}
