//! Tables that were delivered, are not delivered any more, and are captured although they may be there still.
//!
//! Policies follow delivered data as long as the model states the delivery. Between its removal and the apply that removes the table, the
//! manifest alone knows of it.

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
pub(super) fn check(placed: &Placed, manifest: Option<&Manifest>, found: &mut Vec<Diagnostic>) {
    let Some(manifest) = manifest else { return };
    let former = former_deliveries(placed, manifest);
    if former.is_empty() {
        return;
    }
    found.extend(placed.ecosystem.former_recaptures(&former).iter().map(finding));
}

/// The deliveries of the manifest, at its base and since, that are none of the graphs of now.
fn former_deliveries(placed: &Placed, manifest: &Manifest) -> Vec<FormerDelivery> {
    let names = placed.lock.storage_names();
    let mut delivered: BTreeSet<(ContainerKey, DatasetKey)> = BTreeSet::new();
    for node in placed.graphs.iter().flat_map(|graph| graph.nodes()) {
        if let NodeKey::Export { dataset, container, .. } = &node.key() {
            // What was renamed is known by its storage name; in the manifest, it may have the former name.
            delivered.insert((names.container(container), names.dataset(dataset)));
            delivered.insert((container.clone(), dataset.clone()));
        }
    }
    let mut renamed: Option<BTreeMap<ContainerKey, ContainerKey>> = None;
    let records = manifest.platforms().values();
    let entries = records.flat_map(|record| record.base_scopes().iter().chain(record.scopes_since_base()));
    let mut former = BTreeSet::new();
    for key in entries.flat_map(|entry| entry.nodes.keys()) {
        let NodeKey::Export { dataset, container, .. } = key else { continue };
        if delivered.contains(&(container.clone(), dataset.clone())) {
            continue;
        }
        let renamed = renamed.get_or_insert_with(|| containers_by_storage(placed));
        let container = renamed.get(container).unwrap_or(container).clone();
        former.insert(FormerDelivery { container, dataset: dataset.clone() });
    }
    former.into_iter().collect()
}

/// The containers of now by their storage names.
fn containers_by_storage(placed: &Placed) -> BTreeMap<ContainerKey, ContainerKey> {
    let names = placed.lock.storage_names();
    let mut containers = BTreeMap::new();
    for zone in placed.ecosystem.zones() {
        for team in zone.definition().into_iter().flat_map(|zone| zone.teams()) {
            for container in team.definition().into_iter().flat_map(|team| team.containers()) {
                let now = ContainerKey::new(zone.name(), team.name(), container.name());
                containers.insert(names.container(&now), now);
            }
        }
    }
    containers
}

fn finding(recapture: &Recapture) -> Diagnostic {
    let Recapture { path, table, delivered, .. } = recapture;
    let message = format!(
        "the table `{table}` may have the dataset `{delivered}`, which was delivered there, and is removed with the next apply"
    );
    let help = format!(
        "apply the removal before the table is captured, or read `{delivered}` itself; if the table is another one, waive this finding"
    );
    Diagnostic::new(&FORMER_DELIVERY, path.clone(), message).with_help(help)
}
