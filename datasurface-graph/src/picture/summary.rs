//! Pictures in which one box stands for several nodes.

use super::{
    change::ChangeStatus,
    graph_picture::Picture,
    label,
    writer::{Arrow, ArrowKind, BoxShape, Kind, PictureWriter},
};
use crate::{fragments::NodeRef, graph::Node, key::NodeKey};
use datasurface_model::{DatastoreName, TeamKey, WorkspaceName};
use std::{collections::BTreeMap, fmt};

/// What a box stands for.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Summary<'g> {
    Team(TeamKey),
    Captured(&'g DatastoreName),
    Exported(&'g DatastoreName, String),
    Transformer(&'g WorkspaceName),
    /// What another platform does, whose name is here as it can be seen.
    Elsewhere(String, Option<DatastoreName>),
}

/// How nodes are put together.
pub(super) struct Grouping {
    /// The box that a node is in.
    of_node: for<'g> fn(Node<'g>) -> Option<Summary<'g>>,
    /// Whether datastores are told apart that another platform hands over.
    by_datastore: bool,
}

/// One box for each datastore, each container that it is brought to, and each transformer.
pub(super) const BY_STORE: Grouping = Grouping {
    of_node: |node| {
        Some(match node.node_ref() {
            NodeRef::Ingest { datastore_fragment, .. } => Summary::Captured(datastore_fragment.name()),
            NodeRef::Export { datastore_fragment, export, .. } => {
                Summary::Exported(datastore_fragment.name(), export.site.key.to_string())
            }
            NodeRef::Transform(transformer_fragment) | NodeRef::Trigger(transformer_fragment) => {
                Summary::Transformer(transformer_fragment.name())
            }
        })
    },
    by_datastore: true,
};

/// One box for each team.
pub(super) const BY_TEAM: Grouping = Grouping {
    of_node: |node| {
        let ecosystem = &node.graph().fragments().ecosystem;
        let team = match node.node_ref() {
            NodeRef::Ingest { datastore_fragment, .. } => {
                &ecosystem.datastore(datastore_fragment.name())?.team
            }
            // Who has the container has the data.
            NodeRef::Export { export, .. } => {
                let key = &export.site.key;
                return Some(Summary::Team(TeamKey::new(&key.zone, &key.team)));
            }
            NodeRef::Transform(transformer_fragment) | NodeRef::Trigger(transformer_fragment) => {
                &ecosystem.workspace(transformer_fragment.name())?.team
            }
        };
        Some(Summary::Team(TeamKey::clone(team)))
    },
    by_datastore: false,
};

/// A box: the place of its platform, or the one after all platforms, and what it stands for.
type Place<'g> = (usize, Summary<'g>);

#[derive(Default)]
struct SummaryBuilder<'g> {
    boxes: BTreeMap<Place<'g>, ChangeStatus>,
    arrows: BTreeMap<(Place<'g>, Place<'g>, ArrowKind), ChangeStatus>,
}

pub(super) fn draw(
    picture: &Picture<'_>,
    grouping: &Grouping,
    writer: &mut dyn PictureWriter,
) -> fmt::Result {
    let builder = SummaryBuilder::build(picture, grouping);
    let is_framed = picture.is_framed();
    let mut numbered = builder.boxes.iter().enumerate().peekable();
    for (at, frame) in picture.frames() {
        if is_framed {
            writer.open_frame(at, frame.title())?;
        }
        while let Some((number, ((_, summary), status))) =
            numbered.next_if(|(_, ((place, _), _))| *place == at)
        {
            writer.draw_box(&summary.drawn(number, frame.title(), *status))?;
        }
        if is_framed {
            writer.close_frame()?;
        }
    }
    for (number, ((_, summary), status)) in numbered {
        writer.draw_box(&summary.drawn(number, "", *status))?;
    }
    let numbers: BTreeMap<_, usize> = builder.boxes.keys().zip(0..).collect();
    for ((from, to, course), status) in &builder.arrows {
        if let (Some(from), Some(to)) = (numbers.get(from), numbers.get(to)) {
            writer.draw_arrow(Arrow { from: *from, to: *to, course: *course, status: *status })?;
        }
    }
    Ok(())
}

impl<'g> SummaryBuilder<'g> {
    fn build(picture: &Picture<'g>, grouping: &Grouping) -> Self {
        let mut builder = Self::default();
        for (at, frame) in picture.frames() {
            for (_, node) in picture.nodes(frame) {
                let Some(place) = grouping.place(at, node) else { continue };
                for (to, status) in frame.after(&node).into_iter().filter(|(to, _)| picture.shows(to)) {
                    let to = grouping.place(at, to);
                    builder.link(
                        Some(&place),
                        to.as_ref().filter(|to| **to != place),
                        ArrowKind::Inside,
                        status,
                    );
                }
                builder.add(place, frame.status(&node));
            }
        }
        for (exchange, (at, there)) in picture.exchanges_inside() {
            let (from, to) = (grouping.place(exchange.at, exchange.node), grouping.place(at, there));
            builder.link(from.as_ref(), to.as_ref(), ArrowKind::Across, exchange.status);
        }
        for exchange in picture.exchanges_elsewhere() {
            let here = grouping.place(exchange.at, exchange.node);
            let there = (picture.end_of_frames(), grouping.elsewhere(&exchange.with));
            let (from, to) = exchange.ends(here.as_ref(), Some(&there));
            builder.link(from, to, ArrowKind::Across, exchange.status);
            builder.add(there, exchange.status);
        }
        builder
    }

    fn add(&mut self, place: Place<'g>, status: ChangeStatus) {
        self.boxes.entry(place).and_modify(|all| *all = all.and(status)).or_insert(status);
    }

    fn link(
        &mut self,
        from: Option<&Place<'g>>,
        to: Option<&Place<'g>>,
        course: ArrowKind,
        status: ChangeStatus,
    ) {
        if let (Some(from), Some(to)) = (from, to) {
            let arrow = self.arrows.entry((from.clone(), to.clone(), course));
            arrow.and_modify(|all| *all = all.and(status)).or_insert(status);
        }
    }
}

impl Grouping {
    fn place<'g>(&self, at: usize, node: Node<'g>) -> Option<Place<'g>> {
        Some((at, (self.of_node)(node)?))
    }

    fn elsewhere<'g>(&self, capture: &NodeKey) -> Summary<'g> {
        let datastore = match capture {
            NodeKey::Ingest { datastore, .. } if self.by_datastore => Some(datastore.clone()),
            _ => None,
        };
        Summary::Elsewhere(label::visible(capture.platform().as_str()), datastore)
    }
}

impl Summary<'_> {
    fn drawn<'a>(&'a self, number: usize, platform: &'a str, status: ChangeStatus) -> BoxShape<'a> {
        let (kind, label) = match self {
            Self::Team(team) => (Kind::Team, format!("{}\nin {}", team.team, team.zone)),
            Self::Captured(datastore) => (Kind::Capture, datastore.to_string()),
            Self::Exported(datastore, container) => (Kind::Export, format!("{datastore}\nin {container}")),
            Self::Transformer(workspace) => (Kind::Transform, workspace.to_string()),
            Self::Elsewhere(platform, Some(datastore)) => {
                (Kind::Elsewhere, format!("{datastore}\non {platform}"))
            }
            Self::Elsewhere(platform, None) => (Kind::Elsewhere, format!("on {platform}")),
        };
        let platform = match self {
            Self::Elsewhere(platform, _) => platform,
            _ => platform,
        };
        BoxShape { number, kind, label: label::visible(&label), platform, key: None, status }
    }
}
