//! The SQL of Flink: a statement written anew, in forms that Flink computes as other engines do.
//!
//! Flink tells names in capitals from names in small letters, quotes them by backticks, and has many words that cannot be names. So nothing of a
//! statement is passed on as it was: each form that is known is written again, with names as they are declared. What is accepted is
//! listed, form by form; whatever is not named is refused. Left out is what Flink computes otherwise, as numbers that have no room for a result,
//! functions that read NULL or texts in a way of their own, and whatever depends on the time.

mod expression;
mod number;
mod scope;
mod subquery;
mod union;

use crate::{lexical, read::Text};
pub use number::FlinkNumber;
use scope::{Place, Scope};
use sqlparser::{
    ast::{
        Distinct, Expr, GroupByExpr, LimitClause, Query, Select, SelectFlavor, SelectItem,
        SelectItemQualifiedWildcardKind, WildcardAdditionalOptions,
    },
    dialect::GenericDialect,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};
use subquery::{Subquery, refuse_long};

/// A table that a statement may read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FlinkTable {
    /// The name of the table in Flink.
    pub table: String,
    /// The names that a statement may call it by.
    pub names: Vec<String>,
    /// The columns, in order.
    pub columns: Vec<String>,
    /// The columns of the key, which no two rows have in common, at no moment.
    pub key: Vec<String>,
    /// The columns that have exact numbers.
    pub numbers: BTreeMap<String, FlinkNumber>,
}

/// A statement in the SQL of Flink.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FlinkSelect {
    /// The text, without a semicolon.
    pub sql: String,
    /// The columns that are read of each table, by its name in Flink.
    pub read: BTreeMap<String, BTreeSet<String>>,
    /// The columns that it makes of the key of its only table, or of what it groups by: no two rows have them in common, at no moment. `None` for
    /// other statements: of two rows that take each other's key, the later change may arrive first.
    pub identity: Option<BTreeSet<String>>,
    /// The columns that it makes of exact numbers.
    pub numbers: BTreeMap<String, FlinkNumber>,
    /// Whether there is a condition, so that a row may go by a change of what it is made of.
    pub has_condition: bool,
}

/// The first part of a statement that is not written for Flink, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotFlink(String);

impl NotFlink {
    /// Makes one of a sentence for people, without a full stop.
    pub fn new(reason: impl Into<String>) -> Self {
        Self(reason.into())
    }
}

impl fmt::Display for NotFlink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Writes a SELECT in the SQL of Flink, with exactly these columns.
///
/// # Errors
///
/// The first form that is not among those that Flink computes as other engines do, or a name that is not declared.
pub fn to_flink(sql: &str, tables: &[FlinkTable], columns: &[String]) -> Result<FlinkSelect, NotFlink> {
    if let Some((form, line)) = lexical::ambiguity(sql) {
        let reason = format!("dialects differ on {} (line {line}): write {}", form.characters, form.instead);
        return Err(NotFlink(reason));
    }
    match Text::read_as(sql, &GenericDialect {}).map_err(NotFlink)? {
        Text::Query(query) => Ok(written(&query, tables, &[], Some(columns))?.0),
        Text::NotOneSelect(problem) => Err(NotFlink(problem.to_string())),
        Text::Unread(unread) => Err(NotFlink(unread.reason)),
    }
}

/// Refuses a form, if it is there.
fn refuse(is_there: bool, form: &str) -> Result<(), NotFlink> {
    if is_there { Err(NotFlink(format!("{form} is not written for Flink"))) } else { Ok(()) }
}

