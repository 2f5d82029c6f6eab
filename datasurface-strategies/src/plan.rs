//! Plans: everything about an ecosystem, as plain numbers. What they mean is decided where it is built.

use super::{names::data_type, types::data_types};
use datasurface_model::DataType;
use proptest::{collection::vec, option::weighted as sometimes, prelude::*};
use std::ops::RangeInclusive;

/// The size of a generated ecosystem. Counts that cannot be zero (teams, datasets of a datastore, groups of a
/// workspace, sinks of a group, platforms) are at least one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Teams, in one or two zones.
    pub teams: RangeInclusive<usize>,
    /// Datastores that are captured. Without any, there are no workspaces and no transformers.
    pub datastores: RangeInclusive<usize>,
    /// Datasets in each of them, and in the output of each transformer.
    pub datasets: RangeInclusive<usize>,
    /// Workspaces of consumers.
    pub workspaces: RangeInclusive<usize>,
    /// Dataset groups in each workspace, also in those of transformers.
    pub groups: RangeInclusive<usize>,
    /// Sinks in each group. There can be fewer: a group wants each dataset once.
    pub sinks: RangeInclusive<usize>,
    /// Transformers, each with a workspace and an output datastore.
    pub transformers: RangeInclusive<usize>,
    /// Platforms.
    pub platforms: RangeInclusive<usize>,
    /// Whether data may be wanted in PostgreSQL too. Otherwise it is wanted in SQLite alone, for a platform that can
    /// export to nothing else.
    pub postgres_targets: bool,
    /// Whether columns may have types that only some databases have, such as arrays and vectors.
    pub uncommon_types: bool,
    /// The share of captured datasets without a key, in percent, for a platform that keeps such datasets.
    pub keyless_percent: u8,
}

impl Default for Shape {
    fn default() -> Self {
        Self {
            teams: 1..=3,
            datastores: 1..=4,
            datasets: 1..=4,
            workspaces: 1..=4,
            groups: 1..=3,
            sinks: 1..=4,
            transformers: 0..=3,
            platforms: 1..=2,
            postgres_targets: true,
            uncommon_types: true,
            keyless_percent: 10,
        }
    }
}

/// A number that chooses among what there is, modulo how much there is.
pub(super) type Choice = u16;

#[derive(Clone, Debug)]
pub(super) struct Plan {
    pub(super) teams: Vec<TeamPlan>,
    pub(super) has_second_zone: bool,
    pub(super) has_undefined_zone: bool,
    pub(super) platforms: usize,
    pub(super) datastores: Vec<DatastorePlan>,
    pub(super) transformers: Vec<TransformerPlan>,
    pub(super) workspaces: Vec<WorkspacePlan>,
    pub(super) primaries: Vec<(Choice, Choice)>,
}

#[derive(Clone, Debug)]
pub(super) struct TeamPlan {
    pub(super) sources: Vec<ContainerPlan>,
    pub(super) targets: Vec<ContainerPlan>,
}

#[derive(Clone, Debug)]
pub(super) struct ContainerPlan {
    pub(super) is_postgres: bool,
    pub(super) is_platform_database: bool,
    pub(super) places: Vec<Choice>,
}

#[derive(Clone, Debug)]
pub(super) struct DatastorePlan {
    pub(super) team: Choice,
    pub(super) container: Choice,
    pub(super) is_dataset_by_dataset: bool,
    pub(super) cron: Option<Choice>,
    pub(super) has_credential: bool,
    pub(super) datasets: Vec<DatasetPlan>,
}

#[derive(Clone, Debug)]
pub(super) struct DatasetPlan {
    pub(super) name: Choice,
    pub(super) has_other_table: bool,
    pub(super) columns: Vec<ColumnPlan>,
    pub(super) key: Vec<Choice>,
    pub(super) is_keyless: bool,
    pub(super) is_key_reversed: bool,
    pub(super) classifications: Vec<Choice>,
    pub(super) is_classified_by_column: bool,
    pub(super) is_in_avro: bool,
    pub(super) deprecated: Option<Choice>,
}

