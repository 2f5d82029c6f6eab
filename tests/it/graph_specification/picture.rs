//! Everything about the graphs of all platforms, in names, so that two ways to it can be compared.

use chrono::NaiveTime;
use datasurface::{
    graph::{Custody, IngestSource, IntentionGraphs, Node, NodeDetail, NodeKey},
    model::{
        Capture, CodeArtifact, ContainerKey, DatasetKey, Deadline, GroupKey, Latency, PlatformName, Priority,
        Regulator, TransformTrigger, WorkspaceName,
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// In lists, since order is compared, and that nothing is there twice.
#[derive(Debug, PartialEq)]
pub(super) struct Picture {
    pub(super) platforms: Vec<PlatformName>,
    /// By platform, and by key within it.
    pub(super) nodes: Vec<(NodeKey, Pictured)>,
    pub(super) edges: Vec<(NodeKey, NodeKey)>,
    pub(super) handovers: Vec<(NodeKey, NodeKey)>,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Pictured {
    pub(super) consumers: Vec<GroupKey>,
    pub(super) source: Option<Source>,
    /// What is captured or exported.
    pub(super) datasets: Vec<(DatasetKey, Custody)>,
    /// How it is captured, if it is from a producer.
    pub(super) capture: Option<Capture>,
    /// What a transformer reads, and what it makes.
    pub(super) inputs: Vec<DatasetKey>,
    pub(super) outputs: Vec<DatasetKey>,
    /// When a transformer runs, and what.
    pub(super) timetable: Option<TransformTrigger>,
    pub(super) artifact: Option<CodeArtifact>,
    pub(super) owed: Owed,
}

/// Where an ingest takes its data from.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Source {
    Container(ContainerKey),
    Transformer(WorkspaceName),
    Platform(PlatformName),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Owed {
    pub(super) priority: Option<Priority>,
    pub(super) latency: Option<Latency>,
    /// By zone.
    pub(super) deadlines: BTreeMap<String, NaiveTime>,
    pub(super) regulators: BTreeSet<Regulator>,
    pub(super) custody: Custody,
}

impl Owed {
    /// priority = max, latency = min, deadline = earliest, regulators = union.
    pub(super) fn join(&self, other: &Self) -> Self {
        let mut deadlines = self.deadlines.clone();
        for (zone, time) in &other.deadlines {
            let earliest = deadlines.get(zone).map_or(*time, |known| *known.min(time));
            deadlines.insert(zone.clone(), earliest);
        }
        Self {
            deadlines,
            priority: [self.priority, other.priority].into_iter().flatten().max(),
            latency: [self.latency, other.latency].into_iter().flatten().min(),
            regulators: &self.regulators | &other.regulators,
            custody: join(self.custody, other.custody),
        }
    }
}

/// milestoning = union of the facets {live, history}, retention = max, where nothing is more than for ever.
pub(super) fn join(one: Custody, other: Custody) -> Custody {
    Custody {
        live: one.live || other.live,
        history: one.history || other.history,
        retention: [one.retention, other.retention].into_iter().flatten().max(),
    }
}

impl Picture {
    /// Puts what was specified for all platforms together into the order in which graphs are read: platforms by name,
    /// and the nodes of each by key.
    pub(super) fn by_platform(mut self) -> Self {
        self.nodes.sort_by(|(one, _), (other, _)| (one.platform(), one).cmp(&(other.platform(), other)));
        self.edges.sort_by(|one, other| (one.0.platform(), one).cmp(&(other.0.platform(), other)));
        self.handovers.sort_by(|one, other| {
            let platforms = |pair: &(NodeKey, NodeKey)| (pair.0.platform().clone(), pair.0.clone());
            (platforms(one), one.1.platform(), &one.1).cmp(&(platforms(other), other.1.platform(), &other.1))
        });
        self
    }

    pub(super) fn of(graphs: &IntentionGraphs) -> Self {
        let keys = |(from, to): (Node<'_>, Node<'_>)| (from.key(), to.key());
        Self {
            platforms: graphs.iter().map(|graph| graph.platform().clone()).collect(),
            nodes: graphs
                .iter()
                .flat_map(|graph| graph.nodes())
                .map(|node| (node.key(), Pictured::of(node)))
                .collect(),
            edges: graphs.iter().flat_map(|graph| graph.edges()).map(keys).collect(),
            handovers: graphs.handovers().map(keys).collect(),
        }
    }
}

impl Pictured {
    fn of(node: Node<'_>) -> Self {
        let obligation = node.obligation();
        let mut pictured = Self {
            owed: Owed {
                priority: obligation.priority(),
                latency: obligation.latency(),
                deadlines: by_zone(obligation.deadlines()),
                regulators: obligation.regulators().iter().cloned().collect(),
                custody: obligation.custody(),
            },
            ..Self::default()
        };
        match &node.facts().detail {
            NodeDetail::Export(export) => {
                let consumers = export.consumers.iter();
                pictured.consumers = consumers.map(|consumer| consumer.group.clone()).collect();
                pictured.datasets = vec![(export.dataset.key.clone(), export.dataset.custody)];
            }
            NodeDetail::Ingest(ingest) => {
                let datasets = ingest.datasets.iter();
                pictured.datasets = datasets.map(|it| (it.key.clone(), it.custody)).collect();
                if let IngestSource::Container(capture) = &ingest.source {
                    pictured.capture = Some(capture.capture.clone());
                }
                pictured.source = Some(match &ingest.source {
                    IngestSource::Container(capture) => Source::Container(capture.container_key.clone()),
                    IngestSource::Transformer { workspace } => Source::Transformer(workspace.clone()),
                    IngestSource::Platform { platform } => Source::Platform(platform.clone()),
                });
            }
            NodeDetail::Trigger(trigger) => {
                pictured.inputs = trigger.inputs.to_vec();
                pictured.timetable = Some(trigger.trigger.clone());
            }
            NodeDetail::Transform(transform) => {
                pictured.inputs = transform.inputs.iter().map(|it| it.key.clone()).collect();
                pictured.outputs = transform.outputs.iter().map(|it| it.key.clone()).collect();
                pictured.artifact = Some(transform.artifact.clone());
            }
        }
        pictured
    }
}

pub(super) fn by_zone<'d>(deadlines: impl IntoIterator<Item = &'d Deadline>) -> BTreeMap<String, NaiveTime> {
    deadlines.into_iter().map(|deadline| (deadline.zone().to_owned(), deadline.time())).collect()
}
