//! Exact numbers: whole ones, and decimal ones of so many digits.
//!
//! Numbers of Flink overflow without an error: a whole one of 32 bits begins anew at its other end, and a decimal one of more than 38 digits is NULL. So
//! arithmetic is written in decimal numbers that have room for every result, and what has none is refused.

use super::{NotFlink, expression::refuse_deep, refuse, scope::Scope};
use sqlparser::ast::{
    BinaryOperator, Expr, Function, FunctionArg, FunctionArgExpr, FunctionArguments, UnaryOperator, Value,
};

/// The most digits of a decimal number of Flink.
const MOST_DIGITS: u32 = 38;

/// The most digits of a number that is summed up: ten more have room for ten thousand million rows.
const MOST_SUMMED: u32 = 28;

/// The digits of an exact number, as far as they are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FlinkNumber {
    /// The most digits before the point.
    pub whole: u32,
    /// The digits behind the point.
    pub scale: u32,
    /// Whether it is a whole number of 16, 32 or 64 bits, which has not all values of its digits.
    pub is_binary: bool,
}

impl FlinkNumber {
    /// A whole number of up to 16 bits.
    pub const SMALL: Self = Self { whole: 5, scale: 0, is_binary: true };

    /// A whole number of up to 32 bits.
    pub const INTEGER: Self = Self { whole: 10, scale: 0, is_binary: true };

    /// A whole number of up to 64 bits.
    pub const BIG: Self = Self { whole: 19, scale: 0, is_binary: true };

    /// Makes one of a decimal number.
    #[must_use]
    pub fn decimal(whole: u32, scale: u32) -> Self {
        Self { whole, scale, is_binary: false }
    }

    /// Returns whether a column of such numbers has room for each of another kind, after it was rounded.
    #[must_use]
    pub fn has_room_for(self, other: Self) -> bool {
        let is_rounded_up = other.scale > self.scale;
        let is_other = self.is_binary && !other.is_binary;
        other.whole < self.whole || other.whole == self.whole && !is_rounded_up && !is_other
    }

    /// Returns the count of digits before the point and behind it.
    #[must_use]
    pub fn precision(self) -> u32 {
        self.whole.saturating_add(self.scale)
    }

    /// The number with another sign: the smallest whole one has no counterpart.
    fn signed(self) -> Self {
        Self { is_binary: false, ..self }
    }

    /// The number that is one or the other.
    pub(super) fn either(self, other: Self) -> Self {
        Self {
            whole: self.whole.max(other.whole),
            scale: self.scale.max(other.scale),
            is_binary: self.is_binary && other.is_binary,
        }
    }

    /// The type of Flink, if it has one.
    fn name(self) -> Result<String, NotFlink> {
        refuse(self.precision() > MOST_DIGITS, "a number of more than 38 digits")?;
        Ok(format!("DECIMAL({}, {})", self.precision().max(1), self.scale))
    }

    /// What an operator makes of two numbers.
    fn combined(self, operator: &BinaryOperator, other: Self) -> Self {
        match operator {
            // Flink counts a digit more than there are.
            BinaryOperator::Multiply => Self::decimal(
                self.whole.saturating_add(other.whole).saturating_add(1),
                self.scale.saturating_add(other.scale),
            ),
            _ => {
                let either = self.either(other);
                Self::decimal(either.whole.saturating_add(1), either.scale)
            }
        }
    }
}

/// Whether an operator is of arithmetic that exact numbers are written of.
pub(super) fn is_arithmetic(operator: &BinaryOperator) -> bool {
    matches!(operator, BinaryOperator::Plus | BinaryOperator::Minus | BinaryOperator::Multiply)
}

