//! Law 17: what a node reads from can be seen in what is rendered for it.

use super::{
    OnPlatform, ReportBuilder,
    alteration::{self, Alteration},
    lone_node::LoneNode,
    rendered_node::RenderedNode,
    shown_node::ShownNode,
};
use crate::{harness::HarnessRun, law::Law};
use datasurface_graph::{IngestSource, NodeDetail, NodeKind};
use datasurface_model::DatasetKey;
use datasurface_platform::{ResolvedOffer, ScopedNode};
use std::borrow::Cow;

pub(super) fn check(report: &mut ReportBuilder, stage: &HarnessRun) {
    for lone in LoneNode::all(stage).filter(|lone| lone.node.is_whole()) {
        captured(report, lone);
        // A trigger only waits for what others read.
        if lone.view().key().kind() != NodeKind::Trigger {
            unoffered(report, lone);
            for input in lone.view().inputs() {
                offered(report, lone, input);
            }
        }
    }
}

/// Captures from another address, and with another credential.
fn captured(report: &mut ReportBuilder, lone: LoneNode<'_>) {
    let key = lone.view().key();
    for (Alteration { fact, facts, .. }, text) in alteration::sources(lone.node) {
        if let Ok(rendering) = lone.render(facts)
            && !ShownNode::new(&rendering).mentions(text)
        {
            let difference =
                format!("with another {fact}, `{text}` does not occur in what is rendered for it");
            report.report(
                Law::SourcesAreShown,
                OnPlatform(&lone.call.platform, format!("`{key}`")),
                difference,
            );
        }
    }
}

/// Looks for datasets that a node reads, and that nobody offers to it.
fn unoffered(report: &mut ReportBuilder, lone: LoneNode<'_>) {
    let view = lone.view();
    for dataset in read_datasets(view.detail()) {
        if !view.inputs().iter().any(|input| input.offer.dataset() == dataset) {
            let difference = format!("it reads `{dataset}`, which no node offers");
            let place = OnPlatform(&lone.call.platform, format!("`{}`", view.key()));
            report.report(Law::SourcesAreShown, place, difference);
        }
    }
}

/// The datasets that a node reads from other nodes.
fn read_datasets(detail: &NodeDetail) -> Vec<&DatasetKey> {
    match detail {
        NodeDetail::Ingest(ingest) => match ingest.source {
            IngestSource::Container(_) => Vec::new(),
            _ => ingest.datasets.iter().map(|dataset| &dataset.key).collect(),
        },
        NodeDetail::Export(export) => vec![&export.dataset.key],
        NodeDetail::Transform(transform) => transform.inputs.iter().map(|dataset| &dataset.key).collect(),
        NodeDetail::Trigger(_) => Vec::new(),
    }
}

/// Offers an input elsewhere, among all other nodes of the shard. A platform may derive an address of its own from names, but then it has
/// the same name within its store.
fn offered(report: &mut ReportBuilder, lone: LoneNode<'_>, input: &ResolvedOffer) {
    let key = lone.view().key();
    let Ok(shard) = &lone.call.result else {
        return;
    };
    let beside = |node, shard| RenderedNode::new(lone.platform, &lone.instance(), node, shard);
    let Ok(before) = beside(lone.view(), Cow::Borrowed(shard)) else {
        return;
    };
    let before = ShownNode::new(&before);
    if before.is_empty() || before.mentions(name_in_store(input.offer.address())) {
        return;
    }
    let changed = reading_elsewhere(lone, input);
    let nodes = lone.call.view.nodes().iter().map(|node| match node.view().key() == key {
        true => changed.clone(),
        false => node.clone(),
    });
    let elsewhere = lone.shard(nodes.collect(), lone.call.view.held().to_vec());
    if let Ok(shard) = lone.platform.render(&elsewhere)
        && let Ok(after) = beside(changed.view(), Cow::Owned(shard))
        && ShownNode::new(&after) == before
    {
        let difference = format!(
            "it reads `{}` at `{}`, which does not occur in what is rendered for it; and with another address, that is the same",
            input.offer.dataset(),
            input.offer.address()
        );
        report.report(Law::SourcesAreShown, OnPlatform(&lone.call.platform, format!("`{key}`")), difference);
    }
}

/// The last part of an address, as of a table in a file or of a folder in a bucket: a platform knows its own store.
fn name_in_store(address: &str) -> &str {
    let (place, _) = alteration::place_and_query(address);
    place.rsplit(['#', '/']).next().unwrap_or(place)
}

fn reading_elsewhere(lone: LoneNode<'_>, input: &ResolvedOffer) -> ScopedNode {
    let view = lone.view();
    let inputs = view.inputs().iter().map(|other| match other == input {
        true => {
            let offer = alteration::offered_elsewhere(&input.offer, input.offer.dataset());
            ResolvedOffer::new(input.from.clone(), offer)
        }
        false => other.clone(),
    });
    let datasets = lone.node.datasets().map(|dataset| dataset.key.dataset.clone()).collect();
    let view = view.with_inputs(inputs.collect());
    ScopedNode::new(view, lone.node.is_whole(), datasets)
}
