//! From a query to the columns that it makes.
//!
//! What follows the parser's tree down queries recurses: the parser has limited how deep these are.

mod expression;
mod from;
mod functions;
mod literal;
mod mentioned;
mod partial;
mod parts;
mod removing;
mod scope;
mod select;
mod single_rows;
mod types;
mod values;
mod wildcard;
mod window;

use crate::{
    input::{FormerInput, Inputs},
    output::{Compilation, NotOneSelect, OutputColumn, SelectOutput, SqlProblem, UnreadSql},
    passed_on::PassedOn,
    read::Text,
};
pub(crate) use from::single;
use parts::Taken;
use scope::{Scope, Sources, add};
use sqlparser::ast::{
    Cte, Expr, Fetch, Ident, LimitClause, OrderBy, OrderByKind, Query, SetExpr, SetOperator, SetQuantifier,
    TableAlias, With,
};
use std::{collections::BTreeSet, rc::Rc};

/// How many columns the `*` of a statement may stand for, and its values may have in them, all together: `*` of `*` of `*` would be as many as one
/// likes.
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
        let reason = format!("it has more than {MOST_COLUMNS} columns in it, by `*` or by rows of tables");
        return Compilation::Unread(UnreadSql::from(reason));
    }
    let mut problems = compiler.problems;
    problems.sort();
    problems.dedup();
    let former_inputs = compiler.former_inputs;
    let MadeTable { columns, others, mut is_complete, is_in_order, rows_by } = table;
    // What its columns are called differs, but nobody gave them names.
    is_complete |= is_in_order && matches!(*query.body, SetExpr::Values(_));
    let is_understood =
        is_complete && rows_by.is_some() && columns.iter().all(|column| column.sources.is_some());
    let is_by_names = is_understood && !compiler.reads_by_place;
    let lacks_names = compiler.reads_unknown_input || !problems.is_empty();
    Compilation::Select(SelectOutput {
        columns,
        others,
        is_complete,
        lacks_names,
        is_by_names,
        problems,
        former_inputs,
    })
}

/// The columns that a query makes.
#[derive(Clone, Debug, Default)]
struct MadeTable {
    columns: Vec<OutputColumn>,
    /// What is in columns that are not known.
    others: PassedOn,
    /// Whether there are no others, and each has the name that is known.
    is_complete: bool,
    /// Whether these are all, and each is at its place.
    is_in_order: bool,
    /// The columns of inputs that decide which rows there are.
    rows_by: Sources,
}

impl MadeTable {
    /// The columns of inputs on which anything in the table depends.
    fn all_sources(&self) -> Sources {
        let mut sources = self.rows_by.clone().filter(|_| self.is_in_order);
        for column in &self.columns {
            add(&mut sources, column.sources.clone());
        }
        sources
    }

    /// The same table, with more columns that decide which rows there are.
    fn chosen_by(mut self, sources: Sources) -> Self {
        add(&mut self.rows_by, sources);
        self
    }

    /// A table of unknown columns.
    fn open(others: PassedOn) -> Self {
        Self { others, ..Self::default() }
    }

    /// What is in all columns.
    fn everything(&self) -> PassedOn {
        let mut everything = self.others.clone();
        self.columns.iter().for_each(|column| everything.add(column.passed_on.clone()));
        everything
    }

    /// The same table with others, where not all is understood of what it becomes.
    fn not_understood(mut self, others: PassedOn) -> Self {
        self.others.add(others);
        Self { is_complete: false, is_in_order: false, rows_by: None, ..self }
    }
}

/// A table that WITH makes.
struct WithTable {
    /// None while it is not meant by its own query.
    name: Option<Ident>,
    /// None while it is being made, and for those before it: some engines let a table read the ones behind it, and others see there
    /// what has the name around them.
    made: Option<Rc<MadeTable>>,
}

