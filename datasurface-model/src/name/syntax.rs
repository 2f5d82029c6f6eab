//! The two rules for the text of a name.

/// Longest name, in characters.
const LONGEST: usize = 128;

/// Which rule a kind of name follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NameSyntax {
    /// An ASCII letter, then up to 127 ASCII letters, digits or `_`: it ends up as an SQL identifier.
    Identifier,
    /// 1 to 128 printable characters without `/`, `:` and `#`, no space at either end.
    Text,
}

/// A name that does not follow the rule of its kind.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a name for a {noun}")]
pub struct NameError {
    noun: &'static str,
    text: String,
    syntax: NameSyntax,
}

impl NameError {
    /// How to write such a name.
    #[must_use]
    pub fn help(&self) -> &'static str {
        match self.syntax {
            NameSyntax::Identifier => {
                "begin with an ASCII letter, then use at most 127 ASCII letters, digits or `_`"
            }
            NameSyntax::Text => {
                "use 1 to 128 printable characters without `/`, `:` and `#`, and no space at either end"
            }
        }
    }
}

impl NameSyntax {
    /// Whether `text` is good under this rule, as a name for a `noun`.
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
        && !text.chars().any(|c| !is_visible(c) || matches!(c, '/' | ':' | '#'))
}

/// Whether people see a character as it is: control characters do something else, some print nothing, and some turn the
/// direction of what follows, so that two names could look the same.
#[must_use]
pub fn is_visible(c: char) -> bool {
    !c.is_control()
        && !matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
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
        for good in ["East US 2", "Ø", &"é".repeat(128)] {
            assert!(is_text(good), "{good}");
        }
        for bad in ["", " a", "a/b", "a:b", "a#b", "a\nb", "a\u{200b}b", &"é".repeat(129)] {
            assert!(!is_text(bad), "{bad:?}");
        }
    }
}
