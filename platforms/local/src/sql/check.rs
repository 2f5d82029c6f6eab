//! Quality checks of what is staged: each is one SELECT that finds nothing where all is well.
//!
//! Otherwise its first column, `found`, says what was found, in words and without a value, and the others name rows: their
//! keys, and what is wrong with them, as far as these columns are public. There are never more than [`MOST_ROWS`].
//!
//! NULL is no value: it is in no list of accepted ones and may stand there nevertheless, and it never makes two rows the
//! same, as in SQL's own UNIQUE. A date means its beginning, in UTC.

use super::{
    milestoned::Milestoned,
    quote::{columns, literal, quoted},
    storage::NOT_A_NUMBER,
};
use crate::prelude::*;

/// What the names of sections begin with that are checks.
pub(crate) const CHECK: &str = "check";

/// How many rows are named.
const MOST_ROWS: usize = 5;

/// A check of the data that is staged for a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Check {
    /// What must hold, in words.
    pub(crate) rule: String,
    /// The SELECT.
    pub(crate) sql: String,
}

impl Check {
    pub(crate) fn new(
        table: &Milestoned,
        schema: &TableSchema,
        public: &[&str],
        check: &QualityCheck,
    ) -> Self {
        let stage = StagedTable { table, schema, public };
        match check {
            QualityCheck::NotNull { column, at_least } => stage.not_null(column, *at_least),
            QualityCheck::Unique { columns } => stage.unique(columns),
            QualityCheck::Rows { at_least, at_most } => stage.rows(*at_least, *at_most),
            QualityCheck::Fresh { column, within } => stage.fresh(column, *within),
            QualityCheck::AcceptedValues { column, values } => stage.accepted(column, values.iter()),
        }
    }
}

struct StagedTable<'a> {
    table: &'a Milestoned,
    schema: &'a TableSchema,
    /// The columns whose values may be shown.
    public: &'a [&'a str],
}

