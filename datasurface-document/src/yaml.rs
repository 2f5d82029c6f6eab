//! Writes a document as YAML: in blocks, with quotation marks only where they are needed.

use serde_json::{Map, Value};

/// Longest name of a member that a reader has to find the end of.
const LONGEST_NAME: usize = 250;

/// The text of a document.
pub(super) fn written(document: &Value) -> String {
    let mut text = String::new();
    match document {
        Value::Object(members) => write_members(&mut text, members, 0, false),
        other => {
            write_inline(&mut text, other);
            text.push('\n');
        }
    }
    text
}

/// The members of an object, each on a line of its own; the first one goes on with the line if `is_begun`.
fn write_members(text: &mut String, members: &Map<String, Value>, depth: usize, mut is_begun: bool) {
    for (name, value) in members {
        if !std::mem::take(&mut is_begun) {
            indent(text, depth);
        }
        if name.len() > LONGEST_NAME {
            text.push_str("? ");
            write_text(text, name);
            text.push('\n');
            indent(text, depth);
        } else {
            write_text(text, name);
        }
        text.push(':');
        match value {
            Value::Object(members) if !members.is_empty() => {
                text.push('\n');
                write_members(text, members, depth + 1, false);
            }
            Value::Array(elements) if !elements.is_empty() => {
                text.push('\n');
                write_elements(text, elements, depth, false);
            }
            Value::String(lines) if is_block(lines) => write_block(text, lines, depth + 1),
            other => {
                text.push(' ');
                write_inline(text, other);
                text.push('\n');
            }
        }
    }
}

fn write_elements(text: &mut String, elements: &[Value], depth: usize, mut is_begun: bool) {
    for element in elements {
        if !std::mem::take(&mut is_begun) {
            indent(text, depth);
        }
        text.push_str("- ");
        match element {
            Value::Object(members) if !members.is_empty() => write_members(text, members, depth + 1, true),
            Value::Array(elements) if !elements.is_empty() => write_elements(text, elements, depth + 1, true),
            other => {
                write_inline(text, other);
                text.push('\n');
            }
        }
    }
}

fn indent(text: &mut String, depth: usize) {
    text.extend(std::iter::repeat_n("  ", depth));
}

/// A value that is no list or object with anything in it.
fn write_inline(text: &mut String, value: &Value) {
    match value {
        Value::String(string) => write_text(text, string),
        other => text.push_str(&other.to_string()),
    }
}

/// Lines of text as they are: statements, most often.
fn write_block(text: &mut String, lines: &str, depth: usize) {
    text.push_str(if lines.ends_with('\n') { " |\n" } else { " |-\n" });
    for line in lines.lines() {
        if !line.is_empty() {
            indent(text, depth);
            text.push_str(line);
        }
        text.push('\n');
    }
}

/// Whether text is the same again after it was written as a block.
fn is_block(text: &str) -> bool {
    let lines = text.strip_suffix('\n').unwrap_or(text);
    lines.contains('\n')
        && !lines.ends_with('\n')
        && !lines.starts_with([' ', '\t', '\n'])
        && lines.chars().all(|character| character == '\n' || is_printable(character))
}

fn write_text(text: &mut String, string: &str) {
    if is_plain(string) {
        text.push_str(string);
        return;
    }
    text.push('"');
    for character in string.chars() {
        match character {
            '"' => text.push_str("\\\""),
            '\\' => text.push_str("\\\\"),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            printable if is_printable(printable) => text.push(printable),
            other if u32::from(other) <= 0xffff => text.push_str(&format!("\\u{:04x}", u32::from(other))),
            other => text.push_str(&format!("\\U{:08x}", u32::from(other))),
        }
    }
    text.push('"');
}

/// What YAML lets stand as it is, without line breaks of any kind.
fn is_printable(character: char) -> bool {
    matches!(character, ' '..='~' | '\u{a0}'..='\u{2027}' | '\u{202a}'..='\u{d7ff}' | '\u{e000}'..='\u{fefe}'
        | '\u{ff00}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}')
}

/// Whether text can stand without quotation marks, and means text then. Only what is obvious does.
fn is_plain(text: &str) -> bool {
    let begins = |first: char| first.is_alphabetic() || matches!(first, '_' | '^' | '/' | '.' | '$');
    let is_word = matches!(
        text.to_ascii_lowercase().as_str(),
        "null" | "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n" | ".inf" | ".nan"
    );
    text.chars().next().is_some_and(begins)
        && !is_word
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.strip_prefix('.').is_some_and(|rest| rest.starts_with(|next: char| next.is_ascii_digit()))
        && text.chars().all(is_printable)
}
