//! Declarations: that there is a zone or a team, and whose it is.

use super::Repository;
use datasurface_schema::{Annotations, Entity, Name, Sparse, renamed};
use std::sync::Arc;

/// A declaration of an owned part by the owner of its parent: the name, the repository that owns the part, and the
/// definition, once that owner has given one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Declaration<N, D> {
    name: N,
    owner: Repository,
    definition: Option<Arc<D>>,
    about: Sparse<Annotations<N>>,
}

impl<N: Clone, D: Clone> Declaration<N, D> {
    /// Creates a declaration without a definition.
    pub fn new(name: impl Into<N>, owner: impl Into<Repository>) -> Self {
        Self { name: name.into(), owner: owner.into(), definition: None, about: Sparse::default() }
    }

    /// Sets the definition.
    #[must_use]
    pub fn defined(mut self, definition: impl Into<Arc<D>>) -> Self {
        self.definition = Some(definition.into());
        self
    }

    renamed!(N);

    pub(super) fn edit(mut self, change: impl FnOnce(D) -> D) -> Self {
        self.definition =
            self.definition.map(|definition| Arc::new(change(Arc::unwrap_or_clone(definition))));
        self
    }

    /// Replaces the owner.
    pub(super) fn with_owner(mut self, owner: Repository) -> Self {
        self.owner = owner;
        self
    }

    /// Returns the declaration without its definition.
    pub(super) fn undefined(&self) -> Self {
        Self {
            name: self.name.clone(),
            owner: self.owner.clone(),
            definition: None,
            about: self.about.clone(),
        }
    }

    /// The repository that owns the part, and alone may define it.
    #[must_use]
    pub fn owner(&self) -> &Repository {
        &self.owner
    }

    /// The definition, if there is one.
    #[must_use]
    pub fn definition(&self) -> Option<&Arc<D>> {
        self.definition.as_ref()
    }
}

impl<N: Name, D: Clone + Ord> Entity for Declaration<N, D> {
    type Name = N;

    fn name(&self) -> &N {
        &self.name
    }
}
