//! `graph --since`: what a change of the model reaches.

use crate::{graph_versions::GraphVersions, text::count};
use datasurface_graph::{FieldDifference, GraphDiff, IntentionGraphs, Node, NodeKey, query};
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// The nodes that a change reaches, in order.
#[derive(Debug, Serialize)]
pub(crate) struct Reach {
    reached: Vec<ReachedNode>,
}

/// A node that a change reaches.
#[derive(Debug, Serialize)]
struct ReachedNode {
    key: NodeKey,
    fate: NodeChange,
    /// What of its facts is other than before.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<FieldDifference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    formerly: Option<NodeKey>,
}

/// What a change does to a node.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum NodeChange {
    Added,
    Removed,
    Changed,
    /// It might have become another one.
    Same,
}

impl Reach {
    /// What is reached on these platforms by the change that made the one graphs of the other.
    pub(crate) fn between(old: &IntentionGraphs, new: &IntentionGraphs, shown: &[GraphVersions<'_>]) -> Self {
        let diffs = shown.iter().map(|versions| GraphDiff::between(versions.before(), versions.after()));
        let renamed = diffs.flat_map(|diff| diff.renamed.to_vec());
        let mut formerly: BTreeMap<NodeKey, NodeKey> = renamed.map(|(before, now)| (now, before)).collect();
        let cone = query::cone(old, new).into_iter();
        let is_shown = |key: &NodeKey| shown.iter().any(|versions| versions.are_of(key.platform()));
        let reached = cone.filter(is_shown).map(|key| {
            let (fate, fields) = compared(old.node(&key), new.node(&key));
            ReachedNode { fate, fields, formerly: formerly.remove(&key), key }
        });
        Self { reached: reached.collect() }
    }

    /// The nodes.
    pub(crate) fn keys(&self) -> BTreeSet<&NodeKey> {
        self.reached.iter().map(|reached| &reached.key).collect()
    }
}

/// For people.
impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.reached.len() {
            0 => writeln!(f, "the change reaches nothing")?,
            reached => writeln!(f, "the change reaches {}", count(reached, "node"))?,
        }
        for ReachedNode { key, fate, fields, formerly } in &self.reached {
            write!(f, "  {} {key}", fate.sign())?;
            formerly.iter().try_for_each(|before| write!(f, " (was {before})"))?;
            for (at, field) in fields.iter().enumerate() {
                write!(f, "{}{field}", if at == 0 { " (" } else { ", " })?;
            }
            writeln!(f, "{}", if fields.is_empty() { "" } else { ")" })?;
        }
        Ok(())
    }
}

/// What became of a node, and what of its facts is not as it was.
fn compared(old: Option<Node<'_>>, new: Option<Node<'_>>) -> (NodeChange, Vec<FieldDifference>) {
    match (old, new) {
        (None, _) => (NodeChange::Added, Vec::new()),
        (_, None) => (NodeChange::Removed, Vec::new()),
        (Some(old), Some(new)) if old.fingerprint() == new.fingerprint() => (NodeChange::Same, Vec::new()),
        (Some(old), Some(new)) => (NodeChange::Changed, old.facts().differences(&new.facts())),
    }
}

impl NodeChange {
    fn sign(self) -> char {
        match self {
            Self::Added => '+',
            Self::Removed => '-',
            Self::Changed => '~',
            Self::Same => '=',
        }
    }
}
