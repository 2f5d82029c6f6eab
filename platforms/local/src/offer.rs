//! What nodes publish for others, and what they need of others.

use crate::{
    address::{SELECTED, SelectAddress},
    config::LocalConfig,
    consumer_database::ConsumerDatabase,
    file_name::{database_name_error, same_file},
    lint::codes,
    names,
    prelude::*,
};
use datasurface_platform::{BatchesAddress, KafkaTopicAddress, SqliteAddress, TopicEncoding};

/// What others may read of a node.
pub(crate) fn offers(config: &LocalConfig, node: &NodeFacts) -> Vec<Offer> {
    let promised = |offer: Offer, custody: Custody| {
        let offer = offer.with_custody(custody);
        match node.obligation.latency() {
            Some(latency) => offer.with_latency(latency),
            None => offer,
        }
    };
    let offer = |dataset: &DatasetFacts, address: String, format: Format| {
        promised(Offer::new(&dataset.key, address, format), dataset.custody)
    };
    match &node.detail {
        NodeDetail::Ingest(ingest) => {
            let table = |dataset: &DatasetFacts| {
                SqliteAddress::new(&config.database, names::table(dataset.storage_key())).to_string()
            };
            let folder = published(config, node);
            let batches = |dataset: &DatasetFacts| {
                let address = BatchesAddress::new(folder.as_ref()?, dataset.storage_key().dataset.clone());
                Some(offer(dataset, address.to_string(), Format::Batches))
            };
            // This platform reads its own table.
            let offers = ingest
                .datasets
                .iter()
                .flat_map(|dataset| [Some(offer(dataset, table(dataset), Format::Sqlite)), batches(dataset)]);
            offers.flatten().collect()
        }
        NodeDetail::Export(export) => {
            let platform = node.storage.platform(node.key.platform());
            // A container that cannot be used is reported by lint. Who reads an export is a transformer.
            let consumer_database =
                ConsumerDatabase::for_inputs(&export.container_key, &export.container, config).ok();
            let dataset = &export.dataset;
            let address = consumer_database.map(|consumer_database| {
                SqliteAddress::new(
                    consumer_database.database(config),
                    consumer_database.table_name(&platform, dataset.storage_key()),
                )
            });
            address.map(|address| offer(dataset, address.to_string(), Format::Sqlite)).into_iter().collect()
        }
        NodeDetail::Transform(transform) => {
            let outputs = transform.outputs.iter();
            let workspace = node.storage.workspace(&transform.workspace);
            let select = |dataset: &DatasetFacts| {
                let output = names::address::output(&workspace);
                SelectAddress { output, dataset: dataset.storage_key().dataset.clone() }.to_string()
            };
            outputs.map(|dataset| offer(dataset, select(dataset), SELECTED.into())).collect()
        }
        NodeDetail::Trigger(_) => Vec::new(),
    }
}

/// The folder in which what a node captures is published; none if it is not. What comes from another platform is published there.
pub(crate) fn published(config: &LocalConfig, node: &NodeFacts) -> Option<String> {
    let (folder, NodeKey::Ingest { platform, datastore, dataset }) =
        (config.publish.as_ref()?, node.storage_key())
    else {
        return None;
    };
    match &node.detail {
        NodeDetail::Ingest(IngestFacts { source: IngestSource::Platform { .. }, .. }) => None,
        _ => Some(names::published(folder, &platform, &datastore, dataset.as_ref())),
    }
}

/// Where another platform keeps a dataset that it captures for all.
pub(crate) struct Upstream {
    /// The table that is read: with versions, its own, or that in which is put what it publishes; or with what a topic has now.
    pub(crate) table: SqliteAddress,
    /// How what is there comes into the table.
    pub(crate) transfer: Transfer,
}

/// How what another platform has comes to where it is read.
pub(crate) enum Transfer {
    /// It is its own table.
    None,
    /// Batches in a folder, with its name of the dataset.
    Batches(BatchesAddress),
    /// A topic, and the credential that opens its cluster, if it needs one.
    Topic(KafkaTopicAddress, Option<CredentialKey>),
}

/// Where the platform before this one keeps a dataset that is read in whatever format it offers it in.
pub(crate) fn upstream_of_input(
    config: &LocalConfig,
    view: &NodeView,
    dataset: &DatasetFacts,
) -> Result<Upstream, LintDiagnostic> {
    let offer = input(view, &dataset.key)?;
    let table = |file: String| SqliteAddress::new(file, names::table(&dataset.key));
    match offer.format() {
        Format::Batches => {
            let address = BatchesAddress::read(offer.address());
            let address = address.filter(|address| database_name_error(&address.folder).is_none());
            let address =
                address.ok_or_else(|| unreadable(offer, Format::Batches.as_str(), "<folder>#<dataset>"))?;
            let table = table(names::received(&config.database, &address.folder));
            Ok(Upstream { table, transfer: Transfer::Batches(address) })
        }
        Format::KafkaTopic => {
            let address = KafkaTopicAddress::read(offer.address()).ok_or_else(|| {
                unreadable(offer, Format::KafkaTopic.as_str(), "kafka://…?encoding=debezium-json")
            })?;
            match (address.encoding, &address.registry) {
                (TopicEncoding::DebeziumJson, _) | (TopicEncoding::DebeziumAvro, Some(_)) => {}
                (TopicEncoding::DebeziumAvro, None) => return Err(no_registry(&dataset.key)),
                (other, _) => return Err(other_encoding(&dataset.key, other)),
            }
            if address.progress.as_deref() == Some("") {
                return Err(never_complete(&dataset.key));
            }
            if dataset.schema.table().key().is_empty() {
                return Err(keyless(&dataset.key));
            }
            let NodeKey::Ingest { datastore, dataset: alone, .. } = view.facts().storage_key() else {
                return Err(unreadable(offer, Format::Sqlite.as_str(), "<file>#<table>"));
            };
            let table = table(names::read_topics(&config.database, &datastore, alone.as_ref()));
            Ok(Upstream { table, transfer: Transfer::Topic(address, offer.credential().cloned()) })
        }
        _ => table_of_input(view, &dataset.key).map(|table| Upstream { table, transfer: Transfer::None }),
    }
}

