//! Which transformers there are, whether or not they run, and which of them need the output of which.

use datasurface_model::{Ecosystem, Entity, Valid, Workspace, WorkspaceName};
use petgraph::{algo::kosaraju_scc, graph::DiGraph};
use rustc_hash::FxHashMap;

/// The transformers of an ecosystem, in groups that need each other's output. A group comes after all that need its
/// output, so what is owed can be settled group by group.
#[derive(Debug, Default)]
pub(crate) struct Transformers {
    groups: Vec<Box<[WorkspaceName]>>,
    group_of: FxHashMap<WorkspaceName, usize>,
}

impl Transformers {
    pub(crate) fn of(ecosystem: &Valid<Ecosystem>) -> Self {
        let mut graph = DiGraph::<WorkspaceName, (), u32>::default();
        let mut nodes = FxHashMap::default();
        let workspaces = ecosystem.workspaces();
        let transforming =
            || workspaces.iter().map(|located| located.entity()).filter(|unit| transforms(unit));
        for workspace in transforming() {
            nodes.insert(workspace.name().clone(), graph.add_node(workspace.name().clone()));
        }
        for workspace in transforming() {
            for producer in producers(ecosystem, workspace) {
                if let (Some(from), Some(to)) = (nodes.get(producer), nodes.get(workspace.name())) {
                    graph.add_edge(*from, *to, ());
                }
            }
        }
        // Components come with successors before predecessors.
        let groups: Vec<Box<[WorkspaceName]>> = kosaraju_scc(&graph)
            .into_iter()
            .map(|group| group.into_iter().filter_map(|node| graph.node_weight(node).cloned()).collect())
            .collect();
        let members = groups.iter().enumerate();
        let group_of =
            members.flat_map(|(at, group)| group.iter().map(move |name| (name.clone(), at))).collect();
        Self { groups, group_of }
    }

    /// How many groups there are.
    pub(crate) fn len(&self) -> usize {
        self.groups.len()
    }

    /// The transformers of a group.
    pub(crate) fn group(&self, at: usize) -> &[WorkspaceName] {
        self.groups.get(at).map_or(&[], |group| group)
    }

    /// The group of a transformer.
    pub(crate) fn group_of(&self, workspace: &WorkspaceName) -> Option<usize> {
        self.group_of.get(workspace).copied()
    }
}

/// Whether a workspace has a transformer that can run.
pub(crate) fn transforms(workspace: &Workspace) -> bool {
    workspace.data_transformer().is_some() && workspace.container_key().is_some()
}

/// The transformers whose output a workspace reads, in order, each once.
pub(crate) fn producers<'e>(
    ecosystem: &'e Valid<Ecosystem>,
    workspace: &Workspace,
) -> Vec<&'e WorkspaceName> {
    let sinks = workspace.groups().iter().flat_map(|group| group.wanted());
    let makers = sinks.filter_map(|sink| ecosystem.producer(&sink.name().datastore));
    let mut makers: Vec<_> = makers.map(|maker| maker.entity().name()).collect();
    makers.sort_unstable();
    makers.dedup();
    makers
}
