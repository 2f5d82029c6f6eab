//! The graphs of a platform before and after a change.

use datasurface_graph::{IntentionGraph, IntentionGraphs, NodeKey};
use datasurface_model::PlatformName;
use std::collections::BTreeSet;

/// The graphs of a platform before and after a change. A platform that was not there before, or is no more, had or has
/// nothing to do.
#[derive(Debug)]
pub(crate) struct GraphVersions<'g> {
    before: Option<&'g IntentionGraph>,
    after: Option<&'g IntentionGraph>,
    nothing: IntentionGraph,
}

impl<'g> GraphVersions<'g> {
    /// Those of all platforms that are there, or were before, by name. One that was renamed was there under its former
    /// name.
    pub(crate) fn pair_all(before: Option<&'g IntentionGraphs>, after: &'g IntentionGraphs) -> Vec<Self> {
        let former = |graph: &IntentionGraph| {
            let before = before?;
            let renamed = || graph.former_platform().filter(|former| after.graph(former).is_none());
            before.graph(graph.platform()).or_else(|| before.graph(renamed()?))
        };
        let there = after.iter().map(|graph| Self {
            before: former(graph),
            after: Some(graph),
            nothing: graph.emptied(),
        });
        let mut all: Vec<Self> = there.collect();
        let known: BTreeSet<&PlatformName> = all.iter().flat_map(Self::names).collect();
        let gone = before.into_iter().flat_map(IntentionGraphs::iter);
        let gone = gone.filter(|graph| !known.contains(graph.platform())).map(|graph| Self {
            before: Some(graph),
            after: None,
            nothing: graph.emptied(),
        });
        let gone: Vec<Self> = gone.collect();
        all.extend(gone);
        all.sort_by(|one, other| one.after().platform().cmp(other.after().platform()));
        all
    }

    /// What was there before the change.
    pub(crate) fn before(&self) -> &IntentionGraph {
        self.before.unwrap_or(&self.nothing)
    }

    /// What is there.
    pub(crate) fn after(&self) -> &IntentionGraph {
        self.after.unwrap_or(&self.nothing)
    }

    /// How the platform is called, and how it was before.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'g PlatformName> + use<'g> {
        self.after.into_iter().chain(self.before).map(IntentionGraph::platform)
    }

    /// Whether the platform is called so, or was before.
    pub(crate) fn are_of(&self, platform: &PlatformName) -> bool {
        self.names().any(|name| name == platform)
    }

    /// Whether there is such a node, or was before.
    pub(crate) fn have(&self, key: &NodeKey) -> bool {
        self.after().node(key).or_else(|| self.before().node(key)).is_some()
    }
}
