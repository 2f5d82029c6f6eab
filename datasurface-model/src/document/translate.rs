//! What the reader of JSON says, in words for people who write documents.

use crate::diagnostic::nearest;
use serde_json::error::Category;

/// A problem in plain words.
pub(super) struct Problem {
    pub(super) is_unknown_field: bool,
    pub(super) message: String,
    pub(super) help: Option<String>,
}

impl Problem {
    fn new(message: impl AsRef<str>) -> Self {
        Self { is_unknown_field: false, message: shortened(message.as_ref()), help: None }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Longest message, in characters: what is wrong can be as long as the document.
const LONGEST: usize = 300;

pub(super) fn translate(error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    let position = format!(" at line {} column {}", error.line(), error.column());
    let text = text.strip_suffix(&position).unwrap_or(&text);
    match error.classify() {
        Category::Data => shape(text),
        Category::Io | Category::Syntax | Category::Eof => syntax(text),
    }
}

fn syntax(text: &str) -> Problem {
    let what = match text {
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
        "recursion limit exceeded" => return Problem::new("the document is nested too deeply"),
        other => other,
    };
    Problem::new(format!("the document is not JSON: {what}"))
}

fn shape(text: &str) -> Problem {
    if let Some((name, known)) = unknown(text, "unknown field `") {
        let message = format!("`{name}` is not known here");
        let problem = Problem::new(message).help(help_with(name, known));
        return Problem { is_unknown_field: true, ..problem };
    }
    if let Some((name, known)) = unknown(text, "unknown variant `") {
        return Problem::new(format!("`{name}` is none of the choices here")).help(help_with(name, known));
    }
    if let Some(name) = text.strip_prefix("missing field ") {
        return Problem::new(format!("{name} is missing"));
    }
    if let Some(name) = text.strip_prefix("duplicate field ") {
        return Problem::new(format!("{name} is given twice"));
    }
    let wrong = ["invalid type: ", "invalid value: ", "invalid length "]
        .into_iter()
        .find_map(|prefix| text.strip_prefix(prefix)?.rsplit_once(", expected "));
    match wrong {
        Some((found, wanted)) => {
            Problem::new(format!("expected {}, found {}", expected(wanted), given(found)))
        }
        None => Problem::new(text),
    }
}

/// The unknown name, and what is known instead.
fn unknown<'t>(text: &'t str, prefix: &str) -> Option<(&'t str, Vec<&'t str>)> {
    let rest = text.strip_prefix(prefix)?;
    // From the right: the name is the document's, and may contain anything.
    let (name, known) = match rest.rsplit_once("`, expected ") {
        Some((name, known)) => (name, known.split('`').skip(1).step_by(2).collect()),
        None => (rest.rsplit_once('`')?.0, Vec::new()),
    };
    Some((name, known))
}

fn help_with(name: &str, known: Vec<&str>) -> String {
    match nearest(name, known.iter().copied()) {
        Some(near) => format!("did you mean `{near}`?"),
        None if known.is_empty() => "take it away".to_owned(),
        None => format!("known here: `{}`", known.join("`, `")),
    }
}

fn expected(wanted: &str) -> &str {
    match wanted {
        "a string" => "text",
        "a sequence" => "a list",
        "a map" => "an object",
        "a boolean" => "`true` or `false`",
        "u16" => "a whole number from 0 to 65535",
        "newtype variant" => "an object with one member: the kind, with its settings",
        "unit" | "unit variant" => "the word alone",
        other => other,
    }
}

fn given(found: &str) -> String {
    let quoted = |text: &str| shortened(text.trim_matches(['"', '`']));
    match found {
        "map" => "an object".to_owned(),
        "sequence" => "a list".to_owned(),
        "null" => "`null`".to_owned(),
        "unit variant" => "the word alone".to_owned(),
        _ => match found.split_once(['"', '`']) {
            Some(("string ", text)) => format!("the text `{}`", quoted(text)),
            Some(("integer " | "floating point ", text)) => format!("the number `{}`", quoted(text)),
            Some(("boolean ", text)) => format!("`{}`", quoted(text)),
            _ => found.to_owned(),
        },
    }
}

pub(super) fn shortened(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
