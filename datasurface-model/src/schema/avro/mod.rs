//! Schemas in Avro's own words: kept as they were written, and seen as tables.

mod default;
mod fault;
mod logical;
mod name;
mod read;
mod table;
#[cfg(test)]
mod tests;
mod types;

use super::{SchemaProblem, TableSchema, problem::joined};
use crate::{ecosystem::Json, gather::Gather, name::ColumnName, set::Set};
use fault::{Fault, Faults};
use serde_json::Value;
use smol_str::SmolStr;
use std::iter;
pub(super) use types::{Enumeration, Field, Fixed, Record, Slot, Type};

/// The schema of a dataset as an Avro record (Apache Avro 1.12), with what Avro does not say: a primary key, and the
/// columns by which it is partitioned.
///
/// It is a table, as any other schema, and is kept as it was written: symbols of enums, defaults and aliases count when
/// it changes. Of a field, `doc` is the documentation of the column, the first of its `aliases` is what it was called
/// before, and `classifications`, which is metadata to Avro, classifies it.
///
/// ```
/// use datasurface_model::{AvroSchema, Schema};
/// let avro = AvroSchema::new(serde_json::json!({"type": "record", "name": "customer", "fields": [
///     {"name": "id", "type": "int"},
///     {"name": "city", "type": ["null", "string"], "default": null},
/// ]}));
/// let schema = Schema::from(avro.keyed(["id"]));
/// assert_eq!(schema.table(), &"id Integer key, city NVarChar".parse()?);
/// # Ok::<(), datasurface_model::SchemaTextError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AvroSchema {
    written: Json,
    record: Result<Record, AvroError>,
    table: TableSchema,
}

/// Why an Avro schema describes no table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
#[error("{}", joined(problems))]
pub struct AvroError {
    problems: Vec<SchemaProblem>,
}

impl AvroSchema {
    /// The schema that Avro's JSON describes, as yet without a key. This never fails: what describes no record is kept,
    /// and reported by validation. No record is one that refers to a type that is not defined before, or that is around
    /// itself, whose defaults do not fit, or that is nested deeper than types can be.
    #[must_use]
    pub fn new(written: impl Into<Json>) -> Self {
        let written = written.into();
        let record = read::record(&written.value()).map_err(AvroError::from);
        let table = record.as_ref().map(table::table).unwrap_or_default();
        Self { written, record, table }
    }

    /// The same schema with this primary key.
    #[must_use]
    pub fn keyed<N: Into<ColumnName>>(self, key: impl IntoIterator<Item = N>) -> Self {
        Self { table: self.table.keyed(key), ..self }
    }

    /// The same schema, partitioned by these columns.
    #[must_use]
    pub fn partitioned<N: Into<ColumnName>>(self, columns: impl IntoIterator<Item = N>) -> Self {
        Self { table: self.table.partitioned(columns), ..self }
    }

    /// What Avro calls the schema.
    #[must_use]
    pub fn written(&self) -> &Json {
        &self.written
    }

    /// The same as a table; one without columns if it is no record.
    #[must_use]
    pub fn table(&self) -> &TableSchema {
        &self.table
    }

    /// Why it is no record.
    #[must_use]
    pub fn unreadable(&self) -> Option<&AvroError> {
        self.record.as_ref().err()
    }

    /// Its fields, each alone, and then with each name that it had before.
    pub(crate) fn aliases(&self) -> impl Iterator<Item = (ColumnName, Option<ColumnName>)> {
        let fields = self.record.iter().flat_map(|record| &record.fields);
        fields.flat_map(|field| {
            let name = || ColumnName::from(field.name.as_str());
            let distinct: Set<&SmolStr> = field.aliases.iter().gather();
            let aliases: Vec<_> =
                distinct.iter().map(|alias| (name(), Some(alias.as_str().into()))).collect();
            iter::once((name(), None)).chain(aliases)
        })
    }

    /// The record that it is, if it is one.
    #[cfg(feature = "change")]
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
    /// What cannot be read, field by field. At least one.
    #[must_use]
    pub fn problems(&self) -> &[SchemaProblem] {
        &self.problems
    }
}

impl From<Faults> for AvroError {
    fn from(faults: Faults) -> Self {
        Self { problems: faults.into_iter().map(SchemaProblem::from).collect() }
    }
}
