//! What an expression is made of, and what is wrong with the names in it.

use super::{
    Compiler,
    from::single,
    parts::{Parts, parts},
    said_count,
    scope::{Meaning, Scope, Value, add},
    types, window,
};
use crate::{
    input::is,
    output::SqlProblem,
    passed_on::{PassedOn, Step},
};
use sqlparser::ast::{
    Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgOperator, FunctionArgumentClause,
    FunctionArgumentList, FunctionArguments, OrderByExpr, TypedString, Value as Literal,
};
use std::{borrow::Cow, collections::BTreeSet, ptr};

/// What is known of the value of an expression. What is wrong in it is reported.
///
/// Without recursion but for queries: expressions can be deep. Each query is compiled once.
pub(super) fn value(expression: &Expr, scope: &Scope<'_>, compiler: &mut Compiler<'_, '_>) -> Value {
    // What is in a part that is not understood.
    let unread = |part: &Expr, compiler: &Compiler<'_, '_>| {
        Meaning::Value(Value::unclear(compiler.mentioned(part, Some(scope)).after(Step::MAKE)))
    };
    let mut sources = Some(BTreeSet::new());
    let mut passed_on = PassedOn::default();
    // Each with what is done to it until it is in the value of the whole, if it is.
    let mut waiting = vec![(expression, Some(Step::KEEP))];
    while let Some((expression, step)) = waiting.pop().filter(|_| compiler.columns_left > 0) {
        let meaning = match expression {
            Expr::Identifier(column) => match scope.meaning(None, &column.value) {
                // Where it is no column, and is like none, some engines take it for a text.
                Meaning::Problem(SqlProblem::UnknownColumn { nearest: None, .. })
                    if column.quote_style == Some('"') =>
                {
                    Meaning::Unknown
                }
                meaning => meaning,
            },
            Expr::CompoundIdentifier(names) => match &names[..] {
                [table, column] => scope.meaning(Some(&table.value), &column.value),
                // Behind the name of a schema, or a member of a member.
                [.., table, column] => {
                    let mut passed_on = scope.meaning(Some(&table.value), &column.value).value().passed_on;
                    let step = Step::take(compiler.taken.number(expression));
                    passed_on.add(compiler.mentioned(expression, Some(scope)).after(step));
                    Meaning::Value(Value::unclear(passed_on))
                }
                _ => Meaning::Unknown,
            },
            // A value that depends on a query is also made of what decides which rows the query selects, as the value of CASE is
            // made of its conditions. It passes on what is selected alone.
            Expr::Subquery(query) => {
                let selected = compiler.query(query, Some(scope));
                let sources = selected.all_sources().filter(|_| selected.columns.len() == 1);
                Meaning::Value(Value { data_type: None, sources, passed_on: selected.everything() })
            }
            Expr::Exists { subquery, negated: _ } => {
                let sources = compiler.query(subquery, Some(scope)).rows_by;
                Meaning::Value(Value { sources, ..Value::default() })
            }
            Expr::InSubquery { expr, subquery, negated: _ } => {
                waiting.push((expr, None));
                let listed = compiler.query(subquery, Some(scope));
                let is_one =
                    matches!(**expr, Expr::Identifier(_) | Expr::CompoundIdentifier(_) | Expr::Value(_));
                if let Some(count) = said_count(&listed).filter(|count| is_one && *count != 1) {
                    let operator = "IN".to_owned();
                    compiler.problems.push(SqlProblem::ColumnCounts { operator, counts: [1, count] });
                }
                Meaning::Value(Value { sources: listed.all_sources(), ..Value::default() })
            }
            // `ARRAY(SELECT …)`: what is made of all rows.
            Expr::Function(Function { args: FunctionArguments::Subquery(query), .. }) => {
                let selected = compiler.query(query, Some(scope));
                Meaning::Value(Value::unclear(selected.everything().after(Step::MAKE)))
            }
            // To some dialects that is a column if there is one of this name, to others it is not.
            other if word(other).is_some_and(|word| scope.provides(&word)) => unread(other, compiler),
            Expr::Function(function) if let Some(reader) = reads_elsewhere(function) => {
                compiler.problems.push(SqlProblem::UnknownTable { name: reader.to_owned(), nearest: None });
                unread(expression, compiler)
            }
            // To some dialects, `column.name()` calls what is done to the column.
            Expr::Function(function) if is_of_column(function, scope) => unread(expression, compiler),
            other => match parts(other, scope, &mut compiler.taken) {
                Some(Parts { passed_on, used }) => {
                    let within = |(part, first): (_, Step)| (part, step.map(|then| first.then(then)));
                    waiting.extend(passed_on.into_iter().map(within));
                    let added = compiler.added_of_one_row(other, scope);
                    let is_added = |part: &Expr| added.iter().any(|added| ptr::eq(*added, part));
                    let used = used.into_iter().map(|part| match is_added(part) {
                        true => within((part, Step::MAKE)),
                        false => (part, None),
                    });
                    waiting.extend(used);
                    continue;
                }
                None => unread(other, compiler),
            },
        };
        let known = match meaning {
            Meaning::Value(value) => value,
            Meaning::Unknown => Value::default(),
            Meaning::Problem(problem) => {
                compiler.problems.push(problem);
                Value::default()
            }
        };
        compiler.spend(&known.passed_on);
        if let Some(step) = step {
            passed_on.add(known.passed_on.after(step));
        }
        add(&mut sources, known.sources);
    }
    // Of what has too many columns, nothing is said.
    let data_type = if compiler.columns_left > 0 { types::of(expression, scope) } else { None };
    Value { data_type, sources, passed_on }
}

