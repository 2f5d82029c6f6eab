//! What one derivation passes on of the origins of its inputs.

use super::{
    DatastoreOrigins, DescribedDataset, Origins,
    lineage_graph::{LineageGraph, LineageNode},
    release_fingerprint,
};
use crate::{
    ecosystem::{
        Capture, CodeArtifact, Consent, DataTransformer, Dataset, Datastore, GovernanceZone, Onward,
        Workspace,
    },
    validate::{
        PersistentMap,
        facts::DatasetClassifications,
        unit::{Content, UnitKey, UnitPlace},
        unit_index::{Located, UnitIndex, folded},
    },
};
use datasurface_schema::{
    Classification, ContainerKey, DatasetKey, DatastoreName, Entity, GroupKey, PolicyKey, PolicyName, Set,
    Text, ZoneName,
};
use datasurface_sql::{Inputs, compile};
use rustc_hash::FxHashSet;
use std::{collections::BTreeSet, sync::Arc};

/// What is known of the nodes so far.
#[derive(Clone, Debug, Default)]
pub(super) struct KnownOrigins {
    pub(super) datastores: PersistentMap<DatastoreName, Arc<DatastoreOrigins>>,
    pub(super) containers: PersistentMap<ContainerKey, Arc<DeliveredOrigins>>,
}

impl KnownOrigins {
    pub(super) fn forget(&mut self, node: &LineageNode) {
        match node {
            LineageNode::Datastore(name) => drop(self.datastores.remove(name)),
            LineageNode::Container(key) => drop(self.containers.remove(key)),
        }
    }
}

/// The origins of all that is delivered into a container.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct DeliveredOrigins {
    origins: Origins,
    /// The names of the workspaces and datasets, in lower case: the tables are called after them.
    names: FxHashSet<Text>,
}

/// The evaluation of nodes.
pub(super) struct Evaluation<'a> {
    pub(super) directory: &'a UnitIndex,
    pub(super) lineage: &'a LineageGraph,
    pub(super) known: &'a KnownOrigins,
}

