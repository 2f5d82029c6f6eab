//! Links: what crosses a border, between shards or between platforms, is an offer, and must be good enough.

use super::{
    staying::{Kept, unit_of},
    views::{Views, for_datasets, sources, wanted},
};
use datasurface_graph::{Custody, IntentionGraphs, Node, NodeDetail, NodeFacts, NodeKey, Placement};
use datasurface_model::{CodeInfo, DatasetKey, Diagnostic, Latency, ModelPath, PlatformName, segment};
use datasurface_platform::{NodeView, Offer};
use datasurface_state::storage::StorageRecord;
use std::{cell::OnceCell, collections::BTreeMap};

pub(crate) static MISSING: CodeInfo = CodeInfo::error(
    "offer/missing",
    "a node needs what another one does not offer",
    "What a node reads across a border, from another shard or another platform, must be offered there by name, to another platform in \
     a format that the descriptor claims to offer. The platform on the other side does not: place both nodes in one shard, or choose \
     another platform.",
);
pub(crate) static INSUFFICIENT: CodeInfo = CodeInfo::error(
    "offer/insufficient",
    "what is offered is less than what is owed",
    "What a node reads across a border must have the versions, the retention and the latency that the node owes to its \
     own consumers.",
);

/// Checks every link of every platform, but for those that were good before and are as they were.
pub(super) fn check(
    graphs: &IntentionGraphs,
    placements: &BTreeMap<PlatformName, Placement>,
    (views, kept): (&Views, &Kept<'_>),
    names: &StorageRecord,
    found: &mut Vec<Diagnostic>,
) {
    // One capture is before many exports.
    let mut known: BTreeMap<NodeKey, Vec<DatasetKey>> = BTreeMap::new();
    let shard = |key: &NodeKey| placements.get(key.platform()).and_then(|placement| placement.shard(key));
    for view in views.values().flat_map(|views| views.nodes.fresh()) {
        // What stays as it was reads what it read.
        let is_fresh = |_: &Node<'_>| !kept.is_old(&unit_of(names, view.key()));
        let Some(node) = graphs.node(view.key()).filter(is_fresh) else {
            continue;
        };
        // Nearly every link is inside of one shard: nobody needs these facts then.
        let facts = OnceCell::new();
        let taken_from = graphs.handover_source(view.key()).map(|node| node.key());
        for source in sources(node).chain(taken_from) {
            let is_border = source.platform() != view.key().platform() || shard(&source) != shard(view.key());
            if let Some(before) = graphs.node(&source).filter(|_| is_border) {
                let provided =
                    known.entry(source.clone()).or_insert_with(|| provided(&before.facts().detail));
                check_link(view, facts.get_or_init(|| node.facts()), &source, provided, found);
            }
        }
    }
}

fn check_link(
    view: &NodeView,
    facts: &NodeFacts,
    source: &NodeKey,
    provided: &[DatasetKey],
    found: &mut Vec<Diagnostic>,
) {
    let path = ModelPath::root()
        .child(segment::PLATFORMS, view.key().platform())
        .child(segment::NODES, view.key().to_string());
    let wanted = wanted(view.facts());
    for dataset in for_datasets(provided, |dataset| dataset, &wanted) {
        let input =
            view.inputs().iter().find(|input| &input.from == source && input.offer.dataset() == dataset);
        let Some(offer) = input.map(|input| &input.offer) else {
            let (message, help) = match source.platform() == view.key().platform() {
                true => (
                    format!("`{source}` does not offer `{dataset}`"),
                    "place both nodes in one shard, or choose another platform",
                ),
                false => (
                    format!(
                        "`{source}` does not offer `{dataset}` to other platforms, in a format that its own claims to offer"
                    ),
                    "let one platform capture and serve it, or choose one that offers it",
                ),
            };
            found.push(Diagnostic::new(&MISSING, path.clone(), message).with_help(help));
            continue;
        };
        if !suffices(offer, facts, view.obligation().latency(), dataset) {
            let message = format!("what `{source}` offers of `{dataset}` is less than what is owed");
            let help = "ask for less, or choose a platform that offers more";
            found.push(Diagnostic::new(&INSUFFICIENT, path.clone(), message).with_help(help));
        }
    }
}

/// Whether an offer of a dataset is as good as what a node owes to its own consumers.
pub(super) fn suffices(
    offer: &Offer,
    facts: &NodeFacts,
    latency: Option<Latency>,
    dataset: &DatasetKey,
) -> bool {
    let is_late = offer.latency().zip(latency).is_some_and(|(late, owed)| late > owed);
    !is_late && offer.custody().covers(owed(facts, dataset))
}

/// What a node must be able to read of a dataset, for today's consumers: what is held is there already, and needs nothing.
/// Transformers and their outputs need what is there now, in whatever versions it comes.
fn owed(facts: &NodeFacts, dataset: &DatasetKey) -> Custody {
    match (&facts.detail, facts.datasets().iter().find(|facts| facts.key == *dataset)) {
        (NodeDetail::Ingest(ingest), Some(facts)) => match &ingest.source {
            datasurface_graph::IngestSource::Platform { .. } => facts.custody,
            _ => Custody::default(),
        },
        (NodeDetail::Export(export), _) => export.dataset.custody,
        _ => Custody::default(),
    }
}

/// The datasets that a node provides to those behind it, in order.
fn provided(detail: &NodeDetail) -> Vec<DatasetKey> {
    let mut provided: Vec<DatasetKey> = match detail {
        NodeDetail::Ingest(ingest) => ingest.datasets.iter().map(|dataset| dataset.key.clone()).collect(),
        NodeDetail::Export(export) => vec![export.dataset.key.clone()],
        NodeDetail::Transform(transform) => {
            transform.outputs.iter().map(|dataset| dataset.key.clone()).collect()
        }
        NodeDetail::Trigger(_) => Vec::new(),
    };
    provided.sort_unstable();
    provided
}
