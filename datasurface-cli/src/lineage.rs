//! `lineage`: shows what a dataset is made of, what is made of it, and of which columns its columns are made.

use crate::{
    answer::Answer,
    arguments,
    codes::{UNKNOWN_COLUMN, UNKNOWN_DATASET},
    input::Input,
    table::Table,
};
use datasurface_broker::Broker;
use datasurface_graph::{
    IntentionGraphs, NodeDetail, NodeKey,
    query::{ColumnKey, ColumnSources, Queries},
};
use datasurface_model::{
    ColumnName, DatasetKey, Diagnostic, Ecosystem, Entity, ModelPath, Valid, nearest, segment,
};
use serde::Serialize;
use std::collections::BTreeSet;

/// Where a dataset comes from and goes to, through all transformers, for programs.
#[derive(Debug, Serialize)]
struct Lineage<'a> {
    dataset: &'a DatasetKey,
    /// Whether anybody needs it.
    is_needed: bool,
    /// Whether it is captured or made: because somebody needs it, or along with something else that somebody needs.
    is_made: bool,
    made_of: BTreeSet<DatasetKey>,
    made_into: BTreeSet<DatasetKey>,
    columns: Vec<Column>,
}

/// What a column is made of, through all transformers.
#[derive(Debug, Serialize)]
struct Column {
    column: ColumnName,
    made_of: ColumnSources,
}

pub(crate) fn lineage(arguments: &arguments::Lineage, broker: &Broker) -> Answer<'static> {
    let asked = Input::read(&arguments.model).and_then(|mut input| {
        let placed = input.place(broker)?;
        let columns = columns(&input.ecosystem, arguments).map_err(|unknown| {
            input.findings.extend([*unknown]);
            input.findings.clone()
        })?;
        Ok((input.findings, placed, columns))
    });
    let (lineage, findings) = match asked {
        Ok((findings, placed, columns)) => {
            (Some(Lineage::new(placed.graphs(), &arguments.dataset, columns)), findings)
        }
        Err(findings) => (None, findings),
    };
    Answer::of(arguments.format, &findings, lineage.as_ref().map(Lineage::text), &lineage)
}

/// The columns that are asked about.
fn columns(
    ecosystem: &Valid<Ecosystem>,
    arguments: &arguments::Lineage,
) -> Result<Vec<ColumnName>, Box<Diagnostic>> {
    let key = &arguments.dataset;
    let datastore = ecosystem.datastore(&key.datastore).map(|located| &located.entity);
    let Some(dataset) = datastore.and_then(|datastore| datastore.datasets().get(&key.dataset)) else {
        let datastores = ecosystem.datastores();
        let known = datastores.iter().flat_map(|located| {
            let datastore = &located.entity;
            datastore.datasets().names().map(|name| DatasetKey::new(datastore.name(), name).to_string())
        });
        let known: Vec<String> = known.collect();
        let path = ModelPath::root()
            .child(segment::DATASTORES, &key.datastore)
            .child(segment::DATASETS, &key.dataset);
        let message = format!("there is no dataset `{key}`");
        let near = nearest(&key.to_string(), known.iter().map(String::as_str));
        let help = "name a dataset as `datastore/dataset`";
        return Err(unknown(Diagnostic::new(&UNKNOWN_DATASET, path, message), near, help));
    };
    let all: Vec<ColumnName> =
        dataset.schema().table().columns().iter().map(|column| column.name().clone()).collect();
    match &arguments.column {
        None => Ok(all),
        Some(wanted) if all.contains(wanted) => Ok(vec![wanted.clone()]),
        Some(wanted) => {
            let path = ModelPath::root()
                .child(segment::DATASTORES, &key.datastore)
                .child(segment::DATASETS, &key.dataset);
            let message = format!("the dataset `{key}` has no column `{wanted}`");
            let near = nearest(wanted.as_str(), all.iter().map(ColumnName::as_str));
            let finding = Diagnostic::new(&UNKNOWN_COLUMN, path.child(segment::COLUMNS, wanted), message);
            Err(unknown(finding, near, "leave the column out to see all of them"))
        }
    }
}

fn unknown(finding: Diagnostic, near: Option<&str>, help: &str) -> Box<Diagnostic> {
    Box::new(
        finding.with_help(near.map_or_else(|| help.to_owned(), |near| format!("did you mean `{near}`?"))),
    )
}

impl<'a> Lineage<'a> {
    fn new(graphs: &IntentionGraphs, dataset: &'a DatasetKey, columns: Vec<ColumnName>) -> Self {
        let questions = Queries::new(graphs);
        let column = |column: ColumnName| {
            let made_of = questions.upstream_columns(&ColumnKey::new(dataset, column.clone()));
            Column { column, made_of }
        };
        let is_needed = is_needed(graphs, dataset);
        Self {
            dataset,
            is_needed,
            is_made: is_needed || is_an_output(graphs, dataset),
            made_of: questions.upstream_datasets(dataset),
            made_into: questions.downstream_datasets(dataset),
            columns: columns.into_iter().map(column).collect(),
        }
    }

    /// For people.
    fn text(&self) -> String {
        let list = |keys: &BTreeSet<DatasetKey>| match keys.is_empty() {
            true => "nothing".to_owned(),
            false => keys.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
        };
        let Self { dataset, made_of, made_into, .. } = self;
        let mut text = format!("{dataset}\n");
        if !self.is_made {
            return text + "  nobody needs it, so nothing makes it\n";
        }
        if !self.is_needed {
            text += "  nobody needs it; it is made along with what else its transformer makes\n";
        }
        text += &format!("  made of    {}\n  made into  {}\n", list(made_of), list(made_into));
        if !made_of.is_empty() {
            let mut table = Table::new(["column", "made of"]);
            for Column { column, made_of } in &self.columns {
                table.row([column.to_string(), words(made_of)]);
            }
            text.push('\n');
            text += &table.print();
        }
        text
    }
}

fn is_needed(graphs: &IntentionGraphs, dataset: &DatasetKey) -> bool {
    let mut nodes = graphs.iter().flat_map(|graph| graph.nodes());
    nodes.any(|node| match node.key() {
        NodeKey::Ingest { datastore, .. } if datastore == dataset.datastore => {
            node.facts().datasets().iter().any(|captured| &captured.key == dataset)
        }
        _ => false,
    })
}

/// Whether a transformer that runs fills it.
fn is_an_output(graphs: &IntentionGraphs, dataset: &DatasetKey) -> bool {
    let nodes = graphs.iter().flat_map(|graph| graph.nodes());
    let mut transforms = nodes.filter(|node| matches!(node.key(), NodeKey::Transform { .. }));
    transforms.any(|node| match &node.facts().detail {
        NodeDetail::Transform(facts) => facts.outputs.iter().any(|made| &made.key == dataset),
        _ => false,
    })
}

fn words(sources: &ColumnSources) -> String {
    match sources {
        ColumnSources::Unknown(_) => "unknown".to_owned(),
        ColumnSources::Known(columns) if columns.is_empty() => "no column".to_owned(),
        ColumnSources::Known(columns) => {
            let columns = columns.iter().map(|ColumnKey { dataset, column }| format!("{dataset}/{column}"));
            columns.collect::<Vec<_>>().join(", ")
        }
    }
}
