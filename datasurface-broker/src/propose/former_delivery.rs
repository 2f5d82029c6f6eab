//! Tables that were delivered, are not delivered any more, and are captured although they may be there still.
//!
//! Policies follow delivered data as long as the model states the delivery. Between its removal and the apply that removes the table, the
//! manifest alone knows of it.

use crate::placed::Placed;
use datasurface_graph::{NodeKey, StorageOf};
use datasurface_model::{
    CodeInfo, ContainerKey, DatasetKey, Diagnostic, Entity, FormerDelivery, ModelPath, PlatformName,
    Protects, Recapture, TeamKey, ownership::OwnedPart, segment,
};
use datasurface_state::{
    rendered::{Differences, ScopeDifference},
    storage::DeclaredNames,
};
use std::collections::{BTreeMap, BTreeSet};

pub(crate) static FORMER_DELIVERY: CodeInfo = CodeInfo::error(
    "capture/former-delivery",
    "a captured table may be one that was delivered, and is there still",
    "Policies and approvals follow data that is delivered somewhere and captured from there again. What is not delivered any more is still \
     there until its removal is applied, and captured meanwhile, it would be new data, without policies. Apply the removal before the \
     table is captured; if it is another table, the zone of the data can waive the finding, or, where nobody knows any more whose data it \
     was, the ecosystem.",
)
.waivable()
.protecting(Protects::InputZone);

/// Refuses captures of what the manifest has as delivered, and the model has not.
pub(super) fn check(placed: &Placed, differences: &Differences, found: &mut Vec<Diagnostic>) {
    let mut former = former_deliveries(placed, differences);
    if !former.is_empty() {
        let declared = DeclaredNames::new(&placed.ecosystem, placed.lock.storage_names());
        former.iter_mut().for_each(|former| former.source = source(&former.dataset, placed, &declared));
        found.extend(placed.ecosystem.former_recaptures(&former).iter().map(finding));
    }
}

/// The deliveries of the manifest, at its base and since, that are none of the graphs of now.
fn former_deliveries(placed: &Placed, differences: &Differences) -> Vec<FormerDelivery> {
    let gone = differences.all().flat_map(ScopeDifference::nodes_gone);
    let mut gone = gone.filter(|key| placed.graphs.node(key).is_none()).filter_map(delivery).peekable();
    if gone.peek().is_none() {
        return Vec::new();
    }
    let names = placed.lock.storage_names();
    let (renamed, declared) = (containers_by_storage(placed), DeclaredNames::new(&placed.ecosystem, names));
    let is_exported = |container: &ContainerKey, dataset: &DatasetKey| {
        let export = |platform: &PlatformName| NodeKey::Export {
            platform: platform.clone(),
            dataset: dataset.clone(),
            container: container.clone().into(),
        };
        placed.graphs.iter().any(|graph| graph.node(&export(graph.platform())).is_some())
    };
    // What was renamed is known by its storage name; in the manifest, it may have the former name.
    let is_delivered = |(container, dataset): &(ContainerKey, DatasetKey)| {
        let now = || renamed.get(container).zip(declared.dataset(dataset));
        is_exported(container, dataset)
            || now().is_some_and(|(container, dataset)| is_exported(container, &dataset))
    };
    let former = gone.filter(|gone| !is_delivered(gone)).map(|(container, dataset)| FormerDelivery {
        container: renamed.get(&container).cloned().unwrap_or(container),
        dataset,
        source: None,
    });
    former.collect::<BTreeSet<_>>().into_iter().collect()
}

/// The place at which a dataset is, or was: with the team that has its data by the lock, since another one may have taken its name.
fn source(dataset: &DatasetKey, placed: &Placed, declared: &DeclaredNames<'_>) -> Option<ModelPath> {
    let place = |team: &TeamKey| {
        let team = OwnedPart::Team(team.clone()).path();
        let store = team.child(segment::DATASTORES, &dataset.datastore);
        store.child(segment::DATASETS, &dataset.dataset)
    };
    let stored = placed.given.storage_names().dataset(dataset);
    match placed.given.owner(&stored) {
        Some(TeamKey { zone, team, .. }) => {
            Some(place(&TeamKey::new(declared.zone(zone).unwrap_or(zone), team)))
        }
        None => placed.ecosystem.datastore(&dataset.datastore).map(|found| place(&found.team)),
    }
}

fn delivery(key: &NodeKey) -> Option<(ContainerKey, DatasetKey)> {
    match key {
        NodeKey::Export { dataset, container, .. } => Some((ContainerKey::clone(container), dataset.clone())),
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
    let Recapture { path, table, delivered, source, .. } = recapture;
    let message = format!(
        "the table `{table}` may have `{delivered}`, which was delivered there, and is removed with the next apply"
    );
    let help = "apply the removal before the table is captured; if it is another table, ask the zone of the data to waive this finding";
    let finding = |code: &CodeInfo| Diagnostic::new(code, path.clone(), message).with_help(help);
    match source {
        Some(source) => finding(&FORMER_DELIVERY).related_place(source.clone(), "was delivered there"),
        None => finding(&FORMER_DELIVERY.protecting(Protects::Ecosystem)),
    }
}
