//! Places inside of a text: a column of a schema, a location of a path.

use crate::document::tree::Extent;

/// Follows segments into a text: how many of them lead to which part of it.
pub(super) fn find(document: &str, at: Extent, text: &str, segments: &[&str]) -> Option<(usize, Extent)> {
    match segments {
        ["locations", ..] => {
            let locations = text.split('/').skip(1);
            let wanted = segments.chunks_exact(2).map_while(|pair| match pair {
                ["locations", name] => Some(*name),
                _ => None,
            });
            let common = wanted.zip(locations).take_while(|(wanted, found)| *wanted == found.trim()).count();
            (common > 0).then_some((2 * common, at))
        }
        [column, ..] => {
            let found = columns(text).find(|part| part.split_whitespace().next() == Some(column))?;
            Some((1, part_of(document, at, text, found.trim())))
        }
        [] => None,
    }
}

/// The parts between commas, but for those inside of parentheses.
fn columns(text: &str) -> impl Iterator<Item = &str> {
    let mut depth = 0_usize;
    text.split(move |character| {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        character == ',' && depth == 0
    })
}

/// The extent of a part of a text, if the document says it letter by letter.
fn part_of(document: &str, at: Extent, text: &str, part: &str) -> Extent {
    let written = document.get(at.start..at.end).unwrap_or_default();
    let (Some(start), Some(inside)) = (written.find(text), text.find(part)) else { return at };
    let start = at.start + start + inside;
    Extent { start, end: start + part.len() }
}
