//! Tables as text: `customer_id VarChar(5) key, city VarChar(15), since Date not null partition`.

use crate::name::ColumnName;
use crate::{
    Column, ColumnError, TableSchema, column_error::joined, data_type::Reader,
    unreadable_columns::UnreadableColumns,
};
use std::{borrow::Cow, iter, str::FromStr};

/// The greatest count of columns for which memory is reserved at once: not every comma is between two columns.
const MUCH: usize = 100;

/// A text that describes no table.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
#[error("{}", joined(errors))]
pub struct SchemaTextError {
    text: String,
    errors: Vec<ColumnError>,
    rest: Box<ParsedParts>,
}

/// The parts of a text: those that can be read, and those that cannot.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct ParsedParts {
    readable: TableSchema,
    unread: UnreadableColumns,
}

impl SchemaTextError {
    /// The whole text that was meant to describe a table.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The problems, column by column. At least one.
    #[must_use]
    pub fn errors(&self) -> &[ColumnError] {
        &self.errors
    }

    /// The table without the columns that cannot be read.
    pub(super) fn readable(&self) -> &TableSchema {
        &self.rest.readable
    }

    pub(super) fn unread(&self) -> &UnreadableColumns {
        &self.rest.unread
    }
}

/// A column in a text, whether it can be read or not.
#[derive(Clone, Copy, Debug)]
pub struct ColumnSpan<'t> {
    /// The offset of the column in the text, in bytes.
    pub start: usize,
    /// The column, without blanks around it.
    pub text: &'t str,
}

impl<'t> ColumnSpan<'t> {
    /// Returns the name of the column, if the text begins with a name.
    pub fn name(&self) -> Option<Cow<'t, str>> {
        Reader::new(self.text).word()
    }

    /// Returns the columns that the text may be if it cannot be read, by their names. A word alone may be a type; and
    /// text that does not look like one column may contain others, since a comma or a parenthesis is easily
    /// forgotten.
    fn unread(&self) -> impl Iterator<Item = Option<ColumnName>> {
        let mut reader = Reader::new(self.text);
        let name = reader.word().filter(|_| !reader.is_at_end());
        let others = (!is_as_one_type(reader.rest())).then_some(None);
        iter::once(name.map(|name| ColumnName::from(&*name))).chain(others)
    }
}

/// Whether a text is a word, perhaps with something in parentheses, and marks of a column: whatever that word is, no column but one is
/// written here.
fn is_as_one_type(text: &str) -> bool {
    let is_of_word = |character: char| character.is_alphanumeric() || character == '_';
    let after = text.trim_start().trim_start_matches(is_of_word).trim_start();
    let parts = match after.strip_prefix('(') {
        Some(opened) => opened.rsplit_once(')'),
        None => Some(("", after)),
    };
    let Some((inside, marks)) = parts else { return false };
    let is_number = |character: char| character.is_ascii_digit() || matches!(character, ' ' | ',');
    let is_inner_type = |character: char| is_of_word(character) || matches!(character, '(' | ')');
    let mut marks = marks.split_whitespace();
    (inside.chars().all(is_number) || inside.trim().chars().all(is_inner_type))
        && marks.all(|mark| MARKS.iter().any(|known| mark.eq_ignore_ascii_case(known)))
}

/// The marks of a column that may follow its type.
const MARKS: [&str; 4] = ["key", "partition", "not", "null"];

/// The parentheses and quotation marks around a place in a text.
#[derive(Default)]
struct Nesting {
    depth: u32,
    is_quoted: bool,
}

impl Nesting {
    fn pass(&mut self, character: char) {
        match character {
            '"' => self.is_quoted = !self.is_quoted,
            '(' if !self.is_quoted => self.depth = self.depth.saturating_add(1),
            ')' if !self.is_quoted => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
    }

    fn is_outside(&self) -> bool {
        self.depth == 0 && !self.is_quoted
    }
}

/// Splits a text into columns at its commas, but for those within parentheses and quotation marks. A blank part is
/// none.
pub fn column_spans(text: &str) -> impl Iterator<Item = ColumnSpan<'_>> {
    let mut around = Nesting::default();
    let parts = text.split(move |character| {
        around.pass(character);
        character == ',' && around.is_outside()
    });
    let mut next = 0;
    let columns = parts.map(move |part| {
        let start = next + part.len() - part.trim_start().len();
        next += part.len() + ','.len_utf8();
        ColumnSpan { start, text: part.trim() }
    });
    columns.filter(|column| !column.text.is_empty())
}

/// A column, and its marks that concern the table.
struct ColumnText {
    column: Column,
    is_key: bool,
    is_partition: bool,
}

