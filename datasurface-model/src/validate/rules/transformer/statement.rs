//! The statements of a transformer, compiled against the schemas of what they read and make.

use super::{
    super::{RuleContext, former},
    path,
};
use crate::validate::facts::TableFact;
use datasurface_ecosystem::{
    CodeArtifact, CodeInfo, DataTransformer, Diagnostic, FormerSpelling, ModelPath, Select, Workspace,
};
use datasurface_schema::{DatasetKey, Entity, Schema, nearest, segment};
use datasurface_sql::{
    Compilation, Inputs, NotOneSelect, SelectOutput, SqlProblem, UnreadSql, compile, is_assignable,
};

pub(in super::super) static NOT_ONE_SELECT: CodeInfo = CodeInfo::error(
    "transformer/not-one-select",
    "a statement of a transformer is no single SELECT",
    "Each output dataset is made by one SELECT, which returns rows and changes nothing. Write one SELECT; several can be combined by \
     WITH or UNION.",
);

pub(in super::super) static UNKNOWN_TABLE: CodeInfo = CodeInfo::error(
    "transformer/unknown-table",
    "a statement of a transformer reads what is no input",
    "A statement sees the datasets in the groups of its workspace, as `<datastore>_<dataset>`, and what it makes itself by WITH; it sees \
     nothing else. Before a column, a table is called by its alias, if it has one. Correct the name, or add the dataset to a group.",
);

pub(in super::super) static UNKNOWN_COLUMN: CodeInfo = CodeInfo::error(
    "transformer/unknown-column",
    "a statement of a transformer reads a column that no table in reach has",
    "The statement would fail when it runs. Correct the name, or add the column to the schema of the input.",
);

pub(in super::super) static AMBIGUOUS_COLUMN: CodeInfo = CodeInfo::error(
    "transformer/ambiguous-column",
    "a statement of a transformer names a column that several tables have",
    "The statement would fail when it runs, since nobody can tell which column is meant. Write the table or its alias before it.",
);

pub(in super::super) static COLUMN_COUNTS: CodeInfo = CodeInfo::error(
    "transformer/column-counts",
    "a statement of a transformer combines, compares or names rows with different numbers of columns",
    "The statement would fail when it runs: UNION, INTERSECT, EXCEPT and VALUES put rows together by the places of their columns, IN compares them so, and an alias with names for columns gives them so. Let each \
     have as many columns; one without a value is `CAST(NULL AS …)`.",
);

pub(in super::super) static DUPLICATE_COLUMN: CodeInfo = CodeInfo::error(
    "transformer/duplicate-column",
    "a statement of a transformer returns two columns of one name",
    "What a SELECT returns is put into the dataset by the names of columns, and nobody can tell which of the two is meant: engines refuse it, \
     or take one. Give one of them another name, or take it out. Columns that come by `*` are not reported.",
);

pub(in super::super) static MISSING_COLUMN: CodeInfo = CodeInfo::error(
    "transformer/missing-column",
    "a statement of a transformer does not return a column of the dataset that it makes",
    "What a SELECT returns is put into the dataset by the names of columns. Add the column, give it its name with `AS`, or take it out of \
     the schema.",
);

pub(in super::super) static SURPLUS_COLUMN: CodeInfo = CodeInfo::warning(
    "transformer/surplus-column",
    "a statement of a transformer returns a column that its dataset lacks",
    "The column goes nowhere. Most often its name has a slip of the pen, or the schema was not extended. Columns that come by `*` are \
     not reported.",
);

pub(in super::super) static COLUMN_TYPE: CodeInfo = CodeInfo::error(
    "transformer/column-type",
    "a statement of a transformer returns a column of another type than its dataset has",
    "No engine puts such values into such a column by itself: a text into a number, say, or a number into a date. Convert them by CAST, \
     or change the type in the schema. Types are judged only where they can be told.",
);

pub(in super::super) static UNREAD_SQL: CodeInfo = CodeInfo::note(
    "transformer/unread-sql",
    "a statement of a transformer, or a column of it, cannot be read",
    "It may be in a dialect of its engine, which is no mistake. But nothing is known of it before it runs: neither whether its names are \
     right nor which inputs its columns are made of, so each column is taken to be made of all of them. A text that dialects split in \
     different ways, as a comment inside a comment or a backslash before a quotation mark, is not read in any: the finding says what every \
     dialect reads alike. Of a column, it is told beside `transformer/under-classified`.",
);

/// How many names a finding tells.
const MOST_NAMES: usize = 10;
/// How many characters of a text a finding shows.
const MOST_CHARACTERS: usize = 80;

