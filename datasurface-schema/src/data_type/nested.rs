//! Types made of types. They can only be made here, so that none is deeper than what can be walked by recursion.

use super::DataType;
use crate::name::ColumnName;

/// The type of an array.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArrayType(Box<DataType>);

/// The type of a map.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MapType(Box<(DataType, DataType)>);

/// The type of a struct. Its fields keep their order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct StructType(Box<[Field]>);

/// A field of a struct: a name, a type, and whether it may be null (it may, unless said otherwise).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Field {
    name: ColumnName,
    data_type: DataType,
    nullable: bool,
}

impl DataType {
    /// Creates an array type; [`DataType::TooDeep`] if it would be nested too deep.
    #[must_use]
    pub fn array(element: Self) -> Self {
        Self::bounded(element.depth(), || Self::Array(ArrayType(Box::new(element))))
    }

    /// Creates a map type; [`DataType::TooDeep`] if it would be nested too deep.
    #[must_use]
    pub fn map(key: Self, value: Self) -> Self {
        Self::bounded(key.depth().max(value.depth()), || Self::Map(MapType(Box::new((key, value)))))
    }

    /// Creates a struct type of these fields, in order; [`DataType::TooDeep`] if it would be nested too deep.
    pub fn structure(fields: impl IntoIterator<Item = Field>) -> Self {
        let fields: Box<[Field]> = fields.into_iter().collect();
        let inside = fields.iter().map(|field| field.data_type.depth()).max().unwrap_or_default();
        Self::bounded(inside, || Self::Struct(StructType(fields)))
    }

    /// The depth of nesting: 1 for a plain type.
    #[must_use]
    pub fn depth(&self) -> usize {
        let inside = match self {
            Self::Array(array) => array.element().depth(),
            Self::Map(map) => map.key().depth().max(map.value().depth()),
            Self::Struct(structure) => {
                structure.fields().iter().map(|field| field.data_type.depth()).max().unwrap_or_default()
            }
            _ => 0,
        };
        inside + 1
    }

    fn bounded(inside: usize, make: impl FnOnce() -> Self) -> Self {
        if inside < Self::MAX_DEPTH { make() } else { Self::TooDeep }
    }
}

impl ArrayType {
    /// The type of its elements.
    #[must_use]
    pub fn element(&self) -> &DataType {
        &self.0
    }
}

impl MapType {
    /// The type of its keys.
    #[must_use]
    pub fn key(&self) -> &DataType {
        &self.0.0
    }

    /// The type of its values.
    #[must_use]
    pub fn value(&self) -> &DataType {
        &self.0.1
    }
}

impl StructType {
    /// The fields, in order.
    #[must_use]
    pub fn fields(&self) -> &[Field] {
        &self.0
    }
}

impl Field {
    /// Creates a field that may be null.
    pub fn new(name: impl Into<ColumnName>, data_type: DataType) -> Self {
        Self { name: name.into(), data_type, nullable: true }
    }

    /// Declares that the field is never null.
    #[must_use]
    pub fn not_null(mut self) -> Self {
        self.nullable = false;
        self
    }

    /// The name.
    #[must_use]
    pub fn name(&self) -> &ColumnName {
        &self.name
    }

    /// The data type.
    #[must_use]
    pub fn data_type(&self) -> &DataType {
        &self.data_type
    }

    /// Whether it can be null.
    #[must_use]
    pub fn is_nullable(&self) -> bool {
        self.nullable
    }
}
