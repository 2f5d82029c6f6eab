//! What is in a part of a statement that is not understood: all that it names.

use super::{Compiler, MadeTable, expression::READERS, scope::Scope};
use crate::{
    input::is,
    passed_on::{PassedOn, Step},
};
use std::{collections::BTreeSet, fmt::Display};

const QUOTES: [char; 2] = ['"', '`'];

fn is_of_word(letter: char) -> bool {
    letter.is_alphanumeric() || letter == '_'
}

impl Compiler<'_, '_> {
    /// Returns the columns that a part names, and those of the tables that it names or reads all of.
    pub(super) fn mentioned(&self, part: &dyn Display, scope: Option<&Scope<'_>>) -> PassedOn {
        let text = part.to_string();
        let is_odd = |name: &&str| name.contains(|letter: char| !is_of_word(letter));
        // Each once: a part may name a large table many times.
        let mut names: BTreeSet<(&str, bool)> =
            text.split(QUOTES).filter(is_odd).map(|name| (name, false)).collect();
        let plain = text.replace(QUOTES, "");
        let mut rest = plain.as_str();
        while let Some(start) = rest.find(is_of_word) {
            let from_start = rest.split_at(start).1;
            let end = from_start.find(|letter| !is_of_word(letter)).unwrap_or(from_start.len());
            let (name, behind) = from_start.split_at(end);
            names.insert((name, behind.starts_with('.') && !behind.starts_with(".*")));
            rest = behind;
        }
        let meant = names.into_iter().map(|(name, is_qualifier)| self.meant_by(name, is_qualifier, scope));
        let mut mentioned: PassedOn = meant.collect();
        let reads_all = text.starts_with('*') || ["(*", ", *"].iter().any(|all| text.contains(all));
        if reads_all {
            mentioned.add(scope.map(Scope::everything).unwrap_or_default());
        }
        mentioned
    }

    fn meant_by(&self, name: &str, is_qualifier: bool, scope: Option<&Scope<'_>>) -> PassedOn {
        let mut meant = scope.map(|scope| scope.meant_by(name, !is_qualifier)).unwrap_or_default();
        if is_qualifier {
            return meant;
        }
        if READERS.iter().any(|reader| is(reader, name)) {
            meant.add(scope.map(Scope::everything).unwrap_or_default());
        }
        let with =
            self.with.iter().filter(|table| table.name.as_ref().is_some_and(|own| is(&own.value, name)));
        for table in with.filter_map(|table| table.made.as_deref()) {
            meant.add(table.everything());
        }
        for input in self.inputs.all(name) {
            meant.add(input.everything());
        }
        meant
    }

    /// A table of which nothing is known but what makes it.
    pub(super) fn open(&self, made_by: &dyn Display, scope: Option<&Scope<'_>>) -> MadeTable {
        MadeTable::open(self.mentioned(made_by, scope).after(Step::MAKE))
    }
}
