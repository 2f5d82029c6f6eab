//! Tables as text: `customer_id VarChar(5) key, city VarChar(15), since Date not null`.

use super::{Column, DataType, TableSchema};
use smol_str::SmolStr;
use std::str::FromStr;

/// A text that describes no table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
#[error("in `{column}`: {reason}")]
pub struct SchemaTextError {
    text: String,
    column: SmolStr,
    reason: String,
}

impl SchemaTextError {
    /// The whole text that was meant to describe a table.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl FromStr for TableSchema {
    type Err = SchemaTextError;

    /// Reads columns separated by commas, each a name, a type, and any of `key`, `not null`, `null`.
    /// The key's columns are those marked so, in their order; they are not null.
    fn from_str(text: &str) -> Result<Self, SchemaTextError> {
        let mut key = Vec::new();
        let mut columns = Vec::new();
        for part in split_outside_parentheses(text) {
            let (column, is_key) = read_column(part).map_err(|reason| SchemaTextError {
                text: text.to_owned(),
                column: part.into(),
                reason,
            })?;
            if is_key {
                key.push(column.name().clone());
            }
            columns.push(column);
        }
        Ok(Self::new(columns).keyed(key))
    }
}

fn read_column(part: &str) -> Result<(Column, bool), String> {
    let (name, rest) = part
        .split_once(char::is_whitespace)
        .ok_or("a column is a name and a type, such as `city VarChar(15)`")?;
    let rest = rest.trim_start();
    let type_end = match rest.find([' ', '\t', '\n', '(']) {
        Some(at) if rest.split_at(at).1.trim_start().starts_with('(') => {
            rest.find(')').map(|end| end + 1).ok_or("a `(` without its `)`")?
        }
        Some(at) => at,
        None => rest.len(),
    };
    let (data_type, marks) = rest.split_at(type_end);
    let data_type = data_type.parse::<DataType>().map_err(|error| match error.nearest() {
        Some(nearest) => format!("{error}; did you mean `{nearest}`?"),
        None => error.to_string(),
    })?;

    let mut column = Column::new(name, data_type);
    let mut is_key = false;
    let mut marks = marks.split_whitespace();
    while let Some(mark) = marks.next() {
        match mark {
            "key" => {
                is_key = true;
                column = column.not_null();
            }
            "not" if marks.next() == Some("null") => column = column.not_null(),
            "null" => {}
            _ => return Err(format!("`{mark}` is none of `key`, `not null`, `null`")),
        }
    }
    Ok((column, is_key))
}

fn split_outside_parentheses(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_u32;
    text.split(move |c| {
        match c {
            '(' => depth = depth.saturating_add(1),
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    })
    .map(str::trim)
    .filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_types_and_marks_are_read() {
        let table: TableSchema =
            "id Integer key, price Decimal(18,4) not null, seen Timestamp (UTC) null, note  VarChar"
                .parse()
                .unwrap();
        assert_eq!(
            table,
            TableSchema::new([
                Column::new("id", DataType::Integer).not_null(),
                Column::new("price", DataType::Decimal { precision: 18, scale: 4 }).not_null(),
                Column::new("seen", DataType::Timestamp { zone: Some("UTC".into()) }),
                Column::new("note", DataType::VarChar { length: None }),
            ])
            .keyed(["id"])
        );
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        for (text, reason) in [
            ("id", "a column is a name and a type"),
            ("id Intger", "did you mean `Integer`?"),
            ("id VarChar(5", "without its `)`"),
            ("id Integer primary", "`primary` is none of"),
            ("id Integer not", "`not` is none of"),
        ] {
            let error = text.parse::<TableSchema>().unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
