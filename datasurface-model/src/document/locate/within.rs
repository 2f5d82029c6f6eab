//! Places inside of a text: a column of a schema, a location of a path.

use crate::{document::tree::Extent, schema::written_columns};
use rustc_hash::FxHashMap;
use std::ops::Range;

/// A text that paths may lead into.
pub(super) struct Inside<'t> {
    at: Extent,
    text: &'t str,
    written: &'t str,
    /// Where columns are in the document, by name; worked out when the first one is looked for.
    columns: Option<FxHashMap<String, Vec<Extent>>>,
}

impl<'t> Inside<'t> {
    pub(super) fn of(document: &'t str, at: Extent, text: &'t str) -> Self {
        Self { at, text, written: document.get(at.start..at.end).unwrap_or_default(), columns: None }
    }

    /// Follows segments into the text: how many of them lead to which parts of it.
    pub(super) fn find(&mut self, segments: &[&str]) -> Vec<(usize, Extent)> {
        match segments {
            ["locations", ..] => {
                let locations = self.text.split('/').skip(1);
                let wanted = segments.chunks_exact(2).map_while(|pair| match pair {
                    ["locations", name] => Some(*name),
                    _ => None,
                });
                let common =
                    wanted.zip(locations).take_while(|(wanted, found)| *wanted == found.trim()).count();
                if common > 0 { vec![(2 * common, self.at)] } else { Vec::new() }
            }
            [column, ..] => {
                let (at, text, written) = (self.at, self.text, self.written);
                let columns =
                    self.columns.get_or_insert_with(|| columns(text, &Words::of(at, text, written)));
                let found = columns.get(*column).into_iter().flatten();
                found.map(|extent| (1, *extent)).collect()
            }
            [] => Vec::new(),
        }
    }
}

/// Where the words of a text are in its document: blanks and line breaks between them are as somebody wrote them.
struct Words {
    at: Extent,
    /// Where each begins in the text, and in the document. None if the document says them in other letters.
    starts: Vec<(usize, usize)>,
}

impl Words {
    fn of(at: Extent, text: &str, written: &str) -> Self {
        let mut starts = Vec::new();
        let (mut read, mut next) = (0, 0);
        for word in text.split_whitespace() {
            let after = |whole: &str, from: usize| whole.get(from..).and_then(|rest| rest.find(word));
            let (Some(skipped), Some(found)) = (after(text, read), after(written, next)) else {
                return Self { at, starts: Vec::new() };
            };
            let gap = written.get(next..next + found).unwrap_or_default();
            if !starts.is_empty() && !gap.trim().is_empty() {
                return Self { at, starts: Vec::new() };
            }
            starts.push((read + skipped, at.start + next + found));
            read += skipped + word.len();
            next += found + word.len();
        }
        Self { at, starts }
    }

    /// Where a part of the text is in the document; all of it, if that cannot be told.
    fn extent(&self, part: Range<usize>) -> Extent {
        let place = |offset: usize| {
            let after = self.starts.partition_point(|(start, _)| *start <= offset);
            let (start, found) = self.starts.get(after.checked_sub(1)?)?;
            Some(found + (offset - start))
        };
        match (place(part.start), place(part.end.saturating_sub(1))) {
            (Some(start), Some(last)) => Extent { start, end: last + 1 },
            _ => self.at,
        }
    }
}

/// Where the columns of a text are in its document, by name.
fn columns(text: &str, words: &Words) -> FxHashMap<String, Vec<Extent>> {
    let mut columns: FxHashMap<String, Vec<Extent>> = FxHashMap::default();
    for column in written_columns(text) {
        if let Some(name) = column.name() {
            let range = column.start..column.start + column.text.len();
            columns.entry(name.into_owned()).or_default().push(words.extent(range));
        }
    }
    columns
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_where_it_stands_and_not_where_another_ends_like_it() {
        let text = "order_date Date key,\n  date Date, amount Decimal(18, 4), date Integer";
        let document = format!("schema: {text}");
        let at = Extent { start: 8, end: document.len() };
        let mut inside = Inside::of(&document, at, text);
        let mut part = |column: &str| {
            let (length, extent) = *inside.find(&[column, "type"]).first()?;
            assert_eq!(length, 1);
            document.get(extent.start..extent.end)
        };
        assert_eq!(part("order_date"), Some("order_date Date key"));
        assert_eq!(part("amount"), Some("amount Decimal(18, 4)"));
        assert_eq!(part("4)"), None);
        let date = |column: &str| 8 + text.find(column).unwrap();
        let starts: Vec<_> = inside.find(&["date"]).iter().map(|(_, extent)| extent.start).collect();
        assert_eq!(starts, [date(" date Date") + 1, date("date Integer")]);
    }

    #[test]
    fn a_text_of_several_lines_is_where_its_lines_are() {
        let (document, text) =
            ("schema: >-\n  id Integer key,\n\n  \"a, b\"\n    Date\n", "id Integer key,\n\"a, b\" Date");
        let at = Extent { start: 8, end: document.len() };
        let mut inside = Inside::of(document, at, text);
        let mut part = |column: &str| {
            let (_, extent) = *inside.find(&[column]).first()?;
            document.get(extent.start..extent.end)
        };
        assert_eq!(part("id"), Some("id Integer key"));
        assert_eq!(part("a, b"), Some("\"a, b\"\n    Date"));
    }

    #[test]
    fn what_is_said_in_other_letters_is_where_all_of_it_is() {
        let mut inside =
            Inside::of("\"a Date\\u002c b Date\"", Extent { start: 0, end: 21 }, "a Date, b Date");
        let found = inside.find(&["b"]);
        assert_eq!(found, [(1, Extent { start: 0, end: 21 })]);
    }
}
