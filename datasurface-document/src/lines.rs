//! Lines and columns, for people; everything else counts bytes.

use super::{
    credentials::{extents_of_credentials, extents_of_secrets, may_have_secret},
    tree::Extent,
};
use datasurface_model::{Position, redact_passwords};
use std::{iter, ops::Range};

/// Longest line that is shown, in bytes.
const LONGEST: usize = 200;

/// How `@`, `:`, `=` and `/` are escaped, which stand around passwords: the text is another one than the line shows.
const ESCAPES: [&str; 8] = ["\\u0040", "\\u003a", "\\u003d", "\\u002f", "\\x40", "\\x3a", "\\x3d", "\\x2f"];

/// The ends of a line; a line feed after a carriage return belongs to it.
const BREAKS: [char; 2] = ['\n', '\r'];

/// The size of a stride, in bytes, in which characters are counted at once.
const STRIDE: usize = 1024;

/// The offsets of the lines of a document. The search for a position takes as long in a line of megabytes as in a
/// short one.
pub(super) struct Lines<'t> {
    document: &'t str,
    text: &'t str,
    starts: Vec<usize>,
    /// The counts of characters before each stride, and the count of all.
    before_strides: Vec<usize>,
    /// The values of members called credentials, in order.
    credentials: Vec<Range<usize>>,
    /// The values of members called as passwords are, in order.
    secrets: Vec<Range<usize>>,
}

impl<'t> Lines<'t> {
    pub(super) fn new(document: &'t str, text: &'t str) -> Self {
        let after_breaks = text.match_indices(BREAKS).map(|(at, _)| at + 1);
        let after_breaks = after_breaks.filter(|at| text.get(at - 1..at + 1) != Some("\r\n"));
        let starts = iter::once(0).chain(after_breaks).collect();
        let mut before_strides = vec![0];
        let mut characters = 0;
        for stride in text.as_bytes().chunks(STRIDE) {
            characters += begun_in(stride);
            before_strides.push(characters);
        }
        let (credentials, secrets) = (extents_of_credentials(text), extents_of_secrets(text));
        Self { document, text, starts, before_strides, credentials, secrets }
    }

    pub(super) fn position(&self, extent: Extent) -> Position {
        let line = self.starts.partition_point(|start| *start <= extent.start);
        let start = self.starts.get(line.saturating_sub(1)).copied().unwrap_or_default();
        let next = self.starts.get(line).copied().unwrap_or(self.text.len());
        let text = self.text.get(start..next).unwrap_or_default().trim_end_matches(BREAKS);
        let end = extent.end.min(start + text.len());
        Position {
            document: self.document.into(),
            line,
            column: self.characters(start, extent.start) + 1,
            length: self.characters(extent.start, end),
            is_inexact: false,
            text: (can_be_shown(text) && !self.has_login(start, text) && !self.has_secret(start, text))
                .then(|| text.into()),
        }
    }

    /// Whether a line that begins here has something in what is called credentials that nothing tells from a password: it belongs to no
    /// credential of a document.
    fn has_login(&self, start: usize, line: &str) -> bool {
        self.on_line(&self.credentials, start, line).any(may_have_secret)
    }

    /// Whether a line that begins here has what a member called like a password is given, or a part of that.
    fn has_secret(&self, start: usize, line: &str) -> bool {
        let is_nothing =
            |value: &str| matches!(value, "" | "true" | "false" | "null" | "|" | ">" | "{" | "[");
        let mut values = self.on_line(&self.secrets, start, line);
        values.any(|value| !is_nothing(value.trim().trim_end_matches([',', '}'])))
    }

    /// Returns the parts of values that are in a line which begins here.
    fn on_line<'l>(
        &'l self,
        values: &'l [Range<usize>],
        start: usize,
        line: &str,
    ) -> impl Iterator<Item = &'l str> {
        let end = start + line.len();
        let first = values.partition_point(|value| value.end <= start);
        let on_line = values.iter().skip(first).take_while(move |value| value.start < end);
        on_line.filter_map(move |it| self.text.get(it.start.max(start)..it.end.min(end)))
    }

    /// Returns the count of characters from one offset to another.
    fn characters(&self, from: usize, to: usize) -> usize {
        self.characters_before(to).saturating_sub(self.characters_before(from))
    }

    fn characters_before(&self, place: usize) -> usize {
        let stride = place / STRIDE;
        let before = self.before_strides.get(stride).copied().unwrap_or_default();
        before + begun_in(self.text.as_bytes().get(stride * STRIDE..place).unwrap_or_default())
    }
}

/// Returns the count of characters that begin in a piece of UTF-8: all bytes but continuation bytes.
fn begun_in(piece: &[u8]) -> usize {
    piece.iter().filter(|byte| **byte & 0b1100_0000 != 0b1000_0000).count()
}

