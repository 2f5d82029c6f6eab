//! Queries: each clause that Spark takes. Everything that can be part of one is named, without `..`: where a newer parser reads more, this
//! does not compile until it is decided whether Spark takes it.

use super::{Checker, Parts};
use sqlparser::ast::{
    Cte, Distinct, GroupByExpr, Join, JoinConstraint, JoinOperator, LateralView, LimitClause,
    NamedWindowDefinition, NamedWindowExpr, OrderBy, OrderByKind, Query, Select, SelectFlavor, SelectItem,
    SelectItemQualifiedWildcardKind, SetExpr, SetQuantifier, TableAlias, TableFactor, TableWithJoins, Values,
    WildcardAdditionalOptions, With,
};

impl Checker {
    pub(super) fn query(&mut self, query: &Query) {
        let Query {
            with,
            body,
            order_by,
            limit_clause,
            fetch,
            locks,
            for_clause,
            settings,
            format_clause,
            pipe_operators,
        } = query;
        if let Some(With { with_token: _, recursive, cte_tables }) = with {
            self.refuse(*recursive, "`WITH RECURSIVE`");
            for Cte { alias, query, from, materialized, closing_paren_token: _ } in cte_tables {
                self.refuse(from.is_some(), "this form of `WITH`");
                self.refuse(materialized.is_some(), "`MATERIALIZED`");
                self.alias(Some(alias));
                self.query(query);
            }
        }
        self.body(body);
        if let Some(OrderBy { kind, interpolate }) = order_by {
            self.refuse(interpolate.is_some(), "`INTERPOLATE`");
            match kind {
                OrderByKind::All(_) => self.refuse(true, "`ORDER BY ALL`"),
                OrderByKind::Expressions(by) => {
                    let by = self.orders(by);
                    self.expressions(by);
                }
            }
        }
        match limit_clause {
            None => {}
            Some(LimitClause::OffsetCommaLimit { .. }) => {
                self.refuse_for("Spark has no `LIMIT` with a comma".to_owned(), "write `LIMIT … OFFSET …`");
            }
            Some(LimitClause::LimitOffset { limit, offset, limit_by }) => {
                self.refuse(!limit_by.is_empty(), "`LIMIT BY`");
                self.expressions(limit.iter().chain(offset.iter().map(|offset| &offset.value)));
            }
        }
        if fetch.is_some() {
            self.refuse_for("Spark has no `FETCH FIRST`".to_owned(), "write `LIMIT`");
        }
        let is_more =
            !locks.is_empty() || for_clause.is_some() || settings.is_some() || format_clause.is_some();
        self.refuse(is_more, "a lock, a setting or a format behind a query");
        self.refuse(!pipe_operators.is_empty(), "`|>`");
    }

    /// The SELECTs of a query, from left to right: that is as deep as there are any, so without recursion.
    fn body(&mut self, body: &SetExpr) {
        let mut first = body;
        while let SetExpr::SetOperation { left, op: _, set_quantifier, right } = first {
            let is_plain =
                matches!(set_quantifier, SetQuantifier::All | SetQuantifier::Distinct | SetQuantifier::None);
            self.refuse(!is_plain, "`BY NAME`");
            self.operand(right);
            first = left;
        }
        self.operand(first);
    }

    fn operand(&mut self, operand: &SetExpr) {
        match operand {
            SetExpr::Select(select) => self.select(select),
            SetExpr::Query(query) => self.query(query),
            SetExpr::SetOperation { .. } => self.body(operand),
            SetExpr::Values(Values { explicit_row, value_keyword, rows }) => {
                self.refuse(*explicit_row || *value_keyword, "this form of `VALUES`");
                self.expressions(rows.iter().flat_map(|row| &row.content));
            }
            SetExpr::Table(_) => self.refuse(true, "`TABLE` instead of a SELECT"),
            SetExpr::Insert(_) | SetExpr::Update(_) | SetExpr::Delete(_) | SetExpr::Merge(_) => {
                self.refuse(true, "a change of data in a query");
            }
        }
    }

