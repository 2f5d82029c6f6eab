//! Changes from one schema to another, and the rule that each of them breaks.

use super::{TypeChange, avro, rules::SchemaRule};
use crate::{
    Column, DataType, Text,
    avro::{Field, Record},
    json::Json,
    name::ColumnName,
    schema::Schema,
};
use rustc_hash::FxHashMap;
use std::{collections::BTreeMap, fmt};

/// A difference between two schemas that concerns data or its readers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum SchemaChange {
    /// A new column.
    ColumnAdded(Column),
    /// An Avro record has a new field.
    FieldAdded {
        /// The field as a column.
        column: Column,
        /// Whether the field has a default, which is its value in records that were written without it.
        has_default: bool,
    },
    /// A column is gone.
    ColumnRemoved(ColumnName),
    /// A column says that it had another name.
    ColumnRenamed {
        /// The name that it had.
        from: ColumnName,
        /// The name that it has.
        to: ColumnName,
    },
    /// A column has another type, or another one to Avro.
    TypeChanged {
        /// The column, by its new name.
        column: ColumnName,
        /// The type that it had.
        from: DataType,
        /// The type that it has.
        to: DataType,
        /// The effect on values.
        change: TypeChange,
    },
    /// A column may be null now, or may not be any more.
    NullabilityChanged {
        /// The column, by its new name.
        column: ColumnName,
        /// Whether it may be null now.
        nullable: bool,
    },
    /// A field of an Avro record is something else in records that were written without it.
    DefaultChanged {
        /// The column, by its new name.
        column: ColumnName,
        /// The default that it had.
        from: Option<Json>,
        /// The default that it has.
        to: Option<Json>,
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
    /// An Avro record is called differently.
    RecordRenamed {
        /// The name that it had, without its namespace.
        from: Text,
        /// The name that it has, without its namespace.
        to: Text,
    },
    /// A schema is said in Avro's words now, or is so no longer.
    FormChanged {
        /// Whether it is an Avro schema now.
        is_avro: bool,
    },
}

impl SchemaChange {
    /// Compares two schemas and returns the changes that concern data or its readers. The order of columns, their
    /// classification and documentation are not part of the comparison. Two Avro records are compared as such. Where
    /// a record becomes a table, readers lose all that only Avro says; where a table becomes a record, nobody was
    /// promised that.
    #[must_use]
    pub fn between(old: &Schema, new: &Schema) -> Vec<Self> {
        let records = old.record().zip(new.record());
        let (old_columns, new_columns) = (
            ColumnOrField::all_of(old, records.map(|(old, _)| old)),
            ColumnOrField::all_of(new, records.map(|(_, new)| new)),
        );
        let renamed = RenamedColumns::between(&old_columns, &new_columns);
        let mut changes = Vec::new();
        let mut olds: BTreeMap<&ColumnName, ColumnOrField<'_>> =
            old_columns.iter().map(|part| (part.column.name(), *part)).collect();
        for part in &new_columns {
            match olds.remove(renamed.old_name(part.column.name())) {
                None => changes.push(part.added()),
                Some(before) => part.add_changes_since(before, &mut changes),
            }
        }
        // In the order of the table, as people know it.
        let gone = old.table().columns().iter().filter(|column| olds.contains_key(column.name()));
        changes.extend(gone.map(|column| Self::ColumnRemoved(column.name().clone())));
        let (old_key, new_key) = (old.table().key(), new.table().key());
        if !renamed.is_same(old_key, new_key) {
            changes.push(Self::KeyChanged { from: old_key.to_vec(), to: new_key.to_vec() });
        }
        let (old_partition, new_partition) = (old.table().partition(), new.table().partition());
        if !renamed.is_same(old_partition, new_partition) {
            let (from, to) = (old_partition.to_vec(), new_partition.to_vec());
            changes.push(Self::PartitionChanged { from, to });
        }
        if let Some((Record { name: from, .. }, Record { name: to, .. })) = records
            && !avro::name(from, to).is_compatible()
        {
            changes.push(Self::RecordRenamed { from: from.clone(), to: to.clone() });
        }
        if old.avro().is_some() != new.avro().is_some() {
            changes.push(Self::FormChanged { is_avro: new.avro().is_some() });
        }
        changes
    }

