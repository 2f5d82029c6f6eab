//! The names under which data is delivered, and whether a table may be one of those that a platform made of them.

use crate::validate::unit_members::folded;
use datasurface_schema::Text;
use rustc_hash::FxHashSet;
use std::collections::BTreeSet;

/// The longest name of a table that is looked into, in bytes: a longer one may be anything. Servers permit less for all its parts.
const LONGEST_TABLE: usize = 512;

/// The names, with former ones, of the workspaces, datastores and datasets that are delivered somewhere, in lower case: the tables are
/// called after them.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct DeliveredNames {
    names: FxHashSet<Text>,
    /// Of these names, in bytes.
    lengths: BTreeSet<usize>,
}

impl DeliveredNames {
    pub(super) fn extend<'n>(&mut self, names: impl IntoIterator<Item = &'n str>) {
        for name in names {
            self.lengths.insert(name.len());
            self.names.insert(folded(name));
        }
    }

    /// Whether a table may be one that is delivered: a name begins or ends at a border of its words, whatever a platform puts before
    /// and after it, and however the table is quoted and qualified.
    pub(super) fn may_be(&self, table: &str) -> bool {
        if table.len() > LONGEST_TABLE {
            return true;
        }
        let table = folded(table);
        let is_delivered = |part: Option<&str>| part.is_some_and(|part| self.names.contains(part));
        borders(&table).any(|border| {
            self.lengths.iter().any(|length| {
                let before = border.checked_sub(*length).and_then(|from| table.get(from..border));
                is_delivered(before) || is_delivered(table.get(border..border + length))
            })
        })
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
