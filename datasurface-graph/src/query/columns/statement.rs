//! One SELECT, as far as it is understood: a list of expressions, from inputs that are joined.
//!
//! Everything that can be part of one is named here, without `..`: where a newer parser reads more, this does not compile
//! until it is decided whether the values of columns depend on it.

use super::{
    ColumnKey, StatementInput, expression,
    scope::{FromClause, is, single},
};
use sqlparser::{
    ast::{
        Expr, OrderBy, OrderByKind, Query, Select, SelectItem, SelectItemQualifiedWildcardKind, SetExpr,
        Statement as Parsed, WildcardAdditionalOptions,
    },
    dialect::GenericDialect,
    parser::Parser,
    tokenizer::Tokenizer,
};
use std::collections::BTreeSet;

/// How long a text may be that is parsed: a tree is as deep as half of its tokens, and it is dropped by recursion.
const MOST_TOKENS: usize = 2_000;
/// How deep parentheses may be: the parser recurses on them.
const DEPTH: usize = 24;

pub(super) struct Statement(Box<Select>);

impl Statement {
    /// Reads a text; nothing, if it is anything but one SELECT of moderate size that is understood.
    pub(super) fn parse(sql: &str) -> Option<Self> {
        let dialect = GenericDialect {};
        let tokens = Tokenizer::new(&dialect, sql).tokenize().ok()?;
        if tokens.len() > MOST_TOKENS {
            return None;
        }
        let mut parser = Parser::new(&dialect).with_recursion_limit(DEPTH).with_tokens(tokens);
        let mut statements = parser.parse_statements().ok()?.into_iter();
        match (statements.next(), statements.next()) {
            (Some(Parsed::Query(query)), None) => {
                only_select(*query).filter(|select| is_plain(select)).map(Self)
            }
            _ => None,
        }
    }

    /// The columns that a column of the result is made of, if that can be told.
    pub(super) fn sources_of(
        &self,
        column: &str,
        inputs: &[StatementInput<'_>],
    ) -> Option<BTreeSet<ColumnKey>> {
        let scope = FromClause::parse(&self.0.from, inputs)?;
        let mut found = None;
        for item in &self.0.projection {
            let sources = match item {
                SelectItem::ExprWithAlias { expr, alias } => {
                    is(&alias.value, column).then(|| expression::sources(expr, &scope))
                }
                SelectItem::UnnamedExpr(expr) => {
                    let is_it = name_of(expr).is_some_and(|name| is(name, column));
                    is_it.then(|| expression::sources(expr, &scope))
                }
                SelectItem::Wildcard(options) if *options == WildcardAdditionalOptions::default() => {
                    scope.provides(None, column).then(|| scope.column(None, column).map(one))
                }
                SelectItem::QualifiedWildcard(
                    SelectItemQualifiedWildcardKind::ObjectName(table),
                    options,
                ) if *options == WildcardAdditionalOptions::default() => {
                    let table = single(table)?;
                    scope.provides(Some(table), column).then(|| scope.column(Some(table), column).map(one))
                }
                _ => return None,
            };
            match (&found, sources) {
                (_, None) => {}
                (None, Some(sources)) => found = Some(sources?),
                // Two columns of one name.
                (Some(_), Some(_)) => return None,
            }
        }
        found
    }
}

/// The SELECT of a query, if it alone makes what is in the rows.
fn only_select(query: Query) -> Option<Box<Select>> {
    let Query {
        body,
        with: None,
        order_by,
        // These make something else of the rows, or may.
        for_clause: None,
        settings: None,
        format_clause: None,
        pipe_operators,
        // These choose or lock rows.
        limit_clause: _,
        fetch: _,
        locks: _,
    } = query
    else {
        return None;
    };
    match *body {
        SetExpr::Select(select) if pipe_operators.is_empty() && order_by.as_ref().is_none_or(only_orders) => {
            Some(select)
        }
        _ => None,
    }
}

/// Whether rows are in another order, and are not filled in between.
fn only_orders(OrderBy { kind, interpolate }: &OrderBy) -> bool {
    let fills = match kind {
        OrderByKind::All(_) => false,
        OrderByKind::Expressions(by) => by.iter().any(|by| expression::ordered_by(by).is_none()),
    };
    interpolate.is_none() && !fills
}

/// Whether what is in the rows is made by the list of expressions and the FROM alone.
fn is_plain(select: &Select) -> bool {
    let Select {
        projection: _,
        from: _,
        // These make something else of the rows.
        exclude,
        into,
        lateral_views,
        connect_by,
        value_table_mode,
        // These choose, order, spread or group rows, or say how to find them.
        select_token: _,
        optimizer_hints: _,
        distinct: _,
        select_modifiers: _,
        top: _,
        top_before_distinct: _,
        prewhere: _,
        selection: _,
        group_by: _,
        cluster_by: _,
        distribute_by: _,
        sort_by: _,
        having: _,
        qualify: _,
        flavor: _,
        // What is computed over a window of this kind is not understood.
        named_window: _,
        window_before_qualify: _,
    } = select;
    exclude.is_none()
        && into.is_none()
        && lateral_views.is_empty()
        && connect_by.is_empty()
        && value_table_mode.is_none()
}

fn one(column: ColumnKey) -> BTreeSet<ColumnKey> {
    BTreeSet::from([column])
}

/// How a column of the result is called that has no name of its own.
fn name_of(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Identifier(name) => Some(&name.value),
        Expr::CompoundIdentifier(names) => names.last().map(|name| name.value.as_str()),
        _ => None,
    }
}
