//! Parameters of types that make no sense, at every depth.

use super::{
    DataType, StructType,
    time_zone::{is_time_zone, nearest_time_zone},
};
use crate::set::Set;

/// The most digits that a database in use can declare (PostgreSQL's limit; most stop at 38).
const MOST_DIGITS: u16 = 1000;

/// The widest integer of a database in use (ClickHouse's).
const MOST_BITS: u16 = 256;

/// The last number of a spatial reference system that databases accept (PostGIS's limit; EPSG's end at 32767).
const LAST_SRID: u32 = 998_999;

/// An error in a type, and the field that has it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeParameterError {
    /// The field of a struct that it is in, with those around it, joined by dots; empty if it is in none.
    pub field: String,
    /// The error itself.
    pub kind: TypeParameterErrorKind,
}

/// An error in a type, and the help to correct it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TypeParameterErrorKind {
    /// A parameter makes no sense.
    Parameter {
        /// The type that has it, which may be deep inside.
        of: String,
        /// The fault, as in "has no length".
        has: &'static str,
        /// The help: a sentence that says how to mend the type.
        help: &'static str,
    },
    /// A time zone that IANA does not know.
    UnknownTimeZone {
        /// The unknown name.
        zone: String,
        /// The time zone that was probably meant, if one is similar enough.
        nearest: Option<&'static str>,
    },
    /// No database would name a collation like this.
    UnknownCollation {
        /// The name.
        collation: String,
    },
}

impl DataType {
    /// Returns every error in the type, from the outside in.
    #[must_use]
    pub fn errors(&self) -> Vec<TypeParameterError> {
        let mut found = Vec::new();
        self.add_errors(&mut Vec::new(), &mut found);
        found
    }

    fn add_errors<'t>(&'t self, around: &mut Vec<&'t str>, found: &mut Vec<TypeParameterError>) {
        if let Some((has, help)) = self.parameter_error() {
            found.push(TypeParameterErrorKind::Parameter { of: self.to_string(), has, help }.within(around));
        }
        match self {
            Self::Timestamp { zone: Some(zone) } if !is_time_zone(zone) => {
                let nearest = nearest_time_zone(zone);
                found.push(
                    TypeParameterErrorKind::UnknownTimeZone { zone: zone.to_string(), nearest }
                        .within(around),
                );
            }
            Self::Array(array) => array.element().add_errors(around, found),
            Self::Map(map) => {
                map.key().add_errors(around, found);
                map.value().add_errors(around, found);
            }
            Self::Struct(structure) => {
                for field in structure.fields() {
                    around.push(field.name().as_str());
                    field.data_type().add_errors(around, found);
                    around.pop();
                }
            }
            _ => {}
        }
        if let Some(collation) = self.collation().filter(|collation| !collation.is_well_known()) {
            found.push(
                TypeParameterErrorKind::UnknownCollation { collation: collation.to_string() }.within(around),
            );
        }
    }

    fn parameter_error(&self) -> Option<(&'static str, &'static str)> {
        Some(match self {
            Self::CustomInteger { bits: 0, .. } => ("no bits", "give a width of at least 1"),
            Self::CustomInteger { bits, .. } if *bits > MOST_BITS => {
                ("more bits than any database keeps", "give a width of at most 256")
            }
            Self::Decimal { precision: 0, .. } => ("no digits", "give a precision of at least 1"),
            Self::Decimal { precision, .. } if *precision > MOST_DIGITS => {
                ("more digits than any database keeps", "give a precision of at most 1000")
            }
            Self::Decimal { precision, scale } if scale > precision => {
                ("more digits after the point than in all", "make the scale at most the precision")
            }
            Self::Char { length: 0, .. } | Self::NChar { length: 0, .. } => {
                ("no length", "give a length of at least 1")
            }
            Self::VarChar { length: Some(0), .. } | Self::NVarChar { length: Some(0), .. } => {
                ("no length", "give a length of at least 1, or none for no limit")
            }
            Self::Binary { size: Some(0) } | Self::Variant { size: Some(0) } => {
                ("no size", "give a size of at least 1, or none for no limit")
            }
            Self::Vector { dimensions: 0 } => ("no dimensions", "give at least 1"),
            Self::Geography { srid, .. } if *srid == 0 || *srid > LAST_SRID => {
                ("no spatial reference system", "give its EPSG number; 4326 is longitude and latitude")
            }
            Self::Map(map) if !map.key().is_comparable() => {
                ("keys that cannot be compared", "use numbers, text, dates, times or bytes as keys")
            }
            Self::Struct(structure) if structure.fields().is_empty() => {
                ("no fields", "name at least one field")
            }
            Self::Struct(structure) if has_repeated_field(structure) => (
                "two fields of one name",
                "give each field a name of its own; upper and lower case do not count",
            ),
            Self::TooDeep => ("too many types around it", "nest types at most 32 deep"),
            _ => return None,
        })
    }

    /// Whether a value is one value that can be compared with others: not made of values, and
    /// without a structure of its own.
    #[must_use]
    pub fn is_scalar(&self) -> bool {
        !matches!(
            self,
            Self::Microscaling(_)
                | Self::Variant { .. }
                | Self::Array(_)
                | Self::Map(_)
                | Self::Struct(_)
                | Self::Vector { .. }
                | Self::Geography { .. }
                | Self::TooDeep
        )
    }

    /// Whether two values are equal or not without doubt, so that one can be found by the other.
    fn is_comparable(&self) -> bool {
        self.is_scalar() && !matches!(self, Self::Float(_))
    }
}

impl TypeParameterErrorKind {
    fn within(self, fields: &[&str]) -> TypeParameterError {
        TypeParameterError { field: fields.join("."), kind: self }
    }
}

fn has_repeated_field(structure: &StructType) -> bool {
    let fields = structure.fields();
    let names: Set<String> = fields.iter().map(|field| field.name().as_str().to_ascii_lowercase()).collect();
    names.len() < fields.len()
}
