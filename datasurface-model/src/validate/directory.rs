//! Where each unit of a valid ecosystem is.

use crate::{
    ecosystem::{DataContainer, Datastore, Ecosystem, Workspace},
    name::{ContainerKey, DatastoreName, Name, TeamKey, WorkspaceName},
    named::Entity,
};
use rustc_hash::FxHashMap;
use std::sync::Arc;

/// A datastore or workspace, and the team that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Located<T> {
    team: TeamKey,
    entity: Arc<T>,
}

impl<T> Located<T> {
    /// The team that it belongs to.
    #[must_use]
    pub fn team(&self) -> &TeamKey {
        &self.team
    }

    /// The datastore or workspace.
    #[must_use]
    pub fn entity(&self) -> &Arc<T> {
        &self.entity
    }
}

/// Every unit by name. Names are unique in a valid ecosystem.
#[derive(Debug, Default)]
pub(super) struct Directory {
    datastores: FxHashMap<DatastoreName, Located<Datastore>>,
    workspaces: FxHashMap<WorkspaceName, Located<Workspace>>,
    containers: FxHashMap<ContainerKey, DataContainer>,
    producers: FxHashMap<DatastoreName, WorkspaceName>,
}

impl Directory {
    pub(super) fn of(ecosystem: &Ecosystem) -> Self {
        let mut directory = Self::default();
        for zone in ecosystem.zones() {
            for declaration in zone.definition().into_iter().flat_map(|zone| zone.teams()) {
                let Some(team) = declaration.definition() else {
                    continue;
                };
                let key = TeamKey::new(zone.name(), declaration.name());
                for container in team.containers() {
                    let key = ContainerKey::new(&key.zone, &key.team, container.name());
                    directory.containers.insert(key, container.clone());
                }
                directory.datastores.extend(located(&key, team.datastores()));
                directory.workspaces.extend(located(&key, team.workspaces()));
                for workspace in team.workspaces() {
                    if let Some(transformer) = workspace.data_transformer() {
                        let producer = workspace.name().clone();
                        directory.producers.insert(transformer.output().clone(), producer);
                    }
                }
            }
        }
        directory
    }

    pub(super) fn datastores(&self) -> &FxHashMap<DatastoreName, Located<Datastore>> {
        &self.datastores
    }

    pub(super) fn workspaces(&self) -> &FxHashMap<WorkspaceName, Located<Workspace>> {
        &self.workspaces
    }

    pub(super) fn container(&self, key: &ContainerKey) -> Option<&DataContainer> {
        self.containers.get(key)
    }

    pub(super) fn producer(&self, output: &DatastoreName) -> Option<&WorkspaceName> {
        self.producers.get(output)
    }
}

fn located<'a, T: Entity<Name: Name> + 'a>(
    team: &'a TeamKey,
    entities: impl IntoIterator<Item = &'a Arc<T>> + 'a,
) -> impl Iterator<Item = (T::Name, Located<T>)> + 'a {
    entities.into_iter().map(|entity| {
        let located = Located { team: team.clone(), entity: Arc::clone(entity) };
        (entity.name().clone(), located)
    })
}
