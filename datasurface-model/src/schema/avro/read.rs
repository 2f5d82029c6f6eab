//! Reading Avro's JSON (Apache Avro 1.12, "Complex Types", "Logical Types", "Names").

use super::{
    Enumeration, Fault, Faults, Field, Fixed, Record, Slot, Type, default,
    types::{Logical, Plain},
};
use crate::{ecosystem::Json, gather::Gather, name::Classification, schema::DataType, set::Set};
use rustc_hash::{FxHashMap, FxHashSet};
use serde_json::{Map, Value};
use smol_str::SmolStr;
use std::sync::Arc;

/// The record that a schema describes.
pub(super) fn record(schema: &Value) -> Result<Record, Faults> {
    let members = schema.as_object().filter(|members| text(members, "type") == Some("record"));
    let members = members.ok_or_else(|| Fault::of("a table is a record"))?;
    let mut reader =
        Reader { known: FxHashMap::default(), failed: FxHashSet::default(), depth: 0, copied: 0 };
    reader.record(members, &namespace(members, ""))
}

/// How many types may be copied from where they are defined. Each reference to a record means all that is in it: a few
/// of them, one inside the other, would otherwise be more than anybody can go through.
const MOST_COPIED: usize = 100_000;

struct Reader {
    /// Named types that are defined already, by their full names, and how many types they are made of.
    known: FxHashMap<String, (Type, usize)>,
    /// Named types of which it was said why they cannot be read: who refers to them need not say so again.
    failed: FxHashSet<SmolStr>,
    depth: usize,
    /// How many types were copied from where they are defined.
    copied: usize,
}

type Members = Map<String, Value>;

impl Reader {
    fn record(&mut self, members: &Members, namespace: &str) -> Result<Record, Faults> {
        let fields = members.get("fields").and_then(Value::as_array);
        let fields = fields.ok_or_else(|| Fault::of("a record has `fields`"))?;
        let mut read = Vec::with_capacity(fields.len());
        let mut faults = Faults::new();
        for field in fields {
            match self.field(field, namespace) {
                Ok(field) => read.push(field),
                Err(found) => faults.extend(found),
            }
        }
        if read.len() < fields.len() {
            return Err(faults);
        }
        Ok(Record { name: simple_name(members), fields: read })
    }

    fn field(&mut self, field: &Value, namespace: &str) -> Result<Field, Faults> {
        let members = field.as_object().ok_or_else(|| Fault::of("a field is an object"))?;
        let name = text(members, "name").ok_or_else(|| Fault::of("a field has a `name`"))?;
        let read = self.named_field(name, members, namespace);
        read.map_err(|faults| faults.into_iter().map(|fault| fault.within(name)).collect())
    }

    fn named_field(&mut self, name: &str, members: &Members, namespace: &str) -> Result<Field, Faults> {
        let of = members.get("type").ok_or_else(|| Fault::of("a field has a `type`"))?;
        let slot = self.slot(of, namespace)?;
        let default = members.get("default");
        if default.is_some_and(|default| !default::fits(default, &slot)) {
            return Err(Fault::of("its `default` is not of its type"));
        }
        let classifications = texts(members, "classifications")?.into_iter();
        Ok(Field {
            name: name.into(),
            aliases: texts(members, "aliases")?,
            slot,
            default: default.cloned().map(Json::from),
            documentation: text(members, "doc").map(SmolStr::from),
            classifications: classifications.map(|text| Classification::from(text.as_str())).gather(),
        })
    }

    /// A type in which `null` is an alternative, or not.
    fn slot(&mut self, of: &Value, namespace: &str) -> Result<Slot, Faults> {
        if let Value::Array(alternatives) = of {
            return self.union(alternatives, namespace);
        }
        if self.depth == DataType::MOST_DEPTH {
            return Err(Fault::of(format!("it is nested more than {} deep", DataType::MOST_DEPTH)));
        }
        self.depth += 1;
        let read = match of {
            Value::String(name) => self.named(name, namespace).map(Slot::from),
            Value::Object(members) => self.complex(members, namespace),
            _ => Err(Fault::of("a type is a text, an object or a list")),
        };
        self.depth -= 1;
        read
    }

