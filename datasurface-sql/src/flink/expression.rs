//! Expressions: each form that Flink computes as other engines do.

use super::{
    NotFlink,
    number::is_arithmetic,
    refuse,
    scope::{Place, Scope},
};
use crate::compile::single;
use sqlparser::ast::{
    BinaryOperator, CaseWhen, DateTimeField, DuplicateTreatment, Expr, ExtractSyntax, Function, FunctionArg,
    FunctionArgExpr, FunctionArgumentList, FunctionArguments, UnaryOperator, Value,
};

/// The most levels of an expression that is written.
const DEPTH: usize = 100;

/// The functions, each with the least and the most arguments. Each gives NULL for NULL, but `coalesce`, and what it makes of a text is the same in
/// every engine. Small and capital letters are left out: Java writes `ß` as `SS`.
const FUNCTIONS: [(&str, usize, usize); 6] = [
    ("abs", 1, 1),
    ("char_length", 1, 1),
    ("coalesce", 2, 50),
    ("md5", 1, 1),
    ("nullif", 2, 2),
    ("replace", 3, 3),
];

/// The functions of many rows.
const AGGREGATES: [&str; 4] = ["count", "max", "min", "sum"];

impl Scope<'_> {
    /// Writes an expression.
    pub(super) fn expression(&mut self, expression: &Expr) -> Result<String, NotFlink> {
        self.nested(expression, 0)
    }

    pub(super) fn nested(&mut self, expression: &Expr, depth: usize) -> Result<String, NotFlink> {
        refuse_deep(depth)?;
        let mut inner = |one: &Expr| self.nested(one, depth + 1);
        Ok(match expression {
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => self.column(expression)?,
            Expr::Value(value) => literal(&value.value)?,
            Expr::Nested(one) => inner(one)?,
            Expr::IsNull(one) => format!("({} IS NULL)", inner(one)?),
            Expr::IsNotNull(one) => format!("({} IS NOT NULL)", inner(one)?),
            Expr::IsTrue(one) => format!("({} IS TRUE)", inner(one)?),
            Expr::IsNotTrue(one) => format!("({} IS NOT TRUE)", inner(one)?),
            Expr::IsFalse(one) => format!("({} IS FALSE)", inner(one)?),
            Expr::IsNotFalse(one) => format!("({} IS NOT FALSE)", inner(one)?),
            Expr::UnaryOp { op: UnaryOperator::Not, expr } => format!("(NOT {})", inner(expr)?),
            Expr::UnaryOp { op: UnaryOperator::Minus, expr } if matches!(&**expr, Expr::Value(_)) => {
                format!("(- {})", inner(expr)?)
            }
            Expr::UnaryOp { op: UnaryOperator::Minus, .. } => self.exact(expression, depth)?,
            Expr::BinaryOp { op, .. } if is_arithmetic(op) => self.exact(expression, depth)?,
            Expr::BinaryOp { left, op, right } => {
                let word = operator(op)?;
                format!("({} {word} {})", inner(left)?, inner(right)?)
            }
            Expr::Between { expr, negated, low, high } => {
                let not = if *negated { "NOT " } else { "" };
                format!("({} {not}BETWEEN {} AND {})", inner(expr)?, inner(low)?, inner(high)?)
            }
            Expr::InList { expr, list, negated } => {
                refuse(list.is_empty(), "`IN ()` without anything in it")?;
                let not = if *negated { "NOT " } else { "" };
                let list = list.iter().map(&mut inner).collect::<Result<Vec<_>, _>>()?;
                format!("({} {not}IN ({}))", inner(expr)?, list.join(", "))
            }
            Expr::Case { case_token: _, end_token: _, operand, conditions, else_result } => {
                let mut case = "CASE".to_owned();
                if let Some(operand) = operand {
                    case.push_str(&format!(" {}", inner(operand)?));
                }
                for CaseWhen { condition, result } in conditions {
                    case.push_str(&format!(" WHEN {} THEN {}", inner(condition)?, inner(result)?));
                }
                if let Some(result) = else_result {
                    case.push_str(&format!(" ELSE {}", inner(result)?));
                }
                format!("{case} END")
            }
            Expr::Substring { expr, substring_from: Some(from), substring_for, special: _, shorthand: _ } => {
                let (text, from) = (inner(expr)?, whole(from, 1)?);
                match substring_for {
                    Some(length) => format!("SUBSTRING({text} FROM {from} FOR {})", whole(length, 0)?),
                    None => format!("SUBSTRING({text} FROM {from})"),
                }
            }
            Expr::Like { negated, any: false, expr, pattern, escape_char: None } => {
                let not = if *negated { "NOT " } else { "" };
                format!("({} {not}LIKE {})", inner(expr)?, like_pattern(pattern)?)
            }
            Expr::Extract { field, syntax: ExtractSyntax::From, expr } => {
                let date = inner(expr)?;
                match field {
                    // Flink counts years before the first one from 0, and others from -1.
                    DateTimeField::Year => format!(
                        "(EXTRACT(YEAR FROM {date}) - CASE WHEN {date} < DATE '0001-01-01' THEN 1 ELSE 0 END)"
                    ),
                    DateTimeField::Month => format!("EXTRACT(MONTH FROM {date})"),
                    DateTimeField::Day => format!("EXTRACT(DAY FROM {date})"),
                    other => return Err(NotFlink(format!("`{other}` of a time is not written for Flink"))),
                }
            }
            Expr::Trim { trim_where: None, trim_what: None, expr, trim_characters: None } => {
                format!("TRIM({})", inner(expr)?)
            }
            Expr::Function(function) => self.function(function, depth)?,
            _ => return Err(NotFlink::new("an expression of this form is not written for Flink")),
        })
    }

    fn function(&mut self, function: &Function, depth: usize) -> Result<String, NotFlink> {
        let Function { name, uses_odbc_syntax, parameters, args, within_group, filter, null_treatment, over } =
            function;
        let is_more = *uses_odbc_syntax
            || *parameters != FunctionArguments::None
            || !within_group.is_empty()
            || filter.is_some()
            || null_treatment.is_some()
            || over.is_some();
        refuse(is_more, &format!("`{name}` with more than its arguments"))?;
        let word = single(name).unwrap_or_default().to_lowercase();
        let FunctionArguments::List(FunctionArgumentList { duplicate_treatment, args, clauses }) = args
        else {
            return Err(NotFlink(format!("`{name}` without a list of arguments is not written for Flink")));
        };
        refuse(!clauses.is_empty(), &format!("`{name}` with more than its arguments"))?;
        let is_aggregate = AGGREGATES.contains(&word.as_str());
        let known = FUNCTIONS.iter().find(|(known, ..)| *known == word);
        let (least, most) = match known {
            _ if is_aggregate => (1, 1),
            Some((_, least, most)) => (*least, *most),
            None => {
                let known: Vec<&str> = FUNCTIONS.iter().map(|one| one.0).chain(AGGREGATES).collect();
                let known = [&known[..], &["substring", "trim"]].concat().join("`, `");
                return Err(NotFlink(format!(
                    "the function `{name}` is not written for Flink: those are `{known}`"
                )));
            }
        };
        let place = self.place;
        if is_aggregate {
            refuse(place == Place::Rows, &format!("`{word}` where rows are chosen"))?;
            refuse(place == Place::Aggregate, &format!("`{word}` within another one"))?;
            self.has_aggregates = true;
            self.place = Place::Aggregate;
        }
        let is_counted = (least..=most).contains(&args.len());
        refuse(!is_counted, &format!("`{word}` with {} arguments", args.len()))?;
        let mut written = Vec::new();
        for argument in args {
            match argument {
                FunctionArg::Unnamed(FunctionArgExpr::Expr(argument)) => {
                    written.push(match word.as_str() {
                        "sum" => self.summed(argument, depth + 1)?,
                        // The smallest whole number has no counterpart.
                        "abs" if self.number_of(argument).is_some() => self.exact(argument, depth + 1)?,
                        _ => self.nested(argument, depth + 1)?,
                    });
                }
                FunctionArg::Unnamed(FunctionArgExpr::Wildcard) if word == "count" => {
                    written.push("*".to_owned())
                }
                _ => refuse(true, &format!("`*`, or a name before a value, in `{word}`"))?,
            }
        }
        self.place = place;
        let only = match duplicate_treatment {
            Some(DuplicateTreatment::Distinct) if is_aggregate => "DISTINCT ",
            None => "",
            _ => return Err(NotFlink(format!("`{word}` of this form is not written for Flink"))),
        };
        Ok(format!("{}({only}{})", word.to_uppercase(), written.join(", ")))
    }
}

