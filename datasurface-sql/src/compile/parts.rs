//! What an expression consists of. What is in its value is passed on, whatever is done to it, unless it is known to be removed.

use super::{
    expression::{arguments, is_called_anywhere, ordered_in_group, rows_of},
    functions::is_built_in,
    partial::{KEEPING, column, is_of_month, part_of},
    removing::{is_plain, masks, removes},
    scope::Scope,
    types,
};
use crate::passed_on::Step;
use rustc_hash::FxHashMap;
use sqlparser::ast::{
    Array, BinaryOperator, CaseWhen, Expr, Function, Interval, UnaryOperator, Value as Literal,
};

/// What an expression consists of.
#[derive(Default)]
pub(super) struct Parts<'e> {
    /// What is in the value, and what is done to it before.
    pub(super) passed_on: Vec<(&'e Expr, Step)>,
    /// What the value depends on otherwise.
    pub(super) used: Vec<&'e Expr>,
}

impl<'e> Parts<'e> {
    fn after(step: Step, all: impl IntoIterator<Item = &'e Expr>) -> Self {
        Self { passed_on: all.into_iter().map(|one| (one, step)).collect(), ..Self::default() }
    }

    /// The value is one of these.
    fn kept(all: impl IntoIterator<Item = &'e Expr>) -> Self {
        Self::after(Step::KEEP, all)
    }

    /// The value is made of all of these.
    fn made(all: impl IntoIterator<Item = &'e Expr>) -> Self {
        Self::after(Step::MAKE, all)
    }

    fn used(used: impl IntoIterator<Item = &'e Expr>) -> Self {
        Self { used: used.into_iter().collect(), ..Self::default() }
    }
}

/// The parts that a statement takes of values: each has a number, and its text tells which one it is.
#[derive(Default)]
pub(super) struct Taken(FxHashMap<String, u32>);

impl Taken {
    pub(super) fn number(&mut self, part: &Expr) -> u32 {
        self.named(&part.to_string())
    }

    fn named(&mut self, part: &str) -> u32 {
        let next = u32::try_from(self.0.len()).unwrap_or(u32::MAX);
        *self.0.entry(part.to_owned()).or_insert(next)
    }
}

/// What an expression consists of, if it is one of those that are understood.
pub(super) fn parts<'e>(expression: &'e Expr, scope: &'e Scope<'_>, taken: &mut Taken) -> Option<Parts<'e>> {
    if let Some((whole, used)) = part_of(expression, scope) {
        let rows = match expression {
            Expr::Function(function) => rows_of(function, scope)?,
            _ => Vec::new(),
        };
        let number = if is_of_month(expression) { taken.named("month") } else { taken.number(expression) };
        // A difference is one of columns that is looked at here.
        let step = if column(whole).is_some() { Step::take(number) } else { Step::mask(number) };
        return Some(Parts { used: used.into_iter().chain(rows).collect(), ..Parts::after(step, [whole]) });
    }
    let is_text = |one| types::of(one, scope).as_ref().is_some_and(types::is_text);
    Some(match expression {
        // Whatever will be put there.
        Expr::Value(value) if matches!(value.value, Literal::Placeholder(_)) => return None,
        Expr::Value(_) | Expr::TypedString(_) => Parts::default(),
        Expr::IsNull(one)
        | Expr::IsNotNull(one)
        | Expr::IsTrue(one)
        | Expr::IsNotTrue(one)
        | Expr::IsFalse(one)
        | Expr::IsNotFalse(one)
        | Expr::IsUnknown(one)
        | Expr::IsNotUnknown(one)
        | Expr::UnaryOp { op: UnaryOperator::Not, expr: one } => Parts::used([&**one]),
        Expr::IsDistinctFrom(one, two)
        | Expr::IsNotDistinctFrom(one, two)
        | Expr::AnyOp { left: one, compare_op: _, right: two, is_some: _ }
        | Expr::AllOp { left: one, compare_op: _, right: two }
        | Expr::RLike { negated: _, expr: one, pattern: two, regexp: _ }
        | Expr::SimilarTo { negated: _, expr: one, pattern: two, escape_char: _ } => {
            Parts::used([&**one, two])
        }
        Expr::Position { expr: one, r#in: two } if is_plain(one) && is_plain(two) => {
            Parts::used([&**one, two])
        }
        Expr::Position { expr: one, r#in: two } => Parts::made([&**one, two]),
        Expr::Like { negated: _, any: _, expr, pattern, escape_char }
        | Expr::ILike { negated: _, any: _, expr, pattern, escape_char } => {
            Parts::used([expr, pattern].into_iter().chain(escape_char).map(|part| &**part))
        }
        Expr::Between { expr, negated: _, low, high } => Parts::used([&**expr, low, high]),
        Expr::InList { expr, list, negated: _ } => Parts::used([&**expr].into_iter().chain(list)),
        Expr::BinaryOp { left, op, right } if is_truth(op) => Parts::used([&**left, right]),
        // A member of a value, or a function of a name: some dialects say the one with an arrow, some the other.
        Expr::BinaryOp { left: _, op: BinaryOperator::Arrow, right }
            if !matches!(**right, Expr::Value(_)) =>
        {
            return None;
        }
        Expr::BinaryOp { left, op: _, right } => Parts::made([&**left, right]),
        Expr::Case { case_token: _, end_token: _, operand, conditions, else_result } => {
            let results = conditions.iter().map(|CaseWhen { condition: _, result }| result);
            let tests = conditions.iter().map(|CaseWhen { condition, result: _ }| condition);
            Parts {
                used: tests.chain(operand.as_deref()).collect(),
                ..Parts::kept(results.chain(else_result.as_deref()))
            }
        }
        Expr::Nested(one) | Expr::Collate { expr: one, collation: _ } => Parts::kept([&**one]),
        // Of a number, a few letters may be all.
        Expr::Cast { kind: _, expr: one, data_type: _, format: _ }
            if is_text(expression) && !is_text(one) =>
        {
            Parts::made([&**one])
        }
        Expr::Cast { kind: _, expr: one, data_type: _, format: _ } => Parts::kept([&**one]),
        Expr::UnaryOp { op: _, expr: one }
        | Expr::Ceil { expr: one, field: _ }
        | Expr::Floor { expr: one, field: _ }
        | Expr::Extract { field: _, syntax: _, expr: one } => Parts::made([&**one]),
        Expr::Interval(Interval { value, .. }) => Parts::made([&**value]),
        Expr::Convert { is_try: _, expr, data_type: _, charset: _, target_before_value: _, styles } => {
            Parts::made([&**expr].into_iter().chain(styles))
        }
        Expr::AtTimeZone { timestamp, time_zone } => Parts::made([&**timestamp, time_zone]),
        Expr::Tuple(list) | Expr::Array(Array { elem: list, named: _ }) => Parts::made(list),
        Expr::Trim { trim_where: _, trim_what, expr, trim_characters } => {
            let ends = trim_what.as_deref().into_iter().chain(trim_characters.iter().flatten());
            Parts { used: ends.collect(), ..Parts::kept([&**expr]) }
        }
        Expr::Substring { expr, substring_from, substring_for, special: _, shorthand: _ } => {
            let range = substring_from.iter().chain(substring_for).map(|part| &**part);
            Parts { used: range.collect(), ..Parts::made([&**expr]) }
        }
        Expr::Overlay { expr, overlay_what, overlay_from, overlay_for } => {
            let range = [overlay_from].into_iter().chain(overlay_for).map(|part| &**part);
            Parts { used: range.collect(), ..Parts::made([&**expr, overlay_what]) }
        }
        Expr::Function(function) => of_function(function, scope, || taken.number(expression))?,
        _ => return None,
    })
}

