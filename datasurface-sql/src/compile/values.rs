//! Rows that are written down: `VALUES (1, 'a'), (2, 'b')`.

use super::{
    Compiler, MadeTable, expression,
    scope::{Scope, Value, add},
    types,
};
use crate::output::{OutputColumn, SqlProblem};
use sqlparser::ast::Values;
use std::collections::BTreeSet;

impl Compiler<'_, '_> {
    /// The columns have a name of their own in each dialect, unless they are given one.
    pub(super) fn values(&mut self, values: &Values, outer: Option<&Scope<'_>>) -> MadeTable {
        let scope = Scope::new(outer);
        let mut columns: Vec<OutputColumn> = Vec::new();
        for (number, row) in values.rows.iter().enumerate() {
            if number == 0 {
                columns = (0..row.content.len()).map(unnamed).collect();
            }
            if row.content.len() != columns.len() {
                let counts = [columns.len(), row.content.len()];
                self.problems.push(SqlProblem::ColumnCounts { operator: "VALUES".to_owned(), counts });
                return self.open(values, outer);
            }
            for (column, expression) in columns.iter_mut().zip(&row.content) {
                let Value { data_type, sources, passed_on } = expression::value(expression, &scope, self);
                column.data_type = match number {
                    0 => data_type,
                    _ => types::common([column.data_type.take(), data_type]),
                };
                add(&mut column.sources, sources);
                column.passed_on.add(passed_on);
            }
        }
        MadeTable { columns, is_in_order: true, rows_by: Some(BTreeSet::new()), ..MadeTable::default() }
    }
}

fn unnamed(place: usize) -> OutputColumn {
    let number = place + 1;
    OutputColumn {
        implied_names: [format!("column{number}"), format!("col{number}"), format!("c{number}")]
            .into_iter()
            .chain(["column_", "col", "_col", "expr$"].map(|name| format!("{name}{place}")))
            .collect(),
        sources: Some(BTreeSet::new()),
        ..OutputColumn::default()
    }
}
