//! Changes of Avro types: those after which everything that was written before can be read (Apache Avro 1.12, "Schema
//! Resolution"), with the same meaning.
//!
//! That is less than what Avro resolves: it also takes a number for a rounded one, bytes for text, the default of an
//! enum for a symbol that it does not know, and says nothing about those who read by the old schema.

use super::{
    TypeChange,
    data_type::{breaking, nullability, widened},
    fields::{self, ComparedField},
};
use crate::{
    avro::{Enumeration, Field, Fixed, NullableType, Record, Type},
    json::Json,
};
use TypeChange::Same;

/// Returns the effect of a change from one type to another.
pub(super) fn between(old: &Type, new: &Type) -> TypeChange {
    match (old, new) {
        (old, new) if old == new => Same,
        (Type::Plain(old), Type::Plain(new)) => TypeChange::between(&old.data_type(), &new.data_type()),
        (Type::Logical(_), Type::Logical(_)) => breaking("another logical type"),
        (Type::Fixed(old), Type::Fixed(new)) => fixed(old, new),
        (Type::Enumeration(old), Type::Enumeration(new)) => enumeration(old, new),
        (Type::Array(old), Type::Array(new)) => slot(old, new).within("the elements"),
        (Type::Map(old), Type::Map(new)) => slot(old, new).within("the values"),
        (Type::Record(old), Type::Record(new)) => record(old, new),
        (Type::Union(old), Type::Union(new)) => union(old, new),
        _ => breaking("another family of types"),
    }
}

/// Returns the effect of another default, which is the value in records that were written without the field.
pub(super) fn default(old: Option<&Json>, new: Option<&Json>) -> TypeChange {
    match (old, new) {
        (old, new) if old == new => Same,
        (None, _) => widened("a default where there was none"),
        (Some(_), None) => breaking("no default any more"),
        (Some(_), Some(_)) => breaking("another default"),
    }
}

/// Returns the effect of another name of a type, by which Avro finds the type to read.
pub(super) fn name(old: &str, new: &str) -> TypeChange {
    if old == new { Same } else { breaking("a type of another name") }
}

fn slot(old: &NullableType, new: &NullableType) -> TypeChange {
    nullability(old.is_nullable, new.is_nullable).and(|| between(&old.of, &new.of))
}

fn fixed(old: &Fixed, new: &Fixed) -> TypeChange {
    name(&old.name, &new.name).and(|| breaking("another number of bytes"))
}

fn enumeration(old: &Enumeration, new: &Enumeration) -> TypeChange {
    let symbols = || match old.symbols.iter().find(|symbol| !new.symbols.contains(symbol)) {
        Some(gone) => TypeChange::Breaking(format!("the symbol `{gone}` is gone").into()),
        None if new.symbols.len() > old.symbols.len() => widened("more symbols"),
        // What remains is their order, and what readers take for a symbol that they do not know.
        None => widened("the same symbols"),
    };
    name(&old.name, &new.name).and(symbols)
}

fn record(old: &Record, new: &Record) -> TypeChange {
    name(&old.name, &new.name).and(|| fields::between(&old.fields, &new.fields))
}

impl ComparedField for Field {
    fn name(&self) -> &str {
        &self.name
    }

    fn gained(&self) -> TypeChange {
        match self.default {
            Some(_) => widened("a new field has a default"),
            None => breaking("a new field has no default"),
        }
    }

    fn became(&self, old: &Self) -> TypeChange {
        slot(&old.slot, &self.slot).and(|| default(old.default.as_ref(), self.default.as_ref()))
    }
}

/// The first alternative that fits is the one that a value is read as: those that there were stay where they are.
fn union(old: &[Type], new: &[Type]) -> TypeChange {
    if new.len() < old.len() {
        return breaking("an alternative is gone");
    }
    let gained = if new.len() > old.len() { widened("more alternatives") } else { Same };
    let changes = old.iter().zip(new).map(|(old, new)| between(old, new).within("an alternative"));
    changes.fold(gained, |all, change| all.and(|| change))
}
