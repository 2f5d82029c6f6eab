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
        let mut rest = text;
        while let Some(at) = rest.find(|character| !is_harmless(character)) {
            let (harmless, harmful) = rest.split_at(at);
            self.0.write_str(harmless)?;
            let mut harmful = harmful.chars();
            if let Some(character) = harmful.next() {
                write!(self.0, "{}", character.escape_default())?;
            }
            rest = harmful.as_str();
        }
        self.0.write_str(rest)
    }
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
    fn one_is_not_many() {
        assert_eq!(count(1, "step"), "1 step");
        assert_eq!(count(0, "step"), "0 steps");
    }
}
