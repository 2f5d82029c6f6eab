//! What one step passes on of the origins of its inputs.

use super::{
    DatastoreOrigins, KeptOrigins, Origins,
    delivered::{Delivered, DeliveredData},
    delivered_names::DeliveredNames,
    fingerprint::{ReleaseFingerprints, ReleaseKey},
    implicit::{ImplicitClasses, ZoneData, implicit},
    lineage_graph::{LineageGraph, LineageNode},
};
use crate::validate::{
    PersistentMap,
    container_index::Site,
    facts::DatasetClassifications,
    statement_inputs,
    unit::{Content, UnitKey},
    unit_index::UnitIndex,
    unit_members::{FoundDataset, Located},
};
use datasurface_ecosystem::{
    Access, Capture, CaptureKind, CodeArtifact, Consent, DataTransformer, Dataset, Datastore, GovernanceZone,
    Onward, UnitPlace, Workspace,
};
use datasurface_schema::{
    Classification, DatasetKey, DatastoreName, Entity, GroupKey, PolicyKey, PolicyName, Set, Text, ZoneName,
};
use datasurface_sql::{SelectOutput, compile};
use imbl::OrdMap;
use std::{collections::BTreeSet, sync::Arc};

/// What is known of the nodes so far.
#[derive(Clone, Debug, Default)]
pub(super) struct KnownOrigins {
    /// Ordered, so that two versions are compared by what is different.
    pub(super) datastores: OrdMap<DatastoreName, Arc<DatastoreOrigins>>,
    pub(super) sites: PersistentMap<Site, Arc<Delivered>>,
}

impl KnownOrigins {
    pub(super) fn forget(&mut self, node: &LineageNode) {
        match node {
            LineageNode::Datastore(name) => drop(self.datastores.remove(name)),
            LineageNode::Site(site) => drop(self.sites.remove(site)),
        }
    }
}

