//! What a document looks like, as JSON Schema.

#[cfg(feature = "json-schema")]
pub(crate) use schema::json_schema;

/// What can be described, where descriptions are built at all.
#[cfg(feature = "json-schema")]
pub(super) trait Described: schemars::JsonSchema {}

#[cfg(feature = "json-schema")]
impl<T: schemars::JsonSchema> Described for T {}

/// What can be described, where descriptions are built at all.
#[cfg(not(feature = "json-schema"))]
pub(super) trait Described {}

#[cfg(not(feature = "json-schema"))]
impl<T> Described for T {}

#[cfg(feature = "json-schema")]
mod schema {
    use crate::v1::{
        Document, FORMAT,
        entitlement::PrincipalKind,
        quantity::{Day, DeadlineText, LatencyText, RetentionText, SpanText},
        schema::{SchemaForm, SchemaObject},
        settings::Settings,
        short_form::{Compact, ShortForm},
        words::{Word, Worded},
        zone::{TeamDefinition, ZoneDefinition},
    };
    use datasurface_model::{
        CloudVendor, Consistency, CredentialKind, FileFormat, InvalidRows, KeyHolder, Milestoning, Onward,
        Priority, ProductionStatus, RepositoryHost, TextFormat,
    };
    use schemars::{JsonSchema, Schema, SchemaGenerator, generate::SchemaSettings, json_schema as say};
    use serde_json::Value;
    use std::borrow::Cow;

    /// A document is about a team, about a zone, or about the ecosystem.
    pub(crate) fn json_schema() -> Value {
        let mut generator = SchemaSettings::draft2020_12().for_deserialize().into_generator();
        let team = headed::<TeamDefinition>(&mut generator, "team", "which team it is about, as `zone/team`");
        let zone = headed::<ZoneDefinition>(&mut generator, "zone", "which zone it is about");
        let ecosystem = headed::<Document>(&mut generator, "format", "the format of the document");
        let definitions = generator.take_definitions(true);
        say!({
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": "DataSurface",
            "description": "What a data ecosystem is made of, in one document or in many.",
            "if": { "required": ["team"] },
            "then": team,
            "else": { "if": { "required": ["zone"] }, "then": zone, "else": ecosystem },
            "$defs": definitions,
        })
        .to_value()
    }

    /// The members of a document, with its head.
    fn headed<T: JsonSchema>(generator: &mut SchemaGenerator, about: &str, description: &str) -> Value {
        let mut schema = T::json_schema(generator).to_value();
        if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
            properties.insert(
                about.to_owned(),
                serde_json::json!({ "type": "string", "description": description }),
            );
            properties.insert("format".to_owned(), serde_json::json!({ "const": FORMAT }));
        }
        if let Some(object) = schema.as_object_mut() {
            let required = if about == "format" { vec!["format"] } else { vec!["format", about] };
            object.insert("required".to_owned(), required.into());
        }
        schema
    }

    impl<T: Compact> JsonSchema for ShortForm<T> {
        fn schema_name() -> Cow<'static, str> {
            format!("Short{}", T::Long::schema_name()).into()
        }

        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            let long = generator.subschema_for::<T::Long>();
            say!({ "description": T::EXPECTED, "anyOf": [{ "type": "string" }, long] })
        }
    }

    impl JsonSchema for SchemaForm {
        fn schema_name() -> Cow<'static, str> {
            "Schema".into()
        }

        fn json_schema(generator: &mut SchemaGenerator) -> Schema {
            let table = generator.subschema_for::<SchemaObject>();
            say!({
                "description": "`id Integer key, city VarChar(15)`, a list of such columns, or an object",
                "anyOf": [{ "type": "string" }, { "type": "array", "items": { "type": "string" } }, table],
            })
        }
    }

    impl JsonSchema for Settings {
        fn schema_name() -> Cow<'static, str> {
            "Settings".into()
        }

        fn json_schema(_: &mut SchemaGenerator) -> Schema {
            say!({ "description": "free-form settings" })
        }
    }

    macro_rules! texts {
        ($($text:ty = $name:literal, $what:literal $(, $pattern:literal)?;)*) => {$(
            impl JsonSchema for $text {
                fn schema_name() -> Cow<'static, str> {
                    $name.into()
                }

                fn json_schema(_: &mut SchemaGenerator) -> Schema {
                    say!({ "description": $what, "type": "string" $(, "pattern": $pattern)? })
                }
            }
        )*};
    }

    texts! {
        Day = "Day", "a day, as `2027-01-31`", "^([0-9]{4}|[+-][0-9]{4,6})-[0-9]{2}-[0-9]{2}$";
        DeadlineText = "Deadline", "a time of day in a time zone, as `06:30 Europe/Berlin`", "^[0-2][0-9]:[0-5][0-9] ";
        LatencyText = "Latency", "a span of time, as `30 s`, `15 min`, `4 h` or `1 d`", "^[0-9]+ *(s|seconds?|min|minutes?|h|hours?|d|days?|y|years?)$";
        SpanText = "Span", "a span of whole minutes, as `30 min`, `8 h` or `2 d`", "^[0-9]+ *(min|minutes?|h|hours?|d|days?)$";
        RetentionText = "Retention", "a span of days, as `90 d` or `7 y`", "^[0-9]+ *(d|days?|y|years?)$";
    }

    macro_rules! words {
        ($($type:ty = $name:literal $(, $what:literal)?;)*) => {$(
            impl JsonSchema for Word<$type> {
                fn schema_name() -> Cow<'static, str> {
                    $name.into()
                }

                // Two of them have one name.
                fn schema_id() -> Cow<'static, str> {
                    std::any::type_name::<Self>().into()
                }

                fn json_schema(_: &mut SchemaGenerator) -> Schema {
                    say!({ "type": "string", "enum": <$type>::WORDS $(, "description": $what)? })
                }
            }
        )*};
    }

    words! {
        CloudVendor = "CloudWord";
        Consistency = "Together";
        CredentialKind = "CredentialWord";
        FileFormat = "FormatWord";
        InvalidRows = "InvalidRowsWord", "Where rows go that break what the schema says.";
        KeyHolder = "KeyHolderWord";
        Milestoning = "MilestoningWord";
        Onward = "OnwardWord", "Who may have what is derived: who is approved for the dataset itself, or whoever may read the derived one.";
        PrincipalKind = "KindWord";
        Priority = "PriorityWord";
        ProductionStatus = "StatusWord", "The status in a list of what a policy permits.";
        RepositoryHost = "Host";
        TextFormat = "FormatWord";
    }
}
