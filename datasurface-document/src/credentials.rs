//! The places of credentials in a text, without reading it: it may be no document that can be read, and its lines are shown all the
//! same.

use datasurface_model::{names_secret_member, nearest};
use std::ops::Range;

/// The last letters of a member in which passwords stand under names of anybody's choice.
const CREDENTIALS: &str = "credentials";

/// The members of a credential. What any other one is given may be the password.
const MEMBERS: [&str; 3] = ["name", "kind", "opens"];

/// What a misspelt name may mean, whose value is hidden as well.
const MISSPELT: [&str; 4] = ["passwd", "password", "secret", "token"];

/// Longest name of a member that is looked at, in bytes.
const LONGEST_NAME: usize = 64;

/// Returns the extents of the values of members that are called so, in order. What is in another one of them is a part of that.
pub(super) fn extents_of_credentials(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (start, name) in text.match_indices(CREDENTIALS) {
        if found.last().is_some_and(|last| start < last.end) {
            continue;
        }
        let rest = text.get(start + name.len()..).unwrap_or_default();
        let after = rest.strip_prefix(['"', '\'']).unwrap_or(rest).trim_start();
        if let Some(value) = after.strip_prefix(':') {
            let from = text.len() - value.len();
            found.push(from..from + length_of_value(value, || column(text, start)));
        }
    }
    found
}

/// Returns the extents of what stands below or beside members such as `password`, in order; each without the line that names it, where its value
/// is known for one by the line itself.
pub(super) fn extents_of_secrets(text: &str) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = Vec::new();
    for (colon, _) in text.match_indices(':') {
        if found.last().is_some_and(|last| colon < last.end) {
            continue;
        }
        let before = text.get(..colon).unwrap_or_default().trim_end();
        if !is_secret(before) {
            continue;
        }
        let from = colon + 1;
        let value = text.get(from..).unwrap_or_default();
        let length = length_of_value(value, || column(text, before.len())).max(length_of_next_lines(value));
        found.push(from..from + length);
    }
    found
}

/// Whether the name at the end of a text is that of a secret, or is written in a way that hides which name it is.
fn is_secret(before: &str) -> bool {
    // No longer name is one of those.
    let start = before.floor_char_boundary(before.len().saturating_sub(LONGEST_NAME));
    let last = before.get(start..).unwrap_or_default();
    let quoted = last.strip_suffix('"').and_then(|name| name.rsplit('"').next());
    let word = last.rsplit(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty()).unwrap_or_default();
    let is_misspelt = || {
        let begins_alike = word.starts_with(['p', 'P', 's', 'S', 't', 'T']) && (4..=12).contains(&word.len());
        begins_alike && nearest(word, MISSPELT).is_some()
    };
    quoted.is_some_and(|name| name.contains('\\')) || names_secret_member(last) || is_misspelt()
}

/// Whether a part of a line in what is called credentials has something that only a name, a kind or a container would not be.
pub(super) fn may_have_secret(line: &str) -> bool {
    let parts = line.split([',', '{', '}', '[', ']']).map(|part| part.trim().trim_start_matches("- "));
    parts.filter(|part| !part.starts_with('#')).any(|part| match part.split_once(':') {
        // A user with a password is no name.
        Some((name, value)) => {
            !MEMBERS.contains(&name.trim().trim_matches(['"', '\''])) || value.contains(':')
        }
        None => part.contains('='),
    })
}

/// Returns the length of a value that begins below its name: up to the end of the first line that has anything, besides comments.
fn length_of_next_lines(value: &str) -> usize {
    let mut length = 0;
    for line in value.split_inclusive('\n') {
        length += line.len();
        let content = line.trim();
        if !content.is_empty() && !content.starts_with('#') {
            break;
        }
    }
    length
}

/// Returns the place of a member in its line: of its first letter, as its value may begin below that. It takes as long as the line
/// before it is.
fn column(text: &str, at: usize) -> usize {
    let line = text.get(..at).unwrap_or_default().rsplit(['\n', '\r']).next().unwrap_or_default();
    let before = line.trim_end_matches(|c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    before.trim_end_matches(['"', '\'']).len()
}

/// Returns the length of a value: up to the bracket that closes it, or all lines that stand further to the right than its member. The
/// rest of its line is always a part of the latter, so that a line is asked for one column at most.
fn length_of_value(value: &str, column: impl FnOnce() -> usize) -> usize {
    let content = value.trim_start();
    if content.starts_with(['{', '[']) {
        return value.len() - content.len() + length_of_brackets(content);
    }
    let column = column();
    let mut lines = value.split_inclusive('\n');
    let mut length = lines.next().unwrap_or_default().len();
    for line in lines {
        let content = line.trim_start();
        let indentation = line.len() - content.len();
        // A list may begin where its member does.
        let is_inside = indentation > column || indentation == column && content.starts_with("- ");
        if !content.is_empty() && !is_inside {
            break;
        }
        length += line.len();
    }
    length
}

/// Returns the length of what is in brackets, with these; everything, if they are not closed.
fn length_of_brackets(text: &str) -> usize {
    let (mut depth, mut quote, mut is_escaped) = (0_usize, None, false);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            _ if is_escaped => is_escaped = false,
            (Some('"'), '\\') => is_escaped = true,
            (Some(open), _) if open == c => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '{' | '[') => depth += 1,
            (None, '}' | ']') if depth <= 1 => return at + c.len_utf8(),
            (None, '}' | ']') => depth -= 1,
            (None, _) => {}
        }
    }
    text.len()
}
