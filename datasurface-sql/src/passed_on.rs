//! Which columns can be read off a value, and how they are in it.

use crate::ColumnKey;
use std::collections::{BTreeMap, btree_map::Entry};

/// The columns that are in a value, but for those that are removed on the way.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct PassedOn(BTreeMap<(ColumnKey, Seals), Form>);

/// How many times a value was sealed with a key, less the times that it was opened. Which function opens which seal is not looked at: whoever
/// mixes them up passes nothing on that anybody wants.
type Seals = i32;

/// How a column is in a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    /// The value is that of the column, perhaps in other cases.
    Itself,
    /// The value is made of it, and it can be read of that.
    Within,
    /// The value has a part of it, which does not tell it, and nothing else of it.
    Part(u32),
}

impl PassedOn {
    pub(crate) const fn new() -> Self {
        Self(BTreeMap::new())
    }
}

impl Form {
    /// How a column is in a value that has it in two forms: two parts of it may be all of it.
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (one, other) if one == other => one,
            (Self::Itself, Self::Part(_)) | (Self::Part(_), Self::Itself) => Self::Itself,
            _ => Self::Within,
        }
    }
}

/// What is done to a value: the forms that columns of each form have then. A part stays one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Step {
    itself: Form,
    within: Form,
    seals: Seals,
}

impl Step {
    /// Keeps the value.
    pub(crate) const KEEP: Self = Self { itself: Form::Itself, within: Form::Within, seals: 0 };
    /// Makes something else of it.
    pub(crate) const MAKE: Self = Self { itself: Form::Within, ..Self::KEEP };
    /// Seals it with a key.
    pub(crate) const SEAL: Self = Self { seals: 1, ..Self::MAKE };
    /// Opens it with a key.
    pub(crate) const OPEN: Self = Self { seals: -1, ..Self::MAKE };

    /// Takes a part of it. Of what was made first, that may be any value.
    pub(crate) const fn take(part: u32) -> Self {
        Self { itself: Form::Part(part), ..Self::KEEP }
    }

    /// Takes some kinds of letters out of it, whatever it was made of.
    pub(crate) const fn mask(part: u32) -> Self {
        Self { within: Form::Part(part), ..Self::take(part) }
    }

    /// Both, this one first.
    pub(crate) fn then(self, next: Self) -> Self {
        let Self { itself, within, seals } = self;
        Self { itself: next.of(itself), within: next.of(within), seals: seals.saturating_add(next.seals) }
    }

    fn of(self, form: Form) -> Form {
        match form {
            Form::Itself => self.itself,
            Form::Within => self.within,
            Form::Part(_) => form,
        }
    }
}

impl PassedOn {
    /// Returns what is in the value of a column.
    pub(crate) fn column(column: ColumnKey) -> Self {
        Self(BTreeMap::from([((column, 0), Form::Itself)]))
    }

    /// Returns what is in a value after a step.
    pub(crate) fn after(self, step: Step) -> Self {
        let mut after = Self::default();
        for ((column, seals), form) in self.0 {
            after.insert((column, seals.saturating_add(step.seals)), step.of(form));
        }
        after
    }

    /// Adds what is in another value, of which this one is made as well, or which it may be.
    pub(crate) fn add(&mut self, other: Self) {
        for (column, form) in other.0 {
            self.insert(column, form);
        }
    }

    fn insert(&mut self, column: (ColumnKey, Seals), form: Form) {
        match self.0.entry(column) {
            Entry::Vacant(place) => {
                place.insert(form);
            }
            Entry::Occupied(mut place) => {
                let both = place.get().and(form);
                place.insert(both);
            }
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Returns the columns that can be read.
    pub(crate) fn readable(&self) -> impl Iterator<Item = &ColumnKey> {
        let readable =
            self.0.iter().filter(|((_, seals), form)| *seals <= 0 && !matches!(form, Form::Part(_)));
        readable.map(|((column, _), _)| column)
    }
}

impl FromIterator<Self> for PassedOn {
    fn from_iter<I: IntoIterator<Item = Self>>(all: I) -> Self {
        let mut together = Self::default();
        all.into_iter().for_each(|one| together.add(one));
        together
    }
}
