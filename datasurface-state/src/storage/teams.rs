//! Teams that stored data belongs to. A lock names a team, and not its owner: whoever the name is given to could take up the data.

use super::{StorageKind, StorageRecord, allocate};
use crate::lock::Lock;
use datasurface_model::{Ecosystem, Entity, Repository, TeamKey};
use std::collections::{BTreeMap, BTreeSet};

/// A team to which stored data belongs by a lock, and which is not what it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwingTeam {
    /// The team as the lock names it.
    pub stored: TeamKey,
    /// The team that has that place by now, or had it: as the model names it.
    pub team: TeamKey,
    /// The owner before; none if it was not declared.
    pub before: Option<Repository>,
    /// The owner by now; none if it is not declared any more.
    pub after: Option<Repository>,
}

/// Returns the teams to which stored data belongs by either lock, and that have another owner after a change than before it: they go, come
/// back, or are given away.
#[must_use]
pub fn changed_owing_teams(locks: [&Lock; 2], ecosystems: [&Ecosystem; 2]) -> Vec<OwingTeam> {
    let ([live, proposed], [old, new]) = (locks, ecosystems);
    // Most changes are about no team as such, and need no names.
    if live.storage == proposed.storage && declarations(old).eq(declarations(new)) {
        return Vec::new();
    }
    let owing: BTreeSet<&TeamKey> = locks.into_iter().flat_map(owing_teams).collect();
    if owing.is_empty() {
        return Vec::new();
    }
    let owing_before: BTreeSet<&TeamKey> = owing_teams(live).collect();
    let before = declared_teams(old, &allocate(old, live).record);
    let after = declared_teams(new, &allocate(new, proposed).record);
    let changed = owing.into_iter().filter_map(|stored| {
        let (was, is) = (before.get(stored), after.get(stored));
        let (team, _) = is.or(was)?;
        let [was, is] = [was, is].map(|found| found.map(|(_, owner)| *owner));
        let is_same = match was {
            Some(was) => is.is_some_and(|is| was.is_same(is)),
            // A new team with data of its own is nobody else's.
            None => !owing_before.contains(stored),
        };
        (!is_same).then(|| OwingTeam {
            stored: stored.clone(),
            team: team.clone(),
            before: was.cloned(),
            after: is.cloned(),
        })
    });
    changed.collect()
}

/// All of the declarations of teams that tells who has which name.
fn declarations(ecosystem: &Ecosystem) -> impl Iterator<Item = impl PartialEq> {
    ecosystem.zones().iter().flat_map(|zone| {
        let teams = zone.definition().into_iter().flat_map(|definition| definition.teams());
        teams.map(move |team| {
            let names = [Some(team.name()), team.former_name()];
            ([Some(zone.name()), zone.former_name()], names, team.owner())
        })
    })
}

/// The teams of what is stored, and of what is left.
fn owing_teams(lock: &Lock) -> impl Iterator<Item = &TeamKey> {
    let kinds = [StorageKind::Datastores, StorageKind::Datasets];
    let left = kinds.into_iter().filter_map(|kind| lock.storage_names().left.get(&kind));
    let left = left.flat_map(|left| left.paths().filter_map(|path| left.owner(path)?.as_ref()));
    lock.owners.iter().flat_map(|owners| owners.values()).chain(left)
}

/// The teams that are declared, by storage names, each with its name of now and its owner.
pub(super) fn declared_teams<'e>(
    ecosystem: &'e Ecosystem,
    names: &StorageRecord,
) -> BTreeMap<TeamKey, (TeamKey, &'e Repository)> {
    let mut teams = BTreeMap::new();
    for zone in ecosystem.zones() {
        for team in zone.definition().into_iter().flat_map(|zone| zone.teams()) {
            let now = TeamKey::new(zone.name(), team.name());
            teams.insert(names.team(zone.name(), team.name()), (now, team.owner()));
        }
    }
    teams
}