#[derive(Clone, Debug)]
pub(super) struct ColumnPlan {
    pub(super) data_type: Choice,
    pub(super) size: Choice,
    /// The type of a column that is not in the key, instead of the one that was chosen by number.
    pub(super) uncommon_type: Option<DataType>,
    pub(super) is_nullable: bool,
}

#[derive(Clone, Debug)]
pub(super) struct TransformerPlan {
    pub(super) team: Choice,
    pub(super) container: Choice,
    pub(super) groups: Vec<Vec<Choice>>,
    pub(super) is_self_reading: bool,
    pub(super) reads_later: Option<Choice>,
    pub(super) cron: Option<Choice>,
    pub(super) is_waiting_for_all: bool,
    /// For each output dataset: its name, and the input from which it is made.
    pub(super) outputs: Vec<(Choice, Choice)>,
    pub(super) removes: Vec<Choice>,
    pub(super) priority: Option<Choice>,
}

#[derive(Clone, Debug)]
pub(super) struct WorkspacePlan {
    pub(super) team: Choice,
    pub(super) container: Choice,
    pub(super) priority: Option<Choice>,
    pub(super) groups: Vec<GroupPlan>,
}

#[derive(Clone, Debug)]
pub(super) struct GroupPlan {
    pub(super) sinks: Vec<Choice>,
    pub(super) milestoning: Choice,
    pub(super) latency: Option<Choice>,
    pub(super) retention: Option<Choice>,
    pub(super) regulator: Option<Choice>,
    pub(super) pins: Vec<Choice>,
}

pub(super) fn plans(shape: &Shape) -> impl Strategy<Value = Plan> + use<> {
    (
        vec(teams(shape), at_least(1, &shape.teams)),
        any::<bool>(),
        prop::bool::weighted(0.1),
        at_least(1, &shape.platforms),
        vec(datastores(shape), at_least(0, &shape.datastores)),
        vec(transformers(shape), at_least(0, &shape.transformers)),
        vec(workspaces(shape), at_least(0, &shape.workspaces)),
        vec(any::<(Choice, Choice)>(), 0..=1),
    )
        .prop_map(
            |(
                teams,
                has_second_zone,
                has_undefined_zone,
                platforms,
                datastores,
                transformers,
                workspaces,
                primaries,
            )| {
                Plan {
                    teams,
                    has_second_zone,
                    has_undefined_zone,
                    platforms,
                    datastores,
                    transformers,
                    workspaces,
                    primaries,
                }
            },
        )
}

/// The same range from `least` on, never empty.
fn at_least(least: usize, range: &RangeInclusive<usize>) -> RangeInclusive<usize> {
    let start = least.max(*range.start());
    start..=start.max(*range.end())
}

fn teams(shape: &Shape) -> impl Strategy<Value = TeamPlan> + use<> {
    let postgres_targets = if shape.postgres_targets { 0.5 } else { 0.0 };
    (vec(containers(0.5, 0.0), 1..=2), vec(containers(postgres_targets, 0.3), 1..=2))
        .prop_map(|(sources, targets)| TeamPlan { sources, targets })
}

fn containers(postgres: f64, platform_databases: f64) -> impl Strategy<Value = ContainerPlan> {
    (prop::bool::weighted(postgres), prop::bool::weighted(platform_databases), vec(any::<Choice>(), 1..=2))
        .prop_map(|(is_postgres, is_platform_database, places)| ContainerPlan {
            is_postgres,
            is_platform_database,
            places,
        })
}

fn datastores(shape: &Shape) -> impl Strategy<Value = DatastorePlan> + use<> {
    (
        any::<Choice>(),
        any::<Choice>(),
        prop::bool::weighted(0.4),
        sometimes(0.5, any::<Choice>()),
        prop::bool::weighted(0.3),
        vec(datasets(shape), at_least(1, &shape.datasets)),
    )
        .prop_map(|(team, container, is_dataset_by_dataset, cron, has_credential, datasets)| {
            DatastorePlan { team, container, is_dataset_by_dataset, cron, has_credential, datasets }
        })
}

