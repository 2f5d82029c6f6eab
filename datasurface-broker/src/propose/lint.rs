//! Linting without a target: everything that would prevent rendering, as far as the model and the lock tell.

use super::{
    CODES, judge,
    views::{Held, Sources},
};
use crate::{broker::Broker, placed::Placed};
use datasurface_model::Findings;

/// The findings about what is placed: of platforms, of the limits of shards, and of links between nodes.
#[derive(Clone, Debug, Default)]
pub struct LintReport {
    /// The findings, errors among them.
    pub findings: Findings,
    /// The findings that a waiver accepts for a while.
    pub waived: Findings,
}

impl Broker {
    /// Asks each platform about its nodes, as [`propose`](Self::propose) does before it renders. Nothing is rendered, and no target is
    /// needed: what is held is known from the lock.
    #[must_use]
    pub fn lint(&self, placed: &Placed) -> LintReport {
        let locks = || placed.lock.platforms.iter();
        let sources = Sources {
            graphs: &placed.graphs,
            platforms: &placed.platforms,
            names: placed.lock.storage_names(),
            placements: locks().map(|(name, lock)| (name.clone(), lock.placement.clone())).collect(),
        };
        let held: Held = locks().map(|(name, lock)| (name.clone(), lock.held.clone())).collect();
        let views = sources.views(&held);
        let mut found = Vec::new();
        judge(placed, &sources, &views, &mut found);
        let (findings, waived) = placed.ecosystem.apply_waivers(Findings::from_iter(found), CODES);
        LintReport { findings, waived }
    }
}
