//! Editing deep inside: a part is replaced by what a program makes of it, wherever it is.

use super::{DataContainer, Dataset, Datastore, Ecosystem, Team, Workspace};
use datasurface_schema::{ContainerKey, DatasetKey, DatastoreName, Entity, Named, WorkspaceName};
use std::sync::Arc;

/// Edits of one part deep inside: `change` returns the new part. A key that leads nowhere changes nothing. Of several
/// parts with one name, which are a finding, the first one is edited.
///
/// ```
/// use datasurface_ecosystem::{Dataset, Datastore, Ecosystem, GovernanceZone, Team};
///
/// let store = Datastore::new("Sales").dataset(Dataset::new("orders", "id Integer key"));
/// let zone = GovernanceZone::new().team("Shop", "github:nw/shop@main", Team::new().datastore(store));
/// let ecosystem = Ecosystem::new("NorthWind", "github:nw/model@main", "github:nw/live@main")
///     .zone("USA", "github:nw/usa@main", zone)
///     .edit_dataset("Sales/orders", |orders| orders.classified("PII"));
/// let team = ecosystem.zones().get("USA").and_then(|zone| zone.definition()?.teams().get("Shop")?.definition()).unwrap();
/// assert!(!team.datastores().get("Sales").unwrap().datasets().get("orders").unwrap().classifications().is_empty());
/// ```
impl Ecosystem {
    /// Replaces a datastore by the result of `change`.
    #[must_use]
    pub fn edit_datastore(
        self,
        name: impl Into<DatastoreName>,
        change: impl FnOnce(Datastore) -> Datastore,
    ) -> Self {
        let name = name.into();
        let has = |team: &Team| team.datastores().get(&name).is_some();
        self.edit_team_with(has, |team| team.edit_datastore(&name, change))
    }

    /// Replaces a dataset by the result of `change`.
    #[must_use]
    pub fn edit_dataset(self, key: impl Into<DatasetKey>, change: impl FnOnce(Dataset) -> Dataset) -> Self {
        let DatasetKey { datastore, dataset, .. } = key.into();
        self.edit_datastore(datastore, |datastore| datastore.edit_dataset(&dataset, change))
    }

    /// Replaces a workspace by the result of `change`.
    #[must_use]
    pub fn edit_workspace(
        self,
        name: impl Into<WorkspaceName>,
        change: impl FnOnce(Workspace) -> Workspace,
    ) -> Self {
        let name = name.into();
        let has = |team: &Team| team.workspaces().get(&name).is_some();
        self.edit_team_with(has, |team| team.edit_workspace(&name, change))
    }

    /// Replaces a container by the result of `change`.
    #[must_use]
    pub fn edit_container(
        self,
        key: impl Into<ContainerKey>,
        change: impl FnOnce(DataContainer) -> DataContainer,
    ) -> Self {
        let ContainerKey { zone, team, container, .. } = key.into();
        self.edit_team(zone, team, |team| team.edit_container(&container, change))
    }

    /// Replaces the first team that has something.
    fn edit_team_with(self, has: impl Fn(&Team) -> bool, change: impl FnOnce(Team) -> Team) -> Self {
        let found = self.zones().iter().find_map(|zone| {
            let teams = zone.definition()?.teams();
            let team = teams.iter().find(|team| team.definition().is_some_and(|team| has(team)))?;
            Some((zone.name().clone(), team.name().clone()))
        });
        match found {
            Some((zone, team)) => self.edit_team(zone, team, change),
            None => self,
        }
    }
}

/// The collection with the first element of this name replaced.
pub(super) fn edited<T: Entity>(mut all: Named<T>, name: &T::Name, change: impl FnOnce(T) -> T) -> Named<T> {
    if let Some(found) = all.get(name).cloned()
        && let Some(element) = all.take(&found)
    {
        // Nobody else has it, unless another version of the ecosystem does.
        drop(found);
        all.insert(change(element));
    }
    all
}

/// A change of what is shared.
pub(super) fn shared<T: Clone>(change: impl FnOnce(T) -> T) -> impl FnOnce(Arc<T>) -> Arc<T> {
    |whole| Arc::new(change(Arc::unwrap_or_clone(whole)))
}
