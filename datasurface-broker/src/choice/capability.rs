//! What a platform cannot do, in words.

use datasurface_graph::{Custody, RetentionPeriod};
use datasurface_model::{
    Consistency, ContainerKey, DataTransformer, DatasetGroup, Datastore, Ecosystem, Entity, Milestoning,
    Valid, Workspace,
};
use datasurface_platform::PlatformDescriptor;
use std::{collections::BTreeSet, fmt};

/// Why a platform cannot serve a group of a workspace. Empty if it can.
pub(crate) fn serving_obstacles(
    descriptor: &PlatformDescriptor,
    ecosystem: &Valid<Ecosystem>,
    workspace: &Workspace,
    group: &DatasetGroup,
) -> Vec<String> {
    let mut reasons = Vec::new();
    reasons.extend(unreached(descriptor, ecosystem, workspace.container()));
    let wanted = group.sinks().iter().map(|sink| sink.name());
    reasons.extend(keyless(
        descriptor,
        wanted.filter(|key| {
            let store = ecosystem.datastore(&key.datastore).and_then(|store| store.entity.capture());
            store.is_some_and(|capture| capture.is_keyless(&key.dataset))
        }),
    ));
    let requirements = group.requirements();
    let milestoning = requirements.milestoning;
    if !descriptor.milestonings().contains(&milestoning) {
        reasons.push(format!("it cannot show {}", versions(milestoning)));
    }
    if let (Some(wanted), Some(least)) = (requirements.latency, descriptor.best_latency())
        && wanted < least
    {
        reasons.push(format!("it cannot be faster than {least}, and {wanted} is asked for"));
    }
    if let (Some(wanted), Some(most)) =
        (Custody::for_consumer(requirements).retention, descriptor.longest_retention())
        && wanted > RetentionPeriod::For(most)
    {
        reasons.push(format!("it cannot keep data for more than {most}, and it is to be kept for {wanted}"));
    }
    reasons
}

/// Why a platform cannot capture a datastore from its container. Empty if it can.
pub(crate) fn capture_obstacles(
    descriptor: &PlatformDescriptor,
    ecosystem: &Valid<Ecosystem>,
    datastore: &Datastore,
) -> Vec<String> {
    let mut reasons = Vec::new();
    let Some(capture) = datastore.capture() else {
        return vec![format!("`{}` has no capture", datastore.name())];
    };
    let way = capture.kind().technology();
    if !descriptor.captures().contains(way) {
        reasons.push(format!("it cannot capture by {way}"));
    }
    reasons.extend(keyless(descriptor, capture.keyless_datasets()));
    if let Some(container) = ecosystem.container(capture.container())
        && !descriptor.capture_sources().contains(container.kind().technology())
    {
        reasons.push(format!("it cannot capture from {}", container.kind().technology()));
    }
    if !descriptor.consistencies().contains(&capture.consistency()) {
        reasons.push(match capture.consistency() {
            Consistency::MultiDataset => "it cannot read a datastore in one transaction".to_owned(),
            Consistency::SingleDataset => "it cannot read datasets one by one".to_owned(),
        });
    }
    reasons
}

/// Why a platform cannot run the transformer of a workspace. Empty if it can.
pub(crate) fn transformer_obstacles(
    descriptor: &PlatformDescriptor,
    ecosystem: &Valid<Ecosystem>,
    workspace: &Workspace,
    transformer: &DataTransformer,
) -> Vec<String> {
    let mut reasons = Vec::new();
    let artifact = transformer.artifact().technology();
    if !descriptor.artifacts().contains(artifact) {
        reasons.push(format!("it cannot run transformers in {artifact}"));
    }
    if !descriptor.milestonings().contains(&Milestoning::Live) {
        reasons.push(format!("it cannot show {}", versions(Milestoning::Live)));
    }
    reasons.extend(unreached(descriptor, ecosystem, workspace.container()));
    reasons
}

fn unreached(
    descriptor: &PlatformDescriptor,
    ecosystem: &Valid<Ecosystem>,
    container: Option<&ContainerKey>,
) -> Option<String> {
    let technology = ecosystem.container(container?)?.kind().technology();
    let reached: &BTreeSet<String> = descriptor.export_targets();
    (!reached.contains(technology)).then(|| format!("it cannot bring data to {technology}"))
}

/// Why it cannot keep these datasets, which have no key.
fn keyless(
    descriptor: &PlatformDescriptor,
    datasets: impl IntoIterator<Item = impl fmt::Display>,
) -> Option<String> {
    let first = datasets.into_iter().next().filter(|_| !descriptor.keeps_keyless())?;
    Some(format!("it cannot keep datasets without a key, such as `{first}`"))
}

fn versions(milestoning: Milestoning) -> &'static str {
    match milestoning {
        Milestoning::Live => "live data",
        Milestoning::Forensic => "every version of a record",
        Milestoning::LiveAndForensic => "live data beside every version of a record",
    }
}
