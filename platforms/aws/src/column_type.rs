//! Types of columns: what Iceberg keeps of them, and which values a column takes.

use datasurface_platform::{model::FloatFormat, prelude::*};

/// The most digits of a decimal number in Iceberg.
const DECIMAL_DIGITS: u16 = 38;

/// The type of a column in the table, with the limits that the table itself does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ColumnType {
    /// The type, as Spark writes it.
    pub(crate) spark: String,
    /// The type of a view's column, as Athena writes it.
    pub(crate) athena: String,
    /// The type, as the catalog of Glue writes it.
    pub(crate) hive: String,
    /// The type in PostgreSQL.
    pub(crate) postgres: String,
    /// The limits of the values.
    pub(crate) limits: Limits,
}

/// The limits of the values of a column.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub(crate) struct Limits {
    /// The longest text, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) characters: Option<u32>,
    /// The longest value, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bytes: Option<u32>,
    /// The least number. It is a text: it may be longer than the numbers of JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) least: Option<String>,
    /// The greatest number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) greatest: Option<String>,
}

impl ColumnType {
    /// Returns the type in which the values of a column are kept, or the reason why there is none.
    pub(crate) fn of(data_type: &DataType) -> Result<Self, &'static str> {
        Ok(match data_type {
            DataType::Boolean => Self::plain("boolean"),
            DataType::TinyInt => Self::integer(8, true)?,
            DataType::SmallInt => Self::integer(16, true)?,
            DataType::Integer => Self::named("int", "integer", "int"),
            DataType::BigInt => Self::plain("bigint"),
            DataType::CustomInteger { bits, signed } => Self::integer(*bits, *signed)?,
            DataType::Float(FloatFormat::Binary32) => Self::named("float", "real", "float"),
            DataType::Float(FloatFormat::Binary64) => Self::plain("double"),
            DataType::Float(_) | DataType::Microscaling(_) => {
                return Err("Iceberg keeps floating point numbers of 32 and of 64 bits");
            }
            DataType::Decimal { precision, scale } if *precision <= DECIMAL_DIGITS && scale <= precision => {
                Self::plain(&format!("decimal({precision},{scale})"))
            }
            DataType::Decimal { .. } => return Err("Iceberg keeps decimal numbers of at most 38 digits"),
            DataType::Char { length, .. } | DataType::NChar { length, .. } => Self::text(Some(*length)),
            DataType::VarChar { length, .. } | DataType::NVarChar { length, .. } => Self::text(*length),
            DataType::Date => Self::plain("date"),
            // The catalog of Glue has one word for both, and Iceberg's own metadata tells them apart.
            DataType::Timestamp { zone: None } => Self::named("timestamp_ntz", "timestamp(6)", "timestamp"),
            DataType::Timestamp { zone: Some(_) } => {
                Self::named("timestamp", "timestamp(6) with time zone", "timestamp")
            }
            DataType::Binary { size } => Self::named("binary", "varbinary", "binary").with_bytes(*size),
            DataType::Variant { size } => Self::named("string", "varchar", "string").with_bytes(*size),
            DataType::Interval => return Err("Iceberg keeps no spans of time"),
            DataType::Array(_) | DataType::Map(_) | DataType::Struct(_) => {
                return Err("DMS hands nested values on as text");
            }
            DataType::Vector { .. } => return Err("DMS does not read vectors"),
            DataType::Geography { .. } => return Err("Iceberg keeps no shapes"),
            _ => return Err("nothing is known of it here"),
        })
    }

    fn plain(name: &str) -> Self {
        Self::named(name, name, name)
    }

    fn named(spark: &str, athena: &str, hive: &str) -> Self {
        Self {
            spark: spark.to_owned(),
            athena: athena.to_owned(),
            hive: hive.to_owned(),
            postgres: match spark {
                "float" => "real",
                "double" => "double precision",
                "timestamp" => "timestamptz",
                "timestamp_ntz" => "timestamp",
                "binary" => "bytea",
                "string" => "text",
                // Booleans, integers, decimal numbers and dates have one name.
                other => other,
            }
            .to_owned(),
            limits: Limits::default(),
        }
    }

    fn text(length: Option<u32>) -> Self {
        let text = Self::named("string", "varchar", "string");
        Self { limits: Limits { characters: length, ..Limits::default() }, ..text }
    }

    fn with_bytes(self, size: Option<u32>) -> Self {
        Self { limits: Limits { bytes: size, ..self.limits }, ..self }
    }

    /// An integer in the smallest type that has all of its values.
    fn integer(bits: u16, signed: bool) -> Result<Self, &'static str> {
        // Of 126 bits, all numbers have 38 digits at most.
        let magnitude = if signed { bits.saturating_sub(1) } else { bits };
        if bits == 0 || magnitude > 126 {
            return Err("Iceberg keeps integers of at most 38 digits");
        }
        let greatest = (1_u128 << magnitude) - 1;
        let least = if signed { format!("-{}", 1_u128 << magnitude) } else { "0".to_owned() };
        let kept = match magnitude {
            0..=31 => Self::named("int", "integer", "int"),
            32..=63 => Self::plain("bigint"),
            _ => Self::plain("decimal(38,0)"),
        };
        let limits = Limits { least: Some(least), greatest: Some(greatest.to_string()), ..Limits::default() };
        Ok(Self { limits, ..kept })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_integer_is_kept_in_the_smallest_type_that_has_its_values() {
        for (bits, signed, spark, least, greatest) in [
            (8, true, "int", "-128", "127"),
            (32, true, "int", "-2147483648", "2147483647"),
            (31, false, "int", "0", "2147483647"),
            (32, false, "bigint", "0", "4294967295"),
            (64, true, "bigint", "-9223372036854775808", "9223372036854775807"),
            (64, false, "decimal(38,0)", "0", "18446744073709551615"),
        ] {
            let kept = ColumnType::of(&DataType::CustomInteger { bits, signed });
            let kept = kept.unwrap_or_else(|reason| panic!("{bits}: {reason}"));
            assert_eq!(kept.spark, spark);
            assert_eq!(kept.limits.least.as_deref(), Some(least));
            assert_eq!(kept.limits.greatest.as_deref(), Some(greatest));
        }
        assert!(ColumnType::of(&DataType::CustomInteger { bits: 128, signed: true }).is_err());
    }
}
