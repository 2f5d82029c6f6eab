//! Schemas in Avro, as far as records are read by them: no defaults, no documentation, no order.

use super::{AvroError, AvroValue, datum};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// The most types within types. Reading a record takes a call for each.
const DEEPEST: usize = 64;

/// A schema in Avro.
///
/// ```
/// use datasurface_kafka_client::{AvroData, AvroSchema};
///
/// let schema = r#"{"type": "record", "name": "Key", "fields": [{"name": "id", "type": "long"}]}"#;
/// let schema = AvroSchema::parse(schema)?;
/// let key = schema.read(&[6])?;
/// assert_eq!(key.field("id").map(|id| &id.data), Some(&AvroData::Integer(3)));
/// # Ok::<(), datasurface_kafka_client::AvroError>(())
/// ```
#[derive(Clone, Debug)]
pub struct AvroSchema {
    /// Each type behind those that are within it.
    types: Vec<Type>,
    root: usize,
}

/// The type of Kafka Connect that a type of Avro was made of.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConnectType {
    /// The name, as `io.debezium.time.Date`.
    pub name: String,
    /// The parameters, as the `scale` of a decimal number.
    pub parameters: BTreeMap<String, String>,
}

/// A type of a schema.
#[derive(Clone, Debug)]
pub(super) struct Type {
    pub(super) form: Form,
    pub(super) connect: Option<ConnectType>,
    /// The number of types within types, this one included.
    depth: usize,
}

/// The form in which a type is written. Other types are named by their places.
#[derive(Clone, Debug)]
pub(super) enum Form {
    Null,
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Bytes,
    Text,
    Fixed(usize),
    Enum(Vec<String>),
    Array(usize),
    Map(usize),
    Union(Vec<usize>),
    Record(Vec<(String, usize)>),
}

impl AvroSchema {
    /// Reads a schema in JSON.
    ///
    /// # Errors
    ///
    /// If it is none, or a type in it contains itself, is used before its definition, or is nested deeper than 64 others.
    pub fn parse(json: &str) -> Result<Self, AvroError> {
        let json: Json = serde_json::from_str(json).map_err(|_| AvroError::Schema("it is no JSON"))?;
        let mut parser = Parser::default();
        let root = parser.read(&json, "").map_err(AvroError::Schema)?;
        Ok(Self { types: parser.types, root })
    }

    /// Reads a value that was written by this schema. It takes memory in proportion to the bytes and to the schema, whatever the bytes claim.
    ///
    /// # Errors
    ///
    /// If the bytes are not what the schema says, or there are more.
    pub fn read<'a>(&'a self, bytes: &'a [u8]) -> Result<AvroValue<'a>, AvroError> {
        datum::read(self, bytes).map_err(AvroError::Malformed)
    }

    pub(super) fn types(&self) -> &[Type] {
        &self.types
    }

    pub(super) fn root(&self) -> usize {
        self.root
    }
}

/// A failure to read a schema.
type Reason = &'static str;

const NO_TYPE: Reason = "it has something that is no type";
const NO_NAME: Reason = "a type has no name";

#[derive(Default)]
struct Parser {
    types: Vec<Type>,
    /// The types that are defined, by their full names.
    named: BTreeMap<String, usize>,
}

impl Parser {
    /// Reads a type within a namespace, and returns its place.
    fn read(&mut self, json: &Json, namespace: &str) -> Result<usize, Reason> {
        match json {
            Json::String(name) => self.by_name(name, namespace, None),
            Json::Array(variants) => {
                let variants = variants.iter().map(|variant| self.read(variant, namespace));
                let variants = variants.collect::<Result<_, _>>()?;
                self.add(Form::Union(variants), None)
            }
            Json::Object(object) => self.object(object, namespace),
            _ => Err(NO_TYPE),
        }
    }

    /// Returns the place of a type that is called by its name: one of Avro's own, with this type of Connect, or one that was defined before.
    fn by_name(
        &mut self,
        name: &str,
        namespace: &str,
        connect: Option<ConnectType>,
    ) -> Result<usize, Reason> {
        if let Some(form) = primitive(name) {
            return self.add(form, connect);
        }
        let place = self.named.get(&full_name(name, namespace)).or_else(|| self.named.get(name));
        place.copied().ok_or("a type contains itself, or is used before its definition")
    }

