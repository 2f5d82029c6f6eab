//! The names under which data is delivered, and whether a table may be one of those that a platform made of them.

use crate::validate::unit_members::folded;
use datasurface_schema::Text;
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

/// The longest name of a table that is looked into, in bytes: a longer one may be anything. Servers permit less for all its parts.
const LONGEST_TABLE: usize = 512;

/// The names, with former ones, of the workspaces, datastores and datasets that are delivered somewhere, in lower case: the tables are
/// called after them. Each with what is known of all that has it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct DeliveredNames<V> {
    names: FxHashMap<Text, V>,
    /// Of these names, in bytes.
    lengths: BTreeSet<usize>,
}

impl<V: Default> DeliveredNames<V> {
    pub(super) fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// What is known of a name, which is added.
    pub(super) fn add(&mut self, name: &str) -> &mut V {
        self.lengths.insert(name.len());
        self.names.entry(folded(name)).or_default()
    }

    /// What is known of the names that a table may be called after: one of them begins or ends at a border of its words, whatever a
    /// platform puts before and after it, and however the table is quoted and qualified.
    pub(super) fn of(&self, table: &str) -> Vec<&V> {
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