/// Writes a query, with these columns or with its own ones. Returns the columns, too.
fn written(
    query: &Query,
    tables: &[FlinkTable],
    with_around: &[Subquery],
    columns: Option<&[String]>,
) -> Result<(FlinkSelect, Vec<String>), NotFlink> {
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
    // Rows of a stream have no order, and the first ones change as others come.
    refuse(order_by.is_some(), "`ORDER BY`")?;
    refuse(limit_clause.as_ref().is_some_and(has_limit) || fetch.is_some(), "`LIMIT`")?;
    let is_more = !locks.is_empty() || for_clause.is_some() || settings.is_some() || format_clause.is_some();
    refuse(is_more || !pipe_operators.is_empty(), "a lock, a setting or a format behind a query")?;
    let with = Subquery::all(with.as_ref(), tables, with_around)?;
    let mut names = None;
    let mut all: Option<FlinkSelect> = None;
    for select in union::selects(body)? {
        let one = select_of(select, Scope::new(tables, &with), columns, &mut names)?;
        let both = match all {
            None => one,
            Some(before) => union::both(before, one),
        };
        refuse_long(&both.sql)?;
        all = Some(both);
    }
    let all = all.ok_or_else(|| NotFlink::new("something without a SELECT is not written for Flink"))?;
    Ok((all, columns.map_or_else(|| names.unwrap_or_default(), <[String]>::to_vec)))
}

fn has_limit(clause: &LimitClause) -> bool {
    match clause {
        LimitClause::LimitOffset { limit, offset, limit_by } => {
            limit.is_some() || offset.is_some() || !limit_by.is_empty()
        }
        LimitClause::OffsetCommaLimit { .. } => true,
    }
}

/// Writes a SELECT. The names of the columns are those of the first one, which sets them.
fn select_of(
    select: &Select,
    mut scope: Scope<'_>,
    columns: Option<&[String]>,
    names: &mut Option<Vec<String>>,
) -> Result<FlinkSelect, NotFlink> {
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
    refuse(matches!(distinct, Some(Distinct::On(_))), "`DISTINCT ON`")?;
    let is_more = select_modifiers.is_some()
        || top.is_some()
        || exclude.is_some()
        || into.is_some()
        || prewhere.is_some()
        || value_table_mode.is_some()
        || !connect_by.is_empty()
        || !cluster_by.is_empty()
        || !distribute_by.is_empty()
        || !sort_by.is_empty()
        || !lateral_views.is_empty()
        || !matches!(flavor, SelectFlavor::Standard);
    refuse(is_more, "a clause that only some engines have")?;
    refuse(!named_window.is_empty() || qualify.is_some(), "a window")?;
    let from = scope.tables(from)?;
    scope.place = Place::Groups;
    let mut made: BTreeMap<String, String> = BTreeMap::new();
    let mut numbers = BTreeMap::new();
    let mut own_names = Vec::new();
    for item in projection {
        for (own_name, value) in item_of(item, &mut scope, names.is_none())? {
            let name = match &*names {
                None => &own_name,
                Some(names) => names.get(own_names.len()).ok_or_else(|| {
                    NotFlink::new("a SELECT has more columns than the one before `UNION ALL`")
                })?,
            };
            if let Some(number) = number_of(item, &own_name, &scope) {
                numbers.insert(name.to_lowercase(), number);
            }
            if made.insert(name.to_lowercase(), value).is_some() {
                return Err(NotFlink(format!("two columns are called `{name}`")));
            }
            own_names.push(own_name);
        }
    }
    let names = names.get_or_insert(own_names);
    let columns = columns.unwrap_or(names);
    let mut items = Vec::new();
    let mut by_value: BTreeMap<String, &String> = BTreeMap::new();
    for column in columns {
        let value = made.remove(&column.to_lowercase());
        let value = value.ok_or_else(|| NotFlink(format!("it has no column `{column}`")))?;
        items.push(format!("{value} AS {}", quoted(column)));
        by_value.insert(value, column);
    }
    if let Some(name) = made.keys().next() {
        return Err(NotFlink(format!("it has a column `{name}` that nobody declared")));
    }
    let only = if distinct.as_ref().is_some_and(|distinct| *distinct == Distinct::Distinct) {
        "DISTINCT "
    } else {
        ""
    };
    let mut sql = format!("SELECT {only}{}\nFROM {from}", items.join(", "));
    scope.place = Place::Rows;
    if let Some(condition) = selection {
        sql.push_str(&format!("\nWHERE {}", scope.expression(condition)?));
    }
    let by = match group_by {
        GroupByExpr::Expressions(by, modifiers) => {
            refuse(!modifiers.is_empty(), "a modifier behind `GROUP BY`")?;
            let by = by.iter().map(|one| scope.column(one)).collect::<Result<Vec<_>, _>>()?;
            if !by.is_empty() {
                sql.push_str(&format!("\nGROUP BY {}", by.join(", ")));
            }
            by
        }
        GroupByExpr::All(_) => return Err(NotFlink::new("`GROUP BY ALL` is not written for Flink")),
    };
    scope.place = Place::Groups;
    if let Some(condition) = having {
        sql.push_str(&format!("\nHAVING {}", scope.expression(condition)?));
    }
    scope.refuse_ungrouped(&by)?;
    // What is grouped by nothing is one row.
    let is_grouped = scope.has_aggregates || !by.is_empty();
    let identity = match is_grouped {
        true => Some(by),
        false => scope.key().filter(|_| only.is_empty()),
    };
    let numbers = columns.iter().filter_map(|column| {
        let number = numbers.get(&column.to_lowercase())?;
        Some((column.clone(), *number))
    });
    let passed_on = |value: &String| by_value.get(value).map(|column| (*column).clone());
    Ok(FlinkSelect {
        sql,
        identity: identity.and_then(|identity| identity.iter().map(passed_on).collect()),
        numbers: numbers.collect(),
        // Rows are chosen before they are grouped.
        has_condition: having.is_some() || selection.is_some() && !is_grouped,
        read: scope.into_read(),
    })
}

