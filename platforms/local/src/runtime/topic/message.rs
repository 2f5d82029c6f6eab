//! Records as Debezium writes them in JSON: an envelope with its schema beside it.

use super::value::Encoding;
use crate::{prelude::*, render::CheckedColumn};
use datasurface_kafka_client::Record;
use rusqlite::types::Value;
use serde_json::value::RawValue;
use std::{collections::BTreeMap, convert::identity};

/// What a record does.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Change {
    /// There is a row with these values, in the order of the columns.
    Put(Vec<Value>),
    /// There is no row with this key, in its order.
    Delete(Vec<Value>),
    /// Nothing: it is no change of a row.
    None,
}

/// Reads the records of a dataset.
pub(super) struct Decoder<'c> {
    columns: &'c [CheckedColumn],
    /// The columns of the key, in its order.
    key: Vec<&'c CheckedColumn>,
    of_key: Encodings,
    of_row: Encodings,
}

/// How fields are encoded, by the schema that was last read: nearly every record has the same one.
#[derive(Default)]
struct Encodings {
    schema: String,
    fields: BTreeMap<String, Encoding>,
}

/// Fields of a row, as they are written: numbers keep all of their digits.
type Fields<'m> = BTreeMap<String, &'m RawValue>;

/// A key or a value, and its schema.
#[derive(Deserialize)]
struct Message<'m, P> {
    #[serde(borrow, default)]
    schema: Option<&'m RawValue>,
    payload: P,
}

/// A change of a row.
#[derive(Deserialize)]
struct Envelope<'m> {
    op: String,
    #[serde(borrow, default)]
    after: Option<Fields<'m>>,
}

/// What is read of a schema.
#[derive(Deserialize)]
struct Schema {
    #[serde(default)]
    fields: Vec<Field>,
}

#[derive(Deserialize)]
struct Field {
    field: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    parameters: BTreeMap<String, String>,
    #[serde(default)]
    fields: Option<serde_json::Value>,
}

impl<'c> Decoder<'c> {
    pub(super) fn new(columns: &'c [CheckedColumn]) -> Self {
        let mut key: Vec<&CheckedColumn> = columns.iter().filter(|column| column.key.is_some()).collect();
        key.sort_by_key(|column| column.key);
        Self { columns, key, of_key: Encodings::default(), of_row: Encodings::default() }
    }

    /// Reads what a record does.
    ///
    /// # Errors
    ///
    /// If it is no record of Debezium about a row, with the reason, which has no value.
    pub(super) fn change(&mut self, record: &Record) -> Result<Change, String> {
        let Some(value) = &record.value else { return self.deletion(record) };
        let message: Message<'_, Envelope<'_>> =
            serde_json::from_slice(value).map_err(|error| malformed("value", &error))?;
        match (message.payload.op.as_str(), message.payload.after) {
            ("c" | "u" | "r", Some(after)) => {
                self.of_row.learn(message.schema, after_of)?;
                row(&after, self.columns.iter(), &self.of_row).map(Change::Put)
            }
            ("d", _) => self.deletion(record),
            ("t", _) => Err("all rows were removed at once, which tells nothing of single rows".to_owned()),
            ("m", _) => Ok(Change::None),
            _ => Err("its value is no change of a row".to_owned()),
        }
    }

    fn deletion(&mut self, record: &Record) -> Result<Change, String> {
        let Some(key) = &record.key else { return Err("it has no key".to_owned()) };
        let message: Message<'_, Fields<'_>> =
            serde_json::from_slice(key).map_err(|error| malformed("key", &error))?;
        self.of_key.learn(message.schema, identity)?;
        row(&message.payload, self.key.iter().copied(), &self.of_key).map(Change::Delete)
    }
}

impl Encodings {
    /// Reads the fields of a schema, unless it is the one that was last read.
    fn learn(&mut self, schema: Option<&RawValue>, pick: fn(Schema) -> Schema) -> Result<(), String> {
        let Some(text) = schema.map(RawValue::get) else {
            *self = Self::default();
            return Ok(());
        };
        if self.schema == text {
            return Ok(());
        }
        let schema: Schema = serde_json::from_str(text).map_err(|error| malformed("schema", &error))?;
        let fields = pick(schema).fields.into_iter();
        let encoding = |field: Field| {
            let encoding = Encoding::new(&field.kind, field.name.as_deref(), &field.parameters);
            (field.field, encoding)
        };
        *self = Self { schema: text.to_owned(), fields: fields.map(encoding).collect() };
        Ok(())
    }
}

/// The schema of the row after a change, within that of an envelope.
fn after_of(envelope: Schema) -> Schema {
    let after = envelope.fields.into_iter().find(|field| field.field == "after");
    let fields = after.and_then(|field| serde_json::from_value(field.fields?).ok());
    Schema { fields: fields.unwrap_or_default() }
}

/// The values of columns. A column that came later has no value in earlier records.
fn row<'c>(
    fields: &Fields<'_>,
    columns: impl Iterator<Item = &'c CheckedColumn>,
    encodings: &Encodings,
) -> Result<Vec<Value>, String> {
    let value = |column: &CheckedColumn| {
        let name = column.name.as_str();
        let Some(field) = fields.get(name) else { return Ok(Value::Null) };
        let encoding = encodings.fields.get(name).copied().unwrap_or_default();
        encoding
            .read(field.get(), &column.data_type)
            .map_err(|reason| format!("the column `{name}` {reason}"))
    };
    columns.map(value).collect()
}

