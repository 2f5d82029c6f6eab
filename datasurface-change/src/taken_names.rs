//! Names of teams that are about to be another owner's.

use super::changed_model::ChangedModel;
use datasurface_model::{
    ContainerUser, Ecosystem, Entity, Repository, TeamDeclaration, TeamKey, ZoneName, ownership::OwnedPart,
};
use std::collections::{BTreeMap, BTreeSet};

/// A name of a team that has another owner than before, or one for the first time.
pub(super) struct TakenName {
    /// The name by which it is listed.
    pub(super) listed: TeamKey,
    /// The team that has the name, or had it before it was renamed.
    pub(super) team: TeamKey,
    /// The name that the team had before this change, if its owner is the same.
    former: Option<TeamKey>,
    former_owner: Option<Repository>,
    owner: Repository,
}

impl TakenName {
    /// Whether the entry of a list followed the rename of a team that was in the list before. What was listed in advance, by
    /// somebody who could not know that the name would go to this team, did not.
    pub(super) fn follows(&self, was_listed: impl FnOnce(&TeamKey) -> bool) -> bool {
        self.former.as_ref().is_some_and(was_listed)
    }

    pub(super) fn event(&self) -> String {
        match (&self.former, &self.former_owner) {
            (Some(former), _) => format!("was called `{former}`, and belongs to {}", self.owner),
            (None, Some(former)) => format!("goes from {former} to {}", self.owner),
            (None, None) => format!("is new, and belongs to {}", self.owner),
        }
    }
}

/// Every name of a team that is taken by another owner.
pub(super) struct TakenNames {
    pub(super) teams: BTreeMap<TeamKey, TakenName>,
    joined: BTreeMap<ZoneName, Vec<TakenName>>,
}

impl TakenNames {
    pub(super) fn new(change: &ChangedModel<'_>) -> Self {
        let mut names = BTreeSet::new();
        for ecosystem in [&change.pruned.old, &change.pruned.new] {
            for zone in ecosystem.zones() {
                let zones = [Some(zone.name()), zone.former_name()];
                for team in zone.definition().into_iter().flat_map(|zone| zone.teams()) {
                    let teams = [Some(team.name()), team.former_name()];
                    for zone in zones.into_iter().flatten() {
                        names.extend(teams.into_iter().flatten().map(|team| TeamKey::new(zone, team)));
                    }
                }
            }
        }
        let mut teams = BTreeMap::new();
        for listed in names {
            let Some((team, new)) = named(change.new, &listed) else { continue };
            let old = named(change.old, &listed).map(|(_, declaration)| declaration.owner());
            if old.is_some_and(|old| old.is_same(new.owner())) {
                continue;
            }
            let (former_owner, owner) = (old.cloned(), new.owner().clone());
            let former = former_name(change, &team, &owner);
            teams.insert(listed.clone(), TakenName { listed, team, former, former_owner, owner });
        }
        Self { teams, joined: Self::joined(change) }
    }

    /// The teams that are new in a zone, or have another owner, or whose zone has another name, by each name of the zone.
    fn joined(change: &ChangedModel<'_>) -> BTreeMap<ZoneName, Vec<TakenName>> {
        let mut joined = BTreeMap::<ZoneName, Vec<TakenName>>::new();
        for zone in change.pruned.new.zones() {
            for declaration in zone.definition().into_iter().flat_map(|zone| zone.teams()) {
                let team = TeamKey::new(zone.name(), declaration.name());
                let before = change.former.part(&OwnedPart::Team(team.clone()));
                let former_owner = before.owner(change.old);
                let is_same = former_owner.is_some_and(|former| former.is_same(declaration.owner()));
                let former = match before {
                    OwnedPart::Team(former) if is_same => Some(former),
                    _ => None,
                };
                if former.as_ref().is_some_and(|former| former.zone == team.zone) {
                    continue;
                }
                let former_owner = former_owner.filter(|_| !is_same);
                for name in [Some(zone.name()), zone.former_name()].into_iter().flatten() {
                    joined.entry(name.clone()).or_default().push(TakenName {
                        listed: team.clone(),
                        team: team.clone(),
                        former: former.clone(),
                        former_owner: former_owner.cloned(),
                        owner: declaration.owner().clone(),
                    });
                }
            }
        }
        joined
    }

    pub(super) fn is_empty(&self) -> bool {
        self.teams.is_empty() && self.joined.is_empty()
    }

    /// The names to which a container is opened by this word. What is open to everyone is meant for strangers.
    pub(super) fn listed_as(&self, user: &ContainerUser) -> impl Iterator<Item = &TakenName> {
        let (team, zone) = match user {
            ContainerUser::Everyone => (None, None),
            ContainerUser::Zone(zone) => (None, self.joined.get(zone)),
            ContainerUser::Team(team) => (self.teams.get(team), None),
        };
        team.into_iter().chain(zone.into_iter().flatten())
    }
}

/// The name that a team of this owner had before.
fn former_name(change: &ChangedModel<'_>, team: &TeamKey, owner: &Repository) -> Option<TeamKey> {
    let part = change.former.part(&OwnedPart::Team(team.clone()));
    let is_same = part.owner(change.old).is_some_and(|before| before.is_same(owner));
    match part {
        OwnedPart::Team(former) if is_same && former != *team => Some(former),
        _ => None,
    }
}

/// The team of this name, or else the one that had it.
fn named<'e>(ecosystem: &'e Ecosystem, key: &TeamKey) -> Option<(TeamKey, &'e TeamDeclaration)> {
    let zones = ecosystem.zones();
    let former = || zones.iter().find(|zone| zone.former_name() == Some(&key.zone));
    let zone = zones.get(&key.zone).or_else(former)?;
    let teams = zone.definition()?.teams();
    let former = || teams.iter().find(|team| team.former_name() == Some(&key.team));
    let team = teams.get(&key.team).or_else(former)?;
    Some((TeamKey::new(zone.name(), team.name()), team))
}
