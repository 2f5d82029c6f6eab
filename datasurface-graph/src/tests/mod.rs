//! What is tricky about obligations and builds, on ecosystems small enough to be read.

mod columns;
mod cone;
mod differences;
mod entitlement;
mod former_key;
mod missing;
mod obligations;
mod queries;
mod shards;

use crate::{Assignments, IntentionGraphs, NodeKey, Stage};
use datasurface_model::{
    Capture, DataContainer, DataTransformer, Dataset, DatasetGroup, Datastore, Ecosystem, GovernanceZone,
    PlatformDeclaration, Team, Valid, Workspace,
};

pub(crate) const CONTAINER: &str = "USA/Team/Lake";

/// An ecosystem of one team and one container, and what was decided about it.
pub(crate) struct Fixture {
    team: Team,
    platforms: Vec<PlatformDeclaration>,
    pub(crate) assignments: Assignments,
}

impl Fixture {
    pub(crate) fn new() -> Self {
        Self {
            team: Team::new().container(DataContainer::sqlite("Lake", "lake.db")),
            platforms: vec![PlatformDeclaration::new("One", "local")],
            assignments: Assignments::default(),
        }
    }

    /// Another platform.
    pub(crate) fn platform(mut self, platform: PlatformDeclaration) -> Self {
        self.platforms.push(platform);
        self
    }

    /// Another container of the team.
    pub(crate) fn container(mut self, container: DataContainer) -> Self {
        self.team = self.team.container(container);
        self
    }

    /// A datastore with one dataset, `data`, which is captured from the container that everything else is in.
    pub(crate) fn captured(self, store: &str) -> Self {
        self.captured_from(CONTAINER, store)
    }

    /// A datastore with one dataset, `data`, which is captured from this container.
    pub(crate) fn captured_from(self, container: &str, store: &str) -> Self {
        self.datastore(datastore(store).captured(Capture::sql_snapshot(container)))
    }

    /// A datastore.
    pub(crate) fn datastore(mut self, datastore: Datastore) -> Self {
        self.team = self.team.datastore(datastore);
        self
    }

    /// A workspace that makes a datastore with one dataset, `data`, out of such.
    pub(crate) fn made(self, workspace: &str, output: &str, inputs: &[&str]) -> Self {
        let transformer = DataTransformer::sql(output).with_cron("0 * * * *");
        let workspace = Workspace::new(workspace)
            .with_container(CONTAINER)
            .group(group("inputs", inputs))
            .with_transformer(transformer);
        self.makes(workspace, output)
    }

    /// This workspace, whose transformer makes a datastore with one dataset, `data`.
    pub(crate) fn makes(mut self, workspace: Workspace, output: &str) -> Self {
        self.team = self.team.datastore(datastore(output)).workspace(workspace);
        self
    }

    /// A workspace of one group, both of this name, that a platform serves.
    pub(crate) fn served(mut self, platform: &str, workspace: Workspace, group: DatasetGroup) -> Self {
        let key = format!("{}/{}", name(&workspace), name(&group));
        self.team = self.team.workspace(workspace.with_container(CONTAINER).group(group));
        self.assignments = self.assignments.with_group(platform, key.as_str(), Stage::Provisioned);
        self
    }

    pub(crate) fn primary(self, platform: &str, stores: &[&str]) -> Self {
        let each = |fixture: Self, store: &&str| fixture.capturing(platform, store, Stage::Provisioned);
        stores.iter().fold(self, each)
    }

    pub(crate) fn capturing(mut self, platform: &str, store: &str, stage: Stage) -> Self {
        self.assignments = self.assignments.with_primary(platform, store, stage);
        self
    }

    pub(crate) fn valid(&self) -> Valid<Ecosystem> {
        let zone = GovernanceZone::new().team("Team", "github:example/team@main", self.team.clone());
        let ecosystem = Ecosystem::new("Small", "github:example/eco@main", "github:example/live@main");
        let ecosystem = self.platforms.iter().cloned().fold(ecosystem, Ecosystem::platform);
        Valid::assume_valid(ecosystem.zone("USA", "github:example/usa@main", zone))
    }

    pub(crate) fn graphs(&self) -> IntentionGraphs {
        IntentionGraphs::build(&self.valid(), &self.assignments).unwrap()
    }
}

/// A group that wants the dataset of each of these datastores.
pub(crate) fn group(name: &str, stores: &[&str]) -> DatasetGroup {
    let keys = stores.iter().map(|store| format!("{store}/data"));
    keys.fold(DatasetGroup::new(name), |group, key| group.sink(key.as_str()))
}

pub(crate) fn key(text: &str) -> NodeKey {
    text.parse().unwrap()
}

fn datastore(name: &str) -> Datastore {
    Datastore::new(name).dataset(Dataset::new("data", "id Integer key"))
}

fn name<T: datasurface_model::Entity<Name: datasurface_model::Name>>(entity: &T) -> String {
    entity.name().to_string()
}
