//! One reference by a former name.

use crate::{
    diagnostic::{ModelPath, Suggestion},
    ownership::OwnedPart,
    reference::Reference,
};

/// A reference by a former name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FormerSpelling {
    /// The place of the reference.
    pub path: ModelPath,
    pub(super) kind: SpellingKind,
    pub(super) spelled: Reference,
    pub(super) meant: Reference,
}

/// How a reference is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SpellingKind {
    /// As the value of an attribute.
    Value,
    /// As the name of an element of a collection.
    Name,
    /// As a part of an element.
    Part,
    /// As the value of an attribute, without the names of what is around it.
    Short,
}

impl FormerSpelling {
    /// The part of the model that has the reference.
    #[must_use]
    pub fn part(&self) -> OwnedPart {
        OwnedPart::from_path(&self.path)
    }

    /// The former name, as it is written.
    #[must_use]
    pub fn spelled(&self) -> String {
        self.spelled.to_string()
    }

    /// The name that the thing has now.
    #[must_use]
    pub fn meant(&self) -> String {
        self.meant.to_string()
    }

    /// The name that the thing has now, as it is written at this place.
    #[must_use]
    pub fn replacement(&self) -> String {
        match (self.kind, &self.meant) {
            (SpellingKind::Short, Reference::Dataset(key)) => key.dataset.to_string(),
            _ => self.meant(),
        }
    }

    /// The reference, as it is written.
    #[must_use]
    pub fn reference(&self) -> &Reference {
        &self.spelled
    }

    /// Returns the change that writes the present name; none where the reference is a part of a name.
    #[must_use]
    pub fn correction(&self) -> Option<Suggestion> {
        match self.kind {
            SpellingKind::Value | SpellingKind::Short => {
                Some(Suggestion::put(self.path.clone(), self.replacement().as_str()))
            }
            SpellingKind::Name => Some(Suggestion::rename(self.path.clone(), self.meant())),
            SpellingKind::Part => None,
        }
    }
}
