//! `sum` of decimals, exactly: SQLite adds up binary floating point numbers, in which 0.1 and 0.2 are not 0.3.
//!
//! Decimals reach a transformer as floating point numbers of at most fifteen digits, or as texts where they have more. Both are
//! added as the decimal numbers that they stand for. The sum is a floating point number again if it has at most fifteen
//! digits, and a text otherwise.

use crate::sql::decimal::exact;
use bigdecimal::{BigDecimal, Zero};
use rusqlite::{
    Connection, Error, Result,
    functions::{Aggregate, Context, FunctionFlags, WindowAggregate},
    types::{Value, ValueRef},
};

/// So many decimal digits survive a floating point number.
const EXACT_DIGITS: u64 = 15;

/// Replaces SQLite's `sum`.
pub(super) fn install(connection: &Connection) -> Result<()> {
    let flags =
        FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC | FunctionFlags::SQLITE_INNOCUOUS;
    connection.create_window_function("sum", 1, flags, Sum)
}

struct Sum;

/// What was added up so far.
#[derive(Clone, Debug, Default)]
struct Total {
    values: u64,
    integers: i128,
    /// Values that are no integers, and how many.
    decimals: BigDecimal,
    fractions: u64,
    /// How many of them had more digits than survive: these are no decimals, and nor is the sum.
    long: u64,
    /// Infinities and what is not a number, added up, and how many.
    endless: f64,
    endless_values: u64,
}

/// A value, as it is added.
enum Term {
    Nothing,
    Integer(i64),
    Decimal(BigDecimal),
    Binary(BigDecimal),
    Endless(f64),
}

impl Term {
    fn from_value(value: ValueRef<'_>) -> Self {
        match value {
            ValueRef::Null => Self::Nothing,
            ValueRef::Integer(number) => Self::Integer(number),
            ValueRef::Real(number) => Self::from_real(number),
            ValueRef::Text(text) | ValueRef::Blob(text) => {
                let text = str::from_utf8(text).unwrap_or_default().trim();
                exact(text).map_or_else(|| Self::from_real(text.parse().unwrap_or_default()), Self::Decimal)
            }
        }
    }

    fn from_real(number: f64) -> Self {
        match exact(&number.to_string()) {
            None => Self::Endless(number),
            Some(number) if number.digits() <= EXACT_DIGITS => Self::Decimal(number),
            Some(number) => Self::Binary(number),
        }
    }
}

impl Total {
    fn add(&mut self, value: ValueRef<'_>) {
        self.values += 1;
        match Term::from_value(value) {
            Term::Nothing => self.values -= 1,
            Term::Integer(number) => self.integers += i128::from(number),
            Term::Decimal(number) => {
                self.fractions += 1;
                self.decimals += number;
            }
            Term::Binary(number) => {
                self.fractions += 1;
                self.long += 1;
                self.decimals += number;
            }
            Term::Endless(number) => {
                self.endless_values += 1;
                self.endless += number;
            }
        }
    }

    /// Takes back what was added.
    fn take(&mut self, value: ValueRef<'_>) {
        self.values = self.values.saturating_sub(1);
        match Term::from_value(value) {
            Term::Nothing => self.values += 1,
            Term::Integer(number) => self.integers -= i128::from(number),
            Term::Decimal(number) => {
                self.fractions = self.fractions.saturating_sub(1);
                self.decimals -= number;
            }
            Term::Binary(number) => {
                self.fractions = self.fractions.saturating_sub(1);
                self.long = self.long.saturating_sub(1);
                self.decimals -= number;
            }
            Term::Endless(_) => {
                self.endless_values = self.endless_values.saturating_sub(1);
                // Infinities cannot be taken back: the rest of the window is NULL as if it were not a number, until none is left.
                self.endless = if self.endless_values == 0 { 0.0 } else { f64::NAN };
            }
        }
    }

