//! Columns of a capture, as their values are judged.

use crate::prelude::*;

/// The classification whose values may be shown to whoever asks for it.
const PUBLIC: &str = "Public";

/// A column whose values are judged while they are read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckedColumn {
    pub(crate) name: ColumnName,
    #[serde(rename = "type")]
    pub(crate) data_type: DataType,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) nullable: bool,
    /// Its place in the key, the first one is 1; nothing if it is outside of the key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) key: Option<usize>,
    /// Whether its values may be in messages of those who ask for values.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) public: bool,
}

impl CheckedColumn {
    /// The columns of a dataset. A key is never NULL.
    pub(crate) fn for_dataset(dataset: &DatasetFacts) -> Vec<Self> {
        let schema = dataset.schema.table();
        let of = |column: &Column| Self {
            name: column.name().clone(),
            data_type: column.data_type().clone(),
            nullable: column.is_nullable() && !schema.key().contains(column.name()),
            key: schema.key().iter().position(|key| key == column.name()).map(|place| place + 1),
            public: is_public(dataset, column),
        };
        schema.columns().iter().map(of).collect()
    }
}

/// The columns of a dataset that are public, and nothing else.
pub(super) fn public_columns(dataset: &DatasetFacts) -> Vec<&str> {
    let columns = dataset.schema.table().columns().iter();
    columns.filter(|column| is_public(dataset, column)).map(|column| column.name().as_str()).collect()
}

fn is_public(dataset: &DatasetFacts, column: &Column) -> bool {
    let mut all = dataset.classifications.iter().chain(column.classifications().iter()).peekable();
    all.peek().is_some() && all.all(|classification| classification.as_str().eq_ignore_ascii_case(PUBLIC))
}
