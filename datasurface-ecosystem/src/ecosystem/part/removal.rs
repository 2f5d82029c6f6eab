//! An ecosystem without some of its parts.

use super::EcosystemPart;
use crate::ecosystem::{DatasetGroup, Ecosystem, GovernanceZone, Repository, Team};
use datasurface_schema::{Annotations, DatasetName, DatastoreName, Sparse, TeamKey};
use std::collections::{BTreeMap, BTreeSet};

impl Ecosystem {
    /// Removes parts. Neither the whole nor anything that depends on a part is removed.
    #[must_use]
    pub fn without_parts(mut self, parts: &BTreeSet<EcosystemPart>) -> Self {
        let mut in_teams: BTreeMap<&TeamKey, Vec<&EcosystemPart>> = BTreeMap::new();
        for part in parts {
            match part {
                EcosystemPart::Whole => {}
                EcosystemPart::Heading => self = self.with_other_heading(),
                EcosystemPart::Waivers => self.waivers = Default::default(),
                EcosystemPart::Classifications => self.classifications = Default::default(),
                EcosystemPart::Vendor(name) => drop(self.vendors.remove(name)),
                EcosystemPart::Platform(name) => drop(self.platforms.remove(name)),
                EcosystemPart::GroupPin(key) => drop(self.group_pins.remove(key)),
                EcosystemPart::PrimaryPin(name) => drop(self.primary_pins.remove(name)),
                EcosystemPart::Zone(name) => drop(self.zones.remove(name)),
                EcosystemPart::ZoneOwner(name) => {
                    if let Some(zone) = self.zones.remove(name) {
                        self.zones.insert(zone.with_owner(other_repository()));
                    }
                }
                EcosystemPart::ZoneWaivers(name) => {
                    self = self.edit_zone(name.clone(), GovernanceZone::without_waivers);
                }
                EcosystemPart::Policies(name) => {
                    self = self.edit_zone(name.clone(), |zone| zone.with_policies([]).with_consents([]));
                }
                EcosystemPart::Team(team)
                | EcosystemPart::TeamOwner(team)
                | EcosystemPart::TeamWaivers(team)
                | EcosystemPart::Container(team, _)
                | EcosystemPart::Credential(team, _)
                | EcosystemPart::Datastore(team, _)
                | EcosystemPart::Dataset(team, _)
                | EcosystemPart::Workspace(team, _)
                | EcosystemPart::Group(team, _)
                | EcosystemPart::Requirements(team, _) => in_teams.entry(team).or_default().push(part),
            }
        }
        for (key, parts) in in_teams {
            if parts.contains(&&EcosystemPart::Team(key.clone())) {
                self = self.edit_zone(key.zone.clone(), |zone| zone.without_team(&key.team));
                continue;
            }
            if parts.contains(&&EcosystemPart::TeamOwner(key.clone())) {
                self = self
                    .edit_zone(key.zone.clone(), |zone| zone.with_owner_of(&key.team, other_repository()));
            }
            self = self.edit_team(key.zone.clone(), key.team.clone(), |team| {
                without_datasets(parts.iter().copied().fold(team, without), &parts)
            });
        }
        self
    }

    /// Replaces the name and the repositories by others that nothing is wrong with.
    fn with_other_heading(mut self) -> Self {
        self.name = "Ecosystem".into();
        self.owner = Repository::from("github:ecosystem/model@main");
        self.live = other_repository();
        self.about = Sparse::<Annotations<_>>::default();
        self
    }
}

fn without(team: Team, part: &EcosystemPart) -> Team {
    match part {
        EcosystemPart::Container(_, name) => team.without_container(name),
        EcosystemPart::Credential(_, name) => team.without_credential(name),
        EcosystemPart::Datastore(_, name) => team.without_datastore(name),
        EcosystemPart::Workspace(_, name) => team.without_workspace(name),
        EcosystemPart::Group(_, key) => {
            team.edit_workspace(&key.workspace, |workspace| workspace.without_group(&key.group))
        }
        EcosystemPart::Requirements(_, key) => team.edit_workspace(&key.workspace, |workspace| {
            workspace.edit_group(&key.group, DatasetGroup::without_requirements)
        }),
        EcosystemPart::TeamWaivers(_) => team.without_waivers(),
        _ => team,
    }
}

/// A repository that nothing is wrong with.
fn other_repository() -> Repository {
    Repository::from("github:ecosystem/live@main")
}

/// Datasets are removed all at once: there may be many in one datastore.
fn without_datasets(team: Team, parts: &[&EcosystemPart]) -> Team {
    let mut by_datastore: BTreeMap<&DatastoreName, BTreeSet<&DatasetName>> = BTreeMap::new();
    for part in parts {
        if let EcosystemPart::Dataset(_, key) = part {
            by_datastore.entry(&key.datastore).or_default().insert(&key.dataset);
        }
    }
    by_datastore.into_iter().fold(team, |team, (name, datasets)| {
        team.edit_datastore(name, |datastore| datastore.without_datasets(&datasets))
    })
}
