//! `UNION ALL`: the rows of several SELECTs. Each makes the columns of the first one, in its order.

use super::{FlinkSelect, NotFlink};
use sqlparser::ast::{Select, SetExpr, SetOperator, SetQuantifier};

/// Returns the SELECTs of a query, in order.
///
/// # Errors
///
/// If there is something else between them than `UNION ALL`.
pub(super) fn selects(body: &SetExpr) -> Result<Vec<&Select>, NotFlink> {
    let (mut selects, mut left) = (Vec::new(), vec![body]);
    while let Some(one) = left.pop() {
        match one {
            SetExpr::Select(select) => selects.push(&**select),
            SetExpr::SetOperation {
                op: SetOperator::Union,
                set_quantifier: SetQuantifier::All,
                left: first,
                right,
            } => left.extend([&**right, first]),
            SetExpr::SetOperation { op, .. } => {
                return Err(NotFlink(format!(
                    "`{op}` without `ALL`, or of this kind, is not written for Flink"
                )));
            }
            _ => return Err(NotFlink::new("something other than SELECTs is not written for Flink")),
        }
    }
    Ok(selects)
}

/// Returns what has the rows of both.
pub(super) fn both(mut one: FlinkSelect, other: FlinkSelect) -> FlinkSelect {
    one.sql = format!("{}\nUNION ALL\n{}", one.sql, other.sql);
    for (table, columns) in other.read {
        one.read.entry(table).or_default().extend(columns);
    }
    let numbers = one.numbers.into_iter().filter_map(|(column, number)| {
        let number = number.either(*other.numbers.get(&column)?);
        Some((column, number))
    });
    one.numbers = numbers.collect();
    // A row of one may have the key of a row of the other one.
    one.identity = None;
    one.has_condition |= other.has_condition;
    one
}
