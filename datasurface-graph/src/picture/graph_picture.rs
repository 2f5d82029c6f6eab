//! The content of a picture, in whichever format it is written.

use super::{
    change::ChangeStatus,
    frame::PlatformFrame,
    handover::HandoverArrow,
    label,
    summary::{self, BY_STORE, BY_TEAM},
    writer::{Arrow, ArrowKind, BoxShape, Kind, PictureWriter},
};
use crate::{
    graph::{IntentionGraph, Node},
    key::NodeKey,
};
use std::{collections::BTreeSet, fmt};

/// The level of detail of a picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Level {
    /// One box for each node.
    #[default]
    Dataset,
    /// One box for each datastore, each container that it is brought to, and each transformer.
    Store,
    /// One box for each team: its datastores and transformers, and whom it gives data to.
    Team,
}

/// A picture of graphs: what of them is shown, and how. Write it as [Mermaid](super::Mermaid), [DOT](super::Dot),
/// [GraphML](super::GraphMl) or [JSON](super::PictureJson). At the level of datasets nothing is kept in memory while it is written.
///
/// Each platform has its place. Data that is handed over is an arrow of another kind; where the other platform is not in
/// the picture, a box stands for it.
#[derive(Clone, Debug, Default)]
pub struct Picture<'g> {
    frames: Vec<PlatformFrame<'g>>,
    level: Level,
    shown: Option<BTreeSet<NodeKey>>,
}

impl<'g> Picture<'g> {
    /// Creates a picture of all nodes of these graphs, each of another platform.
    #[must_use]
    pub fn new(graphs: impl IntoIterator<Item = &'g IntentionGraph>) -> Self {
        graphs.into_iter().fold(Self::default(), |picture, graph| {
            let frame = PlatformFrame::new(graph, picture.end());
            picture.and(frame)
        })
    }

    /// Creates a picture of changes, in which new, changed and removed nodes have colours.
    /// Each pair is the graph of a platform before the change, and after it.
    #[must_use]
    pub fn from_changes(graphs: impl IntoIterator<Item = (&'g IntentionGraph, &'g IntentionGraph)>) -> Self {
        graphs.into_iter().fold(Self::default(), |picture, (before, after)| {
            let frame = PlatformFrame::from_change(before, after, picture.end());
            picture.and(frame)
        })
    }

    /// Sets the level of detail; one box for each node by default.
    #[must_use]
    pub fn with_level(mut self, level: Level) -> Self {
        self.level = level;
        self
    }

