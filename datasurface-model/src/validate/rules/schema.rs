//! `schema/…`: the shape of a dataset.

use super::{RuleContext, check_table};
use datasurface_ecosystem::{
    Capture, CaptureKind, CodeInfo, Dataset, Datastore, Diagnostic, ModelPath, Suggestion,
};
use datasurface_schema::{
    Column, ColumnName, DatasetName, Entity, NameIndex, Schema, SchemaError, TableSchema, TypeParameterError,
    TypeParameterErrorKind, segment,
};
use rustc_hash::{FxHashMap, FxHashSet};

pub(super) static UNREADABLE: CodeInfo = CodeInfo::error(
    "schema/unreadable",
    "a schema cannot be read",
    "A schema as text is columns separated by commas, each a name, a type, and any of `key`, `partition`, `not null`, \
     `null`: `customer_id VarChar(5) key, city VarChar(15)`. A schema in Avro's words is a record that Avro itself would \
     accept, and that is not around itself. Correct the column or field that the message names.",
);

pub(super) static NO_COLUMNS: CodeInfo = CodeInfo::error(
    "schema/no-columns",
    "a schema has no columns",
    "A table without columns holds no data, and most databases refuse to create one. Add the columns.",
);

pub(super) static NO_KEY: CodeInfo = CodeInfo::error(
    "schema/no-key",
    "a schema has no primary key",
    "Changes are found, and history is kept, record by record: without a primary key nobody can tell which record is \
     which. Name the columns that identify a record; if there are none, all of them do. Where rows come twice, or have no \
     value, `keyless` of a capture by `sql_snapshot` says so: then the table is replaced as a whole each time, without history.",
);

pub(super) static UNKNOWN_KEY_COLUMN: CodeInfo = CodeInfo::error(
    "schema/unknown-key-column",
    "the primary key names a column that the table lacks",
    "The primary key refers to columns by name, letter by letter. Correct the name, or add the column.",
);

pub(super) static DUPLICATE_KEY_COLUMN: CodeInfo = CodeInfo::error(
    "schema/duplicate-key-column",
    "the primary key names a column twice",
    "A column identifies a record once; databases refuse a key that repeats one. Take the second one away, or correct \
     it if it was meant to be another column.",
);

pub(super) static NULLABLE_KEY: CodeInfo = CodeInfo::error(
    "schema/nullable-key",
    "a column of the primary key may be null",
    "Null equals nothing, not even null: a record whose key is null can never be found again, and databases refuse \
     such a key. Say that the column is not null, or choose another key.",
);

pub(super) static UNKNOWN_PARTITION_COLUMN: CodeInfo = CodeInfo::error(
    "schema/unknown-partition-column",
    "a table is partitioned by a column that it lacks",
    "Partition columns are referred to by name, letter by letter. Correct the name, or add the column.",
);

pub(super) static DUPLICATE_PARTITION_COLUMN: CodeInfo = CodeInfo::error(
    "schema/duplicate-partition-column",
    "a table is partitioned by a column twice",
    "A column decides once in which partition a record is. Take the second one away, or correct it if it was meant to \
     be another column.",
);

pub(super) static NULLABLE_PARTITION: CodeInfo = CodeInfo::error(
    "schema/nullable-partition",
    "a column by which a table is partitioned may be null",
    "Where the column is null there is no partition for the record: databases put it elsewhere, each in its own way, or \
     refuse it. Say that the column is not null, or partition by another one.",
);

pub(super) static NESTED_KEY: CodeInfo = CodeInfo::error(
    "schema/nested-key",
    "a column by which records are told apart has a type made of others",
    "Records are told apart, and put into partitions, by plain values: numbers, text, dates, times and bytes. Databases \
     cannot compare arrays, maps, structs, variants, vectors and shapes, or each does it in its own way. Take what \
     identifies a record out into a column of its own.",
);

pub(super) static TYPE_PARAMETER: CodeInfo = CodeInfo::error(
    "schema/type-parameter",
    "a parameter of a type makes no sense",
    "No database could create such a column. Lengths, sizes and dimensions are at least 1; a decimal number has 1 to \
     1000 digits, of which no more than all stand after the point; an integer has 1 to 256 bits; a struct has fields, \
     each with a name of its own; keys of a map are plain values; types are nested at most 32 deep. To have no limit, \
     leave the length or the size out.",
);

pub(super) static UNKNOWN_TIME_ZONE: CodeInfo = CodeInfo::error(
    "schema/unknown-time-zone",
    "a timestamp is in a time zone that does not exist",
    "Time zones have the names of the IANA time zone database, letter by letter: `Europe/Berlin`, `UTC`. Abbreviations \
     such as `CEST` are not among them, since they mean different times in different places.",
);

