//! Values that a statement spells out: what is put beside a column, and may leave it as it is.

use super::{
    expression::arguments,
    forms,
    scope::{Meaning, Scope, Value},
    types,
};
use datasurface_schema::DataType;
use sqlparser::ast::{
    BinaryOperator, CaseWhen, DataType as SqlType, DollarQuotedString, Expr, UnaryOperator, Value as Literal,
    ValueWithSpan,
};

/// A value that is the same in every row.
enum Constant {
    Text(String),
    Number(f64),
    Null,
    /// One that is not computed here: it may be any.
    Unknown,
}

/// The value of an expression, if it reads nothing, at least in some rows.
fn constant(expression: &Expr, scope: &Scope<'_>) -> Option<Constant> {
    let value = match expression {
        Expr::Value(ValueWithSpan { value, span: _ }) => literal(value)?,
        Expr::Identifier(column) => made_of_nothing(scope.meaning(None, &column.value))?,
        Expr::CompoundIdentifier(names) => match &names[..] {
            [table, column] => made_of_nothing(scope.meaning(Some(&table.value), &column.value))?,
            _ => return None,
        },
        // What it selects may be nothing.
        Expr::Subquery(_) => Constant::Unknown,
        Expr::Nested(one) => constant(one, scope)?,
        Expr::Cast { expr, data_type, .. } => match constant(expr, scope)? {
            Constant::Null => Constant::Null,
            Constant::Number(number) if is_whole(data_type) => Constant::Number(number),
            Constant::Text(text) if is_whole(data_type) => {
                text.trim().parse().map_or(Constant::Unknown, Constant::Number)
            }
            _ => Constant::Unknown,
        },
        Expr::UnaryOp { op, expr } => match (op, constant(expr, scope)?) {
            (UnaryOperator::Plus, value) => value,
            (UnaryOperator::Minus, Constant::Number(number)) => Constant::Number(-number),
            _ => Constant::Unknown,
        },
        Expr::BinaryOp { left, op, right } => joined(constant(left, scope)?, op, constant(right, scope)?),
        Expr::Case { conditions, else_result, .. } => {
            let results = conditions.iter().map(|CaseWhen { condition: _, result }| result);
            let mut results = results.chain(else_result.as_deref());
            let is_some = else_result.is_none() || results.any(|result| constant(result, scope).is_some());
            is_some.then_some(Constant::Unknown)?
        }
        Expr::Function(function) => {
            // Without arguments it may be another one in each row.
            let arguments = arguments(function).filter(|arguments| !arguments.is_empty())?;
            let is_constant = |one: &Expr| constant(one, scope).is_some();
            let passed_on = forms::passed_on(function, arguments.clone(), scope);
            let is_some = passed_on.is_some_and(|(passed_on, _)| passed_on.into_iter().any(is_constant));
            (is_some || arguments.into_iter().all(is_constant)).then_some(Constant::Unknown)?
        }
        Expr::Trim { expr, trim_what: None, .. } | Expr::Substring { expr, .. } => {
            constant(expr, scope).map(|_| Constant::Unknown)?
        }
        _ => return None,
    };
    Some(value)
}

/// Whether a cast to a type gives whole numbers.
fn is_whole(data_type: &SqlType) -> bool {
    use DataType::{BigInt, CustomInteger, Integer, SmallInt, TinyInt};
    let known = types::from_sql(data_type);
    matches!(known, Some(TinyInt | SmallInt | Integer | BigInt | CustomInteger { .. }))
}

/// The value of a column that is made of no other one.
fn made_of_nothing(meaning: Meaning) -> Option<Constant> {
    match meaning {
        Meaning::Value(Value { sources: Some(sources), .. }) if sources.is_empty() => Some(Constant::Unknown),
        _ => None,
    }
}

fn literal(value: &Literal) -> Option<Constant> {
    match value {
        Literal::SingleQuotedString(text)
        | Literal::NationalStringLiteral(text)
        | Literal::EscapedStringLiteral(text)
        | Literal::UnicodeStringLiteral(text)
        | Literal::HexStringLiteral(text)
        | Literal::DollarQuotedString(DollarQuotedString { value: text, .. }) => {
            Some(Constant::Text(text.clone()))
        }
        Literal::Number(digits, _) => Some(digits.parse().map_or(Constant::Unknown, Constant::Number)),
        Literal::Null => Some(Constant::Null),
        Literal::Placeholder(_) | Literal::Boolean(_) => None,
        _ => Some(Constant::Unknown),
    }
}

fn joined(left: Constant, operator: &BinaryOperator, right: Constant) -> Constant {
    match (left, operator, right) {
        (
            Constant::Text(left),
            BinaryOperator::StringConcat | BinaryOperator::Plus,
            Constant::Text(right),
        ) => Constant::Text(left + &right),
        (Constant::Number(left), BinaryOperator::Plus, Constant::Number(right)) => {
            Constant::Number(left + right)
        }
        (Constant::Number(left), BinaryOperator::Minus, Constant::Number(right)) => {
            Constant::Number(left - right)
        }
        (Constant::Number(left), BinaryOperator::Multiply, Constant::Number(right)) => {
            Constant::Number(left * right)
        }
        _ => Constant::Unknown,
    }
}

/// Whether an expression may be this text, in every row.
pub(super) fn may_be_text(expression: &Expr, expected: &str, scope: &Scope<'_>) -> bool {
    match constant(expression, scope) {
        Some(Constant::Text(text)) => text == expected,
        Some(Constant::Unknown) => true,
        Some(Constant::Number(_) | Constant::Null) | None => false,
    }
}

/// Whether an expression may be an empty text or NULL, in every row.
pub(super) fn may_be_nothing(expression: &Expr, scope: &Scope<'_>) -> bool {
    may_be_text(expression, "", scope) || matches!(constant(expression, scope), Some(Constant::Null))
}

/// Whether an expression may be this number, in every row.
pub(super) fn may_be_number(expression: &Expr, expected: f64, scope: &Scope<'_>) -> bool {
    // Of both zeros.
    may_be_number_that(expression, |number| (number + 0.0).total_cmp(&expected).is_eq(), scope)
}

/// Whether an expression may be this number or a greater one, in every row.
pub(super) fn is_at_least(expression: &Expr, expected: f64, scope: &Scope<'_>) -> bool {
    match constant(expression, scope) {
        Some(Constant::Number(number)) => number >= expected,
        // A function may be there to make it less.
        Some(Constant::Unknown) => !matches!(expression, Expr::Function(_)),
        Some(Constant::Text(_) | Constant::Null) | None => false,
    }
}

/// Whether an expression may be a number for which something holds, in every row.
pub(super) fn may_be_number_that(expression: &Expr, holds: impl Fn(f64) -> bool, scope: &Scope<'_>) -> bool {
    match constant(expression, scope) {
        Some(Constant::Number(number)) => holds(number),
        Some(Constant::Unknown) => true,
        Some(Constant::Text(_) | Constant::Null) | None => false,
    }
}

/// Whether two expressions may be one text, in every row.
pub(super) fn may_be_same_text(one: &Expr, other: &Expr, scope: &Scope<'_>) -> bool {
    match constant(one, scope) {
        Some(Constant::Text(text)) => may_be_text(other, &text, scope),
        Some(Constant::Unknown) => constant(other, scope).is_some(),
        Some(Constant::Number(_) | Constant::Null) | None => false,
    }
}
