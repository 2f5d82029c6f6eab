//! What a platform lacks by what its descriptor claims.

use crate::lack::Lack;
use datasurface_graph::{Custody, RetentionPeriod};
use datasurface_model::{
    ContainerKey, DataTransformer, DatasetGroup, DatasetKey, Datastore, Ecosystem, Entity, Milestoning,
    Valid, Workspace,
};
use datasurface_platform::PlatformDescriptor;

/// What a platform lacks to serve a group of a workspace.
pub(crate) fn for_group(
    descriptor: &PlatformDescriptor,
    ecosystem: &Valid<Ecosystem>,
    workspace: &Workspace,
    group: &DatasetGroup,
) -> Vec<Lack> {
    let mut lacks = Vec::new();
    lacks.extend(unreached(descriptor, ecosystem, workspace.container()));
    let wanted = group.sinks().iter().map(|sink| sink.name().clone());
    lacks.extend(keyless(
        descriptor,
        wanted.filter(|key| {
            let store = ecosystem.datastore(&key.datastore).and_then(|store| store.entity.capture());
            store.is_some_and(|capture| capture.is_keyless(&key.dataset))
        }),
    ));
    let requirements = group.requirements();
    lacks.extend(unseen(descriptor, requirements.milestoning));
    if let (Some(wanted), Some(best)) = (requirements.latency, descriptor.best_latency())
        && wanted < best
    {
        lacks.push(Lack::Latency { wanted, best });
    }
    if let (Some(wanted), Some(longest)) =
        (Custody::for_consumer(requirements).retention, descriptor.longest_retention())
        && wanted > RetentionPeriod::For(longest)
    {
        lacks.push(Lack::Retention { wanted, longest });
    }
    lacks
}

/// What a platform lacks to capture a datastore from its container.
pub(crate) fn for_capture(
    descriptor: &PlatformDescriptor,
    ecosystem: &Valid<Ecosystem>,
    datastore: &Datastore,
) -> Vec<Lack> {
    let mut lacks = Vec::new();
    let Some(capture) = datastore.capture() else {
        return vec![Lack::Capture];
    };
    let kind = capture.kind().technology();
    if !descriptor.captures().contains(&kind) {
        lacks.push(Lack::CaptureKind(kind));
    }
    let datasets = capture.keyless_datasets();
    lacks.extend(keyless(descriptor, datasets.map(|dataset| DatasetKey::new(datastore.name(), dataset))));
    let source = ecosystem.container(capture.container()).map(|container| container.kind().technology());
    lacks.extend(
        source.filter(|source| !descriptor.capture_sources().contains(source)).map(Lack::CaptureSource),
    );
    if !descriptor.consistencies().contains(&capture.consistency()) {
        lacks.push(Lack::Consistency(capture.consistency()));
    }
    lacks
}

/// What a platform lacks to run the transformer of a workspace.
pub(crate) fn for_transformer(
    descriptor: &PlatformDescriptor,
    ecosystem: &Valid<Ecosystem>,
    workspace: &Workspace,
    transformer: &DataTransformer,
) -> Vec<Lack> {
    let mut lacks = Vec::new();
    let artifact = transformer.artifact().technology();
    if !descriptor.artifacts().contains(&artifact) {
        lacks.push(Lack::Artifact(artifact));
    }
    lacks.extend(unseen(descriptor, Milestoning::Live));
    lacks.extend(unreached(descriptor, ecosystem, workspace.container()));
    lacks
}

fn unreached(
    descriptor: &PlatformDescriptor,
    ecosystem: &Valid<Ecosystem>,
    container: Option<&ContainerKey>,
) -> Option<Lack> {
    let technology = ecosystem.container(container?)?.kind().technology();
    let is_reached = descriptor.export_targets().contains(&technology);
    (!is_reached).then_some(Lack::ExportTarget(technology))
}

fn unseen(descriptor: &PlatformDescriptor, milestoning: Milestoning) -> Option<Lack> {
    (!descriptor.milestonings().contains(&milestoning)).then_some(Lack::Milestoning(milestoning))
}

/// The lack of a platform that cannot keep these datasets, which have no key.
fn keyless(descriptor: &PlatformDescriptor, datasets: impl IntoIterator<Item = DatasetKey>) -> Option<Lack> {
    datasets.into_iter().next().filter(|_| !descriptor.keeps_keyless()).map(Lack::Keyless)
}
