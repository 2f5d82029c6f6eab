//! Reading Avro's JSON (Apache Avro 1.12, "Complex Types", "Logical Types", "Names").

use super::{
    AvroError, Enumeration, Field, FieldError, FieldErrors, Fixed, NullableType, Record, Type, default,
    error::both,
    logical::logical,
    name::{defined_name, full_name, is_name, namespace, simple_name},
    types::Primitive,
};
use crate::{
    DataType, Text,
    json::Json,
    name::{Classification, ColumnName},
    set::Set,
};
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::{Map, Value};
use std::mem::{Discriminant, discriminant};

/// The record that a schema describes.
pub(super) fn record(schema: &Value) -> Result<Record, AvroError> {
    let Some(members) = schema.as_object().filter(|members| text(members, "type") == Some("record")) else {
        let record = Record { name: Text::default(), fields: Vec::new() };
        return Err(AvroError::new(FieldError::single("a table is a record"), record, vec![None]));
    };
    let mut reader = Reader {
        known: FxHashMap::default(),
        failed: FxHashSet::default(),
        open: Vec::new(),
        depth: 0,
        copied: 0,
    };
    let mut errors = defined_name(members, "").err().unwrap_or_default();
    let fields = reader.fields(members, &namespace(members, ""));
    let fields = fields.unwrap_or_else(|errors| Fields { read: Vec::new(), unread: vec![None], errors });
    errors.extend(fields.errors);
    let record = Record { name: simple_name(members), fields: fields.read };
    if errors.is_empty() && fields.unread.is_empty() {
        Ok(record)
    } else {
        Err(AvroError::new(errors, record, fields.unread))
    }
}

/// The greatest count of types that are copied from their definitions. Each reference to a record means all that is
/// in it: a few of them, one inside the other, would otherwise be more than anybody can go through.
const MOST_COPIED: usize = 100_000;

/// The orders in which records may be sorted by a field.
const ORDERS: [&str; 3] = ["ascending", "descending", "ignore"];

struct Reader {
    /// Named types that are defined already, by their full names, and how many types they are made of.
    known: FxHashMap<String, (Type, usize)>,
    /// Named types of which it was said why they cannot be read: who refers to them need not say so again.
    failed: FxHashSet<Text>,
    /// The full names of the records that are being read, from the outermost inwards.
    open: Vec<String>,
    depth: usize,
    /// The count of types that were copied from their definitions.
    copied: usize,
}

/// The fields of a record.
struct Fields {
    read: Vec<Field>,
    /// The names of those that cannot be read, as far as they have one.
    unread: Vec<Option<ColumnName>>,
    /// Why. Nothing, where that was said of what they refer to.
    errors: FieldErrors,
}

pub(super) type Members = Map<String, Value>;

impl Reader {
    fn record(&mut self, members: &Members, namespace: &str) -> Result<Record, FieldErrors> {
        let Fields { read, unread, errors } = self.fields(members, namespace)?;
        if unread.is_empty() { Ok(Record { name: simple_name(members), fields: read }) } else { Err(errors) }
    }

    fn fields(&mut self, members: &Members, namespace: &str) -> Result<Fields, FieldErrors> {
        let fields = members.get("fields").and_then(Value::as_array);
        let fields = fields.ok_or_else(|| FieldError::single("a record has `fields`"))?;
        let (mut unread, mut errors) = (Vec::new(), FieldErrors::new());
        let mut read = Vec::with_capacity(fields.len());
        let outside = self.open.len();
        self.open.extend(defined_name(members, namespace));
        for field in fields {
            match self.field(field, namespace) {
                Ok(field) => read.push(field),
                Err(found) => {
                    errors.extend(found);
                    unread.push(field.get("name").and_then(Value::as_str).map(ColumnName::from));
                }
            }
        }
        self.open.truncate(outside);
        Ok(Fields { read, unread, errors })
    }

    fn field(&mut self, field: &Value, namespace: &str) -> Result<Field, FieldErrors> {
        let members = field.as_object().ok_or_else(|| FieldError::single("a field is an object"))?;
        let name = text(members, "name").ok_or_else(|| FieldError::single("a field has a `name`"))?;
        let read = self.named_field(name, members, namespace);
        read.map_err(|errors| errors.into_iter().map(|error| error.within(name)).collect())
    }

    fn named_field(&mut self, name: &str, members: &Members, namespace: &str) -> Result<Field, FieldErrors> {
        let default = members.get("default");
        let of = members.get("type").ok_or_else(|| FieldError::single("a field has a `type`"));
        let slot = of.and_then(|of| self.slot(of, namespace)).and_then(|slot| {
            let fits = default.is_none_or(|default| default::fits(default, &slot));
            if fits { Ok(slot) } else { Err(FieldError::single("its `default` is not of its type")) }
        });
        let ordered = both(slot, order(members));
        let said = both(texts(members, "classifications"), texts(members, "aliases"));
        let ((slot, ()), (classifications, aliases)) = both(ordered, said)?;
        let classifications = classifications.into_iter();
        Ok(Field {
            name: name.into(),
            aliases,
            slot,
            default: default.cloned().map(Json::from),
            documentation: text(members, "doc").map(Text::from),
            classifications: classifications.map(|text| Classification::from(text.as_str())).collect(),
        })
    }

