//! What was decided before. It holds for what it was decided about, whatever that is called now.

use super::Question;
use datasurface_graph::{Stage, Stages};
use datasurface_model::{DatasetGroup, Datastore, Entity, GroupKey, PlatformName, Workspace};

/// A platform, and how far the decision for it is.
pub(super) type Decision<'a> = (&'a PlatformName, Stage);

impl Question<'_> {
    /// Who serves a group.
    pub(super) fn serving(&self, workspace: &Workspace, group: &DatasetGroup) -> Vec<Decision<'_>> {
        let decided = self.lock.assignments();
        let workspaces = [Some(workspace.name()), workspace.former_name()];
        let mut keys = workspaces.into_iter().flatten().flat_map(|workspace| {
            let groups = [Some(group.name()), group.former_name()];
            groups.into_iter().flatten().map(move |group| GroupKey::new(workspace, group))
        });
        self.available(keys.find_map(|key| decided.group(&key)))
    }

    /// Who captures a datastore.
    pub(super) fn capturing(&self, datastore: &Datastore) -> Vec<Decision<'_>> {
        let decided = self.lock.assignments();
        let names = [Some(datastore.name()), datastore.former_name()];
        self.available(names.into_iter().flatten().find_map(|name| decided.primaries_of(name)))
    }

    /// The decisions for platforms that are there.
    fn available<'s>(&'s self, stages: Option<&'s Stages>) -> Vec<Decision<'s>> {
        let known = stages.into_iter().flatten().filter(|(name, _)| self.platforms.contains_key(*name));
        known.map(|(name, stage)| (name, *stage)).collect()
    }
}

/// Whether a decision keeps a platform in the graph.
pub(super) fn is_standing((_, stage): &Decision<'_>) -> bool {
    *stage != Stage::Decommissioned
}
