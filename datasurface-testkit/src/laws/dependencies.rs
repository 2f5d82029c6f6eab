//! Law 25: what reads a node depends on what there is of that node.

use super::{OnPlatform, ReportBuilder};
use crate::{harness::HarnessRun, law::Law};
use datasurface_broker::{PlatformRecord, Proposal};
use datasurface_graph::NodeKey;
use datasurface_platform::{NodeView, Resource, ResourceAddress, Scope, SharedStage};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn check(report: &mut ReportBuilder, stage: &HarnessRun, proposal: &Proposal) {
    for (name, record) in proposal.manifest().platforms() {
        let calls = stage.log.renderings.iter().filter(|call| call.platform == *name);
        let nodes = calls.flat_map(|call| call.view.nodes()).map(|node| (node.view().key(), node.view()));
        let resources = Resources::new(record, nodes.collect());
        for (resource, missing) in resources.dangling() {
            let difference = format!("it depends on `{missing}`, which is not rendered");
            report.report(
                Law::DependenciesAreComplete,
                OnPlatform(name, format!("`{resource}`")),
                difference,
            );
        }
        for (resource, named) in resources.unordered() {
            let difference =
                format!("an attribute names `{named}`, and neither of them depends on the other one");
            report.report(
                Law::DependenciesAreComplete,
                OnPlatform(name, format!("`{resource}`")),
                difference,
            );
        }
        for node in resources.nodes.values() {
            for from in resources.unreached(node) {
                let difference = format!("it reads `{from}`, but depends on no resource of that node");
                let place = OnPlatform(name, format!("`{}`", node.key()));
                report.report(Law::DependenciesAreComplete, place, difference);
            }
        }
    }
}

/// The resources of a platform, in all of its scopes.
struct Resources<'a> {
    all: BTreeMap<&'a ResourceAddress, &'a Resource>,
    /// The resources of the scopes that a node shares, by its storage name.
    shared: BTreeMap<&'a NodeKey, Vec<(SharedStage, &'a ResourceAddress)>>,
    nodes: BTreeMap<&'a NodeKey, &'a NodeView>,
}

impl<'a> Resources<'a> {
    fn new(record: &'a PlatformRecord, nodes: BTreeMap<&'a NodeKey, &'a NodeView>) -> Self {
        let mut shared: BTreeMap<&NodeKey, Vec<_>> = BTreeMap::new();
        for entry in &record.scopes {
            let Scope::Shared(key) = &entry.scope else { continue };
            let resources = || entry.record.resources.keys().map(|address| (key.stage, address));
            for member in entry.members.keys() {
                shared.entry(member).or_default().extend(resources());
            }
        }
        let all = record.scopes.iter().flat_map(|entry| &entry.record.resources).collect();
        Self { all, shared, nodes }
    }

    /// Dependencies on what is not there, by the resources that have them.
    fn dangling(&self) -> impl Iterator<Item = (&'a ResourceAddress, &'a ResourceAddress)> {
        let all = self.all.iter().flat_map(|(address, resource)| {
            resource.dependencies().iter().map(move |needed| (*address, needed))
        });
        all.filter(|(_, needed)| !self.all.contains_key(needed))
    }

    /// Resources of which one has the address of the other one as an attribute, or in a list, and which are made in no order.
    fn unordered(&self) -> impl Iterator<Item = (&'a ResourceAddress, &'a ResourceAddress)> {
        let all = self.all.iter().flat_map(|(address, resource)| {
            let attributes = resource.attributes().values();
            let named = attributes
                .flat_map(texts)
                .filter_map(|text| self.all.get_key_value(&ResourceAddress::from(text)));
            named.map(move |(named, _)| (*address, *named)).collect::<BTreeSet<_>>()
        });
        all.filter(|(from, to)| !self.needs(from, to) && !self.needs(to, from))
    }

    /// The resources that are there for a node, also those that it shares.
    fn of(&self, node: &NodeKey) -> BTreeSet<&'a ResourceAddress> {
        self.made_for(node).chain(self.shared_by(node).map(|(_, address)| address)).collect()
    }

    /// The resources that bring the data of a node to others: not what is there before it, which others may share as well.
    fn bringing(&self, node: &NodeKey) -> BTreeSet<&'a ResourceAddress> {
        let after = self.shared_by(node).filter(|(stage, _)| *stage == SharedStage::After);
        self.made_for(node).chain(after.map(|(_, address)| address)).collect()
    }

    fn made_for(&self, node: &NodeKey) -> impl Iterator<Item = &'a ResourceAddress> {
        let own = self.all.iter().filter(|(_, resource)| resource.origins().contains(node));
        own.map(|(address, _)| *address)
    }

    fn shared_by(&self, node: &NodeKey) -> impl Iterator<Item = (SharedStage, &'a ResourceAddress)> {
        let storage_key = self.nodes.get(node).map(|view| view.facts().storage_key());
        self.shared.get(storage_key.as_ref().unwrap_or(node)).into_iter().flatten().copied()
    }

    /// The nodes of this platform that a node reads, have resources, and are not among what it depends on. What is exported in one store
    /// only has views there, and may be read from where the export reads.
    fn unreached<'n>(&self, node: &'n NodeView) -> BTreeSet<&'n NodeKey> {
        let own = self.of(node.key());
        let reached = self.needed_by(&own);
        let is_unreached = |from: &&NodeKey| {
            let view = self.nodes.get(from).into_iter();
            let behind = view.flat_map(|from| from.inputs()).map(|input| &input.from);
            let read = self.bringing(from);
            let mut accepted = behind.flat_map(|node| self.bringing(node)).chain(read.iter().copied());
            !own.is_empty() && !read.is_empty() && !accepted.any(|address| reached.contains(address))
        };
        let inputs = node.inputs().iter().filter(|input| input.platform() == node.key().platform());
        inputs.map(|input| &input.from).filter(is_unreached).collect()
    }

    fn needs(&self, resource: &'a ResourceAddress, other: &ResourceAddress) -> bool {
        self.needed_by(&BTreeSet::from([resource])).contains(other)
    }

    /// These resources, and all that they depend on, directly or through others.
    fn needed_by(&self, own: &BTreeSet<&'a ResourceAddress>) -> BTreeSet<&'a ResourceAddress> {
        let mut reached = BTreeSet::new();
        let mut waiting: Vec<&ResourceAddress> = own.iter().copied().collect();
        while let Some(address) = waiting.pop() {
            if reached.insert(address) {
                let resource = self.all.get(address);
                waiting.extend(resource.into_iter().flat_map(|resource| resource.dependencies()));
            }
        }
        reached
    }
}

/// A text, or the texts of a list.
fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let list = value.as_array().into_iter().flatten();
    [value].into_iter().chain(list).filter_map(Value::as_str)
}
