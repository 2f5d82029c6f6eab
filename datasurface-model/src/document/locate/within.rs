//! Places inside of a text: a column of a schema, a location of a path.

use crate::document::tree::Extent;
use rustc_hash::FxHashMap;
use std::ops::Range;

/// A text that paths may lead into.
pub(super) struct Inside<'t> {
    at: Extent,
    text: &'t str,
    /// Where the text begins in its document, if the document says it letter by letter.
    start: Option<usize>,
    /// Where columns are in the text, by name; worked out when the first one is looked for.
    columns: Option<FxHashMap<&'t str, Range<usize>>>,
}

impl<'t> Inside<'t> {
    pub(super) fn of(document: &str, at: Extent, text: &'t str) -> Self {
        let written = document.get(at.start..at.end).unwrap_or_default();
        Self { at, text, start: written.find(text).map(|inside| at.start + inside), columns: None }
    }

    /// Follows segments into the text: how many of them lead to which part of it.
    pub(super) fn find(&mut self, segments: &[&str]) -> Option<(usize, Extent)> {
        match segments {
            ["locations", ..] => {
                let locations = self.text.split('/').skip(1);
                let wanted = segments.chunks_exact(2).map_while(|pair| match pair {
                    ["locations", name] => Some(*name),
                    _ => None,
                });
                let common =
                    wanted.zip(locations).take_while(|(wanted, found)| *wanted == found.trim()).count();
                (common > 0).then_some((2 * common, self.at))
            }
            [column, ..] => {
                let columns = self.columns.get_or_insert_with(|| columns(self.text));
                let part = columns.get(column)?;
                let extent = |start: usize| Extent { start: start + part.start, end: start + part.end };
                Some((1, self.start.map_or(self.at, extent)))
            }
            [] => None,
        }
    }
}

/// What stands between commas, but for those inside of parentheses, by its first word. Of several, the first.
fn columns(text: &str) -> FxHashMap<&str, Range<usize>> {
    let mut depth = 0_usize;
    let parts = text.split(move |character| {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        character == ',' && depth == 0
    });
    let mut columns = FxHashMap::default();
    let mut next = 0;
    for part in parts {
        let start = next + part.len() - part.trim_start().len();
        next += part.len() + 1;
        if let Some(name) = part.split_whitespace().next() {
            columns.entry(name).or_insert(start..start + part.trim().len());
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
            let (length, extent) = inside.find(&[column, "type"])?;
            assert_eq!(length, 1);
            document.get(extent.start..extent.end)
        };
        assert_eq!(part("order_date"), Some("order_date Date key"));
        assert_eq!(part("amount"), Some("amount Decimal(18, 4)"));
        assert_eq!(part("4)"), None);
        assert_eq!(inside.find(&["date"]).unwrap().1.start, 8 + text.find(" date Date").unwrap() + 1);
    }

    #[test]
    fn what_is_said_in_other_letters_is_where_all_of_it_is() {
        let mut inside =
            Inside::of("\"a Date\\u002c b Date\"", Extent { start: 0, end: 21 }, "a Date, b Date");
        let (_, extent) = inside.find(&["b"]).unwrap();
        assert_eq!((extent.start, extent.end), (0, 21));
    }
}
