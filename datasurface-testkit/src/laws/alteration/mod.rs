//! Facts of a node that differ in one respect, as if the model said something else.

mod capture;
mod container;
mod dataset;
mod export;
mod transform;

pub(super) use capture::sources;
pub(super) use container::{ELSEWHERE, OTHER_CREDENTIAL};
pub(super) use dataset::{with_key, without_column};

use datasurface_graph::{NodeDetail, NodeFacts};
use datasurface_model::DatasetKey;
use datasurface_platform::{PlatformDescriptor, ScopedNode};

/// Other facts of a node, and the fact that is another one.
pub(super) struct Alteration {
    pub(super) fact: String,
    /// The storage name of the dataset whose versions are concerned: the fact is about what keeps its data.
    pub(super) kept: Option<DatasetKey>,
    pub(super) facts: NodeFacts,
}

impl Alteration {
    fn of_detail(fact: String, facts: &NodeFacts, detail: NodeDetail) -> Self {
        let mut changed = facts.clone();
        changed.detail = detail;
        Self { fact, kept: None, facts: changed }
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
            NodeDetail::Trigger(trigger) => vec![transform::other_trigger(facts, trigger)],
        });
    }
    altered
}
