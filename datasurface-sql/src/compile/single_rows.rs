//! Groups that have one row each: what is added up there is the value itself.

use super::{
    Compiler,
    expression::{arguments, is_called_anywhere, whole_number},
    parts::{Parts, Taken, parts},
    scope::Scope,
    window,
};
use crate::{input::is, output::ColumnKey, passed_on::PassedOn};
use datasurface_schema::DatasetKey;
use sqlparser::ast::{Expr, GroupByExpr, SelectItem};
use std::collections::BTreeSet;

/// Functions whose result over one value is that value.
const OF_ONE_VALUE: &[&str] = &["avg", "bool_and", "bool_or", "every", "mean", "sum", "total"];

impl Compiler<'_, '_> {
    /// What a function adds up of one row, as the model says: its groups, those of its window, or what a query in a query finds for a row are told
    /// apart by the key of a dataset of which it adds up a column, or by that column.
    pub(super) fn added_of_one_row<'e>(&self, expression: &'e Expr, scope: &Scope<'_>) -> Vec<&'e Expr> {
        let Expr::Function(function) = expression else { return Vec::new() };
        if !is_called_anywhere(function, OF_ONE_VALUE) {
            return Vec::new();
        }
        let apart = match &function.over {
            Some(over) => window::parts(over, scope).unwrap_or_default(),
            None => scope.grouped_by.clone(),
        };
        let apart = apart.into_iter().filter_map(|expression| plain(expression, scope));
        let mut apart: BTreeSet<ColumnKey> = apart.flat_map(|in_it| columns(&in_it)).collect();
        // One row of a table, or of the query around, leads to one of another table by what they are compared by.
        if scope.outer.is_some() || apart.iter().any(|column| self.has_key(&apart, &column.dataset)) {
            let compared = scope.conditions.iter().flat_map(|condition| self.columns_in(condition, scope));
            let merged = scope.merged.names.iter().flat_map(|name| columns(&scope.meant_by(name, false)));
            apart.extend(compared.chain(merged));
        }
        let is_of_one_row =
            |column: &ColumnKey| apart.contains(column) || self.has_key(&apart, &column.dataset);
        let mut added = arguments(function).filter(|_| !apart.is_empty()).unwrap_or_default();
        added.retain(|one| self.columns_in(one, scope).iter().any(is_of_one_row));
        added
    }

    /// The columns that an expression names. Not by recursion: expressions can be deep.
    fn columns_in(&self, expression: &Expr, scope: &Scope<'_>) -> Vec<ColumnKey> {
        let (mut found, mut waiting) = (Vec::new(), vec![expression]);
        while let Some(expression) = waiting.pop() {
            match (plain(expression, scope), parts(expression, scope, &mut Taken::default())) {
                (Some(in_it), _) => found.extend(columns(&in_it)),
                (None, Some(Parts { passed_on, used })) => {
                    waiting.extend(passed_on.into_iter().map(|(part, _)| part).chain(used));
                }
                (None, None) => found.extend(columns(&self.mentioned(expression, Some(scope)))),
            }
        }
        found
    }

    /// Whether columns have all of the key of a dataset.
    fn has_key(&self, columns: &BTreeSet<ColumnKey>, dataset: &DatasetKey) -> bool {
        let key = self.inputs.key_of(dataset);
        !key.is_empty() && key.iter().all(|column| columns.contains(&ColumnKey::new(dataset, column)))
    }
}

fn columns(in_it: &PassedOn) -> Vec<ColumnKey> {
    in_it.readable().cloned().collect()
}

/// What is in a column, whatever type it is read as.
fn plain(expression: &Expr, scope: &Scope<'_>) -> Option<PassedOn> {
    let mut inner = expression;
    while let Expr::Nested(expression) | Expr::Cast { expr: expression, .. } = inner {
        inner = expression;
    }
    let meaning = match inner {
        Expr::Identifier(column) => scope.meaning(None, &column.value),
        Expr::CompoundIdentifier(names) => match &names[..] {
            [table, column] => scope.meaning(Some(&table.value), &column.value),
            _ => return None,
        },
        _ => return None,
    };
    Some(meaning.value().passed_on)
}

/// What rows are grouped by: what is selected can be named by its place, or by the name that it is given.
pub(super) fn grouped_by<'s>(group_by: &'s GroupByExpr, projection: &'s [SelectItem]) -> Vec<&'s Expr> {
    let selected = || {
        projection.iter().filter_map(|item| match item {
            SelectItem::UnnamedExpr(expr) => Some((None, expr)),
            SelectItem::ExprWithAlias { expr, alias } => Some((Some(alias), expr)),
            _ => None,
        })
    };
    let GroupByExpr::Expressions(expressions, _) = group_by else {
        return selected().map(|(_, expr)| expr).collect();
    };
    let mut grouped = Vec::new();
    let mut waiting: Vec<&Expr> = expressions.iter().collect();
    while let Some(expression) = waiting.pop() {
        match expression {
            Expr::Tuple(several) => waiting.extend(several),
            Expr::GroupingSets(sets) | Expr::Rollup(sets) | Expr::Cube(sets) => {
                waiting.extend(sets.iter().flatten());
            }
            Expr::Identifier(name) => {
                let named =
                    selected().filter(|(alias, _)| alias.is_some_and(|alias| is(&alias.value, &name.value)));
                grouped.extend(named.map(|(_, expr)| expr));
                grouped.push(expression);
            }
            other => {
                let place = whole_number(other).and_then(|place| projection.get(place.checked_sub(1)?));
                grouped.push(match place {
                    Some(SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, .. }) => expr,
                    _ => other,
                });
            }
        }
    }
    grouped
}
