//! An index of dataset groups: who reads each datastore, and which names decisions may be recorded under. It is kept up workspace by
//! workspace.

use datasurface_model::{DatasetGroup, Datastore, DatastoreName, Entity, GroupKey, Workspace};
use imbl::OrdSet;

/// The groups of an ecosystem. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(crate) struct GroupIndex {
    /// Those that read each datastore, transformers' ones among them.
    readers: OrdSet<(DatastoreName, GroupKey)>,
    /// Those that ask for a latency.
    in_time: OrdSet<GroupKey>,
    /// Groups by the names that they had, or would have had in a workspace of another name.
    former_groups: OrdSet<(GroupKey, GroupKey)>,
    /// Datastores by the names that they had.
    former_datastores: OrdSet<(DatastoreName, DatastoreName)>,
}

impl GroupIndex {
    pub(crate) fn add_workspace(&mut self, workspace: &Workspace) {
        for group in workspace.groups() {
            let key = GroupKey::new(workspace.name(), group.name());
            self.readers.extend(read_by(group).map(|datastore| (datastore.clone(), key.clone())));
            self.former_groups.extend(former_keys(workspace, group).map(|former| (former, key.clone())));
            self.in_time.extend(group.requirements().latency.map(|_| key));
        }
    }

    pub(crate) fn remove_workspace(&mut self, workspace: &Workspace) {
        for group in workspace.groups() {
            let key = GroupKey::new(workspace.name(), group.name());
            for datastore in read_by(group) {
                self.readers.remove(&(datastore.clone(), key.clone()));
            }
            for former in former_keys(workspace, group) {
                self.former_groups.remove(&(former, key.clone()));
            }
            self.in_time.remove(&key);
        }
    }

    pub(crate) fn add_datastore(&mut self, datastore: &Datastore) {
        let former = datastore.former_name().cloned();
        self.former_datastores.extend(former.map(|former| (former, datastore.name().clone())));
    }

    pub(crate) fn remove_datastore(&mut self, datastore: &Datastore) {
        if let Some(former) = datastore.former_name() {
            self.former_datastores.remove(&(former.clone(), datastore.name().clone()));
        }
    }

    /// The groups that read a datastore, in order.
    pub(crate) fn readers(&self, datastore: &DatastoreName) -> impl Iterator<Item = &GroupKey> {
        of_first(&self.readers, datastore, GroupKey::new("", ""))
    }

    /// The groups about which a decision may be recorded under the name of this one.
    pub(crate) fn formerly(&self, group: &GroupKey) -> impl Iterator<Item = &GroupKey> {
        of_first(&self.former_groups, group, GroupKey::new("", ""))
    }

    /// The datastores about which a decision may be recorded under the name of this one.
    pub(crate) fn formerly_datastore(
        &self,
        datastore: &DatastoreName,
    ) -> impl Iterator<Item = &DatastoreName> {
        of_first(&self.former_datastores, datastore, DatastoreName::from(""))
    }

    /// Whether a group asks for a latency.
    pub(crate) fn is_any_in_time(&self) -> bool {
        !self.in_time.is_empty()
    }
}

/// The datastores that a group reads, each once. Sinks are sorted: those of one datastore are beside each other.
pub(crate) fn read_by(group: &DatasetGroup) -> impl Iterator<Item = &DatastoreName> {
    let mut last = None;
    let all = group.sinks().iter().map(|sink| &sink.name().datastore);
    all.filter(move |datastore| last.replace(*datastore) != Some(*datastore))
}

/// The names under which a decision about a group may be recorded besides its own.
pub(crate) fn former_keys<'g>(
    workspace: &'g Workspace,
    group: &'g DatasetGroup,
) -> impl Iterator<Item = GroupKey> + 'g {
    let workspaces = [Some(workspace.name()), workspace.former_name()].into_iter().flatten();
    let keys = workspaces.flat_map(move |workspace| {
        let groups = [Some(group.name()), group.former_name()];
        groups.into_iter().flatten().map(move |group| GroupKey::new(workspace, group))
    });
    keys.skip(1)
}

/// The second parts of all pairs with this first one. `least` comes before every one of them.
fn of_first<'s, A: Clone + Ord, B: Clone + Ord>(
    pairs: &'s OrdSet<(A, B)>,
    first: &A,
    least: B,
) -> impl Iterator<Item = &'s B> + use<'s, A, B> {
    let first = first.clone();
    let from = pairs.range((first.clone(), least)..);
    from.take_while(move |(one, _)| *one == first).map(|(_, second)| second)
}
