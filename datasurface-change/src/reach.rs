//! The consumers that a change reaches, whether it breaks anything for them or not.

use super::{
    changed_datastores::{self, Change, StoreChange},
    diff::Pruned,
    uses::{AffectedGroup, DatasetUses, workspaces},
};
use datasurface_model::{
    ContainerKey, DataTransformer, DatasetKey, Datastore, DatastoreName, Deprecation, Ecosystem, Entity,
    GroupKey, GroupPin, ModelPath, Place, PlatformDeclaration, PlatformName, PrimaryPin, ProductionStatus,
    Repository, Set, Team, TeamKey, Valid, VendorName, Workspace, ZoneName, segment,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The notice to one team: the dataset groups of the team that a change reaches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct TeamNotice {
    /// The team.
    pub team: TeamKey,
    /// The repository that owns the team.
    pub owner: Repository,
    /// The groups of the team that are reached, each with the paths of the changes that reach it.
    pub groups: BTreeMap<GroupKey, BTreeSet<ModelPath>>,
}

/// The changes that reach consumers, and those consumers.
#[derive(Default)]
pub(super) struct ReachedConsumers {
    /// Datasets that a change is about. It reaches every group that wants them, also through transformers.
    datasets: Vec<(ModelPath, Vec<DatasetKey>)>,
    /// Groups whose own surroundings change.
    groups: Vec<(ModelPath, AffectedGroup)>,
}

impl ReachedConsumers {
    pub(super) fn new(pruned: &Pruned, changes: &[StoreChange<'_>], new: &Valid<Ecosystem>) -> Self {
        let mut reach = Self::default();
        for change in changes {
            reach.add_store(change, new);
        }
        reach.add_transformers(pruned, new);
        reach.add_pins(pruned, new);
        reach.add_platforms(pruned, new);
        let surroundings = ChangedEnvironment::new(pruned, new);
        if !surroundings.is_empty() {
            reach.add_surrounded(&surroundings, new);
        }
        reach
    }

    /// Every dataset that the change is about.
    pub(super) fn datasets(&self) -> impl Iterator<Item = DatasetKey> {
        self.datasets.iter().flat_map(|(_, datasets)| datasets.iter().cloned())
    }

    /// Returns the notices, one for each team.
    pub(super) fn notices(&self, uses: &DatasetUses<'_>) -> Vec<TeamNotice> {
        let mut teams = BTreeMap::<TeamKey, TeamNotice>::new();
        let mut tell = |path: &ModelPath, consumer: &AffectedGroup| {
            let notice = teams.entry(consumer.team.clone()).or_insert_with(|| TeamNotice {
                team: consumer.team.clone(),
                owner: consumer.owner.clone(),
                groups: BTreeMap::new(),
            });
            notice.groups.entry(consumer.group.clone()).or_default().insert(path.clone());
        };
        for (path, datasets) in &self.datasets {
            for consumer in uses.consumers(datasets.iter().cloned(), |_| true) {
                tell(path, &consumer);
            }
        }
        for (path, consumer) in &self.groups {
            tell(path, consumer);
        }
        teams.into_values().collect()
    }

    fn add_store(&mut self, change: &StoreChange<'_>, new: &Valid<Ecosystem>) {
        match change {
            Change::New(_) => {}
            Change::Gone(old) => self.datasets.push((old.path(), old.keys().collect())),
            Change::Both { old, new: now } => {
                let whole = new.datastore(now.store.name()).map(|store| &store.entity);
                if old.team != now.team || says(old.store) != says(now.store) {
                    let keys = whole.into_iter().flat_map(|store| keys(store));
                    self.datasets.push((now.path(), keys.collect()));
                }
                for change in changed_datastores::datasets(old, now) {
                    let (path, keys) = match change {
                        Change::New(_) => continue,
                        Change::Gone(dataset) => (now.dataset_path(dataset), vec![old.key(dataset)]),
                        Change::Both { old: before, new: after } => {
                            (now.dataset_path(after), vec![old.key(before), now.key(after)])
                        }
                    };
                    self.datasets.push((path, keys));
                }
            }
        }
    }

    /// Adds transformers that make data otherwise than before: the output of a datastore is the same only if the same
    /// code fills it from the same inputs.
    fn add_transformers(&mut self, pruned: &Pruned, new: &Valid<Ecosystem>) {
        let before: BTreeMap<_, _> =
            workspaces(&pruned.old).filter_map(|placed| making(placed.workspace)).collect();
        for placed in workspaces(&pruned.new) {
            let Some((output, making)) = making(placed.workspace) else { continue };
            if before.get(output) != Some(&making)
                && let Some(output) = new.datastore(output)
            {
                let path = ModelPath::root()
                    .child(segment::ZONES, &placed.team.zone)
                    .child(segment::TEAMS, &placed.team.team);
                let path =
                    path.child(segment::WORKSPACES, placed.workspace.name()).attribute(segment::TRANSFORMER);
                self.datasets.push((path, keys(&output.entity).collect()));
            }
        }
    }

    /// Whoever is served by another platform from now on, or from a capture of another one.
    fn add_pins(&mut self, pruned: &Pruned, new: &Valid<Ecosystem>) {
        for (old, now) in pruned.old.primary_pins().difference(pruned.new.primary_pins()) {
            let Some(datastore) = old.or(now).map(PrimaryPin::name) else { continue };
            let keys = new.datastore(datastore).into_iter().flat_map(|store| keys(&store.entity));
            let path = ModelPath::root().child(segment::PRIMARY_PINS, datastore);
            self.datasets.push((path, keys.collect()));
        }
        let pins = pruned.old.group_pins().difference(pruned.new.group_pins());
        let pins = pins.filter_map(|(old, now)| old.or(now)).map(GroupPin::name);
        let pinned = pins.map(|group| {
            (group.clone(), vec![ModelPath::root().child(segment::GROUP_PINS, group.to_string())])
        });
        self.add_groups(&pinned.collect(), new);
    }

    /// Whoever is served by a platform that is elsewhere from now on, or no longer what it was: as far as pins tell.
    fn add_platforms(&mut self, pruned: &Pruned, new: &Valid<Ecosystem>) {
        let platforms = pruned.old.platforms().difference(pruned.new.platforms());
        let changed = platforms.filter_map(|(old, now)| {
            let (old, now) = (old?, now?);
            (serves(old) != serves(now)).then(|| now.name())
        });
        let changed: BTreeSet<&PlatformName> = changed.collect();
        if changed.is_empty() {
            return;
        }
        let path = |platform: &PlatformName| ModelPath::root().child(segment::PLATFORMS, platform);
        for pin in new.primary_pins().iter().filter(|pin| changed.contains(pin.platform())) {
            let keys = new.datastore(pin.name()).into_iter().flat_map(|store| keys(&store.entity));
            self.datasets.push((path(pin.platform()), keys.collect()));
        }
        let served = new.group_pins().iter().filter_map(|pin| {
            let platforms = pin.platforms().iter().filter(|platform| changed.contains(platform));
            let paths: Vec<_> = platforms.map(path).collect();
            (!paths.is_empty()).then(|| (pin.name().clone(), paths))
        });
        self.add_groups(&served.collect(), new);
    }

    /// These groups, each for some reasons.
    fn add_groups(&mut self, reasons: &BTreeMap<GroupKey, Vec<ModelPath>>, new: &Valid<Ecosystem>) {
        if reasons.is_empty() {
            return;
        }
        for consumer in workspaces(new).flat_map(|placed| placed.consumers().collect::<Vec<_>>()) {
            let paths = reasons.get(&consumer.group).into_iter().flatten();
            self.groups.extend(paths.map(|path| (path.clone(), consumer.clone())));
        }
    }

    fn add_surrounded(&mut self, surroundings: &ChangedEnvironment, new: &Valid<Ecosystem>) {
        for (team, store) in stores(new) {
            let container = store.capture().map(|capture| capture.container());
            for path in surroundings.around(&team, container) {
                self.datasets.push((path, keys(store).collect()));
            }
        }
        for placed in workspaces(new) {
            for path in surroundings.around(&placed.team, placed.workspace.container()) {
                self.groups.extend(placed.consumers().map(|consumer| (path.clone(), consumer)));
            }
        }
    }
}

/// Zones whose policies are others, and containers that are others, or elsewhere.
#[derive(Default)]
struct ChangedEnvironment {
    zones: BTreeSet<ZoneName>,
    containers: BTreeSet<ContainerKey>,
}

impl ChangedEnvironment {
    fn new(pruned: &Pruned, new: &Valid<Ecosystem>) -> Self {
        let mut surroundings = Self::default();
        for (old, new) in pruned.old.zones().difference(pruned.new.zones()) {
            let (Some(old), Some(new)) = (old, new) else { continue };
            let (Some(old_zone), Some(new_zone)) = (old.definition(), new.definition()) else { continue };
            if old_zone.policies() != new_zone.policies() {
                surroundings.zones.insert(new.name().clone());
            }
            for (old_team, new_team) in old_zone.teams().difference(new_zone.teams()) {
                let (Some(old_team), Some(new_team)) = (old_team, new_team) else { continue };
                let key = TeamKey::new(new.name(), new_team.name());
                if let (Some(old), Some(new)) = (old_team.definition(), new_team.definition()) {
                    surroundings.add_containers(&key, old, new);
                }
            }
        }
        let vendors = pruned.old.vendors().difference(pruned.new.vendors());
        let vendors = vendors.filter_map(|(old, new)| Some(old.or(new)?.name().clone())).collect();
        surroundings.add_containers_at(&vendors, new);
        surroundings
    }

    fn add_containers(&mut self, team: &TeamKey, old: &Team, new: &Team) {
        let changed = old.containers().difference(new.containers());
        let changed = changed.filter_map(|(old, new)| old.or(new));
        self.containers
            .extend(changed.map(|container| ContainerKey::new(&team.zone, &team.team, container.name())));
    }

    fn add_containers_at(&mut self, vendors: &BTreeSet<VendorName>, new: &Ecosystem) {
        if vendors.is_empty() {
            return;
        }
        for (key, team) in teams(new) {
            let there = team.containers().iter().filter(|container| {
                container.locations().iter().any(|place| vendors.contains(place.vendor()))
            });
            self.containers
                .extend(there.map(|container| ContainerKey::new(&key.zone, &key.team, container.name())));
        }
    }

    fn is_empty(&self) -> bool {
        self.zones.is_empty() && self.containers.is_empty()
    }

    /// Returns the paths of the changed parts around a team's part in this container.
    fn around(&self, team: &TeamKey, container: Option<&ContainerKey>) -> Vec<ModelPath> {
        let zone = |zone: &ZoneName| ModelPath::root().child(segment::ZONES, zone);
        let policies = self.zones.contains(&team.zone).then(|| zone(&team.zone).attribute(segment::POLICIES));
        let container = container.filter(|key| self.containers.contains(key)).map(|key| {
            zone(&key.zone).child(segment::TEAMS, &key.team).child(segment::CONTAINERS, &key.container)
        });
        policies.into_iter().chain(container).collect()
    }
}

/// The datastore that a workspace fills, and how, and with what.
fn making(workspace: &Workspace) -> Option<(&DatastoreName, (&DataTransformer, BTreeSet<&DatasetKey>))> {
    let transformer = workspace.transformer()?;
    let inputs = workspace.groups().iter().flat_map(|group| group.sinks().iter().map(Entity::name));
    Some((transformer.output(), (transformer, inputs.collect())))
}

/// Returns the attributes of a platform that concern its consumers.
fn serves(
    platform: &PlatformDeclaration,
) -> (&Set<Place>, ProductionStatus, Option<&Deprecation<PlatformName>>) {
    (platform.locations(), platform.production_status(), platform.deprecation())
}

/// Returns a datastore without its datasets, to compare its own attributes.
fn says(store: &Datastore) -> Datastore {
    store.clone().with_datasets([])
}

fn keys(store: &Datastore) -> impl Iterator<Item = DatasetKey> {
    store.datasets().iter().map(|dataset| DatasetKey::new(store.name(), dataset.name()))
}

fn teams(ecosystem: &Ecosystem) -> impl Iterator<Item = (TeamKey, &Team)> {
    ecosystem.zones().iter().flat_map(|zone| {
        let teams = zone.definition().into_iter().flat_map(|definition| definition.teams().iter());
        teams.filter_map(|declaration| {
            let team = declaration.definition()?;
            Some((TeamKey::new(zone.name(), declaration.name()), &**team))
        })
    })
}

fn stores(ecosystem: &Ecosystem) -> impl Iterator<Item = (TeamKey, &Datastore)> {
    teams(ecosystem)
        .flat_map(|(key, team)| team.datastores().iter().map(move |store| (key.clone(), &**store)))
}
