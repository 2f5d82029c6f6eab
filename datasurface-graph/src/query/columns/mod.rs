//! Lineage of columns, as far as it can be read off what a transformer runs.

mod expression;
mod scope;
mod statement;

use super::Queries;
use crate::fragments::TransformerFragment;
use datasurface_model::{CodeArtifact, ColumnName, Dataset, DatasetKey, Datastore, Ecosystem, Entity, Valid};
use rustc_hash::FxHashMap;
use serde::Serialize;
use statement::Statement;
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

/// A column of a dataset.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ColumnKey {
    /// The dataset.
    pub dataset: DatasetKey,
    /// The name of the column.
    pub column: ColumnName,
}

impl ColumnKey {
    /// Creates the key of a column of a dataset.
    pub fn new(dataset: impl Into<DatasetKey>, column: impl Into<ColumnName>) -> Self {
        Self { dataset: dataset.into(), column: column.into() }
    }
}

/// The columns from which the values of a column are computed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnSources {
    /// The complete set of source columns; empty if the column is captured or does not depend on data.
    Known(BTreeSet<ColumnKey>),
    /// The reason why the sources cannot be determined.
    Unknown(UnknownReason),
}

/// The reason why the sources of a column cannot be determined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UnknownReason {
    /// A transformer that does not run: it would make the column, but no consumer needs its output.
    NotMade,
    /// A column that the model does not have.
    NotThere,
    /// Code that is no SQL, SQL that is not understood, or SQL that does not make the column.
    NotUnderstood,
}

impl<'g> Queries<'g> {
    /// Returns the columns from which a transformer computes a column.
    /// Columns that only decide which rows there are, such as in a condition of a join, are not among them.
    #[must_use]
    pub fn direct_input_columns(&self, column: &ColumnKey) -> ColumnSources {
        let ecosystem = &self.graphs.fragments().ecosystem;
        if !has(ecosystem, column) {
            return ColumnSources::Unknown(UnknownReason::NotThere);
        }
        let Some(maker) = self.maker_of(&column.dataset.datastore) else {
            return match ecosystem.producer(&column.dataset.datastore) {
                Some(_) => ColumnSources::Unknown(UnknownReason::NotMade),
                None => ColumnSources::Known(BTreeSet::new()),
            };
        };
        match self.reading(maker, &column.dataset).sources_of(&column.column) {
            Some(sources) => ColumnSources::Known(sources),
            None => ColumnSources::Unknown(UnknownReason::NotUnderstood),
        }
    }

    /// Returns the parsed statement that makes a dataset.
    /// The statement is parsed at the first question about one of its columns.
    fn reading(&self, maker: &'g TransformerFragment, dataset: &DatasetKey) -> Arc<ParsedStatement<'g>> {
        let mut readings = self.readings.lock().unwrap_or_else(PoisonError::into_inner);
        let reading = readings.entry(dataset.clone());
        Arc::clone(reading.or_insert_with(|| Arc::new(ParsedStatement::parse(maker, dataset))))
    }

    /// Returns all columns from which a column is computed, through all transformers, those in between included.
    /// Unknown, if the sources of one of them are.
    #[must_use]
    pub fn upstream_columns(&self, column: &ColumnKey) -> ColumnSources {
        let mut found = BTreeSet::new();
        let mut waiting = vec![column.clone()];
        while let Some(column) = waiting.pop() {
            match self.direct_input_columns(&column) {
                ColumnSources::Unknown(why) => return ColumnSources::Unknown(why),
                ColumnSources::Known(sources) => {
                    waiting.extend(sources.into_iter().filter(|next| found.insert(next.clone())));
                }
            }
        }
        ColumnSources::Known(found)
    }
}

fn has(ecosystem: &Valid<Ecosystem>, ColumnKey { dataset, column }: &ColumnKey) -> bool {
    let datastore = ecosystem.datastore(&dataset.datastore).map(|located| &located.entity);
    let dataset = datastore.and_then(|datastore| datastore.datasets().get(&dataset.dataset));
    dataset.is_some_and(|dataset| dataset.schema().table().column(column).is_some())
}

/// A dataset that a statement may read, and the name under which it is visible.
pub(super) struct StatementInput<'a> {
    pub(super) name: String,
    pub(super) dataset: DatasetKey,
    /// By name in small letters.
    columns: FxHashMap<String, Vec<&'a ColumnName>>,
}

impl<'a> StatementInput<'a> {
    fn new(datastore: &'a Datastore, dataset: &'a Dataset) -> Self {
        let mut columns: FxHashMap<String, Vec<&ColumnName>> = FxHashMap::default();
        for column in dataset.schema().table().columns() {
            columns.entry(column.name().as_str().to_ascii_lowercase()).or_default().push(column.name());
        }
        Self {
            name: format!("{}_{}", datastore.name(), dataset.name()),
            dataset: DatasetKey::new(datastore.name(), dataset.name()),
            columns,
        }
    }

    /// The columns of this name in small letters, in whichever case they are.
    fn columns<'i>(&'i self, name: &str) -> impl Iterator<Item = ColumnKey> + use<'i, 'a> {
        let columns = self.columns.get(name).into_iter().flatten().copied();
        columns.map(|column| ColumnKey { dataset: self.dataset.clone(), column: column.clone() })
    }
}

/// The statements that were read, by the dataset that each makes.
pub(super) type Readings<'g> = Mutex<FxHashMap<DatasetKey, Arc<ParsedStatement<'g>>>>;

/// A statement, and what it may read.
pub(super) struct ParsedStatement<'g> {
    /// None, if the dataset is made by no statement, or by one that is not understood.
    statement: Option<Statement>,
    inputs: Vec<StatementInput<'g>>,
}

impl<'g> ParsedStatement<'g> {
    fn parse(maker: &'g TransformerFragment, dataset: &DatasetKey) -> Self {
        let statement = match maker.transformer.artifact() {
            CodeArtifact::Sql { selects } => {
                let select = selects.iter().find(|select| select.dataset == dataset.dataset);
                select.and_then(|select| Statement::parse(&select.sql))
            }
            _ => None,
        };
        let inputs = maker
            .inputs()
            .map(|(datastore, dataset)| StatementInput::new(datastore, dataset.get_in(datastore)));
        Self { statement, inputs: inputs.collect() }
    }

    fn sources_of(&self, column: &ColumnName) -> Option<BTreeSet<ColumnKey>> {
        self.statement.as_ref()?.sources_of(column.as_str(), &self.inputs)
    }
}
