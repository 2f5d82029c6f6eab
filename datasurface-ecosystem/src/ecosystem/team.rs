//! Teams.

use super::{
    Credential, DataContainer, Datastore, Declaration, Waiver, Workspace,
    edit::{edited, shared},
};
use datasurface_schema::{
    Annotations, ContainerName, CredentialName, DatastoreName, Named, Sparse, TeamName, WorkspaceName,
    documented, merge_annotations,
};
use std::sync::Arc;

/// A team as its zone declares it.
pub type TeamDeclaration = Declaration<TeamName, Team>;

/// The definition of a team: containers, credentials, datastores that the team produces, and workspaces in which it consumes.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Team {
    containers: Named<DataContainer>,
    credentials: Named<Credential>,
    datastores: Named<Arc<Datastore>>,
    workspaces: Named<Arc<Workspace>>,
    waivers: Named<Waiver>,
    about: Sparse<Annotations<TeamName>>,
}

impl Team {
    /// Creates a team without containers, credentials, datastores and workspaces.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a container.
    #[must_use]
    pub fn container(mut self, container: DataContainer) -> Self {
        self.containers.insert(container);
        self
    }

    /// Adds a credential, which only this team may name.
    #[must_use]
    pub fn credential(mut self, credential: Credential) -> Self {
        self.credentials.insert(credential);
        self
    }

    /// Adds a datastore.
    #[must_use]
    pub fn datastore(mut self, datastore: impl Into<Arc<Datastore>>) -> Self {
        self.datastores.insert(datastore.into());
        self
    }

    /// Adds a workspace.
    #[must_use]
    pub fn workspace(mut self, workspace: impl Into<Arc<Workspace>>) -> Self {
        self.workspaces.insert(workspace.into());
        self
    }

    /// Adds a waiver, which accepts until a day what protects a datastore or a container of the team.
    #[must_use]
    pub fn waiver(mut self, waiver: Waiver) -> Self {
        self.waivers.insert(waiver);
        self
    }

    documented!();

    /// Merges the parts of one team from two documents. An attribute that only one of them may declare is added to
    /// `twice` if both do.
    #[must_use]
    pub fn merged(mut self, other: &Self, twice: &mut Vec<&'static str>) -> Self {
        let Self { containers, credentials, datastores, workspaces, waivers, about } = other;
        self.containers.extend(containers.iter().cloned());
        self.credentials.extend(credentials.iter().cloned());
        self.datastores.extend(datastores.iter().cloned());
        self.workspaces.extend(workspaces.iter().cloned());
        self.waivers.extend(waivers.iter().cloned());
        merge_annotations(&mut self.about, about, twice);
        self
    }

    /// Removes all waivers.
    pub(crate) fn without_waivers(mut self) -> Self {
        self.waivers = Named::default();
        self
    }

    /// Removes the containers of this name.
    #[must_use]
    pub fn without_container(mut self, name: &ContainerName) -> Self {
        self.containers.remove(name);
        self
    }

    /// Removes the credentials of this name.
    #[must_use]
    pub fn without_credential(mut self, name: &CredentialName) -> Self {
        self.credentials.remove(name);
        self
    }

    /// Removes the datastores of this name.
    #[must_use]
    pub fn without_datastore(mut self, name: &DatastoreName) -> Self {
        self.datastores.remove(name);
        self
    }

    /// Removes the workspaces of this name.
    #[must_use]
    pub fn without_workspace(mut self, name: &WorkspaceName) -> Self {
        self.workspaces.remove(name);
        self
    }

    /// Replaces a datastore by the result of `change`; nothing changes if there is none of this name.
    #[must_use]
    pub fn edit_datastore(
        mut self,
        name: &DatastoreName,
        change: impl FnOnce(Datastore) -> Datastore,
    ) -> Self {
        self.datastores = edited(self.datastores, name, shared(change));
        self
    }

    /// Replaces a workspace by the result of `change`; nothing changes if there is none of this name.
    #[must_use]
    pub fn edit_workspace(
        mut self,
        name: &WorkspaceName,
        change: impl FnOnce(Workspace) -> Workspace,
    ) -> Self {
        self.workspaces = edited(self.workspaces, name, shared(change));
        self
    }

    /// Replaces a container by the result of `change`; nothing changes if there is none of this name.
    #[must_use]
    pub fn edit_container(
        mut self,
        name: &ContainerName,
        change: impl FnOnce(DataContainer) -> DataContainer,
    ) -> Self {
        self.containers = edited(self.containers, name, change);
        self
    }

    /// Replaces a credential by the result of `change`; nothing changes if there is none of this name.
    #[must_use]
    pub fn edit_credential(
        mut self,
        name: &CredentialName,
        change: impl FnOnce(Credential) -> Credential,
    ) -> Self {
        self.credentials = edited(self.credentials, name, change);
        self
    }

    /// Returns the team without its datastores and workspaces: its own attributes.
    #[must_use]
    pub fn shallow(&self) -> Self {
        Self { datastores: Named::default(), workspaces: Named::default(), ..self.clone() }
    }

    /// The waivers: findings that protect the team, and that it accepts for a while.
    #[must_use]
    pub fn waivers(&self) -> &Named<Waiver> {
        &self.waivers
    }

    /// Replaces all datastores by these.
    #[must_use]
    pub fn with_datastores(mut self, datastores: impl IntoIterator<Item = Arc<Datastore>>) -> Self {
        self.datastores = datastores.into_iter().collect();
        self
    }

    /// Replaces all workspaces by these.
    #[must_use]
    pub fn with_workspaces(mut self, workspaces: impl IntoIterator<Item = Arc<Workspace>>) -> Self {
        self.workspaces = workspaces.into_iter().collect();
        self
    }

    /// The containers of the team's data.
    #[must_use]
    pub fn containers(&self) -> &Named<DataContainer> {
        &self.containers
    }

    /// The credentials of the team.
    #[must_use]
    pub fn credentials(&self) -> &Named<Credential> {
        &self.credentials
    }

    /// The datastores that the team produces.
    #[must_use]
    pub fn datastores(&self) -> &Named<Arc<Datastore>> {
        &self.datastores
    }

    /// The workspaces in which the team consumes data.
    #[must_use]
    pub fn workspaces(&self) -> &Named<Arc<Workspace>> {
        &self.workspaces
    }
}
