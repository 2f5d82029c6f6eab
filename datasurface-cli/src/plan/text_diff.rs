//! Differences of files, as text.

use datasurface_broker::FileChange;
use serde::Serialize;
use similar::TextDiff;
use std::str;

/// A file that changes, and how.
#[derive(Debug, Serialize)]
pub(crate) struct FileDiff {
    path: String,
    /// In the unified format; null if one side is no text.
    diff: Option<String>,
}

impl FileDiff {
    pub(crate) fn of(change: &FileChange) -> Self {
        let path = change.path.to_string();
        let diff =
            text(change.before.as_deref()).zip(text(change.after.as_deref())).map(|(before, after)| {
                let name = |side: &str, content: &Option<Vec<u8>>| match content {
                    Some(_) => format!("{side}/{path}"),
                    None => "/dev/null".to_owned(),
                };
                let (old, new) = (name("a", &change.before), name("b", &change.after));
                TextDiff::from_lines(before, after).unified_diff().header(&old, &new).to_string()
            });
        Self { path, diff }
    }

    /// For people.
    pub(crate) fn to_text(&self) -> String {
        match &self.diff {
            Some(diff) => diff.clone(),
            None => format!("Binary file {} differs\n", self.path),
        }
    }
}

/// What is not there is as good as empty.
fn text(content: Option<&[u8]>) -> Option<&str> {
    content.map_or(Some(""), |content| str::from_utf8(content).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diff(before: Option<&[u8]>, after: Option<&[u8]>) -> String {
        let [before, after] = [before, after].map(|content| content.map(<[u8]>::to_vec));
        FileDiff::of(&FileChange { path: "a.sql".parse().unwrap(), before, after }).to_text()
    }

    #[test]
    fn lines_that_differ_are_shown_with_those_around() {
        let old = b"SELECT id,\n  city\nFROM orders\n";
        let new = b"SELECT id,\n  town\nFROM orders\n";
        let expected =
            "--- a/a.sql\n+++ b/a.sql\n@@ -1,3 +1,3 @@\n SELECT id,\n-  city\n+  town\n FROM orders\n";
        assert_eq!(diff(Some(old), Some(new)), expected);
    }

    #[test]
    fn what_comes_or_goes_is_shown_as_a_whole() {
        assert_eq!(diff(None, Some(b"a\n")), "--- /dev/null\n+++ b/a.sql\n@@ -0,0 +1 @@\n+a\n");
        assert_eq!(diff(Some(b"a\n"), None), "--- a/a.sql\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n");
    }

    #[test]
    fn a_missing_line_feed_is_told() {
        assert!(diff(Some(b"a"), Some(b"a\n")).contains("\\ No newline at end of file"));
    }

    #[test]
    fn what_is_no_text_is_not_shown() {
        assert_eq!(diff(Some(b"a"), Some(b"\xff")), "Binary file a.sql differs\n");
    }
}
