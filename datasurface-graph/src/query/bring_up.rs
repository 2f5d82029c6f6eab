//! In which order things come up after a complete outage.

use super::{Questions, order::in_order};
use crate::estate::{Estate, Origin};
use datasurface_model::{DatastoreName, Entity, PlatformName, WorkspaceName};
use serde::Serialize;
use std::collections::BTreeSet;

/// What to bring up, each after what it needs. Where the order is free, it is that of names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BringUp {
    /// A platform needs those that hand data over to it.
    pub platforms: Vec<Step<PlatformName>>,
    /// A datastore needs those that the transformer reads which makes it.
    pub datastores: Vec<Step<DatastoreName>>,
    /// A transformer needs those that make what it reads. Named by workspace.
    pub transformers: Vec<Step<WorkspaceName>>,
}

/// One step.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step<T> {
    /// It comes up on its own.
    One(T),
    /// They need each other: a circular dependency. Whoever brings them up has to begin with old data somewhere.
    Circle(Vec<T>),
}

impl<T> Step<T> {
    /// What comes up in this step.
    #[must_use]
    pub fn members(&self) -> &[T] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Circle(circle) => circle,
        }
    }
}

impl Questions<'_> {
    /// In which order platforms, datastores and transformers come up after a complete outage. Circular dependencies are
    /// named.
    #[must_use]
    pub fn bring_up(&self) -> BringUp {
        let estate = self.graphs.estate();
        BringUp {
            platforms: in_order(estate.platforms.iter().cloned().collect(), &handing_over(estate)),
            datastores: in_order(estate.supplies.keys().cloned().collect(), &made_of(estate)),
            transformers: in_order(estate.derivations.keys().cloned().collect(), &reading(estate)),
        }
    }
}

fn handing_over(estate: &Estate) -> BTreeSet<(PlatformName, PlatformName)> {
    let parts = estate
        .supplies
        .values()
        .flat_map(|supply| supply.parts().iter().map(move |part| (&supply.primary, &part.platform)));
    let between: BTreeSet<_> = parts.filter(|(from, to)| from != to).collect();
    between.into_iter().map(|(from, to)| (from.clone(), to.clone())).collect()
}

fn made_of(estate: &Estate) -> BTreeSet<(DatastoreName, DatastoreName)> {
    let derivations = estate.derivations.values();
    derivations
        .flat_map(|derivation| {
            let inputs = derivation.sources().iter().map(|datastore| datastore.name().clone());
            inputs.map(|input| (input, derivation.output().clone()))
        })
        .collect()
}

fn reading(estate: &Estate) -> BTreeSet<(WorkspaceName, WorkspaceName)> {
    let derivations = estate.derivations.values();
    derivations
        .flat_map(|derivation| {
            let inputs = derivation.sources().iter().filter_map(|datastore| {
                match &estate.supplies.get(datastore.name())?.origin {
                    Origin::Made { by } => Some(by.clone()),
                    Origin::Captured { .. } => None,
                }
            });
            inputs.map(|maker| (maker, derivation.name().clone()))
        })
        .collect()
}
