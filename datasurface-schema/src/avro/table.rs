//! Tables from Avro's record schemas.
//!
//! | in Avro | here |
//! |---|---|
//! | a field whose type is a union with `null` | a column that may be null; any other column may not |
//! | `boolean`, `int`, `long`, `float`, `double` | Boolean, Integer, BigInt, Real, Double |
//! | `time-millis`, `time-micros` | Integer, BigInt: no type here is a time of day |
//! | `string`, an enum, the logical type `uuid` | NVarChar |
//! | `bytes`, `fixed` | Binary |
//! | the logical type `decimal` | Decimal |
//! | the logical type `date` | Date |
//! | `timestamp-millis`, `-micros`, `-nanos`; `local-timestamp-…` | Timestamp in UTC; without a zone |
//! | the logical type `duration` | Interval |
//! | an array, a map, a record | Array, Map with keys of text, Struct |
//! | a union of several types | Variant |
//!
//! A logical type that is not listed is its plain type, as Avro has it; change control alone tells them apart. Whether an
//! element of an array or a value of a map may be null is not said by a table.

use super::{Record, Type};
use crate::{Column, DataType, Field, TableSchema};

/// The table that a record describes: its fields are the columns. It has no key: Avro knows none.
pub(super) fn table(record: &Record) -> TableSchema {
    TableSchema::new(record.fields.iter().map(column))
}

fn column(field: &super::Field) -> Column {
    let column = Column::new(field.name.as_str(), data_type(&field.slot.of));
    let column = if field.slot.is_nullable { column } else { column.not_null() };
    let column = field.classifications.iter().cloned().fold(column, Column::classified);
    let column = field.documentation.iter().map(|text| text.as_str()).fold(column, Column::documented);
    field.aliases.first().map(|alias| alias.as_str()).into_iter().fold(column, Column::renamed_from)
}

fn data_type(of: &Type) -> DataType {
    match of {
        Type::Plain(plain) => plain.data_type(),
        Type::Logical(logical) => logical.data_type.clone(),
        Type::Fixed(fixed) => fixed.data_type(),
        Type::Enumeration(_) => DataType::nvarchar(None),
        Type::Array(elements) => DataType::array(data_type(&elements.of)),
        Type::Map(values) => DataType::map(DataType::nvarchar(None), data_type(&values.of)),
        Type::Record(record) => DataType::structure(record.fields.iter().map(|field| {
            let inner = Field::new(field.name.as_str(), data_type(&field.slot.of));
            if field.slot.is_nullable { inner } else { inner.not_null() }
        })),
        Type::Union(_) => DataType::Variant { size: None },
    }
}
