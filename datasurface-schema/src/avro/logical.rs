//! Logical types (Apache Avro 1.12, "Logical Types"): how the values of a plain type are meant.

use super::{
    Type,
    read::{Members, text},
    types::{Logical, Primitive},
};
use crate::DataType;
use std::sync::Arc;

/// A logical type of a type without parts. One that nobody knows here, or that is none of its plain type, is seen in a
/// table as its plain type, as Avro has it; but its values are meant in some way, so it is told from others by its name.
pub(super) fn logical(members: &Members, of: &Type) -> Option<Type> {
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
        ("decimal", Type::Plain(Primitive::Bytes) | Type::Fixed(_)) => {
            let scale = if members.contains_key("scale") { digits("scale")? } else { 0 };
            DataType::Decimal { precision: digits("precision")?, scale }
        }
        ("date", Type::Plain(Primitive::Int)) => DataType::Date,
        ("timestamp-millis" | "timestamp-micros" | "timestamp-nanos", Type::Plain(Primitive::Long)) => {
            DataType::timestamp_in("UTC")
        }
        (
            "local-timestamp-millis" | "local-timestamp-micros" | "local-timestamp-nanos",
            Type::Plain(Primitive::Long),
        ) => DataType::timestamp(),
        ("duration", Type::Fixed(_)) => DataType::Interval,
        ("uuid", Type::Plain(Primitive::String) | Type::Fixed(_)) => DataType::nvarchar(None),
        _ => return None,
    })
}
