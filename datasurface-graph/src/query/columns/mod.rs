//! Lineage of columns, as far as it can be read off what a transformer runs.

mod expression;
mod scope;
mod statement;

use super::Questions;
use crate::estate::Derivation;
use datasurface_model::{CodeArtifact, ColumnName, DatasetKey, Entity, Schema};
use serde::Serialize;
use statement::Statement;
use std::collections::BTreeSet;

/// A column of a dataset.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ColumnKey {
    /// The dataset.
    pub dataset: DatasetKey,
    /// Its column.
    pub column: ColumnName,
}

impl ColumnKey {
    /// A column of a dataset.
    pub fn new(dataset: impl Into<DatasetKey>, column: impl Into<ColumnName>) -> Self {
        Self { dataset: dataset.into(), column: column.into() }
    }
}

/// What the values of a column are made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ColumnSources {
    /// Of these, and of no others; of none, if it is captured or does not depend on data.
    Known(BTreeSet<ColumnKey>),
    /// It cannot be told.
    Unknown(Untold),
}

/// Why it cannot be told what a column is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Untold {
    /// Nothing makes it: it belongs to a transformer that does not run, since nobody needs its output.
    NotMade,
    /// The transformer's code is no SQL, or SQL that is not understood, or does not make the column.
    NotUnderstood,
}

impl Questions<'_> {
    /// The columns that a transformer makes a column of. What only decides which rows there are, such as a condition of a
    /// join, is not among them.
    #[must_use]
    pub fn columns_made_from(&self, column: &ColumnKey) -> ColumnSources {
        let Some(maker) = self.maker_of(&column.dataset.datastore) else {
            let ecosystem = &self.graphs.estate().ecosystem;
            return match ecosystem.producer(&column.dataset.datastore) {
                Some(_) => ColumnSources::Unknown(Untold::NotMade),
                None => ColumnSources::Known(BTreeSet::new()),
            };
        };
        match read(maker, column) {
            Some(sources) => ColumnSources::Known(sources),
            None => ColumnSources::Unknown(Untold::NotUnderstood),
        }
    }

    /// The columns that a column is made of in the end, through all transformers, those in between included. Unknown, if
    /// what one of them is made of is.
    #[must_use]
    pub fn column_sources_of(&self, column: &ColumnKey) -> ColumnSources {
        let mut found = BTreeSet::new();
        let mut waiting = vec![column.clone()];
        while let Some(column) = waiting.pop() {
            match self.columns_made_from(&column) {
                ColumnSources::Unknown(why) => return ColumnSources::Unknown(why),
                ColumnSources::Known(sources) => {
                    waiting.extend(sources.into_iter().filter(|next| found.insert(next.clone())));
                }
            }
        }
        ColumnSources::Known(found)
    }
}

/// A dataset that a statement may read, and the name under which it is visible.
pub(super) struct Input<'a> {
    pub(super) name: String,
    pub(super) dataset: DatasetKey,
    pub(super) schema: &'a Schema,
}

impl Input<'_> {
    /// The columns of this name, in whichever case.
    fn columns(&self, name: &str) -> impl Iterator<Item = ColumnKey> {
        let columns = self.schema.table().columns().iter().map(|column| column.name());
        let columns = columns.filter(move |column| scope::is(column.as_str(), name));
        columns.map(|column| ColumnKey { dataset: self.dataset.clone(), column: column.clone() })
    }
}

fn read(maker: &Derivation, column: &ColumnKey) -> Option<BTreeSet<ColumnKey>> {
    let CodeArtifact::Sql { selects } = maker.transformer.artifact() else {
        return None;
    };
    let select = selects.iter().find(|select| select.dataset == column.dataset.dataset)?;
    let inputs: Vec<Input<'_>> = maker
        .inputs()
        .map(|(datastore, dataset)| {
            let unit = dataset.of(datastore);
            Input {
                name: format!("{}_{}", datastore.name(), unit.name()),
                dataset: DatasetKey::new(datastore.name(), unit.name()),
                schema: unit.schema(),
            }
        })
        .collect();
    Statement::parse(&select.sql)?.sources_of(column.column.as_str(), &inputs)
}
