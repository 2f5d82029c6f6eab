//! A column of a table.

use crate::name::{Classification, ColumnName};
use crate::{DataType, data_type::quoted_where_needed};
use crate::{documentation::Annotations, documented, renamed, set::Set, sparse::Sparse};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A column: a name, a type, and whether it may be null (it may, unless said otherwise).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Column {
    name: ColumnName,
    #[serde(rename = "type")]
    data_type: DataType,
    nullable: bool,
    #[serde(default, skip_serializing_if = "Sparse::is_default")]
    classifications: Sparse<Set<Classification>>,
    #[serde(default, skip_serializing_if = "Sparse::is_default")]
    about: Sparse<Annotations<ColumnName>>,
}

static UNCLASSIFIED: Set<Classification> = Set::new();

impl Column {
    /// Creates a column that may be null.
    pub fn new(name: impl Into<ColumnName>, data_type: DataType) -> Self {
        Self {
            name: name.into(),
            data_type,
            nullable: true,
            classifications: Sparse::default(),
            about: Sparse::default(),
        }
    }

    /// Declares that the column is never null.
    #[must_use]
    pub fn not_null(mut self) -> Self {
        self.nullable = false;
        self
    }

    /// Adds a classification. Classify columns or the whole dataset, not both.
    #[must_use]
    pub fn classified(mut self, classification: impl Into<Classification>) -> Self {
        self.classifications.make_mut().insert(classification.into());
        self
    }

    documented!();
    renamed!(ColumnName);

    /// The name.
    #[must_use]
    pub fn name(&self) -> &ColumnName {
        &self.name
    }

    /// The data type.
    #[must_use]
    pub fn data_type(&self) -> &DataType {
        &self.data_type
    }

    /// Whether it can be null.
    #[must_use]
    pub fn is_nullable(&self) -> bool {
        self.nullable
    }

    /// The classifications: the kinds of sensitive data in the column. Empty: the column itself is not classified.
    #[must_use]
    pub fn classifications(&self) -> &Set<Classification> {
        self.classifications.get().unwrap_or(&UNCLASSIFIED)
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        quoted_where_needed(f, self.name.as_str())?;
        write!(f, " {}", self.data_type)?;
        if !self.nullable {
            f.write_str(" not null")?;
        }
        Ok(())
    }
}
