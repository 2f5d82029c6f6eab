//! What is said of a column, and makes a difference to its data: documentation does not.

use datasurface_schema::{AvroSchema, Classification, Column, ColumnName, DataType, Schema};
use serde::Serialize;
use std::collections::BTreeSet;

/// A column with the type of its values.
#[derive(PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct TypedColumn<'a> {
    name: &'a ColumnName,
    data_type: &'a DataType,
    is_nullable: bool,
    /// In Avro's words, which tell types apart that are one in a table.
    #[serde(skip_serializing_if = "Option::is_none")]
    avro_type: Option<String>,
}

/// A column with all that counts.
#[derive(PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub(super) struct DescribedColumn<'a> {
    #[serde(flatten)]
    column: TypedColumn<'a>,
    is_key: bool,
    classifications: BTreeSet<&'a Classification>,
}

impl<'a> TypedColumn<'a> {
    fn new(column: &'a Column, avro: Option<&AvroSchema>) -> Self {
        Self {
            name: column.name(),
            data_type: column.data_type(),
            is_nullable: column.is_nullable(),
            avro_type: avro.and_then(|avro| avro.canonical_type(column.name())).map(|of| of.to_string()),
        }
    }

    /// Returns the columns of a schema by their names.
    pub(super) fn all(schema: &'a Schema) -> BTreeSet<Self> {
        schema.table().columns().iter().map(|column| Self::new(column, schema.avro())).collect()
    }
}

impl<'a> DescribedColumn<'a> {
    /// Returns the columns of a schema, by names where their order makes no difference.
    pub(super) fn all(schema: &'a Schema, is_by_names: bool) -> Vec<Self> {
        let table = schema.table();
        let columns = table.columns().iter().map(|column| Self {
            column: TypedColumn::new(column, schema.avro()),
            is_key: table.is_key(column.name()),
            classifications: column.classifications().iter().collect(),
        });
        let mut columns: Vec<_> = columns.collect();
        if is_by_names {
            columns.sort();
        }
        columns
    }
}
