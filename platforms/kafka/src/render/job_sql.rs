//! The statements of a job: tables of its inputs, views of what it makes, and records of the changes of these.
//!
//! | statement | content |
//! |---|---|
//! | `$read_…` | a table over the topic of an input, with the columns that are read, and the key |
//! | `$input_…` | a view of it, with values as they are in the model |
//! | `$made_…` | a view of an output: the SELECT of the transformer, with the types of the output, and each key once |
//! | `$write_…` | a table over the topic of an output, of keys and values: texts of JSON, or what Avro is made of |
//! | the last one | a record for each change of each output, as Debezium would write it |
//!
//! Names with `$` are of no column and no input. A row that changed is written as one that came: Flink does not say what it was before, and whoever
//! reads Debezium's records wants to know that of a change. A deletion is two records, as Debezium has it: the row before it, and none, by which compaction
//! forgets the key.

use super::{Context, job_avro, job_json, security};
use crate::flink_type::FlinkType;
use datasurface_platform::{
    model::sql::{FlinkSelect, FlinkTable, NotFlink, to_flink},
    prelude::*,
};
use std::collections::{BTreeMap, BTreeSet};

/// The statements of a job, and what they need.
#[derive(Debug)]
pub(crate) struct JobSql {
    /// The statements, in order.
    pub(super) statements: Vec<String>,
    /// What the types of columns in Avro must have, by topic and column.
    pub(super) required_types: BTreeMap<String, BTreeMap<String, Json>>,
}

/// Returns the statements of a transformer.
///
/// # Errors
///
/// The first thing that is not written for Flink, which lint reports.
pub(crate) fn statements(
    context: Context<'_>,
    group: &str,
    node: &NodeView,
    transform: &TransformFacts,
) -> Result<JobSql, NotFlink> {
    let inputs: Vec<(FlinkTable, &DatasetFacts)> = transform
        .inputs
        .iter()
        .enumerate()
        .map(|(index, input)| (table(node, transform, index, input), input))
        .collect();
    let tables: Vec<FlinkTable> = inputs.iter().map(|(table, _)| table.clone()).collect();
    let mut read: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut made = Vec::new();
    for output in &transform.outputs {
        let select = select_of(transform, output)
            .ok_or_else(|| NotFlink::new(format!("no SELECT makes `{}`", output.key)))?;
        let columns: Vec<String> = output.schema.table().columns().iter().map(name).collect();
        let written = to_flink(select, &tables, &columns)
            .map_err(|problem| NotFlink::new(format!("the SELECT of `{}`: {problem}", output.key)))?;
        for (table, columns) in &written.read {
            read.entry(table.clone()).or_default().extend(columns.iter().cloned());
        }
        made.push((output, written));
    }
    let mut statements = Vec::new();
    let mut required_types = BTreeMap::new();
    for (index, (table, input)) in inputs.iter().enumerate() {
        // One that no SELECT reads is not read.
        let Some(columns) = read.get(&table.table) else { continue };
        let topic = node.input(&input.key).map_or("", Offer::address);
        statements.extend(input_statements(context, group, index, topic, input, columns)?);
        if context.settings.schema_registry.is_some() {
            required_types.insert(topic.to_owned(), required_of_avro(input, columns)?);
        }
    }
    let mut inserts = Vec::new();
    for (index, (output, select)) in made.into_iter().enumerate() {
        let topic = context.names.topic(output.storage_key());
        let changes = Changes::new(output, &select);
        statements.push(made_view(index, output, &select, changes)?);
        match &context.settings.schema_registry {
            Some(registry) => {
                statements.extend(job_avro::statements(context, registry, index, &topic, output, changes)?);
                inserts.push(job_avro::insert(index, output));
            }
            None => {
                statements.push(job_json::table(context, index, &topic));
                inserts.push(job_json::insert(index, &topic, output, changes)?);
            }
        }
    }
    statements.push(format!("EXECUTE STATEMENT SET BEGIN\n{}\nEND", inserts.join("\n")));
    required_types.retain(|_, columns: &mut BTreeMap<_, _>| !columns.is_empty());
    Ok(JobSql { statements, required_types })
}

