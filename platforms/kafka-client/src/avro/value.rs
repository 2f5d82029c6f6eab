//! Values of records.

use super::schema::ConnectType;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::Value as Json;

/// A value of a record. Texts and bytes are those of the record.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct AvroValue<'a> {
    /// The data.
    pub data: AvroData<'a>,
    /// The type of Kafka Connect that the schema names, if it names one.
    pub connect: Option<&'a ConnectType>,
}

/// The data of a value.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum AvroData<'a> {
    /// No value.
    Null,
    /// True or false.
    Boolean(bool),
    /// A number of the types `int` and `long`.
    Integer(i64),
    /// A number of the type `float`.
    Float(f32),
    /// A number of the type `double`.
    Double(f64),
    /// Bytes of the types `bytes` and `fixed`.
    Bytes(&'a [u8]),
    /// A text, or the symbol of an enum.
    Text(&'a str),
    /// The elements of an array.
    Array(Vec<AvroValue<'a>>),
    /// The entries of a map, as they are written.
    Map(Vec<(&'a str, AvroValue<'a>)>),
    /// The fields of a record, in the order of its schema.
    Record(Vec<(&'a str, AvroValue<'a>)>),
}

impl<'a> AvroValue<'a> {
    /// Returns the value of a field; `None` if there is none of this name.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&Self> {
        self.fields().iter().find(|(field, _)| *field == name).map(|(_, value)| value)
    }

    /// Returns the fields of a record; none of any other value.
    #[must_use]
    pub fn fields(&self) -> &[(&'a str, Self)] {
        match &self.data {
            AvroData::Record(fields) => fields,
            _ => &[],
        }
    }

    /// Returns the value in JSON: bytes in base64, and null for numbers that JSON does not have.
    #[must_use]
    pub fn to_json(&self) -> Json {
        let object = |entries: &[(&str, Self)]| {
            entries.iter().map(|(name, value)| ((*name).to_owned(), value.to_json())).collect()
        };
        match &self.data {
            AvroData::Null => Json::Null,
            AvroData::Boolean(value) => (*value).into(),
            AvroData::Integer(number) => (*number).into(),
            AvroData::Float(number) => (*number).into(),
            AvroData::Double(number) => (*number).into(),
            AvroData::Bytes(bytes) => BASE64_STANDARD.encode(bytes).into(),
            AvroData::Text(text) => (*text).into(),
            AvroData::Array(elements) => elements.iter().map(Self::to_json).collect(),
            AvroData::Map(entries) | AvroData::Record(entries) => object(entries),
        }
    }
}