/// The columns that were read so far.
struct Columns {
    all: Vec<Column>,
    key: Vec<ColumnName>,
    partition: Vec<ColumnName>,
}

impl Columns {
    fn with_room(columns: usize) -> Self {
        Self { all: Vec::with_capacity(MUCH.min(columns)), key: Vec::new(), partition: Vec::new() }
    }

    fn add(&mut self, ColumnText { column, is_key, is_partition }: ColumnText) {
        if is_key {
            if self.key.is_empty() {
                // Most keys are of one column.
                self.key.reserve_exact(1);
            }
            self.key.push(column.name().clone());
        }
        if is_partition {
            self.partition.push(column.name().clone());
        }
        self.all.push(column);
    }

    fn into_table(mut self) -> TableSchema {
        self.all.shrink_to_fit();
        TableSchema::new(self.all).keyed(self.key).partitioned(self.partition)
    }
}

impl FromStr for TableSchema {
    type Err = SchemaTextError;

    /// Reads columns separated by commas, each a name, a type, and any of `key`, `partition`, `not null`, `null`.
    /// Columns of the key, and those that partition the table, are those marked so, in their order; those of the key
    /// are not null.
    fn from_str(text: &str) -> Result<Self, SchemaTextError> {
        // Nearly every text is read in one pass. Where one column ends and the next one begins is looked for apart if that fails,
        // so that each can be judged on its own.
        read_all(text).map_or_else(|_| read_each(text), Ok)
    }
}

fn read_all(text: &str) -> Result<TableSchema, String> {
    let commas = text.bytes().filter(|byte| *byte == b',').count();
    let mut columns = Columns::with_room(commas + 1);
    let mut reader = Reader::new(text);
    loop {
        while reader.eat(',') {}
        if reader.is_at_end() {
            return Ok(columns.into_table());
        }
        columns.add(read_column(&mut reader)?);
    }
}

fn read_each(text: &str) -> Result<TableSchema, SchemaTextError> {
    let mut columns = Columns::with_room(0);
    let (mut errors, mut unread) = (Vec::new(), Vec::new());
    for written in column_spans(text) {
        match read_column(&mut Reader::new(written.text)) {
            Ok(read) => columns.add(read),
            Err(reason) => {
                let message = format!("in `{}`: {reason}", written.text);
                let column = written.name().map(|name| ColumnName::from(&*name));
                errors.push(ColumnError { column, message });
                unread.extend(written.unread());
            }
        }
    }
    if errors.is_empty() {
        return Ok(columns.into_table());
    }
    let rest = ParsedParts { readable: columns.into_table(), unread: UnreadableColumns::new(unread) };
    Err(SchemaTextError { text: text.to_owned(), errors, rest: rest.into() })
}

