//! What there is to edit, in canonical order, and how to get there.

use super::workspace;
use crate::{names::choose, plan::Choice};
use datasurface_model::{
    ContainerKey, DataTransformer, Dataset, DatasetGroup, DatasetKey, Datastore, Ecosystem, Entity, GroupKey,
    PlatformName, Team, TeamKey, Workspace,
};
use std::sync::Arc;

/// Everything that edits choose from.
#[derive(Default)]
pub(super) struct EditTargets {
    datastores: Vec<(TeamKey, Arc<Datastore>)>,
    workspaces: Vec<(TeamKey, Arc<Workspace>)>,
    containers: Vec<ContainerKey>,
}

impl EditTargets {
    pub(super) fn new(ecosystem: &Ecosystem) -> Self {
        let mut found = Self::default();
        for zone in ecosystem.zones() {
            for declaration in zone.definition().into_iter().flat_map(|zone| zone.teams()) {
                let Some(team) = declaration.definition() else {
                    continue;
                };
                let key = TeamKey::new(zone.name(), declaration.name());
                found
                    .datastores
                    .extend(team.datastores().iter().map(|store| (key.clone(), Arc::clone(store))));
                found
                    .workspaces
                    .extend(team.workspaces().iter().map(|space| (key.clone(), Arc::clone(space))));
                let containers = team.containers().iter();
                found.containers.extend(
                    containers.map(|container| ContainerKey::new(&key.zone, &key.team, container.name())),
                );
            }
        }
        found
    }

    /// Every datastore, in the order in which choices count them.
    pub(super) fn datastores(&self) -> impl Iterator<Item = &Datastore> {
        self.datastores.iter().map(|(_, datastore)| datastore.as_ref())
    }

    pub(super) fn workspaces(&self) -> impl Iterator<Item = &Workspace> {
        self.workspaces.iter().map(|(_, workspace)| workspace.as_ref())
    }

    pub(super) fn edit_team_of_datastore(
        &self,
        ecosystem: Ecosystem,
        at: Choice,
        change: impl FnOnce(Team, &Datastore) -> Team,
    ) -> Ecosystem {
        match choose(&self.datastores, at) {
            Some((key, datastore)) => {
                ecosystem.edit_team(&key.zone, &key.team, |team| change(team, datastore))
            }
            None => ecosystem,
        }
    }

    pub(super) fn edit_team_of_workspace(
        &self,
        ecosystem: Ecosystem,
        at: Choice,
        change: impl FnOnce(Team, &Workspace) -> Team,
    ) -> Ecosystem {
        match choose(&self.workspaces, at) {
            Some((key, workspace)) => {
                ecosystem.edit_team(&key.zone, &key.team, |team| change(team, workspace))
            }
            None => ecosystem,
        }
    }

    pub(super) fn edit_datastore(
        &self,
        ecosystem: Ecosystem,
        at: Choice,
        change: impl FnOnce(Datastore) -> Datastore,
    ) -> Ecosystem {
        self.edit_team_of_datastore(ecosystem, at, |team, old| {
            team.without_datastore(old.name()).datastore(change(old.clone()))
        })
    }

    pub(super) fn edit_workspace(
        &self,
        ecosystem: Ecosystem,
        at: Choice,
        change: impl FnOnce(Workspace) -> Workspace,
    ) -> Ecosystem {
        self.edit_team_of_workspace(ecosystem, at, |team, old| {
            team.without_workspace(old.name()).workspace(change(old.clone()))
        })
    }

    /// Replaces one dataset by any number of them.
    pub(super) fn edit_dataset(
        &self,
        ecosystem: Ecosystem,
        at: Choice,
        change: impl FnOnce(Dataset) -> Vec<Dataset>,
    ) -> Ecosystem {
        let Some((store, dataset)) = choose(&self.datasets(), at).copied() else {
            return ecosystem;
        };
        self.edit_datastore(ecosystem, store, |datastore| {
            let mut datasets: Vec<Dataset> = datastore.datasets().iter().cloned().collect();
            if dataset < datasets.len() {
                let old = datasets.remove(dataset);
                datasets.extend(change(old));
            }
            datastore.with_datasets(datasets)
        })
    }

    pub(super) fn edit_group(
        &self,
        ecosystem: Ecosystem,
        at: Choice,
        change: impl FnOnce(DatasetGroup) -> DatasetGroup,
    ) -> Ecosystem {
        let Some((workspace, group)) = choose(&self.groups(), at).copied() else {
            return ecosystem;
        };
        self.edit_workspace(ecosystem, workspace, |old| {
            let mut groups: Vec<DatasetGroup> = old.groups().iter().cloned().collect();
            if group < groups.len() {
                let chosen = groups.remove(group);
                groups.push(change(chosen));
            }
            workspace::with_groups(&old, groups)
        })
    }

