//! One SELECT: a list of expressions, from tables that are joined.
//!
//! Everything that can be part of one is named here, without `..`: where a newer parser reads more, this does not compile
//! until it is decided whether the values of columns depend on it.

use super::{
    Compiler, MadeTable,
    expression::{self, is_called},
    from::single,
    scope::{Alias, Relation, Scope, Table, Value, add},
    single_rows::grouped_by,
    types, window,
};
use crate::{
    input::is,
    output::OutputColumn,
    passed_on::{PassedOn, Step},
};
use sqlparser::ast::{
    Distinct, Expr, Function, GroupByExpr, Ident, OrderBy, OrderByKind, Select, SelectFlavor, SelectItem,
    SelectItemQualifiedWildcardKind,
};
use std::{collections::BTreeSet, rc::Rc};

impl<'a> Compiler<'_, 'a> {
    pub(super) fn select(
        &mut self,
        select: &Select,
        order: Option<&OrderBy>,
        outer: Option<&Scope<'_>>,
    ) -> MadeTable {
        let Select {
            projection,
            from,
            // These make something else of the rows.
            exclude,
            into,
            lateral_views,
            connect_by,
            value_table_mode,
            flavor,
            // These choose, order, spread or group rows.
            selection,
            prewhere,
            having,
            qualify,
            group_by,
            cluster_by: _,
            distribute_by: _,
            sort_by: _,
            // These choose rows, or say how to find them.
            select_token: _,
            optimizer_hints: _,
            distinct,
            select_modifiers,
            top,
            top_before_distinct: _,
            // These are looked up where they are used.
            named_window,
            window_before_qualify: _,
        } = select;
        self.writes |= into.is_some();
        let mut scope = Scope {
            is_opaque: !lateral_views.is_empty() || !connect_by.is_empty(),
            windows: named_window,
            grouped_by: grouped_by(group_by, projection),
            ..Scope::new(outer)
        };
        let conditions = self.from(from, &mut scope);
        scope.conditions = conditions.iter().copied().chain(selection).chain(prewhere).collect();
        for view in lateral_views {
            let made = self.open(view, Some(&scope));
            scope.relations.push(Relation { name: None, table: Table::Made(Rc::new(made)) });
        }
        // What decides which rows there are.
        let mut deciding = conditions;
        let mut rows_by = scope.rows_by();
        let is_plain = exclude.is_none()
            && value_table_mode.is_none()
            && !matches!(flavor, SelectFlavor::FromFirstNoSelect);
        let are_rows_known = is_plain
            && connect_by.is_empty()
            && lateral_views.is_empty()
            && select_modifiers.is_none()
            && top.is_none();
        for condition in deciding.drain(..) {
            add(&mut rows_by, expression::value(condition, &scope, self).sources);
        }
        let mut made = MadeTable { is_complete: is_plain, is_in_order: is_plain, ..MadeTable::default() };
        if !is_plain {
            made.others = scope.everything();
        }
        for item in projection {
            self.item(item, &scope, &mut made);
            // Some dialects let an expression use what is named before it.
            if let SelectItem::ExprWithAlias { alias, .. } = item {
                let last = made.columns.last();
                let passed_on = last.map(|column| column.passed_on.clone()).unwrap_or_default();
                let sources = last.and_then(|column| column.sources.clone());
                scope.aliases.push(Alias { name: &alias.value, sources, passed_on });
            }
        }
        for condition in [selection, prewhere].into_iter().flatten() {
            add(&mut rows_by, expression::value(condition, &scope, self).sources);
        }
        // These see what is made, under the names that it has without being given one as well.
        scope.aliases.extend(projection.iter().filter_map(|item| match item {
            SelectItem::UnnamedExpr(expr) => own_name(expr).map(|name| Alias {
                name: &name.value,
                sources: Some(BTreeSet::new()),
                passed_on: PassedOn::default(),
            }),
            _ => None,
        }));
        // What no function is computed over is only looked up.
        for name in named_window.iter().flat_map(window::columns) {
            expression::value(name, &scope, self);
        }
        deciding.extend([having, qualify].into_iter().flatten());
        let mut is_by_columns = false;
        match group_by {
            GroupByExpr::Expressions(by, _) => deciding.extend(by),
            GroupByExpr::All(_) => is_by_columns = true,
        }
        match order.map(|order| &order.kind) {
            Some(OrderByKind::Expressions(by)) => deciding.extend(by.iter().map(|by| &by.expr)),
            Some(OrderByKind::All(_)) => is_by_columns = true,
            None => {}
        }
        match distinct {
            Some(Distinct::Distinct) => is_by_columns = true,
            Some(Distinct::On(by)) => deciding.extend(by),
            Some(Distinct::All) | None => {}
        }
        for expression in deciding {
            // `ORDER BY ALL` orders by all columns.
            if matches!(expression, Expr::Identifier(all) if all.quote_style.is_none() && is(&all.value, "all"))
            {
                is_by_columns = true;
                continue;
            }
            // The number of a column.
            is_by_columns |= expression::is_literal(expression);
            add(&mut rows_by, expression::value(expression, &scope, self).sources);
        }
        made.rows_by = rows_by.filter(|_| are_rows_known);
        if is_by_columns {
            made.rows_by = made.all_sources();
        }
        made
    }

    fn item(&mut self, item: &SelectItem, scope: &Scope<'_>, made: &mut MadeTable) {
        match item {
            SelectItem::ExprWithAlias { expr, alias } => {
                made.columns.push(self.column(expr, Some(alias), scope));
            }
            SelectItem::UnnamedExpr(expr) if may_be_other_columns(expr, scope) => {
                (made.is_complete, made.is_in_order) = (false, false);
                made.others.add(self.mentioned(item, Some(scope)).after(Step::MAKE));
            }
            SelectItem::UnnamedExpr(expr) => made.columns.push(self.column(expr, own_name(expr), scope)),
            SelectItem::Wildcard(options) => {
                let tables: Vec<_> = scope.relations.iter().collect();
                self.wildcard(&tables, !scope.is_opaque, options, scope, made);
            }
            SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(table), options)
                if !scope.called(table).is_empty() =>
            {
                let tables = scope.called(table);
                self.wildcard(&tables, tables.len() == 1 && !scope.is_opaque, options, scope, made);
            }
            _ => {
                if let SelectItem::QualifiedWildcard(SelectItemQualifiedWildcardKind::ObjectName(table), _) =
                    item
                {
                    self.problems.extend(single(table).and_then(|table| scope.no_table(table)));
                }
                (made.is_complete, made.is_in_order) = (false, false);
                made.others.add(self.mentioned(item, Some(scope)).after(Step::MAKE));
            }
        }
    }

    pub(super) fn column(&mut self, expr: &Expr, name: Option<&Ident>, scope: &Scope<'_>) -> OutputColumn {
        let Value { data_type, sources, passed_on } = expression::value(expr, scope, self);
        let implied_names = if name.is_none() { implied_names(expr) } else { Vec::new() };
        let name = name.map(|name| name.value.clone());
        OutputColumn { name, implied_names, data_type, sources, passed_on, is_from_wildcard: false }
    }
}