/// What the changes of an output may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Changes {
    /// A row that changes takes the place of the one before.
    Replace,
    /// A row may go by a change, as one that does not fulfil a condition any more.
    End,
    /// The same, and a key may be of two rows for a moment: the one that has it, and the one that had it.
    Move,
}

impl Changes {
    fn new(output: &DatasetFacts, select: &FlinkSelect) -> Self {
        let key = output.schema.table().key();
        let is_of_key = |name: &String| key.iter().any(|column| column.as_str() == name);
        match &select.identity {
            Some(identity) if identity.iter().all(is_of_key) => match select.has_condition {
                true => Self::End,
                false => Self::Replace,
            },
            _ => Self::Move,
        }
    }
}

fn table(node: &NodeView, transform: &TransformFacts, index: usize, input: &DatasetFacts) -> FlinkTable {
    FlinkTable {
        table: view(index),
        names: transform.input_names(&input.key, &node.facts().called),
        columns: input.schema.table().columns().iter().map(name).collect(),
        key: input.schema.table().key().iter().map(ColumnName::to_string).collect(),
        numbers: input
            .schema
            .table()
            .columns()
            .iter()
            .filter_map(|column| Some((name(column), FlinkType::new(column.data_type()).ok()?.number()?)))
            .collect(),
    }
}

/// The view of an input. It is called by its place, so that another name of the input starts no job anew.
fn view(index: usize) -> String {
    format!("$input_{index}")
}

fn name(column: &Column) -> String {
    column.name().to_string()
}

fn select_of<'t>(transform: &'t TransformFacts, output: &DatasetFacts) -> Option<&'t str> {
    let CodeArtifact::Sql { selects } = &transform.artifact else { return None };
    selects.iter().find(|select| select.dataset == output.key.dataset).map(|select| select.sql.as_str())
}

/// Returns the type of Flink for a column of a dataset.
///
/// # Errors
///
/// If its values would not be as they were.
pub(super) fn flink_type(dataset: &DatasetFacts, column: &Column) -> Result<FlinkType, NotFlink> {
    FlinkType::new(column.data_type()).map_err(|reason| {
        NotFlink::new(format!("the column `{}` of `{}`: {reason}", column.name(), dataset.key))
    })
}

/// Returns the members by which a table is over a topic.
pub(super) fn over<'m>(
    context: Context<'_>,
    connector: &str,
    topic: &str,
    more: impl IntoIterator<Item = (&'m str, String)>,
) -> String {
    let mut members: Vec<(String, String)> = [
        ("connector", connector.to_owned()),
        ("topic", topic.to_owned()),
        ("properties.bootstrap.servers", context.settings.brokers().join(",")),
    ]
    .into_iter()
    .chain(more)
    .map(|(name, value)| (name.to_owned(), value))
    .collect();
    members.extend(security::flink_config(context));
    let members = members.iter().map(|(name, value)| format!("  {} = {}", text(name), text(value)));
    format!("WITH (\n{}\n)", members.collect::<Vec<_>>().join(",\n"))
}

fn input_statements(
    context: Context<'_>,
    group: &str,
    index: usize,
    topic: &str,
    input: &DatasetFacts,
    read: &BTreeSet<String>,
) -> Result<[String; 2], NotFlink> {
    let definition = input.schema.table();
    let mut columns = Vec::new();
    let mut values = Vec::new();
    for column in read_columns(input, read) {
        let (kind, name) = (flink_type(input, column)?, quoted(column.name().as_str()));
        let required = if definition.key().contains(column.name()) { " NOT NULL" } else { "" };
        columns.push(format!("  {name} {}{required},\n", kind.read_as()));
        values.push(format!("{} AS {name}", kind.value_of(&name)));
    }
    let key = definition.key().iter().map(|column| quoted(column.as_str())).collect::<Vec<_>>().join(", ");
    let source = quoted(&format!("$read_{index}"));
    let format = match &context.settings.schema_registry {
        Some(registry) => job_avro::read_format(registry),
        None => {
            let members = [("format", "debezium-json"), ("debezium-json.schema-include", "true")];
            members.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
        }
    };
    let members = over(
        context,
        "kafka",
        topic,
        [
            ("properties.group.id", group.to_owned()),
            // What is received from another platform is written in transactions.
            ("properties.isolation.level", "read_committed".to_owned()),
            ("scan.startup.mode", "earliest-offset".to_owned()),
        ]
        .into_iter()
        .chain(format.iter().map(|(name, value)| (name.as_str(), value.clone()))),
    );
    Ok([
        format!(
            "CREATE TEMPORARY TABLE {source} (\n{}  PRIMARY KEY ({key}) NOT ENFORCED\n) {members}",
            columns.concat()
        ),
        format!(
            "CREATE TEMPORARY VIEW {} AS\nSELECT {}\nFROM {source}",
            quoted(&view(index)),
            values.join(", ")
        ),
    ])
}

