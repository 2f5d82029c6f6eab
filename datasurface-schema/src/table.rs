//! A table: ordered columns, ordered primary key.

use crate::Column;
use crate::name::{Classification, ColumnName};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A table of columns with a primary key, and the columns by which it is partitioned, if it is. All keep their order:
/// it is part of the schema.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct TableSchema {
    columns: Vec<Column>,
    key: Vec<ColumnName>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    partition: Vec<ColumnName>,
}

/// The substitute of a table that cannot be read.
pub(super) static NO_TABLE: TableSchema =
    TableSchema { columns: Vec::new(), key: Vec::new(), partition: Vec::new() };

impl TableSchema {
    /// Creates a table of these columns, without a key.
    pub fn new(columns: impl IntoIterator<Item = Column>) -> Self {
        Self { columns: columns.into_iter().collect(), key: Vec::new(), partition: Vec::new() }
    }

    /// Sets the primary key, in this order of columns.
    #[must_use]
    pub fn keyed<N: Into<ColumnName>>(mut self, key: impl IntoIterator<Item = N>) -> Self {
        self.key = key.into_iter().map(Into::into).collect();
        self
    }

    /// Sets the columns by which the table is partitioned, in this order.
    #[must_use]
    pub fn partitioned<N: Into<ColumnName>>(mut self, columns: impl IntoIterator<Item = N>) -> Self {
        self.partition = columns.into_iter().map(Into::into).collect();
        self
    }

    /// Adds a classification to the columns of these names. Classify columns or the whole dataset, not both.
    ///
    /// ```
    /// use datasurface_schema::TableSchema;
    /// let customers: TableSchema = "id Integer key, name VarChar(40), phone VarChar(24)".parse()?;
    /// let customers = customers.classified(["id"], "Internal").classified(["name", "phone"], "PII");
    /// assert!(customers.columns().iter().all(|column| column.classifications().len() == 1));
    /// # Ok::<(), datasurface_schema::SchemaTextError>(())
    /// ```
    #[must_use]
    pub fn classified<N: Into<ColumnName>>(
        mut self,
        columns: impl IntoIterator<Item = N>,
        classification: impl Into<Classification>,
    ) -> Self {
        let names: Vec<ColumnName> = columns.into_iter().map(Into::into).collect();
        let classification = classification.into();
        let classify = |column: Column| match names.contains(column.name()) {
            true => column.classified(classification.clone()),
            false => column,
        };
        self.columns = self.columns.into_iter().map(classify).collect();
        self
    }

    /// The columns, in order.
    #[must_use]
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// The names of the primary key's columns, in order.
    #[must_use]
    pub fn key(&self) -> &[ColumnName] {
        &self.key
    }

    /// The names of the columns by which it is partitioned, in order; none if it is not.
    #[must_use]
    pub fn partition(&self) -> &[ColumnName] {
        &self.partition
    }

    /// Returns the first column of this name.
    #[must_use]
    pub fn column(&self, name: &ColumnName) -> Option<&Column> {
        self.columns.iter().find(|column| column.name() == name)
    }

    /// Whether the column of this name is part of the primary key.
    #[must_use]
    pub fn is_key(&self, name: &ColumnName) -> bool {
        self.key.contains(name)
    }
}

impl fmt::Display for TableSchema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, column) in self.columns.iter().enumerate() {
            if position > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{column}")?;
        }
        Ok(())
    }
}
