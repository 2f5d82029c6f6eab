//! One reference by a former name.

use crate::{
    diagnostic::{ModelPath, Suggestion},
    ownership::OwnedPart,
    reference::Reference,
};
use datasurface_schema::DatasetKey;

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
    ShortValue,
    /// As the name of an element of a collection, without the names of what is around it.
    ShortName,
    /// As a part of an element, without the names of what is around it.
    ShortPart,
    /// As an input in a statement of a transformer.
    Input,
}

impl FormerSpelling {
    /// Creates the reference of a statement to an input, by a key that this had before.
    #[must_use]
    pub fn of_input(statement: ModelPath, spelled: DatasetKey, meant: DatasetKey) -> Self {
        let (spelled, meant) = (Reference::Dataset(spelled), Reference::Dataset(meant));
        Self { path: statement, kind: SpellingKind::Input, spelled, meant }
    }

    /// Creates the reference of a consent to what it lets go, by a key that this had before.
    #[must_use]
    pub fn of_consent(consent: ModelPath, spelled: DatasetKey, meant: DatasetKey) -> Self {
        let (spelled, meant) = (Reference::Dataset(spelled), Reference::Dataset(meant));
        Self { path: consent, kind: SpellingKind::Part, spelled, meant }
    }

    /// The part of the model that has the reference.
    #[must_use]
    pub fn part(&self) -> OwnedPart {
        OwnedPart::from_path(&self.path)
    }

    /// The former name, as it is written.
    #[must_use]
    pub fn spelled(&self) -> String {
        match (self.kind, &self.spelled) {
            (SpellingKind::Input, Reference::Dataset(key)) => key.input_name(),
            (_, spelled) => spelled.to_string(),
        }
    }

    /// The name that the thing has now.
    #[must_use]
    pub fn meant(&self) -> String {
        match (self.kind, &self.meant) {
            (SpellingKind::Input, Reference::Dataset(key)) => key.input_name(),
            (_, meant) => meant.to_string(),
        }
    }

    /// The name that the thing has now, as it is written at this place.
    #[must_use]
    pub fn replacement(&self) -> String {
        use SpellingKind::{ShortName, ShortPart, ShortValue};
        match (self.kind, &self.meant) {
            (ShortValue | ShortName | ShortPart, Reference::Dataset(key)) => key.dataset.to_string(),
            _ => self.meant(),
        }
    }

    /// The reference, as it is written.
    #[must_use]
    pub fn reference(&self) -> &Reference {
        &self.spelled
    }

    /// Returns the change that writes the present name; none where the reference is a part of a name or of a statement.
    #[must_use]
    pub fn correction(&self) -> Option<Suggestion> {
        match self.kind {
            SpellingKind::Value | SpellingKind::ShortValue => {
                Some(Suggestion::put(self.path.clone(), self.replacement().as_str()))
            }
            SpellingKind::Name | SpellingKind::ShortName => {
                Some(Suggestion::rename(self.path.clone(), self.replacement()))
            }
            SpellingKind::Part | SpellingKind::ShortPart | SpellingKind::Input => None,
        }
    }
}
