//! Demand: the datastores that are needed, before a platform is assigned to capture each.

use crate::assignments::Assignments;
use datasurface_model::{Datastore, DatastoreName, Ecosystem, Entity, Valid};
use std::collections::BTreeSet;

/// Returns the datastores that the assigned groups need, on all platforms, directly or through transformers.
/// Each of them needs a primary before a graph can be built.
#[must_use]
pub fn datastores_needed(ecosystem: &Valid<Ecosystem>, assignments: &Assignments) -> BTreeSet<DatastoreName> {
    let mut needed = BTreeSet::new();
    let mut waiting: Vec<&DatastoreName> = assignments
        .served_groups()
        .filter_map(|(key, _)| ecosystem.workspace(&key.workspace)?.entity.groups().get(&key.group))
        .flat_map(|group| group.sinks().iter().map(|sink| &sink.name().datastore))
        .collect();
    while let Some(name) = waiting.pop() {
        let Some(store) = ecosystem.datastore(name).map(|located| &located.entity) else {
            continue;
        };
        if needed.insert(Datastore::name(store).clone())
            && let Some(producer) = ecosystem.producer(name)
        {
            let groups = producer.entity.groups().iter();
            waiting.extend(groups.flat_map(|group| group.sinks().iter().map(|sink| &sink.name().datastore)));
        }
    }
    needed
}
