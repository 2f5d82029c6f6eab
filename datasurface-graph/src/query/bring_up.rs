//! The order in which platforms, datastores and transformers come up after a complete outage.

use super::{
    Queries,
    cycle::{CycleEntry, entered},
    order::in_order,
};
use crate::fragments::{Fragments, Origin, TransformerFragment};
use datasurface_model::{DatastoreName, Entity, PlatformName, WorkspaceName};
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The order of recovery after a complete outage: each step after those that it needs.
/// Where the order is free, it is that of names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BringUp {
    /// The platforms. Each needs those that hand data over to it.
    /// Platforms that hand data over to each other, but none of whose datastores needs itself, come in the order in
    /// which the first datastore of each does: nothing there is circular.
    pub platforms: Vec<Step<PlatformName>>,
    /// The datastores. Each needs those that its transformer, if it has one, reads.
    pub datastores: Vec<Step<DatastoreName>>,
    /// The transformers, by workspace. Each needs those that make what it reads.
    pub transformers: Vec<Step<WorkspaceName>>,
}

/// One step of an order of recovery.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Step<T> {
    /// An element that comes up on its own.
    One(T),
    /// A circular dependency: elements that need each other, in the order in which they come up.
    /// The operator has to begin with old data somewhere: best with the first element. Transformers that run before
    /// all of their inputs are there come before others, and then those that read something outside of the circle, too.
    /// The outputs of transformers come in the same order, and so do platforms.
    Circle(Vec<T>),
}

impl<T> Step<T> {
    /// The elements that come up in this step.
    #[must_use]
    pub fn members(&self) -> &[T] {
        match self {
            Self::One(one) => std::slice::from_ref(one),
            Self::Circle(cycle) => cycle,
        }
    }
}

impl Queries<'_> {
    /// Returns the order in which platforms, datastores and transformers come up after a complete outage.
    /// Circular dependencies are reported as [circles](Step::Circle).
    #[must_use]
    pub fn bring_up(&self) -> BringUp {
        let fragments = self.graphs.fragments();
        let datastores = entered_at_transformers(
            in_order(fragments.datastore_fragments.keys().cloned().collect(), &made_of(fragments)),
            |datastore| match &fragments.datastore_fragments.get(datastore)?.origin {
                Origin::Made { by } => fragments.transformer_fragments.get(by),
                Origin::Captured { .. } => None,
            },
        );
        let platforms = in_order(fragments.platforms.iter().cloned().collect(), &handing_over(fragments));
        BringUp {
            platforms: entered_at_datastores(platforms, &datastores, fragments),
            datastores,
            transformers: entered_at_transformers(
                in_order(fragments.transformer_fragments.keys().cloned().collect(), &reading(fragments)),
                |name| fragments.transformer_fragments.get(name),
            ),
        }
    }
}

/// The steps, where circles are of transformers, or of what they make: each circle in the order in which these run.
fn entered_at_transformers<'e, T: Clone>(
    steps: Vec<Step<T>>,
    transformer: impl Fn(&T) -> Option<&'e Arc<TransformerFragment>>,
) -> Vec<Step<T>> {
    let sorted = |cycle: Vec<T>| {
        let transformer_fragments: Vec<&TransformerFragment> = cycle
            .iter()
            .filter_map(&transformer)
            .map(|transformer_fragment| &**transformer_fragment)
            .collect();
        let order = in_order_of_running(&transformer_fragments);
        order.into_iter().filter_map(|at| cycle.get(at).cloned()).collect()
    };
    let steps = steps.into_iter().map(|step| match step {
        Step::One(one) => Step::One(one),
        Step::Circle(cycle) => Step::Circle(sorted(cycle)),
    });
    steps.collect()
}

