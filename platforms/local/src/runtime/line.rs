//! Values in lines of JSON, as published batches have them: what a person would write, and nothing is lost.
//!
//! | type | in JSON |
//! |---|---|
//! | Boolean | `true`, `false` |
//! | whole numbers | a number |
//! | floating point | a number, or one of the texts `NaN`, `Infinity`, `-Infinity` |
//! | Binary | a text of hexadecimal digits |
//! | Decimal, texts, dates, times | a text, as it is kept |
//! | no value | `null` |

use crate::prelude::{serde_json::Value as Json, *};
use crate::sql::storage::Storage;
use rusqlite::types::{Value, ValueRef};

const INFINITY: &str = "Infinity";
const NEGATIVE_INFINITY: &str = "-Infinity";

/// A value that is kept, in JSON.
pub(super) fn written(value: ValueRef<'_>, data_type: &DataType) -> Option<Json> {
    Some(match value {
        ValueRef::Null => Json::Null,
        ValueRef::Integer(number) if *data_type == DataType::Boolean => Json::Bool(number != 0),
        ValueRef::Integer(number) => number.into(),
        ValueRef::Real(number) if number == f64::INFINITY => INFINITY.into(),
        ValueRef::Real(number) if number == f64::NEG_INFINITY => NEGATIVE_INFINITY.into(),
        ValueRef::Real(number) => serde_json::Number::from_f64(number)?.into(),
        ValueRef::Text(text) => str::from_utf8(text).ok()?.into(),
        ValueRef::Blob(bytes) => bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>().into(),
    })
}

/// A value in JSON, as it is kept; none if it is not of that type.
pub(super) fn read(value: &Json, data_type: &DataType) -> Option<Value> {
    if value.is_null() {
        return Some(Value::Null);
    }
    Some(match Storage::comparable(data_type)? {
        Storage::Integer if *data_type == DataType::Boolean => Value::Integer(value.as_bool()?.into()),
        Storage::Integer => Value::Integer(value.as_i64()?),
        Storage::Real => match value {
            Json::String(text) if text == INFINITY => Value::Real(f64::INFINITY),
            Json::String(text) if text == NEGATIVE_INFINITY => Value::Real(f64::NEG_INFINITY),
            Json::String(text) if text == crate::NOT_A_NUMBER => Value::Text(text.clone()),
            number => Value::Real(number.as_f64()?),
        },
        Storage::Text => Value::Text(value.as_str()?.to_owned()),
        Storage::Blob => Value::Blob(bytes(value.as_str()?)?),
    })
}

fn bytes(digits: &str) -> Option<Vec<u8>> {
    let pairs = digits.as_bytes().chunks(2);
    pairs
        .map(|pair| u8::from_str_radix(str::from_utf8(pair).ok().filter(|pair| pair.len() == 2)?, 16).ok())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_back_as_they_were() {
        let real = DataType::Float(FloatFormat::Binary64);
        let cases = [
            (Value::Null, DataType::Boolean),
            (Value::Integer(1), DataType::Boolean),
            (Value::Integer(i64::MIN), DataType::BigInt),
            (Value::Real(0.1), real.clone()),
            (Value::Real(1.0), real.clone()),
            (Value::Real(f64::NEG_INFINITY), real.clone()),
            (Value::Text("NaN".to_owned()), real),
            (Value::Text("18.00".to_owned()), "Decimal(10,2)".parse().unwrap()),
            (Value::Text("a\n\"ø\u{0}".to_owned()), "VarChar(9)".parse().unwrap()),
            (Value::Blob(vec![0, 255, 16]), "Binary(3)".parse().unwrap()),
        ];
        for (value, data_type) in cases {
            let line = written(ValueRef::from(&value), &data_type).unwrap().to_string();
            let line: Json = serde_json::from_str(&line).unwrap();
            assert_eq!(read(&line, &data_type), Some(value), "{line}");
        }
    }

    #[test]
    fn what_is_of_another_type_is_refused() {
        let binary: DataType = "Binary(3)".parse().unwrap();
        for (value, data_type) in [
            (json!("1"), DataType::BigInt),
            (json!(1), DataType::Boolean),
            (json!(1.5), DataType::BigInt),
            (json!("0"), binary.clone()),
            (json!("zz"), binary),
            (json!([1]), DataType::Date),
        ] {
            assert_eq!(read(&value, &data_type), None, "{value} as {data_type}");
        }
    }
}