fn can_be_shown(line: &str) -> bool {
    let is_escaped = || {
        let lower = line.to_ascii_lowercase();
        ESCAPES.iter().any(|escape| lower.contains(escape))
    };
    // Secrets are looked for in short lines alone: a document of megabytes in one line is asked for each finding.
    line.len() <= LONGEST && !line.is_empty() && !is_escaped() && redact_passwords(line).is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_as_people_and_editors_end_them() {
        let text = "a\nb\r\nc\rd é";
        let lines = Lines::new("model.yaml", text);
        for (line, word) in (1..).zip(["a", "b", "c", "d"]) {
            let start = text.find(word).unwrap();
            let position = lines.position(Extent { start, end: start + 1 });
            assert_eq!((position.line, position.column, position.length), (line, 1, 1), "{word}");
        }
        let position = lines.position(Extent { start: text.len() - 2, end: text.len() });
        assert_eq!((position.line, position.column, position.text.as_deref()), (4, 3, Some("d é")));
    }

    #[test]
    fn a_line_with_a_login_in_credentials_is_not_shown() {
        for text in [
            "{credentials: {Lake: 'joe:s3cret'}}",
            "credentials:\n  Lake: joe:s3cret\nhost: a",
            "a:\n- credentials:\n    Lake: |\n      joe:$3cret\n  host: b",
            "- source_credentials: {\n  Lake: x,\n  Store: joe:s3cret}",
            "{\"credentials\":\n{\"a}\": \"x\",\n\"b\":\n\"joe:s3cret\"}}",
            "credentials\n  : joe:s3cret",
            "credentials:\n- Lake: joe:s3cret",
            "credentials: # of\n  # the lake\n  Lake: joe:s3cret",
            "credentials:\n- name: reader\n  value: s3cret",
            "credentials: {reader: s3cret}",
            "credentials:\n- name: joe:s3cret",
            "credentials: [{name: reader, \"val\": s3cret}, writer=s3cret]",
        ] {
            let lines = Lines::new("model.yaml", text);
            let shown = |at| lines.position(Extent { start: at, end: at }).text.unwrap_or_default();
            let all: String = text.char_indices().map(|(at, _)| shown(at).to_string()).collect();
            assert!(!all.contains("3cret"), "{text}: {all}");
        }
        for text in [
            "credentials: [{name: reader, kind: password,\n  opens: [EU/Lake]}]\nat: 10:30",
            "credentials:\n- name: reader\n  kind: password\nimage: shop:1.2",
            "documentation: credentials are in the vault\nimage: shop:1.2",
        ] {
            let lines = Lines::new("model.yaml", text);
            let hidden = |at: &usize| lines.position(Extent { start: *at, end: *at }).text.is_none();
            assert_eq!((0..text.len()).find(hidden), None, "{text}");
        }
    }

    #[test]
    fn a_line_with_what_a_password_is_given_is_not_shown() {
        for text in [
            "password:\n  hunter2",
            "password: # of the lake\n\n  # it is\n  hunter2\nhost: a",
            "{password: hunter2}",
            "{host: a, password:\nhunter2}",
            "{\"password\"\n:\n\"hunter2\"}",
            "{\"password\":\n  {\"value\":\n    \"hunter2\"}}",
            "a:\n  db_password: |\n    the one\n\n    hunter2\n  host: a",
            "password: >-\n  hunter2",
            "? api-key\n: hunter2",
            "password: !!str\n  hunter2",
            "password: \"the\n  hunter2\"",
            "passwords: [hunter2]",
            "passwords:\n- x\n- hunter2",
            "secrets: {Lake: x,\n  Store: hunter2}",
            "TOKENS:\n  Lake:\n    hunter2",
            "\"passw\\x6frd\":\n  hunter2",
            "pasword: hunter2",
            "{host: a, passwrd: hunter2}",
        ] {
            let lines = Lines::new("model.yaml", text);
            let shown = |at| lines.position(Extent { start: at, end: at }).text.unwrap_or_default();
            let all: String = text.char_indices().map(|(at, _)| shown(at).to_string()).collect();
            assert!(!all.contains("hunter2"), "{text}: {all}");
        }
        for text in [
            "host: a\nuse_token: true\nname: token\nat: 10:30",
            "credentials:\n- name: reader\n  kind: password\n  opens: [EU/Lake]",
            "primary_key: id\npolicies:\n- name: no secrets",
        ] {
            let lines = Lines::new("model.yaml", text);
            let hidden = |at: &usize| lines.position(Extent { start: *at, end: *at }).text.is_none();
            assert_eq!((0..text.len()).find(hidden), None, "{text}");
        }
    }

    #[test]
    fn credentials_in_long_lines_take_no_time() {
        for member in [
            "\"passwords\":{},",
            "\"password\":1,",
            "password:",
            "password: [",
            "\"credentials\":{},",
            "\"credentials\":[{],",
            "\"credentials\":1,",
            "credentials ",
        ] {
            let text = member.repeat(200_000);
            assert_eq!(Lines::new("model.json", &text).position(Extent { start: 5, end: 6 }).text, None);
        }
    }

    #[test]
    fn characters_are_counted_in_long_lines_too() {
        for length in [STRIDE - 2, STRIDE - 1, STRIDE, 3 * STRIDE] {
            let text = format!("first\n{}é here\rlast", "é".repeat(length));
            let start = text.find("here").unwrap();
            let position = Lines::new("model.json", &text).position(Extent { start, end: text.len() });
            assert_eq!((position.line, position.column, position.length), (2, length + 3, 4));
            assert_eq!(position.text, None);
            let end = Extent { start: text.len(), end: text.len() };
            let position = Lines::new("model.json", &text).position(end);
            assert_eq!((position.line, position.column, position.length), (3, 5, 0));
        }
    }
}
