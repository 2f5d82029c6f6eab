//! Law 9: what the descriptor says is true. Here: who keeps captured data says in what, for zones have a say about that; and who claims to
//! offer data to others does so, at addresses that they can read.

use super::{OnPlatform, ReportBuilder};
use crate::{harness::HarnessRun, law::Law, recording::Subject};
use datasurface_graph::{DatasetFacts, IngestSource, NodeDetail, NodeKind};
use datasurface_platform::{Offer, Resource};

pub(super) fn check(report: &mut ReportBuilder, stage: &HarnessRun) {
    for rendered in &stage.log.renderings {
        let (Ok(rendering), Some(configured)) = (&rendered.result, stage.placed.platform(&rendered.platform))
        else {
            continue;
        };
        if !configured.platform().descriptor().data_technologies().is_empty() {
            continue;
        }
        if let Some(kept) = rendering.resources().find(|resource| keeps_captured(resource)) {
            let place = OnPlatform(&rendered.platform, rendered.view.scope());
            let difference = format!(
                "`{}` holds data, and the descriptor does not say in which storage data is kept",
                kept.address()
            );
            report.report(Law::ClaimsAreTrue, place, difference);
        }
    }
}

/// Asks for the offers of every node: each has an address of its format, and each dataset of a capture is offered to others, if any is.
pub(super) fn check_offers(report: &mut ReportBuilder, stage: &HarnessRun) {
    for linted in &stage.log.lints {
        let (Subject::Node(node), Some(configured)) =
            (&linted.subject, stage.placed.platform(&linted.platform))
        else {
            continue;
        };
        let (offers, claims) =
            (configured.platform().offer(node.facts()), configured.platform().descriptor().offered_formats());
        let place = || OnPlatform(&linted.platform, format!("`{}`", node.key()));
        for offer in offers.iter().filter(|offer| !offer.format().has_address(offer.address())) {
            let (format, address) = (offer.format(), offer.address());
            let difference =
                format!("`{}` is offered at `{address}`, which is no address of `{format}`", offer.dataset());
            report.report(Law::ClaimsAreTrue, place(), difference);
        }
        // What comes from another platform is offered there.
        let captures = match node.detail() {
            NodeDetail::Ingest(ingest) => !matches!(ingest.source, IngestSource::Platform { .. }),
            _ => false,
        };
        if !captures || claims.is_empty() {
            continue;
        }
        let is_shown = |offer: &Offer| claims.contains(offer.format(), offer.address());
        let is_offered = |dataset: &&DatasetFacts| {
            offers.iter().any(|offer| *offer.dataset() == dataset.key && is_shown(offer))
        };
        if let Some(dataset) = node.facts().datasets().iter().find(|dataset| !is_offered(dataset)) {
            let difference = format!(
                "the descriptor claims to offer others {claims}, and `{}` is not offered so",
                dataset.key
            );
            report.report(Law::ClaimsAreTrue, place(), difference);
        }
    }
}

/// What is exported is in containers of consumers, which the model tells of.
fn keeps_captured(resource: &Resource) -> bool {
    let is_capture = resource.origins().iter().any(|node| node.kind() == NodeKind::Ingest);
    is_capture && resource.held_data().is_some()
}
