//! Obligations, propagated from consumers to producers, across hand-overs too; and with them, all of a node.

use super::{
    super::picture::{Owed, Picture, Pictured, by_zone, join},
    World, export_key, transformer_keys,
};
use datasurface::{
    graph::{Custody, NodeKey, RetentionPeriod},
    model::{DatasetKey, Entity, GroupKey, Milestoning, PlatformName, Requirements, Set},
};
use std::collections::{BTreeMap, BTreeSet};

impl World<'_> {
    /// What an export owes to its own consumers. (What a transformer's workspace is owed is that it is kept live.)
    fn owed_to(&self, consumers: &BTreeSet<GroupKey>) -> Owed {
        consumers
            .iter()
            .map(|key| {
                let requirements = self.group(key).expect("served").requirements();
                Owed {
                    priority: self.workspaces[&key.workspace].priority(),
                    latency: requirements.latency,
                    deadlines: by_zone(self.workspaces[&key.workspace].deadline()),
                    regulators: requirements.regulators.iter().cloned().collect(),
                    custody: Custody {
                        live: requirements.milestoning.has_live(),
                        history: requirements.milestoning.has_history(),
                        retention: keep(requirements),
                    },
                }
            })
            .fold(Owed::default(), |one, other| one.join(&other))
    }

    /// Milestoning and retention: of every export of the dataset, on this platform, or, if it captures for all or is
    /// about to, on any. They do not cross a transformer.
    fn custody(&self, platform: &PlatformName, dataset: &DatasetKey) -> Custody {
        let exports = self.exports().into_iter();
        let relevant = exports.filter(|((on, _, exported), _)| {
            exported == dataset && (on == platform || self.captures(platform, &dataset.datastore))
        });
        relevant.map(|(_, consumers)| self.owed_to(&consumers).custody).fold(Custody::default(), join)
    }

    pub(super) fn picture(&self) -> Picture {
        let mut nodes = BTreeMap::<NodeKey, Pictured>::new();
        for (export, consumers) in self.exports() {
            let owed = self.owed_to(&consumers);
            nodes.insert(
                export_key(&export),
                Pictured {
                    datasets: vec![(export.2, owed.custody)],
                    consumers: consumers.into_iter().collect(),
                    owed,
                    ..Pictured::default()
                },
            );
        }
        for ((platform, store), datasets) in self.ingested() {
            for dataset in datasets {
                let custody = self.custody(&platform, &dataset);
                let node = nodes.entry(self.ingest_key(&platform, &dataset)).or_default();
                node.source = Some(self.source(&platform, &store));
                node.capture = self.capture(&platform, &store);
                node.owed.custody = join(node.owed.custody, custody);
                node.datasets.push((dataset, custody));
            }
        }
        for (platform, workspace) in self.transforms() {
            let (trigger, transform) = transformer_keys(&platform, &workspace);
            let transformer = self.workspaces[&workspace].transformer().expect("it is one");
            let node =
                Pictured { inputs: self.inputs(&workspace).into_iter().collect(), ..Pictured::default() };
            let timetable = Some(transformer.trigger().clone());
            nodes.insert(trigger, Pictured { timetable, ..node.clone() });
            let output = self.stores[transformer.output()];
            let outputs = output.datasets().names().map(|name| DatasetKey::new(output.name(), name));
            let (outputs, artifact) =
                (outputs.collect::<BTreeSet<_>>(), Some(transformer.artifact().clone()));
            nodes.insert(transform, Pictured { outputs: outputs.into_iter().collect(), artifact, ..node });
        }
        // What a capture says of datasets that it does not capture is no part of it.
        for node in nodes.values_mut() {
            let captured: Set<_> = node.datasets.iter().map(|(dataset, _)| &dataset.dataset).collect();
            node.capture = node.capture.take().map(|capture| capture.restricted_to(&captured));
        }

        // Priority, latency and regulators: joined over all edges, until nothing is added.
        let (edges, handovers) = (self.edges(), self.handovers());
        loop {
            let before = nodes.clone();
            for (from, to) in edges.iter().chain(&handovers) {
                let owed = before[to].owed.clone();
                let from = &mut nodes.get_mut(from).expect("edges are between nodes").owed;
                *from = from.join(&Owed { custody: Custody::default(), ..owed });
            }
            if nodes == before {
                break;
            }
        }
        Picture {
            platforms: self.platforms().into_iter().collect(),
            nodes: nodes.into_iter().collect(),
            edges: edges.into_iter().collect(),
            handovers: handovers.into_iter().collect(),
        }
    }
}

/// For how long versions stay that ceased to be true: as long as was asked for, and where history is asked for without
/// a time, for ever.
fn keep(requirements: &Requirements) -> Option<RetentionPeriod> {
    match (requirements.retention, requirements.milestoning) {
        (Some(retention), _) => Some(RetentionPeriod::For(retention)),
        (None, Milestoning::Live) => None,
        (None, Milestoning::Forensic | Milestoning::LiveAndForensic) => Some(RetentionPeriod::ForEver),
    }
}