    /// The rule that it breaks; nothing if it is free.
    #[must_use]
    pub fn broken_rule(&self) -> Option<SchemaRule> {
        match self {
            Self::ColumnAdded(column) => (!column.is_nullable()).then_some(SchemaRule::NotNullAdded),
            Self::FieldAdded { has_default, .. } => (!has_default).then_some(SchemaRule::NoDefaultAdded),
            Self::ColumnRemoved(_) => Some(SchemaRule::ColumnRemoved),
            Self::ColumnRenamed { .. } => Some(SchemaRule::ColumnRenamed),
            Self::TypeChanged { change, .. } => (!change.is_compatible()).then_some(SchemaRule::TypeNarrowed),
            Self::NullabilityChanged { nullable: true, .. } => Some(SchemaRule::BecameNullable),
            Self::NullabilityChanged { nullable: false, .. } => Some(SchemaRule::BecameNotNull),
            Self::DefaultChanged { from, to, .. } => (!avro::default(from.as_ref(), to.as_ref())
                .is_compatible())
            .then_some(SchemaRule::DefaultChanged),
            Self::KeyChanged { .. } => Some(SchemaRule::KeyChanged),
            Self::PartitionChanged { .. } => Some(SchemaRule::PartitionChanged),
            Self::RecordRenamed { .. } => Some(SchemaRule::RecordRenamed),
            Self::FormChanged { .. } => Some(SchemaRule::FormChanged),
        }
    }

    /// The column that it is about, if it is about one.
    #[must_use]
    pub fn column(&self) -> Option<&ColumnName> {
        match self {
            Self::ColumnAdded(column) | Self::FieldAdded { column, .. } => Some(column.name()),
            Self::ColumnRemoved(column)
            | Self::ColumnRenamed { to: column, .. }
            | Self::TypeChanged { column, .. }
            | Self::NullabilityChanged { column, .. }
            | Self::DefaultChanged { column, .. } => Some(column),
            Self::KeyChanged { .. }
            | Self::PartitionChanged { .. }
            | Self::RecordRenamed { .. }
            | Self::FormChanged { .. } => None,
        }
    }
}

/// A column, and if both schemas are Avro records, the field that it is.
#[derive(Clone, Copy)]
struct ColumnOrField<'a> {
    column: &'a Column,
    field: Option<&'a Field>,
}

impl<'a> ColumnOrField<'a> {
    fn all_of(schema: &'a Schema, record: Option<&'a Record>) -> Vec<Self> {
        let columns = schema.table().columns().iter().enumerate();
        let field = |at: usize| record.and_then(|record| record.fields.get(at));
        columns.map(|(at, column)| Self { column, field: field(at) }).collect()
    }

    /// The names that it says that it had.
    fn former_names(self) -> impl Iterator<Item = &'a str> {
        let aliases = self.field.map_or(&[][..], |field| &field.aliases).iter().map(Text::as_str);
        aliases.chain(self.column.former_name().map(ColumnName::as_str))
    }

    fn added(self) -> SchemaChange {
        let column = self.column.clone();
        match self.field {
            None => SchemaChange::ColumnAdded(column),
            Some(field) => SchemaChange::FieldAdded { column, has_default: field.default.is_some() },
        }
    }

    fn add_changes_since(self, old: Self, changes: &mut Vec<SchemaChange>) {
        let (before, after) = (old.column, self.column);
        let column = || after.name().clone();
        if before.name() != after.name() {
            changes.push(SchemaChange::ColumnRenamed { from: before.name().clone(), to: column() });
        }
        let change = match (old.field, self.field) {
            (Some(old), Some(new)) => avro::between(&old.slot.of, &new.slot.of),
            _ => TypeChange::between(before.data_type(), after.data_type()),
        };
        if change != TypeChange::Same || before.data_type() != after.data_type() {
            let (from, to) = (before.data_type().clone(), after.data_type().clone());
            changes.push(SchemaChange::TypeChanged { column: column(), from, to, change });
        }
        if before.is_nullable() != after.is_nullable() {
            let nullable = after.is_nullable();
            changes.push(SchemaChange::NullabilityChanged { column: column(), nullable });
        }
        let default = |part: Self| part.field.and_then(|field| field.default.clone());
        let (from, to) = (default(old), default(self));
        if from != to {
            changes.push(SchemaChange::DefaultChanged { column: column(), from, to });
        }
    }
}

