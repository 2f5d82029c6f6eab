//! What a picture shows, whatever it is written in.

use crate::{
    diff::GraphDiff,
    graph::{At, IntentionGraph, Node},
    key::{NodeKey, NodeKind},
};
use datasurface_model::{DatastoreName, TeamKey, WorkspaceName};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

/// How much is told apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Level {
    /// One box for each node.
    #[default]
    Dataset,
    /// One box for each datastore, each container that it is brought to, and each transformer.
    Store,
    /// One box for each team: its datastores and transformers, and whom it gives data to.
    Team,
}

/// A picture of a graph: what of it is shown, and how. Write it as [Mermaid](super::Mermaid), [DOT](super::Dot) or
/// [GraphML](super::GraphMl). At the level of datasets nothing is kept in memory while it is written.
#[derive(Clone, Debug)]
pub struct Picture<'g> {
    graph: &'g IntentionGraph,
    level: Level,
    shown: Option<BTreeSet<NodeKey>>,
    added: BTreeSet<NodeKey>,
    changed: BTreeSet<NodeKey>,
}

impl<'g> Picture<'g> {
    /// A picture of all nodes.
    #[must_use]
    pub fn of(graph: &'g IntentionGraph) -> Self {
        let (added, changed) = (BTreeSet::new(), BTreeSet::new());
        Self { graph, level: Level::default(), shown: None, added, changed }
    }

    /// Tells more apart, or less.
    #[must_use]
    pub fn level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// Shows only these nodes, of those that were shown.
    #[must_use]
    pub fn only(mut self, mut wanted: impl FnMut(&Node<'g>) -> bool) -> Self {
        let nodes = self.graph.nodes().filter(|node| self.shows(node));
        self.shown = Some(nodes.filter(|node| wanted(node)).map(|node| node.key()).collect());
        self
    }

    /// Shows only a node and what is at most so many steps away from it, in whichever direction.
    #[must_use]
    pub fn around(self, centre: &NodeKey, steps: usize) -> Self {
        let mut near: BTreeSet<NodeKey> = BTreeSet::new();
        let mut edge: Vec<Node<'g>> = self.graph.node(centre).into_iter().collect();
        for _ in 0..=steps {
            edge.retain(|node| near.insert(node.key()));
            edge = edge.iter().flat_map(|node| node.predecessors().chain(node.successors())).collect();
            if edge.is_empty() {
                break;
            }
        }
        self.only(|node| near.contains(&node.key()))
    }

    /// Colours what a diff says is new in this graph, or other than before.
    #[must_use]
    pub fn coloured(mut self, diff: &GraphDiff) -> Self {
        self.added.extend(diff.added().iter().cloned());
        self.changed.extend(diff.changed().iter().cloned());
        self
    }

    /// What is pictured: the platform.
    pub(super) fn title(&self) -> &str {
        self.graph.platform().as_str()
    }

    /// Hands every box and every arrow to somebody who can draw them.
    pub(super) fn draw(&self, pen: &mut dyn Pen) -> fmt::Result {
        match self.level {
            Level::Dataset => self.draw_nodes(pen),
            Level::Store | Level::Team => self.draw_summary(pen),
        }
    }

    fn draw_nodes(&self, pen: &mut dyn Pen) -> fmt::Result {
        for (number, node) in self.graph.nodes().enumerate().filter(|(_, node)| self.shows(node)) {
            let shape = Shape::of(node.kind());
            pen.draw_box(&Drawn { number, shape, label: &label(&node.key()), paint: self.paint(&node) })?;
        }
        for (from, node) in self.graph.nodes().enumerate().filter(|(_, node)| self.shows(node)) {
            for to in node.successors().filter(|to| self.shows(to)).filter_map(|to| to.position()) {
                pen.draw_arrow(from, to)?;
            }
        }
        Ok(())
    }

    fn draw_summary(&self, pen: &mut dyn Pen) -> fmt::Result {
        let mut boxes: BTreeMap<Summary<'g>, Paint> = BTreeMap::new();
        let mut arrows = BTreeSet::new();
        for node in self.graph.nodes().filter(|node| self.shows(node)) {
            let Some(summary) = self.summary(node) else { continue };
            let paint = boxes.entry(summary.clone()).or_default();
            *paint = (*paint).max(self.paint(&node).min(Paint::Changed));
            for to in node.successors().filter(|to| self.shows(to)).filter_map(|to| self.summary(to)) {
                if to != summary {
                    arrows.insert((summary.clone(), to));
                }
            }
        }
        for (number, (summary, paint)) in boxes.iter().enumerate() {
            let (shape, label) = summary.drawn();
            pen.draw_box(&Drawn { number, shape, label: &label, paint: *paint })?;
        }
        let numbers: BTreeMap<_, usize> =
            boxes.keys().enumerate().map(|(at, summary)| (summary, at)).collect();
        for (from, to) in &arrows {
            if let (Some(from), Some(to)) = (numbers.get(from), numbers.get(to)) {
                pen.draw_arrow(*from, *to)?;
            }
        }
        Ok(())
    }

    /// The box that a node is in.
    fn summary(&self, node: Node<'g>) -> Option<Summary<'g>> {
        let ecosystem = &self.graph.estate().ecosystem;
        if self.level == Level::Team {
            let team = match node.at() {
                At::Ingest { supply, .. } => ecosystem.datastore(supply.name())?.team(),
                // Who has the container has the data.
                At::Export { export, .. } => {
                    let key = &export.site.key;
                    return Some(Summary::Team(TeamKey::new(&key.zone, &key.team)));
                }
                At::Transform(derivation) | At::Trigger(derivation) => {
                    ecosystem.workspace(derivation.name())?.team()
                }
            };
            return Some(Summary::Team(team.clone()));
        }
        Some(match node.at() {
            At::Ingest { supply, .. } => Summary::Captured(supply.name()),
            At::Export { supply, export, .. } => Summary::Brought(supply.name(), export.site.key.to_string()),
            At::Transform(derivation) | At::Trigger(derivation) => Summary::Transformer(derivation.name()),
        })
    }

    fn shows(&self, node: &Node<'_>) -> bool {
        self.shown.as_ref().is_none_or(|shown| shown.contains(&node.key()))
    }

    fn paint(&self, node: &Node<'_>) -> Paint {
        if self.added.is_empty() && self.changed.is_empty() {
            return Paint::Plain;
        }
        let key = node.key();
        if self.added.contains(&key) {
            Paint::Added
        } else if self.changed.contains(&key) {
            Paint::Changed
        } else {
            Paint::Plain
        }
    }
}

/// Somebody who can draw. Numbers of boxes are unique in a picture; all boxes come before all arrows.
pub(super) trait Pen {
    fn draw_box(&mut self, drawn: &Drawn<'_>) -> fmt::Result;
    fn draw_arrow(&mut self, from: usize, to: usize) -> fmt::Result;
}

/// A box.
pub(super) struct Drawn<'a> {
    pub(super) number: usize,
    pub(super) shape: Shape,
    /// Lines are separated by line feeds.
    pub(super) label: &'a str,
    pub(super) paint: Paint,
}

/// Shapes tell kinds apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Cylinder,
    Rectangle,
    Hexagon,
    Rounded,
}

impl Shape {
    fn of(kind: NodeKind) -> Self {
        match kind {
            NodeKind::Ingest => Self::Cylinder,
            NodeKind::Export => Self::Rectangle,
            NodeKind::Trigger => Self::Hexagon,
            NodeKind::Transform => Self::Rounded,
        }
    }
}

/// What a diff says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Paint {
    #[default]
    Plain,
    Changed,
    Added,
}

