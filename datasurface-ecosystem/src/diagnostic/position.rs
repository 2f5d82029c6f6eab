//! Positions in documents.

use super::printable::PrintableLine;
use datasurface_schema::Text;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A place in a document.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Position {
    /// The name under which the document was given, most often that of a file.
    pub document: Text,
    /// The line, from 1.
    pub line: usize,
    /// The column, from 1, in characters.
    pub column: usize,
    /// The count of marked characters on this line. 0 marks a place between two characters.
    pub length: usize,
    /// Whether this is the position of the surrounding part: the part itself is written nowhere.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub is_inexact: bool,
    /// The text of the line, unless it is too long to be shown, or holds a secret or settings of a plug-in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<Text>,
}

impl Position {
    /// Returns the line with its number, and marks below the position; none if there is no line to show.
    pub(super) fn excerpt(&self) -> Option<String> {
        let text = self.text.as_ref()?;
        let number = self.line.to_string();
        let margin = " ".repeat(number.len());
        let before: String = text.chars().take(self.column.saturating_sub(1)).collect();
        // Tabs stay tabs, so that the marks stand below what they mark.
        let before = PrintableLine(&before).to_string();
        let text = PrintableLine(text);
        let indent: String =
            before.chars().map(|character| if character == '\t' { '\t' } else { ' ' }).collect();
        let marks = "^".repeat(self.length.max(1));
        Some(format!("    {number} | {text}\n    {margin} | {indent}{marks}"))
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.document, self.line, self.column)
    }
}
