//! Lineage of columns, as far as it can be read off what a transformer runs.

use super::Queries;
use crate::fragments::{InputTables, TransformerFragment};
use datasurface_model::{CodeArtifact, DatasetKey, Ecosystem, Valid};
pub use datasurface_sql::ColumnKey;
use datasurface_sql::{Compilation, SelectOutput, compile};
use rustc_hash::FxHashMap;
use serde::Serialize;
use std::{
    collections::BTreeSet,
    sync::{Arc, Mutex, PoisonError},
};

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
        let output = self.output(maker, &column.dataset);
        let made = output.as_ref().as_ref().and_then(|output| output.column(column.column.as_str()));
        match made.and_then(|made| made.sources.clone()) {
            Some(sources) => ColumnSources::Known(sources),
            None => ColumnSources::Unknown(UnknownReason::NotUnderstood),
        }
    }

    /// Returns the output of the statement that makes a dataset; none, if there is none that is understood.
    /// The statement is compiled at the first question about one of its columns.
    fn output(&self, maker: &TransformerFragment, dataset: &DatasetKey) -> Arc<Option<SelectOutput>> {
        let mut outputs = self.outputs.lock().unwrap_or_else(PoisonError::into_inner);
        let output = outputs.entry(dataset.clone());
        Arc::clone(output.or_insert_with(|| Arc::new(compiled(maker, dataset))))
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

/// The outputs of the statements that were compiled, by the dataset that each makes.
pub(super) type Outputs = Mutex<FxHashMap<DatasetKey, Arc<Option<SelectOutput>>>>;

fn compiled(maker: &TransformerFragment, dataset: &DatasetKey) -> Option<SelectOutput> {
    let CodeArtifact::Sql { selects } = maker.transformer.artifact() else {
        return None;
    };
    let select = selects.iter().find(|select| select.dataset == dataset.dataset)?;
    let tables = InputTables::new(maker);
    let inputs = tables.inputs();
    match compile(&select.sql, &inputs) {
        Compilation::Select(output) => Some(output),
        Compilation::NotOneSelect(_) | Compilation::Unread(_) => None,
    }
}
