//! Law 16: offers of different datasets are in different places.

use super::{OnPlatform, ReportBuilder};
use crate::{harness::HarnessRun, law::Law, recording::Subject};
use datasurface_model::{DatasetKey, PlatformName};
use datasurface_platform::Format;
use std::collections::BTreeMap;

/// Asks for every offer of every platform.
pub(super) fn check(report: &mut ReportBuilder, stage: &HarnessRun) {
    let mut places: BTreeMap<(Format, String), (&PlatformName, DatasetKey)> = BTreeMap::new();
    for linted in &stage.log.lints {
        let (Subject::Node(node), Some(configured)) =
            (&linted.subject, stage.placed.platform(&linted.platform))
        else {
            continue;
        };
        for offer in configured.platform().offer(node.facts()) {
            let place = (offer.format().clone(), offer.address().to_owned());
            let (other, dataset) =
                places.entry(place).or_insert_with(|| (&linted.platform, offer.dataset().clone()));
            if dataset != offer.dataset() {
                let difference = format!(
                    "`{}` is offered at `{}` as `{}`, where `{other}` offers `{dataset}`",
                    offer.dataset(),
                    offer.address(),
                    offer.format()
                );
                let place = OnPlatform(&linted.platform, format!("`{}`", node.key()));
                report.report(Law::OffersAreDistinct, place, difference);
            }
        }
    }
}
