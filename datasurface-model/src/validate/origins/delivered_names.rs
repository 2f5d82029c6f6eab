//! The names under which data is delivered, and whether a table may be one of those that a platform made of them.

use crate::validate::unit_members::folded;
use datasurface_schema::Text;
use rustc_hash::FxHashMap;
use std::{collections::BTreeSet, ops::Bound};

/// The longest name of a table that is looked into, in bytes: a longer one may be anything. Servers permit less for all its parts.
const LONGEST_TABLE: usize = 512;

/// The shortest name of a table that a platform may have made shorter, in bytes: some databases permit 30.
const SHORTEST_CUT: usize = 30;

/// The shortest beginning of a delivered name that tells it, in bytes, in a table whose name may be cut.
const SHORTEST_PART: usize = 24;

/// The digits of the hash in which a name ends that could not keep its parts whole, with or without a zero before them.
const HASH_DIGITS: usize = 12;

/// The names, with former ones, of the workspaces, datastores and datasets that are delivered somewhere, in lower case: the tables are
/// called after them. Each with what is known of all that has it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct DeliveredNames<V> {
    names: FxHashMap<Text, V>,
    /// Of these names, in bytes.
    lengths: BTreeSet<usize>,
    /// Those of these names that a table may have cut.
    long: BTreeSet<Text>,
}

impl<V: Default> DeliveredNames<V> {
    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// What is known of a name, which is added.
    pub(super) fn add(&mut self, name: &str) -> &mut V {
        let name = folded(name);
        self.lengths.insert(name.len());
        if name.len() > SHORTEST_PART {
            self.long.insert(name.clone());
        }
        self.names.entry(name).or_default()
    }

    /// What is known of the names that a table may be called after: one of them begins or ends at a border of its words, whatever a
    /// platform puts before and after it, and however the table is quoted and qualified. A table whose name may be cut tells none of them,
    /// so it may be called after any.
    pub(super) fn of(&self, table: &str) -> Vec<&V> {
        match self.is_any(table) {
            true => self.names.values().collect(),
            false => self.whole(table),
        }
    }

    /// Whether a table may be called after any name, as it does not have all of them: its own name is too long to be looked into, has the
    /// hash by which platforms tell names apart that they cannot write, or begins a delivered name and goes on otherwise.
    pub(super) fn is_any(&self, table: &str) -> bool {
        if table.len() > LONGEST_TABLE {
            return true;
        }
        let table = folded(table);
        has_hash(&table) || (table.len() >= SHORTEST_CUT && borders(&table).any(|at| self.is_cut(&table, at)))
    }

    /// Whether only the beginning of a delivered name is in a folded table, from this byte on.
    fn is_cut(&self, table: &str, at: usize) -> bool {
        // A letter may have several bytes.
        let part = (at + SHORTEST_PART..=at + SHORTEST_PART + 3).find_map(|end| table.get(at..end));
        let Some(part) = part else { return false };
        let mut from = self.long.range::<str, _>((Bound::Included(part), Bound::Unbounded));
        let has_whole = || {
            let mut parts = self.lengths.iter().filter_map(|length| table.get(at..at + length));
            parts.any(|part| self.long.contains(part))
        };
        from.next().is_some_and(|name| name.starts_with(part)) && !has_whole()
    }

    /// What is known of the names that are in a table as a whole.
    pub(super) fn whole(&self, table: &str) -> Vec<&V> {
        if table.len() > LONGEST_TABLE {
            return self.names.values().collect();
        }
        let table = folded(table);
        let known = |part: Option<&str>| self.names.get(part?);
        let found = borders(&table).flat_map(|border| {
            self.lengths.iter().flat_map(move |length| {
                let before = border.checked_sub(*length).map(|from| from..border);
                [before, Some(border..border + length)]
            })
        });
        found.filter_map(|part| known(table.get(part?))).collect()
    }

    /// Whether a table may be one that is delivered.
    pub(super) fn may_be(&self, table: &str) -> bool {
        !self.of(table).is_empty()
    }
}

/// Whether a word of a folded name is a hash behind two separators, as in `people__0a1b2c3d4e5f6`.
fn has_hash(name: &str) -> bool {
    let mut words = name.split(|letter: char| !letter.is_alphanumeric()).peekable();
    // Between two separators there is an empty word.
    let is_hash = |word: &str| {
        let digits = word.strip_prefix('0').filter(|digits| digits.len() == HASH_DIGITS).unwrap_or(word);
        digits.len() == HASH_DIGITS && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
    };
    std::iter::from_fn(|| words.next().zip(words.peek().copied()))
        .any(|(before, word)| before.is_empty() && is_hash(word))
}

/// The places in a name at which a word begins or ends, in bytes.
fn borders(name: &str) -> impl Iterator<Item = usize> {
    let ends = name.char_indices().map(|(at, _)| at).chain([name.len()]);
    ends.filter(|at| {
        let before = name.get(..*at).and_then(|before| before.chars().next_back());
        let after = name.get(*at..).and_then(|after| after.chars().next());
        let is_letter = |letter: Option<char>| letter.is_some_and(char::is_alphanumeric);
        !is_letter(before) || !is_letter(after)
    })
}