/// Whether an expression is another column, or several, to some dialect.
fn may_be_other_columns(expr: &Expr, scope: &Scope<'_>) -> bool {
    match expr {
        // Spark, or DuckDB, makes several columns of these.
        Expr::Function(function) => {
            is_called(function, &["columns", "inline", "json_tuple", "posexplode", "stack"])
        }
        // DuckDB takes what no column is called for the name of what follows.
        Expr::JsonAccess { value, path: _ } => {
            matches!(&**value, Expr::Identifier(name) if !scope.provides(&name.value))
        }
        _ => false,
    }
}

/// How a column of the result is called that is given no name.
fn own_name(expr: &Expr) -> Option<&Ident> {
    match expr {
        Expr::Identifier(name) => Some(name),
        Expr::CompoundIdentifier(names) => names.last(),
        Expr::Nested(inner) => own_name(inner),
        _ => None,
    }
}

/// How dialects call other columns without a name: by what is computed. SQLite calls them by the text, which is no name that
/// a schema would have.
fn implied_names(expr: &Expr) -> Vec<String> {
    let mut names = Vec::new();
    let mut inner = expr;
    loop {
        inner = match inner {
            Expr::Cast { expr, data_type, .. } => {
                names.extend(types::name(data_type));
                expr
            }
            Expr::Nested(expr) | Expr::Collate { expr, collation: _ } => expr,
            _ => break,
        }
    }
    match inner {
        Expr::Function(Function { name, .. }) => {
            let name = single(name).map(str::to_owned);
            names.extend(name.iter().filter(|name| is(name, "explode")).map(|_| "col".to_owned()));
            names.extend(name);
        }
        Expr::Case { .. } => names.push("case".to_owned()),
        Expr::Exists { .. } => names.push("exists".to_owned()),
        Expr::Extract { .. } => names.extend(["extract".to_owned(), "date_part".to_owned()]),
        Expr::Substring { .. } => names.extend(["substring".to_owned(), "substr".to_owned()]),
        Expr::Trim { .. } => names.extend(["trim".to_owned(), "btrim".to_owned()]),
        Expr::Ceil { .. } => names.extend(["ceil".to_owned(), "ceiling".to_owned()]),
        Expr::Floor { .. } => names.push("floor".to_owned()),
        Expr::Position { .. } => names.push("position".to_owned()),
        // A scalar subquery is called as what it selects.
        Expr::Subquery(query) => match query.body.as_select().and_then(|select| select.projection.first()) {
            Some(SelectItem::UnnamedExpr(expr)) => names.extend(implied_names(expr)),
            Some(SelectItem::ExprWithAlias { expr: _, alias }) => names.push(alias.value.clone()),
            _ => {}
        },
        other => names.extend(own_name(other).map(|name| name.value.clone())),
    }
    names
}
