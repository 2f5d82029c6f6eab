//! What a statement may read.

use crate::output::ColumnKey;
use datasurface_schema::{Column, DatasetKey, Schema};
use rustc_hash::FxHashMap;

/// Returns the name under which a statement sees a dataset: `<datastore>_<dataset>`. Cases are not told apart.
#[must_use]
pub fn input_name(key: &DatasetKey) -> String {
    format!("{}_{}", key.datastore, key.dataset)
}

/// The tables that a statement may read.
#[derive(Clone, Debug, Default)]
pub struct Inputs<'a> {
    tables: Vec<InputTable<'a>>,
}

impl<'a> Inputs<'a> {
    /// Creates a set without any table.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a dataset; one that is there already is not added again.
    #[must_use]
    pub fn table(mut self, key: DatasetKey, schema: &'a Schema) -> Self {
        if self.tables.iter().all(|table| table.key != key) {
            self.tables.push(InputTable::new(key, Some(schema)));
        }
        self
    }

    /// Adds a dataset whose columns are not known: it may have any.
    #[must_use]
    pub fn unknown_table(mut self, key: DatasetKey) -> Self {
        if self.tables.iter().all(|table| table.key != key) {
            self.tables.push(InputTable::new(key, None));
        }
        self
    }

    /// Returns the table of a name. None of several: nobody could tell which one is meant.
    pub(crate) fn find(&self, name: &str) -> Found<'_, 'a> {
        let mut known = self.tables.iter().filter(|table| is(&table.name, name));
        match (known.next(), known.next()) {
            (None, _) => Found::None,
            (Some(table), None) => Found::One(table),
            (Some(_), Some(_)) => Found::Several,
        }
    }

    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.tables.iter().map(|table| table.name.as_str())
    }
}

/// The tables of a name.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Found<'i, 'a> {
    None,
    One(&'i InputTable<'a>),
    Several,
}

/// A dataset that a statement may read, and the name under which it is visible.
#[derive(Clone, Debug)]
pub(crate) struct InputTable<'a> {
    name: String,
    key: DatasetKey,
    columns: &'a [Column],
    /// By name in small letters.
    by_name: FxHashMap<String, Vec<&'a Column>>,
    /// Whether there may be columns besides.
    is_open: bool,
}

impl<'a> InputTable<'a> {
    fn new(key: DatasetKey, schema: Option<&'a Schema>) -> Self {
        let is_open =
            schema.is_none_or(|schema| schema.error().is_some() || !schema.unreadable_columns().is_empty());
        let columns = schema.map_or(&[][..], |schema| schema.readable().columns());
        let mut by_name: FxHashMap<String, Vec<&Column>> = FxHashMap::default();
        for column in columns {
            by_name.entry(column.name().as_str().to_ascii_lowercase()).or_default().push(column);
        }
        Self { name: input_name(&key), key, columns, by_name, is_open }
    }

    pub(crate) fn columns(&self) -> &'a [Column] {
        self.columns
    }

    /// The columns of this name, in whichever case they are.
    pub(crate) fn named(&self, name: &str) -> &[&'a Column] {
        self.by_name.get(&name.to_ascii_lowercase()).map_or(&[], |columns| columns)
    }

    pub(crate) fn is_open(&self) -> bool {
        self.is_open
    }

    pub(crate) fn key_of(&self, column: &Column) -> ColumnKey {
        ColumnKey { dataset: self.key.clone(), column: column.name().clone() }
    }
}

/// Whether both are one name, in whichever case.
pub(crate) fn is(name: &str, other: &str) -> bool {
    name.eq_ignore_ascii_case(other)
}
