//! What nodes publish for others, and what they need of others.

use crate::{
    address::{MILESTONED, ROWS, TableAddress},
    config::LocalConfig,
    consumer_database::ConsumerDatabase,
    file_name::same_file,
    lint::codes,
    names,
    prelude::*,
};

/// What others may read of a node.
pub(crate) fn offers(config: &LocalConfig, node: &NodeFacts) -> Vec<Offer> {
    let promised = |offer: Offer, custody: Custody| {
        let offer = offer.with_custody(custody);
        match node.obligation.latency() {
            Some(latency) => offer.with_latency(latency),
            None => offer,
        }
    };
    let offer = |dataset: &DatasetFacts, address: TableAddress, format: &str| {
        let offer = Offer::new(&dataset.key, address.to_string(), format);
        promised(offer, dataset.custody)
    };
    match &node.detail {
        NodeDetail::Ingest(ingest) => {
            let table = |dataset: &DatasetFacts| {
                TableAddress::new(&config.database, names::table(dataset.storage_key()))
            };
            let datasets = ingest.datasets.iter();
            datasets.map(|dataset| offer(dataset, table(dataset), MILESTONED)).collect()
        }
        NodeDetail::Export(export) => {
            let platform = node.storage.platform(node.key.platform());
            // A container that cannot be used is reported by lint. Who reads an export is a transformer.
            let consumer_database =
                ConsumerDatabase::for_inputs(&export.container_key, &export.container, config).ok();
            let dataset = &export.dataset;
            let address = consumer_database.map(|consumer_database| {
                TableAddress::new(
                    consumer_database.database(config),
                    consumer_database.table_name(&platform, dataset.storage_key()),
                )
            });
            address.map(|address| offer(dataset, address, MILESTONED)).into_iter().collect()
        }
        NodeDetail::Transform(transform) => {
            let outputs = transform.outputs.iter();
            let workspace = node.storage.workspace(&transform.workspace);
            let table = |dataset: &DatasetFacts| {
                let table = names::output(&workspace, &dataset.storage_key().dataset);
                TableAddress::new(&config.database, table)
            };
            outputs.map(|dataset| offer(dataset, table(dataset), ROWS)).collect()
        }
        NodeDetail::Trigger(_) => Vec::new(),
    }
}

/// Where the node before this one keeps a dataset, in this format.
pub(crate) fn table_of_input(
    view: &NodeView,
    dataset: &DatasetKey,
    format: &str,
) -> Result<TableAddress, LintDiagnostic> {
    let Some(offer) = view.input(dataset) else {
        return Err(LintDiagnostic::new(
            &codes::MISSING_OFFER,
            format!("nobody offers `{dataset}` to `{}`", view.key()),
            "the node before it must offer the dataset; if it is on another platform, ask who maintains that platform",
        ));
    };
    let address = TableAddress::read(offer.address()).filter(|_| offer.format() == format);
    address.ok_or_else(|| {
        LintDiagnostic::new(
            &codes::UNREADABLE_OFFER,
            format!("`{dataset}` is offered at `{}` in the format `{}`", offer.address(), offer.format()),
            format!("a local platform reads the format `{format}` here, at an address `<file>#<table>`"),
        )
    })
}

/// Where this platform's own capture keeps a dataset.
pub(crate) fn own_table_of_input(
    config: &LocalConfig,
    view: &NodeView,
    dataset: &DatasetKey,
) -> Result<TableAddress, LintDiagnostic> {
    let address = table_of_input(view, dataset, MILESTONED)?;
    if same_file(&address.file, &config.database) {
        return Ok(address);
    }
    Err(LintDiagnostic::new(
        &codes::UNREADABLE_OFFER,
        format!("`{dataset}` is offered in `{}`", address.file),
        format!("an export reads what was captured into `{}`", config.database),
    ))
}
