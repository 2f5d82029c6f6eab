//! What a statement may read.

use crate::output::ColumnKey;
use datasurface_schema::{Column, DatasetKey, Schema, UnreadableColumns};
use rustc_hash::FxHashMap;
use std::cell::OnceCell;

/// Returns the name under which a statement sees a dataset: `<datastore>_<dataset>`. Cases are not told apart.
#[must_use]
pub fn input_name(key: &DatasetKey) -> String {
    format!("{}_{}", key.datastore, key.dataset)
}

/// The tables that a statement may read.
#[derive(Clone, Debug, Default)]
pub struct Inputs<'a> {
    tables: Vec<InputTable<'a>>,
    /// Where each table is, by name in small letters.
    by_name: FxHashMap<String, Vec<usize>>,
}

impl<'a> Inputs<'a> {
    /// Creates a set without any table.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a dataset; one that is there already is not added again.
    #[must_use]
    pub fn table(self, key: DatasetKey, schema: &'a Schema) -> Self {
        self.with(InputTable::new(key, Some(schema)))
    }

    /// Adds a dataset whose columns are not known: it may have any.
    #[must_use]
    pub fn unknown_table(self, key: DatasetKey) -> Self {
        self.with(InputTable::new(key, None))
    }

    fn with(mut self, table: InputTable<'a>) -> Self {
        let places = self.by_name.entry(table.name.to_ascii_lowercase()).or_default();
        let is_there = |place: &usize| self.tables.get(*place).is_some_and(|known| known.key == table.key);
        if !places.iter().any(is_there) {
            places.push(self.tables.len());
            self.tables.push(table);
        }
        self
    }

    /// Returns the table of a name. None of several: nobody could tell which one is meant.
    pub(crate) fn find(&self, name: &str) -> Found<'_, 'a> {
        let places = self.by_name.get(&name.to_ascii_lowercase()).into_iter().flatten();
        let mut known = places.filter_map(|place| self.tables.get(*place));
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
    /// By name in small letters, arranged when the first one is looked for: most inputs of many are not in a statement.
    by_name: OnceCell<FxHashMap<String, Vec<usize>>>,
    /// The columns that there may be besides; none, if there may be any.
    unread: Option<&'a UnreadableColumns>,
}

impl<'a> InputTable<'a> {
    fn new(key: DatasetKey, schema: Option<&'a Schema>) -> Self {
        let unread = schema.map(Schema::unreadable_columns);
        let columns = schema.map_or(&[][..], |schema| schema.readable().columns());
        Self { name: input_name(&key), key, columns, by_name: OnceCell::new(), unread }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    pub(crate) fn columns(&self) -> &'a [Column] {
        self.columns
    }

    /// The columns of this name, in whichever case they are.
    pub(crate) fn named(&self, name: &str) -> impl Iterator<Item = &'a Column> {
        let by_name = self.by_name.get_or_init(|| {
            let mut by_name: FxHashMap<String, Vec<usize>> = FxHashMap::default();
            for (place, column) in self.columns.iter().enumerate() {
                by_name.entry(column.name().as_str().to_ascii_lowercase()).or_default().push(place);
            }
            by_name
        });
        let places = by_name.get(&name.to_ascii_lowercase()).into_iter().flatten();
        places.filter_map(|place| self.columns.get(*place))
    }

    /// Whether there may be columns besides those that are known.
    pub(crate) fn is_open(&self) -> bool {
        self.unread.is_none_or(|unread| !unread.is_empty())
    }

    /// Whether one of these may have a name.
    pub(crate) fn may_have(&self, name: &str) -> bool {
        self.unread.is_none_or(|unread| {
            unread.may_contain(&name.into()) || unread.names().iter().any(|known| is(known.as_str(), name))
        })
    }

    pub(crate) fn key_of(&self, column: &Column) -> ColumnKey {
        ColumnKey { dataset: self.key.clone(), column: column.name().clone() }
    }
}

/// Whether both are one name, in whichever case.
pub(crate) fn is(name: &str, other: &str) -> bool {
    name.eq_ignore_ascii_case(other)
}
