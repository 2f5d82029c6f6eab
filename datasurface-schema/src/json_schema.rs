//! The text forms of types and keys in documents, as JSON Schema.

use crate::{Text, data_type::DataType, name::DatasetKey};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema as say};
use std::borrow::Cow;

macro_rules! texts {
    ($($text:ty = $name:literal, $what:literal;)*) => {$(
        impl JsonSchema for $text {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                say!({ "description": $what, "type": "string" })
            }
        }
    )*};
}

texts! {
    DatasetKey = "DatasetKey", "a dataset, as `datastore/dataset`";
    DataType = "DataType", "a type, such as `VarChar(15)`";
}

impl JsonSchema for Text {
    fn schema_name() -> Cow<'static, str> {
        "Text".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        say!({ "type": "string" })
    }

    fn inline_schema() -> bool {
        true
    }
}
