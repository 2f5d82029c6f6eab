//! Where each unit of an ecosystem is. Every version has its own directory, which shares with the one before it all
//! that did not change.

use super::{
    PersistentMap,
    changes::credentials,
    container_index::{ContainerIndex, MovedContainers},
    facts::Subject,
    file_prefixes::FilePrefixes,
    index::MultiIndex,
    labels::LabelIndex,
    origins::{KeptOrigins, OriginIndex, ReleaseKey},
    sources::SourceIndex,
    unit::{Content, UnitKey},
    unit_diff::UnitChange,
    unit_members::Members,
};
use datasurface_ecosystem::{
    Credential, DataTransformer, Datastore, GovernanceZone, ModelPath, Reference, UnitPlace, Workspace,
    ownership::OwnedPart,
};
use datasurface_schema::{
    ContainerKey, DatasetKey, DatastoreName, Entity, Named, TeamKey, WorkspaceName, ZoneName, segment,
};
use rustc_hash::FxHashSet;
use std::{hash::Hash, sync::Arc};

/// Every datastore, workspace and container by name. In a valid ecosystem each name stands for one; in others, the first
/// in canonical order answers.
#[derive(Clone, Debug, Default)]
pub(super) struct UnitIndex {
    /// The frames of the ecosystem and of each zone.
    frames: PersistentMap<UnitKey, Content>,
    datastores: Members<Datastore>,
    workspaces: Members<Workspace>,
    containers: ContainerIndex,
    /// The credentials of each team that has any.
    credentials: MultiIndex<TeamKey, Named<Credential>>,
    producers: MultiIndex<DatastoreName, WorkspaceName>,
    former_datastores: MultiIndex<DatastoreName, ()>,
    former_workspaces: MultiIndex<WorkspaceName, ()>,
    /// Workspaces by the containers to which their data is delivered.
    deliveries: MultiIndex<ContainerKey, WorkspaceName>,
    /// Datastores by the containers from which they are captured.
    captures: MultiIndex<ContainerKey, DatastoreName>,
    /// Datasets by what they are captured from.
    sources: SourceIndex,
    file_prefixes: FilePrefixes,
    labels: LabelIndex,
    origins: OriginIndex,
}

impl UnitIndex {
    /// Creates an index of nothing, for an ecosystem in which datasets have more origins than it tells.
    pub(super) fn with_kept_origins(kept: KeptOrigins) -> Self {
        Self { origins: OriginIndex::with_kept(kept), ..Self::default() }
    }

    /// Follows the changes of units, and notes who may answer differently now.
    pub(super) fn update(&mut self, changes: &[UnitChange], touched: &mut FxHashSet<Subject>) {
        let moved = self.containers.update(changes, touched);
        let recaptured = self.captured_from(&moved, changes);
        for change in changes {
            self.update_unit(change, touched);
        }
        let datastores =
            changes.iter().filter(|change| matches!(change.key.place(), UnitPlace::Datastore(..)));
        let datastores = datastores.map(|change| (&change.key, change.datastores()));
        let unchanged = recaptured.iter().map(|(unit, store)| (unit, [Some(store), Some(store)]));
        let datastores = datastores.chain(unchanged);
        self.sources.update(datastores.clone(), &self.containers, &moved, touched);
        self.file_prefixes.update(datastores, &self.containers, &moved, touched);
        self.labels.update(changes, touched);
        let mut origins = std::mem::take(&mut self.origins);
        origins.update(self, changes, &moved, touched);
        self.origins = origins;
    }

    /// The datastores that are captured from certain containers, and did not change themselves.
    fn captured_from(
        &self,
        containers: &MovedContainers,
        changes: &[UnitChange],
    ) -> Vec<(UnitKey, Arc<Datastore>)> {
        let captured: Vec<&UnitKey> =
            containers.keys().flat_map(|key| self.captures.all(key)).map(|(unit, _)| unit).collect();
        if captured.is_empty() {
            return Vec::new();
        }
        let changed: FxHashSet<&UnitKey> = changes.iter().map(|change| &change.key).collect();
        let unchanged = captured.into_iter().filter(|unit| !changed.contains(unit));
        let found = |unit: &UnitKey| Some((unit.clone(), Arc::clone(self.datastores.unit(unit)?.entity())));
        unchanged.filter_map(found).collect()
    }

