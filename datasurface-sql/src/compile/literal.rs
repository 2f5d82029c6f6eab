//! Values that a statement spells out.

use sqlparser::ast::{Expr, UnaryOperator, Value as Literal, ValueWithSpan};

/// The text that an expression spells out.
pub(super) fn text(expression: &Expr) -> Option<&str> {
    match value(expression)? {
        Literal::SingleQuotedString(text)
        | Literal::NationalStringLiteral(text)
        | Literal::EscapedStringLiteral(text) => Some(text),
        _ => None,
    }
}

/// The number that an expression spells out.
pub(super) fn number(expression: &Expr) -> Option<f64> {
    match inner(expression) {
        Expr::UnaryOp { op: UnaryOperator::Minus, expr } => number_of(value(expr)?).map(|number| -number),
        other => number_of(value(other)?),
    }
}

fn number_of(value: &Literal) -> Option<f64> {
    match value {
        Literal::Number(digits, _) => digits.parse().ok(),
        _ => None,
    }
}

fn value(expression: &Expr) -> Option<&Literal> {
    match inner(expression) {
        Expr::Value(ValueWithSpan { value, span: _ }) => Some(value),
        _ => None,
    }
}

/// An expression without its parentheses.
pub(super) fn inner(mut expression: &Expr) -> &Expr {
    while let Expr::Nested(inner) = expression {
        expression = inner;
    }
    expression
}