/// The place of a failure of JSON: what it quotes may be a value.
fn malformed(part: &str, error: &serde_json::Error) -> String {
    format!("its {part} is no message of Debezium in JSON, at column {}", error.column())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Vec<CheckedColumn> {
        let column = |name: &str, data_type: &str, key| CheckedColumn {
            name: name.into(),
            data_type: data_type.parse().unwrap(),
            nullable: true,
            key,
            public: false,
        };
        vec![
            column("price", "Decimal(30,10)", None),
            column("shop", "VarChar(9)", Some(2)),
            column("id", "BigInt", Some(1)),
            column("sold", "Timestamp", None),
        ]
    }

    fn record(key: &str, value: Option<&str>) -> Record {
        let mut record = Record::default();
        (record.key, record.value) = (Some(key.into()), value.map(Into::into));
        record
    }

    const KEY: &str = r#"{"schema":{"type":"struct","fields":[{"type":"int64","optional":false,"field":"id"},
        {"type":"string","optional":false,"field":"shop"}]},"payload":{"shop":"Ulm","id":9223372036854775807}}"#;

    fn value(op: &str, after: &str) -> String {
        let row = r#"[{"type":"int64","field":"id"},{"type":"string","field":"shop"},
            {"type":"bytes","name":"org.apache.kafka.connect.data.Decimal","parameters":{"scale":"10"},"field":"price"},
            {"type":"int64","name":"io.debezium.time.MicroTimestamp","field":"sold"}]"#;
        let schema = format!(
            r#"{{"type":"struct","fields":[{{"type":"struct","field":"before","fields":{row}}},
            {{"type":"struct","field":"after","fields":{row}}},{{"type":"string","field":"op"}}]}}"#
        );
        format!(
            r#"{{"schema":{schema},"payload":{{"before":null,"after":{after},"source":{{}},"op":"{op}"}}}}"#
        )
    }

    #[test]
    fn a_change_leaves_a_row_with_all_of_its_digits() {
        let columns = columns();
        let mut decoder = Decoder::new(&columns);
        let after = r#"{"id":9223372036854775807,"shop":"Ulm","price":12345678901234567890.0123456789,"sold":1234567}"#;
        let text = |text: &str| Value::Text(text.to_owned());
        let row = [
            text("12345678901234567890.0123456789"),
            text("Ulm"),
            Value::Integer(i64::MAX),
            text("1970-01-01 00:00:01.234567"),
        ];
        for op in ["c", "u", "r"] {
            let change = decoder.change(&record(KEY, Some(&value(op, after))));
            assert_eq!(change, Ok(Change::Put(row.to_vec())), "{op}");
        }
        let earlier = decoder.change(&record(KEY, Some(&value("c", r#"{"id":1,"shop":null}"#))));
        assert_eq!(earlier, Ok(Change::Put(vec![Value::Null, Value::Null, Value::Integer(1), Value::Null])));
    }

    #[test]
    fn a_deletion_names_the_key_in_its_order() {
        let columns = columns();
        let mut decoder = Decoder::new(&columns);
        let key = Change::Delete(vec![Value::Integer(i64::MAX), Value::Text("Ulm".to_owned())]);
        assert_eq!(decoder.change(&record(KEY, Some(&value("d", "null")))), Ok(key.clone()));
        // All that compaction leaves of it.
        assert_eq!(decoder.change(&record(KEY, None)), Ok(key));
    }

    #[test]
    fn another_schema_is_read_anew_and_without_one_values_are_those_of_json() {
        let columns = columns();
        let mut decoder = Decoder::new(&columns);
        let text = |text: &str| Value::Text(text.to_owned());
        let bare = r#"{"schema":null,"payload":{"op":"u","after":{"id":1,"shop":"Ulm","price":"1.50","sold":"2026-01-01"}}}"#;
        let row = Change::Put(vec![text("1.50"), text("Ulm"), Value::Integer(1), text("2026-01-01")]);
        let micros = value("c", r#"{"id":1,"sold":1000000}"#);
        let millis = micros.replace("MicroTimestamp", "Timestamp");
        let second = |at: &str| Change::Put(vec![Value::Null, Value::Null, Value::Integer(1), text(at)]);
        for (message, expected) in [
            (bare, row.clone()),
            (&micros, second("1970-01-01 00:00:01")),
            (&millis, second("1970-01-01 00:16:40")),
            (bare, row),
        ] {
            assert_eq!(decoder.change(&record(KEY, Some(message))), Ok(expected), "{message}");
        }
    }

    #[test]
    fn what_is_no_change_of_a_row_is_told_without_its_values() {
        let columns = columns();
        let mut decoder = Decoder::new(&columns);
        for (odd, expected) in [
            ("secret", "its value is no message of Debezium in JSON, at column 1"),
            (r#"{"payload":{"op":"c","after":null}}"#, "its value is no change of a row"),
            (r#"{"payload":{"op":"t"}}"#, "all rows were removed at once"),
            (&value("c", r#"{"id":1,"sold":"secret"}"#), "the column `sold` has a value of another type"),
            (
                &value("c", r#"{"id":1,"shop":"__debezium_unavailable_value"}"#),
                "the column `shop` has no value in the log",
            ),
        ] {
            let error = decoder.change(&record(KEY, Some(odd))).unwrap_err();
            assert!(error.starts_with(expected) && !error.contains("secret"), "{error}");
        }
        assert_eq!(decoder.change(&record(KEY, Some(&value("m", "null")))), Ok(Change::None));
    }
}
