//! What an expression is made of, and what is wrong with the names in it.

use super::{
    Compiler,
    from::single,
    passing::{self, Parts},
    rewriting::rewritten,
    scope::{Meaning, Scope, Value, add},
    types, window,
};
use crate::{
    input::is,
    output::SqlProblem,
    writing::{PassedOn, Writing},
};
use sqlparser::ast::{
    BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArgumentList, FunctionArguments,
    OrderByExpr, TypedString, Value as Literal,
};
use std::{borrow::Cow, collections::BTreeSet};

/// What is known of the value of an expression. What is wrong in it is reported.
///
/// Without recursion but for queries: expressions can be deep. Each query is compiled once.
pub(super) fn value(expression: &Expr, scope: &Scope<'_>, compiler: &mut Compiler<'_, '_>) -> Value {
    let mut sources = Some(BTreeSet::new());
    let mut passed_on = PassedOn::new();
    // Each with the writing in which its value may be that of the whole, if it may.
    let mut waiting = vec![(expression, Some(Writing::READABLE))];
    while let Some((expression, writing)) = waiting.pop() {
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
                _ => Meaning::Unknown,
            },
            // A value that depends on a query is also made of what decides which rows the query selects, as the value of CASE is
            // made of its conditions. It passes on what is selected alone.
            Expr::Subquery(query) => {
                let selected = compiler.query(query, Some(scope));
                let sources = selected.all_sources().filter(|_| selected.columns.len() == 1);
                let passed_on = selected.columns.into_iter().flat_map(|column| column.passed_on).collect();
                Meaning::Value(Value { data_type: None, sources, passed_on })
            }
            Expr::Exists { subquery, negated: _ } => {
                let sources = compiler.query(subquery, Some(scope)).rows_by;
                Meaning::Value(Value { sources, ..Value::default() })
            }
            Expr::InSubquery { expr, subquery, negated: _ } => {
                waiting.push((expr, None));
                let sources = compiler.query(subquery, Some(scope)).all_sources();
                Meaning::Value(Value { sources, ..Value::default() })
            }
            // To some dialects that is a column if there is one of this name, to others it is not.
            other if word(other).is_some_and(|word| scope.provides(&word)) => Meaning::Unknown,
            other => match parts(other, scope) {
                Some(Parts { passed_on, used }) => {
                    let within = |(part, inner): (_, Writing)| (part, writing.map(|outer| inner.then(outer)));
                    waiting.extend(passed_on.into_iter().map(within));
                    waiting.extend(used.into_iter().map(|part| (part, None)));
                    continue;
                }
                None => Meaning::Unknown,
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
        if let Some(outer) = writing {
            passed_on.extend(known.passed_on.into_iter().map(|(column, inner)| (column, inner.then(outer))));
        }
        add(&mut sources, known.sources);
    }
    Value { data_type: types::of(expression, scope), sources, passed_on }
}

/// Whether an expression is a number or another value that is written down.
pub(super) fn is_literal(expression: &Expr) -> bool {
    matches!(expression, Expr::Value(value) if !matches!(value.value, Literal::Placeholder(_)))
}

/// Whether a function has one of some names.
pub(super) fn is_called(function: &Function, names: &[&str]) -> bool {
    single(&function.name).is_some_and(|name| names.iter().any(|other| is(name, other)))
}

/// The same, also in whatever schema the function is: it may be the one that all engines have.
pub(super) fn is_called_anywhere(function: &Function, names: &[&str]) -> bool {
    let last = function.name.0.last().and_then(|part| part.as_ident());
    last.is_some_and(|name| names.iter().any(|other| is(&name.value, other)))
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

/// What an expression consists of, if it is one of those that are understood.
fn parts<'e>(expression: &'e Expr, scope: &'e Scope<'_>) -> Option<Parts<'e>> {
    if let Some(parts) = passing::parts(expression, scope) {
        return Some(parts);
    }
    if let Some((part, writing, used)) = rewritten(expression, scope) {
        return Some(Parts { passed_on: vec![(part, writing)], used });
    }
    let used: Vec<&Expr> = match expression {
        Expr::Value(value) => match value.value {
            // Whatever will be put there.
            Literal::Placeholder(_) => return None,
            _ => Vec::new(),
        },
        Expr::TypedString(_) => Vec::new(),
        Expr::UnaryOp { op: _, expr: one }
        | Expr::Cast { kind: _, expr: one, data_type: _, format: _ }
        | Expr::Ceil { expr: one, field: _ }
        | Expr::Floor { expr: one, field: _ }
        | Expr::Extract { field: _, syntax: _, expr: one }
        | Expr::IsNull(one)
        | Expr::IsNotNull(one)
        | Expr::IsTrue(one)
        | Expr::IsNotTrue(one)
        | Expr::IsFalse(one)
        | Expr::IsNotFalse(one) => vec![one],
        // A member of a value, or a function of a name: some dialects say the one with an arrow, some the other.
        Expr::BinaryOp { left: _, op: BinaryOperator::Arrow, right }
            if !matches!(**right, Expr::Value(_)) =>
        {
            return None;
        }
        Expr::BinaryOp { left: one, op: _, right: two }
        | Expr::IsDistinctFrom(one, two)
        | Expr::IsNotDistinctFrom(one, two)
        | Expr::Position { expr: one, r#in: two } => vec![one, two],
        Expr::Like { negated: _, any: _, expr, pattern, escape_char }
        | Expr::ILike { negated: _, any: _, expr, pattern, escape_char } => {
            [expr, pattern].into_iter().chain(escape_char).map(|part| &**part).collect()
        }
        Expr::Between { expr, negated: _, low, high } => vec![expr, low, high],
        Expr::InList { expr, list, negated: _ } => [&**expr].into_iter().chain(list).collect(),
        Expr::Tuple(list) => list.iter().collect(),
        Expr::Substring { expr, substring_from, substring_for, special: _, shorthand: _ } => {
            [expr].into_iter().chain(substring_from).chain(substring_for).map(|part| &**part).collect()
        }
        Expr::Function(function) => [arguments(function)?, rows_of(function, scope)?].concat(),
        _ => return None,
    };
    Some(Parts { passed_on: Vec::new(), used })
}

/// Functions that read columns, tables or files that a text names.
const READERS: [&str; 22] = [
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
    "xmlquery",
];

/// What a function is called with; nothing, if it may read what its arguments do not show.
pub(super) fn arguments(function: &Function) -> Option<Vec<&Expr>> {
    let Function {
        name,
        uses_odbc_syntax: _,
        parameters: FunctionArguments::None,
        args,
        within_group,
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
        _ if !within_group.is_empty() => return None,
        FunctionArguments::None => &[][..],
        FunctionArguments::List(FunctionArgumentList { duplicate_treatment: _, args, clauses })
            if clauses.is_empty() =>
        {
            args
        }
        FunctionArguments::List(_) | FunctionArguments::Subquery(_) => return None,
    };
    let mut parts = Vec::new();
    for argument in arguments {
        match argument {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(expr)) => parts.push(expr),
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
    if let Some(over) = &function.over {
        parts.extend(window::parts(over, scope)?);
    }
    Some(parts)
}
