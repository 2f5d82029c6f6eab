//! What this platform can do.

use crate::{address::SELECTED, config::LocalConfig, names, prelude::*};

/// The version of the plug-in.
pub(crate) const VERSION: Version = Version::new(0, 1, 0);

/// The kind, as declarations name it.
pub(crate) const KIND: &str = "local";

/// All that is claimed here is true of what is rendered; nothing else is done. Without an instance, nobody knows under which name it
/// publishes.
pub(crate) fn descriptor(config: &LocalConfig, instance: Option<&PlatformInstance>) -> PlatformDescriptor {
    let database = config.database.replace('\\', "/");
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
        .with_store_in(&DataContainer::sqlite("store", &*database))
        .store_folder(names::received_folder(&database));
    let publishes: Vec<String> = match (&config.publish, instance) {
        (None, _) => Vec::new(),
        (Some(folder), None) => vec![folder.clone()],
        // What is published under the storage name is there after a rename; a model without its lock knows the name of now alone.
        (Some(folder), Some(instance)) => [&instance.name, instance.storage_name()]
            .map(|platform| names::published_folder(folder, platform))
            .to_vec(),
    };
    let descriptor = publishes.iter().fold(descriptor, PlatformDescriptor::store_folder);
    match &config.place {
        Some(place) => descriptor.data_place(place.as_str()),
        None => descriptor,
    }
}
