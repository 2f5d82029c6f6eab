//! Types of columns in jobs of Flink: those whose values Flink reads of topics, and writes to them, as they are.

use datasurface_platform::{
    model::{FloatFormat, sql::FlinkNumber},
    prelude::*,
};
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

    /// Returns what is known of its numbers; `None` if they are not exact, or are none.
    pub(crate) fn number(&self) -> Option<FlinkNumber> {
        match self {
            Self::Plain(_, "int16") => Some(FlinkNumber::SMALL),
            Self::Plain(_, "int32") => Some(FlinkNumber::INTEGER),
            Self::Plain(_, "int64") => Some(FlinkNumber::BIG),
            Self::Decimal(precision, scale) => {
                Some(FlinkNumber::decimal(precision.saturating_sub(*scale).into(), (*scale).into()))
            }
            _ => None,
        }
    }

    /// Returns a value as one of this type. A number without room in it fails the job: Flink would begin anew at the other end, or make it NULL. A text
    /// that is no number does so, and it has nothing of the value.
    pub(crate) fn cast(&self, value: &str, number: Option<FlinkNumber>) -> String {
        let name = self.name();
        let cast = format!("CAST({value} AS {name})");
        let (Some(room), Some(number)) = (self.number(), number) else { return cast };
        if room.has_room_for(number) {
            return cast;
        }
        let (least, most) = match self {
            Self::Plain(_, "int16") => (i16::MIN.to_string(), i16::MAX.to_string()),
            Self::Plain(_, "int32") => (i32::MIN.to_string(), i32::MAX.to_string()),
            Self::Plain(_, "int64") => (i64::MIN.to_string(), i64::MAX.to_string()),
            _ => {
                let nines = |count: u32| "9".repeat(count.try_into().unwrap_or_default());
                let most = format!("0{}.{}", nines(room.whole), nines(room.scale));
                let most = most.trim_end_matches('.').to_owned();
                (format!("-{most}"), most)
            }
        };
        let wide = format!("DECIMAL({MOST_DIGITS}, {})", room.scale);
        let [least, most] = [least, most].map(|bound| format!("CAST('{bound}' AS {wide})"));
        format!(
            "CASE WHEN {value} IS NULL THEN CAST(NULL AS {name}) WHEN CAST({value} AS {wide}) BETWEEN {least} AND {most} THEN {cast} \
             ELSE CAST(SUBSTRING(CAST({value} AS STRING) FROM 1 FOR 0) || 'no room' AS {name}) END"
        )
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
