//! What the platform is told, and what it claims.

use super::Bug;
use datasurface_platform::prelude::*;

#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(crate = "self::serde", deny_unknown_fields, default)]
pub(crate) struct Settings {
    /// The brokers of the cluster that has the topics.
    pub(super) brokers: String,
    /// The number of partitions of each topic.
    pub(super) partitions: u32,
    /// The number of tasks of each sink.
    pub(super) tasks: usize,
    pub(super) bug: Option<Bug>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { brokers: "kafka.internal:9092".to_owned(), partitions: 6, tasks: 1, bug: None }
    }
}

pub(super) fn descriptor<P: PlatformPlugin>() -> PlatformDescriptor {
    PlatformDescriptor::for_plugin::<P>()
        .with_captures(["cdc"], ["postgres", "mysql"])
        .with_consistencies([Consistency::SingleDataset])
        .with_export_targets(["kafka", "postgres"])
        .with_best_latency(Latency::seconds(1))
        .with_milestonings([Milestoning::Live, Milestoning::Forensic, Milestoning::LiveAndForensic])
        .with_artifacts(["sql"])
        .with_types(TypeKind::ALL)
        .with_quality_checks(CheckKind::ALL)
        .with_rows_set_aside()
        .with_grants(["kafka", "postgres"], PrincipalKind::ALL)
        .honoured_fact(HonouredFact::Priority, [NodeKind::Ingest, NodeKind::Export, NodeKind::Transform])
        .honoured_fact(HonouredFact::Deadline, [NodeKind::Export])
        .honoured_fact(HonouredFact::Classification, [NodeKind::Ingest])
        .with_formats(["topic"])
        .with_offered_formats(["topic"])
        .data_technology("kafka", None)
        .data_place("Cloud/Frankfurt")
        .limit("connectors", 1000)
}
