//! What has a text form of its own, as JSON Schema.

use crate::{fingerprint::Fingerprint, key::NodeKey};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use std::borrow::Cow;

impl JsonSchema for NodeKey {
    fn schema_name() -> Cow<'static, str> {
        "NodeKey".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "a node, as kind, platform and names: `Export/<platform>/<zone>/<team>/<container>/<datastore>/<dataset>`, \
                            `Ingest/<platform>/<datastore>`, `Ingest/<platform>/<datastore>/<dataset>`, `Transform/<platform>/<workspace>` or \
                            `Trigger/<platform>/<workspace>`",
            "type": "string",
            "pattern": "^(Export(/[^/]*){6}|Ingest(/[^/]*){2,3}|Transform(/[^/]*){2}|Trigger(/[^/]*){2})$",
        })
    }
}

impl JsonSchema for Fingerprint {
    fn schema_name() -> Cow<'static, str> {
        "Fingerprint".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "description": "a BLAKE3 hash", "type": "string", "pattern": "^[0-9a-fA-F]{64}$" })
    }
}