    fn update_unit(&mut self, change: &UnitChange, touched: &mut FxHashSet<Subject>) {
        let unit = &change.key;
        if let UnitPlace::Zone(zone) = unit.place() {
            touched.extend([Subject::Zone(zone.clone()), Subject::Zones]);
        }
        match (unit.place(), &change.new) {
            (UnitPlace::Ecosystem | UnitPlace::Transformers | UnitPlace::Zone(_), Some(frame)) => {
                self.frames.insert(unit.clone(), frame.clone());
            }
            (UnitPlace::Ecosystem | UnitPlace::Transformers | UnitPlace::Zone(_), None) => {
                self.frames.remove(unit);
            }
            (UnitPlace::Team(_), _) => {
                self.update_credentials(change, touched);
            }
            (UnitPlace::Datastore(..), _) => {
                let [old, new] = change.datastores();
                let (old, new) = (old.cloned(), new.cloned());
                let former = |one: &Option<Arc<Datastore>>| one.as_ref()?.former_name().cloned();
                let source =
                    |one: &Option<Arc<Datastore>>| Some(one.as_ref()?.capture()?.container().clone());
                follow(&mut self.captures, unit, source(&old), source(&new), || {
                    new.as_ref().map(|new| new.name().clone())
                });
                if source(&old) != source(&new) {
                    let sources = source(&old).into_iter().chain(source(&new));
                    let files =
                        sources.filter_map(|container| self.containers.get(&container)?.file_address());
                    touched.extend(files.map(Subject::Address));
                }
                let formers = self.former_datastores.update(unit, former(&old), former(&new));
                touched.extend(formers.map(Subject::FormerDatastore));
                let name = self.datastores.update(unit, old, new);
                touched.extend(name.map(Subject::Datastore));
                touched.extend(change.is_about_existence().then_some(Subject::DatastoreNames));
            }
            (UnitPlace::Workspace(..), _) => {
                let [old, new] = change.workspaces();
                let (old, new) = (old.cloned(), new.cloned());
                let former = |one: &Option<Arc<Workspace>>| one.as_ref()?.former_name().cloned();
                let formers = self.former_workspaces.update(unit, former(&old), former(&new));
                touched.extend(formers.map(Subject::FormerWorkspace));
                let target = |one: &Option<Arc<Workspace>>| one.as_ref()?.container().cloned();
                follow(&mut self.deliveries, unit, target(&old), target(&new), || {
                    new.as_ref().map(|new| new.name().clone())
                });
                self.update_producer(unit, old.as_deref(), new.as_deref(), touched);
                touched.extend(self.workspaces.update(unit, old, new).map(Subject::Workspace));
                touched.extend(change.is_about_existence().then_some(Subject::WorkspaceNames));
            }
        }
    }

    fn update_credentials(&mut self, change: &UnitChange, touched: &mut FxHashSet<Subject>) {
        let Some(team) = change.key.team() else {
            return;
        };
        let (old, new) = (credentials(change.old.as_ref()), credentials(change.new.as_ref()));
        if old == new {
            return;
        }
        self.credentials.release(team, &change.key);
        if !new.is_empty() {
            self.credentials.claim((**team).clone(), &change.key, new);
        }
        touched.insert(Subject::Credentials((**team).clone()));
    }

    fn update_producer(
        &mut self,
        unit: &UnitKey,
        old: Option<&Workspace>,
        new: Option<&Workspace>,
        touched: &mut FxHashSet<Subject>,
    ) {
        let output = |workspace: Option<&Workspace>| Some(workspace?.transformer()?.output().clone());
        let (before, after) = (output(old), output(new));
        if before == after {
            return;
        }
        if let Some(output) = before {
            self.producers.release(&output, unit);
            touched.insert(Subject::Producer(output));
        }
        if let (Some(output), Some(workspace)) = (after, new) {
            self.producers.claim(output.clone(), unit, workspace.name().clone());
            touched.insert(Subject::Producer(output));
        }
    }

    /// Returns the frames of zones, in no order.
    pub(super) fn zones(&self) -> impl Iterator<Item = &Arc<GovernanceZone>> {
        self.frames.values().filter_map(|frame| match frame {
            Content::Zone(zone) => Some(zone),
            _ => None,
        })
    }

    /// The containers to which the data of workspaces is delivered.
    pub(super) fn deliveries(&self) -> &MultiIndex<ContainerKey, WorkspaceName> {
        &self.deliveries
    }

    /// The containers from which datastores are captured.
    pub(super) fn captures(&self) -> &MultiIndex<ContainerKey, DatastoreName> {
        &self.captures
    }

    pub(super) fn sources(&self) -> &SourceIndex {
        &self.sources
    }

    pub(super) fn file_prefixes(&self) -> &FilePrefixes {
        &self.file_prefixes
    }

    /// The classifications that occur, and those that are declared.
    pub(super) fn labels(&self) -> &LabelIndex {
        &self.labels
    }

    pub(super) fn origins(&self) -> &OriginIndex {
        &self.origins
    }

    /// Returns the keys that a dataset had before.
    pub(super) fn former_keys(&self, key: &DatasetKey) -> Vec<DatasetKey> {
        let found = self.datastores.get(&key.datastore);
        found.map_or_else(Vec::new, |(_, store)| store.entity().former_keys(&key.dataset))
    }

    /// Whether the transformer of a workspace asks for a release.
    pub(super) fn asks_for_release(&self, key: &ReleaseKey) -> bool {
        let transformer =
            self.workspaces.get(&key.workspace).and_then(|(_, found)| found.entity().transformer());
        let mut releases = transformer.into_iter().flat_map(DataTransformer::releases);
        releases.any(|release| release.output == key.output && release.zone == key.zone)
    }

    /// Datastores by the names that they say they had before.
    pub(super) fn former_datastores(&self) -> &MultiIndex<DatastoreName, ()> {
        &self.former_datastores
    }

