//! Questions about graphs: dependencies, the order of recovery, the impact of outages, and the lineage of data.
//!
//! ```
//! # use datasurface_graph::{IntentionGraphs, query::Queries};
//! # fn show(graphs: &IntentionGraphs) {
//! let queries = Queries::new(graphs);
//! let order = queries.bring_up();
//! let lineage = queries.upstream_datasets(&"Masked/customers".into());
//! # }
//! ```

mod bring_up;
mod bring_up_order;
mod columns;
mod combined;
mod cone;
mod cycle;
mod impact;
mod lineage;
mod order;
mod paths;

pub use bring_up::{BringUp, Step};
pub use bring_up_order::bring_up_order;
pub use columns::{ColumnKey, ColumnSources, UnknownReason};
pub use cone::cone;
pub use impact::{AffectedConsumer, Outage};
pub(crate) use order::in_order;

use crate::{
    graph::{IntentionGraphs, Node},
    key::NodeKey,
};
use combined::CombinedGraph;
use datasurface_model::{GroupKey, Place, PlatformName, Set};
use lineage::TransformersByInput;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

/// Questions about the graphs of all platforms. Hand-overs count as dependencies.
pub struct Queries<'g> {
    graphs: &'g IntentionGraphs,
    whole: CombinedGraph<'g>,
    /// The places of platforms.
    places: BTreeMap<PlatformName, Set<Place>>,
    /// The transformers by input, computed on first use.
    readers: OnceLock<TransformersByInput<'g>>,
    /// The outputs of statements, compiled on first use.
    outputs: columns::Outputs,
}

impl<'g> Queries<'g> {
    /// Prepares the answers to questions about these graphs: walks through them once.
    #[must_use]
    pub fn new(graphs: &'g IntentionGraphs) -> Self {
        Self {
            graphs,
            whole: CombinedGraph::new(graphs),
            places: impact::declared_places(graphs.fragments()),
            readers: OnceLock::new(),
            outputs: columns::Outputs::default(),
        }
    }

    /// Sets the places of platforms, in place of those that their declarations name.
    /// A plug-in may keep data at places that the model does not name.
    #[must_use]
    pub fn with_platform_places(
        mut self,
        places: impl IntoIterator<Item = (PlatformName, Set<Place>)>,
    ) -> Self {
        self.places.extend(places);
        self
    }

    /// Returns all nodes that these nodes depend on, by platform and key.
    /// The nodes themselves are included only if they depend on each other. Keys without a node are ignored.
    #[must_use]
    pub fn upstream<'k>(&self, of: impl IntoIterator<Item = &'k NodeKey>) -> Vec<Node<'g>> {
        self.nodes(self.whole.reached(&self.numbers(of), CombinedGraph::before))
    }

    /// Returns all nodes that depend on these nodes, by platform and key.
    /// The nodes themselves are included only if they depend on each other. Keys without a node are ignored.
    #[must_use]
    pub fn downstream<'k>(&self, of: impl IntoIterator<Item = &'k NodeKey>) -> Vec<Node<'g>> {
        self.nodes(self.whole.reached(&self.numbers(of), CombinedGraph::after))
    }

    /// Returns one cycle for each set of nodes that depend on each other: the shortest one through its first node.
    /// The first node of each cycle comes again after the last.
    #[must_use]
    pub fn cycles(&self) -> Vec<Vec<Node<'g>>> {
        let cycles = self.whole.cycles().into_iter().map(|cycle| self.whole.shortest_cycle(&cycle));
        cycles.map(|way| way.into_iter().filter_map(|number| self.whole.node(number)).collect()).collect()
    }

    /// Returns the groups for which a node exists, in order; those of transformers are included.
    /// The node would be there even if only one of them were served. The groups get their data through it, or, where a
    /// capture moves between platforms, may come to.
    #[must_use]
    pub fn groups_served_by(&self, node: &NodeKey) -> BTreeSet<GroupKey> {
        let capturing = self.graphs.handover_source(node).filter(|_| self.captures_for_all(node));
        let numbers = self.numbers([&capturing.map_or_else(|| node.clone(), |node| node.key())]);
        let mut behind = self.whole.reached(&numbers, CombinedGraph::after);
        behind.extend(numbers);
        self.nodes(behind)
            .iter()
            .flat_map(|node| node.consumers())
            .map(|consumer| consumer.group.clone())
            .collect()
    }

    /// Whether the node captures what any platform needs, and not only its own.
    fn captures_for_all(&self, node: &NodeKey) -> bool {
        let NodeKey::Ingest { platform, datastore, .. } = node else { return false };
        self.graphs
            .fragments()
            .assignments
            .capturing_platforms(datastore)
            .any(|capturing| capturing == platform)
    }

    fn numbers<'k>(&self, keys: impl IntoIterator<Item = &'k NodeKey>) -> BTreeSet<usize> {
        keys.into_iter().filter_map(|key| self.whole.number(key)).collect()
    }

    fn nodes(&self, numbers: BTreeSet<usize>) -> Vec<Node<'g>> {
        numbers.into_iter().filter_map(|number| self.whole.node(number)).collect()
    }
}

impl std::fmt::Debug for Queries<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Queries").field("graphs", self.graphs).finish_non_exhaustive()
    }
}
