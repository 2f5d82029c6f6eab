//! What a FROM makes visible, as far as it is understood: inputs that are joined.

use super::{ColumnKey, StatementInput};
use sqlparser::ast::{Join, JoinOperator, ObjectName, TableAlias, TableFactor, TableWithJoins};

/// The tables of a FROM, each with the name by which columns call it.
pub(super) struct FromClause<'a>(Vec<(String, &'a StatementInput<'a>)>);

impl<'a> FromClause<'a> {
    /// The inputs that are joined; nothing, if anything else is.
    pub(super) fn parse(from: &[TableWithJoins], inputs: &'a [StatementInput<'a>]) -> Option<Self> {
        let mut tables = Vec::new();
        for TableWithJoins { relation, joins } in from {
            tables.push(visible(relation, inputs)?);
            for Join { relation, global: _, join_operator } in joins {
                if !shows_both_sides(join_operator) {
                    return None;
                }
                tables.push(visible(relation, inputs)?);
            }
        }
        Some(Self(tables))
    }

    /// The one column of this name, in one table or in any.
    pub(super) fn column(&self, table: Option<&str>, column: &str) -> Option<ColumnKey> {
        let mut known = self.columns(table, column);
        known.next().filter(|_| known.next().is_none())
    }

    pub(super) fn provides(&self, table: Option<&str>, column: &str) -> bool {
        self.columns(table, column).next().is_some()
    }

    fn columns(&self, table: Option<&str>, column: &str) -> impl Iterator<Item = ColumnKey> {
        let column = column.to_ascii_lowercase();
        let tables = self.0.iter().filter(move |(name, _)| table.is_none_or(|table| is(name, table)));
        tables.flat_map(move |(_, input)| input.columns(&column))
    }
}

/// A table of a FROM, if it is an input as it is, and the name by which columns call it.
fn visible<'a>(
    table: &TableFactor,
    inputs: &'a [StatementInput<'a>],
) -> Option<(String, &'a StatementInput<'a>)> {
    let TableFactor::Table {
        name,
        alias,
        // These make other rows or columns than the input has.
        args: None,
        version: None,
        with_ordinality: false,
        json_path: None,
        // These choose rows, or say how to find them.
        with_hints: _,
        partitions: _,
        sample: _,
        index_hints: _,
    } = table
    else {
        return None;
    };
    let name = single(name)?;
    let mut known = inputs.iter().filter(|input| is(&input.name, name));
    let input = known.next().filter(|_| known.next().is_none())?;
    match alias {
        None => Some((name.to_owned(), input)),
        Some(TableAlias { explicit: _, name, columns, at: None }) if columns.is_empty() => {
            Some((name.value.clone(), input))
        }
        Some(_) => None,
    }
}

/// Whether columns of both sides can be used, and mean what is in the tables. Whatever is on the right of a semi-join
/// only chooses rows.
fn shows_both_sides(join: &JoinOperator) -> bool {
    matches!(
        join,
        JoinOperator::Join(_)
            | JoinOperator::Inner(_)
            | JoinOperator::Left(_)
            | JoinOperator::LeftOuter(_)
            | JoinOperator::Right(_)
            | JoinOperator::RightOuter(_)
            | JoinOperator::FullOuter(_)
            | JoinOperator::CrossJoin(_)
            | JoinOperator::StraightJoin(_)
    )
}

/// A name that is not qualified.
pub(super) fn single(name: &ObjectName) -> Option<&str> {
    match &name.0[..] {
        [part] => part.as_ident().map(|name| name.value.as_str()),
        _ => None,
    }
}

/// Whether both are one name, in whichever case.
pub(super) fn is(name: &str, other: &str) -> bool {
    name.eq_ignore_ascii_case(other)
}
