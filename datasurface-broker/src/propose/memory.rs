//! The memory of plans: the work of the last one, for the next.

use super::{left_names::LeftMemory, lint::NodeFindings, render::Renderings, view_memory::ViewMemory};
use datasurface_model::PlatformName;
use datasurface_state::rendered::{Differences, OwedDifferences, RenderedIndex};
use std::collections::BTreeMap;

/// What the last plan worked out, as far as the next one may need it again.
#[derive(Debug, Default)]
pub(crate) struct PlanMemory {
    /// Each time that a plan was made ready to be rendered: first with what is held already, then with what begins to be held. So each is compared with
    /// what was the same about the last plan.
    pub(super) rounds: BTreeMap<Round, RoundMemory>,
    pub(super) renderings: BTreeMap<PlatformName, Renderings>,
    pub(super) owed: OwedDifferences,
    pub(super) left: LeftMemory,
}

/// One of the times that a plan is made ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Round {
    /// With what is held already.
    Held,
    /// With what begins to be held as well.
    NewlyHeld,
    /// With the addresses of now of what begins to be held.
    Readdressed,
}

/// What was worked out in a round: views with what platforms found of them, and what follows for all scopes together.
#[derive(Debug, Default)]
pub(super) struct RoundMemory {
    /// The views that were judged last, and had no errors.
    pub(super) views: Option<ViewMemory>,
    /// What platforms found of the nodes of these views.
    pub(super) findings: NodeFindings,
    pub(super) index: RenderedIndex,
    pub(super) differences: Differences,
}

impl PlanMemory {
    /// Returns what was worked out in a round.
    pub(super) fn round(&mut self, round: Round) -> &mut RoundMemory {
        self.rounds.entry(round).or_default()
    }
}
