//! Text for terminals.

use datasurface_model::name::is_visible;

/// The same text without anything that a terminal would obey, or that would not be seen: names come from documents that
/// anybody may have written.
pub(crate) fn printable(text: String) -> String {
    let is_harmless = |character: char| is_visible(character) || character == '\n';
    if text.chars().all(is_harmless) {
        return text;
    }
    text.chars().fold(String::new(), |mut printable, character| {
        if is_harmless(character) {
            printable.push(character);
        } else {
            printable.extend(character.escape_default());
        }
        printable
    })
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
