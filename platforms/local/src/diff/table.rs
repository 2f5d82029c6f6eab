//! How a table, or a copy, differs from what it was.

use crate::{
    attributes::TableAttributes,
    sql::{engine::Engine, milestoned::StoredColumn, storage::Storage},
};

/// The difference between a table as it was and as it is, as far as statements depend on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TableChange<'a> {
    pub(super) added: Vec<&'a StoredColumn>,
    pub(super) removed: Vec<&'a StoredColumn>,
    pub(super) kept_otherwise: Vec<&'a StoredColumn>,
    pub(super) key: bool,
    /// Whether it is called otherwise.
    pub(super) name: bool,
    engine: Engine,
}

impl<'a> TableChange<'a> {
    pub(super) fn between(before: &'a TableAttributes, after: &'a TableAttributes) -> Self {
        let find = |columns: &'a [StoredColumn], wanted: &StoredColumn| {
            columns.iter().find(|column| is_same_name(column, wanted))
        };
        let engine = after.engine();
        Self {
            added: after.columns.iter().filter(|column| find(&before.columns, column).is_none()).collect(),
            removed: before.columns.iter().filter(|column| find(&after.columns, column).is_none()).collect(),
            kept_otherwise: after
                .columns
                .iter()
                .filter(|column| {
                    let earlier = find(&before.columns, column);
                    earlier.is_some_and(|earlier| {
                        engine.column_type(earlier) != engine.column_type(column)
                            || earlier.name != column.name
                    })
                })
                .collect(),
            key: before.key != after.key,
            name: before.table != after.table,
            engine,
        }
    }

    /// Whether the table has to be made anew. SQLite can add a column to a table; it cannot change its key or how a column
    /// is kept. PostgreSQL can take a column away, too; to convert values is not for it, since the buffer has them.
    pub(super) fn is_rebuilt(&self) -> bool {
        let without = self.engine == Engine::Sqlite && !self.removed.is_empty();
        self.key || self.name || without || !self.kept_otherwise.is_empty()
    }

    /// The columns of the old table whose values may read otherwise in the new one: the text `02` is the number 2, and
    /// not every number has a text, or a floating point number, that is the same.
    pub(super) fn may_read_otherwise(&self, before: &'a TableAttributes) -> Vec<&'a StoredColumn> {
        let is_converted = |earlier: &&StoredColumn| {
            let mut changed = self.kept_otherwise.iter();
            changed.find(|column| is_same_name(column, earlier)).is_some_and(|column| {
                matches!(
                    (earlier.storage, column.storage),
                    (Storage::Text, Storage::Integer | Storage::Real)
                        | (Storage::Real, Storage::Text)
                        | (Storage::Integer, Storage::Real)
                )
            })
        };
        before.columns.iter().filter(is_converted).collect()
    }

    /// Whether the new table has all that the old one had. A version whose key reads otherwise may meet another one.
    pub(super) fn keeps_all(&self, after: &TableAttributes) -> bool {
        let in_key = |column: &&StoredColumn| after.key.contains(&column.name);
        !self.key && self.removed.is_empty() && !self.kept_otherwise.iter().any(in_key)
    }
}

/// SQLite does not tell cases apart.
pub(super) fn is_same_name(one: &StoredColumn, other: &StoredColumn) -> bool {
    one.name.eq_ignore_ascii_case(&other.name)
}