/// A topic whose records are not read here.
fn other_encoding(dataset: &DatasetKey, encoding: TopicEncoding) -> LintDiagnostic {
    LintDiagnostic::new(
        &codes::UNREADABLE_OFFER,
        format!("`{dataset}` is offered in a topic whose records are encoded as `{}`", encoding.as_str()),
        "a local platform reads the encodings `debezium-json` and `debezium-avro`: let the dataset be captured by a platform that writes one of them, or here",
    )
    .about(LintSubject::Dataset(dataset.clone()))
}

/// A topic whose records nobody can read.
fn no_registry(dataset: &DatasetKey) -> LintDiagnostic {
    LintDiagnostic::new(
        &codes::UNREADABLE_OFFER,
        format!("`{dataset}` is offered in a topic whose records are in Avro, without the registry that has their schemas"),
        "ask who maintains the platform that offers it for the URL of the registry in the address, as `&registry=https://…`",
    )
    .about(LintSubject::Dataset(dataset.clone()))
}

/// A topic of which no batch is known to be complete.
fn never_complete(dataset: &DatasetKey) -> LintDiagnostic {
    LintDiagnostic::new(
        &codes::UNREADABLE_OFFER,
        format!("`{dataset}` is offered in a topic, and nothing says up to when it is complete"),
        "let the dataset be captured here, or by a platform that says how far it has read its source; those who want it from here can also be served by the platform that has the topic",
    )
    .about(LintSubject::Dataset(dataset.clone()))
}

/// A topic tells a row by its key.
fn keyless(dataset: &DatasetKey) -> LintDiagnostic {
    LintDiagnostic::new(
        &codes::UNREADABLE_OFFER,
        format!("`{dataset}` is offered in a topic, and has no key by which its records can be told apart"),
        "give the dataset a key, or let it be captured by another platform",
    )
    .about(LintSubject::Dataset(dataset.clone()))
}

/// Where the node before this one keeps the versions of a dataset.
pub(crate) fn table_of_input(view: &NodeView, dataset: &DatasetKey) -> Result<SqliteAddress, LintDiagnostic> {
    let offer = input(view, dataset)?;
    let address = SqliteAddress::read(offer.address())
        .filter(|address| *offer.format() == Format::Sqlite && database_name_error(&address.file).is_none());
    address.ok_or_else(|| unreadable(offer, Format::Sqlite.as_str(), "<file>#<table>"))
}

/// The SELECT of a transformer of this platform that makes a dataset.
pub(crate) fn select_of_input(
    view: &NodeView,
    dataset: &DatasetKey,
) -> Result<SelectAddress, LintDiagnostic> {
    let offer = input(view, dataset)?;
    let address = SelectAddress::read(offer.address()).filter(|_| offer.format().as_str() == SELECTED);
    address.ok_or_else(|| unreadable(offer, SELECTED, "<resource>#<dataset>"))
}

fn input<'v>(view: &'v NodeView, dataset: &DatasetKey) -> Result<&'v Offer, LintDiagnostic> {
    view.input(dataset).ok_or_else(|| {
        LintDiagnostic::new(
            &codes::MISSING_OFFER,
            format!("nobody offers `{dataset}` to `{}`", view.key()),
            "the node before it must offer the dataset; if it is on another platform, ask who maintains that platform",
        )
    })
}

fn unreadable(offer: &Offer, format: &str, address: &str) -> LintDiagnostic {
    LintDiagnostic::new(
        &codes::UNREADABLE_OFFER,
        format!(
            "`{}` is offered at `{}` in the format `{}`",
            offer.dataset(),
            offer.address(),
            offer.format()
        ),
        format!("a local platform reads the format `{format}` here, at an address `{address}`"),
    )
}

/// Where this platform's own capture keeps a dataset.
pub(crate) fn own_table_of_input(
    config: &LocalConfig,
    view: &NodeView,
    dataset: &DatasetKey,
) -> Result<SqliteAddress, LintDiagnostic> {
    let address = table_of_input(view, dataset)?;
    if same_file(&address.file, &config.database) {
        return Ok(address);
    }
    Err(LintDiagnostic::new(
        &codes::UNREADABLE_OFFER,
        format!("`{dataset}` is offered in `{}`", address.file),
        format!("an export reads what was captured into `{}`", config.database),
    ))
}
