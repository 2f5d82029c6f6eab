//! Lines and columns, for people; everything else counts bytes.

use super::tree::Extent;
use crate::{diagnostic::Position, ecosystem::without_passwords};

/// Longest line that is shown, in bytes.
const LONGEST: usize = 200;

/// What ends a line; a line feed after a carriage return belongs to it.
const BREAKS: [char; 2] = ['\n', '\r'];

/// Where the lines of a document begin.
pub(super) struct Lines<'t> {
    document: &'t str,
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(super) fn of(document: &'t str, text: &'t str) -> Self {
        let after_breaks = text.match_indices(BREAKS).map(|(at, _)| at + 1);
        let after_breaks = after_breaks.filter(|at| text.get(at - 1..at + 1) != Some("\r\n"));
        Self { document, text, starts: std::iter::once(0).chain(after_breaks).collect() }
    }

    pub(super) fn position(&self, extent: Extent) -> Position {
        let line = self.starts.partition_point(|start| *start <= extent.start);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or_default();
        let text = self.text.get(start..).and_then(first_line).unwrap_or_default();
        let characters = |from: usize, to: usize| {
            let text = self.text.get(from..to).unwrap_or_default();
            first_line(text).map_or(0, |line| line.chars().count())
        };
        Position {
            document: self.document.into(),
            line,
            column: characters(start, extent.start) + 1,
            length: characters(extent.start, extent.end),
            text: can_be_shown(text).then(|| text.into()),
        }
    }
}

fn can_be_shown(line: &str) -> bool {
    line.len() <= LONGEST && !line.is_empty() && without_passwords(line).is_none()
}

fn first_line(text: &str) -> Option<&str> {
    text.split(BREAKS).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_as_people_and_editors_end_them() {
        let text = "a\nb\r\nc\rd é";
        let lines = Lines::of("model.yaml", text);
        for (line, word) in (1..).zip(["a", "b", "c", "d"]) {
            let start = text.find(word).unwrap();
            let position = lines.position(Extent { start, end: start + 1 });
            assert_eq!((position.line, position.column, position.length), (line, 1, 1), "{word}");
        }
        let position = lines.position(Extent { start: text.len() - 2, end: text.len() });
        assert_eq!((position.line, position.column, position.text.as_deref()), (4, 3, Some("d é")));
    }
}
