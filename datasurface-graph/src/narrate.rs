//! From the small numbers of a node to what it is about, in names and values.

use crate::{
    facts::{
        CaptureFacts, DatasetFacts, ExportFacts, IngestFacts, IngestSource, NodeDetail, TransformFacts,
        TriggerFacts,
    },
    fragments::{DatasetId, DatastoreFragment, Ingest, NodeRef, Origin, PlatformPart, TransformerFragment},
    key::NodeKey,
    obligation::Custody,
};
use datasurface_model::{
    Capture, Dataset, DatasetKey, DatasetName, Datastore, Entity, InvalidRows, PlatformName, QualityCheck,
    Set,
};

pub(crate) fn key(platform: &PlatformName, at: NodeRef<'_>) -> NodeKey {
    let platform = platform.clone();
    match at {
        NodeRef::Export { supply, export, .. } => NodeKey::Export {
            platform,
            container: export.site.key.clone(),
            dataset: dataset_key(&supply.datastore, export.dataset),
        },
        NodeRef::Ingest { supply, part, ingest } => NodeKey::Ingest {
            platform,
            datastore: supply.name().clone(),
            dataset: captured(supply, part, ingest).next().filter(|_| !part.whole).cloned(),
        },
        NodeRef::Transform(derivation) => {
            NodeKey::Transform { platform, workspace: derivation.name().clone() }
        }
        NodeRef::Trigger(derivation) => NodeKey::Trigger { platform, workspace: derivation.name().clone() },
    }
}

pub(crate) fn detail(at: NodeRef<'_>) -> NodeDetail {
    match at {
        NodeRef::Export { supply, part, export } => NodeDetail::Export(ExportFacts {
            container_key: export.site.key.clone(),
            container: export.site.container.clone(),
            dataset: dataset_facts(&supply.datastore, export.dataset, part.kept_by_export(export)),
            consumers: part.readers(export).iter().map(|reader| reader.consumer.clone()).collect(),
        }),
        NodeRef::Ingest { supply, part, ingest } => NodeDetail::Ingest(IngestFacts {
            datastore: supply.name().clone(),
            source: source(supply, part, ingest),
            datasets: part
                .kept(ingest)
                .iter()
                .map(|(dataset, custody)| DatasetFacts {
                    checks: checks(supply, part, *dataset),
                    invalid_rows: invalid_rows(supply, part, *dataset),
                    ..dataset_facts(&supply.datastore, *dataset, *custody)
                })
                .collect(),
        }),
        NodeRef::Transform(derivation) => NodeDetail::Transform(transform(derivation)),
        NodeRef::Trigger(derivation) => NodeDetail::Trigger(trigger(derivation)),
    }
}

/// What is judged where data enters, and nowhere else: whoever takes it over gets what passed.
fn checks(supply: &DatastoreFragment, part: &PlatformPart, dataset: DatasetId) -> Set<QualityCheck> {
    let checks = dataset.get_in(&supply.datastore).quality_checks();
    checks.filter(|_| part.platform == supply.primary).cloned().collect()
}

fn invalid_rows(supply: &DatastoreFragment, part: &PlatformPart, dataset: DatasetId) -> InvalidRows {
    let is_judged = part.platform == supply.primary;
    if is_judged { dataset.get_in(&supply.datastore).invalid_rows() } else { InvalidRows::default() }
}

fn source(supply: &DatastoreFragment, part: &PlatformPart, ingest: &Ingest) -> IngestSource {
    if part.platform != supply.primary {
        return IngestSource::Platform { platform: supply.primary.clone() };
    }
    match &supply.origin {
        Origin::Made { by } => IngestSource::Transformer { workspace: by.clone() },
        Origin::Captured { site, capture } => {
            let datasets = || part.kept(ingest).iter().map(|(dataset, _)| supply.dataset(*dataset));
            let names: Set<_> = datasets().map(Dataset::name).collect();
            IngestSource::Container(Box::new(CaptureFacts {
                container_key: site.key.clone(),
                container: site.container.clone(),
                capture: datasets().fold(capture.restricted_to(&names), Capture::with_former_source),
            }))
        }
    }
}

fn captured<'s>(
    supply: &'s DatastoreFragment,
    part: &'s PlatformPart,
    ingest: &Ingest,
) -> impl Iterator<Item = &'s DatasetName> {
    part.kept(ingest).iter().map(|(dataset, _)| supply.dataset(*dataset).name())
}

fn trigger(derivation: &TransformerFragment) -> TriggerFacts {
    TriggerFacts {
        workspace: derivation.name().clone(),
        trigger: derivation.transformer.trigger().clone(),
        inputs: derivation.inputs().map(|(datastore, dataset)| dataset_key(datastore, dataset)).collect(),
    }
}

fn transform(derivation: &TransformerFragment) -> TransformFacts {
    let live = Custody { live: true, ..Custody::default() };
    let outputs = 0..derivation.output.datasets().len();
    TransformFacts {
        workspace: derivation.name().clone(),
        container_key: derivation.site.key.clone(),
        container: derivation.site.container.clone(),
        artifact: derivation.transformer.artifact().clone(),
        inputs: derivation
            .inputs()
            .map(|(datastore, dataset)| dataset_facts(datastore, dataset, live))
            .collect(),
        output: derivation.output().clone(),
        outputs: outputs
            .map(|at| dataset_facts(&derivation.output, DatasetId::from_index(at), live))
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
    }
}
