//! `graph --since`: what a change of the model reaches.

use crate::{text::count, versions::Versions};
use datasurface_graph::{GraphDiff, IntentionGraphs, NodeKey, query};
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write,
};

/// The nodes that a change reaches, in order.
#[derive(Debug, Serialize)]
pub(crate) struct Reach {
    reached: Vec<Reached>,
}

/// A node that a change reaches.
#[derive(Debug, Serialize)]
struct Reached {
    key: NodeKey,
    fate: Fate,
    #[serde(skip_serializing_if = "Option::is_none")]
    formerly: Option<NodeKey>,
}

/// What a change does to a node.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
enum Fate {
    Added,
    Removed,
    Changed,
    /// It might have become another one.
    Same,
}

impl Reach {
    /// What is reached on these platforms by the change that made the one graphs of the other.
    pub(crate) fn between(old: &IntentionGraphs, new: &IntentionGraphs, shown: &[Versions<'_>]) -> Self {
        let diffs = shown.iter().map(|versions| GraphDiff::between(versions.before(), versions.after()));
        let renamed = diffs.flat_map(|diff| diff.renamed().to_vec());
        let mut formerly: BTreeMap<NodeKey, NodeKey> = renamed.map(|(before, now)| (now, before)).collect();
        let cone = query::cone(old, new).into_iter();
        let is_shown = |key: &NodeKey| shown.iter().any(|versions| versions.are_of(key.platform()));
        let reached = cone.filter(is_shown).map(|key| Reached {
            fate: Fate::of(&key, old, new),
            formerly: formerly.remove(&key),
            key,
        });
        Self { reached: reached.collect() }
    }

    /// The nodes.
    pub(crate) fn keys(&self) -> BTreeSet<&NodeKey> {
        self.reached.iter().map(|reached| &reached.key).collect()
    }

    /// For people.
    pub(crate) fn text(&self) -> String {
        let mut text = match self.reached.len() {
            0 => "the change reaches nothing\n".to_owned(),
            reached => format!("the change reaches {}\n", count(reached, "node")),
        };
        for Reached { key, fate, formerly } in &self.reached {
            let was = formerly.as_ref().map(|before| format!(" (was {before})")).unwrap_or_default();
            let _ = writeln!(text, "  {} {key}{was}", fate.sign());
        }
        text
    }
}

impl Fate {
    fn of(key: &NodeKey, old: &IntentionGraphs, new: &IntentionGraphs) -> Self {
        match (old.node(key), new.node(key)) {
            (None, _) => Self::Added,
            (_, None) => Self::Removed,
            (Some(old), Some(new)) if old.fingerprint() == new.fingerprint() => Self::Same,
            (Some(_), Some(_)) => Self::Changed,
        }
    }

    fn sign(self) -> char {
        match self {
            Self::Added => '+',
            Self::Removed => '-',
            Self::Changed => '~',
            Self::Same => '=',
        }
    }
}
