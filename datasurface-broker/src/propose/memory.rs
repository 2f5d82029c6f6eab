//! The memory of plans: the work of the last one, for the next.

use super::{lint::NodeFindings, render::Renderings, view_memory::ViewMemory};
use datasurface_model::PlatformName;
use std::collections::BTreeMap;

/// What the last plan worked out, as far as the next one may need it again: views with what platforms found of them, and renderings.
#[derive(Debug, Default)]
pub(crate) struct PlanMemory {
    /// The views that were judged last, and had no errors.
    pub(super) views: Option<ViewMemory>,
    /// What platforms found of the nodes of these views.
    pub(super) findings: NodeFindings,
    pub(super) renderings: BTreeMap<PlatformName, Renderings>,
}
