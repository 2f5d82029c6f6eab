//! Parts of a value that do not tell it: some letters, the year of a date, a coarse step of a number, a member. Two parts of one value may be
//! all of it, which [`crate::passed_on`] looks at.

use super::{
    expression::{arguments, is_called, is_literal},
    literal,
    scope::Scope,
    types,
};
use datasurface_schema::DataType;
use sqlparser::ast::{BinaryOperator, CeilFloorKind, DateTimeField, Expr, Function};

/// So many letters may be all that a text has whose column is longer: a telephone number has no more without its country.
const USUAL_LENGTH: f64 = 10.0;

/// The least step that tells little of a number, and the most remainders that do.
const LEAST_STEP: f64 = 10.0;
const MOST_REMAINDERS: f64 = 100.0;

/// What an expression gives a part of, and what it depends on otherwise; nothing, if it gives no part or may give all.
pub(super) fn part_of<'e>(expression: &'e Expr, scope: &Scope<'_>) -> Option<(&'e Expr, Vec<&'e Expr>)> {
    match expression {
        Expr::Substring { expr, substring_from, substring_for, special: _, shorthand: _ } => {
            let (from, count) = (substring_from.as_deref(), substring_for.as_deref());
            let others = from.into_iter().chain(count).collect();
            is_short(expr, from, count, scope).then_some((&**expr, others))
        }
        Expr::Extract { field, syntax: _, expr } => {
            let is_read = column(expr).is_some() || is_counted(expr);
            (is_field(&field.to_string()) && is_read).then_some((&**expr, vec![]))
        }
        Expr::Ceil { expr, field } | Expr::Floor { expr, field } => match field {
            CeilFloorKind::DateTimeField(DateTimeField::NoDateTime) => divided(expr),
            CeilFloorKind::DateTimeField(field) => {
                (is_unit(&field.to_string()) && column(expr).is_some()).then_some((&**expr, vec![]))
            }
            CeilFloorKind::Scale(_) => None,
        },
        Expr::BinaryOp { left, op, right } => {
            let is_part = match op {
                BinaryOperator::Modulo => is_remainder(right) && is_counted(left),
                BinaryOperator::DuckIntegerDivide | BinaryOperator::MyIntegerDivide => {
                    is_step(right) && is_counted(left)
                }
                BinaryOperator::Arrow | BinaryOperator::LongArrow => is_member(left, right),
                _ => false,
            };
            is_part.then_some((&**left, vec![&**right]))
        }
        Expr::Function(function) => of_function(function, &arguments(function)?, scope),
        _ => None,
    }
}

fn of_function<'e>(
    function: &Function,
    arguments: &[&'e Expr],
    scope: &Scope<'_>,
) -> Option<(&'e Expr, Vec<&'e Expr>)> {
    let is = |names: &[&str]| is_called(function, names);
    let (of, others) = match *arguments {
        [of] if is(FIELD_FUNCTIONS) => (of, vec![]),
        [of] if is(&["floor", "ceil", "ceiling", "round", "trunc", "truncate"]) => return divided(of),
        [of, count] if is(&["left", "right"]) && is_short(of, None, Some(count), scope) => (of, vec![count]),
        [of, from] if is(LETTERS) && is_short(of, Some(from), None, scope) => (of, vec![from]),
        [of, from, count] if is(LETTERS) && is_short(of, Some(from), Some(count), scope) => {
            (of, vec![from, count])
        }
        [field, of] if is(&["date_part", "datepart"]) && is_text(field, is_field) => (of, vec![field]),
        [unit, of] if is(&["date_trunc", "datetrunc"]) && is_text(unit, is_unit) => (of, vec![unit]),
        [of, unit] if is(&["trunc", "timestamp_trunc"]) && is_text(unit, is_unit) => (of, vec![unit]),
        [of, format] if is(FORMATTING) && is_text(format, is_format) => (of, vec![format]),
        [format, of] if is(FORMATTING) && is_text(format, is_format) => (of, vec![format]),
        [of, digits] if is(&["round", "trunc", "truncate"]) && is_before_point(digits) => (of, vec![digits]),
        [of, by] if is(&["mod", "modulo"]) && is_remainder(by) && is_counted(of) => (of, vec![by]),
        [of, by] if is(&["div"]) && is_step(by) && is_counted(of) => (of, vec![by]),
        [of, path] if is(MEMBERS) && is_member(of, path) => (of, vec![path]),
        [of, by, number] if is(&["split_part"]) => {
            let is_later = literal::number(number).is_some_and(|number| number >= 2.0);
            let is_split = is_later && is_text(by, |by| !by.is_empty() && by != "+" && by != "-");
            is_split.then_some((of, vec![by, number]))?
        }
        _ => return None,
    };
    // Of what is made for it, a part may be any value. Steps look at differences, too.
    (column(of).is_some() || is_counted(of)).then_some((of, others))
}