impl Evaluation<'_> {
    /// Returns the origins of the datasets of a datastore that derives its data.
    pub(super) fn datastore(&self, name: &DatastoreName) -> Option<DatastoreOrigins> {
        let (_, member) = self.directory.datastores().get(name)?;
        let located = member.located();
        let transformer = self.directory.producers().get(name).and_then(|workspace| {
            let (_, found) = self.directory.workspaces().get(workspace)?;
            Some((found.located(), found.entity().transformer()?))
        });
        let inherited = match (transformer, located.entity.capture()) {
            (Some((workspace, _)), _) => self.received(workspace),
            (None, Some(capture)) => self.captured(capture, &located.entity),
            (None, None) => Origins::default(),
        };
        let datasets = located.entity.datasets().iter().map(|dataset| {
            let mut origins = inherited.clone();
            if let Some((workspace, transformer)) = transformer {
                self.free(&mut origins, dataset, &workspace.entity, transformer);
                self.release(&mut origins, dataset, workspace, transformer);
            }
            add_own(&mut origins, located, dataset);
            (dataset.name().clone(), Arc::new(origins))
        });
        Some(datasets.collect())
    }

    /// Returns the origins of all that is delivered into a container.
    pub(super) fn container(&self, container: &ContainerKey) -> DeliveredOrigins {
        let mut delivered = DeliveredOrigins::default();
        for (_, workspace) in self.directory.deliveries().all(container) {
            let Some((_, found)) = self.directory.workspaces().get(workspace) else { continue };
            delivered.origins.merge(&self.received(found.located()));
            delivered.names.insert(folded(workspace.as_str()));
            let sinks = found.entity().groups().iter().flat_map(|group| group.sinks());
            delivered.names.extend(sinks.map(|sink| folded(sink.name().dataset.as_str())));
        }
        delivered
    }

    /// What a workspace receives, all together.
    fn received(&self, workspace: &Located<Workspace>) -> Origins {
        let mut origins = Origins::default();
        for group in workspace.entity.groups() {
            let key = GroupKey::new(workspace.entity.name(), group.name());
            for sink in group.sinks() {
                let mut inherited = self.input(sink.name());
                inherited.closed.retain(|closed| !self.is_open_onward(closed, workspace, &key));
                if !self.is_open_onward(sink.name(), workspace, &key) {
                    inherited.closed.insert(sink.name().clone());
                }
                origins.merge(&inherited);
            }
        }
        origins
    }

    /// Whether the owner of a dataset lets a group of a workspace pass on what it makes of it.
    fn is_open_onward(&self, dataset: &DatasetKey, workspace: &Located<Workspace>, group: &GroupKey) -> bool {
        let Some((_, store)) = self.directory.datastores().get(&dataset.datastore) else { return true };
        let access = store.entity().access();
        access.onward(&workspace.team, group, &dataset.dataset) == Some(Onward::Open)
    }

    /// The origins of one input, as far as they are known.
    fn input(&self, key: &DatasetKey) -> Origins {
        if let Some(known) = self.known.datastores.get(&key.datastore) {
            return known.get(&key.dataset).map(|known| (**known).clone()).unwrap_or_default();
        }
        let mut origins = Origins::default();
        let node = LineageNode::Datastore(key.datastore.clone());
        if self.lineage.number(&node).is_none()
            && let Some((_, store)) = self.directory.datastores().get(&key.datastore)
            && let Some(dataset) = store.entity().datasets().get(&key.dataset)
        {
            add_own(&mut origins, store.located(), dataset);
        }
        origins
    }

    /// What may be in the tables of a container that a datastore captures.
    fn captured(&self, capture: &Capture, datastore: &Datastore) -> Origins {
        let mut origins = Origins::default();
        for container in self.directory.containers_at_place_of(capture.container()) {
            if let Some(delivered) = self.known.containers.get(&container)
                && !captures_others(capture, datastore, &delivered.names)
            {
                origins.merge(&delivered.origins);
            }
        }
        origins
    }

    /// Frees what a transformer makes from policies that let go what has certain classes only, if it can be seen what it is
    /// made of.
    fn free(
        &self,
        origins: &mut Origins,
        dataset: &Dataset,
        workspace: &Workspace,
        transformer: &DataTransformer,
    ) {
        if !dataset.is_classified_completely() {
            return;
        }
        let classifications = DatasetClassifications::new(dataset).labels();
        let freeing: Vec<PolicyKey> = origins
            .zones
            .keys()
            .flat_map(|zone| {
                let policies = self.freeing(zone, &classifications).into_iter();
                policies.map(move |policy| PolicyKey::new(zone, policy))
            })
            .collect();
        // Only then is the statement read: that takes longer than all the rest.
        if freeing.is_empty() || !self.can_be_read(dataset, workspace, transformer) {
            return;
        }
        for PolicyKey { zone, policy, .. } in &freeing {
            origins.zones.entry(zone.clone()).or_default().insert(policy.clone());
        }
        origins.storage.retain(|asked| !freeing.contains(asked));
    }

    /// Releases what a transformer makes from the zones that consented to it.
    fn release(
        &self,
        origins: &mut Origins,
        dataset: &Dataset,
        workspace: &Located<Workspace>,
        transformer: &DataTransformer,
    ) {
        let asked = transformer.releases().iter().filter(|release| release.output == *dataset.name());
        for release in asked {
            let Some(zone) = self.zone(&release.zone) else { continue };
            let about = |consent: &&Consent| {
                consent.is_about(&workspace.team, workspace.entity.name(), dataset.name())
            };
            let mut consents = zone.consents().iter().filter(about).peekable();
            if consents.peek().is_none() {
                continue;
            }
            let fingerprint = self.fingerprint(dataset, &workspace.entity, transformer);
            if consents.any(|consent| consent.of == fingerprint) {
                origins.zones.remove(&release.zone);
                origins.storage.retain(|asked| asked.zone != release.zone);
            }
        }
    }

    /// What a zone consents to.
    fn fingerprint(&self, dataset: &Dataset, workspace: &Workspace, transformer: &DataTransformer) -> Text {
        let found = |key: &DatasetKey| {
            let (_, store) = self.directory.datastores().get(&key.datastore)?;
            store.entity().datasets().get(&key.dataset)
        };
        fn described<'a>(key: &'a DatasetKey, found: Option<&'a Dataset>) -> DescribedDataset<'a> {
            let labels = found.map(|found| DatasetClassifications::new(found).labels());
            DescribedDataset {
                key,
                schema: found.map(Dataset::schema),
                classifications: labels.into_iter().flatten().collect(),
            }
        }
        let sinks = workspace.groups().iter().flat_map(|group| group.sinks());
        let inputs = sinks.map(|sink| described(sink.name(), found(sink.name())));
        let output = DatasetKey::new(transformer.output(), dataset.name());
        release_fingerprint(transformer.artifact(), inputs, &described(&output, Some(dataset)))
    }

    /// Whether it can be seen of each column of an output what it is made of.
    fn can_be_read(&self, dataset: &Dataset, workspace: &Workspace, transformer: &DataTransformer) -> bool {
        let CodeArtifact::Sql { selects } = transformer.artifact() else { return false };
        let Some(select) = selects.iter().find(|select| select.dataset == *dataset.name()) else {
            return false;
        };
        let mut inputs = Inputs::new();
        for sink in workspace.groups().iter().flat_map(|group| group.sinks()) {
            let store = self.directory.datastores().get(&sink.name().datastore);
            if let Some(input) =
                store.and_then(|(_, found)| found.entity().datasets().get(&sink.name().dataset))
            {
                inputs = inputs.table(sink.name().clone(), input.schema());
            }
        }
        compile(&select.sql, &inputs).select().is_some_and(|output| {
            output.problems.is_empty()
                && output.is_complete
                && output.columns.iter().all(|column| column.sources.is_some())
        })
    }

    fn zone(&self, zone: &ZoneName) -> Option<&GovernanceZone> {
        match self.directory.frame(&UnitKey::new(UnitPlace::Zone(zone.clone())))? {
            Content::Zone(zone) => Some(zone),
            _ => None,
        }
    }

    /// The policies of a zone that let go what has these classes.
    fn freeing(&self, zone: &ZoneName, classifications: &Set<&Classification>) -> BTreeSet<PolicyName> {
        let Some(zone) = self.zone(zone) else { return BTreeSet::new() };
        let freeing = zone.policies().iter().filter(|policy| {
            policy.freed_classifications().is_some_and(|freed| {
                classifications.iter().all(|classification| freed.contains(*classification))
            })
        });
        freeing.map(|policy| policy.name().clone()).collect()
    }
}

/// What a dataset has by itself: the zone of its datastore, that of the container, and the storage policies that it asks for.
fn add_own(origins: &mut Origins, store: &Located<Datastore>, dataset: &Dataset) {
    let own = &store.team.zone;
    let source = store.entity.capture().map(|capture| &capture.container().zone);
    for zone in std::iter::once(own).chain(source) {
        origins.add_zone(zone, &BTreeSet::new());
    }
    origins.storage.extend(dataset.storage_policies().map(|policy| PolicyKey::new(own, policy)));
}

/// Whether every table that is captured is named, and is none that is delivered.
fn captures_others(capture: &Capture, datastore: &Datastore, delivered: &FxHashSet<Text>) -> bool {
    let (_, named) = capture.kind().sources();
    datastore.datasets().names().all(|dataset| {
        named.get(dataset).is_some_and(|table| {
            let table = folded(table.rsplit('.').next().unwrap_or(table));
            let ends = table.char_indices().map(|(at, _)| at).chain([table.len()]);
            ends.flat_map(|at| [table.get(..at), table.get(at..)])
                .flatten()
                .all(|part| part.is_empty() || !delivered.contains(part))
        })
    })
}
