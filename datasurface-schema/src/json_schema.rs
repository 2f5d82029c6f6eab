//! The text forms of types and keys, in documents and on the wire, as JSON Schema.

use crate::{
    Json, Schema as TableOrAvro, Sparse, TableSchema, Text,
    data_type::DataType,
    name::{ContainerKey, CredentialKey, DatasetKey, GroupKey, Place, TeamKey},
};
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
    ContainerKey = "ContainerKey", "a container, as `zone/team/container`";
    CredentialKey = "CredentialKey", "a credential, as `zone/team/credential`";
    DatasetKey = "DatasetKey", "a dataset, as `datastore/dataset`";
    DataType = "DataType", "a type, such as `VarChar(15)`";
    GroupKey = "GroupKey", "a dataset group, as `workspace/group`";
    Place = "Place", "a place, as `vendor/location/…/location`";
    TeamKey = "TeamKey", "a team, as `zone/team`";
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

impl JsonSchema for Json {
    fn schema_name() -> Cow<'static, str> {
        "Json".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        true.into()
    }

    fn inline_schema() -> bool {
        true
    }
}

/// Between programs a schema is its table.
impl JsonSchema for TableOrAvro {
    fn schema_name() -> Cow<'static, str> {
        TableSchema::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        TableSchema::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        TableSchema::json_schema(generator)
    }
}

/// An attribute that has its default is absent, or null.
impl<T: JsonSchema> JsonSchema for Sparse<T> {
    fn schema_name() -> Cow<'static, str> {
        Option::<T>::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        Option::<T>::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Option::<T>::json_schema(generator)
    }

    fn inline_schema() -> bool {
        true
    }
}