/// Columns that say that they had another name: of a column that is gone, while there was none of the new name.
struct RenamedColumns<'a>(BTreeMap<&'a ColumnName, &'a ColumnName>);

impl<'a> RenamedColumns<'a> {
    fn between(old: &[ColumnOrField<'a>], new: &[ColumnOrField<'a>]) -> Self {
        if !new.iter().any(|part| part.former_names().next().is_some()) {
            return Self(BTreeMap::new());
        }
        let names = |parts: &[ColumnOrField<'a>]| -> FxHashMap<&'a str, &'a ColumnName> {
            parts.iter().map(|part| (part.column.name().as_str(), part.column.name())).collect()
        };
        let (before, now) = (names(old), names(new));
        let renamed = new.iter().filter_map(|part| {
            let name = part.column.name();
            let mut former = part.former_names().filter(|former| !now.contains_key(former));
            let former = former.find_map(|former| before.get(former).copied())?;
            (!before.contains_key(name.as_str())).then_some((name, former))
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
            Self::ColumnAdded(column) | Self::FieldAdded { column, has_default: true } => {
                write!(f, "the column `{}` is new: `{column}`", column.name())
            }
            Self::FieldAdded { column, has_default: false } => {
                write!(f, "the column `{}` is new, and has no default: `{column}`", column.name())
            }
            Self::ColumnRemoved(column) => write!(f, "the column `{column}` is gone"),
            Self::ColumnRenamed { from, to } => write!(f, "the column `{from}` is called `{to}` now"),
            Self::TypeChanged { column, from, to, change } if from == to => {
                write!(f, "the type of `{column}` is another one to Avro: {}", change.reason())
            }
            Self::TypeChanged { column, from, to, change } => {
                write!(f, "the type of `{column}` was `{from}` and is `{to}`: {}", change.reason())
            }
            Self::NullabilityChanged { column, nullable: true } => write!(f, "`{column}` may be null now"),
            Self::NullabilityChanged { column, nullable: false } => {
                write!(f, "`{column}` may not be null any more")
            }
            Self::DefaultChanged { column, from: None, to: Some(to) } => {
                write!(f, "`{column}` has the default `{to}` now")
            }
            Self::DefaultChanged { column, from: Some(from), to: Some(to) } => {
                write!(f, "the default of `{column}` was `{from}` and is `{to}`")
            }
            Self::DefaultChanged { column, .. } => write!(f, "`{column}` has no default any more"),
            Self::RecordRenamed { from, to } => write!(f, "the record `{from}` is called `{to}` now"),
            Self::FormChanged { is_avro: true } => write!(f, "the table is an Avro record now"),
            Self::FormChanged { is_avro: false } => write!(f, "the Avro record is a table now"),
            Self::KeyChanged { from, to } => {
                write!(f, "the primary key was {} and is {}", NameList(from), NameList(to))
            }
            Self::PartitionChanged { from, to } => {
                write!(f, "the table was partitioned by {} and is by {}", NameList(from), NameList(to))
            }
        }
    }
}

struct NameList<'a>(&'a [ColumnName]);

impl fmt::Display for NameList<'_> {
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
