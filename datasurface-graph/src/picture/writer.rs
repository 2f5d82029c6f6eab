//! What is drawn, whatever it is written in.

use super::change::ChangeStatus;
use crate::key::{NodeKey, NodeKind};
use std::fmt;

/// Somebody who can draw. Numbers of boxes are unique in a picture; all boxes come before all arrows.
pub(super) trait PictureWriter {
    /// What is drawn until the frame is closed belongs to a platform. There are frames if there are several platforms; who says
    /// of each box on which platform it is needs none.
    fn open_frame(&mut self, _number: usize, _platform: &str) -> fmt::Result {
        Ok(())
    }

    fn close_frame(&mut self) -> fmt::Result {
        Ok(())
    }

    fn draw_box(&mut self, drawn: &BoxShape<'_>) -> fmt::Result;
    fn draw_arrow(&mut self, arrow: Arrow) -> fmt::Result;
}

/// A box.
pub(super) struct BoxShape<'a> {
    pub(super) number: usize,
    pub(super) kind: Kind,
    /// Lines are separated by line feeds; nothing else is in there that would not be seen.
    pub(super) label: String,
    pub(super) platform: &'a str,
    /// The one node that it stands for.
    pub(super) key: Option<NodeKey>,
    pub(super) status: ChangeStatus,
}

/// An arrow between two boxes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Arrow {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) course: ArrowKind,
    pub(super) status: ChangeStatus,
}

/// How data takes an arrow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ArrowKind {
    /// On one platform.
    Inside,
    /// It is handed over from one platform to another.
    Across,
}

/// What a box stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Capture,
    Export,
    Trigger,
    Transform,
    Team,
    /// A platform that is not in the picture hands data over, or takes it.
    Elsewhere,
}

impl Kind {
    pub(super) fn from_node_kind(kind: NodeKind) -> Self {
        match kind {
            NodeKind::Ingest => Self::Capture,
            NodeKind::Export => Self::Export,
            NodeKind::Trigger => Self::Trigger,
            NodeKind::Transform => Self::Transform,
        }
    }

    /// What it is, in a word.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Capture => "capture",
            Self::Export => "export",
            Self::Trigger => "trigger",
            Self::Transform => "transform",
            Self::Team => "team",
            Self::Elsewhere => "elsewhere",
        }
    }

    pub(super) fn shape(self) -> Shape {
        match self {
            Self::Capture | Self::Elsewhere => Shape::Cylinder,
            Self::Export => Shape::Rectangle,
            Self::Trigger => Shape::Hexagon,
            Self::Transform | Self::Team => Shape::Rounded,
        }
    }

    /// Whether its border is no solid line.
    pub(super) fn is_dashed(self) -> bool {
        self == Self::Elsewhere
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
