//! Differences between two graphs: by key, and by fingerprint where the key is in both.

use crate::{graph::IntentionGraph, key::NodeKey};
use serde::Serialize;
use std::cmp::Ordering;

/// What distinguishes a graph from an earlier one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct GraphDiff {
    added: Vec<NodeKey>,
    removed: Vec<NodeKey>,
    changed: Vec<NodeKey>,
}

impl GraphDiff {
    /// Compares two graphs of one platform.
    #[must_use]
    pub fn between(old: &IntentionGraph, new: &IntentionGraph) -> Self {
        let mut diff = Self::default();
        let mut old = old.nodes().peekable();
        let mut new = new.nodes().peekable();
        loop {
            let order = match (old.peek(), new.peek()) {
                (None, None) => return diff,
                (Some(_), None) => Ordering::Less,
                (None, Some(_)) => Ordering::Greater,
                (Some(one), Some(other)) => one.key().cmp(&other.key()),
            };
            let before = old.next_if(|_| order != Ordering::Greater);
            let after = new.next_if(|_| order != Ordering::Less);
            match (before, after) {
                (Some(before), None) => diff.removed.push(before.key()),
                (None, Some(after)) => diff.added.push(after.key()),
                (Some(before), Some(after)) if before.fingerprint() != after.fingerprint() => {
                    diff.changed.push(after.key());
                }
                _ => {}
            }
        }
    }

    /// Whether nothing differs.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }

    /// Keys that only the new graph has, in order.
    #[must_use]
    pub fn added(&self) -> &[NodeKey] {
        &self.added
    }

    /// Keys that only the old graph has, in order.
    #[must_use]
    pub fn removed(&self) -> &[NodeKey] {
        &self.removed
    }

    /// Keys that both have, with other facts, in order.
    #[must_use]
    pub fn changed(&self) -> &[NodeKey] {
        &self.changed
    }
}
