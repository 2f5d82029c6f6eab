//! Suggestions: findings that say how the model has to be patched to be rid of them.
//!
//! A suggestion that is followed resolves its finding, and brings no new error. Tests follow the suggestions of every fixture, those of
//! the broker included, and of every mutation. One that completes a list adds one element, so that several can be followed one after
//! another.

use super::ModelPath;
use crate::ecosystem::Repository;
use datasurface_schema::{Json, Text};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A change of the model that resolves a finding, and brings no error about that was not there.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Suggestion {
    /// What to change.
    pub path: ModelPath,
    /// How.
    pub patch: Patch,
    /// Who has to change it: the repository that owns the place, once somebody has
    /// [looked that up](super::Findings::addressed).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addressee: Option<Repository>,
}

/// How to change what is at a place of the model.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Patch {
    /// Put this there, instead of what is there now; as a document has it.
    Put(Json),
    /// Add this element to the list there, unless it has one that is called the same; as a document has it. Several that
    /// add to one list can be followed one after another.
    Add(Json),
    /// Call it this, and let it be as it is otherwise.
    Rename(Text),
    /// Take it away. Of several that are called the same, one.
    Remove,
}

impl Suggestion {
    fn new(path: ModelPath, patch: Patch) -> Self {
        Self { path, patch, addressee: None }
    }

    /// To put a value at a place.
    pub fn put(path: ModelPath, value: impl Into<serde_json::Value>) -> Self {
        Self::new(path, Patch::Put(value.into().into()))
    }

    /// To add an element to a list.
    pub fn add(list: ModelPath, element: impl Into<serde_json::Value>) -> Self {
        Self::new(list, Patch::Add(element.into().into()))
    }

    /// To call what is at a place by another name.
    pub fn rename(path: ModelPath, name: impl Into<Text>) -> Self {
        Self::new(path, Patch::Rename(name.into()))
    }

    /// To take away what is at a place.
    #[must_use]
    pub fn remove(path: ModelPath) -> Self {
        Self::new(path, Patch::Remove)
    }
}

impl fmt::Display for Suggestion {
    /// What to do, and in which repository, for people: `take away zones/USA/… (in github:nw/usa@main)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = &self.path;
        match &self.patch {
            Patch::Put(value) => write!(f, "put {value} at {path}"),
            Patch::Add(element) => write!(f, "add {element} to {path}"),
            Patch::Rename(name) => write!(f, "call it `{name}` at {path}"),
            Patch::Remove => write!(f, "take away {path}"),
        }?;
        match &self.addressee {
            Some(repository) => write!(f, " (in {repository})"),
            None => Ok(()),
        }
    }
}
