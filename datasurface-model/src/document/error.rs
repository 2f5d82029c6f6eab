//! What can be wrong with the form of a document.

use super::{format::SUPPORTED, translate::translate};
use crate::diagnostic::{CodeInfo, Diagnostic, ModelPath};
use std::fmt;

/// Every code that reading a document can report.
pub static CODES: &[&CodeInfo] = &[&FORMAT, &UNKNOWN_FIELD, &UNREADABLE];

static FORMAT: CodeInfo = CodeInfo::error(
    "document/format",
    "the format of a document is missing or not supported",
    "A document says in `format` how it is to be read, so that documents stay readable when the format changes. \
     Write `\"format\": \"datasurface/1\"`. A document of a newer format needs a newer version of DataSurface.",
);

static UNKNOWN_FIELD: CodeInfo = CodeInfo::error(
    "document/unknown-field",
    "an object in a document has a member that the format does not know",
    "Members that are not known are refused, for a misspelled one would otherwise be left out silently. Correct the \
     name, or take the member away.",
);

static UNREADABLE: CodeInfo = CodeInfo::error(
    "document/unreadable",
    "a document is not JSON, or not of the shape that its format asks for",
    "The document could not be read from the stated line and column on. Nothing of it was taken over.",
);

/// Why a document could not be read, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DocumentError {
    code: &'static CodeInfo,
    position: Option<Position>,
    message: String,
    help: Option<String>,
}

/// Both from 1; columns are characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Position {
    line: usize,
    column: usize,
}

impl DocumentError {
    /// What kind of problem it is: one of [`CODES`].
    #[must_use]
    pub fn code(&self) -> &'static CodeInfo {
        self.code
    }

    /// The line, from 1, if the problem is at one place.
    #[must_use]
    pub fn line(&self) -> Option<usize> {
        self.position.map(|position| position.line)
    }

    /// The column in characters, from 1, if the problem is at one place. It is where reading stopped: at the end of
    /// what is wrong.
    #[must_use]
    pub fn column(&self) -> Option<usize> {
        self.position.map(|position| position.column)
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// The finding, at `documents/<document_name>`.
    #[must_use]
    pub fn diagnostic(&self, document_name: &str) -> Diagnostic {
        let path = ModelPath::root().child("documents", document_name);
        let diagnostic = Diagnostic::new(self.code, path, self.to_string());
        match &self.help {
            Some(help) => diagnostic.help(help),
            None => diagnostic,
        }
    }

    pub(super) fn reading(text: &str, error: &serde_json::Error) -> Self {
        let problem = translate(error);
        let code = if problem.is_unknown_field { &UNKNOWN_FIELD } else { &UNREADABLE };
        Self {
            code,
            position: (error.line() > 0)
                .then(|| Position { line: error.line(), column: column_in_characters(text, error) }),
            message: problem.message,
            help: problem.help,
        }
    }

    pub(super) fn no_format() -> Self {
        Self {
            code: &FORMAT,
            position: None,
            message: "the document does not say its `format`".to_owned(),
            help: Some(format!("begin with `\"format\": \"{}\"`", SUPPORTED.join("` or `"))),
        }
    }

    pub(super) fn unsupported_format(format: &str) -> Self {
        Self {
            code: &FORMAT,
            position: None,
            message: super::translate::shortened(&format!("the format `{format}` is not supported")),
            help: Some(format!("supported: `{}`", SUPPORTED.join("`, `"))),
        }
    }
}

/// The reader counts bytes, people count characters.
fn column_in_characters(text: &str, error: &serde_json::Error) -> usize {
    let line = text.split('\n').nth(error.line().saturating_sub(1)).unwrap_or("");
    let before = line.char_indices().take_while(|(at, _)| *at < error.column());
    before.count().max(1)
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(Position { line, column }) = self.position {
            write!(f, "line {line} column {column}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for DocumentError {}
