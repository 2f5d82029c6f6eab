//! Schemas of records in the words of Connect: the key, and Debezium's envelope around a row.

use datasurface_platform::prelude::{serde_json::Value, *};

/// Returns the schema of keys, of these fields.
pub(crate) fn key(topic: &str, fields: &[Value]) -> Value {
    json!({"type": "struct", "fields": fields, "optional": false, "name": format!("{topic}.Key")})
}

/// Returns a field as a column of a key, which always has a value.
pub(crate) fn required(field: &Value) -> Value {
    let mut field = field.clone();
    if let Some(members) = field.as_object_mut() {
        members.insert("optional".to_owned(), false.into());
    }
    field
}

/// Returns the schema of records, as far as readers of Debezium's look at it: they know them by the end of its name.
pub(crate) fn envelope(topic: &str, fields: &[&Value]) -> Value {
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
