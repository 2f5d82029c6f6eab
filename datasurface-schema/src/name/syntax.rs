//! The two rules for the text of a name.

use unicode_normalization::is_nfc;

/// Longest name, in characters.
const LONGEST: usize = 128;

/// The rule that a kind of name follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum NameSyntax {
    /// An ASCII letter, then up to 127 ASCII letters, digits or `_`: it ends up as an SQL identifier.
    Identifier,
    /// 1 to 128 printable characters in Unicode's form NFC without `/`, `:` and `#`, no blank but the space, and none at either
    /// end.
    Text,
}

/// A name that does not follow the rule of its kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a name for {} {noun}", article(.noun))]
pub struct NameError {
    noun: &'static str,
    text: String,
    syntax: NameSyntax,
}

fn article(noun: &str) -> &'static str {
    if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" }
}

impl NameError {
    /// The help: a sentence that says how to write such a name.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self.syntax {
            NameSyntax::Identifier => {
                "begin with an ASCII letter, then use at most 127 ASCII letters, digits or `_`"
            }
            NameSyntax::Text if !is_composed(&self.text) => {
                "write each letter and its accents as one character: the text is not in Unicode's form NFC"
            }
            NameSyntax::Text => {
                "use 1 to 128 printable characters without `/`, `:` and `#`, and no space at either end"
            }
        }
    }
}

impl NameSyntax {
    /// Checks `text` by this rule. `noun` is the word for the kind of entity in the error.
    ///
    /// # Errors
    ///
    /// If the text breaks the rule.
    pub fn check(self, noun: &'static str, text: &str) -> Result<(), NameError> {
        let good = match self {
            Self::Identifier => is_identifier(text),
            Self::Text => is_text(text),
        };
        if good { Ok(()) } else { Err(NameError { noun, text: text.to_owned(), syntax: self }) }
    }
}

pub(super) const fn is_identifier(text: &str) -> bool {
    let [first, rest @ ..] = text.as_bytes() else {
        return false;
    };
    let mut rest = rest;
    if !first.is_ascii_alphabetic() || rest.len() >= LONGEST {
        return false;
    }
    while let [byte, after @ ..] = rest {
        if !byte.is_ascii_alphanumeric() && *byte != b'_' {
            return false;
        }
        rest = after;
    }
    true
}

fn is_text(text: &str) -> bool {
    (1..=LONGEST).contains(&text.chars().count())
        && text.trim() == text
        && text
            .chars()
            .all(|c| is_visible(c) && !matches!(c, '/' | ':' | '#') && (c == ' ' || !c.is_whitespace()))
        && is_composed(text)
}

/// Whether letters are written with their accents in the one way of the form NFC: two names that look the same would differ
/// otherwise.
fn is_composed(text: &str) -> bool {
    text.is_ascii() || is_nfc(text)
}

/// Whether people see a character as it is: control characters do something else, some print nothing (Unicode calls them default
/// ignorable), and some turn the direction of what follows, so that two names could look the same.
#[must_use]
pub fn is_visible(c: char) -> bool {
    !c.is_control()
        && !matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{2800}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
            | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers() {
        for good in ["a", "Customers_2", &"x".repeat(128)] {
            assert!(is_identifier(good), "{good}");
        }
        for bad in ["", "2a", "_a", "a-b", "é", "a b", &"x".repeat(129)] {
            assert!(!is_identifier(bad), "{bad}");
        }
    }

    #[test]
    fn texts() {
        for good in ["East US 2", "Ø", "\u{e9}tat", "x\u{302}", "東京", "서울", &"é".repeat(128)] {
            assert!(is_text(good), "{good}");
        }
        for bad in ["", " a", "a/b", "a:b", "a#b", "a\nb", "a\u{a0}b", &"é".repeat(129)] {
            assert!(!is_text(bad), "{bad:?}");
        }
        for invisible in ['\u{200b}', '\u{e0041}', '\u{180e}', '\u{61c}', '\u{34f}', '\u{3164}'] {
            assert!(!is_text(&format!("a{invisible}b")), "{invisible:?}");
        }
        for twin in ["e\u{301}tat", "\u{212b}ngstr\u{f6}m", "\u{1109}\u{1165}\u{110b}\u{116e}\u{11af}"] {
            let error = NameSyntax::Text.check("zone", twin).unwrap_err();
            assert!(error.help().contains("NFC"), "{twin:?}");
        }
    }
}