impl Scope<'_> {
    /// Writes a number with room for every value.
    pub(super) fn exact(&mut self, expression: &Expr, depth: usize) -> Result<String, NotFlink> {
        refuse_deep(depth)?;
        match expression {
            Expr::Nested(one) => self.exact(one, depth + 1),
            Expr::UnaryOp { op: UnaryOperator::Minus, expr } => {
                Ok(format!("(- {})", self.exact(expr, depth + 1)?))
            }
            Expr::BinaryOp { left, op, right } if is_arithmetic(op) => {
                // Its type has to be one, also where those of its parts are.
                self.number(expression)?.name()?;
                Ok(format!("({} {op} {})", self.exact(left, depth + 1)?, self.exact(right, depth + 1)?))
            }
            _ => {
                let name = self.number(expression)?.name()?;
                Ok(format!("CAST({} AS {name})", self.nested(expression, depth + 1)?))
            }
        }
    }

    /// Writes what is summed up.
    pub(super) fn summed(&mut self, expression: &Expr, depth: usize) -> Result<String, NotFlink> {
        let number = self.number(expression)?;
        refuse(number.precision() > MOST_SUMMED, "a sum of numbers of more than 28 digits")?;
        self.exact(expression, depth)
    }

    fn number(&self, expression: &Expr) -> Result<FlinkNumber, NotFlink> {
        self.number_of(expression).ok_or_else(|| {
            NotFlink::new(
                "arithmetic with something other than whole and decimal numbers is not written for Flink",
            )
        })
    }

    /// Returns what is known of a number; `None` of what is no exact one.
    pub(super) fn number_of(&self, expression: &Expr) -> Option<FlinkNumber> {
        self.number_within(expression, 0)
    }

    fn number_within(&self, expression: &Expr, depth: usize) -> Option<FlinkNumber> {
        if refuse_deep(depth).is_err() {
            return None;
        }
        let inner = |one: &Expr| self.number_within(one, depth + 1);
        match expression {
            Expr::Identifier(_) | Expr::CompoundIdentifier(_) => self.number_of_column(expression),
            Expr::Nested(one) => inner(one),
            Expr::UnaryOp { op: UnaryOperator::Minus, expr: one } => {
                self.number_of(one).map(FlinkNumber::signed)
            }
            Expr::Value(value) => match &value.value {
                Value::Number(digits, false) => literal(digits),
                _ => None,
            },
            Expr::BinaryOp { left, op, right } if is_arithmetic(op) => {
                Some(inner(left)?.combined(op, inner(right)?))
            }
            // A part of a date.
            Expr::Extract { .. } => Some(FlinkNumber::BIG),
            Expr::Case { conditions, else_result, .. } => {
                let results = conditions.iter().map(|when| &when.result);
                self.number_of_either(results.chain(else_result.as_deref()), depth)
            }
            Expr::Function(function) => self.number_of_function(function, depth),
            _ => None,
        }
    }

    fn number_of_function(&self, function: &Function, depth: usize) -> Option<FlinkNumber> {
        let name = function.name.to_string().to_lowercase();
        let FunctionArguments::List(list) = &function.args else { return None };
        let arguments = list.args.iter().filter_map(|argument| match argument {
            FunctionArg::Unnamed(FunctionArgExpr::Expr(argument)) => Some(argument),
            _ => None,
        });
        match name.as_str() {
            "count" => Some(FlinkNumber::BIG),
            "char_length" => Some(FlinkNumber::INTEGER),
            "sum" => {
                let FlinkNumber { scale, .. } = self.number_of_either(arguments, depth)?;
                Some(FlinkNumber::decimal(MOST_DIGITS.saturating_sub(scale), scale))
            }
            "abs" => self.number_of_either(arguments, depth).map(FlinkNumber::signed),
            "coalesce" | "max" | "min" => self.number_of_either(arguments, depth),
            "nullif" => self.number_of_either(arguments.take(1), depth),
            _ => None,
        }
    }

    /// What is known of the number that one of some expressions has. NULL is no number, and none other.
    fn number_of_either<'e>(
        &self,
        expressions: impl Iterator<Item = &'e Expr>,
        depth: usize,
    ) -> Option<FlinkNumber> {
        let is_null = |one: &&Expr| matches!(one, Expr::Value(value) if value.value == Value::Null);
        let mut numbers =
            expressions.filter(|one| !is_null(one)).map(|one| self.number_within(one, depth + 1));
        let first = numbers.next()??;
        numbers.try_fold(first, |one, other| Some(one.either(other?)))
    }
}

/// The number that is written in digits.
fn literal(digits: &str) -> Option<FlinkNumber> {
    let (whole, behind) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let count = |part: &str| u32::try_from(part.len()).ok();
    (is_number(whole) && is_number(behind))
        .then_some(())
        .and_then(|()| Some(FlinkNumber::decimal(count(whole)?.max(1), count(behind)?)))
}
