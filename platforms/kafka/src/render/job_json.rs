//! Records of outputs in JSON, with their schema beside them, as Connect's converter writes them: texts that SQL makes.

use super::Context;
use super::job_sql::{Changes, flink_type, over, quoted, records, text};
use crate::record_schema;
use datasurface_platform::{model::sql::NotFlink, prelude::*};
use serde_json::Value;

/// Returns the table over the topic of an output.
pub(super) fn table(context: Context<'_>, index: usize, topic: &str) -> String {
    let members = [
        ("key.format", "raw".to_owned()),
        ("key.fields", "key".to_owned()),
        ("value.format", "raw".to_owned()),
        ("value.fields-include", "EXCEPT_KEY".to_owned()),
        // What is written again after a failure is there already: the last record of a key is the row.
        ("sink.delivery-guarantee", "at-least-once".to_owned()),
    ];
    let written = quoted(&format!("$write_{index}"));
    let members = over(context, "kafka", topic, members);
    format!("CREATE TEMPORARY TABLE {written} (`key` STRING, `value` STRING) {members}")
}

/// Returns the statement that writes the changes of an output.
///
/// # Errors
///
/// If a column has a type that Flink does not have.
pub(super) fn insert(
    index: usize,
    topic: &str,
    output: &DatasetFacts,
    changes: Changes,
) -> Result<String, NotFlink> {
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
    let key_fields: Vec<Value> = fields
        .iter()
        .filter(|(name, _)| is_key(name))
        .map(|(_, field)| record_schema::required(field))
        .collect();
    let fields: Vec<&Value> = fields.iter().map(|(_, field)| field).collect();
    let [key_schema, schema] =
        [record_schema::key(topic, &key_fields), record_schema::envelope(topic, &fields)]
            .map(|schema| beginning(&schema));
    let source =
        "JSON_OBJECT(KEY 'ts_us' VALUE UNIX_TIMESTAMP() * 1000000, KEY 'lsn' VALUE CAST(NULL AS BIGINT))";
    let value = |before: &str, after: &str| {
        format!(
            "{schema} || JSON_OBJECT(KEY 'before' VALUE {before}, KEY 'after' VALUE {after}, KEY 'source' VALUE {source}, KEY 'op' VALUE `$op`) || '}}'"
        )
    };
    let nothing = "CAST(NULL AS STRING)";
    Ok(format!(
        "INSERT INTO `$write_{index}`\nSELECT\n  {key_schema} || {key} || '}}',\n  CASE WHEN `$n` = 2 THEN {nothing}\n  \
         WHEN `$op` = 'd' THEN {}\n  ELSE {} END\nFROM {};",
        value(&row, nothing),
        value(nothing, &row),
        records(index, changes),
    ))
}

/// The beginning of a record with its schema, as a text of SQL.
fn beginning(schema: &Value) -> String {
    text(&format!("{{\"schema\":{schema},\"payload\":"))
}