struct Compiler<'i, 'a> {
    inputs: &'i Inputs<'a>,
    /// The tables that WITH makes, the innermost last.
    with: Vec<WithTable>,
    problems: Vec<SqlProblem>,
    former_inputs: BTreeSet<FormerInput>,
    /// Whether any part changes data.
    writes: bool,
    /// Whether columns of an input are taken all, in their order.
    reads_by_place: bool,
    reads_unknown_input: bool,
    columns_left: usize,
    /// Whether queries are looked at once more, as ones that see the tables before them.
    looks_left: bool,
    taken: Taken,
}

impl<'i, 'a> Compiler<'i, 'a> {
    fn new(inputs: &'i Inputs<'a>) -> Self {
        Self {
            inputs,
            with: Vec::new(),
            problems: Vec::new(),
            former_inputs: BTreeSet::new(),
            writes: false,
            reads_by_place: false,
            reads_unknown_input: false,
            columns_left: MOST_COLUMNS,
            looks_left: false,
            taken: Taken::default(),
        }
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
            limit_clause,
            fetch,
            locks: _,
        } = query;
        let known = self.with.len();
        if let Some(With { with_token: _, recursive, cte_tables }) = with {
            self.with.extend(
                cte_tables.iter().map(|table| WithTable { name: Some(table.alias.name.clone()), made: None }),
            );
            for (place, table) in (known..).zip(cte_tables) {
                self.with_table(table, place, *recursive, outer);
            }
        }
        let mut made = self.body(body, order_by.as_ref(), outer);
        self.problems.extend(order_by.iter().flat_map(|order| unknown_places(order, &made)));
        for number in
            limit_clause.iter().flat_map(numbers).chain(fetch.iter().flat_map(|rows| &rows.quantity))
        {
            expression::value(number, &Scope::new(outer), self);
        }
        self.with.truncate(known);
        let is_understood = for_clause.is_none()
            && settings.is_none()
            && format_clause.is_none()
            && pipe_operators.is_empty()
            && order_by.as_ref().is_none_or(only_orders);
        if !is_understood {
            return made.not_understood(self.mentioned(query, outer));
        }
        if limit_clause.as_ref().is_some_and(is_computed) || fetch.as_ref().is_some_and(is_fetch_computed) {
            made.rows_by = None;
        }
        made
    }

    fn with_table(&mut self, table: &Cte, place: usize, recursive: bool, outer: Option<&Scope<'_>>) {
        let Cte { alias, query, from, materialized: _, closing_paren_token: _ } = table;
        // A dataset of this name is meant by the query itself, unless it reads what it makes.
        if !recursive && self.inputs.has(&alias.name.value) {
            self.name_with(place, None, None);
        }
        let made = self.query(query, outer);
        let made = match from {
            None => made,
            Some(_) => made.not_understood(self.mentioned(query, outer)),
        };
        let renamed = self.renamed(made, alias);
        self.name_with(place, Some(alias.name.clone()), Some(Rc::new(renamed)));
    }

    /// A table under the names that an alias gives to its columns. Where there are fewer names than columns, engines differ.
    fn renamed(&mut self, mut table: MadeTable, alias: &TableAlias) -> MadeTable {
        let names = alias.columns.len();
        if names == 0 {
            return table;
        }
        if let Some(columns) = said_count(&table).filter(|columns| *columns < names) {
            let table = alias.name.value.clone();
            self.problems.push(SqlProblem::SurplusNames { table, names, columns });
        }
        if !table.is_in_order || names != table.columns.len() {
            return MadeTable::open(table.everything());
        }
        for (column, name) in table.columns.iter_mut().zip(&alias.columns) {
            column.name = Some(name.name.value.clone());
            column.implied_names.clear();
        }
        MadeTable { is_complete: true, ..table }
    }

    fn name_with(&mut self, place: usize, name: Option<Ident>, made: Option<Rc<MadeTable>>) {
        if let Some(table) = self.with.get_mut(place) {
            *table = WithTable { name, made };
        }
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
        for &(operator, quantifier, right) in rest.iter().rev() {
            let is_by_name = matches!(
                quantifier,
                SetQuantifier::ByName | SetQuantifier::AllByName | SetQuantifier::DistinctByName
            );
            let right = self.operand(right, None, outer);
            let keeps_all = (operator, quantifier) == (SetOperator::Union, SetQuantifier::All);
            if is_by_name {
                let mut others = made.everything();
                others.add(right.everything());
                made = made.not_understood(others);
            } else {
                self.problems.extend(different_counts(&made, &right, operator));
                made = combined(made, right, operator, keeps_all);
            }
        }
        if order.is_some() && !rest.is_empty() {
            let sources = made.all_sources();
            made = made.chosen_by(sources);
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
            SetExpr::Values(values) => self.values(values, outer),
            SetExpr::Table(_) => self.open(operand, outer),
        }
    }
}