    /// Workspaces by the names that they say they had before.
    pub(super) fn former_workspaces(&self) -> &MultiIndex<WorkspaceName, ()> {
        &self.former_workspaces
    }

    /// Returns the content of a frame at the last update.
    pub(super) fn frame(&self, unit: &UnitKey) -> Option<&Content> {
        self.frames.get(unit)
    }

    pub(super) fn datastores(&self) -> &Members<Datastore> {
        &self.datastores
    }

    pub(super) fn workspaces(&self) -> &Members<Workspace> {
        &self.workspaces
    }

    pub(super) fn containers(&self) -> &ContainerIndex {
        &self.containers
    }

    /// The credentials of a team, if it has any.
    pub(super) fn credentials(&self, team: &TeamKey) -> Option<&Named<Credential>> {
        self.credentials.get(team)
    }

    /// The teams that have credentials, with these, in no order.
    pub(super) fn all_credentials(&self) -> impl Iterator<Item = (&TeamKey, &Named<Credential>)> {
        self.credentials.keys().filter_map(|team| Some((team, self.credentials.get(team)?)))
    }

    /// The place at which something is declared, by its name.
    pub(super) fn path_of(&self, reference: &Reference) -> Option<ModelPath> {
        let part = self.part_of(reference)?;
        Some(match reference {
            Reference::Vendor(name) => part.path().child(segment::VENDORS, name),
            Reference::Location(place) => ModelPath::place(place),
            Reference::Platform(name) => part.path().child(segment::PLATFORMS, name),
            Reference::Policy(key) => part.path().child(segment::POLICIES, &key.policy),
            Reference::Container(key) => part.path().child(segment::CONTAINERS, &key.container),
            Reference::Datastore(name) => part.path().child(segment::DATASTORES, name),
            Reference::Dataset(key) => {
                part.path().child(segment::DATASTORES, &key.datastore).child(segment::DATASETS, &key.dataset)
            }
            Reference::Workspace(name) => part.path().child(segment::WORKSPACES, name),
            Reference::Group(key) => {
                part.path().child(segment::WORKSPACES, &key.workspace).child(segment::GROUPS, &key.group)
            }
            _ => part.path(),
        })
    }

    /// The part that something of this name is, or belongs to.
    pub(super) fn part_of(&self, reference: &Reference) -> Option<OwnedPart> {
        let frame = |zone: &ZoneName| self.frame(&UnitKey::new(UnitPlace::Zone(zone.clone())));
        let team = |unit: &UnitKey| unit.team().map(|team| OwnedPart::Team((**team).clone()));
        let ecosystem = || match self.frame(&UnitKey::new(UnitPlace::Ecosystem))? {
            Content::Ecosystem(frame) => Some(frame),
            _ => None,
        };
        match reference {
            Reference::Vendor(name) => ecosystem()?.vendors().get(name).map(|_| OwnedPart::Ecosystem),
            Reference::Location(place) => {
                let vendor = ecosystem()?.vendors().get(place.vendor())?;
                vendor.has_location(place).then_some(OwnedPart::Ecosystem)
            }
            Reference::Platform(name) => ecosystem()?.platforms().get(name).map(|_| OwnedPart::Ecosystem),
            Reference::Zone(name) => ecosystem()?.zones().get(name).map(|_| OwnedPart::Zone(name.clone())),
            Reference::Policy(key) => match frame(&key.zone)? {
                Content::Zone(zone) => {
                    zone.policies().get(&key.policy).map(|_| OwnedPart::Zone(key.zone.clone()))
                }
                _ => None,
            },
            Reference::Team(key) => match frame(&key.zone)? {
                Content::Zone(zone) => zone.teams().get(&key.team).map(|_| OwnedPart::Team(key.clone())),
                _ => None,
            },
            Reference::Container(key) => self.containers.get(key).map(|_| OwnedPart::Team(key.team_key())),
            Reference::Datastore(name) => team(self.datastores.get(name)?.0),
            Reference::Dataset(key) => {
                let (unit, found) = self.datastores.get(&key.datastore)?;
                found.entity().datasets().get(&key.dataset).and_then(|_| team(unit))
            }
            Reference::Workspace(name) => team(self.workspaces.get(name)?.0),
            Reference::Group(key) => {
                let (unit, found) = self.workspaces.get(&key.workspace)?;
                found.entity().groups().get(&key.group).and_then(|_| team(unit))
            }
            _ => None,
        }
    }

    pub(super) fn producers(&self) -> &MultiIndex<DatastoreName, WorkspaceName> {
        &self.producers
    }
}

/// Follows what a unit refers to.
fn follow<K: Clone + Eq + Hash, V: Clone>(
    index: &mut MultiIndex<K, V>,
    unit: &UnitKey,
    before: Option<K>,
    after: Option<K>,
    value: impl FnOnce() -> Option<V>,
) {
    if before != after {
        before.iter().for_each(|before| index.release(before, unit));
        if let Some((after, value)) = after.zip(value()) {
            index.claim(after, unit, value);
        }
    }
}
