//! Types of columns in jobs of Flink: those whose values Flink reads of topics, and writes to them, as they are.

use datasurface_platform::{model::FloatFormat, prelude::*};
use serde_json::Value;

/// How Flink has a column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum FlinkType {
    /// A type of Flink, with its type in schemas of Connect.
    Plain(&'static str, &'static str),
    /// A decimal number of so many digits, of which so many are behind the point.
    Decimal(u16, u16),
    /// A date: in records, the days since 1970.
    Date,
}

/// The most digits of a decimal number of Flink.
const MOST_DIGITS: u16 = 38;

impl FlinkType {
    /// Returns the type for a column, or the reason why its values would not be as they were.
    pub(crate) fn new(data_type: &DataType) -> Result<Self, &'static str> {
        Ok(match data_type {
            DataType::Boolean => Self::Plain("BOOLEAN", "boolean"),
            DataType::TinyInt | DataType::SmallInt => Self::Plain("SMALLINT", "int16"),
            DataType::Integer => Self::Plain("INT", "int32"),
            DataType::BigInt => Self::Plain("BIGINT", "int64"),
            DataType::Float(FloatFormat::Binary32) => Self::Plain("FLOAT", "float"),
            DataType::Float(FloatFormat::Binary64) => Self::Plain("DOUBLE", "double"),
            DataType::VarChar { .. } | DataType::NVarChar { .. } => Self::Plain("STRING", "string"),
            DataType::Decimal { precision, scale } => {
                if *precision > MOST_DIGITS || scale > precision {
                    return Err("Flink has decimal numbers of 38 digits");
                }
                Self::Decimal(*precision, *scale)
            }
            DataType::Date => Self::Date,
            DataType::Char { .. } | DataType::NChar { .. } => {
                return Err("Flink takes the blanks behind a text for a part of it");
            }
            DataType::Timestamp { .. } => {
                return Err("records have times in several forms, and Flink reads one");
            }
            _ => return Err("Flink does not read it as records have it"),
        })
    }

    /// The type of the column in records.
    pub(crate) fn read_as(&self) -> String {
        match self {
            Self::Date => "INT".to_owned(),
            other => other.name(),
        }
    }

    /// The type of Flink.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Plain(name, _) => (*name).to_owned(),
            Self::Decimal(precision, scale) => format!("DECIMAL({precision},{scale})"),
            Self::Date => "DATE".to_owned(),
        }
    }

    /// Returns the value of a column by what records have of it.
    pub(crate) fn value_of(&self, column: &str) -> String {
        match self {
            Self::Date => format!("DATE '1970-01-01' + {column} * INTERVAL '1' DAY"),
            _ => column.to_owned(),
        }
    }

    /// Returns what records have of the value of a column.
    pub(crate) fn record_of(&self, column: &str) -> String {
        match self {
            Self::Date => format!("TIMESTAMPDIFF(DAY, DATE '1970-01-01', {column})"),
            _ => column.to_owned(),
        }
    }

    /// Returns the type in Avro, with what Connect means by it.
    pub(crate) fn avro(&self) -> Value {
        match self {
            Self::Plain(_, "int16") => json!({"type": "int", "connect.type": "int16"}),
            Self::Plain(_, "int32") => json!("int"),
            Self::Plain(_, "int64") => json!("long"),
            Self::Plain(_, kind) => json!(kind),
            Self::Decimal(precision, scale) => json!({
                "type": "bytes", "logicalType": "decimal", "precision": precision, "scale": scale,
                "connect.name": "org.apache.kafka.connect.data.Decimal", "connect.version": 1,
                "connect.parameters": {"scale": scale.to_string(), "connect.decimal.precision": precision.to_string()},
            }),
            Self::Date => {
                json!({"type": "int", "connect.name": "io.debezium.time.Date", "connect.version": 1})
            }
        }
    }

    /// The type of a column of records in Avro, which has whole numbers of 32 bits and of 64.
    pub(crate) fn avro_column(&self) -> String {
        match self {
            Self::Plain(_, "int16") | Self::Date => "INT".to_owned(),
            other => other.name(),
        }
    }

    /// Returns what records in Avro have of the value of a column.
    pub(crate) fn avro_value_of(&self, column: &str) -> String {
        match self {
            Self::Plain(_, "int16") => format!("CAST({column} AS INT)"),
            _ => self.record_of(column),
        }
    }

    /// Returns what the type of a column in Avro must have, where Flink reads the values of another one as other values without an error: it looks neither at
    /// the digits behind a point, nor at the size of a number.
    pub(crate) fn required_of_avro(&self) -> Option<Value> {
        match self {
            Self::Plain(_, "int16") => Some(json!({"connect.type": "int16"})),
            Self::Decimal(_, scale) => Some(json!({"connect.parameters": {"scale": scale.to_string()}})),
            _ => None,
        }
    }

    /// Returns the field of a schema of Connect, in JSON.
    pub(crate) fn field(&self, column: &str, optional: bool) -> Value {
        match self {
            Self::Plain(_, kind) => json!({"type": kind, "optional": optional, "field": column}),
            Self::Decimal(precision, scale) => json!({
                "type": "bytes", "optional": optional, "name": "org.apache.kafka.connect.data.Decimal", "version": 1,
                "parameters": {"scale": scale.to_string(), "connect.decimal.precision": precision.to_string()},
                "field": column,
            }),
            Self::Date => json!({
                "type": "int32", "optional": optional, "name": "io.debezium.time.Date", "version": 1, "field": column,
            }),
        }
    }
}
