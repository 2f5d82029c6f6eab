//! From one table to another: what changed, and which of it breaks something.

use super::TypeChange;
use crate::{
    diagnostic::CodeInfo,
    name::ColumnName,
    schema::{Column, DataType, TableSchema},
};
use std::{collections::BTreeMap, fmt};

/// A difference between two schemas that concerns data or its readers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SchemaChange {
    /// There is a new column.
    ColumnAdded(Column),
    /// A column is gone.
    ColumnRemoved(ColumnName),
    /// A column says that it had another name.
    ColumnRenamed {
        /// The name that it had.
        from: ColumnName,
        /// The name that it has.
        to: ColumnName,
    },
    /// A column has another type.
    TypeChanged {
        /// The column, by its new name.
        column: ColumnName,
        /// The type that it had.
        from: DataType,
        /// The type that it has.
        to: DataType,
    },
    /// A column may be null now, or may not be any more.
    NullabilityChanged {
        /// The column, by its new name.
        column: ColumnName,
        /// Whether it may be null now.
        nullable: bool,
    },
    /// The primary key is another one.
    KeyChanged {
        /// The columns that it had.
        from: Vec<ColumnName>,
        /// The columns that it has.
        to: Vec<ColumnName>,
    },
    /// The table is partitioned in another way.
    PartitionChanged {
        /// The columns by which it was.
        from: Vec<ColumnName>,
        /// The columns by which it is.
        to: Vec<ColumnName>,
    },
}

/// A rule that says that a change breaks something.
pub type SchemaRule = &'static CodeInfo;

macro_rules! rules {
    ($($name:ident($code:literal, $summary:literal, $explanation:literal);)*) => {
        $(static $name: CodeInfo = CodeInfo::error(concat!("schema-change/", $code), $summary, $explanation);)*

        /// Every rule about changes of schemas.
        pub static SCHEMA_RULES: &[SchemaRule] = &[$(&$name),*];
    };
}

rules! {
    COLUMN_REMOVED(
        "column-removed",
        "a column is gone",
        "Whoever reads the column finds nothing any more. Deprecate the dataset, let its consumers agree and leave, and \
         take the column away after the sunset; or offer a new dataset beside the old one."
    );
    COLUMN_RENAMED(
        "column-renamed",
        "a column has another name",
        "Data is kept, since the column says how it was called. But whoever reads it by the old name finds nothing. Add a \
         column of the new name instead, and retire the old one."
    );
    NOT_NULL_ADDED(
        "not-null-added",
        "a new column must not be null",
        "Records that were captured before have no value for it, and history holds such records for as long as it is \
         kept. Let the column be null."
    );
    TYPE_NARROWED(
        "type-narrowed",
        "a column has a type that cannot hold every value of the old one",
        "Types may widen: more length, more bits, more digits. Anything else loses values that are there, or that somebody \
         relies on. Add a column of the new type instead, and retire the old one."
    );
    BECAME_NULLABLE(
        "became-nullable",
        "a column may be null now",
        "Whoever reads it may not expect that a value can be missing. Add a column instead, and retire the old one."
    );
    BECAME_NOT_NULL(
        "became-not-null",
        "a column may not be null any more",
        "History that was kept may hold nulls, and would not fit. Add a column instead, and retire the old one."
    );
    KEY_CHANGED(
        "key-changed",
        "the primary key is another one",
        "The key tells which record is which: with another one, the history of a record ends, and every copy is wrong \
         until it is made again. Offer a new dataset beside the old one."
    );
    PARTITION_CHANGED(
        "partition-changed",
        "the table is partitioned in another way",
        "Whoever reads partition by partition would miss data, or read it twice. Offer a new dataset beside the old one."
    );
}

impl SchemaChange {
    /// What changed from one table to another. The order of columns, their classification and documentation are no
    /// question of the schema.
    #[must_use]
    pub fn between(old: &TableSchema, new: &TableSchema) -> Vec<Self> {
        let renamed = Renamed::between(old, new);
        let mut changes = Vec::new();
        let mut olds: BTreeMap<&ColumnName, &Column> = old.columns().iter().map(|c| (c.name(), c)).collect();
        for column in new.columns() {
            match olds.remove(renamed.old_name(column.name())) {
                None => changes.push(Self::ColumnAdded(column.clone())),
                Some(before) => add_column_changes(before, column, &mut changes),
            }
        }
        // In the order of the table, as people know it.
        let gone = old.columns().iter().filter(|column| olds.contains_key(column.name()));
        changes.extend(gone.map(|column| Self::ColumnRemoved(column.name().clone())));
        if !renamed.is_same(old.key(), new.key()) {
            changes.push(Self::KeyChanged { from: old.key().to_vec(), to: new.key().to_vec() });
        }
        if !renamed.is_same(old.partition(), new.partition()) {
            changes.push(Self::PartitionChanged {
                from: old.partition().to_vec(),
                to: new.partition().to_vec(),
            });
        }
        changes
    }

