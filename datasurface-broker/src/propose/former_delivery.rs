//! Tables that were delivered, are not delivered any more, and are captured although they may be there still.
//!
//! Policies follow delivered data as long as the model states the delivery. Between its removal and the apply that removes the table, the
//! manifest alone knows of it.

use super::{Entries, same_scopes::other_than};
use crate::placed::Placed;
use datasurface_graph::{NodeKey, StorageOf};
use datasurface_model::{CodeInfo, ContainerKey, DatasetKey, Diagnostic, Entity, FormerDelivery, Recapture};
use datasurface_state::Manifest;
use std::collections::{BTreeMap, BTreeSet};

pub(crate) static FORMER_DELIVERY: CodeInfo = CodeInfo::error(
    "capture/former-delivery",
    "a captured table may be one that was delivered, and is there still",
    "Policies and approvals follow data that is delivered somewhere and captured from there again. What is not delivered any more is still \
     there until its removal is applied, and captured meanwhile, it would be new data, without policies. Apply the removal before the \
     table is captured; if it is another table, waive the finding.",
)
.waivable();

/// Refuses captures of what the manifest has as delivered, and the model has not.
pub(super) fn check(
    placed: &Placed,
    manifest: Option<&Manifest>,
    entries: &Entries,
    found: &mut Vec<Diagnostic>,
) {
    let Some(manifest) = manifest else { return };
    let recaptures = placed.ecosystem.former_recaptures(&former_deliveries(placed, manifest, entries));
    found.extend(recaptures.iter().map(finding));
}

/// The deliveries of the manifest, at its base and since, that are none of the graphs of now.
fn former_deliveries(placed: &Placed, manifest: &Manifest, entries: &Entries) -> Vec<FormerDelivery> {
    let entries = manifest.platforms().iter().flat_map(|(name, record)| {
        let now = entries.get(name).map_or(&[][..], Vec::as_slice);
        let rendered = [record.base_scopes(), record.scopes_since_base()];
        rendered.into_iter().flat_map(move |scopes| other_than(now, scopes))
    });
    let gone = entries.flat_map(|entry| entry.nodes.keys()).filter(|key| placed.graphs.node(key).is_none());
    let mut gone = gone.filter_map(delivery).peekable();
    if gone.peek().is_none() {
        return Vec::new();
    }
    let (names, renamed) = (placed.lock.storage_names(), containers_by_storage(placed));
    let now = placed.graphs.iter().flat_map(|graph| graph.nodes());
    let now: Vec<_> = now.filter_map(|node| delivery(&node.key())).collect();
    // What was renamed is known by its storage name; in the manifest, it may have the former name.
    let stored = now.iter().map(|(container, dataset)| (names.container(container), names.dataset(dataset)));
    let delivered: BTreeSet<_> = stored.chain(now.iter().cloned()).collect();
    let former = gone.filter(|gone| !delivered.contains(gone)).map(|(container, dataset)| FormerDelivery {
        container: renamed.get(&container).cloned().unwrap_or(container),
        dataset,
    });
    former.collect::<BTreeSet<_>>().into_iter().collect()
}

fn delivery(key: &NodeKey) -> Option<(ContainerKey, DatasetKey)> {
    match key {
        NodeKey::Export { dataset, container, .. } => Some((container.clone(), dataset.clone())),
        _ => None,
    }
}

/// The containers of now by their storage names.
fn containers_by_storage(placed: &Placed) -> BTreeMap<ContainerKey, ContainerKey> {
    let zones = placed.ecosystem.zones().iter().filter_map(|zone| Some((zone, zone.definition()?)));
    let teams = zones.flat_map(|(zone, definition)| definition.teams().iter().map(move |team| (zone, team)));
    let containers = teams.flat_map(|(zone, team)| {
        let all = team.definition().into_iter().flat_map(|team| team.containers());
        all.map(|container| ContainerKey::new(zone.name(), team.name(), container.name()))
    });
    containers.map(|now| (placed.lock.storage_names().container(&now), now)).collect()
}

fn finding(recapture: &Recapture) -> Diagnostic {
    let Recapture { path, table, delivered, .. } = recapture;
    let message = format!(
        "the table `{table}` may have `{delivered}`, which was delivered there, and is removed with the next apply"
    );
    let help = "apply the removal before the table is captured; if it is another table, waive this finding";
    Diagnostic::new(&FORMER_DELIVERY, path.clone(), message).with_help(help)
}
