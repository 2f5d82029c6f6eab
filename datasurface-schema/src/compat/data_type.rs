//! Changes from one type to another: those that keep every value.

use super::fields::{self, ComparedField};
use crate::{DataType, Field};
use std::{borrow::Cow, cmp::Ordering};

/// The effect of a change of a type on its values, with the reason.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum TypeChange {
    /// Both have the same values, in the same form.
    Same,
    /// Every value of the old type is one of the new type.
    Widened(Cow<'static, str>),
    /// Some value is lost, or comes to mean something else.
    Breaking(Cow<'static, str>),
}

use TypeChange::Same;

pub(super) const fn widened(why: &'static str) -> TypeChange {
    TypeChange::Widened(Cow::Borrowed(why))
}

pub(super) const fn breaking(why: &'static str) -> TypeChange {
    TypeChange::Breaking(Cow::Borrowed(why))
}

impl TypeChange {
    /// Compares two types and returns the effect of a change from `old` to `new`.
    #[must_use]
    pub fn between(old: &DataType, new: &DataType) -> Self {
        if old == new {
            return Same;
        }
        if let (Some(old), Some(new)) = (IntegerRange::from_type(old), IntegerRange::from_type(new)) {
            return old.becomes(new);
        }
        if let (Some(old), Some(new)) = (TextParameters::from_type(old), TextParameters::from_type(new)) {
            return old.becomes(&new);
        }
        match (old, new) {
            (DataType::Float(old), DataType::Float(new)) => {
                if old.range().is_within(&new.range()) {
                    widened("every value can be represented")
                } else {
                    breaking("not every value can be represented")
                }
            }
            (DataType::Microscaling(old), DataType::Microscaling(new)) => {
                if old.element_range().is_within(&new.element_range()) {
                    widened("every element can be represented at the same scale")
                } else {
                    breaking("not every element can be represented at the same scale")
                }
            }
            (
                DataType::Decimal { precision, scale },
                DataType::Decimal { precision: new_precision, scale: new_scale },
            ) => {
                if new_scale < scale {
                    breaking("fewer digits after the point")
                } else if i32::from(*new_precision) - i32::from(*new_scale)
                    < i32::from(*precision) - i32::from(*scale)
                {
                    breaking("fewer digits before the point")
                } else {
                    widened("no fewer digits on either side of the point")
                }
            }
            (DataType::Date, DataType::Timestamp { .. }) => widened("a day becomes its first moment"),
            (DataType::Timestamp { .. }, DataType::Timestamp { .. }) => breaking("another time zone"),
            (DataType::Binary { size }, DataType::Binary { size: new })
            | (DataType::Variant { size }, DataType::Variant { size: new }) => length(*size, *new),
            (DataType::Array(old), DataType::Array(new)) => {
                Self::between(old.element(), new.element()).within("the elements")
            }
            (DataType::Map(old), DataType::Map(new)) => {
                let keys = Self::between(old.key(), new.key()).within("the keys");
                keys.and(|| Self::between(old.value(), new.value()).within("the values"))
            }
            (DataType::Struct(old), DataType::Struct(new)) => fields::between(old.fields(), new.fields()),
            (DataType::Vector { .. }, DataType::Vector { .. }) => breaking("another number of dimensions"),
            (DataType::Geography { srid, .. }, DataType::Geography { srid: new, .. }) if srid != new => {
                breaking("another spatial reference system")
            }
            (DataType::Geography { .. }, DataType::Geography { geometry: None, .. }) => {
                widened("every kind of shape is allowed")
            }
            (DataType::Geography { .. }, DataType::Geography { .. }) => breaking("other kinds of shapes"),
            _ => breaking("another family of types"),
        }
    }

    /// Whether the change is no breaking one: every value is kept, and means the same.
    #[must_use]
    pub fn is_compatible(&self) -> bool {
        !matches!(self, Self::Breaking(_))
    }

    /// The reason, in a few words; that of parts names the part: `in the elements: fewer bits`.
    #[must_use]
    pub fn reason(&self) -> &str {
        match self {
            Self::Same => "the same values",
            Self::Widened(why) | Self::Breaking(why) => why,
        }
    }

    /// The same change of a part of a type.
    pub(super) fn within(self, part: &str) -> Self {
        match self {
            Self::Same => Self::Same,
            Self::Widened(why) => Self::Widened(format!("in {part}: {why}").into()),
            Self::Breaking(why) => Self::Breaking(format!("in {part}: {why}").into()),
        }
    }

    /// Both changes together: the first that breaks something, or else the first that is one.
    pub(super) fn and(self, other: impl FnOnce() -> Self) -> Self {
        match self {
            Self::Breaking(_) => self,
            Self::Same => other(),
            Self::Widened(_) => match other() {
                breaks @ Self::Breaking(_) => breaks,
                _ => self,
            },
        }
    }
}

/// The parameters that decide which integers a type has.
#[derive(Clone, Copy)]
struct IntegerRange {
    bits: u16,
    signed: bool,
}

impl IntegerRange {
    fn from_type(data_type: &DataType) -> Option<Self> {
        let signed = |bits| Some(Self { bits, signed: true });
        match data_type {
            DataType::TinyInt => signed(8),
            DataType::SmallInt => signed(16),
            DataType::Integer => signed(32),
            DataType::BigInt => signed(64),
            DataType::CustomInteger { bits, signed } => Some(Self { bits: *bits, signed: *signed }),
            _ => None,
        }
    }

    fn becomes(self, new: Self) -> TypeChange {
        match (self.signed, new.signed, new.bits.cmp(&self.bits)) {
            (old, new, Ordering::Equal) if old == new => Same,
            (old, new, Ordering::Greater) if old == new => widened("more bits, and the same sign"),
            (false, true, Ordering::Greater) => widened("signed, with a bit to spare for the sign"),
            (false, true, _) => breaking("a sign without a bit to spare for it"),
            (true, false, _) => breaking("negative values are lost"),
            _ => breaking("fewer bits"),
        }
    }
}

/// The parameters that decide which texts a type has, and their comparison.
struct TextParameters<'a> {
    is_unicode: bool,
    length: Option<u32>,
    is_fixed: bool,
    of: &'a DataType,
}

