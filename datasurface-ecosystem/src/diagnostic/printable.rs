//! Texts of a model as terminals and logs may have them.

use crate::ecosystem::redact_passwords;
use std::fmt::{self, Write};

/// The bytes of a text that are printed: more than of any that somebody wrote to be read. A name may have a megabyte, and is part of the
/// paths of all that is wrong below it.
const MOST_BYTES: usize = 16 * 1024;

/// A value whose text is printed in one line, without passwords and tokens, and without characters that control a terminal or a log: they
/// are escaped, as `\n` and `\u{1b}`. A model can have any text, a log takes lines for commands and is read by many, and a terminal obeys.
///
/// What looks like a secret is an ellipsis, as [`redact_passwords`] makes it: names come from documents, and somebody may write an address
/// with a password where a name belongs.
///
/// Escaped are all control characters, the separators of lines and paragraphs, and the marks that turn the direction of
/// writing, with which a text looks like another one. Everything else stays as it is, backslashes included; but of what is longer than
/// 16 KiB, only so much is printed, and how many bytes are left out.
///
/// ```
/// use datasurface_ecosystem::Printable;
/// assert_eq!(Printable("gone\n::stop-commands::x").to_string(), r"gone\n::stop-commands::x");
/// assert_eq!(Printable("Straße, 東京").to_string(), "Straße, 東京");
/// assert_eq!(Printable("`db://joe:s3cret@h` is no name").to_string(), "`db://joe:…@h` is no name");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Printable<T>(pub T);

impl<T: fmt::Display> fmt::Display for Printable<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.0.to_string();
        // Of what is not printed, no more is looked at than a secret may have that is printed in part.
        let (looked_at, rest) = text.split_at(text.floor_char_boundary(2 * MOST_BYTES));
        match redact_passwords(looked_at) {
            Some(redacted) => Escaping::write(f, false, format_args!("{redacted}{rest}")),
            None => Escaping::write(f, false, text),
        }
    }
}

/// A line of a document, in which tabs stay tabs: marks below it stand where they should only with them.
pub(super) struct PrintableLine<'l>(pub(super) &'l str);

impl fmt::Display for PrintableLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Escaping::write(f, true, self.0)
    }
}

struct Escaping<'f, 't> {
    to: &'f mut fmt::Formatter<'t>,
    keeps_tabs: bool,
    /// How many bytes may still be printed, and how many were left out.
    left: usize,
    omitted: usize,
}

impl<'f, 't> Escaping<'f, 't> {
    fn write(to: &'f mut fmt::Formatter<'t>, keeps_tabs: bool, text: impl fmt::Display) -> fmt::Result {
        let mut escaping = Self { to, keeps_tabs, left: MOST_BYTES, omitted: 0 };
        write!(escaping, "{text}")?;
        match escaping.omitted {
            0 => Ok(()),
            omitted => write!(escaping.to, "… ({omitted} bytes more)"),
        }
    }
}

impl Write for Escaping<'_, '_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let (text, omitted) = text.split_at(text.floor_char_boundary(self.left));
        self.omitted += omitted.len();
        // Nothing comes behind a gap.
        self.left = if omitted.is_empty() { self.left.saturating_sub(text.len()) } else { 0 };
        let mut printed = 0;
        for (position, character) in text.char_indices() {
            if !is_control(character) || self.keeps_tabs && character == '\t' {
                continue;
            }
            self.to.write_str(text.get(printed..position).unwrap_or_default())?;
            write!(self.to, "{}", character.escape_default())?;
            printed = position + character.len_utf8();
        }
        self.to.write_str(text.get(printed..).unwrap_or_default())
    }
}

fn is_control(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'
        )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_controls_is_escaped_and_nothing_else() {
        let text = "a\r\n\u{1b}[31m\u{7f}\u{9b}\u{202e}\u{2028}\tz";
        assert_eq!(Printable(text).to_string(), r"a\r\n\u{1b}[31m\u{7f}\u{9b}\u{202e}\u{2028}\tz");
        assert_eq!(PrintableLine("\ta\r").to_string(), "\ta\\r");
        for plain in ["", "a\\n", "zwölf `x` 東京 🦀"] {
            assert_eq!(Printable(plain).to_string(), plain);
        }
    }

    #[test]
    fn of_what_nobody_reads_the_beginning_is_printed() {
        let long = "ü".repeat(MOST_BYTES);
        let printed = Printable(format_args!("a{long}b")).to_string();
        assert!(
            printed.starts_with("aüü") && printed.ends_with("ü… (16387 bytes more)"),
            "{}",
            printed.len()
        );
    }
}
