//! Law 8: the union of the shards is the whole, and offers resolve.

use super::{OnPlatform, ReportBuilder, essence::Essence};
use crate::{harness::HarnessRun, law::Law, random::Random};
use datasurface_broker::{Lock, Proposal};
use datasurface_graph::NodeKind;
use datasurface_model::{PlatformName, ShardName};
use datasurface_platform::{FileRecord, Resource, ResourceAddress, SafePath, Scope, ScopeRecord};
use std::collections::{BTreeMap, BTreeSet};

/// The lock of a proposal, with all nodes placed in two shards, and some datasets apart from their captures.
pub(crate) fn scattered(stage: &HarnessRun, proposal: &Proposal, random: &mut Random) -> Lock {
    let shards: [ShardName; 2] = ["main".into(), "second".into()];
    let [main, second] = &shards;
    let mut pick = || {
        if random.coin() { main.clone() } else { second.clone() }
    };
    let mut lock = proposal.lock().clone();
    for graph in stage.placed.graphs().iter() {
        let placement = lock.placement_mut(graph.platform().clone());
        for node in graph.nodes() {
            placement.place(node.key(), pick());
            if node.kind() == NodeKind::Ingest {
                for dataset in node.facts().datasets() {
                    placement.place_dataset(node.key(), dataset.key.dataset.clone(), pick());
                }
            }
        }
    }
    lock
}

/// Compares what is rendered in one shard with what is rendered in two.
pub(crate) fn check(report: &mut ReportBuilder, whole: &Proposal, stage: &HarnessRun) {
    let parts = match &stage.proposal {
        Ok(parts) => parts,
        // Who panics when asked for offers offers nothing: that was said already.
        Err(_) if report.knows(Law::NoPanic) => return,
        Err(refused) => {
            for finding in refused.findings().iter() {
                if finding.code() == "offer/missing" {
                    report.report(Law::PlacementIsInvisible, finding.path(), finding.message());
                }
            }
            return;
        }
    };
    if report.knows(Law::RenderIsDeterministic) {
        return;
    }
    let (whole, parts) = (Union::new(whole), Union::new(parts));
    let mut found = |(platform, address): (&PlatformName, &ResourceAddress), difference: &str| {
        report.report(Law::PlacementIsInvisible, OnPlatform(platform, format!("`{address}`")), difference);
    };
    for ((platform, address), one) in &whole.resources {
        match parts.resources.get(&(*platform, *address)) {
            None => found((platform, address), "it is there in one shard, and not in two"),
            Some(other) => {
                if let Some(difference) = one.difference(other) {
                    found((platform, address), &format!("in two shards, {difference}"));
                }
            }
        }
    }
    for (platform, address) in parts.resources.keys().filter(|key| !whole.resources.contains_key(*key)) {
        found((platform, address), "it is there in two shards, and not in one");
    }
    for ((platform, declared), one) in &whole.files {
        let other = parts.files.get(&(*platform, declared.clone()));
        if let (Some(address), true) = (declared.first(), other.is_some_and(|other| other != one)) {
            found((platform, address), "in two shards, the text of its file differs");
        }
    }
}

/// What there is for the nodes of all shards, holds data, or is shared. The foundation may depend on which shards there are, and so may
/// what a shard has for itself alone, such as the frame of its schedule.
#[derive(Default)]
struct Union<'a> {
    resources: BTreeMap<(&'a PlatformName, &'a ResourceAddress), Essence<'a>>,
    /// Files that declare nothing else, by what they declare.
    files: BTreeMap<(&'a PlatformName, BTreeSet<&'a ResourceAddress>), &'a FileRecord>,
}

impl<'a> Union<'a> {
    fn new(proposal: &'a Proposal) -> Self {
        let mut union = Self::default();
        for (name, record) in proposal.manifest().platforms() {
            for entry in record.scopes.iter().filter(|entry| entry.scope != Scope::Foundation) {
                union.add(name, &entry.scope, &entry.record);
            }
        }
        union
    }

    fn add(&mut self, platform: &'a PlatformName, scope: &Scope, record: &'a ScopeRecord) {
        let is_shared = matches!(scope, Scope::Shared(_));
        let counts = |resource: &Resource| {
            is_shared || !resource.origins().is_empty() || resource.held_data().is_some()
        };
        let mut declared: BTreeMap<&SafePath, Vec<&Resource>> = BTreeMap::new();
        for (address, resource) in &record.resources {
            if counts(resource) {
                self.resources.insert((platform, address), Essence::new(resource));
            }
            if let Some(path) = resource.file() {
                declared.entry(path).or_default().push(resource);
            }
        }
        for (path, resources) in declared {
            if let (Some(file), true) = (record.files.get(path), resources.iter().all(|one| counts(one))) {
                let addresses = resources.into_iter().map(Resource::address).collect();
                self.files.insert((platform, addresses), file);
            }
        }
    }
}

/// An address must mean one resource on its whole platform: the broker refuses everything else.
pub(super) fn addresses(report: &mut ReportBuilder, stage: &HarnessRun) {
    let Err(refused) = &stage.proposal else {
        return;
    };
    for finding in refused.findings().iter() {
        if finding.code() == "platform/address-twice" {
            report.report(Law::PlacementIsInvisible, finding.path(), finding.message());
        }
    }
}
