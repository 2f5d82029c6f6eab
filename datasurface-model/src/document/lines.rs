//! Lines and columns, for people; everything else counts bytes.

use super::tree::Extent;
use crate::diagnostic::Position;

/// Longest line that is shown, in bytes.
const LONGEST: usize = 200;

/// Where the lines of a document begin.
pub(super) struct Lines<'t> {
    document: &'t str,
    text: &'t str,
    starts: Vec<usize>,
}

impl<'t> Lines<'t> {
    pub(super) fn of(document: &'t str, text: &'t str) -> Self {
        let after_breaks = text.match_indices('\n').map(|(at, _)| at + 1);
        Self { document, text, starts: std::iter::once(0).chain(after_breaks).collect() }
    }

    pub(super) fn position(&self, extent: Extent) -> Position {
        let line = self.starts.partition_point(|start| *start <= extent.start);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or_default();
        let text = self.text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
        let characters = |from: usize, to: usize| {
            let text = self.text.get(from..to).unwrap_or_default();
            text.lines().next().map_or(0, |line| line.chars().count())
        };
        Position {
            document: self.document.into(),
            line,
            column: characters(start, extent.start) + 1,
            length: characters(extent.start, extent.end),
            text: (text.len() <= LONGEST && !text.is_empty()).then(|| text.into()),
        }
    }
}
