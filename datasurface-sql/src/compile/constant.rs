//! Values that a statement spells out: what is put beside a column, and may leave it as it is.

use super::expression::arguments;
use sqlparser::ast::{BinaryOperator, Expr, UnaryOperator, Value as Literal, ValueWithSpan};

/// A value that is the same in every row.
enum Constant {
    Text(String),
    Number(f64),
    Null,
    /// One that is not computed here: it may be any.
    Unknown,
}

/// The value of an expression, if it reads nothing.
fn constant(expression: &Expr) -> Option<Constant> {
    let value = match expression {
        Expr::Value(ValueWithSpan { value, span: _ }) => literal(value)?,
        Expr::Nested(one) => constant(one)?,
        Expr::Cast { expr, .. } => match constant(expr)? {
            Constant::Null => Constant::Null,
            _ => Constant::Unknown,
        },
        Expr::UnaryOp { op, expr } => match (op, constant(expr)?) {
            (UnaryOperator::Plus, value) => value,
            (UnaryOperator::Minus, Constant::Number(number)) => Constant::Number(-number),
            _ => Constant::Unknown,
        },
        Expr::BinaryOp { left, op, right } => joined(constant(left)?, op, constant(right)?),
        // Without arguments it may be another one in each row.
        Expr::Function(function) => {
            let arguments = arguments(function).filter(|arguments| !arguments.is_empty())?;
            arguments.into_iter().all(|one| constant(one).is_some()).then_some(Constant::Unknown)?
        }
        Expr::Trim { expr, trim_what: None, .. } | Expr::Substring { expr, .. } => {
            constant(expr).map(|_| Constant::Unknown)?
        }
        _ => return None,
    };
    Some(value)
}

fn literal(value: &Literal) -> Option<Constant> {
    match value {
        Literal::SingleQuotedString(text) => Some(Constant::Text(text.clone())),
        Literal::Number(digits, _) => Some(digits.parse().map_or(Constant::Unknown, Constant::Number)),
        Literal::Null => Some(Constant::Null),
        _ => None,
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
pub(super) fn may_be_text(expression: &Expr, expected: &str) -> bool {
    match constant(expression) {
        Some(Constant::Text(text)) => text == expected,
        Some(Constant::Unknown) => true,
        Some(Constant::Number(_) | Constant::Null) | None => false,
    }
}

/// Whether an expression may be an empty text or NULL, in every row.
pub(super) fn may_be_nothing(expression: &Expr) -> bool {
    may_be_text(expression, "") || matches!(constant(expression), Some(Constant::Null))
}

/// Whether an expression may be this number, in every row.
pub(super) fn may_be_number(expression: &Expr, expected: f64) -> bool {
    match constant(expression) {
        // Of both zeros.
        Some(Constant::Number(number)) => (number + 0.0).total_cmp(&expected).is_eq(),
        Some(Constant::Unknown) => true,
        Some(Constant::Text(_) | Constant::Null) | None => false,
    }
}
