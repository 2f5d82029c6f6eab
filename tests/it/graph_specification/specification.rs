//! What graph.md says, as sets of names: nothing is numbered, nothing is remembered, nothing is fast. Numbers in
//! comments are those of graph.md's rules.

mod obligations;

use super::picture::{Picture, Source};
use datasurface::{
    graph::{Assignments, NodeKey, Stage},
    model::{
        Capture, Consistency, ContainerKey, DatasetGroup, DatasetKey, Datastore, DatastoreName, Ecosystem,
        Entity, GroupKey, PlatformName, Workspace, WorkspaceName,
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// What the graphs of an ecosystem must be, or the datastores that somebody needs and nobody captures.
pub(super) fn specified(
    ecosystem: &Ecosystem,
    assignments: &Assignments,
) -> Result<Picture, BTreeSet<DatastoreName>> {
    let world = World::of(ecosystem, assignments);
    let uncaptured: BTreeSet<_> =
        world.needed_anywhere().into_iter().filter(|store| world.primary(store).is_none()).collect();
    if uncaptured.is_empty() { Ok(world.picture().by_platform()) } else { Err(uncaptured) }
}

/// A group on a platform.
type Served = (PlatformName, GroupKey);

/// A dataset on its way into a container on a platform.
type Exported = (PlatformName, ContainerKey, DatasetKey);

struct World<'e> {
    ecosystem: &'e Ecosystem,
    assignments: &'e Assignments,
    stores: BTreeMap<DatastoreName, &'e Datastore>,
    workspaces: BTreeMap<WorkspaceName, &'e Workspace>,
}

impl<'e> World<'e> {
    fn of(ecosystem: &'e Ecosystem, assignments: &'e Assignments) -> Self {
        let teams = || {
            let zones = ecosystem.zones().iter().filter_map(|zone| zone.definition());
            zones.flat_map(|zone| zone.teams().iter().filter_map(|team| team.definition()))
        };
        let stores = teams().flat_map(|team| team.datastores().iter());
        let workspaces = teams().flat_map(|team| team.workspaces().iter());
        Self {
            ecosystem,
            assignments,
            stores: stores.map(|store| (store.name().clone(), &**store)).collect(),
            workspaces: workspaces.map(|space| (space.name().clone(), &**space)).collect(),
        }
    }

    // ---- the model, by name ----

    fn group(&self, key: &GroupKey) -> Option<&'e DatasetGroup> {
        self.workspaces.get(&key.workspace)?.groups().get(&key.group)
    }

    fn groups_of(&self, workspace: &WorkspaceName) -> BTreeSet<GroupKey> {
        let groups = self.workspaces[workspace].groups().names();
        groups.map(|group| GroupKey::new(workspace, group)).collect()
    }

    fn wanted(&self, group: &GroupKey) -> BTreeSet<DatasetKey> {
        let sinks = self.group(group).into_iter().flat_map(|group| group.sinks().iter());
        sinks.map(|sink| sink.name().clone()).collect()
    }

    fn inputs(&self, workspace: &WorkspaceName) -> BTreeSet<DatasetKey> {
        let groups = self.groups_of(workspace);
        groups.iter().flat_map(|group| self.wanted(group)).collect()
    }

    fn container(&self, workspace: &WorkspaceName) -> ContainerKey {
        self.workspaces[workspace].container().expect("valid").clone()
    }

    /// The workspace whose transformer fills the store.
    fn maker(&self, store: &DatastoreName) -> Option<WorkspaceName> {
        let transformer = |space: &Workspace| space.transformer().map(|it| it.output().clone());
        let mut makers = self.workspaces.values().filter(|space| transformer(space).as_ref() == Some(store));
        makers.next().map(|space| space.name().clone())
    }

    /// "multi dataset": captured as one, as an output always is.
    fn is_whole(&self, store: &DatastoreName) -> bool {
        let capture = self.stores[store].capture();
        self.maker(store).is_some() || capture.is_some_and(|it| it.consistency() == Consistency::MultiDataset)
    }

    // ---- the assignments, by name ----

    fn capturing(&self, store: &DatastoreName) -> BTreeSet<PlatformName> {
        let platforms = self.assignments.primary_stages(store).into_iter().flatten();
        let captured = platforms.filter(|(_, stage)| **stage != Stage::Decommissioned);
        captured.map(|(platform, _)| platform.clone()).collect()
    }

    /// 5. Each store has exactly one primary platform: during a move, the one that has the data already.
    fn primary(&self, store: &DatastoreName) -> Option<PlatformName> {
        let by_age = [Stage::Provisioned, Stage::Decommissioning, Stage::Provisioning];
        let platforms = self.assignments.primary_stages(store)?;
        let at = |wanted| platforms.iter().find(|(_, stage)| **stage == wanted);
        by_age.into_iter().find_map(at).map(|(platform, _)| platform.clone())
    }

    fn captures(&self, platform: &PlatformName, store: &DatastoreName) -> bool {
        self.capturing(store).contains(platform)
    }

    /// A platform that is declared has a graph, and one that was decided to do something.
    fn platforms(&self) -> BTreeSet<PlatformName> {
        let decided = self.assignments.groups().map(|(_, stages)| stages);
        let decided = decided.chain(self.assignments.primaries().map(|(_, stages)| stages));
        let doing = decided.flatten().filter(|(_, stage)| **stage != Stage::Decommissioned);
        let declared = self.ecosystem.platforms().names();
        declared.chain(doing.map(|(platform, _)| platform)).cloned().collect()
    }

    // ---- who is served ----

    /// 1. Roots: every (workspace, group) whose assignment on this platform is not decommissioned.
    fn roots(&self) -> BTreeSet<Served> {
        let assigned = self.assignments.groups().flat_map(|(group, platforms)| {
            let in_graph = platforms.iter().filter(|(_, stage)| **stage != Stage::Decommissioned);
            in_graph.map(move |(platform, _)| (platform.clone(), group.clone()))
        });
        assigned.filter(|(_, group)| self.group(group).is_some()).collect()
    }

    /// 2. A sink's store that is a transformer's output brings in that transformer's workspace with all its groups,
    ///    transitively, on the platform that runs the transformer, and only there.
    fn served(&self) -> BTreeSet<Served> {
        until_nothing_is_added(self.roots(), |served| {
            let outputs = served.iter().flat_map(|(_, group)| self.wanted(group));
            outputs
                .flat_map(|sink| {
                    let maker = self.maker(&sink.datastore);
                    let groups = maker.into_iter().flat_map(|maker| self.groups_of(&maker));
                    groups.filter_map(move |group| Some((self.primary(&sink.datastore)?, group)))
                })
                .collect()
        })
    }

    /// The same on whichever platform, so also where no platform is known.
    fn needed_anywhere(&self) -> BTreeSet<DatastoreName> {
        let roots = self.roots().into_iter().map(|(_, group)| group).collect();
        let groups = until_nothing_is_added(roots, |groups: &BTreeSet<GroupKey>| {
            let sinks = groups.iter().flat_map(|group| self.wanted(group));
            let makers = sinks.filter_map(|sink| self.maker(&sink.datastore));
            makers.flat_map(|maker| self.groups_of(&maker)).collect()
        });
        let sinks = groups.iter().flat_map(|group| self.wanted(group));
        sinks.map(|sink| sink.datastore).collect()
    }

    // ---- nodes ----

    /// 3. For each sink: Export on the workspace's container. Several groups or workspaces that want the same dataset
    ///    in the same container share one. The consumers are part of it.
    fn exports(&self) -> BTreeMap<Exported, BTreeSet<GroupKey>> {
        let mut exports = BTreeMap::<_, BTreeSet<_>>::new();
        for (platform, group) in self.served() {
            for sink in self.wanted(&group) {
                let export = (platform.clone(), self.container(&group.workspace), sink);
                exports.entry(export).or_default().insert(group.clone());
            }
        }
        exports
    }

    /// 4. The datasets that somebody needs, of each store that a platform ingests.
    ///
    /// 5. Whoever captures a store ingests what anybody needs, even if it has no consumer of its own; another platform
    ///    what its own exports need.
    fn ingested(&self) -> BTreeMap<(PlatformName, DatastoreName), BTreeSet<DatasetKey>> {
        let mut ingested = BTreeMap::<_, BTreeSet<_>>::new();
        for (platform, _, dataset) in self.exports().into_keys() {
            let mut on = self.capturing(&dataset.datastore);
            on.insert(platform);
            for platform in on {
                let ingest = (platform, dataset.datastore.clone());
                ingested.entry(ingest).or_default().insert(dataset.clone());
            }
        }
        ingested
    }

    /// The transformers that run, each on the primary platform of its output.
    fn transforms(&self) -> BTreeSet<(PlatformName, WorkspaceName)> {
        let wanted = self.exports().into_keys().map(|(_, _, dataset)| dataset.datastore);
        wanted.filter_map(|store| Some((self.primary(&store)?, self.maker(&store)?))).collect()
    }

    fn ingest_key(&self, platform: &PlatformName, dataset: &DatasetKey) -> NodeKey {
        NodeKey::Ingest {
            platform: platform.clone(),
            datastore: dataset.datastore.clone(),
            dataset: (!self.is_whole(&dataset.datastore)).then(|| dataset.dataset.clone()),
        }
    }

    // ---- edges ----

    fn edges(&self) -> BTreeSet<(NodeKey, NodeKey)> {
        let mut edges = BTreeSet::new();
        for export in self.exports().into_keys() {
            // Ingest → Export.
            let ingest = self.ingest_key(&export.0, &export.2);
            edges.insert((ingest, export_key(&export)));
        }
        for (platform, workspace) in self.transforms() {
            // Export → Trigger: every input of the transformer's workspace.
            let (trigger, transform) = transformer_keys(&platform, &workspace);
            for input in self.inputs(&workspace) {
                let export = (platform.clone(), self.container(&workspace), input);
                edges.insert((export_key(&export), trigger.clone()));
            }
            // Trigger → Transform → Ingest of the output store.
            let output = self.workspaces[&workspace].transformer().expect("it is one").output();
            let ingest =
                NodeKey::Ingest { platform: platform.clone(), datastore: output.clone(), dataset: None };
            edges.insert((trigger, transform.clone()));
            edges.insert((transform, ingest));
        }
        edges
    }

    /// 5. Ingest on the primary platform ⇢ Ingest of the same on every other.
    fn handovers(&self) -> BTreeSet<(NodeKey, NodeKey)> {
        let mut handovers = BTreeSet::new();
        for ((platform, store), datasets) in self.ingested() {
            let primary = self.primary(&store).expect("checked before");
            for dataset in datasets {
                if platform != primary {
                    handovers
                        .insert((self.ingest_key(&primary, &dataset), self.ingest_key(&platform, &dataset)));
                }
            }
        }
        handovers
    }

    /// How data comes from a producer: on the primary platform, of a store that no transformer makes.
    fn capture(&self, platform: &PlatformName, store: &DatastoreName) -> Option<Capture> {
        let is_captured = self.primary(store).as_ref() == Some(platform) && self.maker(store).is_none();
        self.stores[store].capture().filter(|_| is_captured).cloned()
    }

    fn source(&self, platform: &PlatformName, store: &DatastoreName) -> Source {
        let primary = self.primary(store).expect("checked before");
        if *platform != primary {
            return Source::Platform(primary);
        }
        match self.maker(store) {
            Some(workspace) => Source::Transformer(workspace),
            None => Source::Container(self.stores[store].capture().expect("valid").container().clone()),
        }
    }
}

fn until_nothing_is_added<T: Ord + Clone>(
    start: BTreeSet<T>,
    add: impl Fn(&BTreeSet<T>) -> BTreeSet<T>,
) -> BTreeSet<T> {
    let mut all = start;
    loop {
        let more = &all | &add(&all);
        if more == all {
            return all;
        }
        all = more;
    }
}

fn export_key((platform, container, dataset): &Exported) -> NodeKey {
    let (container, dataset) = (container.clone().into(), dataset.clone());
    NodeKey::Export { platform: platform.clone(), container, dataset }
}

fn transformer_keys(platform: &PlatformName, workspace: &WorkspaceName) -> (NodeKey, NodeKey) {
    let (platform, workspace) = (platform.clone(), workspace.clone());
    let trigger = NodeKey::Trigger { platform: platform.clone(), workspace: workspace.clone() };
    (trigger, NodeKey::Transform { platform, workspace })
}
