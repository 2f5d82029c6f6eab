//! Types as text.

use super::{ArrayType, Collation, DataType, Field, GeometryType, MapType, StructType};
use std::fmt::{self, Display, Formatter, Write as _};

impl Display for DataType {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boolean => f.write_str("Boolean"),
            Self::TinyInt => f.write_str("TinyInt"),
            Self::SmallInt => f.write_str("SmallInt"),
            Self::Integer => f.write_str("Integer"),
            Self::BigInt => f.write_str("BigInt"),
            Self::CustomInteger { bits, signed } => {
                write!(f, "{}Int({bits})", if *signed { "" } else { "U" })
            }
            Self::Float(format) => write!(f, "{format}"),
            Self::Microscaling(format) => write!(f, "{format}"),
            Self::Decimal { precision, scale } => write!(f, "Decimal({precision},{scale})"),
            Self::Char { length, collation } => text(f, "Char", Some(*length), collation.as_deref()),
            Self::VarChar { length, collation } => text(f, "VarChar", *length, collation.as_deref()),
            Self::NChar { length, collation } => text(f, "NChar", Some(*length), collation.as_deref()),
            Self::NVarChar { length, collation } => text(f, "NVarChar", *length, collation.as_deref()),
            Self::Date => f.write_str("Date"),
            Self::Timestamp { zone: None } => f.write_str("Timestamp"),
            Self::Timestamp { zone: Some(zone) } => {
                f.write_str("Timestamp(")?;
                quoted_where_needed(f, zone)?;
                f.write_char(')')
            }
            Self::Interval => f.write_str("Interval"),
            Self::Binary { size } => with_optional(f, "Binary", *size),
            Self::Variant { size } => with_optional(f, "Variant", *size),
            Self::Array(array) => array.fmt(f),
            Self::Map(map) => map.fmt(f),
            Self::Struct(structure) => structure.fmt(f),
            Self::Vector { dimensions } => write!(f, "Vector({dimensions})"),
            Self::Geography { srid, geometry } => geography(f, *srid, *geometry),
            Self::TooDeep => f.write_str("TooDeep"),
        }
    }
}

impl Display for ArrayType {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "Array({})", self.element())
    }
}

impl Display for MapType {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "Map({}, {})", self.key(), self.value())
    }
}

impl Display for StructType {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str("Struct(")?;
        for (position, field) in self.fields().iter().enumerate() {
            if position > 0 {
                f.write_str(", ")?;
            }
            write!(f, "{field}")?;
        }
        f.write_char(')')
    }
}

impl Display for Field {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        quoted_where_needed(f, self.name().as_str())?;
        write!(f, " {}", self.data_type())?;
        if !self.is_nullable() {
            f.write_str(" not null")?;
        }
        Ok(())
    }
}

/// A word as it is, anything else in quotes, as in SQL.
pub(crate) fn quoted_where_needed(f: &mut Formatter<'_>, word: &str) -> fmt::Result {
    if !word.is_empty() && word.chars().all(super::read::is_word) {
        f.write_str(word)
    } else {
        write!(f, "\"{}\"", word.replace('"', "\"\""))
    }
}

fn text(
    f: &mut Formatter<'_>,
    name: &str,
    length: Option<u32>,
    collation: Option<&Collation>,
) -> fmt::Result {
    with_optional(f, name, length)?;
    if let Some(collation) = collation {
        f.write_str(" collate ")?;
        quoted_where_needed(f, collation.as_str())?;
    }
    Ok(())
}

fn with_optional(f: &mut Formatter<'_>, name: &str, argument: Option<u32>) -> fmt::Result {
    match argument {
        Some(argument) => write!(f, "{name}({argument})"),
        None => f.write_str(name),
    }
}

fn geography(f: &mut Formatter<'_>, srid: u32, geometry: Option<GeometryType>) -> fmt::Result {
    match (srid, geometry) {
        (DataType::DEFAULT_SRID, None) => f.write_str("Geography"),
        (DataType::DEFAULT_SRID, Some(geometry)) => write!(f, "Geography({geometry})"),
        (srid, None) => write!(f, "Geography({srid})"),
        (srid, Some(geometry)) => write!(f, "Geography({srid}, {geometry})"),
    }
}
