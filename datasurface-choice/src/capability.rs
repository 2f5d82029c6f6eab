//! What a platform lacks by what its descriptor claims.

use crate::lack::Lack;
use datasurface_model::{
    ContainerKey, ContainerTechnology, DataTransformer, Dataset, DatasetGroup, DatasetKey, DatasetName,
    DatasetSink, Datastore, Ecosystem, Entity, GroupKey, InvalidRows, Milestoning, Valid, Workspace,
};
use datasurface_platform::{Ability, PlatformDescriptor};
use std::collections::BTreeSet;

/// What a platform lacks to serve a group of a workspace.
pub(crate) fn for_group(
    descriptor: &PlatformDescriptor,
    ecosystem: &Valid<Ecosystem>,
    workspace: &Workspace,
    group: &DatasetGroup,
) -> Vec<Lack> {
    let container = technology(ecosystem, workspace.container());
    let mut needed = Vec::from_iter(container.clone().map(Ability::ExportTarget));
    needed.extend(first_keyless(group.sinks().iter().map(|sink| sink.name().clone()).filter(|key| {
        let store = ecosystem.datastore(&key.datastore).and_then(|store| store.entity.capture());
        store.is_some_and(|capture| capture.is_keyless(&key.dataset))
    })));
    needed.extend(Ability::of_requirements(group.requirements()));
    needed.extend(undelivered(descriptor, ecosystem, group, container.as_ref()));
    if let Some(container) = container {
        needed.extend(workspace.entitlement().principals().map(|principal| Ability::Grant {
            group: GroupKey::new(workspace.name(), group.name()),
            principal: principal.clone(),
            container: container.clone(),
        }));
    }
    lacks(descriptor, needed)
}

/// What a platform lacks to capture these datasets of a datastore from its container.
pub(crate) fn for_capture(
    descriptor: &PlatformDescriptor,
    ecosystem: &Valid<Ecosystem>,
    (datastore, datasets): (&Datastore, &BTreeSet<&DatasetName>),
) -> Vec<Lack> {
    let Some(capture) = datastore.capture() else {
        return vec![Lack::Capture];
    };
    let source = technology(ecosystem, Some(capture.container()));
    let mut needed = vec![Ability::CaptureKind(capture.kind().technology())];
    needed.extend(first_keyless(
        capture.keyless_datasets().map(|dataset| DatasetKey::new(datastore.name(), dataset)),
    ));
    needed.extend(source.clone().map(Ability::CaptureSource));
    needed.push(Ability::Consistency(capture.consistency()));
    needed.push(Ability::Trigger(capture.trigger().into()));
    needed.extend(kept(descriptor, datastore, datasets, source.as_ref()));
    lacks(descriptor, needed)
}

/// What a platform lacks to run the transformer of a workspace, which fills a datastore with these datasets.
pub(crate) fn for_transformer(
    descriptor: &PlatformDescriptor,
    ecosystem: &Valid<Ecosystem>,
    workspace: &Workspace,
    transformer: &DataTransformer,
    (output, datasets): (&Datastore, &BTreeSet<&DatasetName>),
) -> Vec<Lack> {
    let mut needed = vec![
        Ability::Artifact(transformer.artifact().technology()),
        Ability::Trigger(transformer.trigger().into()),
        Ability::Milestoning(Milestoning::Live),
    ];
    let container = technology(ecosystem, workspace.container());
    for group in workspace.groups() {
        needed.extend(undelivered(descriptor, ecosystem, group, container.as_ref()));
    }
    needed.extend(container.map(Ability::ExportTarget));
    needed.extend(kept(descriptor, output, datasets, None));
    lacks(descriptor, needed)
}

/// The abilities to keep these datasets as they are declared. Of types, only those that are lacking are among them.
fn kept(
    descriptor: &PlatformDescriptor,
    datastore: &Datastore,
    datasets: &BTreeSet<&DatasetName>,
    source: Option<&ContainerTechnology>,
) -> Vec<Ability> {
    let mut needed = Vec::new();
    let wanted = |dataset: &&Dataset| datasets.contains(dataset.name());
    for dataset in datastore.datasets().iter().filter(wanted) {
        let key = DatasetKey::new(datastore.name(), dataset.name());
        needed.extend(descriptor.uncarried(&key, dataset.schema().table(), source));
        let check = |kind| Ability::Check { dataset: key.clone(), kind };
        needed.extend(dataset.quality_checks().map(|one| check(one.into())));
        if dataset.invalid_rows() == InvalidRows::SetAside {
            needed.push(Ability::SetAside(key));
        }
    }
    needed
}

/// What is lacking to carry the datasets of a group to its container.
fn undelivered<'a>(
    descriptor: &'a PlatformDescriptor,
    ecosystem: &'a Valid<Ecosystem>,
    group: &'a DatasetGroup,
    container: Option<&'a ContainerTechnology>,
) -> impl Iterator<Item = Ability> + 'a {
    group.sinks().iter().map(DatasetSink::name).flat_map(move |key| {
        let store = ecosystem.datastore(&key.datastore);
        let dataset = store.and_then(|store| store.entity.datasets().get(&key.dataset));
        let table = dataset.map(|dataset| dataset.schema().table());
        table.into_iter().flat_map(move |table| descriptor.uncarried(key, table, container))
    })
}

fn technology(ecosystem: &Valid<Ecosystem>, container: Option<&ContainerKey>) -> Option<ContainerTechnology> {
    Some(ecosystem.container(container?)?.kind().technology())
}

/// One dataset without a key says enough.
fn first_keyless(datasets: impl IntoIterator<Item = DatasetKey>) -> Option<Ability> {
    datasets.into_iter().next().map(Ability::Keyless)
}

fn lacks(descriptor: &PlatformDescriptor, needed: Vec<Ability>) -> Vec<Lack> {
    let unclaimed = needed.into_iter().filter(|ability| !descriptor.claims(ability));
    unclaimed.map(|ability| Lack::of(ability, descriptor)).collect()
}
