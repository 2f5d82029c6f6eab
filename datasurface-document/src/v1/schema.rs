//! Schemas: as text, `customer_id VarChar(5) key, city VarChar(15)`; as a list of such texts, a column each, where
//! one text would be too long to review; as an object where text would not say everything, or Avro says it.

use super::annotations::{DocumentationForm, described, written};
use super::{objects::objects, sets::set, settings::Settings};
use crate::shape::{Shape, Shaped};
use datasurface_model::{
    AvroSchema, Classification, Column, ColumnName, DataType, Schema, SchemaError, Set, TableSchema,
};
use rustc_hash::FxHashMap;
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{DeserializeSeed, Error, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};
use std::{collections::hash_map::Entry, fmt};

/// Longest schema in one text, in bytes.
const LONGEST: usize = 100;

/// Room for a list of about ten columns, in bytes.
const MANY: usize = 256;

/// The schemas of documents, by their texts: equal ones become one in memory, and none is read twice.
#[derive(Debug, Default)]
pub(crate) struct Schemas(FxHashMap<String, Schema>);

impl Schemas {
    pub(super) fn intern(&mut self, form: SchemaForm) -> Schema {
        match form {
            SchemaForm::Text(text) => self.read(text),
            SchemaForm::Schema(schema) if schema.avro().is_some() => schema,
            SchemaForm::Schema(schema) => {
                let known = self.read(column_texts(schema.table()).join(", "));
                // What was not written as text may say more than its text would.
                if known == schema { known } else { schema }
            }
        }
    }

    fn read(&mut self, text: String) -> Schema {
        match self.0.entry(text) {
            Entry::Occupied(known) => known.get().clone(),
            Entry::Vacant(place) => {
                let schema = Schema::from(place.key().as_str());
                place.insert(schema).clone()
            }
        }
    }

    /// Forgets schemas that nobody else has.
    pub(crate) fn forget_unused(&mut self) {
        self.0.retain(|_, schema| schema.is_shared());
    }
}

/// A schema, or a text to be read as one.
pub(super) enum SchemaForm {
    Schema(Schema),
    Text(String),
}

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a schema, as an object")]
pub(super) struct SchemaObject {
    #[serde(default, deserialize_with = "objects", skip_serializing_if = "Vec::is_empty")]
    columns: Vec<ColumnObject>,
    /// An Avro record, whose fields are the columns.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[shape(is = Shape::Transparent(&Shape::Avro))]
    avro: Option<Settings>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    key: Vec<ColumnName>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    partition: Vec<ColumnName>,
}

#[derive(Serialize, Deserialize, Shaped)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields, expecting = "a column, as an object")]
#[shape(identified_by(name))]
struct ColumnObject {
    name: ColumnName,
    #[serde(rename = "type")]
    data_type: DataType,
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    nullable: bool,
    #[serde(default, deserialize_with = "set", skip_serializing_if = "Set::is_empty")]
    classifications: Set<Classification>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    documentation: DocumentationForm,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    renamed_from: Option<ColumnName>,
}

/// What is there, even if that is null: what is no record is for validation to say.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Settings>, D::Error> {
    Settings::deserialize(deserializer).map(Some)
}

fn yes() -> bool {
    true
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands over a reference")]
fn is_yes(answer: &bool) -> bool {
    *answer
}

impl Shaped for SchemaForm {
    const SHAPE: Shape = Shape::Schema(&SchemaObject::SHAPE);
}

impl Serialize for SchemaForm {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let schema = match self {
            Self::Schema(schema) => schema,
            Self::Text(text) => return serializer.serialize_str(text),
        };
        if let Some(avro) = schema.avro() {
            return SchemaObject::from(avro).serialize(serializer);
        }
        if let Some(SchemaError::Text(unreadable)) = schema.error() {
            return serializer.serialize_str(unreadable.text());
        }
        let table = schema.table();
        let columns = column_texts(table);
        let text = columns.join(", ");
        if text.parse().as_ref() != Ok(table) {
            SchemaObject::from(table).serialize(serializer)
        } else if text.len() > LONGEST {
            columns.serialize(serializer)
        } else {
            serializer.serialize_str(&text)
        }
    }
}

