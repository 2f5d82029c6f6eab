//! Which values a column can take.

use datasurface_schema::DataType;

/// The kinds of types that engines convert into each other, or refuse to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Number,
    Text,
    Time,
    Binary,
    Other,
}

impl Family {
    fn of(data_type: &DataType) -> Self {
        match data_type {
            // SQLite has no truth values, but numbers.
            DataType::Boolean
            | DataType::TinyInt
            | DataType::SmallInt
            | DataType::Integer
            | DataType::BigInt
            | DataType::CustomInteger { .. }
            | DataType::Float(_)
            | DataType::Decimal { .. } => Self::Number,
            DataType::Char { .. }
            | DataType::VarChar { .. }
            | DataType::NChar { .. }
            | DataType::NVarChar { .. } => Self::Text,
            DataType::Date | DataType::Timestamp { .. } => Self::Time,
            DataType::Binary { .. } => Self::Binary,
            _ => Self::Other,
        }
    }
}

/// Whether values of one type may be put into a column of another one. Only what no engine does without a cast is refused:
/// numbers become texts and other numbers, and a text may be a date.
#[must_use]
pub fn is_assignable(from: &DataType, to: &DataType) -> bool {
    use Family::{Binary, Number, Other, Text, Time};
    match (Family::of(from), Family::of(to)) {
        (Other, Other) => from == to || std::mem::discriminant(from) == std::mem::discriminant(to),
        // Texts and bytes are how some engines write what others have a type for.
        (Text | Binary, Other) | (Other, Text | Binary) => true,
        (Text, Time | Binary) | (_, Text) => true,
        (Time, Time) | (Number, Number) | (Binary, Binary) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use datasurface_schema::Schema;

    fn types(text: &str) -> Vec<DataType> {
        let schema = Schema::from(text);
        schema.table().columns().iter().map(|column| column.data_type().clone()).collect()
    }

    #[test]
    fn what_no_engine_converts_is_not_assignable() {
        for (columns, is_fine) in [
            ("a VarChar(5), b Integer", false),
            ("a Integer, b VarChar(5)", true),
            ("a Integer, b Decimal(9,2)", true),
            ("a Boolean, b Integer", true),
            ("a Integer, b Date", false),
            ("a Date, b Integer", false),
            ("a Date, b Timestamp", true),
            ("a VarChar(10), b Date", true),
            ("a Binary(5), b Integer", false),
            ("a Integer, b Binary(5)", false),
            ("a Interval, b Interval", true),
            ("a Interval, b Integer", false),
        ] {
            let found = types(columns);
            assert_eq!(is_assignable(&found[0], &found[1]), is_fine, "{columns}");
        }
    }
}
