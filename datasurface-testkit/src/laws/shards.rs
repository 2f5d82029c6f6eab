//! Law 8, in part: the union of the shards is the whole, and offers resolve.

use super::{OnPlatform, ReportBuilder};
use crate::{harness::HarnessRun, random::Random, report::Law};
use datasurface_broker::{Lock, Proposal};
use datasurface_graph::NodeKind;
use datasurface_model::{PlatformName, ShardName};
use datasurface_platform::{HeldData, Resource, ResourceAddress, Scope};
use std::collections::BTreeMap;

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
    let (whole, parts) = (union(whole), union(parts));
    for (key, one) in &whole {
        let difference = match parts.get(key) {
            None => "it is there in one shard, and not in two",
            Some(other) if other.0 != one.0 => "in two shards it is of another kind",
            Some(other) if other.1 != one.1 => "in two shards it holds other data",
            Some(_) => continue,
        };
        report.report(Law::PlacementIsInvisible, OnPlatform(key.0, format!("`{}`", key.1)), difference);
    }
    for key in parts.keys().filter(|key| !whole.contains_key(*key)) {
        let difference = "it is there in two shards, and not in one";
        report.report(Law::PlacementIsInvisible, OnPlatform(key.0, format!("`{}`", key.1)), difference);
    }
}

type Union<'a> = BTreeMap<(&'a PlatformName, &'a ResourceAddress), (&'a str, Option<&'a HeldData>)>;

/// What there is for the nodes of all shards, or holds data. The foundation may depend on which shards there are, and so may
/// what a shard has for itself alone, such as the frame of its schedule.
fn union(proposal: &Proposal) -> Union<'_> {
    let mut union = Union::new();
    for (name, record) in proposal.manifest().platforms() {
        let shards = record.scopes.iter().filter(|entry| entry.scope != Scope::Foundation);
        let resources = shards.flat_map(|entry| &entry.record.resources);
        let counts = |resource: &Resource| !resource.origins().is_empty() || resource.held_data().is_some();
        for (address, resource) in resources.filter(|(_, resource)| counts(resource)) {
            union.insert((name, address), (resource.kind(), resource.held_data()));
        }
    }
    union
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
