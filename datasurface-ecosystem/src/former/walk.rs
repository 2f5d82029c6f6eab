//! Which names an ecosystem declares, and which it declared before: only what differs from an older version is looked at.

use super::DEEPEST_LOCATION;
use crate::{
    ecosystem::{
        Datastore, Ecosystem, GovernanceZone, InfrastructureVendor, Team, TeamDeclaration, UnitPlace,
        Workspace, ZoneDeclaration,
    },
    reference::Reference,
};
use datasurface_schema::{
    ContainerKey, DatasetKey, DatastoreName, Entity, GroupKey, Place, PolicyKey, TeamKey, WorkspaceName,
    ZoneName,
};
use rustc_hash::{FxHashMap, FxHashSet};
use std::sync::Arc;

/// What differs between two versions.
#[derive(Debug, Default)]
pub(super) struct Walk {
    /// Former names with the present ones, and whether it is the new version that says so.
    pub(super) formers: Vec<(bool, Reference, Reference)>,
    /// Names that one version declares, where there is an older one; of locations, the vendors.
    pub(super) names: Vec<Reference>,
    /// The units that differ.
    pub(super) places: FxHashSet<UnitPlace>,
    /// Whether a vendor is new or gone, or has other locations, where there is an older version.
    pub(super) has_other_vendors: bool,
    is_first: bool,
}

/// Finds the differences between two versions; all there is, if there is no older one.
pub(super) fn changes(older: Option<&Ecosystem>, newer: &Ecosystem) -> Walk {
    let mut walk = Walk { is_first: older.is_none(), ..Walk::default() };
    walk.places.insert(UnitPlace::Ecosystem);
    let nothing = Ecosystem::new("", "", "");
    let older = older.unwrap_or(&nothing);
    for (old, new) in older.vendors().difference(newer.vendors()) {
        walk.has_other_vendors = !walk.is_first;
        walk.vendor(false, old);
        walk.vendor(true, new);
    }
    for (old, new) in older.platforms().difference(newer.platforms()) {
        for (is_new, platform) in [(false, old), (true, new)] {
            let Some(platform) = platform else { continue };
            let former = platform.former_name().map(|former| Reference::Platform(former.clone()));
            walk.name(is_new, Reference::Platform(platform.name().clone()), former);
        }
    }
    for (old, new) in older.zones().difference(newer.zones()) {
        walk.zone_declaration(false, old);
        walk.zone_declaration(true, new);
        let Some(name) = old.or(new).map(Entity::name) else { continue };
        walk.zone(name, definition(old), definition(new));
    }
    walk
}

fn definition(zone: Option<&ZoneDeclaration>) -> Option<&Arc<GovernanceZone>> {
    zone.and_then(ZoneDeclaration::definition)
}

impl Walk {
    fn name(&mut self, is_new: bool, name: Reference, former: Option<Reference>) {
        if let Some(former) = former {
            self.formers.push((is_new, former, name.clone()));
        }
        if !self.is_first {
            self.names.push(name);
        }
    }

    /// A vendor, with its tree of locations. Not by recursion: nobody promised that the tree is low.
    fn vendor(&mut self, is_new: bool, vendor: Option<&InfrastructureVendor>) {
        let Some(vendor) = vendor else { return };
        let former = vendor.former_name().map(|former| Reference::Vendor(former.clone()));
        self.name(is_new, Reference::Vendor(vendor.name().clone()), former);
        let mut rest = vec![(Place::from_vendor(vendor.name()), vendor.locations())];
        while let Some((around, locations)) = rest.pop() {
            for location in locations {
                if let Some(former) = location.former_name() {
                    let name = |name| Reference::Location(around.location(name));
                    self.formers.push((is_new, name(former), name(location.name())));
                }
                if !location.locations().is_empty() && around.path().len() + 1 < DEEPEST_LOCATION {
                    rest.push((around.location(location.name()), location.locations()));
                }
            }
        }
    }

    fn zone_declaration(&mut self, is_new: bool, zone: Option<&ZoneDeclaration>) {
        if let Some(zone) = zone {
            let former = zone.former_name().map(|former| Reference::Zone(former.clone()));
            self.name(is_new, Reference::Zone(zone.name().clone()), former);
        }
    }

    fn zone(
        &mut self,
        name: &ZoneName,
        old: Option<&Arc<GovernanceZone>>,
        new: Option<&Arc<GovernanceZone>>,
    ) {
        let nothing = GovernanceZone::default();
        let older = old.map_or(&nothing, Arc::as_ref);
        let newer = new.map_or(&nothing, Arc::as_ref);
        self.places.insert(UnitPlace::Zone(name.clone()));
        for (old, new) in older.policies().difference(newer.policies()) {
            for (is_new, policy) in [(false, old), (true, new)] {
                let Some(policy) = policy else { continue };
                let key = |policy| Reference::Policy(PolicyKey::new(name, policy));
                self.name(is_new, key(policy.name()), policy.former_name().map(key));
            }
        }
        for (old, new) in older.teams().difference(newer.teams()) {
            for (is_new, team) in [(false, old), (true, new)] {
                let Some(team) = team else { continue };
                let key = |team| Reference::Team(TeamKey::new(name, team));
                self.name(is_new, key(team.name()), team.former_name().map(key));
            }
            let Some(team) = old.or(new).map(Entity::name) else { continue };
            let key = Arc::new(TeamKey::new(name, team));
            let definition =
                |team: Option<&TeamDeclaration>| team.and_then(TeamDeclaration::definition).cloned();
            self.team(&key, definition(old).as_deref(), definition(new).as_deref());
        }
    }

