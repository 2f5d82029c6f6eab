//! Mutations: changes of a valid ecosystem that break exactly one rule.
//!
//! A test asks for a mutation for each code of a rule, unless valid ecosystems cannot be broken that way.

mod consuming;
mod ecosystem;
mod producing;

use datasurface_model::{
    Capture, DataContainer, DataTransformer, Dataset, DatasetGroup, Datastore, Ecosystem, Entity,
    GovernanceZone, Policy, PolicyRule, Schema, Team, Workspace,
};
use proptest::{sample::select, strategy::Strategy};

/// A change that breaks one rule, and no other, in any ecosystem that [`ecosystems`](super::ecosystems) makes, as of the
/// year 2026.
#[derive(Clone, Copy, Debug)]
pub struct Mutation {
    code: &'static str,
    apply: fn(Ecosystem) -> Ecosystem,
}

impl Mutation {
    /// Returns every mutation: one for each rule that an edit can break.
    pub fn all() -> impl Iterator<Item = Self> {
        [ecosystem::ALL, consuming::ALL, producing::ALL].into_iter().flatten().copied()
    }

    /// Returns the code of the finding that the mutation causes.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.code
    }

    /// Breaks the rule in an ecosystem.
    #[must_use]
    pub fn apply(self, ecosystem: Ecosystem) -> Ecosystem {
        (self.apply)(ecosystem)
    }
}

/// Generates every mutation with equal probability.
pub fn mutations() -> impl Strategy<Value = Mutation> {
    select(Mutation::all().collect::<Vec<_>>())
}

/// Where every generated ecosystem has a team with a source and a target, and a platform.
const SOURCE: &str = "USA/Team 1/Source 1";
const TARGET: &str = "USA/Team 1/Target 1";
const PLATFORM: &str = "Local 1";

const fn mutation(code: &'static str, apply: fn(Ecosystem) -> Ecosystem) -> Mutation {
    Mutation { code, apply }
}

fn in_team(ecosystem: Ecosystem, change: impl FnOnce(Team) -> Team) -> Ecosystem {
    ecosystem.edit_team("USA", "Team 1", change)
}

fn with(ecosystem: Ecosystem, datastore: Datastore) -> Ecosystem {
    in_team(ecosystem, |team| team.datastore(datastore))
}

fn read(ecosystem: Ecosystem, datastore: Datastore) -> Ecosystem {
    in_team(ecosystem, |team| team.datastore(datastore).workspace(reader("Extra/d")))
}

/// A zone of its own, with one policy, and data that this may not permit.
fn governed(ecosystem: Ecosystem, rule: PolicyRule) -> Ecosystem {
    apart(ecosystem, GovernanceZone::new().policy(Policy::new("extra", rule)), |team| team)
}

/// A zone of its own, with a team that has a container and a datastore.
fn apart(ecosystem: Ecosystem, zone: GovernanceZone, change: impl FnOnce(Team) -> Team) -> Ecosystem {
    let container = DataContainer::sqlite("Source", "governed.db").located("On Premises/Europe/Paris");
    let datastore = store("Extra").captured(Capture::sql_snapshot("Extra/Extra/Source"));
    let team = change(Team::new().container(container).datastore(datastore));
    ecosystem.zone("Extra", "git:r@main", zone.team("Extra", "git:r@main", team))
}

/// A workspace that derives a datastore from another one.
fn derived(ecosystem: Ecosystem, output: Datastore, transformer: DataTransformer) -> Ecosystem {
    in_team(ecosystem, |team| {
        team.datastore(store("Extra"))
            .datastore(output)
            .workspace(reader("Extra/d").with_transformer(transformer))
    })
}

fn store(name: &str) -> Datastore {
    datastore_with(name, dataset())
}

fn datastore_with(name: &str, dataset: Dataset) -> Datastore {
    // Each from a table of its own.
    let capture = Capture::sql_snapshot(SOURCE).table(dataset.name(), format!("{name}_{}", dataset.name()));
    Datastore::new(name).captured(capture).dataset(dataset)
}

fn dataset() -> Dataset {
    shaped("id Integer key")
}

fn shaped(schema: impl Into<Schema>) -> Dataset {
    Dataset::new("d", schema)
}

fn group() -> DatasetGroup {
    DatasetGroup::new("g").sink("Extra/d")
}

fn reader(sink: &str) -> Workspace {
    asking(DatasetGroup::new("g").sink(sink))
}

fn asking(group: DatasetGroup) -> Workspace {
    Workspace::new("Extra").with_container(TARGET).group(group)
}
