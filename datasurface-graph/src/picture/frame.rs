//! What a picture shows of one platform.

use super::{
    change::{Change, ChangeStatus},
    label,
};
use crate::{
    graph::{IntentionGraph, Node},
    key::NodeKey,
};
use std::borrow::Cow;

/// The graph of one platform, with what is gone since an earlier one if a change is shown.
#[derive(Clone, Debug)]
pub(super) struct PlatformFrame<'g> {
    title: String,
    graph: &'g IntentionGraph,
    change: Option<Change<'g>>,
    /// The number of its first box.
    start: usize,
}

impl<'g> PlatformFrame<'g> {
    pub(super) fn new(graph: &'g IntentionGraph, start: usize) -> Self {
        Self { title: label::visible(graph.platform().as_str()), graph, change: None, start }
    }

    pub(super) fn from_change(before: &'g IntentionGraph, after: &'g IntentionGraph, start: usize) -> Self {
        Self { change: Some(Change::between(before, after)), ..Self::new(after, start) }
    }

    /// The platform.
    pub(super) fn title(&self) -> &str {
        &self.title
    }

    /// The platform of a node: what is gone may have been on one of another name.
    pub(super) fn platform(&self, node: &Node<'_>) -> Cow<'_, str> {
        match node.graph().platform() == self.graph.platform() {
            true => Cow::Borrowed(&self.title),
            false => Cow::Owned(label::visible(node.graph().platform().as_str())),
        }
    }

    /// The number after that of its last box.
    pub(super) fn end(&self) -> usize {
        self.start + self.graph.len() + self.change.as_ref().map_or(0, Change::count_gone)
    }

    /// All that is there, and then all that is gone, each with its number.
    pub(super) fn nodes(&self) -> impl Iterator<Item = (usize, Node<'g>)> {
        let gone = self.change.iter().flat_map(Change::gone);
        (self.start..).zip(self.graph.nodes().chain(gone))
    }

    pub(super) fn node(&self, key: &NodeKey) -> Option<Node<'g>> {
        self.graph.node(key).or_else(|| self.change.as_ref()?.gone_node(key))
    }

    pub(super) fn number(&self, node: &Node<'g>) -> Option<usize> {
        match &self.change {
            None => Some(self.start + node.position()?),
            Some(_) => self.number_of(&node.key()),
        }
    }

    pub(super) fn number_of(&self, key: &NodeKey) -> Option<usize> {
        let gone = || Some(self.graph.len() + self.change.as_ref()?.number(key)?);
        let place = self.graph.node(key).and_then(|node| node.position());
        Some(self.start + place.or_else(gone)?)
    }

    pub(super) fn status(&self, node: &Node<'g>) -> ChangeStatus {
        self.change.as_ref().map_or(ChangeStatus::Plain, |change| change.status(&node.key()))
    }

    /// What comes directly before a node, or did, and what became of that.
    pub(super) fn before(&self, node: &Node<'g>) -> Vec<(Node<'g>, ChangeStatus)> {
        self.versions(node, |node| node.predecessors().collect(), Node::key)
    }

    /// What comes directly after a node, or did, likewise.
    pub(super) fn after(&self, node: &Node<'g>) -> Vec<(Node<'g>, ChangeStatus)> {
        self.versions(node, |node| node.successors().collect(), Node::key)
    }

    /// The captures on other platforms that take their data from a node, or did, likewise.
    pub(super) fn handover_targets(&self, node: &Node<'g>) -> Vec<(NodeKey, ChangeStatus)> {
        self.versions(node, |node| node.handover_target_keys().collect(), NodeKey::clone)
    }

    /// The captures on other platforms that a node takes its data from, or did, likewise.
    pub(super) fn handover_sources(&self, node: &Node<'g>) -> Vec<(NodeKey, ChangeStatus)> {
        self.versions(node, |node| node.handover_source_key().into_iter().collect(), NodeKey::clone)
    }

    fn versions<T>(
        &self,
        node: &Node<'g>,
        of: impl Fn(&Node<'g>) -> Vec<T>,
        key: impl Fn(&T) -> NodeKey,
    ) -> Vec<(T, ChangeStatus)> {
        match &self.change {
            None => of(node).into_iter().map(|one| (one, ChangeStatus::Plain)).collect(),
            Some(change) => change.versions(node, of, key),
        }
    }
}