/// Refuses a level of an expression, whose writing recurses.
pub(super) fn refuse_deep(depth: usize) -> Result<(), NotFlink> {
    refuse(depth > DEPTH, "an expression of more than 100 levels")
}

/// Writes a number of characters. Engines differ on what is before the first one.
fn whole(expression: &Expr, least: u32) -> Result<u32, NotFlink> {
    let digits = match expression {
        Expr::Value(value) => match &value.value {
            Value::Number(digits, false) => digits.parse().ok(),
            _ => None,
        },
        _ => None,
    };
    digits.filter(|number| *number >= least).ok_or_else(|| {
        NotFlink::new(format!("a part of a text that does not begin and end at numbers from {least} on"))
    })
}

fn literal(value: &Value) -> Result<String, NotFlink> {
    Ok(match value {
        Value::Number(digits, false) if digits.chars().all(|c| c.is_ascii_digit() || c == '.') => {
            digits.clone()
        }
        // A text that has no sign but printable ones of ASCII needs no escape.
        Value::SingleQuotedString(text) if text.chars().all(|c| !c.is_control()) => {
            format!("'{}'", text.replace('\'', "''"))
        }
        Value::Boolean(true) => "TRUE".to_owned(),
        Value::Boolean(false) => "FALSE".to_owned(),
        Value::Null => "NULL".to_owned(),
        _ => return Err(NotFlink::new("a value of this form is not written for Flink")),
    })
}

/// Writes a pattern. Engines differ on what escapes a sign, and Flink on whether `_` is a line's end.
fn like_pattern(pattern: &Expr) -> Result<String, NotFlink> {
    match pattern {
        Expr::Value(value) => match &value.value {
            Value::SingleQuotedString(text) if !text.contains(['_', '\\']) => literal(&value.value),
            _ => Err(NotFlink::new("`LIKE` of a pattern with `_` or a backslash is not written for Flink")),
        },
        _ => Err(NotFlink::new("`LIKE` of something other than a text is not written for Flink")),
    }
}

/// Returns an operator that makes no number.
fn operator(operator: &BinaryOperator) -> Result<&'static str, NotFlink> {
    use BinaryOperator as B;
    Ok(match operator {
        B::And => "AND",
        B::Or => "OR",
        B::Eq => "=",
        B::NotEq => "<>",
        B::Lt => "<",
        B::LtEq => "<=",
        B::Gt => ">",
        B::GtEq => ">=",
        B::StringConcat => "||",
        other => return Err(NotFlink(format!("the operator `{other}` is not written for Flink"))),
    })
}