impl StagedTable<'_> {
    fn not_null(&self, column: &ColumnName, at_least: Share) -> Check {
        let (stage, name) = (self.table.quoted_stage(), quoted(column.as_str()));
        let rule = match at_least {
            Share::ALL => format!("every row has a value in `{column}`"),
            share => format!("{share} of the rows have a value in `{column}`"),
        };
        let tolerated = 1_000_000_u32.saturating_sub(at_least.as_parts_per_million());
        let sql = format!(
            "SELECT counted.\"missing\" || ' of ' || counted.\"all\" || ' without one' AS \"found\"{shown}\n\
             FROM {stage} AS stage,\n  (SELECT count(*) AS \"all\", count(*) - count({name}) AS \"missing\" FROM {stage}) \
             AS counted\n\
             WHERE stage.{name} IS NULL\n  AND counted.\"missing\" * 1000000 > counted.\"all\" * {tolerated}\n\
             ORDER BY {keys}\nLIMIT {MOST_ROWS};",
            keys = if self.table.is_keyless() { "1".to_owned() } else { self.table.key_list("stage.") },
            shown = self.shown(&[], "stage."),
        );
        Check { rule, sql }
    }

    fn unique(&self, of: &[ColumnName]) -> Check {
        if of.is_empty() {
            // All rows are the same in no column.
            return self.rows(0, Some(1));
        }
        let stage = self.table.quoted_stage();
        let names = |before: &str| columns(of.iter().map(ColumnName::as_str), before);
        let named: Vec<String> = of.iter().map(|column| format!("`{column}`")).collect();
        let present: Vec<String> = names("").iter().map(|name| format!("{name} IS NOT NULL")).collect();
        let same: Vec<String> =
            names("").iter().map(|name| format!("stage.{name} = repeated.{name}")).collect();
        let values: Vec<&str> = of.iter().map(ColumnName::as_str).collect();
        let mut order = names("stage.");
        order.extend(columns(self.table.key.iter().map(String::as_str), "stage."));
        let sql = format!(
            "WITH repeated AS (\n  SELECT {values}, count(*) AS \"rows\"\n  FROM {stage}\n  WHERE {present}\n  \
             GROUP BY {values}\n  HAVING count(*) > 1\n)\n\
             SELECT (SELECT sum(repeated.\"rows\") FROM repeated) || ' like others' AS \"found\"{shown}\n\
             FROM {stage} AS stage\nJOIN repeated ON {same}\nORDER BY {order}\nLIMIT {MOST_ROWS};",
            values = names("").join(", "),
            present = present.join(" AND "),
            same = same.join(" AND "),
            shown = self.shown(&values, "stage."),
            order = without_repetition(order).join(", "),
        );
        Check { rule: format!("no two rows are the same in {}", named.join(", ")), sql }
    }

    fn rows(&self, at_least: u64, at_most: Option<u64>) -> Check {
        let (rule, condition) = match at_most {
            None => (format!("there are at least {at_least} rows"), format!("count(*) < {at_least}")),
            Some(at_most) => (
                format!("there are {at_least} to {at_most} rows"),
                format!("count(*) NOT BETWEEN {at_least} AND {at_most}"),
            ),
        };
        let sql = format!(
            "SELECT 'there are ' || count(*) AS \"found\"\nFROM {}\nHAVING {condition};",
            self.table.quoted_stage()
        );
        Check { rule, sql }
    }

    fn fresh(&self, column: &ColumnName, within: Latency) -> Check {
        let latest = format!("max(unixepoch({}))", quoted(column.as_str()));
        let shown = match self.public.contains(&column.as_str()) {
            true => format!(", datetime({latest}, 'unixepoch') AS \"latest\""),
            false => String::new(),
        };
        let sql = format!(
            "SELECT iif({latest} IS NULL, 'there is none', 'it is older') AS \"found\"{shown}\n\
             FROM {}\nHAVING coalesce({latest} < unixepoch(:now) - {}, TRUE);",
            self.table.quoted_stage(),
            within.as_seconds(),
        );
        Check { rule: format!("the latest `{column}` is not older than {within}"), sql }
    }

    fn accepted<'v>(&self, column: &ColumnName, values: impl Iterator<Item = impl AsRef<str> + 'v>) -> Check {
        let values: Vec<String> = values.map(|value| self.kept(column, value.as_ref())).collect();
        let condition = format!("{} NOT IN ({})", quoted(column.as_str()), values.join(", "));
        let sql = self.invalid_values(column, &condition);
        Check { rule: format!("`{column}` has an accepted value"), sql }
    }

    /// The SELECT that finds values in a column that are wrong on this condition.
    fn invalid_values(&self, column: &ColumnName, condition: &str) -> String {
        let name = quoted(column.as_str());
        let mut order = columns(self.table.key.iter().map(String::as_str), "");
        order.push(name.clone());
        format!(
            "SELECT count(*) OVER () || ' with another value' AS \"found\"{shown}\nFROM {stage}\n\
             WHERE {name} IS NOT NULL\n  AND {condition}\nORDER BY {order}\nLIMIT {MOST_ROWS};",
            shown = self.shown(&[column.as_str()], ""),
            order = without_repetition(order).join(", "),
            stage = self.table.quoted_stage(),
        )
    }

    /// What follows `found`: the key and these columns, as far as their values may be shown.
    fn shown(&self, others: &[&str], before: &str) -> String {
        let names = self.table.key.iter().map(String::as_str).chain(others.iter().copied());
        let public = names.filter(|name| self.public.contains(name));
        let names = without_repetition(columns(public, before));
        names.iter().map(|name| format!(", {name}")).collect()
    }

    /// A value, as a text that compares with what is kept in a column: SQLite takes it for a number where the column
    /// prefers numbers. A Decimal is kept with all digits of its scale.
    fn kept(&self, column: &ColumnName, value: &str) -> String {
        let column = self.schema.columns().iter().find(|other| other.name() == column);
        match column.map(Column::data_type) {
            Some(DataType::Boolean) if value.eq_ignore_ascii_case("true") => literal("1"),
            Some(DataType::Boolean) if value.eq_ignore_ascii_case("false") => literal("0"),
            Some(DataType::Float(_)) if value != NOT_A_NUMBER => format!("CAST({} AS REAL)", literal(value)),
            Some(DataType::Decimal { scale, .. }) => literal(&with_digits(value, usize::from(*scale))),
            _ => in_one_line(value),
        }
    }
}

