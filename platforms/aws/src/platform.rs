//! The platform: what it claims, and what it is asked.

use crate::{
    aliases::AliasNames,
    judge, lint,
    names::Names,
    render::{self, CHARACTERS, MOST_CHARACTERS},
    settings::AwsSettings,
    types::TYPES,
};
use datasurface_platform::prelude::*;

/// An instance of the batch platform on AWS.
#[derive(Debug)]
pub struct AwsPlatform {
    descriptor: PlatformDescriptor,
    settings: AwsSettings,
    names: Names,
}

/// The least time from a change at a source to a view: DMS writes a file within a minute, and a run of a job starts, reads and commits.
pub(crate) const BEST_LATENCY: Latency = Latency::minutes(10);

/// The resources by which deadlines are looked after: an alarm, and schedules for deadlines in two time zones.
const DEADLINE_WEIGHT: u64 = 3;

/// The resources of a capture: two endpoints, a task and a lookup; also a state machine with schedules and alarms, if it is the only one
/// with its timetable.
const CAPTURE_WEIGHT: u64 = 8 + DEADLINE_WEIGHT;

/// The state machine that maintains tables and its schedules, which a shard has if it has a table.
const MAINTENANCE_WEIGHT: u64 = 3;

/// The resources of a dataset: its table and its definition.
const DATASET_WEIGHT: u64 = 2;

/// The resources of an export: two views, or a definition; also a state machine with a rule, its target and alarms, if it is the only one of its
/// shard.
const EXPORT_WEIGHT: u64 = 5 + DEADLINE_WEIGHT;

/// The resources of a trigger: its definition; also a state machine with alarms, and two schedules or a rule and its target, if it is the
/// only one that is started so.
const TRIGGER_WEIGHT: u64 = 5 + DEADLINE_WEIGHT;

/// The resources of what receives batches of another lake, if it is the only one that is started so: a state machine with alarms, and two
/// schedules or a rule and its target.
const RECEIVER_WEIGHT: u64 = 4 + DEADLINE_WEIGHT;

/// The limit of the roles of one state with roles: its part of what the account has room for.
pub(crate) const ROLES: &str = "roles";

/// The limit of the resources of one state.
pub(crate) const RESOURCES: &str = "resources";

impl PlatformPlugin for AwsPlatform {
    type Config = AwsSettings;
    const KIND: &'static str = "aws";

    fn version() -> Version {
        Version::new(0, 1, 0)
    }

    fn configure(instance: &PlatformInstance, mut settings: AwsSettings) -> Result<Self, PlatformError> {
        let names = Names::new(instance);
        settings.alias_names = AliasNames::new(&names);
        let keys = if settings.kms_key.is_some() { KeyHolder::Company } else { KeyHolder::Vendor };
        let descriptor = PlatformDescriptor::for_plugin::<Self>()
            .with_captures(["cdc"], ["postgres"])
            .with_consistencies([Consistency::SingleDataset])
            .with_export_targets(["platform_managed", "postgres"])
            .with_milestonings([Milestoning::Live, Milestoning::Forensic, Milestoning::LiveAndForensic])
            .with_artifacts(["sql"])
            .with_types([TypeKind::Variant])
            .with_quality_checks(CheckKind::ALL)
            // All numbers of 126 bits, and a sign, have 38 digits at most.
            .type_up_to(TypeKind::Integer, 127)
            .format_at(Format::Iceberg, read_catalogs(&names, &settings))
            .offered_format_at(Format::Iceberg, names.database_prefix(&settings))
            .with_best_latency(BEST_LATENCY)
            .data_technology("s3", Some(keys))
            .with_store_in(&DataContainer::object_storage("lake", settings.lake_bucket.as_str()))
            .further_store(&DataContainer::object_storage("staging", settings.staging_bucket.as_str()))
            .with_shares()
            .with_grants(["platform_managed"], PrincipalKind::ALL)
            .limit(CHARACTERS, MOST_CHARACTERS)
            .limit(RESOURCES, settings.resources_per_state)
            .limit(ROLES, u64::from(settings.roles / settings.access_states.max(1)));
        let descriptor = render::limits(&settings)
            .into_iter()
            .fold(descriptor, |descriptor, (limit, most)| descriptor.limit(limit, most));
        let descriptor = match &settings.place {
            Some(place) => descriptor.data_place(place.as_str()),
            None => descriptor,
        };
        let descriptor =
            descriptor.honoured_fact(HonouredFact::Priority, [NodeKind::Ingest, NodeKind::Trigger]);
        let descriptor = match settings.class_keys.is_empty() {
            true => descriptor,
            false => descriptor.honoured_fact(HonouredFact::Classification, [NodeKind::Ingest]),
        };
        Ok(Self { descriptor, settings, names })
    }
}