    /// The rule that it breaks; nothing if it is free.
    #[must_use]
    pub fn broken_rule(&self) -> Option<SchemaRule> {
        match self {
            Self::ColumnAdded(column) => (!column.is_nullable()).then_some(&NOT_NULL_ADDED),
            Self::ColumnRemoved(_) => Some(&COLUMN_REMOVED),
            Self::ColumnRenamed { .. } => Some(&COLUMN_RENAMED),
            Self::TypeChanged { from, to, .. } => {
                (!TypeChange::between(from, to).is_free()).then_some(&TYPE_NARROWED)
            }
            Self::NullabilityChanged { nullable: true, .. } => Some(&BECAME_NULLABLE),
            Self::NullabilityChanged { nullable: false, .. } => Some(&BECAME_NOT_NULL),
            Self::KeyChanged { .. } => Some(&KEY_CHANGED),
            Self::PartitionChanged { .. } => Some(&PARTITION_CHANGED),
        }
    }

    /// The column that it is about, if it is about one.
    #[must_use]
    pub fn column(&self) -> Option<&ColumnName> {
        match self {
            Self::ColumnAdded(column) => Some(column.name()),
            Self::ColumnRemoved(column)
            | Self::ColumnRenamed { to: column, .. }
            | Self::TypeChanged { column, .. }
            | Self::NullabilityChanged { column, .. } => Some(column),
            Self::KeyChanged { .. } | Self::PartitionChanged { .. } => None,
        }
    }
}

fn add_column_changes(old: &Column, new: &Column, changes: &mut Vec<SchemaChange>) {
    let column = || new.name().clone();
    if old.name() != new.name() {
        changes.push(SchemaChange::ColumnRenamed { from: old.name().clone(), to: column() });
    }
    if old.data_type() != new.data_type() {
        let (from, to) = (old.data_type().clone(), new.data_type().clone());
        changes.push(SchemaChange::TypeChanged { column: column(), from, to });
    }
    if old.is_nullable() != new.is_nullable() {
        changes.push(SchemaChange::NullabilityChanged { column: column(), nullable: new.is_nullable() });
    }
}

/// Columns that say that they had another name: of a column that is gone, while there was none of the new name.
struct Renamed<'a>(BTreeMap<&'a ColumnName, &'a ColumnName>);

impl<'a> Renamed<'a> {
    fn between(old: &'a TableSchema, new: &'a TableSchema) -> Self {
        let renamed = new.columns().iter().filter_map(|column| {
            let former = column.former_name()?;
            let is_rename = old.column(former).is_some()
                && new.column(former).is_none()
                && old.column(column.name()).is_none();
            is_rename.then_some((column.name(), former))
        });
        Self(renamed.collect())
    }

    fn old_name<'n>(&self, name: &'n ColumnName) -> &'n ColumnName
    where
        'a: 'n,
    {
        self.0.get(name).copied().unwrap_or(name)
    }

    fn is_same(&self, old: &[ColumnName], new: &[ColumnName]) -> bool {
        old.iter().eq(new.iter().map(|name| self.old_name(name)))
    }
}

impl fmt::Display for SchemaChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ColumnAdded(column) => write!(f, "the column `{}` is new: `{column}`", column.name()),
            Self::ColumnRemoved(column) => write!(f, "the column `{column}` is gone"),
            Self::ColumnRenamed { from, to } => write!(f, "the column `{from}` is called `{to}` now"),
            Self::TypeChanged { column, from, to } => {
                let why = TypeChange::between(from, to);
                write!(f, "the type of `{column}` was `{from}` and is `{to}`: {}", why.reason())
            }
            Self::NullabilityChanged { column, nullable: true } => write!(f, "`{column}` may be null now"),
            Self::NullabilityChanged { column, nullable: false } => {
                write!(f, "`{column}` may not be null any more")
            }
            Self::KeyChanged { from, to } => {
                write!(f, "the primary key was {} and is {}", Names(from), Names(to))
            }
            Self::PartitionChanged { from, to } => {
                write!(f, "the table was partitioned by {} and is by {}", Names(from), Names(to))
            }
        }
    }
}

struct Names<'a>(&'a [ColumnName]);

impl fmt::Display for Names<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("nothing");
        }
        for (position, name) in self.0.iter().enumerate() {
            write!(f, "{}`{name}`", if position > 0 { ", " } else { "" })?;
        }
        Ok(())
    }
}