impl<'a> TextParameters<'a> {
    fn from_type(of: &'a DataType) -> Option<Self> {
        let (is_unicode, is_fixed, length) = match of {
            DataType::Char { length, .. } => (false, true, Some(*length)),
            DataType::VarChar { length, .. } => (false, false, *length),
            DataType::NChar { length, .. } => (true, true, Some(*length)),
            DataType::NVarChar { length, .. } => (true, false, *length),
            _ => return None,
        };
        Some(Self { is_unicode, length, is_fixed, of })
    }

    fn becomes(&self, new: &Self) -> TypeChange {
        if self.is_unicode != new.is_unicode {
            return breaking("another character set");
        }
        if self.of.collation() != new.of.collation() {
            return breaking("another collation");
        }
        let becomes = length(self.length, new.length);
        if becomes == Same && self.is_fixed != new.is_fixed {
            return widened("the same length, fixed or not");
        }
        becomes
    }
}

/// A limit, or none.
fn length(old: Option<u32>, new: Option<u32>) -> TypeChange {
    match (old, new) {
        (Some(old), Some(new)) if new > old => widened("a greater length"),
        (Some(old), Some(new)) if new < old => breaking("a smaller length"),
        (Some(_), None) => widened("no limit any more"),
        (None, Some(_)) => breaking("a limit where there was none"),
        _ => Same,
    }
}

impl ComparedField for Field {
    fn name(&self) -> &str {
        Self::name(self).as_str()
    }

    fn gained(&self) -> TypeChange {
        if self.is_nullable() {
            widened("a new field may be null")
        } else {
            breaking("a new field must not be null")
        }
    }

    fn became(&self, old: &Self) -> TypeChange {
        nullability(old.is_nullable(), self.is_nullable())
            .and(|| TypeChange::between(old.data_type(), self.data_type()))
    }
}

/// Whether something may be null, before and now.
pub(super) fn nullability(old: bool, new: bool) -> TypeChange {
    match (old, new) {
        (true, false) => breaking("may not be null any more"),
        (false, true) => breaking("may be null now"),
        _ => Same,
    }
}
