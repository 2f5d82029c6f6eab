//! Places inside of a text: a column of a schema.

use crate::tree::Extent;
use std::ops::Range;

/// Where the words of a text are in its document: blanks and line breaks between them are as somebody wrote them.
pub(super) struct Words {
    at: Extent,
    /// Where each begins in the text, and in the document. None if the document says them in other letters.
    starts: Vec<(usize, usize)>,
}

impl Words {
    pub(super) fn new(document: &str, at: Extent, text: &str) -> Self {
        let written = document.get(at.start..at.end).unwrap_or_default();
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
    pub(super) fn extent(&self, part: Range<usize>) -> Extent {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_several_lines_are_where_their_lines_are() {
        let (document, text) =
            ("schema: >-\n  id Integer key,\n\n  \"a, b\"\n    Date\n", "id Integer key,\n\"a, b\" Date");
        let words = Words::new(document, Extent { start: 8, end: document.len() }, text);
        let part = |part: &str| {
            let start = text.find(part)?;
            let extent = words.extent(start..start + part.len());
            document.get(extent.start..extent.end)
        };
        assert_eq!(part("id Integer key"), Some("id Integer key"));
        assert_eq!(part("\"a, b\" Date"), Some("\"a, b\"\n    Date"));
    }

    #[test]
    fn what_is_said_in_other_letters_is_where_all_of_it_is() {
        let all = Extent { start: 0, end: 21 };
        let words = Words::new("\"a Date\\u002c b Date\"", all, "a Date, b Date");
        assert_eq!(words.extent(8..14), all);
    }
}
