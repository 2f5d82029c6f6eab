//! Captures: from where, when, and in which way.

use super::{
    Alteration, ELSEWHERE, OTHER_CREDENTIAL,
    container::{needs_credential, other_credential, readdressed},
};
use datasurface_graph::{CaptureFacts, IngestFacts, IngestSource, NodeDetail, NodeFacts};
use datasurface_model::{Capture, CaptureKind, CaptureTrigger};
use datasurface_platform::{PlatformDescriptor, ScopedNode};

/// Returns the facts of a capture from another address, and those with another credential, each with the text that is to be seen.
pub(in crate::laws) fn sources(node: &ScopedNode) -> Vec<(Alteration, &'static str)> {
    let facts = node.view().facts();
    let NodeDetail::Ingest(ingest) = &facts.detail else {
        return Vec::new();
    };
    let mut altered = Vec::new();
    let container = |capture: &CaptureFacts| format!("`{}`", capture.container_key);
    altered.extend(captured(facts, ingest, |capture| {
        capture.container = readdressed(&capture.container)?.into();
        Some(format!("address of {}", container(capture)))
    }));
    let address = altered.into_iter().map(|altered| (altered, ELSEWHERE));
    let credential = captured(facts, ingest, |capture| {
        capture.credential = needs_credential(&capture.container).then(other_credential);
        capture.credential.as_ref().map(|_| format!("credential for {}", container(capture)))
    });
    address.chain(credential.map(|altered| (altered, OTHER_CREDENTIAL))).collect()
}

/// Returns the facts of a capture at other times, as consistently as is claimed otherwise, and in another way that is claimed.
pub(super) fn ways(
    facts: &NodeFacts,
    ingest: &IngestFacts,
    descriptor: &PlatformDescriptor,
) -> Vec<Alteration> {
    let timetable = captured(facts, ingest, |capture| {
        let [time, other] = ["17 3 * * *", "29 4 * * *"];
        let is_at = |time: &str| match capture.capture.trigger() {
            CaptureTrigger::Cron(cron) => cron.fields() == time,
            CaptureTrigger::External => false,
        };
        let cron = if is_at(time) { other } else { time };
        capture.capture = capture.capture.clone().with_cron(cron);
        Some("timetable of the capture".to_owned())
    });
    let consistency = captured(facts, ingest, |capture| {
        let now = capture.capture.consistency();
        let other = descriptor.consistencies().iter().find(|claimed| **claimed != now)?;
        capture.capture = capture.capture.clone().with_consistency(*other);
        Some("consistency of the capture".to_owned())
    });
    let way = captured(facts, ingest, |capture| {
        capture.capture = in_another_way(&capture.capture, descriptor)?;
        Some("way of the capture".to_owned())
    });
    [timetable.map(Alteration::seen), consistency, way].into_iter().flatten().collect()
}

/// The facts of an ingest with another capture from a producer's container; none if it has none, or the change fails. The change returns the
/// fact.
fn captured(
    facts: &NodeFacts,
    ingest: &IngestFacts,
    change: impl FnOnce(&mut CaptureFacts) -> Option<String>,
) -> Option<Alteration> {
    let IngestSource::Container(capture) = &ingest.source else {
        return None;
    };
    let (mut ingest, mut capture) = (ingest.clone(), capture.clone());
    let fact = change(&mut capture)?;
    ingest.source = IngestSource::Container(capture);
    Some(Alteration::of_detail(fact, facts, NodeDetail::Ingest(ingest)))
}

/// The capture of the same tables in another way.
fn in_another_way(capture: &Capture, descriptor: &PlatformDescriptor) -> Option<Capture> {
    let other = match capture.kind() {
        CaptureKind::SqlSnapshot { tables, .. } | CaptureKind::SqlWatermark { tables, .. } => {
            CaptureKind::ChangeDataCapture { tables: tables.clone() }
        }
        CaptureKind::ChangeDataCapture { tables } => {
            CaptureKind::SqlSnapshot { tables: tables.clone(), keyless: Default::default() }
        }
        CaptureKind::Kafka { .. } | CaptureKind::ObjectFiles { .. } => return None,
    };
    let is_claimed = descriptor.captures().contains(&other.technology());
    let changed = Capture::new(capture.container().clone(), other).with_consistency(capture.consistency());
    let changed = match capture.trigger() {
        CaptureTrigger::Cron(cron) => changed.with_cron(cron.clone()),
        CaptureTrigger::External => changed,
    };
    let changed = match capture.credential() {
        Some(credential) => changed.with_credential(credential.clone()),
        None => changed,
    };
    is_claimed.then_some(changed)
}
