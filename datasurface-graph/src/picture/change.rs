//! What a picture shows of a change: what is new, what is other than before, and what is gone.

use crate::{
    diff::GraphDiff,
    graph::{IntentionGraph, Node},
    key::NodeKey,
};
use std::collections::BTreeSet;

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

    pub(super) fn status(&self, key: &NodeKey) -> ChangeStatus {
        let is_in = |keys: &[NodeKey]| keys.binary_search(key).is_ok();
        if is_in(&self.diff.added) {
            ChangeStatus::Added
        } else if is_in(&self.diff.changed) {
            ChangeStatus::Changed
        } else if self.number(key).is_some() {
            ChangeStatus::Removed
        } else {
            ChangeStatus::Plain
        }
    }

    /// Where a key is among those that are gone.
    pub(super) fn number(&self, gone: &NodeKey) -> Option<usize> {
        self.diff.removed.binary_search(gone).ok()
    }

    /// The nodes that only the earlier graph has.
    pub(super) fn gone(&self) -> impl Iterator<Item = Node<'g>> {
        self.diff.removed.iter().filter_map(|key| self.before.node(key))
    }

    /// How many there are.
    pub(super) fn count_gone(&self) -> usize {
        self.diff.removed.len()
    }

    /// The node of this key, if only the earlier graph has it.
    pub(super) fn gone_node(&self, key: &NodeKey) -> Option<Node<'g>> {
        self.number(key).and_then(|_| self.before.node(key))
    }

    /// All that is so about a node in either graph, and what became of each: what is the same has one key.
    pub(super) fn versions<T>(
        &self,
        node: &Node<'g>,
        of: impl Fn(&Node<'g>) -> Vec<T>,
        key: impl Fn(&T) -> NodeKey,
    ) -> Vec<(T, ChangeStatus)> {
        let here = node.key();
        let then = self.before.node(&here).map(|node| of(&node)).unwrap_or_default();
        let now = if self.number(&here).is_some() { Vec::new() } else { of(node) };
        let keys = |all: &[T]| all.iter().map(&key).collect::<BTreeSet<_>>();
        let (known, kept) = (keys(&then), keys(&now));
        let now = now.into_iter().map(|one| match known.contains(&key(&one)) {
            true => (one, ChangeStatus::Plain),
            false => (one, ChangeStatus::Added),
        });
        let gone = then.into_iter().filter(|one| !kept.contains(&key(one)));
        now.chain(gone.map(|one| (one, ChangeStatus::Removed))).collect()
    }
}

/// What happened to what a box or an arrow stands for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum ChangeStatus {
    #[default]
    Plain,
    Changed,
    Added,
    Removed,
}

impl ChangeStatus {
    /// That of something that stands for what these two stand for.
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
