//! Expressions whose value is that of a part of them, at least in some rows or in some dialects.

use super::{
    constant::{is_at_least, may_be_nothing, may_be_number, may_be_number_that, may_be_text},
    expression::{arguments, is_called, rows_of},
    forms::{self, is_made},
    scope::Scope,
    types,
};
use crate::writing::Writing;
use datasurface_schema::{DataType, FloatFormat};
use sqlparser::ast::{BinaryOperator, CaseWhen, Expr, UnaryOperator};

/// What an expression consists of.
pub(super) struct Parts<'e> {
    /// What the value may be, and how that is written.
    pub(super) passed_on: Vec<(&'e Expr, Writing)>,
    /// What the value depends on otherwise.
    pub(super) used: Vec<&'e Expr>,
}

/// What an expression consists of, if its value may be that of a part.
pub(super) fn parts<'e>(expression: &'e Expr, scope: &'e Scope<'_>) -> Option<Parts<'e>> {
    let (passed_on, used) = match expression {
        Expr::Nested(one)
        | Expr::Collate { expr: one, collation: _ }
        | Expr::UnaryOp { op: UnaryOperator::Plus, expr: one } => (vec![&**one], Vec::new()),
        Expr::Cast { kind: _, expr, data_type, format: None }
            if types::from_sql(data_type).is_some_and(|to| is_kept(expr, &to, scope)) =>
        {
            (vec![&**expr], Vec::new())
        }
        Expr::BinaryOp { left, op, right } if is_neutral(op, right, scope) => (vec![&**left], vec![&**right]),
        Expr::BinaryOp { left, op, right } if commutes(op) && is_neutral(op, left, scope) => {
            (vec![&**right], vec![&**left])
        }
        // A member of a value that was made just before, or all of the value.
        Expr::BinaryOp { left, op: BinaryOperator::Arrow | BinaryOperator::LongArrow, right }
            if matches!(**right, Expr::Value(_)) && (is_made(left) || may_be_text(right, "$", scope)) =>
        {
            (vec![&**left], vec![&**right])
        }
        Expr::Case { case_token: _, end_token: _, operand, conditions, else_result } => {
            let results = conditions.iter().map(|CaseWhen { condition: _, result }| result);
            let tests = conditions.iter().map(|CaseWhen { condition, result: _ }| condition);
            (results.chain(else_result.as_deref()).collect(), tests.chain(operand.as_deref()).collect())
        }
        Expr::Trim { trim_where: _, trim_what, expr, trim_characters } => {
            let ends = trim_what.as_deref().into_iter().chain(trim_characters.iter().flatten());
            (vec![&**expr], ends.collect())
        }
        // All of a text from its first letter on.
        Expr::Substring { expr, substring_from, substring_for, special: _, shorthand: _ }
            if substring_from.as_deref().is_none_or(|from| may_be_first(from, scope))
                && substring_for.as_deref().is_none_or(|length| may_be_all(expr, length, scope)) =>
        {
            (vec![&**expr], substring_for.as_deref().into_iter().collect())
        }
        Expr::Function(function) => {
            let (passed_on, mut used) = forms::passed_on(function, arguments(function)?, scope)?;
            used.extend(rows_of(function, scope)?);
            (passed_on, used)
        }
        _ => return None,
    };
    let passed_on = passed_on.into_iter().map(|part| (part, Writing::READABLE)).collect();
    Some(Parts { passed_on, used })
}

/// So many letters may be all that a text has whose column is longer: a telephone number has no more without its country.
const USUAL_LENGTH: f64 = 10.0;

/// Whether a part of a text may begin at its first letter: from the front, or so far from its end.
pub(super) fn may_be_first(from: &Expr, scope: &Scope<'_>) -> bool {
    may_be_number_that(from, |from| (0.0..=1.0).contains(&from) || from <= -USUAL_LENGTH, scope)
}

/// Whether so many letters may be all that a text has. Its column may be longer than any text in it.
pub(super) fn may_be_all(text: &Expr, length: &Expr, scope: &Scope<'_>) -> bool {
    use DataType::{Char, NChar, NVarChar, VarChar};
    let most = match types::of(text, scope) {
        Some(Char { length, .. } | NChar { length, .. }) => Some(length),
        Some(VarChar { length, .. } | NVarChar { length, .. }) => length,
        _ => None,
    };
    let most = most.map_or(USUAL_LENGTH, |most| f64::from(most).min(USUAL_LENGTH));
    is_at_least(length, most, scope) || is_length_of(length, text)
}

/// Whether an expression is the length of a text.
fn is_length_of(expression: &Expr, text: &Expr) -> bool {
    const LENGTHS: &[&str] = &["char_length", "character_length", "len", "length", "octet_length"];
    match expression {
        Expr::Function(function) if is_called(function, LENGTHS) => {
            arguments(function).is_some_and(|arguments| arguments == [text])
        }
        _ => false,
    }
}

/// Whether a value may stay as it is when this is put to its right.
fn is_neutral(operator: &BinaryOperator, other: &Expr, scope: &Scope<'_>) -> bool {
    match operator {
        // To Oracle, NULL is an empty text.
        BinaryOperator::StringConcat => may_be_nothing(other, scope),
        BinaryOperator::Plus => may_be_nothing(other, scope) || may_be_number(other, 0.0, scope),
        BinaryOperator::Minus => may_be_number(other, 0.0, scope),
        BinaryOperator::Multiply | BinaryOperator::Divide => may_be_number(other, 1.0, scope),
        _ => false,
    }
}

/// Whether the sides of an operator can be exchanged where one of them changes nothing.
fn commutes(operator: &BinaryOperator) -> bool {
    matches!(operator, BinaryOperator::StringConcat | BinaryOperator::Plus | BinaryOperator::Multiply)
}

/// Whether a cast keeps a value: that which it is given, or that of which this is a text.
fn is_kept(mut expression: &Expr, to: &DataType, scope: &Scope<'_>) -> bool {
    loop {
        if keeps(types::of(expression, scope).as_ref(), to) {
            return true;
        }
        let (Expr::Nested(inner) | Expr::Cast { expr: inner, .. }) = expression else { return false };
        expression = inner;
    }
}

/// Whether a cast of one type to another one keeps values, in at least one of the dialects: a text keeps all that it is given,
/// because SQLite and DuckDB do not cut it; where a whole number does not fit, a cast fails.
fn keeps(from: Option<&DataType>, to: &DataType) -> bool {
    use DataType::{BigInt, Boolean, Char, CustomInteger, Date, Decimal, Float, Integer};
    use DataType::{Binary, NChar, NVarChar, SmallInt, Timestamp, TinyInt, VarChar};
    match (from, to) {
        (_, Char { .. } | VarChar { .. } | NChar { .. } | NVarChar { .. }) => true,
        (Some(from), to) if from == to => true,
        (
            Some(Boolean | TinyInt | SmallInt | Integer | BigInt | CustomInteger { .. }),
            TinyInt | SmallInt | Integer | BigInt | CustomInteger { .. } | Float(_) | Decimal { .. },
        ) => true,
        (Some(Decimal { scale, .. }), Decimal { scale: kept, .. }) => kept >= scale,
        (Some(Float(_) | Decimal { .. }), Float(to)) => *to == FloatFormat::Binary64,
        (Some(Date), Timestamp { .. }) => true,
        (
            Some(Char { .. } | VarChar { .. } | NChar { .. } | NVarChar { .. } | Binary { .. }),
            Binary { .. },
        ) => true,
        _ => false,
    }
}