pub(super) static UNKNOWN_COLLATION: CodeInfo = CodeInfo::warning(
    "schema/unknown-collation",
    "a collation has a name that databases do not use",
    "Collations are named as the container names them: `de_DE.utf8`, `de-DE-x-icu`, `utf8mb4_0900_ai_ci`, \
     `Latin1_General_CI_AS`, `NOCASE`. This name looks like none of these. If your database defines it, leave it.",
);

pub(super) fn check(datastore: &Datastore, scope: &mut RuleContext<'_>) {
    for dataset in datastore.datasets() {
        check_table(dataset.schema(), scope, |scope| check_dataset(dataset, datastore, scope));
    }
}

fn check_dataset(dataset: &Dataset, datastore: &Datastore, scope: &mut RuleContext<'_>) {
    let name = dataset.name();
    let schema = dataset.schema();
    let table = schema.readable();
    let path = |scope: &RuleContext<'_>| scope.path().child(segment::DATASETS, name);
    if let Some(error) = schema.error() {
        unreadable(error, name, path(scope), scope);
    }
    // Text says of a column that it is part of the key, Avro says it apart.
    let is_key_known = schema.unreadable_columns().is_empty() || schema.avro().is_some();
    if table.columns().is_empty() && schema.unreadable_columns().is_empty() {
        let message = format!("the dataset `{name}` has no columns");
        let finding = Diagnostic::new(&NO_COLUMNS, path(scope).attribute(segment::COLUMNS), message)
            .with_help("add the columns of the table");
        scope.report(finding);
    } else if table.key().is_empty() && is_key_known && !is_keyless(datastore, name) {
        let message = format!("the dataset `{name}` has no primary key");
        let finding = Diagnostic::new(&NO_KEY, path(scope).attribute(segment::KEY), message)
            .with_help(match datastore.capture().map(Capture::kind) {
                Some(CaptureKind::SqlSnapshot { .. }) => {
                    "mark the columns that identify a record with `key`, or name the dataset in `keyless` of the capture"
                }
                Some(CaptureKind::SqlWatermark { .. } | CaptureKind::ChangeDataCapture { .. }) => {
                    "mark the columns that identify a record with `key`; only a capture by `sql_snapshot` can do without"
                }
                _ => "mark the columns that identify a record with `key`",
            });
        scope.report(finding);
    }
    for list in [ColumnList::key(table), ColumnList::partition(table)] {
        list.check(schema, scope, |unit| unit.child(segment::DATASETS, name));
    }
    for column in table.columns() {
        for reason in column.data_type().errors() {
            let finding = type_diagnostic(column, reason, path(scope).child(segment::COLUMNS, column.name()));
            scope.report(finding);
        }
    }
}

/// Whether the capture says that a dataset has no key.
fn is_keyless(datastore: &Datastore, dataset: &DatasetName) -> bool {
    datastore.capture().is_some_and(|capture| capture.is_keyless(dataset))
}

fn unreadable(error: SchemaError<'_>, dataset: &DatasetName, path: ModelPath, scope: &mut RuleContext<'_>) {
    let help = match error {
        SchemaError::Avro(_) => {
            "describe a record that Avro's specification permits, and that a table can have"
        }
        SchemaError::Text(_) => {
            "write each column as a name, a type, and any of `key`, `partition`, `not null`, `null`"
        }
    };
    for reason in error.errors() {
        let path = match reason.column.as_ref() {
            Some(column) => path.clone().child(segment::COLUMNS, column),
            None => path.clone().attribute(segment::SCHEMA),
        };
        let message = format!("the schema of `{dataset}` cannot be read: {reason}");
        scope.report(Diagnostic::new(&UNREADABLE, path, message).with_help(help));
    }
}

fn type_diagnostic(column: &Column, error: TypeParameterError, path: ModelPath) -> Diagnostic {
    let name = column.name();
    let noun = match error.field.as_str() {
        "" => format!("the column `{name}`"),
        field => format!("the field `{name}.{field}`"),
    };
    match error.kind {
        TypeParameterErrorKind::Parameter { of, has, help } => {
            let message = format!("the type `{of}` of {noun} has {has}");
            Diagnostic::new(&TYPE_PARAMETER, path, message).with_help(help)
        }
        TypeParameterErrorKind::UnknownTimeZone { zone, nearest } => {
            let message = format!("{noun} is in the time zone `{zone}`, which does not exist");
            Diagnostic::new(&UNKNOWN_TIME_ZONE, path, message)
                .with_help("give the IANA name, such as `Europe/Berlin` or `UTC`")
                .did_you_mean(nearest)
        }
        TypeParameterErrorKind::UnknownCollation { collation } => {
            let message = format!("the collation `{collation}` of {noun} looks like none");
            Diagnostic::new(&UNKNOWN_COLLATION, path, message).with_help("name it as the container does")
        }
    }
}