/// The statements of a transformer, each with what it makes.
pub(super) fn compiled<'t>(
    workspace: &Workspace,
    transformer: &'t DataTransformer,
    scope: &RuleContext<'_>,
) -> Vec<(&'t Select, Compilation)> {
    let CodeArtifact::Sql { selects } = transformer.artifact() else {
        return Vec::new();
    };
    let inputs = inputs(workspace, scope);
    selects.iter().map(|select| (select, compile(&select.sql, &inputs))).collect()
}

fn inputs<'i>(workspace: &'i Workspace, scope: &'i RuleContext<'_>) -> Inputs<'i> {
    let sinks = workspace.groups().iter().flat_map(|group| group.sinks());
    // That one does not exist is a finding of its own.
    let schema_of = |key: &DatasetKey| scope.facts.table(key).map(TableFact::schema);
    Inputs::new(sinks.map(Entity::name), schema_of).formerly(|key| scope.facts.former_keys(key))
}

/// Reports the former names by which statements call inputs.
pub(super) fn former_names(
    workspace: &Workspace,
    statements: &[(&Select, Compilation)],
    scope: &mut RuleContext<'_>,
) {
    let found: Vec<FormerSpelling> = {
        let inputs = inputs(workspace, scope);
        let spelled = statements.iter().flat_map(|(select, compilation)| {
            let at = path(scope).child(segment::SELECTS, &select.dataset);
            let former = inputs.former_in(&select.sql, compilation).into_iter();
            former.map(move |input| FormerSpelling::of_input(at.clone(), input.spelled, input.meant))
        });
        spelled.collect()
    };
    for spelling in &found {
        scope.report(former::outdated(spelling));
    }
}

pub(super) fn check(
    statements: &[(&Select, Compilation)],
    transformer: &DataTransformer,
    scope: &mut RuleContext<'_>,
) {
    for (select, compilation) in statements {
        let at = path(scope).child(segment::SELECTS, &select.dataset);
        let key = DatasetKey::new(transformer.output(), &select.dataset);
        match compilation {
            // That it is empty is a finding of its own.
            Compilation::NotOneSelect(NotOneSelect::Empty) if select.sql.trim().is_empty() => {}
            Compilation::NotOneSelect(reason) => not_one_select(&key, reason, at, scope),
            Compilation::Unread(UnreadSql { reason, instead }) => {
                let message = format!("the statement that makes `{key}` cannot be read: {}", short(reason));
                let help = match instead {
                    Some(instead) => format!("write {instead}"),
                    None => {
                        "no action is needed if its engine understands it; otherwise correct it".to_owned()
                    }
                };
                scope.report(Diagnostic::new(&UNREAD_SQL, at, message).with_help(help));
            }
            Compilation::Select(output) => {
                for problem in &output.problems {
                    scope.report(name_problem(problem, at.clone()));
                }
                if let Some(table) = scope.facts.table(&key) {
                    columns(output, &key, table.schema(), &at, scope);
                }
            }
        }
    }
}

fn not_one_select(key: &DatasetKey, reason: &NotOneSelect, at: ModelPath, scope: &mut RuleContext<'_>) {
    let near = match reason {
        NotOneSelect::Begins(word) => nearest(word, ["SELECT", "WITH"]),
        _ => None,
    };
    let message =
        format!("the statement that makes `{key}` is no single SELECT: {}", short(&reason.to_string()));
    let finding = Diagnostic::new(&NOT_ONE_SELECT, at, message)
        .with_help("write one SELECT, which may begin with WITH")
        .did_you_mean(near);
    scope.report(finding);
}

fn name_problem(problem: &SqlProblem, at: ModelPath) -> Diagnostic {
    match problem {
        SqlProblem::UnknownTable { name, nearest } => {
            let message = format!("`{}` is neither an input nor a table of the statement", short(name));
            Diagnostic::new(&UNKNOWN_TABLE, at, message)
                .with_help("name an input as `<datastore>_<dataset>`, and add its dataset to a group of the workspace")
                .did_you_mean(nearest.as_deref())
        }
        SqlProblem::UnknownColumn { table, name, nearest } => {
            let message = match table {
                Some(table) => format!("`{}` has no column `{}`", short(table), short(name)),
                None => format!("no table in reach has a column `{}`", short(name)),
            };
            Diagnostic::new(&UNKNOWN_COLUMN, at, message)
                .with_help("name a column of an input; a text is written between single quotation marks")
                .did_you_mean(nearest.as_deref())
        }
        SqlProblem::AmbiguousColumn { name, tables: [one, other] } => {
            let (name, one, other) = (short(name), short(one), short(other));
            let message = format!("`{name}` is a column of `{one}` and of `{other}`");
            Diagnostic::new(&AMBIGUOUS_COLUMN, at, message)
                .with_help(format!("write the table before it, as `{one}.{name}`"))
        }
        SqlProblem::ColumnCounts { operator, counts: [one, other] } => {
            let message = format!("`{operator}` has rows of {one} and of {other} columns");
            Diagnostic::new(&COLUMN_COUNTS, at, message)
                .with_help("let each row have as many; one that has no value is `CAST(NULL AS …)`")
        }
        SqlProblem::SurplusNames { table, names, columns } => {
            let message = format!("`{}` names {names} columns, and has {columns}", short(table));
            Diagnostic::new(&COLUMN_COUNTS, at, message)
                .with_help("name each column that it has, and no other")
        }
        SqlProblem::UnknownPlace { place, count } => {
            let message = format!("`ORDER BY {place}` means a column by its place, and there are {count}");
            Diagnostic::new(&UNKNOWN_COLUMN, at, message).with_help("name the column")
        }
    }
}

