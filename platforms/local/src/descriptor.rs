//! What this platform can do.

use crate::{config::LocalConfig, prelude::*};

/// The version of the plug-in.
pub(crate) const VERSION: Version = Version::new(0, 1, 0);

/// The kind, as declarations name it.
pub(crate) const KIND: &str = "local";

/// All that is claimed here is true of what is rendered; nothing else is done.
pub(crate) fn descriptor(config: &LocalConfig) -> PlatformDescriptor {
    let descriptor = PlatformDescriptor::new(KIND, VERSION)
        .capturing(["sql_snapshot", "sql_watermark"], ["sqlite", "postgres"])
        .missing_deletions(["sql_watermark"])
        .keeping_keyless()
        .consistent([Consistency::SingleDataset, Consistency::MultiDataset])
        .exporting_to(["postgres", "sqlite"])
        .milestoning([Milestoning::Live, Milestoning::Forensic, Milestoning::LiveAndForensic])
        .transforming(["sql"])
        .keeping_data_in("sqlite", config.encryption);
    match &config.place {
        Some(place) => descriptor.keeping_data_at(place.as_str()),
        None => descriptor,
    }
}