/// A list of columns that a table names, each of which must exist, once, and not be null.
struct ColumnList<'a> {
    noun: &'static str,
    attribute: &'static str,
    names: &'a [ColumnName],
    unknown: &'static CodeInfo,
    duplicate: &'static CodeInfo,
    nullable: &'static CodeInfo,
}

impl<'a> ColumnList<'a> {
    fn key(table: &'a TableSchema) -> Self {
        Self {
            noun: "the primary key",
            attribute: segment::KEY,
            names: table.key(),
            unknown: &UNKNOWN_KEY_COLUMN,
            duplicate: &DUPLICATE_KEY_COLUMN,
            nullable: &NULLABLE_KEY,
        }
    }

    fn partition(table: &'a TableSchema) -> Self {
        Self {
            noun: "the partitioning",
            attribute: segment::PARTITION,
            names: table.partition(),
            unknown: &UNKNOWN_PARTITION_COLUMN,
            duplicate: &DUPLICATE_PARTITION_COLUMN,
            nullable: &NULLABLE_PARTITION,
        }
    }

    /// The columns that could be in the list, and are not.
    fn candidates(&self, table: &TableSchema) -> NameIndex {
        let listed: FxHashSet<&str> = self.names.iter().map(ColumnName::as_str).collect();
        let fits = |column: &&Column| {
            column.data_type().is_scalar()
                && !column.is_nullable()
                && !listed.contains(column.name().as_str())
        };
        NameIndex::new(table.columns().iter().filter(fits).map(|column| column.name().as_str()))
    }

    fn check(&self, schema: &Schema, scope: &mut RuleContext<'_>, at: impl Fn(ModelPath) -> ModelPath) {
        let table = schema.readable();
        // A list of a name or two is looked up as it is; an absurdly long one would take the square of its length.
        let index: Option<FxHashMap<&str, &Column>> = (self.names.len() > 8).then(|| {
            // From the back, so that the first of several columns of one name stays.
            let columns = table.columns().iter().rev();
            columns.map(|column| (column.name().as_str(), column)).collect()
        });
        let noun = self.noun;
        let mut seen = FxHashSet::default();
        let mut names = None;
        for name in self.names {
            let path = |scope: &RuleContext<'_>| at(scope.path()).child(self.attribute, name);
            if !seen.insert(name.as_str()) {
                let message = format!("{noun} names the column `{name}` twice");
                let finding =
                    Diagnostic::new(self.duplicate, path(scope), message).with_help("name each column once");
                scope.report(finding);
                continue;
            }
            let column = match &index {
                Some(index) => index.get(name.as_str()).copied(),
                None => table.column(name),
            };
            if let Some(column) = column.filter(|column| !column.data_type().is_scalar()) {
                let data_type = column.data_type();
                let message =
                    format!("the column `{name}` is part of {noun}, and has the type `{data_type}`");
                let finding = Diagnostic::new(&NESTED_KEY, path(scope), message)
                    .with_help("use a column of a plain type")
                    .related_place(at(scope.path()).child(segment::COLUMNS, name), "has its type here");
                scope.report(finding);
            }
            match column {
                Some(column) if column.is_nullable() => {
                    let message = format!("the column `{name}` is part of {noun}, and may be null");
                    let finding = Diagnostic::new(self.nullable, path(scope), message)
                        .with_help(format!("say that `{name}` is not null, or take it out of {noun}"))
                        .related_place(at(scope.path()).child(segment::COLUMNS, name), "may be null");
                    scope.report(finding);
                }
                Some(_) => {}
                None if schema.unreadable_columns().may_contain(name) => {}
                None => {
                    let names = names.get_or_insert_with(|| self.candidates(table));
                    let nearest = names.nearest(name.as_str());
                    let message = format!("{noun} names `{name}`, which is no column of the table");
                    let finding = Diagnostic::new(self.unknown, path(scope), message)
                        .with_help("name a column of the table, or add this one")
                        .did_you_mean(nearest)
                        .with_suggestion(nearest.map(|nearest| Suggestion::rename(path(scope), nearest)));
                    scope.report(finding);
                }
            }
        }
    }
}
