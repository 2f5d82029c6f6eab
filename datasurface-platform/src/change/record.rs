//! What is remembered of a scope.

use super::{ChangeHeader, ListedReaders, RenderingChange};
use crate::{
    error::{PlatformError, PlatformErrorKind},
    rendering::{FileRecord, Resource, ResourceAddress, SafePath},
    view::Scope,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    sync::Arc,
};

/// The attributes of a resource, by name.
pub type Attributes = BTreeMap<String, Value>;

/// The record of a rendered scope: its resources, and the hashes of its files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScopeRecord {
    /// The files, by path.
    pub files: BTreeMap<SafePath, FileRecord>,
    /// The resources, by address.
    pub resources: BTreeMap<ResourceAddress, Resource>,
}

/// A scope that differs: what it was, and what it is. One that came or went is empty on one side.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ScopeChange {
    /// The scope that changes.
    pub scope: Scope,
    /// The scope at the base revision.
    pub old: Arc<ScopeRecord>,
    /// The scope as it is rendered now.
    pub new: Arc<ScopeRecord>,
}

/// Scopes that differ, loaded one by one.
pub trait ScopeChanges: fmt::Debug {
    /// The number of scopes.
    fn count(&self) -> usize;

    /// Loads the scope at a position.
    ///
    /// # Errors
    ///
    /// If there is no such position, or the record of the scope cannot be read.
    fn load(&self, position: usize) -> Result<ScopeChange, PlatformError>;

    /// Returns the pending transition files: those of earlier revisions that nobody recorded as applied, by path relative to the folder of
    /// the platform.
    fn pending_transitions(&self) -> BTreeSet<SafePath> {
        BTreeSet::new()
    }
}

impl ScopeChanges for Vec<ScopeChange> {
    fn count(&self) -> usize {
        self.len()
    }

    fn load(&self, position: usize) -> Result<ScopeChange, PlatformError> {
        let beyond =
            || PlatformError::new(PlatformErrorKind::Internal, "a scope was asked for that does not exist");
        self.get(position).cloned().ok_or_else(beyond)
    }
}

/// A change with all its scopes, as it crosses between programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OwnedChange {
    /// The part of the change that is about no single scope.
    pub frame: ChangeHeader,
    /// The scopes that differ.
    pub scopes: Vec<ScopeChange>,
    /// The readers of the datasets that are held there.
    #[serde(default, skip_serializing_if = "ListedReaders::is_empty")]
    pub readers: ListedReaders,
    /// The pending transition files.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub pending_transitions: BTreeSet<SafePath>,
}

impl ScopeChanges for OwnedChange {
    fn count(&self) -> usize {
        self.scopes.count()
    }

    fn load(&self, position: usize) -> Result<ScopeChange, PlatformError> {
        self.scopes.load(position)
    }

    fn pending_transitions(&self) -> BTreeSet<SafePath> {
        self.pending_transitions.clone()
    }
}

impl OwnedChange {
    /// The change, as a platform is given it.
    #[must_use]
    pub fn as_change(&self) -> RenderingChange<'_> {
        RenderingChange::new(&self.frame, self).with_readers(&self.readers)
    }
}
