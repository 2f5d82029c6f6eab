//! Defaults of fields: which values a type has, as JSON.

use super::{
    NullableType, Type,
    types::{Primitive, Record},
};
use serde_json::Value;

/// Whether a value is one that fits. Of a union, any alternative will do.
pub(super) fn fits(value: &Value, slot: &NullableType) -> bool {
    slot.is_nullable && value.is_null() || is_of(value, &slot.of)
}

fn is_of(value: &Value, of: &Type) -> bool {
    match of {
        Type::Plain(Primitive::Boolean) => value.is_boolean(),
        Type::Plain(Primitive::Int) => value.as_i64().is_some_and(|number| i32::try_from(number).is_ok()),
        Type::Plain(Primitive::Long) => value.is_i64(),
        Type::Plain(Primitive::Float | Primitive::Double) => value.is_number(),
        Type::Plain(Primitive::Bytes) => bytes(value).is_some(),
        Type::Plain(Primitive::String) => value.is_string(),
        Type::Logical(logical) => is_of(value, &logical.of),
        Type::Fixed(fixed) => bytes(value).is_some_and(|count| u32::try_from(count) == Ok(fixed.size)),
        Type::Enumeration(known) => {
            value.as_str().is_some_and(|text| known.symbols.iter().any(|symbol| symbol == text))
        }
        Type::Array(elements) => {
            value.as_array().is_some_and(|values| values.iter().all(|value| fits(value, elements)))
        }
        Type::Map(values) => {
            value.as_object().is_some_and(|members| members.values().all(|value| fits(value, values)))
        }
        Type::Record(record) => is_record(value, record),
        Type::Union(types) => types.iter().any(|of| is_of(value, of)),
    }
}

/// Returns the count of bytes in a value. They are text in JSON, a character each.
fn bytes(value: &Value) -> Option<usize> {
    let text = value.as_str().filter(|text| text.chars().all(|byte| byte <= '\u{ff}'))?;
    Some(text.chars().count())
}

fn is_record(value: &Value, record: &Record) -> bool {
    let Some(members) = value.as_object() else { return false };
    record.fields.iter().all(|field| match members.get(field.name.as_str()) {
        Some(value) => fits(value, &field.slot),
        None => field.default.is_some(),
    })
}
