//! The statements of a job: tables of its inputs, views of what it makes, and records of the changes of these.
//!
//! | statement | content |
//! |---|---|
//! | `$read_…` | a table over the topic of an input, with the columns that are read, and the key |
//! | `$input_…` | a view of it, with values as they are in the model |
//! | `$made_…` | a view of an output: the SELECT of the transformer, with the types of the output, and each key once |
//! | `$write_…` | a table over the topic of an output, of keys and values as texts |
//! | the last one | a record for each change of each output, as Debezium would write it |
//!
//! Names with `$` are of no column and no input. A row that changed is written as one that came: Flink does not say what it was before, and whoever
//! reads Debezium's records wants to know that of a change. A deletion is two records, as Debezium has it: the row before it, and none, by which compaction
//! forgets the key.

use super::Context;
use crate::flink_type::FlinkType;
use datasurface_platform::{
    model::sql::{FlinkSelect, FlinkTable, NotFlink, to_flink},
    prelude::*,
};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

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
) -> Result<Vec<String>, NotFlink> {
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
    for (index, (table, input)) in inputs.iter().enumerate() {
        // One that no SELECT reads is not read.
        let Some(columns) = read.get(&table.table) else { continue };
        let topic = node.input(&input.key).map_or("", Offer::address);
        statements.extend(input_statements(context, group, index, topic, input, columns)?);
    }
    let mut inserts = Vec::new();
    for (index, (output, select)) in made.into_iter().enumerate() {
        let topic = context.names.topic(output.storage_key());
        let changes = Changes::new(output, &select);
        statements.extend(output_statements(context, index, &topic, output, &select.sql, changes)?);
        inserts.push(insert(index, &topic, output, changes)?);
    }
    statements.push(format!("EXECUTE STATEMENT SET BEGIN\n{}\nEND", inserts.join("\n")));
    Ok(statements)
}

/// What the changes of an output may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Changes {
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

fn flink_type(dataset: &DatasetFacts, column: &Column) -> Result<FlinkType, NotFlink> {
    FlinkType::new(column.data_type()).map_err(|reason| {
        NotFlink::new(format!("the column `{}` of `{}`: {reason}", column.name(), dataset.key))
    })
}

