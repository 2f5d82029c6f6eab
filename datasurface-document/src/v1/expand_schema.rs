//! Schemas in which a path into a column finds something, however they were written.

use super::schema::SchemaObject;
use datasurface_model::Schema;
use serde_json::Value;
use std::borrow::Cow;

/// The schema that a document has, with all that text says in members of their own. A text that cannot be read stays.
#[must_use]
pub fn expand_schema(form: &Value) -> Cow<'_, Value> {
    let text = match form {
        Value::String(text) => Some(text.clone()),
        Value::Array(columns) => {
            let columns: Option<Vec<&str>> = columns.iter().map(Value::as_str).collect();
            columns.map(|columns| columns.join(", "))
        }
        _ => None,
    };
    let Some(text) = text else { return Cow::Borrowed(form) };
    let schema = Schema::from(&*text);
    let readable = schema.error().is_none().then(|| SchemaObject::from(schema.table()));
    let full = readable.and_then(|table| serde_json::to_value(table).ok());
    full.map_or(Cow::Borrowed(form), Cow::Owned)
}
