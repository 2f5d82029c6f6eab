//! Suggestions: findings that say how the model has to be patched to be rid of them.
//!
//! A suggestion that is followed resolves its finding, and brings no new error. Tests follow the suggestions of every fixture, those of
//! the broker included, and of every mutation. One that completes a list adds one element, so that several can be followed one after
//! another.

use super::{ModelPath, Printable};
use crate::ecosystem::Repository;
use datasurface_schema::{Json, Text};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A change of the model that resolves a finding, and brings no error about that was not there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
pub struct Suggestion {
    /// The path of the part to change.
    pub path: ModelPath,
    /// The change.
    pub patch: Patch,
    /// The repository that owns the place and has to make the change, after
    /// [`with_addressees`](super::Findings::with_addressees).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addressee: Option<Repository>,
}

/// A change of the part at one place of the model.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "json-schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Patch {
    /// A new value in place of the present one, in the form of documents.
    Put(Json),
    /// A new element of the list, in the form of documents, unless the list has one of the same name. A list that is left out
    /// is created. Several suggestions that add to one list can be applied one after another.
    Add(Json),
    /// A new name; nothing else changes.
    Rename(Text),
    /// The removal of the part. Of several of the same name, one is removed.
    Remove,
}

impl Suggestion {
    fn new(path: ModelPath, patch: Patch) -> Self {
        Self { path, patch, addressee: None }
    }

    /// Creates a suggestion to put a value at a place.
    pub fn put(path: ModelPath, value: impl Into<serde_json::Value>) -> Self {
        Self::new(path, Patch::Put(value.into().into()))
    }

    /// Creates a suggestion to add an element to a list.
    pub fn add(list: ModelPath, element: impl Into<serde_json::Value>) -> Self {
        Self::new(list, Patch::Add(element.into().into()))
    }

    /// Creates a suggestion to rename the part at a place.
    pub fn rename(path: ModelPath, name: impl Into<Text>) -> Self {
        Self::new(path, Patch::Rename(name.into()))
    }

    /// Creates a suggestion to remove the part at a place.
    #[must_use]
    pub fn remove(path: ModelPath) -> Self {
        Self::new(path, Patch::Remove)
    }
}

impl fmt::Display for Suggestion {
    /// Prints the action and the repository, for people: `take away zones/USA/… (in github:nw/usa@main)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = Printable(&self.path);
        match &self.patch {
            Patch::Put(value) => write!(f, "put {} at {path}", Printable(value)),
            Patch::Add(element) => write!(f, "add {} to {path}", Printable(element)),
            Patch::Rename(name) => write!(f, "call it `{}` at {path}", Printable(name)),
            Patch::Remove => write!(f, "take away {path}"),
        }?;
        match &self.addressee {
            Some(repository) => write!(f, " (in {})", Printable(repository)),
            None => Ok(()),
        }
    }
}