    /// A type in which `null` is an alternative, or not.
    fn slot(&mut self, of: &Value, namespace: &str) -> Result<NullableType, FieldErrors> {
        if let Value::Array(alternatives) = of {
            return self.union(alternatives, namespace);
        }
        if self.depth == DataType::MAX_DEPTH {
            return Err(FieldError::single(format!("it is nested more than {} deep", DataType::MAX_DEPTH)));
        }
        self.depth += 1;
        let read = match of {
            Value::String(name) => self.named(name, namespace).map(NullableType::from),
            Value::Object(members) => self.complex(members, namespace),
            _ => Err(FieldError::single("a type is a text, an object or a list")),
        };
        self.depth -= 1;
        read
    }

    fn union(&mut self, alternatives: &[Value], namespace: &str) -> Result<NullableType, FieldErrors> {
        let mut types = Vec::with_capacity(alternatives.len());
        let mut kinds = FxHashSet::default();
        let mut errors = None;
        let mut fail = |found: FieldErrors| errors.get_or_insert_with(FieldErrors::new).extend(found);
        for alternative in alternatives.iter().filter(|alternative| *alternative != "null") {
            // Looked at before it is gone into: lists could be inside of each other without end.
            let slot = if alternative.is_array() { None } else { Some(self.slot(alternative, namespace)) };
            match slot {
                Some(Err(found)) => fail(found),
                Some(Ok(NullableType { of, is_nullable: false })) if !matches!(of, Type::Union(_)) => {
                    if !kinds.insert((kind(&of), self.name_of(alternative, namespace))) {
                        fail(FieldError::single("a union has one alternative of a kind"));
                    }
                    types.push(of);
                }
                _ => fail(FieldError::single("a union is in no other union")),
            }
        }
        // All of them are gone through, since what they define may be referred to.
        if let Some(errors) = errors {
            return Err(errors);
        }
        let is_nullable = types.len() < alternatives.len();
        if types.len() + 1 < alternatives.len() {
            return Err(FieldError::single("a union has `null` once"));
        }
        match (types.pop(), types.is_empty()) {
            (Some(of), true) => Ok(NullableType { of, is_nullable }),
            (Some(last), false) => {
                types.push(last);
                Ok(NullableType { of: Type::Union(types.into()), is_nullable })
            }
            (None, _) => Err(FieldError::single("a union has a type other than `null`")),
        }
    }

    /// The full name of what can be read as a type, if it has one.
    fn name_of(&self, of: &Value, namespace: &str) -> Option<String> {
        let mut of = of;
        // What only says where the type is, as an object in an object.
        while let Some(members) = of.as_object() {
            of = members.get("type")?;
            if of.as_str().is_some_and(is_definition) {
                return defined_name(members, namespace).ok();
            }
        }
        let name = of.as_str()?;
        let full_name = full_name(name, namespace);
        let known = self.known.get_key_value(&full_name).or_else(|| self.known.get_key_value(name));
        known.map(|(name, _)| name.clone())
    }

    fn named(&mut self, name: &str, namespace: &str) -> Result<Type, FieldErrors> {
        if let Some(plain) = Primitive::from_name(name) {
            return Ok(Type::Plain(plain));
        }
        let full_name = full_name(name, namespace);
        let known = self.known.get(&full_name).or_else(|| self.known.get(name));
        let unknown = || {
            let is_failed = [full_name.as_str(), name].iter().any(|name| self.failed.contains(*name));
            let is_open =
                [full_name.as_str(), name].iter().any(|name| self.open.iter().any(|open| open == name));
            let why = || match is_open {
                true => FieldError::single(format!(
                    "`{name}` is the record that the field is in, and a table has an end: refer to the other record by its key"
                )),
                false => FieldError::single(format!("`{name}` is no type that is defined before")),
            };
            if is_failed { FieldErrors::new() } else { why() }
        };
        let (known, weight) = known.ok_or_else(unknown)?;
        if self.copied > MOST_COPIED {
            // That was said where it began to be too much.
            return Err(FieldErrors::new());
        }
        self.copied += weight;
        if self.copied > MOST_COPIED {
            return Err(FieldError::single("it refers too often to what is defined elsewhere"));
        }
        Ok(known.clone())
    }