    fn value(&self) -> Result<Value> {
        if self.values == 0 {
            return Ok(Value::Null);
        }
        if self.endless_values > 0 {
            return Ok(Value::Real(self.endless));
        }
        if self.fractions == 0 {
            let sum = i64::try_from(self.integers).map(Value::Integer);
            return sum.map_err(|_| Error::UserFunctionError("integer overflow".into()));
        }
        let sum = &self.decimals + BigDecimal::from(self.integers);
        if sum.is_zero() {
            return Ok(Value::Real(0.0));
        }
        let sum = sum.normalized();
        match self.long == 0 && sum.digits() > EXACT_DIGITS {
            true => Ok(Value::Text(sum.to_plain_string())),
            // `to_f64` does not always find the nearest one.
            false => Ok(sum.to_plain_string().parse().map_or(Value::Null, Value::Real)),
        }
    }
}

impl Aggregate<Total, Value> for Sum {
    fn init(&self, _: &mut Context<'_>) -> Result<Total> {
        Ok(Total::default())
    }

    fn step(&self, context: &mut Context<'_>, total: &mut Total) -> Result<()> {
        total.add(context.get_raw(0));
        Ok(())
    }

    fn finalize(&self, _: &mut Context<'_>, total: Option<Total>) -> Result<Value> {
        total.map_or(Ok(Value::Null), |total| total.value())
    }
}

impl WindowAggregate<Total, Value> for Sum {
    fn value(&self, total: Option<&mut Total>) -> Result<Value> {
        total.map_or(Ok(Value::Null), |total| total.value())
    }

    fn inverse(&self, context: &mut Context<'_>, total: &mut Total) -> Result<()> {
        total.take(context.get_raw(0));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sum(sql: &str) -> Vec<Value> {
        let connection = Connection::open_in_memory().unwrap();
        install(&connection).unwrap();
        let mut statement = connection.prepare(sql).unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    fn of(values: &str) -> Value {
        sum(&format!("SELECT sum(column1) FROM (VALUES {values})")).remove(0)
    }

    fn text(text: &str) -> Value {
        Value::Text(text.to_owned())
    }

    #[test]
    fn decimals_are_added_exactly() {
        assert_eq!(of("(0.1), (0.2)"), Value::Real(0.3));
        assert_eq!(of("(0.1), (0.2), (-0.3)"), Value::Real(0.0));
        assert_eq!(of("('12345678901234567.89'), (0.11)"), text("12345678901234568"));
        assert_eq!(of("('99999999999999999999.99'), (1)"), text("100000000000000000000.99"));
        assert_eq!(of("(99999999999999.1), (99999999999999.2)"), text("199999999999998.3"));
    }

    #[test]
    fn other_sums_are_as_they_were() {
        assert_eq!(of("(1), (2), (NULL)"), Value::Integer(3));
        assert_eq!(of("(NULL)"), Value::Null);
        assert_eq!(of("(1), (0.5)"), Value::Real(1.5));
        assert_eq!(of("('x')"), Value::Real(0.0));
        assert_eq!(of("(9e999), (1)"), Value::Real(f64::INFINITY));
        assert_eq!(of("(1e300), (1e-300)"), Value::Real(1e300));
        assert_eq!(of("('1e400000'), (1)"), Value::Real(f64::INFINITY));
        let third = 1.0 / 3.0;
        assert_eq!(of("(1.0 / 3), (1.0 / 3)"), Value::Real(third + third));
        let overflow = Connection::open_in_memory().unwrap();
        install(&overflow).unwrap();
        let most = "SELECT sum(column1) FROM (VALUES (9223372036854775807), (1))";
        assert!(overflow.query_row(most, [], |row| row.get::<_, Value>(0)).is_err());
    }

    #[test]
    fn windows_slide() {
        let rows = sum("SELECT sum(column1) OVER (ORDER BY column1 ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)
             FROM (VALUES (0.1), (0.2), (0.7), (3))");
        assert_eq!(rows, [0.1, 0.3, 0.9, 3.7].map(Value::Real));
        assert_eq!(sum("SELECT sum(DISTINCT column1) FROM (VALUES (0.1), (0.1), (0.2))"), [Value::Real(0.3)]);
    }
}
