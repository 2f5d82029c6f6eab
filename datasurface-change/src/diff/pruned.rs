//! Removal of the parts that two ecosystems have in common: the remainder is small if the change was small.
//!
//! Things are only ever left out because they are equal as a whole. So nothing that a model can say is overlooked, and
//! what both share in memory is not looked at.

use datasurface_model::{
    Datastore, Ecosystem, Entity, GovernanceZone, Named, Team, TeamDeclaration, ZoneDeclaration,
};
use std::sync::Arc;

/// Two ecosystems without the zones, teams, datastores, datasets, workspaces and pins that are equal in both.
#[derive(Debug)]
pub(crate) struct Pruned {
    pub(crate) old: Ecosystem,
    pub(crate) new: Ecosystem,
}

impl Pruned {
    pub(crate) fn new(old: &Ecosystem, new: &Ecosystem) -> Self {
        let zones = pruned(old.zones(), new.zones(), zones);
        let group_pins = pruned(old.group_pins(), new.group_pins(), whole);
        let primary_pins = pruned(old.primary_pins(), new.primary_pins(), whole);
        let with = |ecosystem: &Ecosystem, zones, group_pins, primary_pins| {
            let ecosystem = ecosystem.clone().with_zones(zones);
            ecosystem.with_group_pins(group_pins).with_primary_pins(primary_pins)
        };
        Self {
            old: with(old, zones.0, group_pins.0, primary_pins.0),
            new: with(new, zones.1, group_pins.1, primary_pins.1),
        }
    }
}

fn zones(old: &ZoneDeclaration, new: &ZoneDeclaration) -> (ZoneDeclaration, ZoneDeclaration) {
    let (Some(old_zone), Some(new_zone)) = (old.definition(), new.definition()) else {
        return whole(old, new);
    };
    let (old_teams, new_teams) = pruned(old_zone.teams(), new_zone.teams(), teams);
    let defined = |declaration: &ZoneDeclaration, zone: &GovernanceZone, teams| {
        declaration.clone().defined(zone.clone().with_teams(teams))
    };
    (defined(old, old_zone, old_teams), defined(new, new_zone, new_teams))
}

fn teams(old: &TeamDeclaration, new: &TeamDeclaration) -> (TeamDeclaration, TeamDeclaration) {
    let (Some(old_team), Some(new_team)) = (old.definition(), new.definition()) else {
        return whole(old, new);
    };
    let datastores = pruned(old_team.datastores(), new_team.datastores(), datastores);
    let workspaces = pruned(old_team.workspaces(), new_team.workspaces(), whole);
    let defined = |declaration: &TeamDeclaration, team: &Team, datastores, workspaces| {
        declaration.clone().defined(team.clone().with_datastores(datastores).with_workspaces(workspaces))
    };
    (defined(old, old_team, datastores.0, workspaces.0), defined(new, new_team, datastores.1, workspaces.1))
}

fn datastores(old: &Arc<Datastore>, new: &Arc<Datastore>) -> (Arc<Datastore>, Arc<Datastore>) {
    // It may be another one that took over the name, and its datasets are others.
    if old.former_name() != new.former_name() {
        return whole(old, new);
    }
    let (old_datasets, new_datasets) = pruned(old.datasets(), new.datasets(), whole);
    let with = |datastore: &Datastore, datasets| Arc::new(datastore.clone().with_datasets(datasets));
    (with(old, old_datasets), with(new, new_datasets))
}

fn whole<T: Clone>(old: &T, new: &T) -> (T, T) {
    (old.clone(), new.clone())
}

/// Both collections without the elements that are equal in both; `inside` prunes those that are in both and differ.
fn pruned<T: Entity>(old: &Named<T>, new: &Named<T>, inside: impl Fn(&T, &T) -> (T, T)) -> (Vec<T>, Vec<T>) {
    let (mut left, mut right) = (Vec::new(), Vec::new());
    for (old, new) in old.difference(new) {
        match (old, new) {
            (Some(old), Some(new)) => {
                let (old, new) = inside(old, new);
                left.push(old);
                right.push(new);
            }
            (old, new) => {
                left.extend(old.cloned());
                right.extend(new.cloned());
            }
        }
    }
    (left, right)
}
