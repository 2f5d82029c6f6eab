//! Choice: which platform serves a dataset group, and which one captures a datastore. What was decided stays decided;
//! a wish that contradicts it starts a move.

mod capability;
mod capture;
mod policy;
mod serve;

use crate::{hosted::Hosted, lock::Lock};
use datasurface_graph::{Assignments, Stage};
use datasurface_model::{CodeInfo, Diagnostic, Ecosystem, PlatformName, Valid};
use std::collections::BTreeMap;

/// Every code that choosing can report.
pub(crate) static CODES: &[&CodeInfo] = &[
    &serve::NO_PLATFORM,
    &serve::SEVERAL,
    &serve::CANNOT_SERVE,
    &serve::PIN_CANNOT_SERVE,
    &serve::MOVE,
    &capture::NO_CAPTURE,
    &capture::CANNOT_CAPTURE,
    &capture::PIN_CANNOT_CAPTURE,
    &capture::MOVE,
];

/// What choosing looks at.
pub(crate) struct Question<'a> {
    pub(crate) ecosystem: &'a Valid<Ecosystem>,
    pub(crate) platforms: &'a BTreeMap<PlatformName, Hosted>,
    pub(crate) lock: &'a Lock,
}

impl Question<'_> {
    /// What the lock says of platforms that are there.
    fn decided<'a>(
        &'a self,
        stages: Option<&'a BTreeMap<PlatformName, Stage>>,
    ) -> impl Iterator<Item = (&'a PlatformName, Stage)> {
        let known = stages.into_iter().flatten().filter(|(name, _)| self.platforms.contains_key(*name));
        known.map(|(name, stage)| (name, *stage))
    }

    /// Why none of the platforms will do, one by one.
    fn obstacles(&self, obstacles: impl Fn(&PlatformName) -> Vec<String>) -> String {
        let reasons =
            self.platforms.keys().map(|name| format!("`{name}`: {}", obstacles(name).join(", and ")));
        let reasons: Vec<String> = reasons.collect();
        if reasons.is_empty() { "there is none".to_owned() } else { reasons.join("; ") }
    }
}

/// Whether a decision keeps a platform in the graph.
fn is_standing((_, stage): &(&PlatformName, Stage)) -> bool {
    *stage != Stage::Decommissioned
}

/// Decides who serves and who captures.
pub(crate) fn choose(question: &Question<'_>, found: &mut Vec<Diagnostic>) -> Assignments {
    let mut assignments = Assignments::default();
    serve::choose(question, &mut assignments, found);
    capture::choose(question, &mut assignments, found);
    assignments
}
