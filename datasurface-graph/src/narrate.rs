//! From the small numbers of a node to what it is about, in names and values.

use crate::{
    estate::{DatasetId, Estate, GroupId, Origin, StoreId, TransformerId, WorkspaceId},
    facts::{
        CaptureFacts, Consumer, DatasetFacts, ExportFacts, IngestFacts, IngestSource, NodeDetail,
        TransformFacts, TriggerFacts,
    },
    graph::Payload,
    key::NodeKey,
    obligation::Custody,
};
use datasurface_model::{DatasetKey, Entity, GroupKey, PlatformName, WorkspaceName};
use std::collections::BTreeSet;

pub(crate) fn key(estate: &Estate, platform: &PlatformName, payload: &Payload) -> NodeKey {
    let platform = platform.clone();
    match payload {
        Payload::Export { container, store, dataset, .. } => NodeKey::Export {
            platform,
            container: estate.container(*container).0.clone(),
            dataset: dataset_key(estate, *store, *dataset),
        },
        Payload::Ingest { store, whole, datasets } => NodeKey::Ingest {
            platform,
            datastore: estate.store(*store).datastore.name().clone(),
            dataset: datasets
                .first()
                .filter(|_| !whole)
                .map(|(dataset, _)| estate.dataset(*store, *dataset).name().clone()),
        },
        Payload::Transform { transformer } => {
            NodeKey::Transform { platform, workspace: workspace_of(estate, *transformer) }
        }
        Payload::Trigger { transformer } => {
            NodeKey::Trigger { platform, workspace: workspace_of(estate, *transformer) }
        }
    }
}

fn workspace_of(estate: &Estate, transformer: TransformerId) -> WorkspaceName {
    estate.workspace(estate.transformer(transformer).workspace).workspace.name().clone()
}

pub(crate) fn detail(estate: &Estate, platform: &PlatformName, payload: &Payload) -> NodeDetail {
    match payload {
        Payload::Export { container, store, dataset, consumers } => {
            let (container_key, container) = estate.container(*container).clone();
            let consumers: Vec<Consumer> =
                consumers.iter().map(|(workspace, group)| consumer(estate, *workspace, *group)).collect();
            let custody = consumers.iter().fold(Custody::default(), |all, consumer| {
                all.join(Custody::for_consumer(&consumer.requirements))
            });
            NodeDetail::Export(ExportFacts {
                container_key,
                container,
                dataset: dataset_facts(estate, *store, *dataset, custody),
                consumers,
            })
        }
        Payload::Ingest { store, datasets, .. } => NodeDetail::Ingest(IngestFacts {
            datastore: estate.store(*store).datastore.name().clone(),
            source: source(estate, platform, *store, datasets),
            datasets: datasets
                .iter()
                .map(|(dataset, custody)| dataset_facts(estate, *store, *dataset, *custody))
                .collect(),
        }),
        Payload::Transform { transformer } => NodeDetail::Transform(transform(estate, *transformer)),
        Payload::Trigger { transformer } => NodeDetail::Trigger(trigger(estate, *transformer)),
    }
}

fn source(
    estate: &Estate,
    platform: &PlatformName,
    store: StoreId,
    datasets: &[(DatasetId, Custody)],
) -> IngestSource {
    let entry = estate.store(store);
    let primary = entry.primary.map(|primary| estate.platform(primary));
    if let Some(primary) = primary.filter(|primary| *primary != platform) {
        return IngestSource::Platform { platform: primary.clone() };
    }
    match &entry.origin {
        Origin::Made { by } => IngestSource::Transformer { workspace: workspace_of(estate, *by) },
        Origin::Captured { container, capture } => {
            let (container_key, container) = estate.container(*container).clone();
            let names: BTreeSet<_> =
                datasets.iter().map(|(dataset, _)| estate.dataset(store, *dataset).name()).collect();
            IngestSource::Container(Box::new(CaptureFacts {
                container_key,
                container,
                capture: capture.narrowed(&names),
            }))
        }
    }
}

fn trigger(estate: &Estate, id: TransformerId) -> TriggerFacts {
    let unit = estate.transformer(id);
    let inputs = inputs(estate, unit.workspace).into_iter();
    TriggerFacts {
        workspace: workspace_of(estate, id),
        trigger: unit.transformer.trigger().clone(),
        inputs: inputs.map(|(store, dataset)| dataset_key(estate, store, dataset)).collect(),
    }
}

fn transform(estate: &Estate, id: TransformerId) -> TransformFacts {
    let unit = estate.transformer(id);
    let (container_key, container) = estate.container(unit.container).clone();
    let live = Custody { live: true, ..Custody::default() };
    let output = estate.store_id(unit.transformer.output());
    let outputs = output.into_iter().flat_map(|store| {
        let datasets = 0..estate.store(store).datastore.datasets().len();
        datasets.map(move |dataset| dataset_facts(estate, store, DatasetId::at(dataset), live))
    });
    let inputs = inputs(estate, unit.workspace).into_iter();
    TransformFacts {
        workspace: workspace_of(estate, id),
        container_key,
        container,
        artifact: unit.transformer.artifact().clone(),
        inputs: inputs.map(|(store, dataset)| dataset_facts(estate, store, dataset, live)).collect(),
        output: unit.transformer.output().clone(),
        outputs: outputs.collect(),
    }
}

/// What a transformer's workspace reads: every dataset of every group, once.
fn inputs(estate: &Estate, workspace: WorkspaceId) -> BTreeSet<(StoreId, DatasetId)> {
    let groups = estate.workspace(workspace).workspace.groups().iter();
    groups
        .flat_map(|group| group.wanted())
        .filter_map(|sink| {
            let store = estate.store_id(&sink.name().datastore)?;
            let dataset = estate.store(store).datastore.datasets().index_of(&sink.name().dataset)?;
            Some((store, DatasetId::at(dataset)))
        })
        .collect()
}

fn consumer(estate: &Estate, workspace: WorkspaceId, group: GroupId) -> Consumer {
    let unit = &estate.workspace(workspace).workspace;
    let group = estate.group(workspace, group);
    Consumer {
        group: GroupKey::new(unit.name(), group.name()),
        priority: unit.declared_priority(),
        requirements: group.requirements().clone(),
        transforms: unit.data_transformer().is_some(),
    }
}

fn dataset_key(estate: &Estate, store: StoreId, dataset: DatasetId) -> DatasetKey {
    DatasetKey::new(estate.store(store).datastore.name(), estate.dataset(store, dataset).name())
}

fn dataset_facts(estate: &Estate, store: StoreId, dataset: DatasetId, custody: Custody) -> DatasetFacts {
    let unit = estate.dataset(store, dataset);
    DatasetFacts {
        key: dataset_key(estate, store, dataset),
        schema: unit.schema().clone(),
        classifications: unit.classifications().clone(),
        custody,
    }
}