/// The steps of platforms, where those that hand data over to each other come in the order in which the first datastore
/// does that each captures for all. They are a circle where datastores of several of them need each other, and then the order
/// of these counts.
fn entered_at_datastores(
    steps: Vec<Step<PlatformName>>,
    datastores: &[Step<DatastoreName>],
    fragments: &Fragments,
) -> Vec<Step<PlatformName>> {
    let primary = |datastore: &DatastoreName| Some(&fragments.datastore_fragments.get(datastore)?.primary);
    let mut first: BTreeMap<&PlatformName, usize> = BTreeMap::new();
    let mut first_in_cycle: BTreeMap<&PlatformName, (usize, usize)> = BTreeMap::new();
    for (at, step) in datastores.iter().enumerate() {
        let platforms: Vec<&PlatformName> = step.members().iter().filter_map(primary).collect();
        for platform in &platforms {
            first.entry(platform).or_insert(at);
        }
        if platforms.iter().any(|platform| Some(platform) != platforms.first()) {
            for (inside, platform) in platforms.iter().enumerate() {
                first_in_cycle.entry(platform).or_insert((at, inside));
            }
        }
    }
    let steps = steps.into_iter().flat_map(|step| {
        let Step::Circle(mut platforms) = step else { return vec![step] };
        platforms.sort_by_key(|platform| {
            let in_cycle = first_in_cycle.get(platform).copied();
            (in_cycle.is_none(), in_cycle, first.get(platform).copied())
        });
        match platforms.iter().any(|platform| first_in_cycle.contains_key(platform)) {
            true => vec![Step::Circle(platforms)],
            false => platforms.into_iter().map(Step::One).collect(),
        }
    });
    steps.collect()
}

/// The positions of transformers that need each other, in the order in which they run.
fn in_order_of_running(cycle: &[&TransformerFragment]) -> Vec<usize> {
    let makers: BTreeMap<&DatastoreName, usize> =
        cycle.iter().map(|transformer_fragment| transformer_fragment.output()).zip(0..).collect();
    let mut readers = vec![Vec::new(); cycle.len()];
    for (reader, transformer_fragment) in cycle.iter().enumerate() {
        let inside = transformer_fragment.sources().iter().filter_map(|source| makers.get(source.name()));
        inside.for_each(|maker| readers.get_mut(*maker).into_iter().for_each(|readers| readers.push(reader)));
    }
    let entry = |at: usize| {
        let transformer_fragment = cycle.get(at)?;
        let has_nothing =
            transformer_fragment.sources().iter().all(|source| makers.contains_key(source.name()));
        Some(CycleEntry { waits: transformer_fragment.waits(), has_nothing })
    };
    let all: Vec<usize> = (0..cycle.len()).collect();
    entered(&all, |maker| readers.get(maker).cloned().unwrap_or_default(), entry)
}

fn handing_over(fragments: &Fragments) -> BTreeSet<(PlatformName, PlatformName)> {
    let parts = fragments.datastore_fragments.values().flat_map(|datastore_fragment| {
        datastore_fragment.parts().iter().map(move |part| (&datastore_fragment.primary, &part.platform))
    });
    let between: BTreeSet<_> = parts.filter(|(from, to)| from != to).collect();
    between.into_iter().map(|(from, to)| (from.clone(), to.clone())).collect()
}

fn made_of(fragments: &Fragments) -> BTreeSet<(DatastoreName, DatastoreName)> {
    let transformer_fragments = fragments.transformer_fragments.values();
    transformer_fragments
        .flat_map(|transformer_fragment| {
            let inputs = transformer_fragment.sources().iter().map(|datastore| datastore.name().clone());
            inputs.map(|input| (input, transformer_fragment.output().clone()))
        })
        .collect()
}

fn reading(fragments: &Fragments) -> BTreeSet<(WorkspaceName, WorkspaceName)> {
    let transformer_fragments = fragments.transformer_fragments.values();
    transformer_fragments
        .flat_map(|transformer_fragment| {
            let inputs = transformer_fragment.sources().iter().filter_map(|datastore| {
                match &fragments.datastore_fragments.get(datastore.name())?.origin {
                    Origin::Made { by } => Some(by.clone()),
                    Origin::Captured { .. } => None,
                }
            });
            inputs.map(|maker| (maker, transformer_fragment.name().clone()))
        })
        .collect()
}