/// A decimal with as many digits behind its point; with more, if it has more.
fn with_digits(value: &str, scale: usize) -> String {
    let (whole, digits) = value.split_once('.').unwrap_or((value, ""));
    match scale.max(digits.len()) {
        0 => whole.to_owned(),
        scale => format!("{whole}.{digits:0<scale$}"),
    }
}

/// A text without line ends, which could be taken for the beginning of a section, and without NUL, which ends SQL.
fn in_one_line(text: &str) -> String {
    if !text.contains(char::is_control) {
        return literal(text);
    }
    let part = |part: char| match part {
        control if control.is_control() => format!("char({})", u32::from(control)),
        other => literal(&other.to_string()),
    };
    let parts: Vec<String> = text.chars().map(part).collect();
    parts.join(" || ")
}

fn without_repetition(names: Vec<String>) -> Vec<String> {
    let mut once = Vec::new();
    for name in names {
        if !once.contains(&name) {
            once.push(name);
        }
    }
    once
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::Connection;

    /// What a check says of these rows of (id, city, price, at, paid); weights are half more than the id.
    fn found(check: &QualityCheck, rows: &str) -> Vec<String> {
        let schema: Schema =
            "id Integer key, city VarChar(9), price Decimal(9,2), at Timestamp(UTC), paid Boolean, weight Double".into();
        let table = Milestoned::new("t".to_owned(), schema.table(), false);
        let database = Connection::open_in_memory().unwrap();
        table.stage().iter().for_each(|statement| database.execute_batch(statement).unwrap());
        if !rows.is_empty() {
            database
                .execute_batch(&format!(
                    "INSERT INTO temp.\"t.stage\" (id, city, price, at, paid) VALUES {rows}"
                ))
                .unwrap();
            database.execute_batch("UPDATE temp.\"t.stage\" SET weight = id + 0.5").unwrap();
        }
        let public: Vec<&str> = table.names().collect();
        let check = Check::new(&table, schema.table(), &public, check);
        let mut statement =
            database.prepare(&check.sql).unwrap_or_else(|error| panic!("{error}: {}", check.sql));
        let width = statement.column_count();
        if let Some(now) = statement.parameter_index(":now").unwrap() {
            statement.raw_bind_parameter(now, "2026-11-21T12:00:00.000000Z").unwrap();
        }
        let mut found = statement.raw_query();
        let mut lines = Vec::new();
        while let Some(row) = found.next().unwrap() {
            let value = |at| match row.get_ref(at).unwrap() {
                rusqlite::types::ValueRef::Text(text) => String::from_utf8(text.to_vec()).unwrap(),
                other => format!("{other:?}"),
            };
            lines.push((0..width).map(value).collect::<Vec<_>>().join(" | "));
        }
        lines
    }

    const NOTHING: [&str; 0] = [];

    #[test]
    fn a_share_of_values_is_enough() {
        let rows = "(1, 'a', NULL, NULL, 1), (2, NULL, NULL, NULL, 1), (3, 'c', NULL, NULL, 1), (4, '', NULL, NULL, 1)";
        let check = |share| QualityCheck::not_null("city", share);
        assert_eq!(found(&check(Share::ALL), rows), ["1 of 4 without one | Integer(2)"]);
        assert_eq!(found(&check(Share::percent(76)), rows), ["1 of 4 without one | Integer(2)"]);
        assert_eq!(found(&check(Share::percent(75)), rows), NOTHING);
        assert_eq!(found(&check(Share::ALL), ""), NOTHING);
    }

    #[test]
    fn what_comes_twice_is_named() {
        let rows = "(1, 'a', 1, NULL, 1), (2, NULL, 1, NULL, 1), (3, 'a', 1, NULL, 0), (4, NULL, 1, NULL, 1)";
        assert_eq!(
            found(&QualityCheck::unique(["city"]), rows),
            ["2 like others | Integer(1) | a", "2 like others | Integer(3) | a"]
        );
        assert_eq!(found(&QualityCheck::unique(["city", "paid"]), rows), NOTHING);
        assert_eq!(found(&QualityCheck::unique(["id", "city"]), rows), NOTHING);
        let many: Vec<String> = (0..20).map(|id| format!("({id}, 'a', 1, NULL, 1)")).collect();
        assert_eq!(found(&QualityCheck::unique(["city"]), &many.join(", ")).len(), MOST_ROWS);
    }

    #[test]
    fn rows_are_counted() {
        let rows = "(1, 'a', 1, NULL, 1), (2, 'b', 1, NULL, 1)";
        assert_eq!(found(&QualityCheck::rows(2, 2), rows), NOTHING);
        assert_eq!(found(&QualityCheck::rows(3, None), rows), ["there are 2"]);
        assert_eq!(found(&QualityCheck::rows(0, 1), rows), ["there are 2"]);
        assert_eq!(found(&QualityCheck::rows(1, None), ""), ["there are 0"]);
    }

    #[test]
    fn the_latest_value_is_fresh_or_not() {
        let check = QualityCheck::fresh("at", Latency::hours(2));
        let at = |at: &str| format!("(1, 'a', 1, '2020-01-01 00:00:00+00:00', 1), (2, 'a', 1, {at}, 1)");
        assert_eq!(found(&check, &at("'2026-11-21 10:00:00+00:00'")), NOTHING);
        assert_eq!(found(&check, &at("'2026-11-21 11:30:00+01:00'")), NOTHING);
        assert_eq!(
            found(&check, &at("'2026-11-21 09:59:59.5+00:00'")),
            ["it is older | 2026-11-21 09:59:59"]
        );
        assert_eq!(found(&check, &at("'2026-11-21'")), ["it is older | 2026-11-21 00:00:00"]);
        assert_eq!(found(&check, &at("NULL")), ["it is older | 2020-01-01 00:00:00"]);
        assert_eq!(found(&check, ""), ["there is none | Null"]);
    }

    #[test]
    fn only_accepted_values_pass() {
        let rows =
            "(1, 'a', '1.50', NULL, 1), (2, 'b;\n-- [x] ''', '2.00', NULL, 0), (3, NULL, NULL, NULL, NULL)";
        let accepted = |column: &str, values: &[&'static str]| {
            found(&QualityCheck::accepted_values(column, values.iter().copied()), rows)
        };
        assert_eq!(accepted("city", &["a", "b;\n-- [x] '"]), NOTHING);
        assert_eq!(accepted("city", &["b;\n-- [x] '"]), ["1 with another value | Integer(1) | a"]);
        assert_eq!(accepted("price", &["1.5", "2"]), NOTHING);
        assert_eq!(accepted("price", &["1.51", "2"]), ["1 with another value | Integer(1) | 1.50"]);
        assert_eq!(accepted("paid", &["true", "FALSE"]), NOTHING);
        assert_eq!(accepted("paid", &["true"]), ["1 with another value | Integer(2) | Integer(0)"]);
        assert_eq!(accepted("weight", &["1.50", "2.5", "3.5", "NaN"]), NOTHING);
        assert_eq!(accepted("id", &["1", "2", "3"]), NOTHING);
        assert_eq!(accepted("id", &[]).len(), 3);
    }
}
