//! Records as Debezium writes them: an envelope with the row before and after a change.

use super::{
    avro, json,
    value::{Encoding, Raw},
};
use crate::render::CheckedColumn;
use datasurface_kafka_client::{AvroReader, Record};
use rusqlite::types::Value;

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
    form: Form<'c>,
}

/// The form in which keys and values are written.
enum Form<'c> {
    Json(Box<json::Form>),
    Avro(&'c mut AvroReader),
}

/// An envelope: what is done, and the row after that.
pub(super) struct Envelope {
    pub(super) op: String,
    pub(super) after: Option<Vec<Value>>,
}

impl<'c> Decoder<'c> {
    /// Reads records in Avro by a reader of these; without one, records in JSON.
    pub(super) fn new(columns: &'c [CheckedColumn], avro: Option<&'c mut AvroReader>) -> Self {
        let mut key: Vec<&CheckedColumn> = columns.iter().filter(|column| column.key.is_some()).collect();
        key.sort_by_key(|column| column.key);
        let form = avro.map_or_else(|| Form::Json(Box::default()), Form::Avro);
        Self { columns, key, form }
    }

    /// Reads what a record does.
    ///
    /// # Errors
    ///
    /// If it is no record of Debezium about a row, with the reason, which has no value.
    pub(super) fn change(&mut self, record: &Record) -> Result<Change, String> {
        let Some(value) = &record.value else { return self.deletion(record) };
        let envelope = match &mut self.form {
            Form::Json(form) => form.envelope(value, self.columns)?,
            Form::Avro(reader) => avro::envelope(reader, value, self.columns)?,
        };
        match (envelope.op.as_str(), envelope.after) {
            ("c" | "u" | "r", Some(after)) => Ok(Change::Put(after)),
            ("d", _) => self.deletion(record),
            ("t", _) => Err("all rows were removed at once, which tells nothing of single rows".to_owned()),
            ("m", _) => Ok(Change::None),
            _ => Err("its value is no change of a row".to_owned()),
        }
    }

    fn deletion(&mut self, record: &Record) -> Result<Change, String> {
        let Some(key) = &record.key else { return Err("it has no key".to_owned()) };
        let key = match &mut self.form {
            Form::Json(form) => form.key(key, &self.key)?,
            Form::Avro(reader) => avro::key(reader, key, &self.key)?,
        };
        Ok(Change::Delete(key))
    }
}

/// Returns the values of columns. A column that came later has no value in earlier records.
pub(super) fn row<'c, 'm>(
    columns: impl IntoIterator<Item = &'c CheckedColumn>,
    field: impl Fn(&str) -> Option<(Encoding, Raw<'m>)>,
) -> Result<Vec<Value>, String> {
    let value = |column: &CheckedColumn| {
        let name = column.name.as_str();
        let Some((encoding, raw)) = field(name) else { return Ok(Value::Null) };
        encoding.read(raw, &column.data_type).map_err(|reason| format!("the column `{name}` {reason}"))
    };
    columns.into_iter().map(value).collect()
}

/// Returns the values of a key. One that lacks a column names no row.
pub(super) fn key<'m>(
    columns: &[&CheckedColumn],
    field: impl Fn(&str) -> Option<(Encoding, Raw<'m>)>,
) -> Result<Vec<Value>, String> {
    match columns.iter().find(|column| field(column.name.as_str()).is_none()) {
        Some(column) => Err(format!("its key has no column `{}`", column.name)),
        None => row(columns.iter().copied(), field),
    }
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
        let mut decoder = Decoder::new(&columns, None);
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
        let mut decoder = Decoder::new(&columns, None);
        let key = Change::Delete(vec![Value::Integer(i64::MAX), Value::Text("Ulm".to_owned())]);
        assert_eq!(decoder.change(&record(KEY, Some(&value("d", "null")))), Ok(key.clone()));
        // All that compaction leaves of it.
        assert_eq!(decoder.change(&record(KEY, None)), Ok(key));
        let half = KEY.replace("\"shop\":\"Ulm\",", "");
        let error = decoder.change(&record(&half, None)).unwrap_err();
        assert_eq!(error, "its key has no column `shop`");
    }

    #[test]
    fn another_schema_is_read_anew_and_without_one_values_are_those_of_json() {
        let columns = columns();
        let mut decoder = Decoder::new(&columns, None);
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
        let mut decoder = Decoder::new(&columns, None);
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
