//! Which columns an expression is made of.

use super::{ColumnKey, statement::Scope};
use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, WindowSpec, WindowType,
};
use std::collections::BTreeSet;

/// The columns, if all of the expression is understood. Without recursion: expressions can be deep.
pub(super) fn sources(expression: &Expr, scope: &Scope<'_>) -> Option<BTreeSet<ColumnKey>> {
    let mut columns = BTreeSet::new();
    let mut waiting = vec![expression];
    while let Some(expression) = waiting.pop() {
        match expression {
            Expr::Identifier(column) => {
                columns.insert(scope.column(None, &column.value)?);
            }
            Expr::CompoundIdentifier(names) => match &names[..] {
                [table, column] => {
                    columns.insert(scope.column(Some(&table.value), &column.value)?);
                }
                _ => return None,
            },
            other => waiting.extend(parts(other)?),
        }
    }
    Some(columns)
}

/// What an expression consists of, if it is one of those that are understood.
fn parts(expression: &Expr) -> Option<Vec<&Expr>> {
    Some(match expression {
        Expr::Value(_) | Expr::TypedString(_) => Vec::new(),
        Expr::Nested(one)
        | Expr::UnaryOp { expr: one, .. }
        | Expr::Cast { expr: one, .. }
        | Expr::Collate { expr: one, .. }
        | Expr::Ceil { expr: one, .. }
        | Expr::Floor { expr: one, .. }
        | Expr::Extract { expr: one, .. }
        | Expr::IsNull(one)
        | Expr::IsNotNull(one)
        | Expr::IsTrue(one)
        | Expr::IsNotTrue(one)
        | Expr::IsFalse(one)
        | Expr::IsNotFalse(one) => vec![one],
        Expr::BinaryOp { left: one, right: two, .. }
        | Expr::IsDistinctFrom(one, two)
        | Expr::IsNotDistinctFrom(one, two)
        | Expr::Position { expr: one, r#in: two }
        | Expr::Like { expr: one, pattern: two, .. }
        | Expr::ILike { expr: one, pattern: two, .. } => vec![one, two],
        Expr::Between { expr, low, high, .. } => vec![expr, low, high],
        Expr::InList { expr, list, .. } => [&**expr].into_iter().chain(list).collect(),
        Expr::Tuple(list) => list.iter().collect(),
        Expr::Substring { expr, substring_from, substring_for, .. } => {
            [Some(expr), substring_from.as_ref(), substring_for.as_ref()]
                .into_iter()
                .flatten()
                .map(|part| &**part)
                .collect()
        }
        Expr::Trim { expr, trim_what, trim_characters, .. } => {
            let characters = trim_characters.iter().flatten();
            [Some(expr), trim_what.as_ref()]
                .into_iter()
                .flatten()
                .map(|part| &**part)
                .chain(characters)
                .collect()
        }
        Expr::Case { operand, conditions, else_result, .. } => {
            let ends = operand.iter().chain(else_result).map(|part| &**part);
            ends.chain(conditions.iter().flat_map(|when| [&when.condition, &when.result])).collect()
        }
        Expr::Function(function) => of_function(function)?,
        _ => return None,
    })
}

fn of_function(function: &Function) -> Option<Vec<&Expr>> {
    let is_plain = matches!(function.parameters, FunctionArguments::None) && function.within_group.is_empty();
    let arguments = match &function.args {
        _ if !is_plain => return None,
        FunctionArguments::None => &[][..],
        FunctionArguments::List(list) if list.clauses.is_empty() => &list.args,
        FunctionArguments::List(_) | FunctionArguments::Subquery(_) => return None,
    };
    let mut parts: Vec<&Expr> = function.filter.iter().map(|filter| &**filter).collect();
    for argument in arguments {
        match argument {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => parts.push(expr),
            // The number of rows is made of no column.
            FunctionArg::Unnamed(FunctionArgExpr::Wildcard) => {}
            _ => return None,
        }
    }
    match &function.over {
        None => {}
        Some(WindowType::WindowSpec(WindowSpec { window_name: None, partition_by, order_by, .. })) => {
            parts.extend(partition_by.iter().chain(order_by.iter().map(|order| &order.expr)));
        }
        Some(_) => return None,
    }
    Some(parts)
}