fn column_texts(table: &TableSchema) -> Vec<String> {
    let key: Set<&str> = table.key().iter().map(ColumnName::as_str).collect();
    let partition: Set<&str> = table.partition().iter().map(ColumnName::as_str).collect();
    let texts = table.columns().iter().map(|column| {
        let mut text = column.to_string();
        if key.contains(column.name().as_str()) {
            // A column of the key is not null anyway; if it is nullable, the text would say something else.
            text = format!("{} key", text.strip_suffix(" not null").unwrap_or(&text));
        }
        if partition.contains(column.name().as_str()) {
            text.push_str(" partition");
        }
        text
    });
    texts.collect()
}

impl<'de> Deserialize<'de> for SchemaForm {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SchemaVisitor)
    }
}

struct SchemaVisitor;

impl<'de> Visitor<'de> for SchemaVisitor {
    type Value = SchemaForm;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a schema, as `id Integer key, city VarChar(15)`, a list of such columns, or an object")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<SchemaForm, E> {
        Ok(SchemaForm::Text(text.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<SchemaForm, A::Error> {
        let mut columns = String::with_capacity(MANY);
        while elements.next_element_seed(ColumnSeed(&mut columns))?.is_some() {}
        Ok(SchemaForm::Text(columns))
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<SchemaForm, A::Error> {
        let mut object = SchemaObject::deserialize(MapAccessDeserializer::new(members))?;
        // Beside columns, `null` says that there is none; alone, it is no record, which validation reports.
        if !object.columns.is_empty() {
            object.avro = object.avro.filter(|Settings(avro)| avro.as_str() != "null");
        }
        if object.avro.is_some() && !object.columns.is_empty() {
            return Err(Error::custom("a schema has `columns` or is `avro`, not both"));
        }
        Ok(SchemaForm::Schema(object.into_schema()))
    }
}

/// One column of a list, behind those before it: there are many, and none needs memory of its own.
struct ColumnSeed<'a>(&'a mut String);

impl<'de> DeserializeSeed<'de> for ColumnSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl Visitor<'_> for ColumnSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, column: &str) -> Result<(), E> {
        if !self.0.is_empty() {
            self.0.push_str(", ");
        }
        self.0.push_str(column);
        Ok(())
    }
}

impl From<&TableSchema> for SchemaObject {
    fn from(table: &TableSchema) -> Self {
        let columns = table.columns().iter().map(|column| ColumnObject {
            name: column.name().clone(),
            data_type: column.data_type().clone(),
            nullable: column.is_nullable(),
            classifications: column.classifications().clone(),
            documentation: written(column.documentation()),
            renamed_from: column.former_name().cloned(),
        });
        Self {
            columns: columns.collect(),
            avro: None,
            key: table.key().to_vec(),
            partition: table.partition().to_vec(),
        }
    }
}

impl From<&AvroSchema> for SchemaObject {
    fn from(avro: &AvroSchema) -> Self {
        let table = avro.readable();
        Self {
            columns: Vec::new(),
            avro: Some(Settings(avro.json().clone())),
            key: table.key().to_vec(),
            partition: table.partition().to_vec(),
        }
    }
}

impl SchemaObject {
    fn into_schema(self) -> Schema {
        if let Some(Settings(avro)) = self.avro {
            return AvroSchema::new(avro).keyed(self.key).partitioned(self.partition).into();
        }
        let columns = self.columns.into_iter().map(ColumnObject::into_column);
        TableSchema::new(columns).keyed(self.key).partitioned(self.partition).into()
    }
}

impl ColumnObject {
    fn into_column(self) -> Column {
        let column = Column::new(self.name, self.data_type);
        let column = if self.nullable { column } else { column.not_null() };
        let column = self.classifications.into_iter().fold(column, Column::classified);
        described(column, self.documentation, self.renamed_from, Column::documented, Column::renamed_from)
    }
}
