//! `schema/…`: the shape of a dataset.

use super::Scope;
use crate::{
    diagnostic::{CodeInfo, Diagnostic, ModelPath},
    ecosystem::{Dataset, Datastore},
    named::Entity,
    schema::{Column, DataType, TableSchema},
    validate::names::Names,
};
use rustc_hash::{FxHashMap, FxHashSet};

/// The most digits that a database in use can declare (PostgreSQL's limit; most stop at 38).
const MOST_DIGITS: u16 = 1000;

pub(super) static UNREADABLE: CodeInfo = CodeInfo::error(
    "schema/unreadable",
    "the text of a schema cannot be read",
    "A schema as text is columns separated by commas, each a name, a type, and any of `key`, `not null`, `null`: \
     `customer_id VarChar(5) key, city VarChar(15)`. Correct the column that the message quotes.",
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
     which. Name the columns that identify a record; if there are none, all of them do.",
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

pub(super) static TYPE_PARAMETER: CodeInfo = CodeInfo::error(
    "schema/type-parameter",
    "a length, size, precision or scale makes no sense",
    "No database could create such a column. Lengths and sizes are at least 1; a decimal number has 1 to 1000 digits, \
     of which no more than all stand after the point. To have no limit, leave the length or the size out.",
);

pub(super) fn check(datastore: &Datastore, scope: &mut Scope<'_>) {
    for dataset in datastore.datasets() {
        of_dataset(dataset, scope);
    }
}

fn of_dataset(dataset: &Dataset, scope: &mut Scope<'_>) {
    let name = dataset.name();
    let table = dataset.schema().table();
    let path = |scope: &Scope<'_>| scope.path().child("datasets", name);
    if let Some(error) = dataset.schema().unreadable() {
        let finding = Diagnostic::new(
            &UNREADABLE,
            path(scope).attribute("schema"),
            format!("the schema of `{name}` cannot be read: {error}"),
        )
        .help("write each column as a name, a type, and any of `key`, `not null`, `null`");
        scope.report(finding);
    } else if table.columns().is_empty() {
        let message = format!("the dataset `{name}` has no columns");
        let finding = Diagnostic::new(&NO_COLUMNS, path(scope).attribute("columns"), message)
            .help("add the columns of the table");
        scope.report(finding);
    } else if table.key().is_empty() {
        let message = format!("the dataset `{name}` has no primary key");
        let finding = Diagnostic::new(&NO_KEY, path(scope).attribute("key"), message)
            .help("mark the columns that identify a record with `key`");
        scope.report(finding);
    } else {
        of_key(table, scope, |unit| unit.child("datasets", name));
    }
    for column in table.columns() {
        if let Some((problem, help)) = parameter_problem(column.data_type()) {
            let message =
                format!("the type `{}` of the column `{}` has {problem}", column.data_type(), column.name());
            let path = path(scope).child("columns", column.name());
            scope.report(Diagnostic::new(&TYPE_PARAMETER, path, message).help(help));
        }
    }
}

fn of_key(table: &TableSchema, scope: &mut Scope<'_>, at: impl Fn(ModelPath) -> ModelPath) {
    // A key of a column or two is looked up as it is; an absurdly long one would take the square of its length.
    let index: Option<FxHashMap<&str, &Column>> = (table.key().len() > 8).then(|| {
        // From the back, so that the first of several columns of one name stays.
        let columns = table.columns().iter().rev();
        columns.map(|column| (column.name().as_str(), column)).collect()
    });
    let mut seen = FxHashSet::default();
    let mut names = None;
    for name in table.key() {
        let path = |scope: &Scope<'_>| at(scope.path()).child("key", name);
        if !seen.insert(name) {
            let message = format!("the primary key names the column `{name}` twice");
            let finding = Diagnostic::new(&DUPLICATE_KEY_COLUMN, path(scope), message)
                .help("name each column of the key once");
            scope.report(finding);
            continue;
        }
        let column = match &index {
            Some(index) => index.get(name.as_str()).copied(),
            None => table.column(name),
        };
        match column {
            Some(column) if column.is_nullable() => {
                let message = format!("the column `{name}` is part of the primary key, and may be null");
                let finding = Diagnostic::new(&NULLABLE_KEY, path(scope), message)
                    .help(format!("say that `{name}` is not null, or take it out of the key"))
                    .related(at(scope.path()).child("columns", name), "may be null");
                scope.report(finding);
            }
            Some(_) => {}
            None => {
                let names = names.get_or_insert_with(|| {
                    Names::of(table.columns().iter().map(|column| column.name().as_str()))
                });
                let message = format!("the primary key names `{name}`, which is no column of the table");
                let finding = Diagnostic::new(&UNKNOWN_KEY_COLUMN, path(scope), message)
                    .help("name a column of the table, or add this one")
                    .did_you_mean(path(scope), names.nearest(name.as_str()));
                scope.report(finding);
            }
        }
    }
}

fn parameter_problem(data_type: &DataType) -> Option<(&'static str, &'static str)> {
    const LENGTH: (&str, &str) = ("no length", "give a length of at least 1");
    match data_type {
        DataType::Decimal { precision: 0, .. } => Some(("no digits", "give a precision of at least 1")),
        DataType::Decimal { precision, .. } if *precision > MOST_DIGITS => {
            Some(("more digits than any database keeps", "give a precision of at most 1000"))
        }
        DataType::Decimal { precision, scale } if scale > precision => {
            Some(("more digits after the point than in all", "make the scale at most the precision"))
        }
        DataType::Char { length: 0 } | DataType::NChar { length: 0 } => Some(LENGTH),
        DataType::VarChar { length: Some(0) } | DataType::NVarChar { length: Some(0) } => {
            Some((LENGTH.0, "give a length of at least 1, or none for no limit"))
        }
        DataType::Binary { size: Some(0) } => {
            Some(("no size", "give a size of at least 1, or none for no limit"))
        }
        _ => None,
    }
}

#[cfg(test)]
pub(crate) fn cases() -> Vec<super::fixture::Case> {
    use super::fixture::{Case, edited, store};

    let keyed = |key: &[&str]| {
        let columns = [
            Column::new("id", DataType::Integer).not_null(),
            Column::new("line", DataType::Integer).not_null(),
            Column::new("note", DataType::VarChar { length: None }),
        ];
        let table = TableSchema::new(columns).keyed(key.iter().copied());
        edited(|team| team.datastore(store("S", Dataset::new("d", table))))
    };
    let typed = |failing: &str, passing: &str| {
        let columns = |data_type: &str| format!("id Integer key, amount {data_type}");
        Case::of_schema(&TYPE_PARAMETER, "d/columns/amount", &columns(failing), &columns(passing))
    };
    vec![
        Case::of_schema(&UNREADABLE, "datasets/d/schema", "id Intger key", "id Integer key"),
        Case::of_schema(&NO_COLUMNS, "datasets/d/columns", "", "id Integer key"),
        Case::of_schema(&NO_KEY, "datasets/d/key", "id Integer not null", "id Integer key"),
        Case::new(&UNKNOWN_KEY_COLUMN, "key/lines", keyed(&["id", "lines"]), keyed(&["id", "line"])),
        Case::new(&DUPLICATE_KEY_COLUMN, "key/id", keyed(&["id", "id"]), keyed(&["id"])),
        Case::new(&NULLABLE_KEY, "key/note", keyed(&["note"]), keyed(&["line"])),
        typed("Decimal(0,0)", "Decimal(1,0)"),
        typed("Decimal(1001,0)", "Decimal(1000,1000)"),
        typed("Decimal(4,5)", "Decimal(5,5)"),
        typed("Char(0)", "Char(1)"),
        typed("VarChar(0)", "VarChar"),
        typed("NChar(0)", "NChar(1)"),
        typed("NVarChar(0)", "NVarChar"),
        typed("Binary(0)", "Binary"),
    ]
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{edited, judge, store, validated};
    use super::*;

    #[test]
    fn cases() {
        judge(super::cases());
    }

    #[test]
    fn a_long_key_is_judged_like_a_short_one() {
        let column = |number: usize| Column::new(format!("c{number}"), DataType::Integer);
        let columns = (0..20).map(|number| if number == 7 { column(7) } else { column(number).not_null() });
        let key = (0..=20).map(|number| format!("c{number}"));
        let dataset = Dataset::new("d", TableSchema::new(columns).keyed(key));
        let findings = validated(edited(|team| team.datastore(store("S", dataset))));
        let codes: Vec<_> = findings.codes().collect();
        assert_eq!(codes, ["schema/unknown-key-column", "schema/nullable-key"]);
    }
}
