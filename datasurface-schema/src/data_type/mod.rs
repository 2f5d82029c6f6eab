//! Types of columns.

mod check;
mod collation;
mod error;
mod float;
mod geometry;
mod nested;
mod read;
#[cfg(test)]
mod tests;
mod time_zone;
mod write;

pub use check::{TypeParameterError, TypeParameterErrorKind};
pub use collation::Collation;
pub use error::DataTypeError;
pub use float::{FloatFormat, FloatRange, MicroscalingFormat};
pub use geometry::GeometryType;
pub use nested::{ArrayType, Field, MapType, StructType};
pub use time_zone::is_time_zone;
pub use time_zone::nearest_time_zone;
pub(super) use {read::Reader, write::quoted_where_needed};

use crate::Text;
use serde_with::{DeserializeFromStr, SerializeDisplay};

/// The type of a column. The text form is SQL-like and round-trips at every depth: `Decimal(18,4)`, `VarChar(40)`,
/// `Struct(a Integer not null, b Map(VarChar, Date))`.
///
/// Any value can be made; [`DataType::errors`] says what makes no sense, and validation reports it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, SerializeDisplay, DeserializeFromStr)]
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
    /// An integer of another width, or without negative values: `Int(24)`, `UInt(8)`.
    CustomInteger {
        /// Bits in all, the sign included.
        bits: u16,
        /// Whether there are negative values.
        signed: bool,
    },
    /// A floating point number: `Real` (binary32), `Double` (binary64), and narrower and wider ones.
    Float(FloatFormat),
    /// Floating point numbers in blocks of 32, each block with one scale.
    Microscaling(MicroscalingFormat),
    /// Exact decimal number.
    Decimal {
        /// Digits in all.
        precision: u16,
        /// Digits after the point.
        scale: u16,
    },
    /// Text of fixed length in the database's own character set. `Char` alone is `Char(1)`, as in SQL.
    Char {
        /// Characters.
        length: u32,
        /// The collation; none means that of the container.
        collation: Option<Box<Collation>>,
    },
    /// Text in the database's own character set.
    VarChar {
        /// Characters at most; none means without limit.
        length: Option<u32>,
        /// The collation; none means that of the container.
        collation: Option<Box<Collation>>,
    },
    /// Unicode text of fixed length. `NChar` alone is `NChar(1)`, as in SQL.
    NChar {
        /// Characters.
        length: u32,
        /// The collation; none means that of the container.
        collation: Option<Box<Collation>>,
    },
    /// Unicode text.
    NVarChar {
        /// Characters at most; none means without limit.
        length: Option<u32>,
        /// The collation; none means that of the container.
        collation: Option<Box<Collation>>,
    },
    /// A day of the calendar.
    Date,
    /// A point in time, with microseconds.
    Timestamp {
        /// The IANA time zone in which it is meant; none means a local time of unstated zone.
        zone: Option<Text>,
    },
    /// A span of time.
    Interval,
    /// Bytes.
    Binary {
        /// Bytes at most; none means without limit.
        size: Option<u32>,
    },
    /// A value that brings its own structure, such as JSON.
    Variant {
        /// Bytes at most; none means without limit.
        size: Option<u32>,
    },
    /// Any number of values of one type, in order.
    Array(ArrayType),
    /// Values by key.
    Map(MapType),
    /// Named fields.
    Struct(StructType),
    /// A vector of numbers, such as an embedding.
    Vector {
        /// The count of numbers.
        dimensions: u32,
    },
    /// A shape on the surface of the earth.
    Geography {
        /// The spatial reference system by its EPSG number; 4326 is longitude and latitude.
        srid: u32,
        /// The only kind of shape that is allowed; none means any.
        geometry: Option<GeometryType>,
    },
    /// A type that was nested more than [`DataType::MAX_DEPTH`] deep and is not kept. Validation reports it.
    TooDeep,
}

impl DataType {
    /// The greatest depth of nested types: a plain type has depth 1, an array of it 2.
    pub const MAX_DEPTH: usize = 32;

    /// The default spatial reference system: longitude and latitude (WGS 84).
    pub const DEFAULT_SRID: u32 = 4326;

    /// IEEE 754 binary32, written `Real`.
    pub const REAL: Self = Self::Float(FloatFormat::Binary32);

    /// IEEE 754 binary64, written `Double`.
    pub const DOUBLE: Self = Self::Float(FloatFormat::Binary64);

    /// Creates a type of text in the database's own character set: at most `length` characters; none means without
    /// limit.
    pub fn varchar(length: impl Into<Option<u32>>) -> Self {
        Self::VarChar { length: length.into(), collation: None }
    }

    /// Creates a type of Unicode text: at most `length` characters; none means without limit.
    pub fn nvarchar(length: impl Into<Option<u32>>) -> Self {
        Self::NVarChar { length: length.into(), collation: None }
    }

    /// Creates a type of text of exactly `length` characters in the database's own character set.
    #[must_use]
    pub fn char(length: u32) -> Self {
        Self::Char { length, collation: None }
    }

    /// Creates a type of Unicode text of exactly `length` characters.
    #[must_use]
    pub fn nchar(length: u32) -> Self {
        Self::NChar { length, collation: None }
    }

    /// Creates a type of local times of unstated zone.
    #[must_use]
    pub fn timestamp() -> Self {
        Self::Timestamp { zone: None }
    }

    /// Creates a type of times in a zone, by its IANA name: `Europe/Berlin`.
    pub fn timestamp_in(zone: impl Into<Text>) -> Self {
        Self::Timestamp { zone: Some(zone.into()) }
    }

    /// Sets the collation of a text. No other type has one: those are returned unchanged.
    #[must_use]
    pub fn collated(mut self, name: impl Into<Collation>) -> Self {
        if let Self::Char { collation, .. }
        | Self::VarChar { collation, .. }
        | Self::NChar { collation, .. }
        | Self::NVarChar { collation, .. } = &mut self
        {
            *collation = Some(Box::new(name.into()));
        }
        self
    }

    /// The collation of a text, if one is declared.
    #[must_use]
    pub fn collation(&self) -> Option<&Collation> {
        match self {
            Self::Char { collation, .. }
            | Self::VarChar { collation, .. }
            | Self::NChar { collation, .. }
            | Self::NVarChar { collation, .. } => collation.as_deref(),
            _ => None,
        }
    }
}