/// The members by which a table is over a topic.
fn over(context: Context<'_>, topic: &str, more: &[(&str, &str)]) -> String {
    let servers = context.settings.brokers().join(",");
    let members = [("connector", "kafka"), ("topic", topic), ("properties.bootstrap.servers", &servers)];
    let members =
        members.iter().chain(more).map(|(name, value)| format!("  {} = {}", text(name), text(value)));
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
    let is_key = |column: &&Column| definition.key().contains(column.name());
    let is_read = |column: &&Column| is_key(column) || read.contains(column.name().as_str());
    let mut columns = Vec::new();
    let mut values = Vec::new();
    for column in definition.columns().iter().filter(is_read) {
        let (kind, name) = (flink_type(input, column)?, quoted(column.name().as_str()));
        let required = if is_key(&column) { " NOT NULL" } else { "" };
        columns.push(format!("  {name} {}{required},\n", kind.read_as()));
        values.push(format!("{} AS {name}", kind.value_of(&name)));
    }
    let key = definition.key().iter().map(|column| quoted(column.as_str())).collect::<Vec<_>>().join(", ");
    let source = quoted(&format!("$read_{index}"));
    let members = over(
        context,
        topic,
        &[
            ("properties.group.id", group),
            ("scan.startup.mode", "earliest-offset"),
            ("format", "debezium-json"),
            ("debezium-json.schema-include", "true"),
        ],
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

fn output_statements(
    context: Context<'_>,
    index: usize,
    topic: &str,
    output: &DatasetFacts,
    sql: &str,
    changes: Changes,
) -> Result<[String; 2], NotFlink> {
    let definition = output.schema.table();
    let mut columns = Vec::new();
    for column in definition.columns() {
        let name = quoted(column.name().as_str());
        columns.push(format!("CAST({name} AS {}) AS {name}", flink_type(output, column)?.name()));
    }
    let mut select = format!("SELECT {}\nFROM (\n{sql}\n)", columns.join(", "));
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
    let members = over(
        context,
        topic,
        &[
            ("key.format", "raw"),
            ("key.fields", "key"),
            ("value.format", "raw"),
            ("value.fields-include", "EXCEPT_KEY"),
            // What is written again after a failure is there already: the last record of a key is the row.
            ("sink.delivery-guarantee", "at-least-once"),
        ],
    );
    let (made, written) = (quoted(&format!("$made_{index}")), quoted(&format!("$write_{index}")));
    Ok([
        format!("CREATE TEMPORARY VIEW {made} AS\n{select}"),
        format!("CREATE TEMPORARY TABLE {written} (`key` STRING, `value` STRING) {members}"),
    ])
}

/// The statement that writes the changes of an output.
fn insert(index: usize, topic: &str, output: &DatasetFacts, changes: Changes) -> Result<String, NotFlink> {
    let definition = output.schema.table();
    let (mut fields, mut members) = (Vec::new(), Vec::new());
    for column in definition.columns() {
        let (kind, name) = (flink_type(output, column)?, column.name().as_str());
        fields.push((column.name(), kind.field(name, column.is_nullable())));
        members.push((column.name(), format!("KEY {} VALUE {}", text(name), kind.record_of(&quoted(name)))));
    }
    let is_key = |name: &ColumnName| definition.key().contains(name);
    let object = |members: Vec<&str>| format!("JSON_OBJECT({})", members.join(", "));
    let row = object(members.iter().map(|(_, member)| member.as_str()).collect());
    let key = object(members.iter().filter(|(name, _)| is_key(name)).map(|(_, member)| &**member).collect());
    let key_fields: Vec<Value> =
        fields.iter().filter(|(name, _)| is_key(name)).map(|(_, field)| required(field)).collect();
    let fields: Vec<&Value> = fields.iter().map(|(_, field)| field).collect();
    let [key_schema, schema] =
        [key_schema(topic, &key_fields), envelope(topic, &fields)].map(|schema| beginning(&schema));
    let source =
        "JSON_OBJECT(KEY 'ts_us' VALUE UNIX_TIMESTAMP() * 1000000, KEY 'lsn' VALUE CAST(NULL AS BIGINT))";
    let value = |before: &str, after: &str| {
        format!(
            "{schema} || JSON_OBJECT(KEY 'before' VALUE {before}, KEY 'after' VALUE {after}, KEY 'source' VALUE {source}, KEY 'op' VALUE `$op`) || '}}'"
        )
    };
    let nothing = "CAST(NULL AS STRING)";
    // Flink takes a row back before it changes it, and says no more of it where it fulfils a condition no longer.
    let taken_back = if changes == Changes::Replace { "" } else { "'UPDATE_BEFORE', 'd', " };
    Ok(format!(
        "INSERT INTO `$write_{index}`\nSELECT\n  {key_schema} || {key} || '}}',\n  CASE WHEN `$n` = 2 THEN {nothing}\n  \
         WHEN `$op` = 'd' THEN {}\n  ELSE {} END\nFROM TO_CHANGELOG(input => TABLE `$made_{index}`, op => DESCRIPTOR(`$op`), \
         op_mapping => MAP['INSERT', 'c', {taken_back}'UPDATE_AFTER', 'c', 'DELETE', 'd'])\n\
         CROSS JOIN UNNEST(CASE WHEN `$op` = 'd' THEN ARRAY[1, 2] ELSE ARRAY[1] END) AS `$records` (`$n`);",
        value(&row, nothing),
        value(nothing, &row),
    ))
}

/// A column of a key always has a value.
fn required(field: &Value) -> Value {
    let mut field = field.clone();
    if let Some(members) = field.as_object_mut() {
        members.insert("optional".to_owned(), false.into());
    }
    field
}

fn key_schema(topic: &str, fields: &[Value]) -> Value {
    json!({"type": "struct", "fields": fields, "optional": false, "name": format!("{topic}.Key")})
}

/// The schema of records, as far as readers of Debezium's look at it: they know them by the end of its name.
fn envelope(topic: &str, fields: &[&Value]) -> Value {
    let row = |called: &str| json!({"type": "struct", "fields": fields, "optional": true, "name": format!("{topic}.Value"), "field": called});
    json!({
        "type": "struct",
        "fields": [
            row("before"),
            row("after"),
            {"type": "struct", "fields": [
                {"type": "int64", "optional": true, "field": "ts_us"},
                {"type": "int64", "optional": true, "field": "lsn"},
            ], "optional": true, "name": format!("{topic}.Source"), "field": "source"},
            {"type": "string", "optional": false, "field": "op"},
        ],
        "optional": false,
        "name": format!("{topic}.Envelope"),
    })
}

/// The beginning of a record with its schema, as a text of SQL.
fn beginning(schema: &Value) -> String {
    text(&format!("{{\"schema\":{schema},\"payload\":"))
}

fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

fn text(value: &str) -> String {
    format!("'{}'", value.replace('\'', "''"))
}
