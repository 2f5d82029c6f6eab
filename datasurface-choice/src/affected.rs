//! What may be chosen otherwise than before.
//!
//! Who serves a group depends on the group, on what is decided about it, and on the datastores that it reads: on what they declare, on their
//! origins, on what is decided about them, and on the transformers that fill them with the tables that these read. The same holds for a
//! capture, beside who reads it. All else is about the whole ecosystem, and changes seldom: then everything is chosen anew.

use crate::{
    Choice,
    chosen::Chosen,
    group_index::{GroupIndex, read_by},
};
use datasurface_model::{
    DatastoreName, Ecosystem, Entity, GroupKey, Located, PlatformDeclaration, Valid, Workspace,
};
use std::collections::BTreeSet;

/// What may be chosen otherwise.
pub(crate) struct Affected {
    /// The groups, also those that are gone.
    pub(crate) groups: BTreeSet<GroupKey>,
    /// The datastores, also those that are gone.
    pub(crate) datastores: BTreeSet<DatastoreName>,
    /// The groups by now.
    pub(crate) index: GroupIndex,
}

impl Affected {
    /// Finds what may be chosen otherwise than it was; `None` if that may be anything.
    pub(crate) fn since(question: &Choice<'_>, earlier: &Chosen) -> Option<Self> {
        let (before, now) = (earlier.ecosystem(), question.ecosystem);
        let changes = now.changes_since(before);
        let is_about_all =
            changes.is_ecosystem_changed || !changes.zones.is_empty() || !changes.containers.is_empty();
        if is_about_all || !is_day_alike(before, now) {
            return None;
        }
        let mut index = earlier.groups().clone();
        for name in &changes.datastores {
            let [old, new] = [before, now].map(|side| side.datastore(name).map(|found| &found.entity));
            old.into_iter().for_each(|old| index.remove_datastore(old));
            new.into_iter().for_each(|new| index.add_datastore(new));
        }
        let versions = changes.workspaces.iter().map(|name| [before, now].map(|side| side.workspace(name)));
        let versions: Vec<[Option<&Located<Workspace>>; 2]> = versions.collect();
        for [old, new] in &versions {
            old.iter().for_each(|old| index.remove_workspace(&old.entity));
            new.iter().for_each(|new| index.add_workspace(&new.entity));
        }
        let mut affected = Self { groups: BTreeSet::new(), datastores: BTreeSet::new(), index };
        // The tables of a datastore pass through the transformers that read them.
        for name in &changes.datastores {
            let outputs = affected.outputs(now, name);
            affected.datastores.extend(outputs.into_iter().chain([name.clone()]));
        }
        let workspaces = || versions.iter().flatten().flatten().map(|found| &found.entity);
        let transformers = workspaces().filter_map(|workspace| workspace.transformer());
        affected.datastores.extend(transformers.map(|transformer| transformer.output().clone()));
        affected.datastores.extend(now.changed_origins_since(before).cloned());
        for (name, _, _) in earlier.decided().changed_primaries(question.decided) {
            let formerly = affected.index.formerly_datastore(name).cloned().collect::<Vec<_>>();
            affected.datastores.extend(formerly.into_iter().chain([name.clone()]));
        }
        affected.add_readers(now);
        for workspace in workspaces() {
            for group in workspace.groups() {
                affected.groups.insert(GroupKey::new(workspace.name(), group.name()));
                affected.datastores.extend(read_by(group).cloned());
            }
        }
        for (key, _, _) in earlier.decided().changed_groups(question.decided) {
            let formerly = affected.index.formerly(key).cloned();
            affected.groups.extend(formerly.chain([key.clone()]));
        }
        Some(affected)
    }

    /// Adds whatever reads the datastores: groups, and the outputs of transformers.
    fn add_readers(&mut self, now: &Valid<Ecosystem>) {
        let mut outputs = Vec::new();
        for name in &self.datastores {
            self.groups.extend(self.index.readers(name).cloned());
            outputs.extend(self.outputs(now, name));
        }
        self.datastores.extend(outputs);
    }

    /// The outputs of the transformers that read a datastore.
    fn outputs(&self, now: &Valid<Ecosystem>, datastore: &DatastoreName) -> Vec<DatastoreName> {
        let workspaces = self.index.readers(datastore).filter_map(|key| now.workspace(&key.workspace));
        let transformers = workspaces.filter_map(|workspace| workspace.entity.transformer());
        transformers.map(|transformer| transformer.output().clone()).collect()
    }
}

/// Whether each platform is announced to end, or is over, on the days of both: nothing else of a choice depends on the day.
fn is_day_alike(before: &Valid<Ecosystem>, now: &Valid<Ecosystem>) -> bool {
    let (was, is) = (before.validated_on(), now.validated_on());
    let is_alike = |platform: &PlatformDeclaration| {
        let [was, is] = [was, is].map(|day| {
            let (deprecation, day) = platform.deprecation().zip(day)?;
            Some((deprecation.since() <= day, deprecation.sunset().is_some_and(|last| last < day)))
        });
        was == is
    };
    was == is || was.is_some() && is.is_some() && now.platforms().iter().all(is_alike)
}
