//! Receptions: what another platform publishes in batches, and the topics that the runtime writes it into; one for each datastore.
//!
//! Connect has no source of such files, so the runtime itself is the producer. How far it is is in a topic beside: `runtime/reception/`.

use super::{
    Context,
    acl::{RULES, Rule, RuleOperation, RuleResource},
    cluster,
    source::service_topic,
    subject::Subjects,
    topic::{self, NAME},
};
use crate::record_type::RecordType;
use datasurface_platform::{BatchesAddress, prelude::*};
use std::collections::BTreeSet;

/// The kind of the resource, and of what its nodes share.
pub(crate) const KIND: &str = "reception";

/// The purpose of the topic with the positions.
pub(super) const POSITIONS: &str = "positions";

/// The longest name of a reception, in characters.
const NAME_LIMIT: usize = 120;

/// What the runtime writes into topics, and how far it is.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Reception {
    /// The name by which the runtime produces: whoever produces by it fences off all others.
    pub(crate) name: String,
    /// The topic that says how far it is.
    pub(crate) positions: String,
    pub(crate) datasets: Vec<ReceivedDataset>,
    /// The rights of the user as which the runtime logs in, where brokers ask for rules.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) rules: BTreeSet<Rule>,
}

/// A dataset that is received.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ReceivedDataset {
    pub(crate) dataset: DatasetKey,
    /// The folder of the batches, relative to the root that platforms share.
    pub(crate) folder: String,
    /// The dataset, as manifests name it.
    pub(crate) published_as: DatasetName,
    pub(crate) topic: String,
    pub(crate) columns: Vec<ReceivedColumn>,
    pub(crate) key: Vec<ColumnName>,
}

/// A column that is received.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ReceivedColumn {
    pub(crate) name: ColumnName,
    /// The type, in the words of the model.
    #[serde(rename = "type")]
    pub(crate) data_type: String,
    pub(crate) nullable: bool,
}

/// The part of a node: a dataset.
#[derive(Debug, Serialize, Deserialize)]
struct Part {
    received: ReceivedDataset,
    /// The address of the resource of the topic.
    needs: String,
}

/// Returns the parts of what another platform captures for all. They are there while it is fed: what is held is received no more.
pub(super) fn parts(context: Context<'_>, node: &NodeView, ingest: &IngestFacts) -> Vec<SharedPart> {
    let (IngestSource::Platform { .. }, NodeKey::Ingest { datastore, .. }) =
        (&ingest.source, node.facts().storage_key())
    else {
        return Vec::new();
    };
    let key = SharedKey::after(KIND, slug(&[datastore.as_str()], NAME_LIMIT));
    let part = |dataset: &DatasetFacts| {
        // Lint reports what cannot be read.
        let address = batches_address(node, dataset).ok()?;
        let definition = dataset.schema.table();
        let column = |column: &Column| ReceivedColumn {
            name: column.name().clone(),
            data_type: column.data_type().to_string(),
            nullable: column.is_nullable(),
        };
        let received = ReceivedDataset {
            dataset: dataset.key.clone(),
            folder: address.folder,
            published_as: address.dataset,
            topic: context.names.topic(dataset.storage_key()),
            columns: definition.columns().iter().map(column).collect(),
            key: definition.key().to_vec(),
        };
        let needs = format!("{}.{}", topic::KIND, node.dataset_slug(&dataset.key));
        Some(SharedPart::new(key.clone(), Part { received, needs }).only_while_fed())
    };
    ingest.datasets.iter().filter_map(part).collect()
}

/// Returns where a dataset is published, or why it is not read from there.
///
/// # Errors
///
/// If it is offered in another format, at another place than one below the root, or has columns that lines of batches have no values for.
pub(crate) fn batches_address(node: &NodeView, dataset: &DatasetFacts) -> Result<BatchesAddress, String> {
    let key = &dataset.key;
    let Some(offer) = node.input(key) else { return Err(format!("nobody offers `{key}` here")) };
    let is_below_root = |address: &BatchesAddress| address.folder.parse::<SafePath>().is_ok();
    let address = BatchesAddress::read(offer.address())
        .filter(|address| *offer.format() == Format::Batches && is_below_root(address));
    let address = address.ok_or_else(|| {
        let (format, address) = (offer.format(), offer.address());
        format!("`{key}` is offered in the format `{format}` at `{address}`")
    })?;
    if dataset.schema.table().key().is_empty() {
        return Err(format!("`{key}` has no key, by which records of a topic are told apart"));
    }
    let mut columns = dataset.schema.table().columns().iter();
    match columns.find(|column| RecordType::new(column.data_type()).is_none()) {
        None => Ok(address),
        Some(column) => Err(format!("batches have no values of the type of `{}` of `{key}`", column.name())),
    }
}

/// Adds the reception of a datastore, and the topic of its positions.
pub(super) fn add(
    context: Context<'_>,
    rendering: &mut Rendering,
    key: &SharedKey,
    scope: &ScopeView,
) -> Result<(), PlatformError> {
    let mut parts: Vec<Part> = scope.parts_as()?;
    parts.sort_by(|one, other| one.received.topic.cmp(&other.received.topic));
    let name = context.names.connector(KIND, &key.name);
    let positions = format!("{name}.{POSITIONS}");
    let own_topic = service_topic(context, &key.name, POSITIONS, &positions, Subjects::new());
    let resource = Resource::new(format!("{KIND}.{}", key.name), KIND)
        .dependency(cluster::KIND)
        .dependency(own_topic.address().as_str())
        .with_dependencies(parts.iter().map(|part| part.needs.clone()));
    rendering.add_json(own_topic)?;
    let datasets = parts.into_iter().map(|part| part.received).collect();
    let mut reception = Reception { name, positions, datasets, rules: BTreeSet::new() };
    let mut resource = resource.attribute(NAME, &reception.name).attribute("datasets", &reception.datasets);
    if context.settings.acls {
        reception.rules = rules(&reception);
        resource = resource.attribute(RULES, &reception.rules);
    }
    rendering.add(File::json(&format!("{}.json", resource.address()), &reception)?, [resource])
}

/// The rights without which nobody writes in transactions by the name of a reception, and reads what is there already.
fn rules(reception: &Reception) -> BTreeSet<Rule> {
    let topics = reception.datasets.iter().map(|dataset| &dataset.topic).chain([&reception.positions]);
    let of_topics = topics.flat_map(|topic| {
        [RuleOperation::Read, RuleOperation::Write]
            .map(|operation| Rule::literal(RuleResource::Topic, topic, operation))
    });
    let producer = Rule::literal(RuleResource::TransactionalId, &reception.name, RuleOperation::Write);
    of_topics.chain([producer]).collect()
}
