//! Facts: what units tell about themselves to the rules of other units. Small answers to precise questions, looked
//! up in an index that is built from the units alone.

mod subject;
mod values;

pub(crate) use subject::Subject;
pub(crate) use values::{
    ContainerFact, DatasetClassifications, DatasetFact, GroupFact, OutputFact, StartCondition, StoreFact,
    TableFact, TransformerFact, UseKey,
};

use super::{
    delays::{Delay, Delays},
    labels::LabelVerdict,
    origins::{DatastoreOrigins, KeptOrigins, LineageKey, LineagePath, ReleaseFingerprints, ReleaseKey},
    sources::{SharedSource, shared_sources},
    unit::{Content, UnitKey},
    unit_diff::UnitChange,
    unit_index::UnitIndex,
    unit_members::{FoundDataset, Located},
};
use chrono::NaiveDate;
use datasurface_ecosystem::{
    CloudVendor, Consent, Credential, Dataset, Datastore, Ecosystem, GovernanceZone, Policy, PolicyRule,
    Reference, UnitPlace,
};
use datasurface_schema::{
    Classification, ContainerKey, CredentialKey, DatasetKey, DatastoreName, Entity, GroupKey, Name,
    NameIndex, Named, Place, Set, TeamKey, Text, VendorName, WorkspaceName, ZoneName,
};
use rustc_hash::FxHashSet;
use std::sync::{Arc, OnceLock};

/// Everything that a rule can ask about. Where several units have one name, the first in canonical order answers. Each
/// version has its own facts, which share with those before all that did not change.
#[derive(Clone, Debug)]
pub(crate) struct Facts {
    today: NaiveDate,
    frame: Arc<Ecosystem>,
    directory: UnitIndex,
    transformers: Named<TransformerFact>,
    /// Computed when somebody asks.
    delays: Arc<OnceLock<Delays>>,
    names: NameIndexes,
}

/// Names for "did you mean", arranged when the first reference does not resolve.
#[derive(Clone, Debug, Default)]
struct NameIndexes {
    vendors: Arc<OnceLock<NameIndex>>,
    platforms: Arc<OnceLock<NameIndex>>,
    containers: Arc<OnceLock<NameIndex>>,
    datastores: Arc<OnceLock<NameIndex>>,
    workspaces: Arc<OnceLock<NameIndex>>,
}

impl Facts {
    /// Before there is an ecosystem.
    pub(super) fn empty(kept: KeptOrigins) -> Self {
        Self {
            today: NaiveDate::default(),
            frame: Arc::new(Ecosystem::new("", "", "")),
            directory: UnitIndex::with_kept_origins(kept),
            transformers: Named::default(),
            delays: Arc::default(),
            names: NameIndexes::default(),
        }
    }

    /// Follows from one version of an ecosystem to another. Gives back what may be different now.
    pub(super) fn update(&mut self, changes: &[UnitChange], today: NaiveDate) -> FxHashSet<Subject> {
        let mut touched = FxHashSet::default();
        if self.today != today {
            self.today = today;
            touched.insert(Subject::Today);
        }
        self.directory.update(changes, &mut touched);
        for change in changes {
            if let Some(Content::Ecosystem(frame)) = &change.new {
                self.frame = Arc::clone(frame);
                touched.insert(Subject::Frame);
            }
        }
        self.update_transformers(changes, &mut touched);
        if changes.iter().any(Delays::depend_on) {
            self.delays = Arc::default();
            touched.insert(Subject::Delays);
        }
        self.names.forget(&touched);
        touched
    }

    /// Only where something else is made than before, all transformers are looked at: any of them may read it.
    fn update_transformers(&mut self, changes: &[UnitChange], touched: &mut FxHashSet<Subject>) {
        let before = self.transformers.clone();
        let producers = self.directory.producers();
        if touched.iter().any(|subject| matches!(subject, Subject::Producer(_))) {
            let made: FxHashSet<&str> = producers.keys().map(DatastoreName::as_str).collect();
            let workspaces = self.directory.workspaces().units();
            let transformer = |(unit, workspace)| {
                TransformerFact::from_workspace(unit, workspace, |datastore| {
                    made.contains(datastore.as_str())
                })
            };
            self.transformers = workspaces.filter_map(transformer).collect();
        } else {
            for change in changes {
                let transformer = |content: &Option<Content>| match content {
                    Some(Content::Workspace(workspace)) => {
                        let is_made = |datastore: &DatastoreName| producers.get(datastore).is_some();
                        TransformerFact::from_workspace(&change.key, workspace, is_made)
                    }
                    _ => None,
                };
                let (old, new) = (transformer(&change.old), transformer(&change.new));
                if old != new {
                    old.and_then(|old| self.transformers.take(&old));
                    new.into_iter().for_each(|new| self.transformers.insert(new));
                }
            }
        }
        if self.transformers != before {
            touched.insert(Subject::Transformers);
        }
    }

