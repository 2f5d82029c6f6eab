//! What a picture shows, whatever it is written in.

use super::change::{Change, Paint};
use crate::{
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
    change: Option<Change<'g>>,
}

impl<'g> Picture<'g> {
    /// A picture of all nodes.
    #[must_use]
    pub fn of(graph: &'g IntentionGraph) -> Self {
        Self { graph, level: Level::default(), shown: None, change: None }
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
        let nodes = self.nodes().map(|(_, node)| node);
        self.shown = Some(nodes.filter(|node| wanted(node)).map(|node| node.key()).collect());
        self
    }

    /// Shows what became of an earlier graph of the platform: what is new, changed, or gone, in colours.
    #[must_use]
    pub fn since(mut self, before: &'g IntentionGraph) -> Self {
        self.change = Some(Change::between(before, self.graph));
        self
    }

    /// Shows only a node and what is at most so many steps away from it, in whichever direction.
    #[must_use]
    pub fn around(self, centre: &NodeKey, steps: usize) -> Self {
        let mut near: BTreeSet<NodeKey> = BTreeSet::new();
        let mut edge: Vec<Node<'g>> = self.node(centre).into_iter().collect();
        for _ in 0..=steps {
            edge.retain(|node| near.insert(node.key()));
            edge = edge.iter().flat_map(|node| self.before(node).chain(self.after(node))).collect();
            if edge.is_empty() {
                break;
            }
        }
        self.only(|node| near.contains(&node.key()))
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
        for (number, node) in self.nodes() {
            let kind = Kind::of(node.kind());
            pen.draw_box(&Drawn { number, kind, label: &label(&node.key()), paint: self.paint(&node) })?;
        }
        for (from, node) in self.nodes() {
            for to in self.after(&node).filter(|to| self.shows(to)).filter_map(|to| self.number(&to)) {
                pen.draw_arrow(from, to)?;
            }
        }
        Ok(())
    }

    fn draw_summary(&self, pen: &mut dyn Pen) -> fmt::Result {
        let mut boxes: BTreeMap<Summary<'g>, Paint> = BTreeMap::new();
        let mut arrows = BTreeSet::new();
        for (_, node) in self.nodes() {
            let Some(summary) = self.summary(node) else { continue };
            let paint = self.paint(&node);
            boxes.entry(summary.clone()).and_modify(|all| *all = all.and(paint)).or_insert(paint);
            for to in self.after(&node).filter(|to| self.shows(to)).filter_map(|to| self.summary(to)) {
                if to != summary {
                    arrows.insert((summary.clone(), to));
                }
            }
        }
        for (number, (summary, paint)) in boxes.iter().enumerate() {
            let (kind, label) = summary.drawn();
            pen.draw_box(&Drawn { number, kind, label: &label, paint: *paint })?;
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
        let ecosystem = &node.graph().estate().ecosystem;
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

    /// What is shown, with numbers: what is gone comes after what is there.
    fn nodes(&self) -> impl Iterator<Item = (usize, Node<'g>)> {
        let gone = self.change.iter().flat_map(Change::gone);
        self.graph.nodes().chain(gone).enumerate().filter(|(_, node)| self.shows(node))
    }

    fn node(&self, key: &NodeKey) -> Option<Node<'g>> {
        let gone = || self.change.as_ref()?.gone().find(|node| node.key() == *key);
        self.graph.node(key).or_else(gone)
    }

    fn number(&self, node: &Node<'g>) -> Option<usize> {
        let Some(change) = &self.change else { return node.position() };
        let key = node.key();
        match self.graph.node(&key) {
            Some(node) => node.position(),
            None => change.number(&key).map(|number| self.graph.len() + number),
        }
    }

    /// What comes directly after a node, in either graph: if one of both is gone, so is what was between them.
    fn after(&self, node: &Node<'g>) -> impl Iterator<Item = Node<'g>> {
        let gone = self.change.iter().flat_map(|change| change.gone_after(node));
        node.successors().chain(gone)
    }

    /// What comes directly before a node, likewise.
    fn before(&self, node: &Node<'g>) -> impl Iterator<Item = Node<'g>> {
        let gone = self.change.iter().flat_map(|change| change.gone_before(node));
        node.predecessors().chain(gone)
    }

    fn shows(&self, node: &Node<'_>) -> bool {
        self.shown.as_ref().is_none_or(|shown| shown.contains(&node.key()))
    }

    fn paint(&self, node: &Node<'_>) -> Paint {
        self.change.as_ref().map_or(Paint::Plain, |change| change.paint(&node.key()))
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
    pub(super) kind: Kind,
    /// Lines are separated by line feeds.
    pub(super) label: &'a str,
    pub(super) paint: Paint,
}

/// What a box stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Capture,
    Export,
    Trigger,
    Transform,
    Team,
}

impl Kind {
    fn of(kind: NodeKind) -> Self {
        match kind {
            NodeKind::Ingest => Self::Capture,
            NodeKind::Export => Self::Export,
            NodeKind::Trigger => Self::Trigger,
            NodeKind::Transform => Self::Transform,
        }
    }

    pub(super) fn shape(self) -> Shape {
        match self {
            Self::Capture => Shape::Cylinder,
            Self::Export => Shape::Rectangle,
            Self::Trigger => Shape::Hexagon,
            Self::Transform | Self::Team => Shape::Rounded,
        }
    }
}

/// Shapes tell the kinds apart that a picture of one level has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Cylinder,
    Rectangle,
    Hexagon,
    Rounded,
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
    fn drawn(&self) -> (Kind, String) {
        match self {
            Self::Team(team) => (Kind::Team, format!("{}\nin {}", team.team, team.zone)),
            Self::Captured(datastore) => (Kind::Capture, datastore.to_string()),
            Self::Brought(datastore, container) => (Kind::Export, format!("{datastore}\nin {container}")),
            Self::Transformer(workspace) => (Kind::Transform, workspace.to_string()),
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