/// How many columns a table is said to have. How many those of a `*` are is known when it runs.
fn said_count(table: &MadeTable) -> Option<usize> {
    let is_said = table.is_in_order && !table.columns.iter().any(|column| column.is_from_wildcard);
    is_said.then_some(table.columns.len())
}

/// What is wrong with rows that are as long as they are said to be, and not alike.
fn different_counts(left: &MadeTable, right: &MadeTable, operator: SetOperator) -> Option<SqlProblem> {
    let counts = [said_count(left)?, said_count(right)?];
    let [one, other] = counts;
    (one != other).then(|| SqlProblem::ColumnCounts { operator: operator.to_string(), counts })
}

/// The rows of two tables, under the names of the left one.
fn combined(left: MadeTable, right: MadeTable, operator: SetOperator, keeps_all: bool) -> MadeTable {
    if left.columns.len() != right.columns.len() || !left.is_in_order || !right.is_in_order {
        let mut others = left.everything();
        others.add(right.everything());
        return MadeTable::open(others);
    }
    // Which rows are equal depends on all columns.
    let compared = if keeps_all { Some(BTreeSet::new()) } else { left.all_sources() };
    let others = if keeps_all { right.rows_by.clone() } else { right.all_sources() };
    let mut left = left.chosen_by(compared).chosen_by(others);
    if !matches!(operator, SetOperator::Union | SetOperator::Intersect) {
        // The others choose among the rows of the left one.
        return left;
    }
    for (one, other) in left.columns.iter_mut().zip(right.columns) {
        one.data_type = types::common([one.data_type.take(), other.data_type]);
        add(&mut one.sources, other.sources);
        one.passed_on.add(other.passed_on);
    }
    left
}

/// The numbers by which rows are ordered, of which no column is. To all engines, they are places of columns.
fn unknown_places(order: &OrderBy, made: &MadeTable) -> Vec<SqlProblem> {
    let (OrderByKind::Expressions(by), Some(count)) = (&order.kind, said_count(made)) else {
        return Vec::new();
    };
    let numbers = by.iter().filter_map(|by| expression::whole_number(&by.expr));
    let unknown = numbers.filter(|place| !(1..=count).contains(place));
    unknown.map(|place| SqlProblem::UnknownPlace { place, count }).collect()
}

/// What says how many rows there are, but for groups of them.
fn numbers(limit: &LimitClause) -> Vec<&Expr> {
    match limit {
        LimitClause::LimitOffset { limit, offset, limit_by: _ } => {
            limit.iter().chain(offset.iter().map(|offset| &offset.value)).collect()
        }
        LimitClause::OffsetCommaLimit { offset, limit } => vec![offset, limit],
    }
}

/// Whether it is computed how many rows there are.
fn is_computed(limit: &LimitClause) -> bool {
    let is_by_groups = matches!(limit, LimitClause::LimitOffset { limit_by, .. } if !limit_by.is_empty());
    is_by_groups || !numbers(limit).into_iter().all(expression::is_literal)
}

fn is_fetch_computed(Fetch { with_ties: _, percent: _, quantity }: &Fetch) -> bool {
    quantity.as_ref().is_some_and(|quantity| !expression::is_literal(quantity))
}

/// Whether rows are in another order, and are not filled in between.
fn only_orders(OrderBy { kind, interpolate }: &OrderBy) -> bool {
    let fills = match kind {
        OrderByKind::All(_) => false,
        OrderByKind::Expressions(by) => by.iter().any(|by| expression::ordered_by(by).is_none()),
    };
    interpolate.is_none() && !fills
}