    fn union(&mut self, alternatives: &[Value], namespace: &str) -> Result<Slot, Faults> {
        let mut types = Vec::with_capacity(alternatives.len());
        let mut kinds = FxHashSet::default();
        for alternative in alternatives.iter().filter(|alternative| *alternative != "null") {
            // Looked at before it is gone into: lists could be inside of each other without end.
            let slot = if alternative.is_array() { None } else { Some(self.slot(alternative, namespace)?) };
            let slot = slot.filter(|slot| !slot.is_nullable && !matches!(slot.of, Type::Union(_)));
            let slot = slot.ok_or_else(|| Fault::of("a union is in no other union"))?;
            if !kinds.insert(kind(&slot.of)) {
                return Err(Fault::of("a union has one alternative of a kind"));
            }
            types.push(slot.of);
        }
        let is_nullable = types.len() < alternatives.len();
        if types.len() + 1 < alternatives.len() {
            return Err(Fault::of("a union has `null` once"));
        }
        match (types.pop(), types.is_empty()) {
            (Some(of), true) => Ok(Slot { of, is_nullable }),
            (Some(last), false) => {
                types.push(last);
                Ok(Slot { of: Type::Union(types.into()), is_nullable })
            }
            (None, _) => Err(Fault::of("a union has a type other than `null`")),
        }
    }

    fn named(&mut self, name: &str, namespace: &str) -> Result<Type, Faults> {
        if let Some(plain) = Plain::of(name) {
            return Ok(Type::Plain(plain));
        }
        let full_name = full_name(name, namespace);
        let known = self.known.get(&full_name).or_else(|| self.known.get(name));
        let unknown = || {
            let is_failed = [full_name.as_str(), name].iter().any(|name| self.failed.contains(*name));
            let why = || Fault::of(format!("`{name}` is no type that is defined before"));
            if is_failed { Faults::new() } else { why() }
        };
        let (known, weight) = known.ok_or_else(unknown)?;
        if self.copied > MOST_COPIED {
            // That was said where it began to be too much.
            return Err(Faults::new());
        }
        self.copied += weight;
        if self.copied > MOST_COPIED {
            return Err(Fault::of("it refers too often to what is defined elsewhere"));
        }
        Ok(known.clone())
    }

    fn complex(&mut self, members: &Members, namespace: &str) -> Result<Slot, Faults> {
        let Some(kind) = text(members, "type") else {
            let inner = members.get("type").ok_or_else(|| Fault::of("a type has a `type`"))?;
            return self.slot(inner, namespace);
        };
        let read = self.of_kind(kind, members, namespace);
        let is_named = matches!(kind, "record" | "error" | "enum" | "fixed");
        let defined = read.and_then(|slot| {
            if is_named {
                self.define(members, namespace, &slot.of)?;
            }
            Ok(slot)
        });
        if defined.is_err() && is_named {
            let name = text(members, "name");
            let name = name.map(|name| full_name(name, &self::namespace(members, namespace)));
            self.failed.extend(name.map(SmolStr::from));
        }
        defined
    }

