//! What a column can hold.

use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::{fmt, str::FromStr};

/// The type of a column. The text form is SQL-like and round-trips: `Decimal(18,4)`, `VarChar(40)`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[non_exhaustive]
pub enum DataType {
    /// True or false.
    Boolean,
    /// Signed integer of 8 bits.
    TinyInt,
    /// Signed integer of 16 bits.
    SmallInt,
    /// Signed integer of 32 bits.
    Integer,
    /// Signed integer of 64 bits.
    BigInt,
    /// IEEE 754 binary32.
    Real,
    /// IEEE 754 binary64.
    Double,
    /// Exact decimal number.
    Decimal {
        /// Digits in all.
        precision: u16,
        /// Digits after the point.
        scale: u16,
    },
    /// Text of fixed length in the database's own character set.
    Char {
        /// Characters.
        length: u32,
    },
    /// Text in the database's own character set.
    VarChar {
        /// Characters at most; none means without limit.
        length: Option<u32>,
    },
    /// Unicode text of fixed length.
    NChar {
        /// Characters.
        length: u32,
    },
    /// Unicode text.
    NVarChar {
        /// Characters at most; none means without limit.
        length: Option<u32>,
    },
    /// A day of the calendar.
    Date,
    /// A point in time, with microseconds.
    Timestamp {
        /// The IANA time zone in which it is meant; none means a local time of unstated zone.
        zone: Option<SmolStr>,
    },
    /// Bytes.
    Binary {
        /// Bytes at most; none means without limit.
        size: Option<u32>,
    },
}

/// A text that names no data type.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
#[error("`{text}` is not a data type")]
pub struct DataTypeError {
    text: SmolStr,
    nearest: Option<&'static str>,
}

impl DataTypeError {
    /// The type that was probably meant, if one is near.
    #[must_use]
    pub fn nearest(&self) -> Option<&'static str> {
        self.nearest
    }
}

/// One form for each type, as people write it.
const FORMS: &[&str] = &[
    "Boolean",
    "TinyInt",
    "SmallInt",
    "Integer",
    "BigInt",
    "Real",
    "Double",
    "Decimal",
    "Char",
    "VarChar",
    "NChar",
    "NVarChar",
    "Date",
    "Timestamp",
    "Binary",
];

impl FromStr for DataType {
    type Err = DataTypeError;

    fn from_str(text: &str) -> Result<Self, DataTypeError> {
        let text = text.trim();
        let (name, arguments) = match text.split_once('(') {
            None => (text, Vec::new()),
            Some((name, rest)) => match rest.strip_suffix(')') {
                Some(inside) => (name.trim_end(), inside.split(',').map(str::trim).collect()),
                None => (text, Vec::new()),
            },
        };
        read(&name.to_ascii_lowercase(), &arguments).ok_or_else(|| DataTypeError {
            text: text.into(),
            nearest: crate::diagnostic::nearest(name, FORMS.iter().copied()),
        })
    }
}

fn read(name: &str, arguments: &[&str]) -> Option<DataType> {
    let number = |text: &str| text.parse::<u32>().ok();
    let short = |text: &str| text.parse::<u16>().ok();
    Some(match (name, arguments) {
        ("boolean", []) => DataType::Boolean,
        ("tinyint", []) => DataType::TinyInt,
        ("smallint", []) => DataType::SmallInt,
        ("integer", []) => DataType::Integer,
        ("bigint", []) => DataType::BigInt,
        ("real", []) => DataType::Real,
        ("double", []) => DataType::Double,
        ("decimal", [precision, scale]) => {
            DataType::Decimal { precision: short(precision)?, scale: short(scale)? }
        }
        ("char", [length]) => DataType::Char { length: number(length)? },
        ("varchar", []) => DataType::VarChar { length: None },
        ("varchar", [length]) => DataType::VarChar { length: Some(number(length)?) },
        ("nchar", [length]) => DataType::NChar { length: number(length)? },
        ("nvarchar", []) => DataType::NVarChar { length: None },
        ("nvarchar", [length]) => DataType::NVarChar { length: Some(number(length)?) },
        ("date", []) => DataType::Date,
        ("timestamp", []) => DataType::Timestamp { zone: None },
        ("timestamp", [zone]) => DataType::Timestamp { zone: Some((*zone).into()) },
        ("binary", []) => DataType::Binary { size: None },
        ("binary", [size]) => DataType::Binary { size: Some(number(size)?) },
        _ => return None,
    })
}

impl TryFrom<String> for DataType {
    type Error = DataTypeError;

    fn try_from(text: String) -> Result<Self, DataTypeError> {
        text.parse()
    }
}

impl From<DataType> for String {
    fn from(data_type: DataType) -> Self {
        data_type.to_string()
    }
}

impl fmt::Display for DataType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean => f.write_str("Boolean"),
            Self::TinyInt => f.write_str("TinyInt"),
            Self::SmallInt => f.write_str("SmallInt"),
            Self::Integer => f.write_str("Integer"),
            Self::BigInt => f.write_str("BigInt"),
            Self::Real => f.write_str("Real"),
            Self::Double => f.write_str("Double"),
            Self::Decimal { precision, scale } => write!(f, "Decimal({precision},{scale})"),
            Self::Char { length } => write!(f, "Char({length})"),
            Self::VarChar { length } => with_optional(f, "VarChar", length.as_ref()),
            Self::NChar { length } => write!(f, "NChar({length})"),
            Self::NVarChar { length } => with_optional(f, "NVarChar", length.as_ref()),
            Self::Date => f.write_str("Date"),
            Self::Timestamp { zone } => with_optional(f, "Timestamp", zone.as_ref()),
            Self::Binary { size } => with_optional(f, "Binary", size.as_ref()),
        }
    }
}

fn with_optional(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    argument: Option<&impl fmt::Display>,
) -> fmt::Result {
    match argument {
        Some(argument) => write!(f, "{name}({argument})"),
        None => f.write_str(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_forms_round_trip() {
        for text in [
            "Boolean",
            "TinyInt",
            "SmallInt",
            "Integer",
            "BigInt",
            "Real",
            "Double",
            "Decimal(18,4)",
            "Char(3)",
            "VarChar",
            "VarChar(40)",
            "NChar(3)",
            "NVarChar",
            "NVarChar(9)",
            "Date",
            "Timestamp",
            "Timestamp(Europe/Berlin)",
            "Binary",
            "Binary(16)",
        ] {
            assert_eq!(text.parse::<DataType>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn what_is_no_type_names_the_nearest() {
        let error = "VarChr(5)".parse::<DataType>().unwrap_err();
        assert_eq!(error.nearest(), Some("VarChar"));
        for bad in [
            "",
            "(",
            "VarChar(",
            "VarChar(x)",
            "Decimal(1)",
            "Decimal(1,2",
            "Date(3)",
            "VarChar(99999999999)",
        ] {
            assert!(bad.parse::<DataType>().is_err(), "{bad}");
        }
    }
}
