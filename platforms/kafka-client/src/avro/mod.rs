//! Records in Avro whose schemas a registry has.
//!
//! The reader is our own, and tests compare it with the crate `apache-avro`. That crate reads what is cut off as null, reserves memory for as many
//! elements as a record claims, and leaves out of a schema what Kafka Connect means by a type.

mod datum;
mod error;
mod reader;
mod schema;
mod value;

pub use error::AvroError;
pub use reader::AvroReader;
pub use schema::{AvroSchema, ConnectType};
pub use value::{AvroData, AvroValue};