/// The beginning of the addresses of the tables that can be read: its own, or those of any catalog where the settings name other lakes. Lint
/// reports what is in none of them.
fn read_catalogs(names: &Names, settings: &AwsSettings) -> String {
    match settings.hand_overs.lakes.is_empty() {
        true => names.database_prefix(settings),
        false => "glue://".to_owned(),
    }
}

impl DataPlatform for AwsPlatform {
    fn descriptor(&self) -> &PlatformDescriptor {
        &self.descriptor
    }

    fn weigh(&self, node: &NodeFacts) -> Weights {
        let weight = match &node.detail {
            NodeDetail::Ingest(IngestFacts { source: IngestSource::Container(_), .. }) => {
                Weight { whole: CAPTURE_WEIGHT + MAINTENANCE_WEIGHT, per_dataset: DATASET_WEIGHT }
            }
            NodeDetail::Ingest(IngestFacts { source: IngestSource::Platform { .. }, .. }) => {
                Weight { whole: RECEIVER_WEIGHT + MAINTENANCE_WEIGHT, per_dataset: DATASET_WEIGHT }
            }
            NodeDetail::Ingest(_) => Weight { whole: MAINTENANCE_WEIGHT, per_dataset: DATASET_WEIGHT },
            NodeDetail::Export(_) => Weight::whole(EXPORT_WEIGHT),
            NodeDetail::Trigger(_) => Weight::whole(TRIGGER_WEIGHT),
            NodeDetail::Transform(_) => Weight::whole(1),
        };
        Weights::new().with_weight(RESOURCES, weight)
    }

    fn offer(&self, node: &NodeFacts) -> Vec<Offer> {
        let offer = |dataset: &DatasetFacts| {
            let address = self.names.table_address(&self.settings, dataset.storage_key()).to_string();
            Offer::new(&dataset.key, address, Format::Iceberg)
                .with_custody(dataset.custody)
                .with_latency(BEST_LATENCY)
        };
        match &node.detail {
            NodeDetail::Ingest(ingest) => ingest.datasets.iter().map(offer).collect(),
            // A transformer reads the table itself, wherever its inputs are exported to.
            NodeDetail::Export(export) => vec![offer(&export.dataset)],
            NodeDetail::Transform(transform) => transform.outputs.iter().map(offer).collect(),
            NodeDetail::Trigger(_) => Vec::new(),
        }
    }

    fn shares(&self, node: &NodeView) -> Vec<SharedPart> {
        render::shares(&self.settings, &self.names, node)
    }

    fn lint(&self, view: LintView<'_>, found: &mut Reporter<'_>) {
        match view {
            LintView::Node(node) => lint::report_node(&self.settings, node, found),
            LintView::Platform(_) => lint::report_settings(&self.settings, &self.names, found),
            _ => {}
        }
    }

    fn render(&self, scope: &ScopeView) -> Result<Rendering, PlatformError> {
        render::render(&self.settings, scope)
    }

    fn diff(&self, change: &RenderingChange<'_>) -> Result<Plan, PlatformError> {
        TYPES.plan_with(change, |change| judge::judge(&self.settings, change))
    }
}