fn datasets(shape: &Shape) -> impl Strategy<Value = DatasetPlan> + use<> {
    let keyless_percent = shape.keyless_percent;
    (
        any::<Choice>(),
        prop::bool::weighted(0.2),
        vec(columns(shape.uncommon_types), 1..=6),
        vec(any::<Choice>(), 1..=2),
        any::<bool>(),
        vec(any::<Choice>(), 0..=2),
        any::<bool>(),
        prop::bool::weighted(0.1),
        sometimes(0.1, any::<Choice>()),
    )
        .prop_map(
            move |(
                name,
                has_other_table,
                columns,
                key,
                is_key_reversed,
                classifications,
                is_classified_by_column,
                is_in_avro,
                deprecated,
            )| {
                DatasetPlan {
                    name,
                    has_other_table,
                    columns,
                    key,
                    is_keyless: is_keyless(name, keyless_percent),
                    is_key_reversed,
                    classifications,
                    is_classified_by_column,
                    is_in_avro,
                    deprecated,
                }
            },
        )
}

/// Whether a dataset has no key, by the number that chooses its name: a choice of its own would make other ecosystems of
/// the same seeds. What shrinks gets a key.
fn is_keyless(name: Choice, percent: u8) -> bool {
    (name / 40) % 100 + Choice::from(percent) >= 100
}

pub(super) fn columns(uncommon_types: bool) -> impl Strategy<Value = ColumnPlan> {
    let uncommon_type =
        if uncommon_types { sometimes(0.2, data_types()).boxed() } else { Just(None).boxed() };
    (any::<Choice>(), any::<Choice>(), uncommon_type, any::<bool>()).prop_map(
        |(data_type, size, uncommon_type, is_nullable)| ColumnPlan {
            data_type,
            size,
            uncommon_type,
            is_nullable,
        },
    )
}

impl ColumnPlan {
    /// Its type, outside of the key.
    pub(super) fn data_type(&self) -> DataType {
        self.uncommon_type.clone().unwrap_or_else(|| data_type(self.data_type, self.size))
    }
}

fn transformers(shape: &Shape) -> impl Strategy<Value = TransformerPlan> + use<> {
    (
        any::<Choice>(),
        any::<Choice>(),
        vec(vec(any::<Choice>(), at_least(1, &shape.sinks)), at_least(1, &shape.groups)),
        prop::bool::weighted(0.3),
        sometimes(0.2, any::<Choice>()),
        (sometimes(0.2, any::<Choice>()), prop::bool::weighted(0.3)),
        vec(any::<(Choice, Choice)>(), at_least(1, &shape.datasets)),
        vec(any::<Choice>(), 0..=1),
        sometimes(0.3, any::<Choice>()),
    )
        .prop_map(
            |(team, container, groups, is_self_reading, reads_later, trigger, outputs, removes, priority)| {
                let (cron, is_waiting_for_all) = trigger;
                TransformerPlan {
                    team,
                    container,
                    groups,
                    is_self_reading,
                    reads_later,
                    cron,
                    is_waiting_for_all,
                    outputs,
                    removes,
                    priority,
                }
            },
        )
}

fn workspaces(shape: &Shape) -> impl Strategy<Value = WorkspacePlan> + use<> {
    (
        any::<Choice>(),
        any::<Choice>(),
        sometimes(0.5, any::<Choice>()),
        vec(groups(shape), at_least(1, &shape.groups)),
    )
        .prop_map(|(team, container, priority, groups)| WorkspacePlan {
            team,
            container,
            priority,
            groups,
        })
}

fn groups(shape: &Shape) -> impl Strategy<Value = GroupPlan> + use<> {
    (
        vec(any::<Choice>(), at_least(1, &shape.sinks)),
        any::<Choice>(),
        sometimes(0.4, any::<Choice>()),
        sometimes(0.4, any::<Choice>()),
        sometimes(0.1, any::<Choice>()),
        vec(any::<Choice>(), 0..=2),
    )
        .prop_map(|(sinks, milestoning, latency, retention, regulator, pins)| GroupPlan {
            sinks,
            milestoning,
            latency,
            retention,
            regulator,
            pins,
        })
}