/// The evaluation of nodes.
pub(super) struct Evaluation<'a> {
    pub(super) directory: &'a UnitIndex,
    pub(super) lineage: &'a LineageGraph,
    pub(super) known: &'a KnownOrigins,
    pub(super) kept: &'a KeptOrigins,
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
        let captured = located.entity.capture().filter(|_| transformer.is_none());
        let captured = captured.and_then(|capture| Some((capture, self.captured(capture, &located.entity)?)));
        let inherited = match (transformer, captured) {
            (Some((workspace, _)), _) => self.received(workspace),
            (None, Some((_, delivered))) => delivered.origins.clone(),
            (None, None) => Origins::default(),
        };
        let datasets = located.entity.datasets().iter().map(|dataset| {
            let mut origins = inherited.clone();
            if let Some((workspace, transformer)) = transformer {
                self.free(&mut origins, dataset, &workspace.entity, transformer);
                self.release(&mut origins, dataset, workspace, transformer);
                origins.implicit = self.implicit_in_output(dataset, (workspace, transformer), &origins);
            }
            if let Some((capture, delivered)) = captured {
                origins.recaptured = delivered.data_in(dataset, capture);
                let recaptured = origins.recaptured.iter();
                let own = &located.team.zone;
                let is_followed = |(of, data): (&ZoneData, &DeliveredData)| {
                    (of.0 != *own || data.is_implicit).then(|| of.clone())
                };
                let followed = recaptured.filter_map(is_followed).collect();
                origins.implicit = implicit(dataset, &followed);
            }
            add_own(&mut origins, located, dataset);
            if let Some(kept) = self.kept.get(&DatasetKey::new(name, dataset.name())) {
                origins.merge(kept);
            }
            (dataset.name().clone(), Arc::new(origins))
        });
        Some(datasets.collect())
    }

    /// Returns the origins of all that is delivered to a site.
    pub(super) fn site(&self, site: &Site) -> Delivered {
        let mut delivered = Delivered::default();
        for workspace in delivering(site, self.directory) {
            delivered.origins.merge(&self.received(workspace));
            let workspace = &workspace.entity;
            let names = [workspace.name()].into_iter().chain(workspace.former_name());
            names.for_each(|name| {
                delivered.names.add(name.as_str());
            });
            let keys = workspace.groups().iter().flat_map(|group| group.sinks()).map(Entity::name);
            for (key, found) in keys.clone().zip(self.directory.datastores().find_all(keys)) {
                let inherited = found.map(|found| self.inherited(key, found));
                delivered.add((key, workspace), found, inherited.unwrap_or_default());
            }
        }
        delivered
    }

    /// What a workspace receives, all together.
    fn received(&self, workspace: &Located<Workspace>) -> Origins {
        let mut origins = Origins::default();
        for group in workspace.entity.groups() {
            let group_key = GroupKey::new(workspace.entity.name(), group.name());
            let keys = group.sinks().iter().map(Entity::name);
            let found = self.directory.datastores().find_all(keys.clone()).into_iter().zip(keys);
            for (found, key) in found.filter_map(|(found, key)| Some((found?, key))) {
                self.add_input(&mut origins, key, found, |closed, access| {
                    access.onward(&workspace.team, &group_key, &closed.dataset) == Some(Onward::Open)
                });
            }
        }
        origins
    }

    /// Adds the origins of one input, as far as they are known; of closed datasets, those that their owners do not let pass on.
    fn add_input(
        &self,
        origins: &mut Origins,
        key: &DatasetKey,
        found: FoundDataset<'_>,
        is_open_onward: impl Fn(&DatasetKey, &Access) -> bool,
    ) {
        if self.lineage.order().derives(&key.datastore) || self.kept.contains_key(key) {
            // Of a cycle, what is not known yet is added later.
            let known = self.known.datastores.get(&key.datastore).and_then(|known| known.get(&key.dataset));
            if let Some(known) = known {
                let is_closed = |closed: &&DatasetKey| {
                    let store = self.directory.datastores().get(&closed.datastore);
                    store.is_some_and(|(_, store)| !is_open_onward(closed, store.entity().access()))
                };
                origins.merge_all_but_closed(known);
                origins.closed.extend(known.closed.iter().filter(is_closed).cloned());
            }
        } else if let Some(dataset) = found.dataset {
            add_own(origins, found.store, dataset);
        }
        if !is_open_onward(key, found.store.entity.access()) {
            origins.closed.insert(key.clone());
        }
    }

    /// The zones that have data in a dataset, and what its columns do not say.
    pub(super) fn inherited(
        &self,
        key: &DatasetKey,
        found: FoundDataset<'_>,
    ) -> (BTreeSet<ZoneName>, Option<&ImplicitClasses>) {
        if self.lineage.order().derives(&key.datastore) || self.kept.contains_key(key) {
            let known = self.known.datastores.get(&key.datastore).and_then(|known| known.get(&key.dataset));
            let zones = known.into_iter().flat_map(|known| known.zones.keys().cloned()).collect();
            return (zones, known.map(|known| &known.implicit));
        }
        (own_zones(found.store).cloned().collect(), None)
    }

    /// What may be in the tables that a datastore captures.
    fn captured(&self, capture: &Capture, datastore: &Datastore) -> Option<&Delivered> {
        let delivered = self.known.sites.get(&self.directory.containers().site(capture.container()))?;
        (!captures_others(capture, datastore, &delivered.names)).then_some(delivered)
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
            let key = ReleaseKey {
                workspace: workspace.entity.name().clone(),
                output: dataset.name().clone(),
                zone: release.zone.clone(),
            };
            let fingerprints = ReleaseFingerprints::find(&key, self.directory);
            if fingerprints.is_some_and(|found| consents.any(|consent| found.has(&consent.of))) {
                origins.zones.remove(&release.zone);
                origins.storage.retain(|asked| asked.zone != release.zone);
            }
        }
    }

    /// Whether it can be seen of each column of an output what it is made of. Of a statement that is wrong, what is wrong is told alone.
    fn can_be_read(&self, dataset: &Dataset, workspace: &Workspace, transformer: &DataTransformer) -> bool {
        let is_read = |output: &SelectOutput| output.columns.iter().all(|column| column.sources.is_some());
        let select = self.select(dataset, workspace, transformer);
        select.is_some_and(|output| output.lacks_names || is_read(&output))
    }

    /// What the one statement makes that makes an output, if it can be read.
    pub(super) fn select(
        &self,
        dataset: &Dataset,
        workspace: &Workspace,
        transformer: &DataTransformer,
    ) -> Option<SelectOutput> {
        let CodeArtifact::Sql { selects } = transformer.artifact() else { return None };
        let mut selects = selects.iter().filter(|select| select.dataset == *dataset.name());
        let select = selects.next().filter(|_| selects.next().is_none())?;
        let compilation = compile(&select.sql, &statement_inputs::inputs(workspace, self.directory));
        compilation.output().filter(|output| output.is_complete || output.lacks_names).cloned()
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

/// The workspaces to which data is delivered at a site.
pub(super) fn delivering<'s, 'd: 's>(
    site: &'s Site,
    directory: &'d UnitIndex,
) -> impl Iterator<Item = &'d Located<Workspace>> + 's {
    let residents = directory.containers().residents(site).iter();
    let names = residents.flat_map(|container| directory.deliveries().all(container));
    names.filter_map(|(_, workspace)| Some(directory.workspaces().get(workspace)?.1.located()))
}

/// What a dataset has by itself: the zone of its datastore, that of the container, and the storage policies that it asks for.
pub(super) fn add_own(origins: &mut Origins, store: &Located<Datastore>, dataset: &Dataset) {
    own_zones(store).for_each(|zone| origins.add_zone(zone, &BTreeSet::new()));
    let own = &store.team.zone;
    origins.storage.extend(dataset.storage_policies().map(|policy| PolicyKey::new(own, policy)));
}

/// The zone of a datastore, and that of the container that it is captured from.
fn own_zones(store: &Located<Datastore>) -> impl Iterator<Item = &ZoneName> {
    let source = store.entity.capture().map(|capture| &capture.container().zone);
    std::iter::once(&store.team.zone).chain(source)
}

/// Whether every table or topic that is captured is named, and is none that is delivered. A prefix of files can cover any others.
fn captures_others(capture: &Capture, datastore: &Datastore, delivered: &DeliveredNames<()>) -> bool {
    let (_, named) = capture.kind().sources();
    let is_other = |table: &Text| !table.trim().is_empty() && !delivered.may_be(table);
    !matches!(capture.kind(), CaptureKind::ObjectFiles { .. })
        && datastore.datasets().names().all(|dataset| named.get(dataset).is_some_and(is_other))
}
