//! Hand-overs: captures of one datastore on several platforms, one of which takes its data from another.

use super::{graphs::IntentionGraphs, node::Node};
use crate::{
    facts::build,
    fragments::{CapturedDataset, DatastoreFragment, NodeRef, PlatformPart},
    key::NodeKey,
};
use datasurface_model::PlatformName;
use std::collections::BTreeSet;

impl IntentionGraphs {
    /// Pairs of captures of one datastore: the one that captures for all, and one on another platform that takes its
    /// data from there. Ordered by platform and key.
    pub fn handovers(&self) -> impl Iterator<Item = (Node<'_>, Node<'_>)> {
        let ingests = self.graphs.iter().flat_map(|graph| {
            let captured = graph
                .datastore_fragments()
                .filter(|(datastore_fragment, part)| datastore_fragment.primary == part.platform);
            captured.flat_map(move |(datastore_fragment, part)| {
                part.ingests
                    .iter()
                    .map(move |ingest| Node::new(graph, NodeRef::Ingest { datastore_fragment, part, ingest }))
            })
        });
        ingests.flat_map(|from| self.handover_targets(from).into_iter().map(move |to| (from, to)))
    }

    /// Returns the other platforms that a platform takes data from.
    #[must_use]
    pub fn handover_platforms(&self, platform: &PlatformName) -> BTreeSet<&PlatformName> {
        let fragments = self.graph(platform).into_iter().flat_map(|graph| graph.datastore_fragments());
        let primaries = fragments.map(|(datastore_fragment, _)| &datastore_fragment.primary);
        primaries.filter(|primary| *primary != platform).collect()
    }

    /// Returns the captures on other platforms that take their data from this one, ordered by platform.
    /// Empty if this is not an ingest on the platform that captures for all.
    #[must_use]
    pub fn handover_targets<'g>(&'g self, from: Node<'g>) -> Vec<Node<'g>> {
        from.handover_target_parts()
            .filter_map(|(part, at)| Some(Node::new(self.graph(&part.platform)?, at)))
            .collect()
    }

    /// Returns the capture on another platform that an ingest takes its data from.
    /// `None` if the ingest is on the platform that captures for all, if the node is no ingest, or if there is no such
    /// node.
    #[must_use]
    pub fn handover_source(&self, key: &NodeKey) -> Option<Node<'_>> {
        let (part, at) = self.node(key)?.handover_source_part()?;
        Some(Node::new(self.graph(&part.platform)?, at))
    }
}

impl<'g> Node<'g> {
    /// The keys of the captures on other platforms that take their data from this one, ordered by platform.
    pub(crate) fn handover_target_keys(&self) -> impl Iterator<Item = NodeKey> + use<'g> {
        self.handover_target_parts().map(|(part, at)| build::key(&part.platform, at))
    }

    /// The key of the capture on another platform that this one takes its data from.
    pub(crate) fn handover_source_key(&self) -> Option<NodeKey> {
        let (part, at) = self.handover_source_part()?;
        Some(build::key(&part.platform, at))
    }

    fn handover_target_parts(&self) -> impl Iterator<Item = (&'g PlatformPart, NodeRef<'g>)> + use<'g> {
        let capturing = match self.node_ref() {
            NodeRef::Ingest { datastore_fragment, part, ingest }
                if part.platform == datastore_fragment.primary =>
            {
                Some((datastore_fragment, part.kept(ingest)))
            }
            _ => None,
        };
        capturing.into_iter().flat_map(|(datastore_fragment, kept)| {
            let others = datastore_fragment
                .parts()
                .iter()
                .filter(|other| other.platform != datastore_fragment.primary);
            others.filter_map(move |other| same_ingest(datastore_fragment, other, kept))
        })
    }

    fn handover_source_part(&self) -> Option<(&'g PlatformPart, NodeRef<'g>)> {
        match self.node_ref() {
            NodeRef::Ingest { datastore_fragment, part, ingest }
                if part.platform != datastore_fragment.primary =>
            {
                same_ingest(
                    datastore_fragment,
                    datastore_fragment.part(&datastore_fragment.primary)?,
                    part.kept(ingest),
                )
            }
            _ => None,
        }
    }
}

/// The ingest on another platform that captures this.
fn same_ingest<'g>(
    datastore_fragment: &'g DatastoreFragment,
    part: &'g PlatformPart,
    captured: &[CapturedDataset],
) -> Option<(&'g PlatformPart, NodeRef<'g>)> {
    let (dataset, _) = captured.first()?;
    let ingest = part.ingest_of(*dataset)?;
    Some((part, NodeRef::Ingest { datastore_fragment, part, ingest }))
}