    fn select(&mut self, select: &Select) {
        let Select {
            select_token: _,
            optimizer_hints: _,
            distinct,
            select_modifiers,
            top,
            top_before_distinct: _,
            projection,
            exclude,
            into,
            from,
            lateral_views,
            prewhere,
            selection,
            connect_by,
            group_by,
            cluster_by,
            distribute_by,
            sort_by,
            having,
            named_window,
            qualify,
            window_before_qualify: _,
            value_table_mode,
            flavor,
        } = select;
        let mut parts = Parts::default();
        if matches!(distinct, Some(Distinct::On(_))) {
            self.refuse_for("Spark has no `DISTINCT ON`".to_owned(), "choose the rows by `row_number()`");
        }
        if top.is_some() {
            self.refuse_for("Spark has no `TOP`".to_owned(), "write `LIMIT`");
        }
        if qualify.is_some() {
            self.refuse_for(
                "Spark has no `QUALIFY`".to_owned(),
                "compute the column in a query inside, and choose by it with `WHERE`",
            );
        }
        self.refuse(select_modifiers.is_some(), "a word of another engine behind `SELECT`");
        self.refuse(exclude.is_some(), "`EXCLUDE`");
        self.refuse(into.is_some(), "`SELECT INTO`");
        self.refuse(prewhere.is_some(), "`PREWHERE`");
        self.refuse(!connect_by.is_empty(), "`CONNECT BY`");
        self.refuse(value_table_mode.is_some(), "`SELECT AS`");
        self.refuse(!matches!(flavor, SelectFlavor::Standard), "`FROM` before `SELECT`");
        let spreads = !cluster_by.is_empty() || !distribute_by.is_empty() || !sort_by.is_empty();
        self.refuse(spreads, "spreading rows in a SELECT of a transformer");
        for item in projection {
            match item {
                SelectItem::UnnamedExpr(expr) | SelectItem::ExprWithAlias { expr, alias: _ } => {
                    parts.expressions.push(expr);
                }
                SelectItem::ExprWithAliases { .. } => self.refuse(true, "several names of one column"),
                SelectItem::QualifiedWildcard(kind, options) => {
                    let is_table = matches!(kind, SelectItemQualifiedWildcardKind::ObjectName(_));
                    self.refuse(!is_table, "`.*` behind a value");
                    self.wildcard(options);
                }
                SelectItem::Wildcard(options) => self.wildcard(options),
            }
        }
        for table in from {
            self.tables(table, &mut parts);
        }
        for LateralView { lateral_view, lateral_view_name: _, lateral_col_alias: _, outer: _ } in
            lateral_views
        {
            parts.expressions.push(lateral_view);
        }
        match group_by {
            GroupByExpr::All(modifiers) => self.refuse(!modifiers.is_empty(), "a modifier of `GROUP BY ALL`"),
            GroupByExpr::Expressions(by, modifiers) => {
                self.refuse(!modifiers.is_empty(), "a modifier behind `GROUP BY`");
                parts.expressions.extend(by);
            }
        }
        parts.expressions.extend([selection, having].into_iter().flatten());
        for NamedWindowDefinition(_, window) in named_window {
            match window {
                NamedWindowExpr::NamedWindow(_) => self.refuse(true, "a window that is another one"),
                NamedWindowExpr::WindowSpec(window) => self.window_of(window, &mut parts),
            }
        }
        let Parts { expressions, queries } = parts;
        self.expressions(expressions);
        for query in queries {
            self.query(query);
        }
    }

    fn wildcard(&mut self, options: &WildcardAdditionalOptions) {
        let WildcardAdditionalOptions {
            wildcard_token: _,
            opt_ilike,
            opt_exclude,
            opt_except,
            opt_replace,
            opt_rename,
            opt_alias,
        } = options;
        let is_plain = opt_ilike.is_none()
            && opt_exclude.is_none()
            && opt_except.is_none()
            && opt_replace.is_none()
            && opt_rename.is_none()
            && opt_alias.is_none();
        self.refuse(!is_plain, "`*` with a list behind it");
    }

    /// Tables that are joined: each with what they are joined by.
    fn tables<'q>(&mut self, TableWithJoins { relation, joins }: &'q TableWithJoins, parts: &mut Parts<'q>) {
        self.table(relation, parts);
        for Join { relation, global, join_operator } in joins {
            self.refuse(*global, "`GLOBAL` before a join");
            self.table(relation, parts);
            match join_operator {
                JoinOperator::Join(constraint)
                | JoinOperator::Inner(constraint)
                | JoinOperator::Left(constraint)
                | JoinOperator::LeftOuter(constraint)
                | JoinOperator::Right(constraint)
                | JoinOperator::RightOuter(constraint)
                | JoinOperator::FullOuter(constraint)
                | JoinOperator::CrossJoin(constraint)
                | JoinOperator::LeftSemi(constraint)
                | JoinOperator::LeftAnti(constraint) => match constraint {
                    JoinConstraint::On(condition) => parts.expressions.push(condition),
                    JoinConstraint::Using(_) | JoinConstraint::Natural | JoinConstraint::None => {}
                },
                _ => self.refuse(true, "a join of this kind"),
            }
        }
    }

    fn table<'q>(&mut self, table: &'q TableFactor, parts: &mut Parts<'q>) {
        match table {
            TableFactor::Table {
                name,
                alias,
                args,
                with_hints,
                version,
                with_ordinality,
                partitions,
                json_path,
                sample,
                index_hints,
            } => {
                self.alias(alias.as_ref());
                self.refuse(args.is_some(), &format!("the function `{name}` in the place of a table"));
                let is_plain = with_hints.is_empty()
                    && version.is_none()
                    && !with_ordinality
                    && partitions.is_empty()
                    && json_path.is_none()
                    && sample.is_none()
                    && index_hints.is_empty();
                self.refuse(!is_plain, &format!("a part, a version or a sample of `{name}`"));
            }
            TableFactor::Derived { lateral: _, subquery, alias, sample } => {
                self.alias(alias.as_ref());
                self.refuse(sample.is_some(), "a sample of a query");
                parts.queries.push(subquery);
            }
            TableFactor::NestedJoin { table_with_joins, alias } => {
                self.alias(alias.as_ref());
                self.tables(table_with_joins, parts);
            }
            _ => self.refuse(true, "something in the place of a table that is neither a table nor a query"),
        }
    }

    fn alias(&mut self, alias: Option<&TableAlias>) {
        let Some(TableAlias { explicit: _, name: _, columns, at }) = alias else { return };
        let is_plain = at.is_none() && columns.iter().all(|column| column.data_type.is_none());
        self.refuse(!is_plain, "a type or a position in the name of a table");
    }
}
