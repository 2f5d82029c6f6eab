//! Tests through the public surface of the crate.

#![expect(clippy::indexing_slicing, clippy::unwrap_used, reason = "what goes wrong in a test is the finding")]

mod avro;
mod avro_schemas;
