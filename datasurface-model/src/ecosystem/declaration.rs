//! Declarations: that there is a zone or a team, and whose it is.

use super::Repository;
use datasurface_schema::{Annotations, Entity, Name, Sparse, renamed};
use std::sync::Arc;

/// That there is something with an owner, as whoever is responsible for it declares it: its name and the repository that owns it; and
/// its definition, once the owner has given one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Declaration<N, D> {
    name: N,
    owner: Repository,
    definition: Option<Arc<D>>,
    about: Sparse<Annotations<N>>,
}

impl<N: Clone, D: Clone> Declaration<N, D> {
    /// A declaration without a definition.
    pub fn new(name: impl Into<N>, owner: impl Into<Repository>) -> Self {
        Self { name: name.into(), owner: owner.into(), definition: None, about: Sparse::default() }
    }

    /// The same declaration, defined.
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

    /// The declaration alone.
    pub(super) fn undefined(&self) -> Self {
        Self {
            name: self.name.clone(),
            owner: self.owner.clone(),
            definition: None,
            about: self.about.clone(),
        }
    }

    /// The repository that may define it.
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