/// Whether the value of an operator is true, false or unknown.
fn is_truth(operator: &BinaryOperator) -> bool {
    use BinaryOperator::{
        PGILikeMatch, PGLikeMatch, PGNotILikeMatch, PGNotLikeMatch, PGRegexIMatch, PGRegexMatch,
        PGRegexNotIMatch, PGRegexNotMatch, Spaceship, Xor,
    };
    types::tells_truth(operator)
        || matches!(
            operator,
            PGILikeMatch
                | PGLikeMatch
                | PGNotILikeMatch
                | PGNotLikeMatch
                | PGRegexIMatch
                | PGRegexMatch
                | PGRegexNotIMatch
                | PGRegexNotMatch
                | Spaceship
                | Xor
        )
}

/// Functions that choose one of the arguments behind the first one by that.
const CHOOSING: &[&str] = &["if", "iff", "iif", "ifelse", "nvl2", "choose", "elt"];

/// Functions that give one of their arguments, or one of its values.
const ANY_OF: &[&str] = &[
    "any_value",
    "coalesce",
    "first",
    "first_value",
    "greatest",
    "ifnull",
    "last",
    "last_value",
    "least",
    "max",
    "min",
    "nvl",
];

/// Functions that give their first argument, or what is made of it, whatever the others are.
const OF_FIRST: &[&str] = &[
    "arg_max",
    "arg_max_null",
    "arg_min",
    "arg_min_null",
    "argmax",
    "argmin",
    "likelihood",
    "max_by",
    "min_by",
    "nullif",
    "substr",
    "substring",
];

/// Functions that encrypt, and those that decrypt.
const SEALING: &[&str] =
    &["aes_encrypt", "encrypt", "encryptbypassphrase", "pgp_sym_encrypt", "pgp_sym_encrypt_bytea"];
const OPENING: &[&str] = &[
    "aes_decrypt",
    "decrypt",
    "decrypt_iv",
    "decrypt_raw",
    "decryptbycert",
    "decryptbykey",
    "decryptbypassphrase",
    "pgp_sym_decrypt",
    "pgp_sym_decrypt_bytea",
    "try_aes_decrypt",
    "try_decrypt",
    "try_decrypt_raw",
];

fn of_function<'e>(
    function: &'e Function,
    scope: &'e Scope<'_>,
    number: impl FnOnce() -> u32,
) -> Option<Parts<'e>> {
    let is = |names: &[&str]| is_called_anywhere(function, names);
    let arguments = arguments(function)?;
    let (step, passed_on) = match arguments.len() {
        _ if removes(function, &arguments) || !is_built_in(function) => (Step::MAKE, 0..0),
        _ if masks(function, &arguments, scope) => (Step::mask(number()), 0..1),
        _ if is(SEALING) => (Step::SEAL, 0..1),
        _ if is(OPENING) => (Step::OPEN, 0..1),
        1 if is(KEEPING) => (Step::KEEP, 0..1),
        _ if is(OF_FIRST) => (Step::MAKE, 0..1),
        count if is(CHOOSING) => (Step::KEEP, 1..count),
        count @ 3.. if is(&["decode"]) => (Step::KEEP, 2..count),
        count if is(ANY_OF) => (Step::KEEP, 0..count),
        count => (Step::MAKE, 0..count),
    };
    let mut parts = Parts::kept(ordered_in_group(function)?);
    parts.used = rows_of(function, scope)?;
    for (place, argument) in arguments.into_iter().enumerate() {
        if passed_on.contains(&place) {
            parts.passed_on.push((argument, step));
        } else {
            parts.used.push(argument);
        }
    }
    Some(parts)
}
