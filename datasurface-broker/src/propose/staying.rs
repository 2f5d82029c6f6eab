//! What stays: platforms that a plan does not take forward, and parts of others that wait for them or that they read.
//!
//! A part is a unit of one platform, by storage names: all that is done there for a datastore, or for a transformer. What stays is what the
//! target has of it: its views, and what it offers.

use super::{
    mentions::Unit,
    views::{Sources, wanted},
    waiting::Wait,
};
use crate::{error::BrokerError, placed::Placed};
use datasurface_graph::{DatasetFacts, IngestSource, NodeDetail, NodeFacts, NodeKey, StorageOf};
use datasurface_model::{DatasetKey, PlatformName};
use datasurface_platform::{NodeView, Offer, Revision};
use datasurface_state::{Manifest, Owed, PlatformLock, PlatformRecord, ScopeEntry, storage::StorageRecord};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// A unit of a platform, by storage names.
pub(super) type UnitKey = (PlatformName, Unit);

/// The platforms that stay, and what the target has of all platforms.
#[derive(Debug)]
pub(super) struct Staying<'m> {
    /// By their names of now.
    pub(super) platforms: BTreeSet<PlatformName>,
    /// By their storage names.
    stored: BTreeSet<PlatformName>,
    pub(super) manifest: Option<&'m Manifest>,
    pub(super) recorded: BTreeMap<UnitKey, Vec<Recorded<'m>>>,
}

/// A node as it was rendered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Recorded<'m> {
    pub(super) view: &'m NodeView,
    pub(super) offers: &'m [Offer],
}

/// What a recorded node reads of another unit.
pub(super) struct Reading<'m> {
    pub(super) unit: UnitKey,
    /// The node that is read, by storage names; `None` if the platform offers nothing.
    pub(super) from: Option<NodeKey>,
    /// By its storage name.
    pub(super) dataset: DatasetKey,
    pub(super) offer: Option<&'m Offer>,
    pub(super) facts: Option<&'m DatasetFacts>,
}

impl<'m> Staying<'m> {
    /// Finds out which of these platforms stay; `None` if none does.
    ///
    /// # Errors
    ///
    /// If a node that was rendered cannot be read.
    pub(super) fn new<'p>(
        placed: &Placed,
        manifest: Option<&'m Manifest>,
        platforms: impl Iterator<Item = &'p PlatformName>,
    ) -> Result<Option<Self>, BrokerError> {
        let platforms: BTreeSet<PlatformName> = platforms.cloned().collect();
        if platforms.is_empty() {
            return Ok(None);
        }
        let names = placed.lock.storage_names();
        let stored = platforms.iter().map(|name| names.platform(name)).collect();
        let mut recorded: BTreeMap<UnitKey, Vec<Recorded<'m>>> = BTreeMap::new();
        for record in manifest.into_iter().flat_map(|manifest| manifest.platforms().values()) {
            for (key, node) in &record.nodes {
                let view = node.view.view().map_err(|error| BrokerError::new([error.diagnostic()]))?;
                let unit = (record.instance.storage_name().clone(), Unit::of_node(key));
                recorded.entry(unit).or_default().push(Recorded { view, offers: &node.offers });
            }
        }
        Ok(Some(Self { platforms, stored, manifest, recorded }))
    }

    /// The name of now of a platform that was rendered, by its storage name.
    pub(super) fn now_called<'n>(&'n self, stored: &'n PlatformName) -> &'n PlatformName {
        let mut records = self.manifest.into_iter().flat_map(Manifest::platforms);
        records.find(|(_, record)| record.instance.storage_name() == stored).map_or(stored, |(name, _)| name)
    }

    /// Whether a unit is one of a platform that stays.
    pub(super) fn has(&self, unit: &UnitKey) -> bool {
        self.stored.contains(&unit.0)
    }

    /// What was rendered of the platforms that stay.
    pub(super) fn scopes(&self) -> impl Iterator<Item = (PlatformName, Vec<Arc<ScopeEntry>>)> {
        let records = self.platforms.iter().filter_map(|name| Some((name, self.record(name)?)));
        records.map(|(name, record)| (name.clone(), record.scopes.clone()))
    }

    /// Leaves what a lock says of a platform that stays as it was, but for the revision that it stays at.
    pub(super) fn stay(
        &self,
        name: &PlatformName,
        lock: &mut PlatformLock,
        (placed, revision): (&Placed, &Revision),
    ) {
        lock.placement = placed.placements_before.get(name).cloned().unwrap_or_default();
        let (record, manifest) = (self.record(name), self.manifest);
        lock.version = record.map(|record| record.instance.version.clone());
        let reached = record.and(manifest).map(|manifest| manifest.reached_revision(name));
        lock.reached = reached.filter(|reached| *reached != revision).cloned();
    }

    /// The record of a platform that stays, if something was rendered for it.
    pub(super) fn record(&self, platform: &PlatformName) -> Option<&'m PlatformRecord> {
        self.manifest?.platform(platform).filter(|_| self.platforms.contains(platform))
    }
}

