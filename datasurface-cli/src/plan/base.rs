//! Bases: what the plan of each platform starts from, as the target was before anything is written.

use datasurface_broker::{ApplyState, Manifest};
use datasurface_model::PlatformName;
use datasurface_platform::Revision;
use serde::Serialize;
use std::collections::BTreeMap;

/// The start of the plan of a platform.
#[derive(Debug, Serialize)]
pub(crate) struct PlanBase {
    revision: Revision,
    /// Whether it was recorded as applied. Otherwise what is rendered counts as reached.
    is_applied: bool,
    /// For people, where it is not known that it was applied.
    #[serde(skip)]
    pub(crate) remark: Option<String>,
}

impl PlanBase {
    /// The bases of all platforms for which something is rendered.
    pub(crate) fn of_all(manifest: &Manifest) -> BTreeMap<PlatformName, Self> {
        let base = |platform: &PlatformName| (platform.clone(), Self::of(manifest, platform));
        manifest.platforms().keys().map(base).collect()
    }

    fn of(manifest: &Manifest, platform: &PlatformName) -> Self {
        let revision = manifest.base_revision(platform).clone();
        let record = manifest.platform(platform);
        let is_of_runtime = record.is_some_and(|record| !matches!(record.standing, ApplyState::Rendered));
        let applied = manifest.applied_rendering();
        let is_last = applied.is_some_and(|applied| applied.rendering == manifest.rendering());
        let has_transitions = record.is_some_and(|record| record.has_transitions());
        // What was recorded as applied has no plan left.
        let remark = (!is_of_runtime && has_transitions).then(|| {
            let recorded = match applied {
                Some(applied) => format!("{} was recorded as applied last", applied.revision.short()),
                None => "nothing was recorded as applied".to_owned(),
            };
            format!("from what was rendered last, revision {}: {recorded}", revision.short())
        });
        Self { is_applied: is_of_runtime || is_last, revision, remark }
    }
}
