//! Errors of the reader of JSON, in words for people who write documents.

use super::tree::{Extent, ReadError};
use serde_json::error::Category;

/// Longest message, in characters: what is wrong can be as long as the document.
const LONGEST: usize = 300;

/// A text that is not JSON, and where it stops being so.
pub(super) fn syntax(text: &str, error: &serde_json::Error) -> ReadError {
    let said = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    let said = said.strip_suffix(&position).unwrap_or(&said);
    let problem = match error.classify() {
        Category::Data => ReadError::unreadable(said),
        Category::Io | Category::Syntax | Category::Eof => match plainly(said) {
            Some(reason) => ReadError::unreadable(format!("the document is not JSON: {reason}")),
            None => ReadError::too_deep(),
        },
    };
    problem.with_extent(stopped(text, error))
}

fn plainly(said: &str) -> Option<&str> {
    Some(match said {
        "EOF while parsing a list" => "it ends inside a list",
        "EOF while parsing an object" => "it ends inside an object",
        "EOF while parsing a string" => "it ends inside a text",
        "EOF while parsing a value" => "it ends where a value is missing",
        "expected value" | "expected ident" => "this cannot stand here",
        "key must be a string" => "the name of a member must be in double quotes",
        "control character (\\u0000-\\u001F) found while parsing a string" => {
            "a text contains a line break or another control character"
        }
        "trailing comma" => "a comma with nothing after it",
        "trailing characters" => "something follows after the end",
        "recursion limit exceeded" => return None,
        other => other,
    })
}

/// The reader counts lines from 1, and bytes in them up to the one that it could not take.
fn stopped(text: &str, error: &serde_json::Error) -> Extent {
    let before = error.line().saturating_sub(1);
    let line: usize = text.split_inclusive('\n').take(before).map(str::len).sum();
    let mut start = (line + error.column().saturating_sub(1)).min(text.len());
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    Extent { start, end: start }
}

pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
