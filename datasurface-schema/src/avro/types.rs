//! The parts of an Avro record. References to named types are replaced by the types, so there are no cycles.

use crate::{DataType, Text, json::Json, name::Classification, set::Set};
use std::sync::Arc;

/// A record: the whole schema, or a type in it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Record {
    /// Without its namespace, by which nothing is resolved.
    pub(crate) name: Text,
    pub(crate) fields: Vec<Field>,
}

/// A field of a record.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Field {
    pub(crate) name: Text,
    /// The former names.
    pub(crate) aliases: Vec<Text>,
    pub(crate) slot: NullableType,
    /// The value of the field in records that were written without it.
    pub(crate) default: Option<Json>,
    pub(crate) documentation: Option<Text>,
    pub(crate) classifications: Set<Classification>,
}

/// The type of a field, an element of an array or a value of a map: in Avro, a union with `null` or any other type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NullableType {
    pub(crate) of: Type,
    pub(crate) is_nullable: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Type {
    Plain(Primitive),
    Logical(Arc<Logical>),
    Fixed(Fixed),
    Enumeration(Arc<Enumeration>),
    Array(Arc<NullableType>),
    Map(Arc<NullableType>),
    Record(Arc<Record>),
    /// One of several types other than `null`, in order.
    Union(Arc<[Type]>),
}

/// A type without parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Primitive {
    Boolean,
    Int,
    Long,
    Float,
    Double,
    Bytes,
    String,
}

/// A type that says how the values of a plainer one are meant.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Logical {
    pub(super) name: Text,
    pub(super) of: Type,
    pub(super) data_type: DataType,
}

/// So many bytes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Fixed {
    pub(crate) name: Text,
    pub(crate) size: u32,
}

/// One of some symbols.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Enumeration {
    pub(crate) name: Text,
    pub(crate) symbols: Vec<Text>,
    /// The symbol that readers take for an unknown one.
    pub(crate) default: Option<Text>,
}

impl Primitive {
    pub(super) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "boolean" => Self::Boolean,
            "int" => Self::Int,
            "long" => Self::Long,
            "float" => Self::Float,
            "double" => Self::Double,
            "bytes" => Self::Bytes,
            "string" => Self::String,
            _ => return None,
        })
    }

    pub(crate) fn data_type(self) -> DataType {
        match self {
            Self::Boolean => DataType::Boolean,
            Self::Int => DataType::Integer,
            Self::Long => DataType::BigInt,
            Self::Float => DataType::REAL,
            Self::Double => DataType::DOUBLE,
            Self::Bytes => DataType::Binary { size: None },
            Self::String => DataType::nvarchar(None),
        }
    }
}

impl Fixed {
    pub(super) fn data_type(&self) -> DataType {
        DataType::Binary { size: Some(self.size) }
    }
}

impl Type {
    /// The count of types in this one, itself included.
    pub(super) fn weight(&self) -> usize {
        let inside = match self {
            Self::Plain(_) | Self::Logical(_) | Self::Fixed(_) | Self::Enumeration(_) => 0,
            Self::Array(slot) | Self::Map(slot) => slot.of.weight(),
            Self::Record(record) => record.fields.iter().map(|field| field.slot.of.weight()).sum(),
            Self::Union(types) => types.iter().map(Self::weight).sum(),
        };
        inside + 1
    }
}
