//! What is read is there, on whatever platform, and what reads less by the model of now keeps what it reads.

use datasurface_broker::{Lock, Manifest, Placed, PlatformRecord};
use datasurface_graph::{DatasetFacts, NodeDetail, NodeFacts, NodeKey, StorageOf};
use datasurface_model::{DatasetKey, PlatformName, Schema, SchemaChange};
use std::collections::{BTreeMap, BTreeSet};

/// Checks that each node reads what the node that it reads from offers, and returns how often that is on another platform.
pub(super) fn all_that_is_read_is_there(manifest: &Manifest) -> usize {
    let records: BTreeMap<&PlatformName, &PlatformRecord> =
        manifest.platforms().values().map(|record| (record.instance.storage_name(), record)).collect();
    let mut crossings = 0;
    for record in manifest.platforms().values() {
        for (key, node) in &record.nodes {
            let view = node.view.view().unwrap();
            for input in view.inputs() {
                let from = view.facts().storage.node(&input.from);
                let Some(other) = records.get(from.platform()) else {
                    panic!("`{key}` reads `{from}`, whose platform is gone");
                };
                let dataset = view.facts().storage.dataset(input.offer.dataset());
                let is_export = |key: &NodeKey| matches!(key, NodeKey::Export { .. });
                let offers = other.nodes.iter().filter(|(key, _)| is_export(key) == is_export(&from));
                let offers = offers.flat_map(|(_, source)| {
                    let storage = &source.view.view().unwrap().facts().storage;
                    source.offers.iter().map(move |offer| (storage.dataset(offer.dataset()), offer))
                });
                let is_there = offers.clone().any(|(offered, offer)| {
                    offered == dataset
                        && offer.address() == input.offer.address()
                        && offer.format() == input.offer.format()
                        && offer.custody().covers(input.offer.custody())
                });
                let reads = schema(view.facts(), &dataset);
                let sources = other.nodes.values().map(|source| source.view.view().unwrap().facts());
                let made = sources.filter(|facts| is_export(&facts.key) == is_export(&from));
                let made: Vec<&Schema> = made.filter_map(|facts| schema(facts, &dataset)).collect();
                let is_unbroken = |made: &&Schema| {
                    let broken = |change: &SchemaChange| change.broken_rule().is_some();
                    reads.is_none_or(|reads| !SchemaChange::between(reads, made).iter().any(broken))
                };
                assert!(
                    made.iter().all(is_unbroken) && !made.is_empty(),
                    "`{key}` reads {reads:?}, not {made:?}"
                );
                assert!(is_there, "`{key}` reads {input:?}, and there is {:?}", offers.collect::<Vec<_>>());
                crossings += usize::from(from.platform() != key.platform());
            }
        }
    }
    crossings
}

/// The schema of a dataset, by its storage name, as a node reads it or makes it.
fn schema<'f>(facts: &'f NodeFacts, dataset: &DatasetKey) -> Option<&'f Schema> {
    let known: Vec<&DatasetFacts> = match &facts.detail {
        NodeDetail::Ingest(ingest) => ingest.datasets.iter().collect(),
        NodeDetail::Export(export) => vec![&export.dataset],
        NodeDetail::Transform(transform) => transform.inputs.iter().chain(&transform.outputs).collect(),
        NodeDetail::Trigger(_) => Vec::new(),
    };
    known.into_iter().find(|known| known.storage_key() == dataset).map(|known| &known.schema)
}

/// Returns how often a platform that stays reads something of one that went forward that has more versions, or for longer, than the model of now
/// asks for there.
pub(super) fn read_beyond_the_model(
    placed: &Placed,
    manifest: &Manifest,
    forward: &BTreeSet<PlatformName>,
) -> usize {
    let nodes = manifest.platforms().values().flat_map(|record| record.nodes.values());
    let inputs = nodes.flat_map(|node| {
        let view = node.view.view().unwrap();
        let goes = |key: &NodeKey| forward.contains(key.platform());
        let crossing = view.inputs().iter().filter(move |input| goes(&input.from) && !goes(view.key()));
        crossing.map(|input| (&input.from, &input.offer))
    });
    let is_less = |(from, offer): &(&NodeKey, &datasurface_platform::Offer)| {
        placed.graphs().node(from).is_some_and(|node| {
            let facts = node.facts();
            let asked = facts.datasets().iter().find(|dataset| dataset.key == *offer.dataset());
            asked.is_some_and(|dataset| !dataset.custody.covers(offer.custody()))
        })
    };
    inputs.filter(is_less).count()
}

/// Checks that what a platform that stays reads of one that went forward is fed there, and did not begin to be held.
pub(super) fn nothing_read_begins_to_be_held(
    [before, after]: [&Lock; 2],
    manifest: &Manifest,
    forward: &BTreeSet<PlatformName>,
) {
    let [old, names] = [before, after].map(Lock::storage_names);
    let forward: BTreeSet<PlatformName> = forward.iter().map(|name| names.platform(name)).collect();
    let was_held: BTreeSet<(PlatformName, &DatasetKey)> =
        before.all_held().map(|(name, held)| (old.platform(name), &held.holds.dataset)).collect();
    let is_held: BTreeSet<(PlatformName, &DatasetKey)> =
        after.all_held().map(|(name, held)| (names.platform(name), &held.holds.dataset)).collect();
    for node in manifest.platforms().values().flat_map(|record| record.nodes.values()) {
        let view = node.view.view().unwrap();
        let storage = &view.facts().storage;
        if forward.contains(storage.node(view.key()).platform()) {
            continue;
        }
        for input in view.inputs() {
            let (from, dataset) = (storage.node(&input.from), storage.dataset(input.offer.dataset()));
            let read = (from.platform().clone(), &dataset);
            assert!(
                !forward.contains(&read.0) || !is_held.contains(&read) || was_held.contains(&read),
                "`{}` reads `{dataset}` of `{}`, where it is held and not fed",
                view.key(),
                read.0
            );
        }
    }
}
