//! Types of columns: those that arrive in databases of consumers as they were at their source.

use datasurface_platform::{model::FloatFormat, prelude::*};

/// Returns the type that a sink makes of a column in PostgreSQL, or the reason why its values would not arrive as they were.
pub(crate) fn kept_type(data_type: &DataType) -> Result<String, &'static str> {
    Ok(match data_type {
        DataType::Boolean => "boolean".to_owned(),
        // PostgreSQL has no smaller one.
        DataType::TinyInt | DataType::SmallInt => "smallint".to_owned(),
        DataType::Integer => "integer".to_owned(),
        DataType::BigInt => "bigint".to_owned(),
        DataType::CustomInteger { bits, signed } => integer(*bits, *signed).to_owned(),
        DataType::Float(FloatFormat::Binary32) => "real".to_owned(),
        DataType::Float(FloatFormat::Binary64) => "double precision".to_owned(),
        DataType::Float(_) | DataType::Microscaling(_) => {
            return Err("Connect has floating point numbers of 32 and of 64 bits");
        }
        DataType::Decimal { precision, scale } => format!("decimal({precision},{scale})"),
        // A sink makes a text of any length of each, so another length is no other type.
        DataType::Char { .. }
        | DataType::NChar { .. }
        | DataType::VarChar { .. }
        | DataType::NVarChar { .. } => "text".to_owned(),
        DataType::Date => "date".to_owned(),
        DataType::Timestamp { zone: None } => "timestamp".to_owned(),
        DataType::Timestamp { zone: Some(_) } => "timestamptz".to_owned(),
        DataType::Binary { .. } => "bytea".to_owned(),
        DataType::Variant { .. } => "json".to_owned(),
        DataType::Interval => {
            return Err("Debezium counts the days of a month in a span of time by their average");
        }
        DataType::Array(_) | DataType::Map(_) | DataType::Struct(_) => {
            return Err("sinks do not write nested values");
        }
        DataType::Vector { .. } => return Err("vectors need an extension of both databases"),
        DataType::Geography { .. } => return Err("shapes need an extension of both databases"),
        _ => return Err("nothing is known of it here"),
    })
}

/// The smallest type of PostgreSQL that has all values of an integer.
fn integer(bits: u16, signed: bool) -> &'static str {
    let magnitude = if signed { bits.saturating_sub(1) } else { bits };
    match magnitude {
        0..=15 => "smallint",
        16..=31 => "integer",
        32..=63 => "bigint",
        _ => "decimal",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_integer_is_kept_in_the_smallest_type_that_has_its_values() {
        for (bits, signed, kept) in [
            (8, true, "smallint"),
            (16, true, "smallint"),
            (16, false, "integer"),
            (32, true, "integer"),
            (32, false, "bigint"),
            (64, true, "bigint"),
            (64, false, "decimal"),
        ] {
            assert_eq!(kept_type(&DataType::CustomInteger { bits, signed }).as_deref(), Ok(kept), "{bits}");
        }
    }
}
