//! Which transformers there are, whether or not they run, and which of them need the output of which.

use datasurface_model::{DatastoreName, Ecosystem, Entity, Valid, Workspace, WorkspaceName};
use petgraph::{
    algo::kosaraju_scc,
    graph::{DiGraph, NodeIndex},
    visit::EdgeRef as _,
};
use rustc_hash::{FxHashMap, FxHashSet};

/// The transformers of an ecosystem, in groups that need each other's output. A group comes after all that need its
/// output, so what is owed can be settled group by group.
#[derive(Debug, Default)]
pub(crate) struct Transformers {
    groups: Vec<Group>,
    /// By output.
    makers: FxHashMap<DatastoreName, Producer>,
}

/// The transformer that fills a datastore.
#[derive(Debug)]
pub(crate) struct Producer {
    pub(crate) name: WorkspaceName,
    /// The number of the group that it belongs to.
    pub(crate) group: usize,
}

/// Transformers that need each other's output: mostly one, and then seldom its own.
#[derive(Debug, PartialEq, Eq, Hash)]
pub(crate) struct Group {
    /// In order.
    names: Box<[WorkspaceName]>,
    is_circular: bool,
}

impl Transformers {
    pub(crate) fn new(ecosystem: &Valid<Ecosystem>) -> Self {
        let workspaces = ecosystem.workspaces();
        let transforming: Vec<&Workspace> = workspaces
            .iter()
            .map(|located| &*located.entity)
            .filter(|workspace| transforms(workspace))
            .collect();
        let mut graph = DiGraph::<&Workspace, (), u32>::default();
        let mut nodes: FxHashMap<&DatastoreName, NodeIndex> = FxHashMap::default();
        for workspace in &transforming {
            let node = graph.add_node(workspace);
            if let Some(transformer) = workspace.transformer() {
                nodes.entry(transformer.output()).or_insert(node);
            }
        }
        for (to, workspace) in graph.node_indices().zip(&transforming) {
            let sinks = workspace.groups().iter().flat_map(|group| group.sinks());
            let mut producers: Vec<NodeIndex> =
                sinks.filter_map(|sink| nodes.get(&sink.name().datastore)).copied().collect();
            producers.sort_unstable();
            producers.dedup();
            for from in producers {
                graph.add_edge(from, to, ());
            }
        }
        let read_themselves: FxHashSet<NodeIndex> = graph
            .edge_references()
            .filter(|edge| edge.source() == edge.target())
            .map(|edge| edge.source())
            .collect();
        // Components come with successors before predecessors.
        let components = kosaraju_scc(&graph);
        let groups: Vec<Group> = components
            .iter()
            .map(|nodes| {
                let is_circular = nodes.len() > 1 || nodes.iter().any(|node| read_themselves.contains(node));
                let members = nodes.iter().filter_map(|node| graph.node_weight(*node));
                let mut names: Box<[WorkspaceName]> = members.map(|member| member.name().clone()).collect();
                names.sort_unstable();
                Group { names, is_circular }
            })
            .collect();
        let mut makers = FxHashMap::default();
        for (group, nodes) in components.iter().enumerate() {
            for workspace in nodes.iter().filter_map(|node| graph.node_weight(*node)) {
                if let Some(transformer) = workspace.transformer() {
                    makers.insert(
                        transformer.output().clone(),
                        Producer { name: workspace.name().clone(), group },
                    );
                }
            }
        }
        Self { groups, makers }
    }

    /// The numbers of the groups that were not there before with these members, or did not read themselves as they do now.
    pub(crate) fn regrouped(&self, before: &Self) -> impl Iterator<Item = usize> {
        let known: FxHashSet<&Group> = before.groups.iter().collect();
        let groups = self.groups.iter().enumerate();
        groups.filter(move |(_, group)| !known.contains(group)).map(|(number, _)| number)
    }

    /// The transformers of a group.
    pub(crate) fn group(&self, at: usize) -> Option<&Group> {
        self.groups.get(at)
    }

    /// Who fills a datastore, if a transformer does.
    pub(crate) fn maker_of(&self, datastore: &DatastoreName) -> Option<&Producer> {
        self.makers.get(datastore)
    }
}

impl Group {
    /// Its transformers, in order.
    pub(crate) fn names(&self) -> &[WorkspaceName] {
        &self.names
    }

    pub(crate) fn have(&self, workspace: &WorkspaceName) -> bool {
        self.names.binary_search(workspace).is_ok()
    }

    /// Whether they need what they make themselves.
    pub(crate) fn are_circular(&self) -> bool {
        self.is_circular
    }
}

/// Whether a workspace has a transformer that can run.
pub(crate) fn transforms(workspace: &Workspace) -> bool {
    workspace.transformer().is_some() && workspace.container().is_some()
}

/// The transformers whose output a workspace reads, in order, each once.
pub(crate) fn producers<'e>(
    ecosystem: &'e Valid<Ecosystem>,
    workspace: &Workspace,
) -> Vec<&'e WorkspaceName> {
    let sinks = workspace.groups().iter().flat_map(|group| group.sinks());
    let makers = sinks.filter_map(|sink| ecosystem.producer(&sink.name().datastore));
    let mut makers: Vec<_> = makers.map(|maker| maker.entity.name()).collect();
    makers.sort_unstable();
    makers.dedup();
    makers
}
