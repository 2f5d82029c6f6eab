//! Lint: everything that would stand in the way of rendering, or of what is rendered.

pub(crate) mod codes;
mod selects;

use crate::{
    config::LocalConfig,
    consumer_database::ConsumerDatabase,
    offer::own_table_of_input,
    prelude::*,
    principals::readers,
    render::{CaptureReads, output_attributes, watermark_of},
    sql::{
        engine::Engine,
        milestoned::{BATCH_IN, BATCH_OUT},
    },
};
use selects::selects;
use std::collections::{BTreeMap, BTreeSet};

/// As many as a table of SQLite can have, without the two that are ours.
const MOST_COLUMNS: usize = 1998;

/// As many as one of PostgreSQL can have.
const MOST_COLUMNS_ON_SERVER: usize = 1598;

/// Reports what is wrong with a node; of the instance itself, all was said when it was configured.
pub(crate) fn lint(config: &LocalConfig, lint_view: LintView<'_>, found: &mut Reporter<'_>) {
    if let LintView::Node(view) = lint_view {
        for diagnostic in findings(config, view) {
            diagnostic.report_to(found);
        }
    }
}

fn findings(config: &LocalConfig, view: &NodeView) -> Vec<LintDiagnostic> {
    match view.detail() {
        NodeDetail::Ingest(ingest) => {
            let columns = ingest.datasets.iter().flat_map(columns);
            let reading = CaptureReads::build(config, view, ingest, &StorageNames::default()).err();
            columns.chain(reading).chain(unseen_deletions(ingest)).collect()
        }
        NodeDetail::Export(export) => {
            let container = match ConsumerDatabase::for_export(export, config) {
                Err(diagnostic) => vec![diagnostic],
                Ok(consumer_database) => consumer_findings(&consumer_database, export),
            };
            let input = own_table_of_input(config, view, &export.dataset.key).err();
            container.into_iter().chain(input).collect()
        }
        NodeDetail::Transform(transform) => {
            let clashes = input_names(transform);
            let fails = match output_attributes(
                config,
                view.facts().storage_key().platform(),
                transform,
                &StorageNames::default(),
            ) {
                Err(diagnostic) => vec![diagnostic],
                Ok(_) if !clashes.is_empty() => Vec::new(),
                Ok(output) => selects(transform, &output),
            };
            clashes.into_iter().chain(fails).collect()
        }
        NodeDetail::Trigger(_) => Vec::new(),
    }
}

fn unseen_deletions(ingest: &IngestFacts) -> Option<LintDiagnostic> {
    let datasets = ingest.datasets.iter();
    let columns: BTreeSet<String> = datasets
        .filter_map(|dataset| watermark_of(ingest, &dataset.key.dataset))
        .map(|column| format!("`{column}`"))
        .collect();
    if columns.is_empty() {
        return None;
    }
    let columns = Vec::from_iter(columns).join(", ");
    Some(LintDiagnostic::new(
        &codes::UNSEEN_DELETIONS,
        format!("`{}` is captured by the watermark {columns}, which tells of no deletion", &ingest.datastore),
        "mark deletions in a column of their own, or capture by `sql_snapshot`, if records are deleted there",
    ))
}

/// What stands in the way of what consumers read, and what is good to know of it.
fn consumer_findings(consumer_database: &ConsumerDatabase, export: &ExportFacts) -> Vec<LintDiagnostic> {
    let engine = consumer_database.engine();
    let consumers = export.consumers.iter().filter(|consumer| !consumer.transforms);
    let roles = consumers.clone().filter_map(|consumer| readers(engine, consumer).err());
    let columns = export.dataset.schema.table().columns().len();
    let too_many = (engine == Engine::Postgres && columns > MOST_COLUMNS_ON_SERVER)
        .then(|| too_many_columns(&export.dataset.key, columns, "PostgreSQL", MOST_COLUMNS_ON_SERVER));
    let ungranted = consumers.filter(|consumer| engine == Engine::Sqlite && !consumer.entitlement.is_empty());
    let ungranted = ungranted.map(|consumer| {
        LintDiagnostic::new(
            &codes::NO_GRANTS,
            format!(
                "`{}` is granted to somebody, and its data is in an SQLite file",
                consumer.group.workspace
            ),
            "let the rights of the file say who reads it, or use a `postgres` container",
        )
    });
    roles.chain(too_many).chain(ungranted).collect()
}

fn too_many_columns(dataset: &DatasetKey, columns: usize, engine: &str, most: usize) -> LintDiagnostic {
    LintDiagnostic::new(
        &codes::TOO_MANY_COLUMNS,
        format!("`{dataset}` has {columns} columns"),
        format!("a table of {engine} can have {most} beside our own; split the dataset"),
    )
    .about(LintSubject::Dataset(dataset.clone()))
}

/// Columns that a table of versions cannot have.
fn columns(dataset: &DatasetFacts) -> Vec<LintDiagnostic> {
    let columns = dataset.schema.table().columns();
    let ours = |column: &&Column| {
        let name = column.name().as_str();
        name.eq_ignore_ascii_case(BATCH_IN) || name.eq_ignore_ascii_case(BATCH_OUT)
    };
    let reserved = columns.iter().filter(ours).map(|column| {
        LintDiagnostic::new(
            &codes::RESERVED_COLUMN,
            format!("`{}` has a column `{}`", &dataset.key, column.name()),
            format!("rename it; `{BATCH_IN}` and `{BATCH_OUT}` say between which batches a version was true"),
        )
        .about(LintSubject::Column(dataset.key.clone(), column.name().clone()))
    });
    let too_many = (columns.len() > MOST_COLUMNS)
        .then(|| too_many_columns(&dataset.key, columns.len(), "SQLite", MOST_COLUMNS));
    reserved.chain(too_many).collect()
}

/// Inputs that a transformer's SQL could not tell apart.
fn input_names(transform: &TransformFacts) -> Vec<LintDiagnostic> {
    let mut by_name: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for input in &transform.inputs {
        // A former name that another input has is none.
        let folded = input.key.input_name().to_ascii_lowercase();
        by_name.entry(folded).or_default().push(format!("`{}`", &input.key));
    }
    let clashes = by_name.into_values().filter(|inputs| inputs.len() > 1);
    clashes
        .map(|inputs| {
            LintDiagnostic::new(
                &codes::INPUT_NAME_CLASH,
                format!("{} have one name in the transformer's SQL", inputs.join(" and ")),
                "inputs are called `<datastore>_<dataset>`; rename one of them, or leave it out",
            )
        })
        .collect()
}
