//! Queries in the place of tables, and those that `WITH` names: each is written where it is read.

use super::{FlinkSelect, FlinkTable, NotFlink, refuse, written};
use sqlparser::ast::{Cte, Query, With};

/// The most bytes of a statement. A query is written as often as it is read, and what reads it, too.
const MOST_BYTES: usize = 200_000;

/// A query, as it is written.
#[derive(Clone, Debug)]
pub(super) struct Subquery {
    /// The name that `WITH` gives it; empty without that.
    pub(super) name: String,
    pub(super) select: FlinkSelect,
    /// The columns, in order.
    pub(super) columns: Vec<String>,
}

impl Subquery {
    /// Writes a query.
    ///
    /// # Errors
    ///
    /// The first form that is not written for Flink.
    pub(super) fn new(query: &Query, tables: &[FlinkTable], with: &[Self]) -> Result<Self, NotFlink> {
        let (select, columns) = written(query, tables, with, None)?;
        refuse_long(&select.sql)?;
        Ok(Self { name: String::new(), select, columns })
    }

    /// Writes the queries of a `WITH`, behind those that are around it.
    ///
    /// # Errors
    ///
    /// If one is recursive, has a list of columns, or has a form that is not written for Flink.
    pub(super) fn all(
        with: Option<&With>,
        tables: &[FlinkTable],
        around: &[Self],
    ) -> Result<Vec<Self>, NotFlink> {
        let mut all = around.to_vec();
        let Some(With { with_token: _, recursive, cte_tables }) = with else { return Ok(all) };
        refuse(*recursive, "`WITH RECURSIVE`")?;
        for Cte { alias, query, from, materialized, closing_paren_token: _ } in cte_tables {
            let is_more = !alias.columns.is_empty() || from.is_some() || materialized.is_some();
            refuse(is_more, "`WITH` of more than a name and a query")?;
            let query = Self::new(query, tables, &all)?;
            all.push(Self { name: alias.name.value.clone(), ..query });
        }
        Ok(all)
    }
}

/// Refuses a statement that would take much memory.
pub(super) fn refuse_long(sql: &str) -> Result<(), NotFlink> {
    refuse(sql.len() > MOST_BYTES, "a statement that is so long, since it reads queries often,")
}
