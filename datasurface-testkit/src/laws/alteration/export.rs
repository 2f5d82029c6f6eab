//! Exports: what is delivered, where, and what each consumer asks for.

use super::{
    Alteration, changed,
    container::{needs_credential, other_credential, readdressed},
    dataset::with_column,
};
use datasurface_graph::{Consumer, ExportFacts, NodeDetail, NodeFacts, Obligation};
use datasurface_model::Milestoning;
use datasurface_platform::PlatformDescriptor;

/// Returns other facts of an export: the dataset, the address of the container, and what each consumer asks for.
pub(super) fn all(
    facts: &NodeFacts,
    export: &ExportFacts,
    descriptor: &PlatformDescriptor,
) -> Vec<Alteration> {
    let other =
        |fact: String, changed: ExportFacts| Alteration::of_detail(fact, facts, NodeDetail::Export(changed));
    // Neither its key is altered nor a type: who shows every version need not know the one, and who passes on what is captured not the other.
    let columns = changed(export, |export| export.dataset = with_column(&export.dataset));
    let mut altered = vec![other(format!("columns of `{}`", export.dataset.key), columns).seen()];
    altered.extend(readdressed(&export.container).map(|container| {
        let fact = format!("address of `{}`", export.container_key);
        other(fact, changed(export, |export| export.container = container.into()))
    }));
    // A transformer reads what it is given.
    let consumers = export.consumers.iter().enumerate().filter(|(_, consumer)| !consumer.transforms);
    for (at, consumer) in consumers {
        for (fact, changed) in asked(consumer, export, descriptor) {
            let mut export = export.clone();
            // More is owed by the node, too.
            let owed = Obligation::for_consumer(&changed.requirements, changed.priority, None);
            if let Some(consumer) = export.consumers.get_mut(at) {
                *consumer = changed;
            }
            let is_seen = fact == MILESTONING;
            let fact = format!("{fact} of `{}`", consumer.group);
            let mut alteration = Alteration { is_seen, ..other(fact, export) };
            alteration.facts.obligation = alteration.facts.obligation.join(&owed);
            altered.push(alteration);
        }
    }
    altered
}

/// The versions that a consumer sees.
const MILESTONING: &str = "milestoning";

/// What a consumer may ask for instead.
fn asked(
    consumer: &Consumer,
    export: &ExportFacts,
    descriptor: &PlatformDescriptor,
) -> Vec<(&'static str, Consumer)> {
    let mut altered = Vec::new();
    let mut add = |fact, change: &dyn Fn(&mut Consumer)| {
        let mut changed = consumer.clone();
        change(&mut changed);
        altered.push((fact, changed));
    };
    if let Some(milestoning) = other_milestoning(consumer.requirements.milestoning, descriptor) {
        add(MILESTONING, &|consumer| consumer.requirements.milestoning = milestoning);
    }
    if needs_credential(&export.container) {
        add("credential", &|consumer| consumer.credential = Some(other_credential()));
    }
    let stricter = |best: &_| consumer.requirements.latency.is_none_or(|latency| latency > *best);
    if let Some(latency) = descriptor.best_latency().filter(stricter) {
        add("latency", &|consumer| consumer.requirements.latency = Some(latency));
    }
    altered
}

fn other_milestoning(now: Milestoning, descriptor: &PlatformDescriptor) -> Option<Milestoning> {
    descriptor.milestonings().iter().copied().find(|claimed| *claimed != now)
}