fn read_column(reader: &mut Reader<'_>) -> Result<ColumnText, String> {
    const FORM: &str = "a column is a name and a type, such as `city VarChar(15)`";
    let name = reader.word().ok_or(FORM)?;
    if reader.is_at_end() || reader.rest().starts_with(',') {
        return Err(FORM.to_owned());
    }
    let data_type = reader.data_type().map_err(|error| error.to_string())?;
    let mut read = ColumnText { column: Column::new(&*name, data_type), is_key: false, is_partition: false };
    let (mut is_null, mut is_not_null) = (false, false);
    while !(reader.is_at_end() || reader.eat(',')) {
        let mark = reader.bare_word();
        let said = if mark.eq_ignore_ascii_case("key") {
            &mut read.is_key
        } else if mark.eq_ignore_ascii_case("partition") {
            &mut read.is_partition
        } else if mark.eq_ignore_ascii_case("not") {
            if !reader.eat_word("null") {
                return Err("`not` is without `null`".to_owned());
            }
            &mut is_not_null
        } else if mark.eq_ignore_ascii_case("null") {
            &mut is_null
        } else {
            let mut other = || reader.word().unwrap_or_else(|| reader.rest().into());
            let mark = if mark.is_empty() { other() } else { mark.into() };
            return Err(format!("`{mark}` is none of `key`, `partition`, `not null`, `null`"));
        };
        if std::mem::replace(said, true) {
            return Err(format!("`{mark}` is said twice"));
        }
    }
    if is_null && (read.is_key || is_not_null) {
        let other = if read.is_key { "`key`, which is never null" } else { "`not null`" };
        return Err(format!("`null` contradicts {other}"));
    }
    if read.is_key || is_not_null {
        read.column = read.column.not_null();
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::DataType;
    use proptest::prelude::*;

    const PARTS: &[&str] = &[
        "a",
        " b",
        " Date",
        " VarChar",
        "Map(Date, Date)",
        " Decimal(4, 2)",
        "(5)",
        "(",
        ")",
        ",",
        ", ",
        "\"",
        "\"\"",
        " \"c, d\"",
        " \"e(\" ",
        " Timestamp(",
        " collate",
        " C",
        " key",
        " not",
        " null",
        " Struct(a Date",
        "\n",
        "\u{1}",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        /// Both find the commas between columns at the same places.
        #[test]
        fn what_is_read_in_one_pass_is_what_is_read_column_by_column(
            parts in proptest::collection::vec(proptest::sample::select(PARTS), 0..16),
        ) {
            let text = parts.concat();
            prop_assert_eq!(read_all(&text).ok(), read_each(&text).ok(), "{}", text);
        }
    }

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
    fn a_column_is_where_it_stands_and_not_where_another_ends_like_it() {
        let text =
            "order_date Date key,\n  date Date, amount Decimal(18, 4),, \"a, \"\"b\" Date, date Integer";
        let columns: Vec<_> = column_spans(text).map(|column| (column.name(), column.start)).collect();
        let at = |column: &str| text.find(column);
        let expected = [
            ("order_date", Some(0)),
            ("date", at("date Date, ")),
            ("amount", at("amount")),
            ("a, \"b", at("\"a, ")),
            ("date", at("date Integer")),
        ];
        assert_eq!(columns, expected.map(|(name, start)| (Some(name.into()), start.unwrap())));
    }

    #[test]
    fn every_column_that_cannot_be_read_is_said() {
        let error = "a Dat, b Date, \"c d\" (5), (, e".parse::<TableSchema>().unwrap_err();
        let columns: Vec<_> = error.errors().iter().map(|reason| reason.column.as_ref()).collect();
        assert_eq!(columns, [Some(&"a".into()), Some(&"c d".into()), None]);
    }

    #[test]
    fn what_can_be_read_is_there() {
        let read = |text: &str| {
            let error = text.parse::<TableSchema>().unwrap_err();
            let names: Vec<_> = error.unread().names().iter().map(|name| name.as_str().to_owned()).collect();
            (error.readable().to_string(), names, error.unread().may_contain(&"other".into()))
        };
        for (text, readable, unread, may_have_others) in [
            ("b Dat, a Date key, \"c d\" (5)", "a Date not null", &["b", "c d"][..], false),
            ("a Date, VarChar(5)", "a Date", &["VarChar"], false),
            ("a Date, since", "a Date", &[], true),
            ("a Date, id VarChar(5, other Date", "a Date", &["id"], true),
            ("a Date, \"b Date, other Date", "a Date", &[], true),
            ("a Date, id Integer key\nother Timestamp", "a Date", &["id"], true),
            ("a Date, id Integer; other Timestamp", "a Date", &["id"], true),
            ("a Date, id VarChar(5, other Timestamp) key", "a Date", &["id"], true),
            ("a Date, id VarChar(5) other VarChar(5)", "a Date", &["id"], true),
            ("a Date, id Decimal(4, 18, 2) key", "a Date", &["id"], false),
            ("a Date, id Array(Intger) not null", "a Date", &["id"], false),
        ] {
            let unread = unread.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(read(text), (readable.to_owned(), unread, may_have_others), "{text}");
        }
        assert_eq!("b Dat, a Date key".parse::<TableSchema>().unwrap_err().readable().key(), ["a"]);
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
            ("id Array(Integer, Date)", "an array has one type, that of its elements"),
            (
                "id Map(VarChar, Integer, Date)",
                "a map has two types, that of its keys and that of its values",
            ),
            ("id VarChar(4294967296)", "a number in a type is at most 4294967295"),
            ("id Text", "did you mean `VarChar`?"),
            ("id String", "did you mean `VarChar`?"),
            ("id Bool", "did you mean `Boolean`?"),
            ("id Float", "did you mean `Double`?"),
            ("id int8", "did you mean `BigInt`?"),
            ("id Float8", "did you mean `Double`?"),
            ("id Int", "it is written as `Integer`, or as `Int(24)`, with its bits"),
            ("id Integer null key", "`null` contradicts `key`, which is never null"),
            ("id Integer not null null", "`null` contradicts `not null`"),
            ("id Integer key KEY", "`KEY` is said twice"),
            ("id Integer not null key not null", "`not` is said twice"),
            ("id Integer null partition not null", "`null` contradicts `not null`"),
        ] {
            let error = text.parse::<TableSchema>().unwrap_err().to_string();
            assert!(error.contains(reason), "{text}: {error}");
        }
    }
}