/// Whether an expression is a number or another value that is written down.
pub(super) fn is_literal(expression: &Expr) -> bool {
    matches!(expression, Expr::Value(value) if !matches!(value.value, Literal::Placeholder(_)))
}

/// The whole number that an expression is, without a sign.
pub(super) fn whole_number(expression: &Expr) -> Option<usize> {
    match expression {
        Expr::Value(value) => match &value.value {
            Literal::Number(number, _) => number.parse().ok(),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a function has one of some names.
pub(super) fn is_called(function: &Function, names: &[&str]) -> bool {
    single(&function.name).is_some_and(|name| names.iter().any(|other| is(name, other)))
}

/// The same, also in whatever schema the function is: it may be the one that all engines have.
pub(super) fn is_called_anywhere(function: &Function, names: &[&str]) -> bool {
    last_name(function).is_some_and(|name| names.iter().any(|other| is(name, other)))
}

/// The name of a function without that of its schema.
pub(super) fn last_name(function: &Function) -> Option<&str> {
    function.name.0.last().and_then(|part| part.as_ident()).map(|name| &*name.value)
}

/// Whether a column, or a table, stands before the name of a function.
fn is_of_column(function: &Function, scope: &Scope<'_>) -> bool {
    let names: Vec<&str> = function.name.0.iter().filter_map(|part| Some(&*part.as_ident()?.value)).collect();
    let (last, before) = match names.split_last() {
        Some((last, before)) => (Some(last), before),
        None => (None, &[][..]),
    };
    // To PostgreSQL, `column(table)` is the column of the table.
    let is_of_row = || match arguments(function).as_deref() {
        Some([Expr::Identifier(table)]) => {
            scope.has_table(&table.value) && last.is_some_and(|last| scope.provides(last))
        }
        _ => false,
    };
    before.iter().any(|name| scope.provides(name) || scope.has_table(name)) || is_of_row()
}

/// What rows are ordered by; nothing, if rows are made up between them as well.
pub(super) fn ordered_by(order: &OrderByExpr) -> Option<&Expr> {
    match order {
        OrderByExpr { expr, options: _, with_fill: None } => Some(expr),
        OrderByExpr { .. } => None,
    }
}

/// The word that is all of an expression and means something of its own, such as `user` or `true`, or that tells the type of a
/// text: to SQLite, `date 'day'` is the column `date` under the name `day`.
fn word(expression: &Expr) -> Option<Cow<'_, str>> {
    match expression {
        Expr::Function(Function { name, args: FunctionArguments::None, .. }) => {
            single(name).map(Cow::Borrowed)
        }
        Expr::TypedString(TypedString { data_type, .. }) => Some(data_type.to_string().into()),
        Expr::Value(value) => match value.value {
            Literal::Boolean(true) => Some("true".into()),
            Literal::Boolean(false) => Some("false".into()),
            _ => None,
        },
        _ => None,
    }
}

/// Functions that read columns, tables or files that a text names.
pub(super) const READERS: [&str; 24] = [
    "columns",
    "cursor_to_xml",
    "database_to_xml",
    "database_to_xml_and_xmlschema",
    "dblink",
    "getxml",
    "identifier",
    "java_method",
    "load_file",
    "lo_get",
    "openquery",
    "pg_ls_dir",
    "pg_read_binary_file",
    "pg_read_file",
    "query_to_xml",
    "query_to_xml_and_xmlschema",
    "readfile",
    "reflect",
    "schema_to_xml",
    "schema_to_xml_and_xmlschema",
    "table_to_xml",
    "table_to_xml_and_xmlschema",
    "ts_stat",
    "xmlquery",
];

/// The name of a function that surely reads what is no input: a file, another database, or a table that a text names.
fn reads_elsewhere(function: &Function) -> Option<&str> {
    const OUTSIDE: &[&str] = &[
        "database_to_xml",
        "load_file",
        "pg_ls_dir",
        "pg_read_binary_file",
        "pg_read_file",
        "query_to_xml",
        "readfile",
        "schema_to_xml",
        "table_to_xml",
    ];
    last_name(function).filter(|_| is_called_anywhere(function, OUTSIDE))
}

/// What a function is called with; nothing, if it may read what its arguments do not show.
pub(super) fn arguments(function: &Function) -> Option<Vec<&Expr>> {
    let Function {
        name,
        uses_odbc_syntax: _,
        parameters: FunctionArguments::None,
        args,
        within_group: _,
        filter: _,
        null_treatment: _,
        over: _,
    } = function
    else {
        return None;
    };
    if is_called_anywhere(function, &READERS) {
        return None;
    }
    let arguments = match args {
        FunctionArguments::None => &[][..],
        FunctionArguments::List(FunctionArgumentList { duplicate_treatment: _, args, clauses: _ }) => args,
        FunctionArguments::Subquery(_) => return None,
    };
    let mut parts = Vec::new();
    for argument in arguments {
        match argument {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => parts.push(expr),
            FunctionArg::Named {
                name: _,
                arg: FunctionArgExpr::Expr(expr),
                operator: FunctionArgOperator::Assignment | FunctionArgOperator::RightArrow,
            } => parts.push(expr),
            // The number of rows is made of no column.
            FunctionArg::Unnamed(FunctionArgExpr::Wildcard)
                if single(name).is_some_and(|name| is(name, "count")) => {}
            _ => return None,
        }
    }
    Some(parts)
}

/// What chooses the rows of which a function makes one value.
pub(super) fn rows_of<'e>(function: &'e Function, scope: &'e Scope<'_>) -> Option<Vec<&'e Expr>> {
    let mut parts: Vec<&Expr> = function.filter.iter().map(|filter| &**filter).collect();
    for clause in clauses(function) {
        match clause {
            FunctionArgumentClause::OrderBy(by) => {
                for order in by {
                    parts.push(ordered_by(order)?);
                }
            }
            FunctionArgumentClause::Limit(limit) => parts.push(limit),
            FunctionArgumentClause::Separator(_) | FunctionArgumentClause::IgnoreOrRespectNulls(_) => {}
            _ => return None,
        }
    }
    if let Some(over) = &function.over {
        parts.extend(window::parts(over, scope)?);
    }
    Some(parts)
}

fn clauses(function: &Function) -> &[FunctionArgumentClause] {
    match &function.args {
        FunctionArguments::List(list) => &list.clauses,
        FunctionArguments::None | FunctionArguments::Subquery(_) => &[],
    }
}

/// What a function orders in a group, of which it may give a value: `percentile_cont(0.5) WITHIN GROUP (ORDER BY x)`.
pub(super) fn ordered_in_group(function: &Function) -> Option<Vec<&Expr>> {
    function.within_group.iter().map(ordered_by).collect()
}