const LETTERS: &[&str] = &["substr", "substring", "mid"];

const FORMATTING: &[&str] =
    &["date_format", "format_date", "format_datetime", "formatdatetime", "strftime", "to_char", "to_varchar"];

/// Functions that take a field of a moment, or cut it to a unit.
const CUTTING: &[&str] = &["date_part", "date_trunc", "datepart", "datetrunc", "timestamp_trunc", "trunc"];

const MEMBERS: &[&str] = &[
    "get_json_object",
    "json_extract",
    "json_extract_path_text",
    "json_extract_scalar",
    "json_extract_string",
    "json_query",
    "json_value",
    "jsonb_extract",
];

/// Functions that give one field of a moment.
const FIELD_FUNCTIONS: &[&str] = &[
    "century",
    "day",
    "dayname",
    "dayofmonth",
    "dayofweek",
    "dayofyear",
    "decade",
    "hour",
    "last_day",
    "minute",
    "month",
    "monthname",
    "quarter",
    "week",
    "weekday",
    "weekofyear",
    "year",
];

/// The fields of a moment of which each tells a part of it.
fn is_field(name: &str) -> bool {
    const OTHERS: &[&str] = &["dow", "doy", "isodow", "isoyear", "millennium"];
    FIELD_FUNCTIONS.iter().chain(OTHERS).any(|field| name.eq_ignore_ascii_case(field))
}

/// Whether a part tells of a moment no more than its month: several of these tell no more than that either.
pub(super) fn is_of_month(part: &Expr) -> bool {
    const NO_MORE: &[&str] = &["year", "month", "monthname", "quarter", "decade", "century", "last_day"];
    let is_no_more = |unit: &str| unit != "week" && (is_unit(unit) || NO_MORE.contains(&unit));
    let is_named = |expression: &Expr| {
        is_text(expression, |text| is_no_more(&text.to_ascii_lowercase()) || is_format(text))
    };
    match part {
        Expr::Extract { field, .. } => is_no_more(&field.to_string().to_ascii_lowercase()),
        Expr::Function(function) => {
            is_called(function, NO_MORE)
                || (is_called(function, CUTTING) || is_called(function, FORMATTING))
                    && arguments(function).is_some_and(|arguments| arguments.into_iter().any(is_named))
        }
        _ => false,
    }
}

/// The units to which a moment is cut, and tells no day any more.
pub(super) fn is_unit(name: &str) -> bool {
    const UNITS: &[&str] = &["week", "month", "mon", "quarter", "year", "yyyy", "mm", "decade", "century"];
    UNITS.iter().any(|unit| name.eq_ignore_ascii_case(unit))
}

/// The formats of a moment that tell no day.
fn is_format(format: &str) -> bool {
    let mut rest = format.to_owned();
    ["\"Q\"", "%b", "%B", "Month", "MONTH", "month", "Mon", "MON", "mon"]
        .iter()
        .for_each(|name| rest = rest.replace(name, "-"));
    !rest.is_empty() && rest.chars().all(|letter| "YyMmQq%-/. _,".contains(letter))
}

fn is_text(expression: &Expr, holds: impl Fn(&str) -> bool) -> bool {
    literal::text(expression).is_some_and(holds)
}

/// Whether so few letters of a column are taken that they do not tell its text.
fn is_short(text: &Expr, from: Option<&Expr>, count: Option<&Expr>, scope: &Scope<'_>) -> bool {
    use DataType::{Char, NChar, NVarChar, VarChar};
    let Some(column) = column(text) else { return false };
    let length = match types::of(column, scope) {
        Some(Char { length, .. } | NChar { length, .. }) => Some(length),
        Some(VarChar { length, .. } | NVarChar { length, .. }) => length,
        // As a text, it may be short.
        _ => return false,
    };
    let most = length.map_or(USUAL_LENGTH, |length| f64::from(length).min(USUAL_LENGTH));
    let is_few = |count: f64| (0.0..most).contains(&count);
    let Some(count) = count else { return from.and_then(from_end).is_some_and(is_few) };
    let is_from_known = from.is_none_or(|from| literal::number(from).is_some() || from_end(from).is_some());
    is_from_known && literal::number(count).is_some_and(is_few)
}