    fn complex(&mut self, members: &Members, namespace: &str) -> Result<NullableType, FieldErrors> {
        let Some(kind) = text(members, "type") else {
            let inner = members.get("type").ok_or_else(|| FieldError::single("a type has a `type`"))?;
            return self.slot(inner, namespace);
        };
        if !is_definition(kind) {
            return self.read_kind(kind, members, namespace);
        }
        let read = self.read_kind(kind, members, namespace);
        let named = both(defined_name(members, namespace), read);
        let defined = named.and_then(|(name, slot)| self.define(name, &slot.of).map(|()| slot));
        if defined.is_err() {
            let name = text(members, "name");
            let name = name.map(|name| full_name(name, &self::namespace(members, namespace)));
            self.failed.extend(name.map(Text::from));
        }
        defined
    }

    fn read_kind(
        &mut self,
        kind: &str,
        members: &Members,
        namespace: &str,
    ) -> Result<NullableType, FieldErrors> {
        let part = |member: &str| {
            members.get(member).ok_or_else(|| FieldError::single(format!("a type `{kind}` has `{member}`")))
        };
        let of = match kind {
            "array" => Type::Array(self.slot(part("items")?, namespace)?.into()),
            "map" => Type::Map(self.slot(part("values")?, namespace)?.into()),
            "record" | "error" => {
                Type::Record(self.record(members, &self::namespace(members, namespace))?.into())
            }
            "enum" => Type::Enumeration(enumeration(members)?.into()),
            "fixed" => {
                let size = part("size")?.as_u64().and_then(|size| u32::try_from(size).ok());
                let size = size.ok_or_else(|| FieldError::single("a `size` is a number of bytes"))?;
                Type::Fixed(Fixed { name: simple_name(members), size })
            }
            name => match self.named(name, namespace)? {
                plain @ Type::Plain(_) => plain,
                referred => return Ok(referred.into()),
            },
        };
        Ok(logical(members, &of).unwrap_or(of).into())
    }

    /// Remembers what has a name, for where it is referred to.
    fn define(&mut self, name: String, of: &Type) -> Result<(), FieldErrors> {
        match self.known.insert(name.clone(), (of.clone(), of.weight())) {
            Some(_) => Err(FieldError::single(format!("`{name}` is defined twice"))),
            None => Ok(()),
        }
    }
}

/// Whether a type of this kind has a name of its own.
fn is_definition(kind: &str) -> bool {
    matches!(kind, "record" | "error" | "enum" | "fixed")
}

impl From<Type> for NullableType {
    fn from(of: Type) -> Self {
        Self { of, is_nullable: false }
    }
}

fn enumeration(members: &Members) -> Result<Enumeration, FieldErrors> {
    let symbols = texts(members, "symbols")?;
    if symbols.is_empty() {
        return Err(FieldError::single("an enum has `symbols`"));
    }
    if symbols.iter().map(Text::as_str).collect::<Set<&str>>().len() < symbols.len() {
        return Err(FieldError::single("an enum has each symbol once"));
    }
    if let Some(symbol) = symbols.iter().find(|symbol| !is_name(symbol)) {
        return Err(FieldError::single(format!("a symbol is a name, and `{symbol}` is none")));
    }
    let Some(default) = members.get("default") else {
        return Ok(Enumeration { name: simple_name(members), symbols, default: None });
    };
    match default.as_str().filter(|default| symbols.iter().any(|symbol| symbol == default)) {
        Some(known) => Ok(Enumeration { name: simple_name(members), symbols, default: Some(known.into()) }),
        None => Err(FieldError::single(format!("its default `{}` is none of its symbols", bare(default)))),
    }
}

/// Judges how records are sorted by a field.
fn order(field: &Members) -> Result<(), FieldErrors> {
    let is_order = |order: &Value| ORDERS.contains(&order.as_str().unwrap_or_default());
    if field.get("order").is_none_or(is_order) {
        Ok(())
    } else {
        Err(FieldError::single("its `order` is `ascending`, `descending` or `ignore`"))
    }
}

/// A text without its quotes, or anything else.
fn bare(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// What no two alternatives of a union may have in common, if they have the same name or none.
fn kind(of: &Type) -> (Discriminant<Type>, Option<Primitive>) {
    match of {
        Type::Logical(logical) => kind(&logical.of),
        Type::Plain(plain) => (discriminant(of), Some(*plain)),
        _ => (discriminant(of), None),
    }
}

pub(super) fn text<'v>(members: &'v Members, member: &str) -> Option<&'v str> {
    members.get(member)?.as_str()
}

/// A list of texts; an empty one if there is none.
fn texts(members: &Members, member: &str) -> Result<Vec<Text>, FieldErrors> {
    let Some(list) = members.get(member) else { return Ok(Vec::new()) };
    let texts =
        list.as_array().and_then(|list| list.iter().map(|text| text.as_str().map(Text::from)).collect());
    texts.ok_or_else(|| FieldError::single(format!("its `{member}` are a list of texts")))
}
