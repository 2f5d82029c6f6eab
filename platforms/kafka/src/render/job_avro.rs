//! Records of inputs and outputs in Avro, with their schemas in the registry.
//!
//! Flink's formats write records by a schema that is named, but no record without a value. The table of an output is one of Flink's with a key: there, a
//! row that is deleted is such a record. So what is written are the changes of a table whose rows are Debezium's records.

use super::{
    Context,
    job_sql::{Changes, flink_type, over, quoted, records, text},
};
use crate::record_avro::{envelope, field, record};
use crate::settings::RegistrySettings;
use datasurface_platform::{model::sql::NotFlink, prelude::*};
use serde_json::Value;

/// The beginning of the names of columns of a key, which a record has, too.
const KEY_PREFIX: &str = "key_";

/// The place where the client of a registry finds user and password: the section `KafkaClient` of the file of logins that Java has on the machines of
/// Flink. Neither a statement nor the gateway has them.
const LOGIN: [&str; 2] = ["basic-auth.credentials-source", "SASL_INHERIT"];

/// Returns the members by which a table reads records of Debezium.
pub(super) fn read_format(registry: &RegistrySettings) -> Vec<(String, String)> {
    let format = "debezium-avro-confluent";
    let mut members =
        vec![("format".to_owned(), format.to_owned()), (format!("{format}.url"), registry.confluent_url())];
    members.extend(login(registry, format));
    members
}

/// Returns the member by which a format logs in to the registry; none without a login.
fn login(registry: &RegistrySettings, format: &str) -> Option<(String, String)> {
    let [setting, value] = LOGIN;
    registry.credential.as_ref().map(|_| (format!("{format}.{setting}"), value.to_owned()))
}

/// Returns the table over the topic of an output, and the view of its records.
///
/// # Errors
///
/// If a column has a type that Flink does not have.
pub(super) fn statements(
    context: Context<'_>,
    registry: &RegistrySettings,
    index: usize,
    topic: &str,
    output: &DatasetFacts,
    changes: Changes,
) -> Result<[String; 2], NotFlink> {
    let definition = output.schema.table();
    let (mut fields, mut types, mut values) = (Vec::new(), Vec::new(), Vec::new());
    let (mut key_fields, mut keys, mut key_values) = (Vec::new(), Vec::new(), Vec::new());
    for column in definition.columns() {
        let (kind, name) = (flink_type(output, column)?, column.name().as_str());
        let quoted_name = quoted(name);
        let is_key = definition.key().contains(column.name());
        let is_nullable = column.is_nullable() && !is_key;
        let required = if is_nullable { "" } else { " NOT NULL" };
        fields.push(field(name, &kind.avro(), is_nullable));
        types.push(format!("{quoted_name} {}{required}", kind.avro_column()));
        values.push(kind.avro_value_of(&quoted_name));
        if is_key {
            let key = quoted(&format!("{KEY_PREFIX}{name}"));
            key_fields.push(field(name, &kind.avro(), false));
            key_values.push(format!("{} AS {key}", kind.avro_value_of(&quoted_name)));
            keys.push((key, kind.avro_column()));
        }
    }
    let row_type = format!("ROW<{}>", types.join(", "));
    let [key_schema, schema] = [record("Key", topic, &key_fields), envelope(topic, &fields)];
    let url = registry.confluent_url();
    let of_part = |part: &str, schema: &Value| {
        let format = format!("{part}.avro-confluent");
        let mut members = vec![
            (format!("{part}.format"), "avro-confluent".to_owned()),
            (format!("{format}.url"), url.clone()),
            (format!("{format}.subject"), format!("{topic}-{part}")),
            (format!("{format}.schema"), schema.to_string()),
        ];
        members.extend(login(registry, &format));
        members
    };
    let parts = [of_part("key", &key_schema), of_part("value", &schema)].concat();
    let members = parts.iter().map(|(name, value)| (name.as_str(), value.clone())).chain([
        ("key.fields-prefix", KEY_PREFIX.to_owned()),
        ("value.fields-include", "EXCEPT_KEY".to_owned()),
        // What is written again after a failure is there already: the last record of a key is the row.
        ("sink.delivery-guarantee", "at-least-once".to_owned()),
    ]);
    let members = over(context, "upsert-kafka", topic, members);
    let columns: Vec<String> = keys.iter().map(|(key, kind)| format!("  {key} {kind},\n")).collect();
    let keys: Vec<&str> = keys.iter().map(|(key, _)| key.as_str()).collect();
    let table = format!(
        "CREATE TEMPORARY TABLE `$write_{index}` (\n{}  `before` {row_type},\n  `after` {row_type},\n  \
         `source` ROW<`ts_us` BIGINT, `lsn` BIGINT>,\n  `op` STRING NOT NULL,\n  PRIMARY KEY ({}) NOT ENFORCED\n) {members}",
        columns.concat(),
        keys.join(", "),
    );
    let row = format!("CAST(ROW({}) AS {row_type})", values.join(", "));
    let nothing = format!("CAST(NULL AS {row_type})");
    let view = format!(
        "CREATE TEMPORARY VIEW `$records_{index}` AS\nSELECT CASE WHEN `$n` = 2 THEN 'none' ELSE 'record' END AS `$kind`, {},\n  \
         CASE WHEN `$op` = 'd' THEN {row} ELSE {nothing} END AS `before`,\n  \
         CASE WHEN `$op` = 'd' THEN {nothing} ELSE {row} END AS `after`,\n  \
         ROW(UNIX_TIMESTAMP() * 1000000, CAST(NULL AS BIGINT)) AS `source`, `$op` AS `op`\nFROM {}",
        key_values.join(", "),
        records(index, changes),
    );
    Ok([table, view])
}

/// Returns the statement that writes the changes of an output.
pub(super) fn insert(index: usize, output: &DatasetFacts) -> String {
    let definition = output.schema.table();
    let is_key = |column: &&Column| definition.key().contains(column.name());
    let keys = definition.columns().iter().filter(is_key);
    let keys: Vec<String> = keys.map(|column| quoted(&format!("{KEY_PREFIX}{}", column.name()))).collect();
    format!(
        "INSERT INTO `$write_{index}`\nSELECT {}, `before`, `after`, `source`, `op`\nFROM FROM_CHANGELOG(input => TABLE `$records_{index}`, \
         op => DESCRIPTOR(`$kind`), op_mapping => MAP[{}, 'INSERT', {}, 'DELETE']);",
        keys.join(", "),
        text("record"),
        text("none"),
    )
}