/// How many letters there are from a place on that is told from the end of the text. A negative place is before its beginning to PostgreSQL,
/// which gives all of it then.
fn from_end(from: &Expr) -> Option<f64> {
    const LENGTHS: &[&str] = &["char_length", "character_length", "len", "length"];
    let Expr::BinaryOp { left, op: BinaryOperator::Minus, right } = literal::inner(from) else { return None };
    let is_length = matches!(&**left, Expr::Function(function) if is_called(function, LENGTHS));
    literal::number(right).filter(|_| is_length).map(|number| number + 1.0)
}

/// Functions that give their first argument in other cases, or without what is around it.
pub(super) const KEEPING: &[&str] = &["lower", "upper", "lcase", "ucase", "trim", "ltrim", "rtrim"];

/// The column of which an expression is the text, perhaps in other cases and without blanks.
pub(super) fn column(mut text: &Expr) -> Option<&Expr> {
    loop {
        text = match text {
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => return Some(text),
            Expr::Nested(inner)
            | Expr::Cast { expr: inner, .. }
            | Expr::Collate { expr: inner, .. }
            | Expr::Trim { expr: inner, .. } => inner,
            Expr::Function(function) if is_called(function, KEEPING) => {
                arguments(function)?.into_iter().next()?
            }
            // With a value that is written down beside it.
            Expr::Function(function) if is_called(function, &["coalesce"]) => {
                match arguments(function)?[..] {
                    [column, other] if is_literal(other) => column,
                    _ => return None,
                }
            }
            _ => return None,
        }
    }
}

/// What is divided into steps.
fn divided(expression: &Expr) -> Option<(&Expr, Vec<&Expr>)> {
    let Expr::BinaryOp { left, op: BinaryOperator::Divide, right } = literal::inner(expression) else {
        return None;
    };
    (is_step(right) && is_counted(left)).then_some((&**left, vec![&**right]))
}

fn is_step(by: &Expr) -> bool {
    literal::number(by).is_some_and(|step| step.abs() >= LEAST_STEP)
}

fn is_remainder(by: &Expr) -> bool {
    literal::number(by).is_some_and(|count| (2.0..=MOST_REMAINDERS).contains(&count.abs()))
}

/// Whether digits that are kept end before the decimal point.
fn is_before_point(digits: &Expr) -> bool {
    literal::number(digits).is_some_and(|digits| digits < 0.0)
}

/// Functions that give the time between two moments.
pub(super) const DIFFERENCES: &[&str] = &["age", "date_diff", "datediff", "months_between", "timestampdiff"];

/// Whether an expression is a column, or a difference: nothing that is made larger first.
fn is_counted(expression: &Expr) -> bool {
    match literal::inner(expression) {
        Expr::Function(function) => is_called(function, DIFFERENCES),
        Expr::BinaryOp { op: BinaryOperator::Minus, left, right } => [left, right]
            .iter()
            .all(|side| column(side).is_some() || arguments_of(side).is_some_and(|all| all.is_empty())),
        other => column(other).is_some(),
    }
}

fn arguments_of(expression: &Expr) -> Option<Vec<&Expr>> {
    match expression {
        Expr::Function(function) => arguments(function),
        _ => None,
    }
}

/// Whether a text is the path of one member below all of it.
fn is_path(path: &str) -> bool {
    let from_root = path.strip_prefix('$');
    let below = from_root.unwrap_or(path);
    // To some, a value that is no list is one of itself, so that its first element is all of it.
    let is_index = from_root.is_some() && !below.contains(['.', '"', '\'']);
    !is_index
        && below.contains(|letter: char| letter.is_alphanumeric())
        && !below.contains(['*', ' ', '$', ':'])
        && !below.contains("..")
}

/// Whether a path leads to a member of a value that was not made just before.
fn is_member(of: &Expr, path: &Expr) -> bool {
    let is_below = literal::number(path).is_some() || is_text(path, is_path);
    is_below && column(of).is_some()
}