impl Paint {
    /// Fill and border, readable on light and dark ground, and by those who cannot tell red from green.
    pub(super) fn colours(self) -> Option<(&'static str, &'static str)> {
        match self {
            Self::Plain => None,
            Self::Changed => Some(("#ffe9b3", "#b36b00")),
            Self::Added => Some(("#cfe8ff", "#0b5cad")),
        }
    }
}

/// A box that stands for several nodes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Summary<'g> {
    Team(TeamKey),
    Captured(&'g DatastoreName),
    Brought(&'g DatastoreName, String),
    Transformer(&'g WorkspaceName),
}

impl Summary<'_> {
    fn drawn(&self) -> (Shape, String) {
        match self {
            Self::Team(team) => (Shape::Rounded, format!("{}\nin {}", team.team, team.zone)),
            Self::Captured(datastore) => (Shape::Cylinder, datastore.to_string()),
            Self::Brought(datastore, container) => (Shape::Rectangle, format!("{datastore}\nin {container}")),
            Self::Transformer(workspace) => (Shape::Rounded, workspace.to_string()),
        }
    }
}

/// What a person needs to know of a node whose platform is known.
fn label(key: &NodeKey) -> String {
    match key {
        NodeKey::Export { container, dataset, .. } => format!("{dataset}\nin {}", container.container),
        NodeKey::Ingest { datastore, dataset: None, .. } => datastore.to_string(),
        NodeKey::Ingest { datastore, dataset: Some(dataset), .. } => format!("{datastore}/{dataset}"),
        NodeKey::Transform { workspace, .. } => format!("transform\n{workspace}"),
        NodeKey::Trigger { workspace, .. } => format!("trigger\n{workspace}"),
    }
}
