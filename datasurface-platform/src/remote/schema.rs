//! The JSON Schema of what a program answers.

use super::protocol::{Response, ResponseLine};
use datasurface_model::Json;
use schemars::{Schema, SchemaGenerator, generate::SchemaSettings, json_schema};

/// Returns the JSON Schema of each line that a program writes. It is that of `docs/protocol.schema.json`.
///
/// It says what the host can read. Rules that bind several values, such as those of [`Rendering::add`](crate::Rendering::add), are not
/// in it.
#[must_use]
pub fn answer_schema() -> Json {
    let mut schema =
        SchemaSettings::draft2020_12().into_generator().into_root_schema_for::<ResponseLine<Response>>();
    schema.insert("title".to_owned(), "A line from the program of a platform".into());
    Json::from(schema.to_value())
}

/// The schema of a custody, whose crate has no schemas.
pub(crate) fn custody_schema(_: &mut SchemaGenerator) -> Schema {
    json_schema!({
        "description": "The versions of records that are visible, and the days for which superseded ones stay.",
        "type": "object",
        "properties": {
            "live": { "type": "boolean" },
            "history": { "type": "boolean" },
            "retention": {
                "anyOf": [
                    {
                        "type": "object",
                        "properties": { "for": { "type": "integer", "minimum": 0, "maximum": u32::MAX } },
                        "required": ["for"],
                        "additionalProperties": false
                    },
                    { "const": "for_ever" },
                    { "type": "null" }
                ]
            }
        },
        "required": ["live", "history"],
        "additionalProperties": false
    })
}
