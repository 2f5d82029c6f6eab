//! What this platform can do.

use crate::{address::SELECTED, config::LocalConfig, prelude::*};

/// The version of the plug-in.
pub(crate) const VERSION: Version = Version::new(0, 1, 0);

/// The kind, as declarations name it.
pub(crate) const KIND: &str = "local";

/// All that is claimed here is true of what is rendered; nothing else is done.
pub(crate) fn descriptor(config: &LocalConfig) -> PlatformDescriptor {
    let descriptor = PlatformDescriptor::new(KIND, VERSION)
        .with_captures(["sql_snapshot", "sql_watermark"], ["sqlite", "postgres"])
        .with_missed_deletions(["sql_watermark"])
        .with_keyless()
        .with_consistencies([Consistency::SingleDataset, Consistency::MultiDataset])
        .with_export_targets(["postgres", "sqlite"])
        .with_milestonings([Milestoning::Live, Milestoning::Forensic, Milestoning::LiveAndForensic])
        .with_artifacts(["sql"])
        .with_types([TypeKind::Decimal, TypeKind::NarrowFloat])
        .with_quality_checks(CheckKind::ALL)
        .with_rows_set_aside()
        // The rights of a file grant what is in it; a lint tells that they have to.
        .with_grants(["postgres", "sqlite"], PrincipalKind::ALL)
        .honoured_fact(HonouredFact::Priority, [NodeKind::Ingest, NodeKind::Trigger, NodeKind::Transform])
        .with_formats([Format::Sqlite, Format::Batches, Format::KafkaTopic, SELECTED.into()])
        .with_offered_formats([if config.publish.is_some() { Format::Batches } else { Format::Sqlite }])
        .data_technology("sqlite", config.encryption)
        .with_store_in(&DataContainer::sqlite("store", config.database.replace('\\', "/")));
    match &config.place {
        Some(place) => descriptor.data_place(place.as_str()),
        None => descriptor,
    }
}
