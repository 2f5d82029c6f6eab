//! From the small numbers of a node to what it is about, in names and values.

use crate::{
    facts::{
        CaptureFacts, DatasetFacts, ExportFacts, IngestFacts, IngestSource, NodeDetail, TransformFacts,
        TriggerFacts,
    },
    fragments::{
        DatasetId, DatastoreFragment, Ingest, NodeRef, Origin, PlatformPart, TransformerFragment,
        former_inputs,
    },
    key::NodeKey,
    obligation::Custody,
};
use datasurface_model::{
    Capture, ContainerKey, Dataset, DatasetKey, DatasetName, Datastore, Entity, InvalidRows, PlatformName,
    QualityCheck, Set,
};
use std::sync::Arc;

pub(crate) fn key(platform: &PlatformName, at: NodeRef<'_>) -> NodeKey {
    let platform = platform.clone();
    match at {
        NodeRef::Export { datastore_fragment, export, .. } => NodeKey::Export {
            platform,
            container: Arc::clone(&export.site.key),
            dataset: dataset_key(&datastore_fragment.datastore, export.dataset),
        },
        NodeRef::Ingest { datastore_fragment, part, ingest } => NodeKey::Ingest {
            platform,
            datastore: datastore_fragment.name().clone(),
            dataset: captured(datastore_fragment, part, ingest).next().filter(|_| !part.whole).cloned(),
        },
        NodeRef::Transform(transformer_fragment) => {
            NodeKey::Transform { platform, workspace: transformer_fragment.name().clone() }
        }
        NodeRef::Trigger(transformer_fragment) => {
            NodeKey::Trigger { platform, workspace: transformer_fragment.name().clone() }
        }
    }
}

pub(crate) fn detail(at: NodeRef<'_>) -> NodeDetail {
    match at {
        NodeRef::Export { datastore_fragment, part, export } => NodeDetail::Export(ExportFacts {
            container_key: ContainerKey::clone(&export.site.key),
            container: Arc::clone(&export.site.container),
            dataset: dataset_facts(
                &datastore_fragment.datastore,
                export.dataset,
                part.kept_by_export(export),
            ),
            consumers: part.readers(export).iter().map(|reader| reader.consumer.clone()).collect(),
        }),
        NodeRef::Ingest { datastore_fragment, part, ingest } => NodeDetail::Ingest(IngestFacts {
            datastore: datastore_fragment.name().clone(),
            source: source(datastore_fragment, part, ingest),
            datasets: part
                .kept(ingest)
                .iter()
                .map(|(dataset, custody)| DatasetFacts {
                    checks: checks(datastore_fragment, part, *dataset),
                    invalid_rows: invalid_rows(datastore_fragment, part, *dataset),
                    ..dataset_facts(&datastore_fragment.datastore, *dataset, *custody)
                })
                .collect(),
        }),
        NodeRef::Transform(transformer_fragment) => NodeDetail::Transform(transform(transformer_fragment)),
        NodeRef::Trigger(transformer_fragment) => NodeDetail::Trigger(trigger(transformer_fragment)),
    }
}

/// What is judged where data enters, and nowhere else: whoever takes it over gets what passed.
fn checks(
    datastore_fragment: &DatastoreFragment,
    part: &PlatformPart,
    dataset: DatasetId,
) -> Set<QualityCheck> {
    let checks = dataset.get_in(&datastore_fragment.datastore).quality_checks();
    checks.filter(|_| part.platform == datastore_fragment.primary).cloned().collect()
}

fn invalid_rows(
    datastore_fragment: &DatastoreFragment,
    part: &PlatformPart,
    dataset: DatasetId,
) -> InvalidRows {
    let is_judged = part.platform == datastore_fragment.primary;
    if is_judged {
        dataset.get_in(&datastore_fragment.datastore).invalid_rows()
    } else {
        InvalidRows::default()
    }
}

fn source(datastore_fragment: &DatastoreFragment, part: &PlatformPart, ingest: &Ingest) -> IngestSource {
    if part.platform != datastore_fragment.primary {
        return IngestSource::Platform { platform: datastore_fragment.primary.clone() };
    }
    match &datastore_fragment.origin {
        Origin::Made { by } => IngestSource::Transformer { workspace: by.clone() },
        Origin::Captured { site, capture, credential } => {
            let datasets =
                || part.kept(ingest).iter().map(|(dataset, _)| datastore_fragment.dataset(*dataset));
            let names: Set<_> = datasets().map(Dataset::name).collect();
            IngestSource::Container(Box::new(CaptureFacts {
                container_key: ContainerKey::clone(&site.key),
                container: Arc::clone(&site.container),
                capture: datasets().fold(capture.restricted_to(&names), Capture::with_former_source),
                credential: credential.as_deref().cloned(),
            }))
        }
    }
}

fn captured<'s>(
    datastore_fragment: &'s DatastoreFragment,
    part: &'s PlatformPart,
    ingest: &Ingest,
) -> impl Iterator<Item = &'s DatasetName> {
    part.kept(ingest).iter().map(|(dataset, _)| datastore_fragment.dataset(*dataset).name())
}

fn trigger(transformer_fragment: &TransformerFragment) -> TriggerFacts {
    TriggerFacts {
        workspace: transformer_fragment.name().clone(),
        trigger: transformer_fragment.transformer.trigger().clone(),
        inputs: transformer_fragment
            .inputs()
            .map(|(datastore, dataset)| dataset_key(datastore, dataset))
            .collect(),
    }
}

fn transform(transformer_fragment: &TransformerFragment) -> TransformFacts {
    let live = Custody { live: true, ..Custody::default() };
    let outputs = 0..transformer_fragment.output.datasets().len();
    TransformFacts {
        workspace: transformer_fragment.name().clone(),
        container_key: ContainerKey::clone(&transformer_fragment.site.key),
        container: Arc::clone(&transformer_fragment.site.container),
        artifact: transformer_fragment.transformer.artifact().clone(),
        inputs: transformer_fragment
            .inputs()
            .map(|(datastore, dataset)| dataset_facts(datastore, dataset, live))
            .collect(),
        former_inputs: former_inputs(transformer_fragment),
        output: transformer_fragment.output().clone(),
        outputs: outputs
            .map(|at| dataset_facts(&transformer_fragment.output, DatasetId::from_index(at), live))
            .collect(),
    }
}

fn dataset_key(datastore: &Datastore, dataset: DatasetId) -> DatasetKey {
    DatasetKey::new(datastore.name(), dataset.get_in(datastore).name())
}

fn dataset_facts(datastore: &Datastore, dataset: DatasetId, custody: Custody) -> DatasetFacts {
    let unit = dataset.get_in(datastore);
    DatasetFacts {
        key: dataset_key(datastore, dataset),
        schema: unit.schema().as_table(),
        classifications: unit.classifications().clone(),
        custody,
        checks: Set::new(),
        invalid_rows: InvalidRows::default(),
        storage: None,
    }
}
