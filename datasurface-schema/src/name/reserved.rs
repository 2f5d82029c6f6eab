//! Words that SQL:2023 reserves, or PostgreSQL, or SQLite: such a name must be quoted wherever a person writes it.

use rustc_hash::FxHashSet;
use std::sync::LazyLock;

/// The words, in upper case, one in a line.
const WORDS: &str = include_str!("reserved_words.txt");

static RESERVED: LazyLock<FxHashSet<&str>> = LazyLock::new(|| WORDS.lines().collect());

/// Whether SQL:2023, PostgreSQL or SQLite reserve `word`, in any case.
#[must_use]
pub fn is_reserved_word(word: &str) -> bool {
    RESERVED.contains(word.to_ascii_uppercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_reserved_in_any_case() {
        for word in ["order", "Year", "current_date", "Percent", "log10", "returning", "regr_r2"] {
            assert!(is_reserved_word(word), "{word}");
        }
        assert!(!["orders", "", "1", "_", "é", "{"].into_iter().any(is_reserved_word));
    }

    #[test]
    fn words_are_in_order_and_in_upper_case() {
        let words: Vec<&str> = WORDS.lines().collect();
        assert!(words.is_sorted_by(|one, other| one < other));
        assert!(words.iter().all(|word| *word == word.trim().to_ascii_uppercase() && !word.is_empty()));
    }
}
