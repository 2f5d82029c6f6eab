//! The tree of a YAML text: of the part of YAML that says what JSON can say. Anchors, tags and several documents in one
//! file are refused: they make a model harder to review, and small texts huge.

use super::{Extent, Node, ReadError, Tree, Value, builder::TreeBuilder, number::is_number};
use crate::json_errors::shortened;
use granit_parser::{ErrorKind, Event, Options, Parser, ScalarStyle, Span};
use std::borrow::Cow;

pub(super) fn parse(text: &str) -> Result<Tree<'_>, ReadError> {
    let mut building = TreeBuilder::default();
    let mut documents = 0;
    for event in Parser::new_from_str_with_options(text, options()) {
        let (event, span) = event.map_err(|error| syntax(text, &error))?;
        let extent = extent(text, &span);
        match event {
            Event::DocumentStart(..) => {
                documents += 1;
                if documents > 1 {
                    return Err(ReadError::unreadable("a second document begins")
                        .with_extent(extent)
                        .help("put each document into a file of its own"));
                }
            }
            Event::Alias(_) => return Err(refused("an alias", extent)),
            Event::Scalar(_, _, anchor, _)
            | Event::SequenceStart(_, anchor, _)
            | Event::MappingStart(_, anchor, _)
                if anchor != 0 =>
            {
                return Err(refused("an anchor", extent));
            }
            Event::Scalar(_, _, _, Some(_))
            | Event::SequenceStart(_, _, Some(_))
            | Event::MappingStart(_, _, Some(_)) => return Err(refused("a tag", extent)),
            Event::SequenceStart(..) | Event::MappingStart(..) if building.wants_name() => {
                return Err(ReadError::unreadable("the name of a member must be text").with_extent(extent));
            }
            Event::SequenceStart(..) => {
                let start =
                    if building.wants_member() { first_dash(text, extent.start) } else { extent.start };
                building.open_list(Extent { start, ..extent })?;
            }
            Event::MappingStart(..) => building.open_object(extent)?,
            Event::SequenceEnd | Event::MappingEnd => building.close(extent.end),
            Event::Scalar(text, _, _, _) if building.wants_name() => building.name(text, extent),
            Event::Scalar(text, style, _, _) => {
                let value = if style == ScalarStyle::Plain { plain(text) } else { Value::Text(text) };
                building.add(Node { extent, value });
            }
            _ => {}
        }
    }
    building.finish()
}

fn options() -> Options {
    let mut options = Options::default();
    options.disallow_directives = true;
    options.set_emit_comments(false);
    options
}

/// What a word without quotation marks means in the core schema of YAML 1.2: in it, `NO` is a country.
fn plain(word: Cow<'_, str>) -> Value<'_> {
    // Nearly every word begins with a letter that settles it.
    if word.starts_with(|first: char| first.is_ascii_alphabetic() && !"nNtTfF".contains(first)) {
        return Value::Text(word);
    }
    match &*word {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        number if is_number(number) => Value::Number(word),
        _ => Value::Text(word),
    }
}

fn refused(reason: &str, at: Extent) -> ReadError {
    ReadError::unreadable(format!("{reason} of YAML cannot stand here"))
        .with_extent(at)
        .help("write out what is meant")
}

fn extent(text: &str, span: &Span) -> Extent {
    let offset = |marker: granit_parser::Marker| marker.byte_offset().unwrap_or(text.len()).min(text.len());
    let (start, end) = (offset(span.start), offset(span.end));
    Extent { start, end: end.max(start) }
}

/// Where a list begins that is the value of a member. Of one that is not indented, the parser says where its first element begins.
fn first_dash(text: &str, start: usize) -> usize {
    let is_dash = |at: usize| {
        text.get(at..).is_some_and(|list| ["- ", "-\n", "-\r"].iter().any(|dash| list.starts_with(dash)))
    };
    if text.get(start..).is_some_and(|list| list.starts_with('[')) {
        return start;
    }
    let mut end = start;
    loop {
        let begin = text.get(..end).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
        let indent =
            text.get(begin..end).and_then(|line| line.find(|character| !matches!(character, ' ' | '\r')));
        let first = begin + indent.unwrap_or(end - begin);
        let is_comment = text.get(first..end).is_some_and(|line| line.is_empty() || line.starts_with('#'));
        match () {
            () if is_dash(first) => return first,
            // Comments may be between the dash and the element.
            () if is_comment && begin > 0 => end = begin - 1,
            () => return start,
        }
    }
}

fn syntax(text: &str, error: &granit_parser::ScanError) -> ReadError {
    let at = error.marker().byte_offset().unwrap_or(text.len()).min(text.len());
    let reason = match error.kind() {
        ErrorKind::RecursionLimitExceeded => ReadError::too_deep(),
        _ => ReadError::unreadable(shortened(&format!("the document is not YAML: {}", error.info()))),
    };
    let is_before = text.get(..at).is_some_and(|before| before.ends_with('\t'));
    let start = if is_before { at - 1 } else { at };
    let rest = text.get(start..).unwrap_or_default();
    match rest.find('\t').filter(|_| error.info().contains("tab")) {
        // The parser says where it began to read what ends at the tab.
        Some(tab) => reason
            .with_extent(Extent { start: start + tab, end: start + tab + 1 })
            .help("indent with blanks: YAML takes no tabs there"),
        None => reason.with_extent(Extent { start: at, end: at }),
    }
}
