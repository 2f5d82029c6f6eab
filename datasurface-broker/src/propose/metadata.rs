//! Metadata of nodes, from the model.

use datasurface_graph::{NodeDetail, NodeFacts};
use datasurface_model::{
    DatasetKey, Datastore, Ecosystem, Entity, Located, Repository, TeamKey, Valid, Workspace, WorkspaceName,
};
use datasurface_platform::{DatasetMetadata, NodeMetadata, SubjectMetadata};

/// What the model says of the parts that a node is there for.
pub(super) fn of_node(ecosystem: &Valid<Ecosystem>, facts: &NodeFacts) -> NodeMetadata {
    let workspace =
        |name: &WorkspaceName| ecosystem.workspace(name).and_then(|found| of_workspace(ecosystem, found));
    let datasets = |metadata: NodeMetadata, keys: &mut dyn Iterator<Item = &DatasetKey>| {
        keys.fold(metadata, |metadata, key| metadata.dataset(key.clone(), of_dataset(ecosystem, key)))
    };
    let subjects = |subjects: &mut dyn Iterator<Item = SubjectMetadata>| {
        subjects.fold(NodeMetadata::default(), NodeMetadata::subject)
    };
    match &facts.detail {
        NodeDetail::Ingest(ingest) => {
            let store = ecosystem.datastore(&ingest.datastore);
            let store = store.and_then(|found| of_datastore(ecosystem, found));
            datasets(
                subjects(&mut store.into_iter()),
                &mut ingest.datasets.iter().map(|dataset| &dataset.key),
            )
        }
        NodeDetail::Export(export) => {
            let consumers = export.consumers.iter().map(|consumer| &consumer.group.workspace);
            datasets(subjects(&mut consumers.filter_map(workspace)), &mut [&export.dataset.key].into_iter())
        }
        NodeDetail::Trigger(trigger) => subjects(&mut workspace(&trigger.workspace).into_iter()),
        NodeDetail::Transform(transform) => {
            let outputs = &mut transform.outputs.iter().map(|dataset| &dataset.key);
            datasets(subjects(&mut workspace(&transform.workspace).into_iter()), outputs)
        }
    }
}

fn of_datastore(ecosystem: &Ecosystem, found: &Located<Datastore>) -> Option<SubjectMetadata> {
    let (store, team) = (&found.entity, TeamKey::clone(&found.team));
    let owner = owner(ecosystem, &team)?;
    let subject = SubjectMetadata::new(store.name().as_str(), team, owner, store.production_status());
    Some(subject.with_documentation(store.documentation()).with_deprecation(store.deprecation()))
}

fn of_workspace(ecosystem: &Ecosystem, found: &Located<Workspace>) -> Option<SubjectMetadata> {
    let (workspace, team) = (&found.entity, TeamKey::clone(&found.team));
    let owner = owner(ecosystem, &team)?;
    let subject = SubjectMetadata::new(workspace.name().as_str(), team, owner, workspace.production_status());
    Some(subject.with_documentation(workspace.documentation()))
}

fn of_dataset(ecosystem: &Valid<Ecosystem>, key: &DatasetKey) -> DatasetMetadata {
    let Some(dataset) = ecosystem.dataset(key) else { return DatasetMetadata::default() };
    let columns = dataset.schema().table().columns().iter();
    let documented =
        columns.filter_map(|column| Some((column.name().clone(), column.documentation()?.clone())));
    documented.fold(
        DatasetMetadata::new(dataset.documentation(), dataset.deprecation()),
        |metadata, (name, documentation)| metadata.column(name, documentation),
    )
}

/// The repository of a team.
pub(super) fn owner(ecosystem: &Ecosystem, team: &TeamKey) -> Option<Repository> {
    let zone = ecosystem.zones().get(&team.zone)?.definition()?;
    Some(zone.teams().get(&team.team)?.owner().clone())
}
