//! Claims of types: which values a platform carries.

use datasurface_model::{DataType, FloatFormat};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A kind of types of columns: those that a platform carries in one way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TypeKind {
    /// True or false.
    Boolean,
    /// Integers. Their size is the bits of the least signed integer that has all values: 64 of `BigInt`, 33 of `UInt(32)`.
    Integer,
    /// Floating point numbers of 32 and of 64 bits.
    Float,
    /// Other floating point numbers, all of which are numbers of 64 bits, too: those of machine learning.
    NarrowFloat,
    /// Floating point numbers with more digits than those of 64 bits have.
    WideFloat,
    /// Blocks of floating point numbers with one scale.
    Microscaling,
    /// Exact decimal numbers. Their size is the count of their digits.
    Decimal,
    /// Texts of every kind and length.
    Text,
    /// Days of the calendar.
    Date,
    /// Points in time, with a zone or without.
    Timestamp,
    /// Spans of time.
    Interval,
    /// Bytes.
    Binary,
    /// Values that bring their own structure, such as JSON.
    Variant,
    /// Arrays, of elements that are carried.
    Array,
    /// Maps, of keys and values that are carried.
    Map,
    /// Structs, of fields that are carried.
    Struct,
    /// Vectors of numbers.
    Vector,
    /// Shapes on the surface of the earth.
    Geography,
}

impl TypeKind {
    /// Every kind of types.
    pub const ALL: [Self; 18] = [
        Self::Boolean,
        Self::Integer,
        Self::Float,
        Self::NarrowFloat,
        Self::WideFloat,
        Self::Microscaling,
        Self::Decimal,
        Self::Text,
        Self::Date,
        Self::Timestamp,
        Self::Interval,
        Self::Binary,
        Self::Variant,
        Self::Array,
        Self::Map,
        Self::Struct,
        Self::Vector,
        Self::Geography,
    ];

    /// The kind of a type, without the types inside, and its size, where sizes matter. `None` if the type is not known.
    fn of(data_type: &DataType) -> Option<(Self, u16)> {
        Some(match data_type {
            DataType::Boolean => (Self::Boolean, 0),
            DataType::TinyInt => (Self::Integer, 8),
            DataType::SmallInt => (Self::Integer, 16),
            DataType::Integer => (Self::Integer, 32),
            DataType::BigInt => (Self::Integer, 64),
            DataType::CustomInteger { bits, signed } => {
                (Self::Integer, bits.saturating_add(u16::from(!signed)))
            }
            DataType::Float(FloatFormat::Binary32 | FloatFormat::Binary64) => (Self::Float, 0),
            DataType::Float(format) if format.range().is_within(&FloatFormat::Binary64.range()) => {
                (Self::NarrowFloat, 0)
            }
            DataType::Float(_) => (Self::WideFloat, 0),
            DataType::Microscaling(_) => (Self::Microscaling, 0),
            DataType::Decimal { precision, .. } => (Self::Decimal, *precision),
            DataType::Char { .. }
            | DataType::VarChar { .. }
            | DataType::NChar { .. }
            | DataType::NVarChar { .. } => (Self::Text, 0),
            DataType::Date => (Self::Date, 0),
            DataType::Timestamp { .. } => (Self::Timestamp, 0),
            DataType::Interval => (Self::Interval, 0),
            DataType::Binary { .. } => (Self::Binary, 0),
            DataType::Variant { .. } => (Self::Variant, 0),
            DataType::Array(_) => (Self::Array, 0),
            DataType::Map(_) => (Self::Map, 0),
            DataType::Struct(_) => (Self::Struct, 0),
            DataType::Vector { .. } => (Self::Vector, 0),
            DataType::Geography { .. } => (Self::Geography, 0),
            _ => return None,
        })
    }
}

/// The kinds of types that a platform carries, each with the greatest size, if there is one. By default, those that every database and every
/// format of files has: integers of 64 bits, decimal numbers of 38 digits, and the other plain ones.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct TypeClaims(BTreeMap<TypeKind, Option<u16>>);

impl Default for TypeClaims {
    fn default() -> Self {
        let plain = [
            TypeKind::Boolean,
            TypeKind::Float,
            TypeKind::Text,
            TypeKind::Date,
            TypeKind::Timestamp,
            TypeKind::Binary,
        ];
        let sized = [(TypeKind::Integer, Some(64)), (TypeKind::Decimal, Some(38))];
        Self(plain.into_iter().map(|kind| (kind, None)).chain(sized).collect())
    }
}

impl TypeClaims {
    /// Adds a kind, up to a size.
    pub(crate) fn insert(&mut self, kind: TypeKind, greatest: Option<u16>) {
        self.0.insert(kind, greatest);
    }

    /// Removes a kind.
    pub(crate) fn remove(&mut self, kind: TypeKind) {
        self.0.remove(&kind);
    }

    /// Whether these are the claims of a new descriptor.
    pub(crate) fn is_default(&self) -> bool {
        *self == Self::default()
    }

    /// The kinds, each with the greatest size, if there is one.
    pub fn iter(&self) -> impl Iterator<Item = (TypeKind, Option<u16>)> {
        self.0.iter().map(|(kind, greatest)| (*kind, *greatest))
    }

    /// Whether every type is carried.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        TypeKind::ALL.iter().all(|kind| self.0.get(kind) == Some(&None))
    }

    /// Returns whether values of a type are carried, at every depth.
    #[must_use]
    pub fn contains(&self, data_type: &DataType) -> bool {
        self.contains_but(data_type, |_| false)
    }

    /// The same, where some kinds are excluded.
    pub(crate) fn contains_but(
        &self,
        data_type: &DataType,
        is_excluded: impl Copy + Fn(TypeKind) -> bool,
    ) -> bool {
        // Types nest at most as deep as `DataType::MAX_DEPTH`.
        let inside = |inner: &DataType| self.contains_but(inner, is_excluded);
        let is_claimed = TypeKind::of(data_type).is_some_and(|(kind, size)| {
            let greatest = self.0.get(&kind).filter(|_| !is_excluded(kind));
            greatest.is_some_and(|greatest| greatest.is_none_or(|greatest| size <= greatest))
        });
        is_claimed
            && match data_type {
                DataType::Array(array) => inside(array.element()),
                DataType::Map(map) => inside(map.key()) && inside(map.value()),
                DataType::Struct(structure) => {
                    structure.fields().iter().all(|field| inside(field.data_type()))
                }
                _ => true,
            }
    }
}