    fn team(&mut self, key: &Arc<TeamKey>, old: Option<&Team>, new: Option<&Team>) {
        let nothing = Team::default();
        let (older, newer) = (old.unwrap_or(&nothing), new.unwrap_or(&nothing));
        self.places.insert(UnitPlace::Team(Arc::clone(key)));
        for (old, new) in older.containers().difference(newer.containers()) {
            for (is_new, container) in [(false, old), (true, new)] {
                let Some(container) = container else { continue };
                let name = |name| Reference::Container(ContainerKey::new(&key.zone, &key.team, name));
                self.name(is_new, name(container.name()), container.former_name().map(name));
            }
        }
        for (old, new) in older.datastores().difference(newer.datastores()) {
            if let Some(one) = old.or(new) {
                self.places.insert(UnitPlace::Datastore(Arc::clone(key), one.name().clone()));
            }
            self.datastore(old, new);
        }
        for (old, new) in older.workspaces().difference(newer.workspaces()) {
            if let Some(one) = old.or(new) {
                self.places.insert(UnitPlace::Workspace(Arc::clone(key), one.name().clone()));
            }
            self.workspace(false, old);
            self.workspace(true, new);
        }
    }

    fn datastore(&mut self, old: Option<&Arc<Datastore>>, new: Option<&Arc<Datastore>>) {
        for (is_new, store) in [(false, old), (true, new)] {
            let Some(store) = store else { continue };
            let former = store.former_name().map(|former| Reference::Datastore(former.clone()));
            self.name(is_new, Reference::Datastore(store.name().clone()), former);
            // Most datasets are called as ever, and nobody asks for the names of all at first.
            for dataset in store.datasets() {
                if !self.is_first || dataset.former_name().is_some() {
                    let name = |name| Reference::Dataset(DatasetKey::new(store.name(), name));
                    self.name(is_new, name(dataset.name()), dataset.former_name().map(name));
                }
            }
        }
    }

    fn workspace(&mut self, is_new: bool, workspace: Option<&Arc<Workspace>>) {
        let Some(workspace) = workspace else { return };
        let former = workspace.former_name().map(|former| Reference::Workspace(former.clone()));
        self.name(is_new, Reference::Workspace(workspace.name().clone()), former);
        for group in workspace.groups() {
            let name = |name| Reference::Group(GroupKey::new(workspace.name(), name));
            self.name(is_new, name(group.name()), group.former_name().map(name));
        }
    }
}

/// The definition of a team.
pub(super) fn team<'e>(ecosystem: &'e Ecosystem, key: &TeamKey) -> Option<&'e Arc<Team>> {
    ecosystem.zones().get(&key.zone)?.definition()?.teams().get(&key.team)?.definition()
}

/// Which of these exist.
pub(super) fn existing<'r>(
    ecosystem: &Ecosystem,
    references: impl Iterator<Item = &'r Reference>,
) -> FxHashSet<&'r Reference> {
    let references: Vec<&Reference> = references.collect();
    let mut stores: FxHashMap<&DatastoreName, Option<&Arc<Datastore>>> = FxHashMap::default();
    let mut workspaces: FxHashMap<&WorkspaceName, Option<&Arc<Workspace>>> = FxHashMap::default();
    for reference in &references {
        match reference {
            Reference::Datastore(name) => drop(stores.insert(name, None)),
            Reference::Dataset(key) => drop(stores.insert(&key.datastore, None)),
            Reference::Workspace(name) => drop(workspaces.insert(name, None)),
            Reference::Group(key) => drop(workspaces.insert(&key.workspace, None)),
            _ => {}
        }
    }
    if !stores.is_empty() || !workspaces.is_empty() {
        let zones = ecosystem.zones().iter().filter_map(ZoneDeclaration::definition);
        let teams = zones.flat_map(|zone| zone.teams().iter().filter_map(TeamDeclaration::definition));
        for team in teams {
            for (name, found) in &mut stores {
                *found = found.or_else(|| team.datastores().get(*name));
            }
            for (name, found) in &mut workspaces {
                *found = found.or_else(|| team.workspaces().get(*name));
            }
        }
    }
    let is_there = |reference: &&Reference| match reference {
        Reference::Vendor(name) => ecosystem.vendors().get(name).is_some(),
        Reference::Location(place) => {
            let vendor = ecosystem.vendors().get(place.vendor());
            vendor.is_some_and(|vendor| vendor.has_location(place))
        }
        Reference::Platform(name) => ecosystem.platforms().get(name).is_some(),
        Reference::Zone(name) => ecosystem.zones().get(name).is_some(),
        Reference::Team(key) => {
            let zone = ecosystem.zones().get(&key.zone).and_then(ZoneDeclaration::definition);
            zone.is_some_and(|zone| zone.teams().get(&key.team).is_some())
        }
        Reference::Policy(key) => ecosystem.has_policy(key),
        Reference::Container(key) => team(ecosystem, &key.team_key())
            .is_some_and(|team| team.containers().get(&key.container).is_some()),
        Reference::Datastore(name) => stores.get(name).is_some_and(Option::is_some),
        Reference::Dataset(key) => {
            let store = stores.get(&key.datastore).copied().flatten();
            store.is_some_and(|store| store.datasets().get(&key.dataset).is_some())
        }
        Reference::Workspace(name) => workspaces.get(name).is_some_and(Option::is_some),
        Reference::Group(key) => {
            let workspace = workspaces.get(&key.workspace).copied().flatten();
            workspace.is_some_and(|workspace| workspace.groups().get(&key.group).is_some())
        }
        _ => false,
    };
    references.iter().copied().filter(is_there).collect()
}
