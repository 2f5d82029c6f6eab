//! Facts of a node that differ in one respect, as if the model said something else.

mod capture;
mod container;
mod dataset;
mod export;
mod honoured;
mod transform;

pub(super) use capture::sources;
pub(super) use container::{ELSEWHERE, OTHER_CREDENTIAL};
pub(super) use dataset::{with_key, without_column};

use datasurface_graph::{NodeDetail, NodeFacts};
use datasurface_model::DatasetKey;
use datasurface_platform::{NodeView, Offer, PlatformDescriptor, ResolvedOffer, ScopedNode};

/// Other facts of a node, and the fact that is another one.
pub(super) struct Alteration {
    pub(super) fact: String,
    /// The storage name of the dataset whose versions are concerned: the fact is about what keeps its data.
    pub(super) kept: Option<DatasetKey>,
    /// Whether readers of the data see other rows, other columns, or the same ones at other times.
    pub(super) is_seen: bool,
    pub(super) facts: NodeFacts,
    /// The offers that the node reads then, if these are others, too.
    inputs: Option<Vec<ResolvedOffer>>,
}

impl Alteration {
    fn new(fact: impl Into<String>, facts: NodeFacts) -> Self {
        Self { fact: fact.into(), kept: None, is_seen: false, facts, inputs: None }
    }

    fn of_detail(fact: impl Into<String>, facts: &NodeFacts, detail: NodeDetail) -> Self {
        Self::new(fact, changed(facts, |facts| facts.detail = detail))
    }

    fn seen(self) -> Self {
        Self { is_seen: true, ..self }
    }

    /// The view of the node with the other facts.
    pub(super) fn view(&self, before: &NodeView) -> NodeView {
        let view = before.with_facts(self.facts.clone());
        match &self.inputs {
            Some(inputs) => view.with_inputs(inputs.clone()),
            None => view,
        }
    }
}

/// Returns other facts of a node, one for each fact that the platform claims to honour: of every dataset of a capture that is placed here,
/// and of the job where that is.
pub(super) fn claimed_facts(node: &ScopedNode, descriptor: &PlatformDescriptor) -> Vec<Alteration> {
    let facts = node.view().facts();
    let mut altered = dataset::captured(node, descriptor);
    if node.is_whole() {
        altered.extend(match &facts.detail {
            NodeDetail::Ingest(ingest) => capture::ways(facts, ingest, descriptor),
            NodeDetail::Export(export) => export::all(facts, export, descriptor),
            NodeDetail::Transform(transform) => transform::all(facts, transform),
            NodeDetail::Trigger(trigger) => transform::triggers(node.view(), trigger),
        });
        altered.extend(honoured::all(facts, descriptor));
    }
    altered
}

fn changed<T: Clone>(old: &T, change: impl FnOnce(&mut T)) -> T {
    let mut new = old.clone();
    change(&mut new);
    new
}

/// Returns the offer of something else, at another address.
pub(super) fn offered_elsewhere(offer: &Offer, dataset: &DatasetKey) -> Offer {
    let (place, query) = place_and_query(offer.address());
    let address = format!("{place}_elsewhere{query}");
    Offer::new(dataset, address, offer.format()).with_custody(offer.custody())
}

/// An address, and what says how to read there: of `kafka://one:9092/topic?encoding=json` the topic is the place.
pub(super) fn place_and_query(address: &str) -> (&str, &str) {
    address.split_at(address.find('?').unwrap_or(address.len()))
}
