//! Text for terminals.

use datasurface_model::is_visible;
use std::fmt::{self, Write};

/// The same text without anything that a terminal would obey, or that would not be seen: names come from documents that
/// anybody may have written.
pub(crate) fn printable(text: String) -> String {
    if text.chars().all(is_harmless) {
        return text;
    }
    let mut printable = Printable(String::new());
    // Nothing hinders writing to a text.
    let _ = printable.write_str(&text);
    printable.0
}

/// Writes what is [`printable`] of a text, piece by piece.
pub(crate) struct Printable<W>(pub(crate) W);

impl<W: Write> Write for Printable<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        escaped(&mut self.0, text, |to, character| write!(to, "{}", character.escape_default()))
    }
}

/// Writes what is printable of a JSON text, piece by piece. What is escaped can only be in its strings, so it is escaped as in
/// these: the text stays JSON, of the same value.
pub(crate) struct PrintableJson<W>(pub(crate) W);

impl<W: Write> Write for PrintableJson<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        escaped(&mut self.0, text, |to, character| {
            character.encode_utf16(&mut [0; 2]).iter().try_for_each(|unit| write!(to, "\\u{unit:04x}"))
        })
    }
}

fn escaped<W: Write>(to: &mut W, text: &str, escape: impl Fn(&mut W, char) -> fmt::Result) -> fmt::Result {
    let mut rest = text;
    while let Some(at) = rest.find(|character| !is_harmless(character)) {
        let (harmless, harmful) = rest.split_at(at);
        to.write_str(harmless)?;
        let mut harmful = harmful.chars();
        if let Some(character) = harmful.next() {
            escape(to, character)?;
        }
        rest = harmful.as_str();
    }
    to.write_str(rest)
}

fn is_harmless(character: char) -> bool {
    is_visible(character) || character == '\n'
}

/// `1 step`, `2 steps`.
pub(crate) fn count(number: usize, thing: &str) -> String {
    match number {
        1 => format!("1 {thing}"),
        _ => format!("{number} {thing}s"),
    }
}

/// Returns a duration in two units at most: `3 d 4 h`, `5 min 6 s`.
pub(crate) fn in_words(seconds: u64) -> String {
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86_400);
    let (more, unit, less, smaller) = match seconds {
        0..60 => return format!("{seconds} s"),
        60..3600 => (minutes, "min", seconds % 60, "s"),
        3600..86_400 => (hours, "h", minutes % 60, "min"),
        _ => (days, "d", hours % 24, "h"),
    };
    if less == 0 { format!("{more} {unit}") } else { format!("{more} {unit} {less} {smaller}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_obeys_nothing() {
        assert_eq!(printable("a\nb ü".to_owned()), "a\nb ü");
        assert_eq!(printable("\u{1b}[2J\t".to_owned()), "\\u{1b}[2J\\t");
        assert_eq!(printable("a\u{202e}b\u{feff}".to_owned()), "a\\u{202e}b\\u{feff}");
    }

    #[test]
    fn json_stays_json() {
        let value = serde_json::json!({"reason": "a\n\u{1b}\u{85}\u{202e}\u{e0001}ü"});
        let mut printed = PrintableJson(String::new());
        write!(printed, "{value:#}").unwrap();
        assert!(printed.0.chars().all(is_harmless), "{}", printed.0);
        assert_eq!(serde_json::from_str::<serde_json::Value>(&printed.0).unwrap(), value);
    }

    #[test]
    fn one_is_not_many() {
        assert_eq!(count(1, "step"), "1 step");
        assert_eq!(count(0, "step"), "0 steps");
    }

    #[test]
    fn durations_have_two_units_at_most() {
        let said = [0, 59, 60, 3599, 3600, 7260, 86_400, 93_600].map(in_words);
        assert_eq!(said, ["0 s", "59 s", "1 min", "59 min 59 s", "1 h", "2 h 1 min", "1 d", "1 d 2 h"]);
    }
}