    pub(super) fn directory(&self) -> &UnitIndex {
        &self.directory
    }

    pub(super) fn today(&self) -> NaiveDate {
        self.today
    }

    pub(super) fn exists(&self, reference: &Reference) -> bool {
        match reference {
            Reference::Vendor(name) => self.frame.vendors().get(name).is_some(),
            Reference::Location(place) => {
                let vendor = self.frame.vendors().get(place.vendor());
                vendor.is_some_and(|vendor| vendor.has_location(place))
            }
            Reference::Platform(name) => self.frame.platforms().get(name).is_some(),
            Reference::Container(key) => self.directory.containers().get(key).is_some(),
            Reference::Credential(key) => self.credential(key).is_some(),
            Reference::Datastore(name) => self.directory.datastores().get(name).is_some(),
            Reference::Dataset(key) => self.found(key).is_some(),
            Reference::Workspace(name) => self.directory.workspaces().get(name).is_some(),
            Reference::Policy(key) => {
                let policies = self.policies(&key.zone);
                policies.is_some_and(|policies| policies.get(&key.policy).is_some())
            }
            Reference::Group(key) => {
                let workspace = self.directory.workspaces().get(&key.workspace);
                workspace.is_some_and(|(_, found)| found.entity().groups().get(&key.group).is_some())
            }
            Reference::Zone(name) => self.frame.zones().get(name).is_some(),
            Reference::Team(key) => {
                self.zone(&key.zone).is_some_and(|zone| zone.teams().get(&key.team).is_some())
            }
        }
    }

    pub(super) fn nearest(&self, reference: &Reference) -> Option<Text> {
        let near = |names: &OnceLock<NameIndex>, make: &dyn Fn() -> NameIndex, wanted: &str| {
            names.get_or_init(make).nearest(wanted).map(Text::from)
        };
        let (known, frame, directory) = (&self.names, &self.frame, &self.directory);
        match reference {
            Reference::Vendor(name) => near(&known.vendors, &|| name_index(frame.vendors()), name.as_str()),
            Reference::Platform(name) => {
                near(&known.platforms, &|| name_index(frame.platforms()), name.as_str())
            }
            Reference::Container(key) => {
                let texts = || {
                    directory.containers().keys().map(|key| Text::from(key.to_string())).collect::<Vec<_>>()
                };
                let names = || NameIndex::new(texts().iter().map(Text::as_str));
                near(&known.containers, &names, &key.to_string())
            }
            Reference::Credential(key) => {
                let all = directory.credentials(&key.team_key())?;
                name_index(all).nearest(key.credential.as_str()).map(Text::from)
            }
            Reference::Datastore(name) => {
                near(&known.datastores, &|| all_of(directory.datastores().iter()), name.as_str())
            }
            Reference::Workspace(name) => {
                near(&known.workspaces, &|| all_of(directory.workspaces().iter()), name.as_str())
            }
            Reference::Dataset(key) => {
                let (_, store) = directory.datastores().get(&key.datastore)?;
                let names = || name_index(store.entity().datasets());
                let nearest = near(&store.inner, &names, key.dataset.as_str())?;
                Some(DatasetKey::new(&key.datastore, nearest.as_str()).to_string().into())
            }
            Reference::Group(key) => {
                let (_, workspace) = directory.workspaces().get(&key.workspace)?;
                let names = || name_index(workspace.entity().groups());
                let nearest = near(&workspace.inner, &names, key.group.as_str())?;
                Some(GroupKey::new(&key.workspace, nearest.as_str()).to_string().into())
            }
            Reference::Location(place) => self.nearest_place(place),
            Reference::Zone(name) => name_index(frame.zones()).nearest(name.as_str()).map(Text::from),
            Reference::Team(key) => {
                let nearest =
                    Text::from(name_index(self.zone(&key.zone)?.teams()).nearest(key.team.as_str())?);
                Some(TeamKey::new(&key.zone, nearest.as_str()).to_string().into())
            }
            Reference::Policy(key) => {
                let nearest = name_index(self.policies(&key.zone)?).nearest(key.policy.as_str())?.into();
                Some(nearest)
            }
        }
    }

