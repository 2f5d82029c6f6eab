//! What a picture shows of data that goes from one platform to another.

use super::{
    change::ChangeStatus,
    frame::PlatformFrame,
    writer::{Arrow, ArrowKind},
};
use crate::{graph::Node, key::NodeKey};

/// A capture hands data over to one on another platform, or takes data from there.
pub(super) struct HandoverArrow<'g> {
    /// The place of the node's platform.
    pub(super) at: usize,
    pub(super) node: Node<'g>,
    /// That of the node's box, where every node has one.
    pub(super) number: usize,
    pub(super) with: NodeKey,
    pub(super) takes: bool,
    pub(super) status: ChangeStatus,
}

impl<'g> HandoverArrow<'g> {
    /// All of a node, those with the same other beside each other.
    pub(super) fn for_node(
        frame: &PlatformFrame<'g>,
        at: usize,
        number: usize,
        node: Node<'g>,
    ) -> impl Iterator<Item = Self> {
        let exchange = move |takes, (with, status): (NodeKey, ChangeStatus)| Self {
            at,
            node,
            number,
            with,
            takes,
            status,
        };
        let taken = frame.handover_sources(&node).into_iter().map(move |with| exchange(true, with));
        let given = frame.handover_targets(&node).into_iter().map(move |with| exchange(false, with));
        let mut all: Vec<Self> = taken.chain(given).collect();
        all.sort_by(|one, other| one.with.cmp(&other.with));
        all.into_iter()
    }

    /// Where data comes from and where it goes, of what stands for the node and what stands for the other.
    pub(super) fn ends<T>(&self, node: T, with: T) -> (T, T) {
        if self.takes { (with, node) } else { (node, with) }
    }

    /// An arrow between the node's box and another that stands for the other.
    pub(super) fn arrow(&self, with: usize) -> Arrow {
        let (from, to) = self.ends(self.number, with);
        Arrow { from, to, course: ArrowKind::Across, status: self.status }
    }
}
