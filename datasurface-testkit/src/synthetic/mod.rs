//! Synthetic ecosystems of any size, for measuring: the same parameters always give the same ecosystem.

mod builder;
mod edits;
mod far_reaching;
mod layout;

pub use edits::Edits;
pub use far_reaching::worst_case_edits;

use builder::SyntheticBuilder;
use datasurface_graph::{Assignments, Stage};
use datasurface_model::{
    Ecosystem, Entity, GovernanceZone, GroupKey, InfrastructureVendor, PlatformDeclaration, PlatformName,
};

/// The parameters of a synthetic ecosystem, which is valid, without any finding.
///
/// Producers have `datastores` × `datasets` × `columns`; every other datastore is captured in one transaction. Consumers
/// want a number of datasets that are drawn uniformly. Transformers are in three tiers, a half, a third and a sixth of
/// them; each fills a datastore of its own. Of what the later tiers and all consumers read, two datasets are outputs of
/// transformers. All of that can be set.
///
/// ```
/// use datasurface_model::{NaiveDate, Validate, Validation};
/// use datasurface_testkit::Synthetic;
///
/// let ecosystem = Synthetic::new(20).with_columns_per_dataset(3).ecosystem();
/// assert!(ecosystem.validate(&Validation::on(NaiveDate::MIN)).is_ok());
/// ```
#[derive(Clone, Debug)]
pub struct Synthetic {
    datastores: usize,
    datasets: usize,
    columns: usize,
    distinct_schemas: Option<usize>,
    multi_dataset_every: usize,
    consumers: usize,
    transformers: usize,
    /// The weights of the tiers of transformers.
    tiers: Vec<usize>,
    sinks: usize,
    inputs: usize,
    outputs: usize,
    outputs_read: usize,
    workspaces_per_container: usize,
    datastores_per_team: usize,
    platforms: usize,
    seed: u64,
}

impl Synthetic {
    /// Creates the parameters for this many datastores of 10 datasets of 10 columns, all schemas distinct.
    /// For 10 datastores there are 2 consumers and 1 transformer, with 50 sinks each; a container for 10 workspaces;
    /// a team for 100 datastores; one platform.
    #[must_use]
    pub fn new(datastores: usize) -> Self {
        Self {
            datastores,
            datasets: 10,
            columns: 10,
            distinct_schemas: None,
            multi_dataset_every: 2,
            consumers: datastores / 5,
            transformers: datastores / 10,
            tiers: vec![3, 2, 1],
            sinks: 50,
            inputs: 50,
            outputs: 2,
            outputs_read: 2,
            workspaces_per_container: 10,
            datastores_per_team: 100,
            platforms: 1,
            seed: 0,
        }
    }

    /// Sets the number of datasets of each datastore that is captured.
    #[must_use]
    pub fn with_datasets_per_datastore(mut self, count: usize) -> Self {
        self.datasets = count;
        self
    }

    /// Sets the number of columns of each dataset; at least one, which is the key.
    #[must_use]
    pub fn with_columns_per_dataset(mut self, count: usize) -> Self {
        self.columns = count.max(1);
        self
    }

    /// Draws schemas from that many distinct ones, at least one. Each dataset still states its own.
    #[must_use]
    pub fn with_distinct_schemas(mut self, count: usize) -> Self {
        self.distinct_schemas = Some(count.max(1));
        self
    }

    /// Captures one of so many datastores in one transaction, and of the others each dataset on its own; 1 for all, 0 for
    /// none.
    #[must_use]
    pub fn with_multi_dataset_every(mut self, count: usize) -> Self {
        self.multi_dataset_every = count;
        self
    }

    /// Sets the number of workspaces without a transformer.
    #[must_use]
    pub fn with_consumers(mut self, count: usize) -> Self {
        self.consumers = count;
        self
    }

    /// Sets the number of workspaces with a transformer.
    #[must_use]
    pub fn with_transformers(mut self, count: usize) -> Self {
        self.transformers = count;
        self
    }

    /// Sets the share of transformers in each tier: `[3, 2, 1]` is a half, a third and a sixth.
    /// Each tier reads outputs of the one before it; the first tier reads none.
    #[must_use]
    pub fn with_tiers(mut self, weights: impl IntoIterator<Item = usize>) -> Self {
        self.tiers = weights.into_iter().collect();
        self
    }

