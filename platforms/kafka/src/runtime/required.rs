//! Types of columns that jobs read in Avro: those of records must be those of the model, where Flink would read other values without an error.
//!
//! A registry lets a source have other digits behind the point of a decimal number, by whatever mode. Flink takes the digits that its own table
//! has, so 1.25 would be 12.5.

use super::{
    clients::{Clients, rest_failed},
    rendered::Rendered,
};
use crate::render::Job;
use datasurface_platform::{RuntimeContext, prelude::*};
use serde_json::Value;
use std::{
    thread,
    time::{Duration, Instant},
};

/// The longest time for the first record of a topic, before a job begins: an empty table has none.
const PATIENCE: Duration = Duration::from_secs(20);

/// The time between two looks.
const PAUSE: Duration = Duration::from_millis(200);

/// Waits until the types of all columns that sources write are known, for some seconds.
///
/// # Errors
///
/// If the registry cannot be asked.
pub(super) fn wait(
    clients: &Clients,
    site: &RuntimeContext<'_>,
    rendered: &Rendered,
    job: &Job,
) -> Result<(), PlatformError> {
    let began = Instant::now();
    // What jobs write has the types of the model.
    let made = rendered.jobs_by_topic();
    for topic in job.required_types.keys().filter(|topic| !made.contains_key(topic.as_str())) {
        while versions(clients, topic)?.is_empty()
            && began.elapsed() < PATIENCE
            && !site.watcher.is_cancelled()
        {
            thread::sleep(PAUSE);
        }
    }
    Ok(())
}

/// Returns the problem of a column that a job reads; none of a topic that has had no record.
///
/// # Errors
///
/// If the registry cannot be asked.
pub(super) fn problem(clients: &Clients, job: &Job) -> Result<Option<String>, PlatformError> {
    for (topic, columns) in &job.required_types {
        for schema in versions(clients, topic)? {
            let schema: Value = serde_json::from_str(&schema).unwrap_or_default();
            for (column, required) in columns {
                if column_type(&schema, column).is_some_and(|found| !has(found, &required.value())) {
                    return Ok(Some(format!(
                        "the column `{column}` of the topic `{topic}` has or had another type at its source than in the model, \
                         and would be read as other numbers: give it that type in the model"
                    )));
                }
            }
        }
    }
    Ok(None)
}

fn versions(clients: &Clients, topic: &str) -> Result<Vec<String>, PlatformError> {
    let Some(registry) = &clients.registry else { return Ok(Vec::new()) };
    let subject = format!("{topic}-value");
    let failed = |error| rest_failed(format!("looking at the subject `{subject}`"), error);
    registry.versions(&subject).map_err(failed)
}

/// The type of a column in the schema of Debezium's records; none if it is not there.
fn column_type<'s>(schema: &'s Value, column: &str) -> Option<&'s Value> {
    // The record is defined where it is first.
    let row = field(schema, "before")?.get("type").map(something)?;
    field(row, column)?.get("type").map(something)
}

fn field<'s>(record: &'s Value, name: &str) -> Option<&'s Value> {
    let fields = record.get("fields")?.as_array()?;
    fields.iter().find(|field| field.get("name").and_then(Value::as_str) == Some(name))
}

/// What a type is where it is not null.
fn something(kind: &Value) -> &Value {
    match kind.as_array() {
        Some(variants) => variants.iter().find(|variant| variant.as_str() != Some("null")).unwrap_or(kind),
        None => kind,
    }
}

/// Whether a type has what it must have.
fn has(found: &Value, required: &Value) -> bool {
    match required.as_object() {
        Some(members) => {
            members.iter().all(|(name, required)| found.get(name).is_some_and(|one| has(one, required)))
        }
        None => found == required,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_found_within_unions_and_by_its_members() {
        let amount =
            json!({"type": "bytes", "connect.parameters": {"scale": "4", "connect.decimal.precision": "10"}});
        let row = json!({"type": "record", "name": "Value", "fields": [
            {"name": "small", "type": {"type": "int", "connect.type": "int16"}},
            {"name": "amount", "type": ["null", amount]},
        ]});
        let schema = json!({"type": "record", "name": "Envelope", "fields": [
            {"name": "before", "type": ["null", row]}, {"name": "after", "type": ["null", "Value"]},
        ]});
        let is =
            |column: &str, required: Value| column_type(&schema, column).map(|found| has(found, &required));
        assert_eq!(is("small", json!({"connect.type": "int16"})), Some(true));
        assert_eq!(is("amount", json!({"connect.parameters": {"scale": "4"}})), Some(true));
        assert_eq!(is("amount", json!({"connect.parameters": {"scale": "2"}})), Some(false));
        assert_eq!(is("small", json!({"connect.parameters": {"scale": "2"}})), Some(false));
        assert_eq!(is("other", json!({})), None);
    }
}