    fn object(&mut self, object: &Map<String, Json>, namespace: &str) -> Result<usize, Reason> {
        let kind = match object.get("type").ok_or(NO_TYPE)? {
            Json::String(kind) => kind.as_str(),
            // A type around a type, which has attributes of its own.
            within => return self.read(within, namespace),
        };
        let part = |name: &str| object.get(name).ok_or(NO_TYPE);
        let form = match kind {
            "array" => Form::Array(self.read(part("items")?, namespace)?),
            "map" => Form::Map(self.read(part("values")?, namespace)?),
            "record" | "enum" | "fixed" => return self.definition(kind, object, namespace),
            kind => return self.by_name(kind, namespace, connect_type(object)),
        };
        self.add(form, connect_type(object))
    }

    /// Reads the definition of a type that has a name.
    fn definition(
        &mut self,
        kind: &str,
        object: &Map<String, Json>,
        namespace: &str,
    ) -> Result<usize, Reason> {
        let text = |name: &str| object.get(name).and_then(Json::as_str);
        let name = full_name(text("name").ok_or(NO_NAME)?, text("namespace").unwrap_or(namespace));
        let form = match kind {
            "fixed" => {
                let size = object.get("size").and_then(Json::as_u64).ok_or(NO_TYPE)?;
                Form::Fixed(usize::try_from(size).map_err(|_| NO_TYPE)?)
            }
            "enum" => {
                let symbols = object.get("symbols").and_then(Json::as_array).ok_or(NO_TYPE)?;
                let symbols = symbols.iter().map(|symbol| symbol.as_str().map(str::to_owned));
                Form::Enum(symbols.collect::<Option<_>>().ok_or(NO_TYPE)?)
            }
            _ => {
                let within = name.rsplit_once('.').map_or("", |(namespace, _)| namespace);
                let fields = object.get("fields").and_then(Json::as_array).ok_or(NO_TYPE)?;
                let read = |field: &Json| {
                    let name = field.get("name").and_then(Json::as_str).ok_or(NO_NAME)?;
                    Ok((name.to_owned(), self.read(field.get("type").ok_or(NO_TYPE)?, within)?))
                };
                Form::Record(fields.iter().map(read).collect::<Result<_, _>>()?)
            }
        };
        let place = self.add(form, connect_type(object))?;
        self.named.insert(name, place);
        Ok(place)
    }

    fn add(&mut self, form: Form, connect: Option<ConnectType>) -> Result<usize, Reason> {
        let depth_of = |place: &usize| self.types.get(*place).map_or(0, |one| one.depth);
        let within = match &form {
            Form::Array(place) | Form::Map(place) => depth_of(place),
            Form::Union(places) => places.iter().map(depth_of).max().unwrap_or_default(),
            Form::Record(fields) => fields.iter().map(|(_, place)| depth_of(place)).max().unwrap_or_default(),
            _ => 0,
        };
        if within >= DEEPEST {
            return Err("types are nested deeper than 64 others");
        }
        self.types.push(Type { form, connect, depth: within + 1 });
        Ok(self.types.len() - 1)
    }
}

fn primitive(name: &str) -> Option<Form> {
    Some(match name {
        "null" => Form::Null,
        "boolean" => Form::Boolean,
        "int" => Form::Int,
        "long" => Form::Long,
        "float" => Form::Float,
        "double" => Form::Double,
        "bytes" => Form::Bytes,
        "string" => Form::Text,
        _ => return None,
    })
}

/// The name of a type with its namespace.
fn full_name(name: &str, namespace: &str) -> String {
    match (name.contains('.'), namespace) {
        (true, _) | (_, "") => name.trim_start_matches('.').to_owned(),
        _ => format!("{namespace}.{name}"),
    }
}

fn connect_type(object: &Map<String, Json>) -> Option<ConnectType> {
    let name = object.get("connect.name")?.as_str()?.to_owned();
    let parameters = object.get("connect.parameters").and_then(Json::as_object).into_iter().flatten();
    let text = |(name, value): (&String, &Json)| Some((name.clone(), value.as_str()?.to_owned()));
    Some(ConnectType { name, parameters: parameters.filter_map(text).collect() })
}
