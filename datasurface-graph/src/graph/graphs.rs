//! The graphs of all platforms together.

use super::intention_graph::IntentionGraph;
use crate::fragments::Fragments;
use datasurface_model::PlatformName;
use std::sync::Arc;

/// The graphs of all platforms, and the hand-overs between them.
#[derive(Debug)]
pub struct IntentionGraphs {
    pub(super) graphs: Vec<IntentionGraph>,
    fragments: Arc<Fragments>,
    effort: usize,
}

impl IntentionGraphs {
    pub(crate) fn from_fragments(fragments: Fragments, effort: usize) -> Self {
        let fragments = Arc::new(fragments);
        let graphs =
            fragments.platforms.iter().map(|platform| IntentionGraph::new(platform, &fragments)).collect();
        Self { graphs, fragments, effort }
    }

    /// Returns the amount of work that it was to build the graphs.
    /// It is the number of datastores, workspaces and transformers that were worked out, each counted as often as that
    /// was done. After a [`rebuild`](Self::rebuild), it follows what changed.
    #[must_use]
    pub fn rebuilt(&self) -> usize {
        self.effort
    }

    pub(crate) fn fragments(&self) -> &Fragments {
        &self.fragments
    }

    /// The graphs, ordered by platform. A platform that has nothing to do has an empty one.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &IntentionGraph> {
        self.graphs.iter()
    }

    /// Returns the graph of a platform; `None` if the platform is neither declared nor in use.
    #[must_use]
    pub fn graph(&self, platform: &PlatformName) -> Option<&IntentionGraph> {
        self.graphs.get(self.position(platform)?)
    }

    /// Returns the position of the graph of a platform among the others.
    pub(crate) fn position(&self, platform: &PlatformName) -> Option<usize> {
        self.graphs.binary_search_by(|graph| graph.platform.cmp(platform)).ok()
    }
}