    pub(super) fn edit_transformer(
        &self,
        ecosystem: Ecosystem,
        at: Choice,
        change: impl FnOnce(DataTransformer) -> DataTransformer,
    ) -> Ecosystem {
        let workspaces = (0..=Choice::MAX).zip(&self.workspaces);
        let with_transformer: Vec<Choice> = workspaces
            .filter(|(_, (_, workspace))| workspace.transformer().is_some())
            .map(|(at, _)| at)
            .collect();
        let Some(workspace) = choose(&with_transformer, at) else {
            return ecosystem;
        };
        self.edit_workspace(ecosystem, *workspace, |workspace| {
            let transformer = workspace.transformer().cloned().map(change);
            transformer.into_iter().fold(workspace, Workspace::with_transformer)
        })
    }

    pub(super) fn without_container(&self, ecosystem: Ecosystem, at: Choice) -> Ecosystem {
        match choose(&self.containers, at) {
            Some(key) => {
                ecosystem.edit_team(&key.zone, &key.team, |team| team.without_container(&key.container))
            }
            None => ecosystem,
        }
    }

    pub(super) fn without_zone(&self, ecosystem: Ecosystem, at: Choice) -> Ecosystem {
        let zones: Vec<_> = ecosystem.zones().iter().map(|zone| zone.name().clone()).collect();
        match choose(&zones, at) {
            Some(zone) => ecosystem.without_zone(zone),
            None => ecosystem,
        }
    }

    /// Pins a group to a platform.
    pub(super) fn pinned(&self, ecosystem: Ecosystem, at: Choice, platform: Choice) -> Ecosystem {
        let platforms: Vec<PlatformName> =
            ecosystem.platforms().iter().map(|platform| platform.name().clone()).collect();
        let group = choose(&self.groups(), at).and_then(|(workspace, group)| {
            let (_, workspace) = choose(&self.workspaces, *workspace)?;
            let group = workspace.groups().iter().nth(*group)?;
            Some(GroupKey::new(workspace.name(), group.name()))
        });
        match (group, choose(&platforms, platform)) {
            (Some(group), Some(platform)) => ecosystem.group_pin(group, [platform]),
            _ => ecosystem,
        }
    }

    /// The dataset that a choice means.
    pub(super) fn dataset_key(&self, at: Choice) -> Option<DatasetKey> {
        let (store, dataset) = choose(&self.datasets(), at).copied()?;
        let (_, datastore) = choose(&self.datastores, store)?;
        let dataset = datastore.datasets().iter().nth(dataset)?;
        Some(DatasetKey::new(datastore.name(), dataset.name()))
    }

    /// Every dataset: which datastore, which of its datasets.
    fn datasets(&self) -> Vec<(Choice, usize)> {
        let stores = (0..=Choice::MAX).zip(&self.datastores);
        stores
            .flat_map(|(at, (_, store))| (0..store.datasets().len()).map(move |dataset| (at, dataset)))
            .collect()
    }

    /// Every group: which workspace, which of its groups.
    fn groups(&self) -> Vec<(Choice, usize)> {
        let workspaces = (0..=Choice::MAX).zip(&self.workspaces);
        workspaces
            .flat_map(|(at, (_, space))| (0..space.groups().len()).map(move |group| (at, group)))
            .collect()
    }
}

/// Takes a pin of a group away.
pub(super) fn without_pin(ecosystem: Ecosystem, at: Choice) -> Ecosystem {
    let gone = usize::from(at).checked_rem(ecosystem.group_pins().len());
    rebuilt(&ecosystem, None, gone)
}

/// Removes a platform.
pub(super) fn without_platform(ecosystem: Ecosystem, at: Choice) -> Ecosystem {
    let gone = usize::from(at).checked_rem(ecosystem.platforms().len());
    rebuilt(&ecosystem, gone, None)
}

/// The same ecosystem, sharing its zones, without one platform or one pin.
fn rebuilt(old: &Ecosystem, without_platform: Option<usize>, without_pin: Option<usize>) -> Ecosystem {
    let mut ecosystem = Ecosystem::new(old.name(), old.owner(), old.live());
    for vendor in old.vendors() {
        ecosystem = ecosystem.vendor(vendor.clone());
    }
    for (at, platform) in old.platforms().iter().enumerate() {
        if Some(at) != without_platform {
            ecosystem = ecosystem.platform(platform.clone());
        }
    }
    for zone in old.zones() {
        ecosystem = ecosystem.zone_declaration(zone.clone());
    }
    for (at, pin) in old.group_pins().iter().enumerate() {
        if Some(at) != without_pin {
            ecosystem = ecosystem.group_pin(pin.name(), pin.platforms().iter().cloned());
        }
    }
    for pin in old.primary_pins() {
        ecosystem = ecosystem.primary_pin(pin.name(), pin.platform());
    }
    ecosystem
}
