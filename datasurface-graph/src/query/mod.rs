//! Questions: what depends on what, in which order things come up, who is hit when something is lost, and where data
//! comes from.
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
#[cfg(feature = "sql")]
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
#[cfg(feature = "sql")]
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
    /// Where platforms are.
    places: BTreeMap<PlatformName, Set<Place>>,
    /// Made when it is asked for the first time.
    readers: OnceLock<TransformersByInput<'g>>,
    #[cfg(feature = "sql")]
    readings: columns::Readings<'g>,
}

impl<'g> Queries<'g> {
    /// Gets ready to answer questions about these graphs: walks through them once.
    #[must_use]
    pub fn new(graphs: &'g IntentionGraphs) -> Self {
        Self {
            graphs,
            whole: CombinedGraph::new(graphs),
            places: impact::declared_places(graphs.fragments()),
            readers: OnceLock::new(),
            #[cfg(feature = "sql")]
            readings: columns::Readings::default(),
        }
    }

    /// Says where platforms are, instead of their declarations: a plug-in may keep data at places that the model does not
    /// name.
    #[must_use]
    pub fn with_platform_places(
        mut self,
        places: impl IntoIterator<Item = (PlatformName, Set<Place>)>,
    ) -> Self {
        self.places.extend(places);
        self
    }

    /// Everything that these nodes depend on, without themselves unless they depend on each other; by platform and key.
    /// A key that is no node's asks for nothing.
    #[must_use]
    pub fn upstream<'k>(&self, of: impl IntoIterator<Item = &'k NodeKey>) -> Vec<Node<'g>> {
        self.nodes(self.whole.reached(&self.numbers(of), CombinedGraph::before))
    }

    /// Everything that depends on these nodes, without themselves unless they depend on each other; by platform and key.
    #[must_use]
    pub fn downstream<'k>(&self, of: impl IntoIterator<Item = &'k NodeKey>) -> Vec<Node<'g>> {
        self.nodes(self.whole.reached(&self.numbers(of), CombinedGraph::after))
    }

    /// One whole way round for each set of nodes that depend on each other: the first node of each comes again after the
    /// last. The shortest way round its first node.
    #[must_use]
    pub fn cycles(&self) -> Vec<Vec<Node<'g>>> {
        let cycles = self.whole.cycles().into_iter().map(|cycle| self.whole.shortest_cycle(&cycle));
        cycles.map(|way| way.into_iter().filter_map(|number| self.whole.node(number)).collect()).collect()
    }

    /// For whom a node exists: the groups for which it would be there if nobody else were served, those of transformers
    /// included; in order. They get their data through it, or, where a capture moves between platforms, may come to.
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

    /// Whether it captures what anybody needs, and not only what is needed on its platform.
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
        f.debug_struct("Questions").field("graphs", self.graphs).finish_non_exhaustive()
    }
}