/// Returns what the types of the columns that are read must have.
fn required_of_avro(
    input: &DatasetFacts,
    read: &BTreeSet<String>,
) -> Result<BTreeMap<String, Json>, NotFlink> {
    let mut required = BTreeMap::new();
    for column in read_columns(input, read) {
        let name = column.name().as_str();
        let members = flink_type(input, column)?.required_of_avro();
        required.extend(members.map(|members| (name.to_owned(), members.into())));
    }
    Ok(required)
}

/// The columns of an input that are read, and its key.
fn read_columns<'i>(input: &'i DatasetFacts, read: &BTreeSet<String>) -> impl Iterator<Item = &'i Column> {
    let table = input.schema.table();
    let is_read =
        move |column: &&Column| table.key().contains(column.name()) || read.contains(column.name().as_str());
    table.columns().iter().filter(is_read)
}

/// Returns the view of an output.
fn made_view(
    index: usize,
    output: &DatasetFacts,
    written: &FlinkSelect,
    changes: Changes,
) -> Result<String, NotFlink> {
    let definition = output.schema.table();
    let mut columns = Vec::new();
    for column in definition.columns() {
        let name = quoted(column.name().as_str());
        let number = written.numbers.get(column.name().as_str()).copied();
        columns.push(format!("{} AS {name}", flink_type(output, column)?.cast(&name, number)));
    }
    let mut select = format!("SELECT {}\nFROM (\n{}\n)", columns.join(", "), written.sql);
    if changes == Changes::Move {
        // A group is there for as long as it has a row, in whatever order its rows come and go. When all changes have come, it has one row.
        let is_key = |column: &Column| definition.key().contains(column.name());
        let grouped = definition.columns().iter().map(|column| {
            let name = quoted(column.name().as_str());
            if is_key(column) { name } else { format!("MAX({name}) AS {name}") }
        });
        let key = definition.key().iter().map(|column| quoted(column.as_str())).collect::<Vec<_>>();
        let grouped = grouped.collect::<Vec<_>>().join(", ");
        select = format!("SELECT {grouped}\nFROM (\n{select}\n)\nGROUP BY {}", key.join(", "));
    }
    let made = quoted(&format!("$made_{index}"));
    Ok(format!("CREATE TEMPORARY VIEW {made} AS\n{select}"))
}

/// Returns the records of the changes of an output, for a `FROM`: `$op` is `c` or `d`, and `$n` is 2 for the second record of a deletion.
pub(super) fn records(index: usize, changes: Changes) -> String {
    // Flink takes a row back before it changes it, and says no more of it where it fulfils a condition no longer.
    let taken_back = if changes == Changes::Replace { "" } else { "'UPDATE_BEFORE', 'd', " };
    format!(
        "TO_CHANGELOG(input => TABLE `$made_{index}`, op => DESCRIPTOR(`$op`), \
         op_mapping => MAP['INSERT', 'c', {taken_back}'UPDATE_AFTER', 'c', 'DELETE', 'd'])\n\
         CROSS JOIN UNNEST(CASE WHEN `$op` = 'd' THEN ARRAY[1, 2] ELSE ARRAY[1] END) AS `$records` (`$n`)"
    )
}

/// Returns a name in backticks.
pub(super) fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// Returns a text in quotes.
pub(super) fn text(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}