/// The units that stay on platforms that go forward, and why. Nothing where all platforms go forward.
#[derive(Debug, Default)]
pub(super) struct Kept<'m> {
    pub(super) staying: Option<&'m Staying<'m>>,
    pub(super) units: BTreeMap<UnitKey, Wait>,
}

impl<'m> Kept<'m> {
    /// Whether a unit is as it was: of a platform that stays, or one that waits or is still read.
    pub(super) fn is_old(&self, unit: &UnitKey) -> bool {
        self.units.contains_key(unit) || self.staying.is_some_and(|staying| staying.has(unit))
    }

    /// The nodes of a unit as they were rendered.
    pub(super) fn recorded(&self, unit: &UnitKey) -> &'m [Recorded<'m>] {
        self.staying.and_then(|staying| staying.recorded.get(unit)).map_or(&[], Vec::as_slice)
    }

    /// The views of a platform that stay though it goes forward.
    pub(super) fn views_of(&self, platform: &PlatformName) -> impl Iterator<Item = &'m NodeView> {
        let units = self.units.keys().filter(move |(of, _)| of == platform);
        units.flat_map(|unit| self.recorded(unit)).map(|recorded| recorded.view)
    }

    /// What a platform that goes forward is asked for, with what was asked for of the parts that stay.
    pub(super) fn owed(&self, platform: &PlatformName, before: &Owed, today: Owed) -> Owed {
        let mut owed = today;
        let views: Vec<&NodeView> = self.views_of(platform).collect();
        let datasets = views.iter().flat_map(|view| made(view.facts()));
        for dataset in datasets.map(DatasetFacts::storage_key) {
            if let Some(asked_for) = before.get(dataset) {
                let today = owed.get(dataset).copied().unwrap_or_default();
                owed.insert(dataset.clone(), today.join(*asked_for));
            }
        }
        owed
    }

    /// What is stored of all that stays, for as long as it does.
    pub(super) fn stored(&self) -> Owed {
        let staying = self.staying.into_iter();
        let of_staying = staying.flat_map(|staying| {
            let records = staying.platforms.iter().filter_map(|name| staying.record(name));
            records.flat_map(|record| record.owed.iter())
        });
        let platforms: BTreeSet<&PlatformName> = self.units.keys().map(|(platform, _)| platform).collect();
        let views = platforms.into_iter().flat_map(|platform| self.views_of(platform));
        let kept =
            views.flat_map(|view| view.facts().datasets()).map(|made| (made.storage_key(), &made.custody));
        let mut stored = Owed::new();
        for (dataset, custody) in of_staying.chain(kept) {
            let known = stored.get(dataset).copied().unwrap_or_default();
            stored.insert(dataset.clone(), known.join(*custody));
        }
        stored
    }

    /// The offers of a node of a unit that is as it was, under the names of now, ordered by dataset. Of a platform that stays, they are those of the
    /// target; of one that goes forward, what it offers now of what it rendered then.
    pub(super) fn offers(&self, sources: &Sources<'_>, node: &NodeKey) -> Vec<Offer> {
        let Some(now) = sources.graphs.node(node) else { return Vec::new() };
        let unit = unit_of(sources.names, node);
        let is_staying = self.staying.is_some_and(|staying| staying.has(&unit));
        let configured = sources.platforms.get(node.platform()).filter(|_| !is_staying);
        let mut offers = Vec::new();
        for recorded in self.recorded(&unit).iter().filter(|one| is_alike(one.view.key(), node)) {
            let facts = recorded.view.facts();
            let asked = configured.map(|configured| configured.platform().offer(facts));
            let known = asked.as_deref().unwrap_or(recorded.offers);
            for dataset in made(&now.facts()) {
                let stored = sources.names.dataset(&dataset.key);
                let of = known.iter().filter(|offer| facts.storage.dataset(offer.dataset()) == stored);
                offers.extend(of.map(|offer| named(offer, &dataset.key)));
            }
        }
        offers.sort_by(|one, other| one.dataset().cmp(other.dataset()));
        offers
    }
}

