//! Schemas in Avro's own words: kept as they were written, and seen as tables.
//!
//! Avro's own library decides which schemas it accepts: a law compares its verdicts with those of this module.

mod canonical;
mod default;
mod error;
mod logical;
mod name;
mod read;
mod table;
#[cfg(test)]
mod tests;
mod types;

use crate::{
    ColumnError, TableSchema, Text,
    column_error::joined,
    table::NO_TABLE,
    unreadable_columns::{self, UnreadableColumns},
};
use crate::{json::Json, name::ColumnName};
use error::{FieldError, FieldErrors};
use serde_json::Value;
pub(super) use types::{Enumeration, Field, Fixed, NullableType, Record, Type};

/// The schema of a dataset as an Avro record (Apache Avro 1.12), with what Avro does not say: a primary key, and the
/// columns by which it is partitioned.
///
/// It is a table, as any other schema, and is kept as it was written: symbols of enums, defaults and aliases count when
/// it changes. Of a field, `doc` is the documentation of the column, the first of its `aliases` is what it was called
/// before, and `classifications`, which is metadata to Avro, classifies it.
///
/// ```
/// use datasurface_schema::{AvroSchema, Schema};
/// let avro = AvroSchema::new(serde_json::json!({"type": "record", "name": "customer", "fields": [
///     {"name": "id", "type": "int"},
///     {"name": "city", "type": ["null", "string"], "default": null},
/// ]}));
/// let schema = Schema::from(avro.keyed(["id"]));
/// assert_eq!(schema.table(), &"id Integer key, city NVarChar".parse()?);
/// # Ok::<(), datasurface_schema::SchemaTextError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AvroSchema {
    written: Json,
    record: Result<Record, Box<AvroError>>,
    /// The table, without the columns that cannot be read.
    readable: TableSchema,
}

/// An error about an Avro schema that describes no table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
#[error("{}", joined(errors))]
pub struct AvroError {
    errors: Vec<ColumnError>,
    /// The record, without the fields that cannot be read.
    readable: Record,
    unread: UnreadableColumns,
}

impl AvroSchema {
    /// Creates the schema that Avro's JSON describes, without a key. Never fails: JSON that describes no record is
    /// kept, and reported by validation. JSON describes no record if a type in it is used before its definition or
    /// contains itself, if a default does not fit, or if types are nested deeper than they can be.
    #[must_use]
    pub fn new(written: impl Into<Json>) -> Self {
        let written = written.into();
        let record = read::record(&written.value()).map_err(Box::new);
        let readable = table::table(record.as_ref().unwrap_or_else(|error| &error.readable));
        Self { written, record, readable }
    }

    /// Sets the primary key, in this order of columns.
    #[must_use]
    pub fn keyed<N: Into<ColumnName>>(self, key: impl IntoIterator<Item = N>) -> Self {
        Self { readable: self.readable.keyed(key), ..self }
    }

    /// Sets the columns by which the table is partitioned, in this order.
    #[must_use]
    pub fn partitioned<N: Into<ColumnName>>(self, columns: impl IntoIterator<Item = N>) -> Self {
        Self { readable: self.readable.partitioned(columns), ..self }
    }

    /// The schema as it was written, in Avro's JSON.
    #[must_use]
    pub fn json(&self) -> &Json {
        &self.written
    }

    /// The schema as a table, which has no columns and no key if the schema is no record. A part is never taken for
    /// the whole.
    #[must_use]
    pub fn table(&self) -> &TableSchema {
        if self.record.is_ok() { &self.readable } else { &NO_TABLE }
    }

    /// The schema as a table, without the columns that cannot be read.
    pub fn readable(&self) -> &TableSchema {
        &self.readable
    }

    /// The columns that cannot be read.
    pub(super) fn unread(&self) -> &UnreadableColumns {
        self.error().map_or(&unreadable_columns::NOTHING, |error| &error.unread)
    }

    /// The error, if the schema is no record.
    #[must_use]
    pub fn error(&self) -> Option<&AvroError> {
        self.record.as_ref().err().map(Box::as_ref)
    }

    /// The names of the fields that have one, each with its former names, as far as these can be read.
    pub fn field_names(&self) -> impl Iterator<Item = (&str, Vec<&str>)> {
        let record = self.record.as_ref().unwrap_or_else(|error| &error.readable);
        let read = record
            .fields
            .iter()
            .map(|field| (field.name.as_str(), field.aliases.iter().map(Text::as_str).collect()));
        read.chain(self.unread().names().iter().map(|name| (name.as_str(), Vec::new())))
    }

    /// The record, if the schema is one.
    pub(super) fn record(&self) -> Option<&Record> {
        self.record.as_ref().ok()
    }
}

impl From<Value> for AvroSchema {
    fn from(written: Value) -> Self {
        Self::new(written)
    }
}

impl AvroError {
    fn new(errors: FieldErrors, readable: Record, unread: Vec<Option<ColumnName>>) -> Self {
        let found = errors.into_iter().map(ColumnError::from).collect();
        Self { errors: found, readable, unread: UnreadableColumns::new(unread) }
    }

    /// The problems, field by field. At least one.
    #[must_use]
    pub fn errors(&self) -> &[ColumnError] {
        &self.errors
    }
}
