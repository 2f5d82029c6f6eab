//! What was decided before. It holds for what it was decided about, whatever that is called now.

use crate::{Choice, group_index::former_keys};
use datasurface_graph::{Stage, Stages};
use datasurface_model::{DatasetGroup, Datastore, DatastoreName, Entity, GroupKey, PlatformName, Workspace};
use std::iter;

/// A platform, and how far the decision for it is.
pub(crate) type Decision<'a> = (&'a PlatformName, Stage);

impl Choice<'_> {
    /// Who serves a group.
    pub(crate) fn serving(&self, workspace: &Workspace, group: &DatasetGroup) -> Vec<Decision<'_>> {
        let decided = self.decided;
        let own = GroupKey::new(workspace.name(), group.name());
        let mut keys = iter::once(own).chain(former_keys(workspace, group));
        self.available(keys.find_map(|key| decided.group(&key)))
    }

    /// Who captures a datastore.
    pub(crate) fn capturing(&self, datastore: &Datastore) -> Vec<Decision<'_>> {
        let decided = self.decided;
        let names = [Some(datastore.name()), datastore.former_name()];
        self.available(names.into_iter().flatten().find_map(|name| decided.primary_stages(name)))
    }

    /// Which platform captures a datastore, or runs the transformer that fills it, as far as a pin or the lock says so.
    pub(crate) fn known_capture(&self, datastore: &DatastoreName) -> Option<PlatformName> {
        if let Some(pin) = self.ecosystem.primary_pins().get(datastore) {
            return Some(pin.platform().clone());
        }
        let decided = self.capturing(&self.ecosystem.datastore(datastore)?.entity);
        let first =
            decided.into_iter().filter(is_in_graph).min_by_key(|(_, stage)| *stage != Stage::Provisioned);
        first.map(|(platform, _)| platform.clone())
    }

    /// The decisions for platforms that are there.
    fn available<'s>(&'s self, stages: Option<&'s Stages>) -> Vec<Decision<'s>> {
        let known = stages.into_iter().flatten().filter(|(name, _)| self.platforms.contains_key(*name));
        known.map(|(name, stage)| (name, *stage)).collect()
    }
}

/// Whether a decision keeps a platform in the graph.
pub(crate) fn is_in_graph((_, stage): &Decision<'_>) -> bool {
    *stage != Stage::Decommissioned
}

/// What becomes of a platform that is pinned, given what was decided; nothing, if it is in use, or on its way there.
///
/// Beside another platform it is set up, and takes its place when the move is completed; also one that was on its way out.
/// Where nothing else is in use, such a one still has all that it had: it stays.
pub(crate) fn pinned(decided: &[Decision<'_>], platform: &PlatformName) -> Option<Stage> {
    let stage = decided.iter().find(|(decided, _)| *decided == platform).map(|(_, stage)| *stage);
    let is_any_in_use = decided.iter().any(|(_, stage)| *stage == Stage::Provisioned);
    match stage {
        Some(Stage::Provisioning | Stage::Provisioned) => None,
        Some(Stage::Decommissioning) if !is_any_in_use => Some(Stage::Provisioned),
        _ if decided.iter().any(is_in_graph) => Some(Stage::Provisioning),
        _ => Some(Stage::Provisioned),
    }
}

/// What is told of it, and what it means, if others served or captured before: `both` says what is so while it moves.
pub(crate) fn decision_message(
    subject: &str,
    platform: &PlatformName,
    stage: Stage,
    both: &'static str,
) -> (String, &'static str) {
    match stage {
        Stage::Provisioned => (
            format!("{subject} stays with `{platform}`"),
            "it was on its way out, and nothing else is in use",
        ),
        _ => (format!("{subject} begins to move to `{platform}`"), both),
    }
}