impl<'m> Recorded<'m> {
    /// What the node reads of other units: by its inputs; where the platform offers nothing, by its datasets.
    pub(super) fn readings(&self) -> Vec<Reading<'m>> {
        let facts = self.view.facts();
        let key = facts.storage_key();
        let own = (key.platform().clone(), Unit::of_node(&key));
        let of = |dataset: &DatasetKey| asked(facts).iter().find(|facts| facts.key == *dataset);
        let inputs = self.view.inputs().iter().map(|input| {
            let from = facts.storage.node(&input.from);
            let dataset = input.offer.dataset();
            Reading {
                unit: (from.platform().clone(), Unit::of_node(&from)),
                dataset: facts.storage.dataset(dataset),
                from: Some(from),
                offer: Some(&input.offer),
                facts: of(dataset),
            }
        });
        let without = wanted(facts).into_iter().filter(|dataset| self.view.input(dataset).is_none());
        let without = without.map(|dataset| {
            let stored = facts.storage.dataset(dataset);
            let unit = match &facts.detail {
                NodeDetail::Ingest(ingest) => match &ingest.source {
                    IngestSource::Transformer { workspace } => {
                        Unit::Workspace(facts.storage.workspace(workspace))
                    }
                    _ => own.1.clone(),
                },
                _ => Unit::Datastore(stored.datastore.clone()),
            };
            Reading {
                unit: (own.0.clone(), unit),
                from: None,
                dataset: stored,
                offer: None,
                facts: of(dataset),
            }
        });
        inputs.chain(without).filter(|reading| reading.unit != own).collect()
    }
}

/// The unit of a node, by storage names.
pub(super) fn unit_of(names: &StorageRecord, node: &NodeKey) -> UnitKey {
    let unit = match Unit::of_node(node) {
        Unit::Datastore(name) => Unit::Datastore(names.datastore(&name)),
        Unit::Workspace(name) => Unit::Workspace(names.workspace(&name)),
    };
    (names.platform(node.platform()), unit)
}

/// Whether two nodes provide data in the same way: from where it is kept, or as it is delivered.
pub(super) fn is_alike(one: &NodeKey, other: &NodeKey) -> bool {
    matches!(one, NodeKey::Export { .. }) == matches!(other, NodeKey::Export { .. })
}

/// The datasets that a node provides to others.
pub(super) fn made(facts: &NodeFacts) -> &[DatasetFacts] {
    match &facts.detail {
        NodeDetail::Ingest(ingest) => &ingest.datasets,
        NodeDetail::Export(export) => std::slice::from_ref(&export.dataset),
        NodeDetail::Transform(transform) => &transform.outputs,
        NodeDetail::Trigger(_) => &[],
    }
}

/// The datasets that a node reads, with their schemas as it knows them.
pub(super) fn asked(facts: &NodeFacts) -> &[DatasetFacts] {
    match &facts.detail {
        NodeDetail::Transform(transform) => &transform.inputs,
        _ => made(facts),
    }
}

fn named(offer: &Offer, dataset: &DatasetKey) -> Offer {
    let named = Offer::new(dataset, offer.address(), offer.format().clone()).with_custody(offer.custody());
    let named = offer.latency().into_iter().fold(named, Offer::with_latency);
    offer.credential().cloned().into_iter().fold(named, Offer::with_credential)
}