    /// Shows only these nodes, of those that were shown.
    #[must_use]
    pub fn filter(mut self, mut wanted: impl FnMut(&Node<'g>) -> bool) -> Self {
        let nodes = self.frames.iter().flat_map(PlatformFrame::nodes).map(|(_, node)| node);
        let nodes = nodes.filter(|node| self.shows(node) && wanted(node));
        self.shown = Some(nodes.map(|node| node.key()).collect());
        self
    }

    /// Shows only a node and what is at most so many steps away from it, in whichever direction. To hand data over is a
    /// step.
    #[must_use]
    pub fn around(self, centre: &NodeKey, steps: usize) -> Self {
        let mut near: BTreeSet<NodeKey> = BTreeSet::new();
        let mut edge = vec![centre.clone()];
        for _ in 0..=steps {
            edge.retain(|key| near.insert(key.clone()));
            edge = edge.iter().flat_map(|key| self.neighbours(key)).collect();
            if edge.is_empty() {
                break;
            }
        }
        self.filter(|node| near.contains(&node.key()))
    }

    fn and(mut self, frame: PlatformFrame<'g>) -> Self {
        self.frames.push(frame);
        self
    }

    /// Returns the number after that of the last node.
    fn end(&self) -> usize {
        self.frames.last().map_or(0, PlatformFrame::end)
    }

    fn neighbours(&self, key: &NodeKey) -> Vec<NodeKey> {
        let nodes = self.frames.iter().filter_map(|frame| Some((frame, frame.node(key)?)));
        nodes
            .flat_map(|(frame, node)| {
                let inside = frame.before(&node).into_iter().chain(frame.after(&node));
                let across = frame.handover_sources(&node).into_iter().chain(frame.handover_targets(&node));
                inside.map(|(node, _)| node.key()).chain(across.map(|(key, _)| key)).collect::<Vec<_>>()
            })
            .collect()
    }

    /// Hands every box and every arrow to somebody who can draw them.
    pub(super) fn draw(&self, writer: &mut dyn PictureWriter) -> fmt::Result {
        match self.level {
            Level::Dataset => self.draw_nodes(writer),
            Level::Store => summary::draw(self, &BY_STORE, writer),
            Level::Team => summary::draw(self, &BY_TEAM, writer),
        }
    }

    fn draw_nodes(&self, writer: &mut dyn PictureWriter) -> fmt::Result {
        let is_framed = self.is_framed();
        for (at, frame) in self.frames() {
            if is_framed {
                writer.open_frame(at, frame.title())?;
            }
            for (number, node) in self.nodes(frame) {
                let (key, kind, status) =
                    (node.key(), Kind::from_node_kind(node.kind()), frame.status(&node));
                let (label, platform) = (label::node_label(&key), frame.platform(&node));
                writer.draw_box(&BoxShape {
                    number,
                    kind,
                    label,
                    platform: &platform,
                    key: Some(key),
                    status,
                })?;
            }
            if is_framed {
                writer.close_frame()?;
            }
        }
        let mut drawn = None;
        for (number, HandoverArrow { with, .. }) in self.numbered_elsewhere() {
            if drawn.replace(number) == Some(number) {
                continue;
            }
            let platform = label::visible(with.platform().as_str());
            let label = format!("{}\non {platform}", label::node_label(&with));
            // What became of it is not known here, only what became of the arrow.
            let (kind, key, status) = (Kind::Elsewhere, Some(with), ChangeStatus::Plain);
            writer.draw_box(&BoxShape { number, kind, label, platform: &platform, key, status })?;
        }
        for (_, frame) in self.frames() {
            for (from, node) in self.nodes(frame) {
                for (to, status) in frame.after(&node).into_iter().filter(|(to, _)| self.shows(to)) {
                    if let Some(to) = frame.number(&to) {
                        writer.draw_arrow(Arrow { from, to, course: ArrowKind::Inside, status })?;
                    }
                }
            }
        }
        for (exchange, (at, there)) in self.exchanges_inside() {
            if let Some(there) = self.frames.get(at).and_then(|frame| frame.number(&there)) {
                writer.draw_arrow(exchange.arrow(there))?;
            }
        }
        for (there, exchange) in self.numbered_elsewhere() {
            writer.draw_arrow(exchange.arrow(there))?;
        }
        Ok(())
    }

    /// The exchanges with platforms that are not in the picture, each with the number of the box that stands for the other.
    fn numbered_elsewhere(&self) -> impl Iterator<Item = (usize, HandoverArrow<'g>)> {
        let mut last: Option<(usize, NodeKey)> = None;
        self.exchanges_elsewhere().map(move |exchange| {
            let number = match &last {
                None => self.end(),
                Some((number, with)) if *with == exchange.with => *number,
                Some((number, _)) => number + 1,
            };
            last = Some((number, exchange.with.clone()));
            (number, exchange)
        })
    }

    /// The platforms of which anything is shown, with their places.
    pub(super) fn frames(&self) -> impl Iterator<Item = (usize, &PlatformFrame<'g>)> {
        self.frames.iter().enumerate().filter(|(_, frame)| self.nodes(frame).next().is_some())
    }

    /// The place after those of all platforms.
    pub(super) fn end_of_frames(&self) -> usize {
        self.frames.len()
    }

    /// Whether several platforms are told apart.
    pub(super) fn is_framed(&self) -> bool {
        self.frames().nth(1).is_some()
    }

    /// The nodes of a platform that are shown, with their numbers.
    pub(super) fn nodes(&self, frame: &PlatformFrame<'g>) -> impl Iterator<Item = (usize, Node<'g>)> {
        frame.nodes().filter(|(_, node)| self.shows(node))
    }

    /// Returns the hand-overs between nodes that are shown, each with the position and node of the receiver.
    pub(super) fn exchanges_inside(&self) -> impl Iterator<Item = (HandoverArrow<'g>, (usize, Node<'g>))> {
        let given = self.exchanges().filter(|exchange| !exchange.takes);
        given.filter_map(|exchange| {
            let there = self.find(&exchange.with).filter(|(_, there)| self.shows(there))?;
            Some((exchange, there))
        })
    }

    /// Returns the hand-overs between nodes that are shown and platforms that are not in the picture.
    pub(super) fn exchanges_elsewhere(&self) -> impl Iterator<Item = HandoverArrow<'g>> {
        self.exchanges().filter(|exchange| self.find(&exchange.with).is_none())
    }

    fn exchanges(&self) -> impl Iterator<Item = HandoverArrow<'g>> {
        self.frames.iter().enumerate().flat_map(move |(at, frame)| {
            self.nodes(frame).flat_map(move |(number, node)| HandoverArrow::for_node(frame, at, number, node))
        })
    }

    fn find(&self, key: &NodeKey) -> Option<(usize, Node<'g>)> {
        self.frames.iter().enumerate().find_map(|(at, frame)| Some((at, frame.node(key)?)))
    }

    pub(super) fn shows(&self, node: &Node<'_>) -> bool {
        self.shown.as_ref().is_none_or(|shown| shown.contains(&node.key()))
    }
}
