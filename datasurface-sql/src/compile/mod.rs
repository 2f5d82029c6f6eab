//! From a query to the columns that it makes.
//!
//! What follows the parser's tree down queries recurses: the parser has limited how deep these are.

mod expression;
mod from;
mod passing;
mod scope;
mod select;
mod types;

use crate::{
    input::Inputs,
    output::{Compilation, NotOneSelect, OutputColumn, SelectOutput, SqlProblem, UnreadSql},
    read::Text,
};
use scope::Scope;
use sqlparser::ast::{
    Cte, OrderBy, OrderByKind, Query, SetExpr, SetOperator, SetQuantifier, TableAlias, With,
};
use std::rc::Rc;

/// How many columns the `*` of a statement may stand for, all together: `*` of `*` of `*` would be as many as one likes.
const MOST_COLUMNS: usize = 50_000;

/// Compiles a statement against the tables that it may read. Neither the length nor the depth of the text does harm: what is
/// too long or too deep is not read.
#[must_use]
pub fn compile(sql: &str, inputs: &Inputs<'_>) -> Compilation {
    let query = match Text::read(sql) {
        Text::Query(query) => query,
        Text::NotOneSelect(problem) => return Compilation::NotOneSelect(problem),
        Text::Unread(reason) => return Compilation::Unread(reason),
    };
    let mut compiler = Compiler::new(inputs);
    let table = compiler.query(&query, None);
    if compiler.writes {
        return Compilation::NotOneSelect(NotOneSelect::Writes);
    }
    if compiler.columns_left == 0 {
        let reason = format!("`*` stands for more than {MOST_COLUMNS} columns in it");
        return Compilation::Unread(UnreadSql::from(reason));
    }
    let mut problems = compiler.problems;
    problems.sort();
    problems.dedup();
    let MadeTable { columns, is_complete } = table;
    Compilation::Select(SelectOutput { columns, is_complete, problems })
}

/// The columns that a query makes.
#[derive(Clone, Debug, Default)]
struct MadeTable {
    columns: Vec<OutputColumn>,
    /// Whether there are no others.
    is_complete: bool,
}

struct Compiler<'i, 'a> {
    inputs: &'i Inputs<'a>,
    /// The tables that WITH makes, the innermost last; none while it is being made.
    with: Vec<(String, Option<Rc<MadeTable>>)>,
    problems: Vec<SqlProblem>,
    /// Whether any part changes data.
    writes: bool,
    columns_left: usize,
}

impl<'i, 'a> Compiler<'i, 'a> {
    fn new(inputs: &'i Inputs<'a>) -> Self {
        Self { inputs, with: Vec::new(), problems: Vec::new(), writes: false, columns_left: MOST_COLUMNS }
    }

    fn query(&mut self, query: &Query, outer: Option<&Scope<'_>>) -> MadeTable {
        let Query {
            body,
            with,
            order_by,
            // These make something else of the rows, or may.
            for_clause,
            settings,
            format_clause,
            pipe_operators,
            // These choose or lock rows.
            limit_clause: _,
            fetch: _,
            locks: _,
        } = query;
        let known = self.with.len();
        if let Some(With { with_token: _, recursive, cte_tables }) = with {
            cte_tables.iter().for_each(|table| self.with_table(table, *recursive, outer));
        }
        let mut made = self.body(body, order_by.as_ref(), outer);
        self.with.truncate(known);
        made.is_complete &= for_clause.is_none()
            && settings.is_none()
            && format_clause.is_none()
            && pipe_operators.is_empty()
            && order_by.as_ref().is_none_or(only_orders);
        made
    }

    fn with_table(&mut self, table: &Cte, recursive: bool, outer: Option<&Scope<'_>>) {
        let Cte { alias, query, from, materialized: _, closing_paren_token: _ } = table;
        let name = alias.name.value.clone();
        let place = self.with.len();
        // A dataset of this name is meant by the query itself, unless it reads what it makes.
        if recursive || !self.inputs.has(&name) {
            self.with.push((name.clone(), None));
        }
        let mut made = self.query(query, outer);
        made.is_complete &= from.is_none();
        self.with.truncate(place);
        self.with.push((name, Some(Rc::new(renamed(made, alias)))));
    }

    /// The SELECTs of a query, combined from left to right: that is as deep as there are any, so without recursion.
    fn body(&mut self, body: &SetExpr, order: Option<&OrderBy>, outer: Option<&Scope<'_>>) -> MadeTable {
        let (mut first, mut rest) = (body, Vec::new());
        while let SetExpr::SetOperation { left, op, set_quantifier, right } = first {
            rest.push((*op, *set_quantifier, &**right));
            first = left;
        }
        // What orders the rows of several SELECTs names their result.
        let mut made = self.operand(first, order.filter(|_| rest.is_empty()), outer);
        for (operator, quantifier, right) in rest.into_iter().rev() {
            let is_by_name = matches!(
                quantifier,
                SetQuantifier::ByName | SetQuantifier::AllByName | SetQuantifier::DistinctByName
            );
            let right = self.operand(right, None, outer);
            made = combined(made, right, operator);
            made.is_complete &= !is_by_name;
        }
        made
    }

    fn operand(
        &mut self,
        operand: &SetExpr,
        order: Option<&OrderBy>,
        outer: Option<&Scope<'_>>,
    ) -> MadeTable {
        match operand {
            SetExpr::Select(select) => self.select(select, order, outer),
            SetExpr::Query(query) => self.query(query, outer),
            // Always on the right of another one, and there as deep as parentheses are.
            SetExpr::SetOperation { .. } => self.body(operand, None, outer),
            SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_) => {
                self.writes = true;
                MadeTable::default()
            }
            // Their columns have a name of their own in each dialect.
            SetExpr::Values(_) | SetExpr::Table(_) => MadeTable::default(),
        }
    }
}

/// A table under the names that an alias gives to its columns.
fn renamed(mut table: MadeTable, alias: &TableAlias) -> MadeTable {
    if alias.columns.is_empty() {
        return table;
    }
    if alias.columns.len() != table.columns.len() {
        return MadeTable::default();
    }
    for (column, name) in table.columns.iter_mut().zip(&alias.columns) {
        column.name = Some(name.name.value.clone());
        column.implied_names.clear();
    }
    table
}

/// The rows of two tables, under the names of the left one.
fn combined(mut left: MadeTable, right: MadeTable, operator: SetOperator) -> MadeTable {
    if left.columns.len() != right.columns.len() || !left.is_complete || !right.is_complete {
        return MadeTable::default();
    }
    if operator != SetOperator::Union {
        // The others choose among the rows of the left one.
        return left;
    }
    for (one, other) in left.columns.iter_mut().zip(right.columns) {
        one.data_type = types::common([one.data_type.take(), other.data_type]);
        one.sources = match (one.sources.take(), other.sources) {
            (Some(mut sources), Some(others)) => {
                sources.extend(others);
                Some(sources)
            }
            _ => None,
        };
        one.unchanged.extend(other.unchanged);
    }
    left
}

/// Whether rows are in another order, and are not filled in between.
fn only_orders(OrderBy { kind, interpolate }: &OrderBy) -> bool {
    let fills = match kind {
        OrderByKind::All(_) => false,
        OrderByKind::Expressions(by) => by.iter().any(|by| expression::ordered_by(by).is_none()),
    };
    interpolate.is_none() && !fills
}
