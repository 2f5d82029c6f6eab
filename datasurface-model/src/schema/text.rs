//! Tables as text: `customer_id VarChar(5) key, city VarChar(15), since Date not null partition`.

use super::{Column, TableSchema, data_type::Reader};
use crate::name::ColumnName;
use smol_str::SmolStr;
use std::{borrow::Cow, str::FromStr};

/// For how many columns there is room from the beginning, at most: not every comma is between two.
const MUCH: usize = 100;

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

/// A column in a text, whether it can be read or not.
pub(crate) struct WrittenColumn<'t> {
    /// Where it begins in the text, in bytes.
    pub(crate) start: usize,
    /// The column, without blanks around it.
    pub(crate) text: &'t str,
}

impl<'t> WrittenColumn<'t> {
    /// What it is called, if it begins with a name.
    pub(crate) fn name(&self) -> Option<Cow<'t, str>> {
        Reader::of(self.text).word()
    }
}

/// The columns of a text: what stands between commas, but for those inside of parentheses and quotation marks.
pub(crate) fn written_columns(text: &str) -> impl Iterator<Item = WrittenColumn<'_>> {
    let (mut depth, mut is_quoted) = (0_u32, false);
    let parts = text.split(move |character| {
        match character {
            '"' => is_quoted = !is_quoted,
            '(' if !is_quoted => depth = depth.saturating_add(1),
            ')' if !is_quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        character == ',' && depth == 0 && !is_quoted
    });
    let mut next = 0;
    let columns = parts.map(move |part| {
        let start = next + part.len() - part.trim_start().len();
        next += part.len() + ','.len_utf8();
        WrittenColumn { start, text: part.trim() }
    });
    columns.filter(|column| !column.text.is_empty())
}

/// A column, and what it says about the table.
struct ColumnText {
    column: Column,
    is_key: bool,
    is_partition: bool,
}

impl FromStr for TableSchema {
    type Err = SchemaTextError;

    /// Reads columns separated by commas, each a name, a type, and any of `key`, `partition`, `not null`, `null`.
    /// Columns of the key, and those that partition the table, are those marked so, in their order; those of the key
    /// are not null.
    fn from_str(text: &str) -> Result<Self, SchemaTextError> {
        let commas = text.bytes().filter(|byte| *byte == b',').count();
        let mut columns = Vec::with_capacity(MUCH.min(commas + 1));
        let mut key = Vec::<ColumnName>::new();
        let mut partition = Vec::<ColumnName>::new();
        let mut reader = Reader::of(text);
        loop {
            while reader.eat(',') {}
            if reader.is_at_end() {
                break;
            }
            let start = reader.rest();
            let ColumnText { column, is_key, is_partition } = read_column(&mut reader).map_err(|reason| {
                SchemaTextError { text: text.to_owned(), column: first_column(start).into(), reason }
            })?;
            if is_key {
                key.push(column.name().clone());
            }
            if is_partition {
                partition.push(column.name().clone());
            }
            columns.push(column);
        }
        columns.shrink_to_fit();
        Ok(Self::new(columns).keyed(key).partitioned(partition))
    }
}

fn read_column(reader: &mut Reader<'_>) -> Result<ColumnText, String> {
    const FORM: &str = "a column is a name and a type, such as `city VarChar(15)`";
    let name = reader.word().ok_or(FORM)?;
    if reader.is_at_end() || reader.rest().starts_with(',') {
        return Err(FORM.to_owned());
    }
    let data_type = reader.data_type().map_err(|error| error.to_string())?;
    let mut read = ColumnText { column: Column::new(&*name, data_type), is_key: false, is_partition: false };
    while !(reader.is_at_end() || reader.eat(',')) {
        let mark = reader.bare_word();
        if mark.eq_ignore_ascii_case("key") {
            read.is_key = true;
            read.column = read.column.not_null();
        } else if mark.eq_ignore_ascii_case("partition") {
            read.is_partition = true;
        } else if mark.eq_ignore_ascii_case("not") {
            if !reader.eat_word("null") {
                return Err("`not` is without `null`".to_owned());
            }
            read.column = read.column.not_null();
        } else if !mark.eq_ignore_ascii_case("null") {
            let mut other = || reader.word().unwrap_or_else(|| first_column(reader.rest()).into());
            let mark = if mark.is_empty() { other() } else { mark.into() };
            return Err(format!("`{mark}` is none of `key`, `partition`, `not null`, `null`"));
        }
    }
    Ok(read)
}

/// The text up to the comma that ends its first column.
fn first_column(text: &str) -> &str {
    written_columns(text).next().map_or(text, |column| column.text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::DataType;

    #[test]
    fn columns_types_and_marks_are_read() {
        let table: TableSchema =
            "id Integer key, price Decimal(18,4) not null partition, seen Timestamp (UTC) null, \
                                  note  VarChar, tags Map(VarChar, Array(Date)) not null"
                .parse()
                .unwrap();
        assert_eq!(
            table,
            TableSchema::new([
                Column::new("id", DataType::Integer).not_null(),
                Column::new("price", DataType::Decimal { precision: 18, scale: 4 }).not_null(),
                Column::new("seen", DataType::timestamp_in("UTC")),
                Column::new("note", DataType::varchar(None)),
                Column::new("tags", DataType::map(DataType::varchar(None), DataType::array(DataType::Date)))
                    .not_null(),
            ])
            .keyed(["id"])
            .partitioned(["price"])
        );
    }

    #[test]
    fn what_cannot_be_read_is_said() {
        for (text, reason) in [
            ("id", "a column is a name and a type"),
            ("a Date, id", "in `id`: a column is a name and a type"),
            ("id Intger", "did you mean `Integer`?"),
            (
                "a Date, id VarChar(5",
                "in `id VarChar(5`: `VarChar(5` is not a data type: a `(` is without its `)`",
            ),
            ("id Integer primary", "`primary` is none of"),
            ("id Integer not", "`not` is without `null`"),
            ("id Integer) key, b Date", "`) key` is none of"),
        ] {
            let error = text.parse::<TableSchema>().unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