/// Returns the columns that an item makes, each with its value. Behind `UNION ALL`, a value needs no name.
fn item_of(
    item: &SelectItem,
    scope: &mut Scope<'_>,
    is_named: bool,
) -> Result<Vec<(String, String)>, NotFlink> {
    match item {
        SelectItem::UnnamedExpr(expression) if !is_named => {
            Ok(vec![(String::new(), scope.expression(expression)?)])
        }
        SelectItem::UnnamedExpr(expression) => {
            let value = scope
                .column(expression)
                .map_err(|_| NotFlink::new("a value without a name: write `… AS name`"))?;
            let name = value.rsplit('.').next().unwrap_or_default().trim_matches('`').to_owned();
            Ok(vec![(name, value)])
        }
        SelectItem::ExprWithAlias { expr, alias } => Ok(vec![(alias.value.clone(), scope.expression(expr)?)]),
        SelectItem::ExprWithAliases { .. } => Err(NotFlink::new("several names of one column")),
        SelectItem::Wildcard(options) => {
            wildcard(options)?;
            scope.all(None)
        }
        SelectItem::QualifiedWildcard(kind, options) => {
            wildcard(options)?;
            match kind {
                SelectItemQualifiedWildcardKind::ObjectName(name) => scope.all(Some(&name.to_string())),
                SelectItemQualifiedWildcardKind::Expr(_) => Err(NotFlink::new("`.*` behind a value")),
            }
        }
    }
}

/// Returns what is known of the number that an item makes of a column of this name.
fn number_of(item: &SelectItem, name: &str, scope: &Scope<'_>) -> Option<FlinkNumber> {
    match item {
        SelectItem::UnnamedExpr(expression) | SelectItem::ExprWithAlias { expr: expression, .. } => {
            scope.number_of(expression)
        }
        _ => scope.number_of_column(&Expr::Identifier(name.into())),
    }
}

fn wildcard(options: &WildcardAdditionalOptions) -> Result<(), NotFlink> {
    let plain =
        WildcardAdditionalOptions { wildcard_token: options.wildcard_token.clone(), ..Default::default() };
    refuse(*options != plain, "`*` with a list behind it")
}

/// Returns a name in backticks.
fn quoted(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}