/// Compares what is returned with the schema of the dataset. Of a schema that cannot be read, nobody knows what it lacks.
fn columns(
    output: &SelectOutput,
    key: &DatasetKey,
    schema: &Schema,
    at: &ModelPath,
    scope: &mut RuleContext<'_>,
) {
    let wanted = schema.readable().columns();
    let is_wanted =
        |name: &str| wanted.iter().any(|column| column.name().as_str().eq_ignore_ascii_case(name));
    let returned = output.columns.iter().filter(|column| !column.is_from_wildcard);
    let named = returned.filter_map(|column| column.name.as_deref());
    let named: Vec<&str> = named.collect();
    let mut wanted_names: Vec<&str> = named.iter().copied().filter(|name| is_wanted(name)).collect();
    wanted_names.sort_unstable();
    let mut twice: Vec<&str> = wanted_names
        .iter()
        .zip(wanted_names.iter().skip(1))
        .filter_map(|(name, next)| (name == next).then_some(*name))
        .collect();
    twice.dedup();
    if !twice.is_empty() {
        let message = format!("the statement that makes `{key}` returns {} more than once", listed(&twice));
        let help = "give one of them another name, or take it out of the SELECT";
        scope.report(Diagnostic::new(&DUPLICATE_COLUMN, at.clone(), message).with_help(help));
    }
    let surplus = named.into_iter().filter(|name| !is_wanted(name) && schema.lacks(&(*name).into()));
    let surplus: Vec<&str> = surplus.collect();
    let missing = wanted.iter().map(|column| column.name().as_str());
    let missing = missing.filter(|name| !output.columns.iter().any(|column| column.may_be_named(name)));
    let missing: Vec<&str> = if output.is_complete { missing.collect() } else { Vec::new() };
    if !missing.is_empty() {
        let message = format!("the statement that makes `{key}` does not return {}", listed(&missing));
        let near = match &missing[..] {
            [one] => nearest(one, surplus.iter().copied()),
            _ => None,
        };
        let near = near.map(|near| format!("{near} AS {}", missing.first().copied().unwrap_or_default()));
        let finding = Diagnostic::new(&MISSING_COLUMN, at.clone(), message)
            .with_help("add it to the SELECT under its name, or take it out of the schema")
            .did_you_mean(near.as_deref());
        scope.report(finding);
    }
    if !surplus.is_empty() {
        let message =
            format!("the statement that makes `{key}` returns {}, which the dataset lacks", listed(&surplus));
        let help = "add it to the schema, or take it out of the SELECT";
        scope.report(Diagnostic::new(&SURPLUS_COLUMN, at.clone(), message).with_help(help));
    }
    for column in wanted {
        let made = output.column(column.name().as_str()).and_then(|made| made.data_type.as_ref());
        if let Some(made) = made.filter(|made| !is_assignable(made, column.data_type())) {
            let (name, data_type) = (column.name(), column.data_type());
            let message = format!(
                "the column `{name}` of `{key}` is `{data_type}`, and the statement returns `{made}`"
            );
            let help = format!("convert it, as `CAST(… AS {data_type}) AS {name}`, or change the schema");
            scope.report(Diagnostic::new(&COLUMN_TYPE, at.clone(), message).with_help(help));
        }
    }
}

fn listed(names: &[&str]) -> String {
    let mut text = String::new();
    for (number, name) in names.iter().take(MOST_NAMES).enumerate() {
        let comma = if number == 0 { "" } else { ", " };
        text.push_str(&format!("{comma}`{}`", short(name)));
    }
    match names.len().saturating_sub(MOST_NAMES) {
        0 => text,
        others => format!("{text} and {others} others"),
    }
}

/// A text that somebody wrote, in one line of moderate length.
fn short(text: &str) -> String {
    let mut shown: String = text.chars().take(MOST_CHARACTERS).flat_map(char::escape_debug).collect();
    if text.chars().nth(MOST_CHARACTERS).is_some() {
        shown.push('…');
    }
    shown
}