    /// Sets the number of datasets that each consumer wants; no more than there are.
    #[must_use]
    pub fn with_sinks_per_consumer(mut self, count: usize) -> Self {
        self.sinks = count;
        self
    }

    /// Sets the number of datasets that each transformer reads; no more than there are.
    #[must_use]
    pub fn with_inputs_per_transformer(mut self, count: usize) -> Self {
        self.inputs = count;
        self
    }

    /// Sets the number of datasets that each transformer makes, at least one.
    #[must_use]
    pub fn with_outputs_per_transformer(mut self, count: usize) -> Self {
        self.outputs = count.max(1);
        self
    }

    /// Sets how many of the datasets that a workspace reads are outputs of transformers.
    /// This holds for each consumer, and for each transformer that is not of the first tier.
    #[must_use]
    pub fn with_outputs_read(mut self, count: usize) -> Self {
        self.outputs_read = count;
        self
    }

    /// Sets the number of workspaces that share a container, at least one.
    #[must_use]
    pub fn with_workspaces_per_container(mut self, count: usize) -> Self {
        self.workspaces_per_container = count.max(1);
        self
    }

    /// Sets the number of captured datastores that a team has, at least one.
    /// Workspaces are spread over the teams evenly.
    #[must_use]
    pub fn with_datastores_per_team(mut self, count: usize) -> Self {
        self.datastores_per_team = count.max(1);
        self
    }

    /// Gives everything to one team.
    #[must_use]
    pub fn with_one_team(self) -> Self {
        self.with_datastores_per_team(usize::MAX)
    }

    /// Sets the number of platforms, at least one.
    #[must_use]
    pub fn with_platforms(mut self, count: usize) -> Self {
        self.platforms = count.max(1);
        self
    }

    /// Sets the seed from which the datasets that workspaces read are drawn; 0 by default.
    /// Schemas are drawn from it, too, if there are [fewer of them](Self::with_distinct_schemas) than datasets.
    #[must_use]
    pub fn with_seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The ecosystem, made by the same calls that any program would make.
    #[must_use]
    pub fn ecosystem(&self) -> Ecosystem {
        let mut drawing = SyntheticBuilder::new(self);
        let mut zone = GovernanceZone::new();
        for number in 0..drawing.teams() {
            zone = zone.team(layout::team(number), "github:synthetic/team@main", drawing.team(number));
        }
        let ecosystem =
            Ecosystem::new("Synthetic", "github:synthetic/model@main", "github:synthetic/live@main")
                .vendor(InfrastructureVendor::new(layout::VENDOR).location(layout::LOCATION))
                .zone(layout::ZONE, "github:synthetic/zone@main", zone);
        self.platform_names()
            .fold(ecosystem, |ecosystem, name| ecosystem.platform(PlatformDeclaration::new(name, "local")))
    }

    /// Assignments for the ecosystem, or for what edits have made of it: every platform serves every consumer, and
    /// they take turns in capturing.
    #[must_use]
    pub fn assignments(&self, ecosystem: &Ecosystem) -> Assignments {
        let platforms: Vec<_> = self.platform_names().collect();
        let zones = ecosystem.zones().iter().filter_map(|zone| zone.definition());
        let mut assignments = Assignments::default();
        for team in zones.flat_map(|zone| zone.teams().iter()).filter_map(|team| team.definition()) {
            for (datastore, platform) in team.datastores().iter().zip(platforms.iter().cycle()) {
                assignments.assign_primary(datastore.name().clone(), platform.clone(), Stage::Provisioned);
            }
            for workspace in team.workspaces() {
                let consumed = workspace.groups().iter().filter(|_| workspace.transformer().is_none());
                for group in consumed.map(|group| GroupKey::new(workspace.name(), group.name())) {
                    for platform in &platforms {
                        assignments.assign_group(group.clone(), platform.clone(), Stage::Provisioned);
                    }
                }
            }
        }
        assignments
    }

    fn platform_names(&self) -> impl Iterator<Item = PlatformName> {
        (1..=self.platforms).map(|number| format!("platform_{number}").into())
    }
}