    fn of_kind(&mut self, kind: &str, members: &Members, namespace: &str) -> Result<Slot, Faults> {
        let part = |member: &str| {
            members.get(member).ok_or_else(|| Fault::of(format!("a type `{kind}` has `{member}`")))
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
                let size = size.ok_or_else(|| Fault::of("a `size` is a number of bytes"))?;
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
    fn define(&mut self, members: &Members, namespace: &str, of: &Type) -> Result<(), Faults> {
        let name = text(members, "name").ok_or_else(|| Fault::of("a type of its own has a `name`"))?;
        let name = full_name(name, &self::namespace(members, namespace));
        match self.known.insert(name.clone(), (of.clone(), of.weight())) {
            Some(_) => Err(Fault::of(format!("`{name}` is defined twice"))),
            None => Ok(()),
        }
    }
}

impl From<Type> for Slot {
    fn from(of: Type) -> Self {
        Self { of, is_nullable: false }
    }
}

fn enumeration(members: &Members) -> Result<Enumeration, Faults> {
    let symbols = texts(members, "symbols")?;
    if symbols.is_empty() {
        return Err(Fault::of("an enum has `symbols`"));
    }
    if symbols.iter().map(SmolStr::as_str).gather::<Set<&str>>().len() < symbols.len() {
        return Err(Fault::of("an enum has each symbol once"));
    }
    let default = text(members, "default").map(SmolStr::from);
    match default.as_ref().filter(|default| !symbols.contains(default)) {
        Some(unknown) => Err(Fault::of(format!("its default `{unknown}` is none of its symbols"))),
        None => Ok(Enumeration { name: simple_name(members), symbols, default }),
    }
}

/// What no two alternatives of a union may have in common.
fn kind(of: &Type) -> SmolStr {
    match of {
        Type::Plain(plain) => format!("{plain:?}").into(),
        Type::Logical(logical) => kind(&logical.of),
        Type::Fixed(Fixed { name, .. }) => format!("the type {name}").into(),
        Type::Enumeration(known) => format!("the type {}", known.name).into(),
        Type::Record(record) => format!("the type {}", record.name).into(),
        Type::Array(_) => SmolStr::new_static("an array"),
        Type::Map(_) => SmolStr::new_static("a map"),
        Type::Union(_) => SmolStr::new_static("a union"),
    }
}

/// A logical type of a type without parts. One that nobody knows here, or that is none of its plain type, is seen in a
/// table as its plain type, as Avro has it; but its values are meant in some way, so it is told from others by its name.
fn logical(members: &Members, of: &Type) -> Option<Type> {
    let name = text(members, "logicalType")?;
    let plain = match of {
        Type::Plain(plain) => plain.data_type(),
        Type::Fixed(fixed) => fixed.data_type(),
        _ => return None,
    };
    let data_type = known_logical(name, members, of).unwrap_or(plain);
    Some(Type::Logical(Arc::new(Logical { name: name.into(), of: of.clone(), data_type })))
}

/// The type that a column has by a logical type, where that says more than its plain type.
fn known_logical(name: &str, members: &Members, of: &Type) -> Option<DataType> {
    let digits = |member: &str| u16::try_from(members.get(member)?.as_u64()?).ok();
    Some(match (name, of) {
        ("decimal", Type::Plain(Plain::Bytes) | Type::Fixed(_)) => {
            let scale = if members.contains_key("scale") { digits("scale")? } else { 0 };
            DataType::Decimal { precision: digits("precision")?, scale }
        }
        ("date", Type::Plain(Plain::Int)) => DataType::Date,
        ("timestamp-millis" | "timestamp-micros" | "timestamp-nanos", Type::Plain(Plain::Long)) => {
            DataType::timestamp_in("UTC")
        }
        (
            "local-timestamp-millis" | "local-timestamp-micros" | "local-timestamp-nanos",
            Type::Plain(Plain::Long),
        ) => DataType::timestamp(),
        ("duration", Type::Fixed(_)) => DataType::Interval,
        ("uuid", Type::Plain(Plain::String) | Type::Fixed(_)) => DataType::nvarchar(None),
        _ => return None,
    })
}

fn text<'v>(members: &'v Members, member: &str) -> Option<&'v str> {
    members.get(member)?.as_str()
}

/// A list of texts; an empty one if there is none.
fn texts(members: &Members, member: &str) -> Result<Vec<SmolStr>, Faults> {
    let Some(list) = members.get(member) else { return Ok(Vec::new()) };
    let texts =
        list.as_array().and_then(|list| list.iter().map(|text| text.as_str().map(SmolStr::from)).collect());
    texts.ok_or_else(|| Fault::of(format!("its `{member}` are a list of texts")))
}

/// The name of a type without its namespace.
fn simple_name(members: &Members) -> SmolStr {
    let name = text(members, "name").unwrap_or_default();
    name.rsplit('.').next().unwrap_or(name).into()
}

/// The namespace in which names stand inside of a type.
fn namespace(members: &Members, around: &str) -> String {
    match (text(members, "name").and_then(|name| name.rsplit_once('.')), text(members, "namespace")) {
        (Some((namespace, _)), _) => namespace.to_owned(),
        (None, Some(namespace)) => namespace.to_owned(),
        (None, None) => around.to_owned(),
    }
}

fn full_name(name: &str, namespace: &str) -> String {
    if name.contains('.') || namespace.is_empty() { name.to_owned() } else { format!("{namespace}.{name}") }
}