    /// Corrects the first location of the path that does not exist, by its siblings.
    fn nearest_place(&self, place: &Place) -> Option<Text> {
        let mut inside = self.frame.vendors().get(place.vendor())?.locations();
        let mut path = place.path().to_vec();
        let unknown = path.iter_mut().find_map(|name| match inside.get(name) {
            Some(location) => {
                inside = location.locations();
                None
            }
            None => Some(name),
        })?;
        let nearest = name_index(inside).nearest(unknown.as_str())?.into();
        *unknown = nearest;
        let corrected = Place::new(place.vendor(), path);
        self.exists(&Reference::Location(corrected.clone())).then(|| corrected.to_string().into())
    }

    pub(super) fn container(&self, key: &ContainerKey) -> Option<ContainerFact<'_>> {
        self.directory.containers().get(key).map(ContainerFact)
    }

    pub(super) fn may_use(&self, UseKey { container, team, access }: &UseKey) -> Option<bool> {
        Some(self.directory.containers().get(container)?.permits(container, team, *access))
    }

    pub(super) fn credential(&self, key: &CredentialKey) -> Option<&Credential> {
        self.directory.credentials(&key.team_key())?.get(&key.credential)
    }

    /// The first container that is the physical database of this one.
    pub(super) fn first_at(&self, address: &Text) -> Option<&ContainerKey> {
        self.directory.containers().first_at(address)
    }

    /// The first datastore that is captured from a container with this address.
    pub(super) fn first_capture_at(&self, address: &Text) -> Option<&DatastoreName> {
        let containers = self.directory.containers().all_at(address);
        containers.filter_map(|container| self.directory.captures().get(container)).min()
    }

    pub(super) fn policies(&self, zone: &ZoneName) -> Option<&Named<Policy>> {
        self.zone(zone).map(|zone| zone.policies()).filter(|policies| !policies.is_empty())
    }

    pub(super) fn consents(&self, zone: &ZoneName) -> Option<&Set<Consent>> {
        self.zone(zone).map(|zone| zone.consents()).filter(|consents| !consents.is_empty())
    }

    pub(super) fn delay(&self, datastore: &DatastoreName) -> Option<Arc<Delay>> {
        let delays = self.delays.get_or_init(|| Delays::new(&self.directory));
        delays.get(datastore, &self.directory)
    }

    pub(super) fn shared_sources(&self, datastore: &DatastoreName) -> Vec<SharedSource> {
        shared_sources(datastore, &self.directory)
    }

    pub(super) fn origins(&self, datastore: &DatastoreName) -> Option<&Arc<DatastoreOrigins>> {
        self.directory.origins().get(datastore)
    }

    pub(super) fn label(&self, label: &Classification) -> LabelVerdict {
        self.directory.labels().verdict(label)
    }

    /// A zone without its teams' definitions.
    fn zone(&self, zone: &ZoneName) -> Option<&GovernanceZone> {
        match self.directory.frame(&UnitKey::new(UnitPlace::Zone(zone.clone())))? {
            Content::Zone(zone) => Some(zone),
            _ => None,
        }
    }

    /// Whether any zone says which platforms may have to do with it: by name, or by status.
    pub(super) fn restricts_platforms(&self) -> bool {
        let mut policies = self.directory.zones().flat_map(|zone| zone.policies());
        policies.any(|policy| {
            use PolicyRule::{Platforms, Production, SeparateProduction};
            matches!(policy.rule(), Platforms(_) | Production(_) | SeparateProduction)
        })
    }

    pub(super) fn cloud(&self, vendor: &VendorName) -> Option<CloudVendor> {
        self.frame.vendors().get(vendor)?.cloud()
    }

    pub(super) fn datastore_unit(&self, datastore: &DatastoreName) -> Option<&UnitKey> {
        self.directory.datastores().get(datastore).map(|(unit, _)| unit)
    }

    pub(super) fn workspace_unit(&self, workspace: &WorkspaceName) -> Option<&UnitKey> {
        self.directory.workspaces().get(workspace).map(|(unit, _)| unit)
    }

    pub(super) fn first_datastore(&self, folded: &Text) -> Option<&UnitKey> {
        self.directory.datastores().first(folded)
    }

    pub(super) fn first_workspace(&self, folded: &Text) -> Option<&UnitKey> {
        self.directory.workspaces().first(folded)
    }

    pub(super) fn first_former_datastore(&self, former: &DatastoreName) -> Option<&UnitKey> {
        self.directory.former_datastores().first(former).map(|(unit, ())| unit)
    }

    pub(super) fn first_former_workspace(&self, former: &WorkspaceName) -> Option<&UnitKey> {
        self.directory.former_workspaces().first(former).map(|(unit, ())| unit)
    }

    pub(super) fn producer(&self, datastore: &DatastoreName) -> Option<&UnitKey> {
        self.directory.producers().first(datastore).map(|(unit, _)| unit)
    }

    pub(super) fn dataset(&self, key: &DatasetKey) -> Option<DatasetFact<'_>> {
        self.datasets(std::iter::once(key)).pop()?
    }

    /// Returns each of these datasets, if it exists.
    pub(super) fn datasets<'k>(
        &self,
        keys: impl Iterator<Item = &'k DatasetKey> + Clone,
    ) -> Vec<Option<DatasetFact<'_>>> {
        let found = self.directory.datastores().find_all(keys.clone()).into_iter().zip(keys);
        let facts = found.map(|(found, key)| {
            let FoundDataset { unit, store: located, dataset } = found?;
            let origins = self.origins(&key.datastore);
            let origins = origins.and_then(|all| all.get(&key.dataset));
            Some(DatasetFact { store: StoreFact { unit, located }, dataset: dataset?, origins })
        });
        facts.collect()
    }

    pub(super) fn lineage_path(&self, key: &LineageKey) -> Option<LineagePath> {
        self.directory.origins().lineage_path(key, &self.directory)
    }

    pub(super) fn asks_for_release(&self, key: &ReleaseKey) -> bool {
        self.directory.asks_for_release(key)
    }

    pub(super) fn release_fingerprints(&self, key: &ReleaseKey) -> Option<ReleaseFingerprints> {
        ReleaseFingerprints::find(key, &self.directory)
    }

    pub(super) fn store(&self, name: &DatastoreName) -> Option<StoreFact<'_>> {
        let (unit, found) = self.directory.datastores().get(name)?;
        Some(StoreFact { unit, located: found.located() })
    }

    pub(super) fn classifications(&self, key: &DatasetKey) -> DatasetClassifications<'_> {
        DatasetClassifications(self.found(key))
    }

    pub(super) fn table(&self, key: &DatasetKey) -> Option<TableFact<'_>> {
        self.found(key).map(TableFact)
    }

    pub(super) fn former_keys(&self, key: &DatasetKey) -> Vec<DatasetKey> {
        self.directory.former_keys(key)
    }

    pub(super) fn output(&self, datastore: &DatastoreName) -> Option<OutputFact<'_>> {
        self.datastore(datastore).map(OutputFact)
    }

    pub(super) fn group(&self, key: &GroupKey) -> Option<GroupFact<'_>> {
        let (unit, found) = self.directory.workspaces().get(&key.workspace)?;
        let group = found.entity().groups().get(&key.group);
        Some(GroupFact { unit, workspace: found.entity(), group })
    }

    pub(super) fn transformers(&self) -> &Named<TransformerFact> {
        &self.transformers
    }

    fn datastore(&self, name: &DatastoreName) -> Option<&Arc<Datastore>> {
        self.directory.datastores().get(name).map(|(_, found)| found.entity())
    }

    fn found(&self, key: &DatasetKey) -> Option<&Dataset> {
        self.datastore(&key.datastore)?.datasets().get(&key.dataset)
    }
}

impl NameIndexes {
    /// What was arranged, and has changed since, is arranged anew when somebody asks.
    fn forget(&mut self, touched: &FxHashSet<Subject>) {
        for (subject, names) in [
            (Subject::Frame, &mut self.vendors),
            (Subject::Frame, &mut self.platforms),
            (Subject::ContainerNames, &mut self.containers),
            (Subject::DatastoreNames, &mut self.datastores),
            (Subject::WorkspaceNames, &mut self.workspaces),
        ] {
            if touched.contains(&subject) {
                *names = Arc::default();
            }
        }
    }
}

fn all_of<'a, T: Entity<Name: Name> + 'a>(units: impl Iterator<Item = &'a Located<T>>) -> NameIndex {
    NameIndex::new(units.map(|located| located.entity.name().as_str()))
}

fn name_index<T: Entity<Name: Name>>(entities: &Named<T>) -> NameIndex {
    NameIndex::new(entities.names().map(Name::as_str))
}
