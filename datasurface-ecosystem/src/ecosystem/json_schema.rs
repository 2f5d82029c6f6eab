//! The text forms of entities in documents, as JSON Schema.

use super::{Cron, VersionRequirement};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;

impl JsonSchema for Cron {
    fn schema_name() -> Cow<'static, str> {
        "Timetable".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let description = "minute, hour, day of month, month, day of week: `*/10 8-18 * * mon-fri`";
        json_schema!({ "description": description, "type": "string" })
    }
}

impl JsonSchema for VersionRequirement {
    fn schema_name() -> Cow<'static, str> {
        "VersionRequirement".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "a requirement of versions, such as `^1.2`", "type": "string" })
    }
}
