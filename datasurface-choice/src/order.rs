//! The order in which datastores follow from each other through transformers.

use datasurface_model::{DatastoreName, Ecosystem, Entity, Valid};
use std::collections::{BTreeMap, BTreeSet};

/// The datastores that the transformer reads which fills a datastore.
pub(crate) fn inputs<'a>(
    ecosystem: &'a Valid<Ecosystem>,
    output: &DatastoreName,
) -> BTreeSet<&'a DatastoreName> {
    let producer = ecosystem.producer(output);
    let groups = producer.into_iter().flat_map(|workspace| workspace.entity.groups());
    groups.flat_map(|group| group.sinks().iter().map(|sink| &sink.name().datastore)).collect()
}

/// Datastores, in an order in which each comes after the outputs of all transformers that read it.
pub(crate) struct Order<'n> {
    pub(crate) datastores: Vec<&'n DatastoreName>,
    /// Whether transformers read each other in a circle. The first by name begins there.
    pub(crate) is_circular: bool,
}

/// These datastores, and all from which the data of transformers' outputs among them comes.
pub(crate) fn upstream(
    ecosystem: &Valid<Ecosystem>,
    datastores: &BTreeSet<DatastoreName>,
) -> BTreeSet<DatastoreName> {
    let mut all = datastores.clone();
    let mut waiting: Vec<&DatastoreName> = datastores.iter().collect();
    while let Some(next) = waiting.pop() {
        for input in inputs(ecosystem, next) {
            if all.insert(input.clone()) {
                waiting.push(input);
            }
        }
    }
    all
}

/// Orders datastores. One that reads itself is no circle.
pub(crate) fn outputs_first<'n>(
    ecosystem: &Valid<Ecosystem>,
    datastores: &'n BTreeSet<DatastoreName>,
) -> Order<'n> {
    let mut undecided_readers: BTreeMap<&DatastoreName, usize> = BTreeMap::new();
    for output in datastores {
        for input in inputs(ecosystem, output).into_iter().filter(|input| *input != output) {
            *undecided_readers.entry(input).or_default() += 1;
        }
    }
    let mut waiting: BTreeSet<&DatastoreName> = datastores.iter().collect();
    let mut ready: BTreeSet<&DatastoreName> =
        datastores.iter().filter(|name| !undecided_readers.contains_key(name)).collect();
    let mut order = Order { datastores: Vec::with_capacity(datastores.len()), is_circular: false };
    while let Some(first) = waiting.first().copied() {
        let next = ready.pop_first().unwrap_or_else(|| {
            order.is_circular = true;
            first
        });
        if !waiting.remove(next) {
            continue;
        }
        order.datastores.push(next);
        for input in inputs(ecosystem, next).into_iter().filter(|input| *input != next) {
            if let Some(readers) = undecided_readers.get_mut(input) {
                *readers = readers.saturating_sub(1);
                if *readers == 0
                    && let Some(input) = datastores.get(input)
                {
                    ready.insert(input);
                }
            }
        }
    }
    order
}
