//! Laws 9 and 22, of what the host refuses as a whole: where that is because of what a platform itself offers or renders, it is no lack of
//! something to check, but a violation.

use super::{OnPlatform, ReportBuilder};
use crate::{harness::HarnessRun, law::Law, recording::Subject};
use datasurface_model::PlatformName;
use datasurface_platform::ResourceAddress;
use std::collections::{BTreeMap, btree_map::Entry};

pub(crate) fn check(report: &mut ReportBuilder, stage: &HarnessRun) {
    if stage.proposal.is_err() {
        unreadable_offers(report, stage);
        places(report, stage);
    }
}

/// What is offered in formats that the descriptor does not name is for nobody.
fn unreadable_offers(report: &mut ReportBuilder, stage: &HarnessRun) {
    for linted in &stage.log.lints {
        let (Subject::Node(node), Some(configured)) =
            (&linted.subject, stage.placed.platform(&linted.platform))
        else {
            continue;
        };
        let platform = configured.platform();
        let claims = [platform.descriptor().formats(), platform.descriptor().offered_formats()];
        for offer in platform.offer(node.facts()) {
            if !claims.iter().any(|claims| claims.contains(offer.format(), offer.address())) {
                let difference = format!(
                    "`{}` is offered in the format `{}`, which the descriptor neither reads nor claims to offer",
                    offer.dataset(),
                    offer.format()
                );
                let place = OnPlatform(&linted.platform, format!("`{}`", node.key()));
                report.report(Law::ClaimsAreTrue, place, difference);
            }
        }
    }
}

/// Two resources of one instance in one place.
fn places(report: &mut ReportBuilder, stage: &HarnessRun) {
    let mut occupied: BTreeMap<(&PlatformName, &str), &ResourceAddress> = BTreeMap::new();
    for call in &stage.log.renderings {
        for resource in call.result.iter().flat_map(|rendering| rendering.resources()) {
            for place in resource.occupied_places() {
                match occupied.entry((&call.platform, place)) {
                    Entry::Vacant(free) => drop(free.insert(resource.address())),
                    Entry::Occupied(first) if *first.get() == resource.address() => {}
                    Entry::Occupied(first) => {
                        let difference = format!("it is in the place `{place}`, as is `{}`", first.get());
                        let place = OnPlatform(&call.platform, format!("`{}`", resource.address()));
                        report.report(Law::PlacesAreDistinct, place, difference);
                    }
                }
            }
        }
    }
}
