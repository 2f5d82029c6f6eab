//! What a picture shows of a change: what is new, what is other than before, and what is gone.

use crate::{
    diff::GraphDiff,
    graph::{IntentionGraph, Node},
    key::NodeKey,
};

/// What led from an earlier graph to the one that is pictured.
#[derive(Clone, Debug)]
pub(super) struct Change<'g> {
    before: &'g IntentionGraph,
    diff: GraphDiff,
}

impl<'g> Change<'g> {
    pub(super) fn between(before: &'g IntentionGraph, after: &'g IntentionGraph) -> Self {
        Self { before, diff: GraphDiff::between(before, after) }
    }

    pub(super) fn paint(&self, key: &NodeKey) -> Paint {
        let is_in = |keys: &[NodeKey]| keys.binary_search(key).is_ok();
        if is_in(self.diff.added()) {
            Paint::Added
        } else if is_in(self.diff.changed()) {
            Paint::Changed
        } else if self.is_gone(key) {
            Paint::Removed
        } else {
            Paint::Plain
        }
    }

    /// Where a key is among those that are gone.
    pub(super) fn number(&self, gone: &NodeKey) -> Option<usize> {
        self.diff.removed().binary_search(gone).ok()
    }

    /// The nodes that only the earlier graph has.
    pub(super) fn gone(&self) -> impl Iterator<Item = Node<'g>> {
        self.diff.removed().iter().filter_map(|key| self.before.node(key))
    }

    /// What is gone from after a node that is still there.
    pub(super) fn gone_after(&self, node: &Node<'g>) -> impl Iterator<Item = Node<'g>> {
        let before = self.former(node).into_iter();
        before.flat_map(|node| node.successors()).filter(|node| self.is_gone(&node.key()))
    }

    /// What is gone from before a node that is still there.
    pub(super) fn gone_before(&self, node: &Node<'g>) -> impl Iterator<Item = Node<'g>> {
        let before = self.former(node).into_iter();
        before.flat_map(|node| node.predecessors()).filter(|node| self.is_gone(&node.key()))
    }

    /// What a node that is still there was before.
    fn former(&self, node: &Node<'g>) -> Option<Node<'g>> {
        let key = node.key();
        self.before.node(&key).filter(|_| !self.is_gone(&key))
    }

    fn is_gone(&self, key: &NodeKey) -> bool {
        self.number(key).is_some()
    }
}

/// What happened to what a box stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Paint {
    #[default]
    Plain,
    Changed,
    Added,
    Removed,
}

impl Paint {
    /// That of a box that stands for what these two boxes stand for.
    pub(super) fn and(self, other: Self) -> Self {
        if self == other { self } else { Self::Changed }
    }

    /// Fill and border, readable on light and dark ground, and by those who cannot tell red from green.
    pub(super) fn colours(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Plain => None,
            Self::Changed => Some(("#ffe9b3", "#b36b00")),
            Self::Added => Some(("#cfe8ff", "#0b5cad")),
            Self::Removed => Some(("#dddddd", "#777777")),
        }
    }

    /// What happened, in a word.
    pub(super) fn word(self) -> Option<&'static str> {
        match self {
            Self::Plain => None,
            Self::Changed => Some("changed"),
            Self::Added => Some("added"),
            Self::Removed => Some("removed"),
        }
    }
}
