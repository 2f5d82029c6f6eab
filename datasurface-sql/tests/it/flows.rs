//! What comes out of SQLite is made of what lineage says: random statements on tables of which each column has values of its own.

use super::compiled;
use datasurface_sql::{Compilation, SelectOutput};
use proptest::{
    collection::vec,
    prelude::*,
    sample,
    test_runner::{Config, TestCaseError, TestRunner},
};
use rusqlite::{Connection, config::DbConfig, types::ValueRef};
use std::cell::Cell;

/// Each column with the mark that all of its values have. Columns by which tables are joined have values in common.
const MARKS: [(&str, &str); 7] = [
    ("people.id", "qaq"),
    ("people.name", "qbq"),
    ("people.city", "qcq"),
    ("orders.id", "qaq"),
    ("orders.buyer", "qdq"),
    ("orders.amount", "qeq"),
    ("orders.placed", "qfq"),
];

fn database() -> Connection {
    let database = Connection::open_in_memory().unwrap();
    // A name between quotation marks that no column has is an error elsewhere.
    database.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false).unwrap();
    for (table, columns) in
        [("people", &["id", "name", "city"][..]), ("orders", &["id", "buyer", "amount", "placed"])]
    {
        database.execute(&format!("CREATE TABLE Shop_{table} ({})", columns.join(", ")), []).unwrap();
        for row in 1..=2 {
            let values = columns.iter().map(|column| {
                let key = format!("{table}.{column}");
                let (_, mark) = MARKS.iter().find(|(known, _)| *known == key).unwrap();
                format!("'{mark}{row}'")
            });
            let values: Vec<String> = values.collect();
            database
                .execute(&format!("INSERT INTO Shop_{table} VALUES ({})", values.join(", ")), [])
                .unwrap();
        }
    }
    database
}

/// A statement that is written by choices.
struct Writer<'c> {
    choices: std::slice::Iter<'c, u16>,
    /// How many tables have a name of their own.
    tables: usize,
    /// Tables that WITH makes, with their columns.
    with: Vec<(String, Vec<&'static str>)>,
}

/// Columns as they can be named at one place, with the tables that they are of.
type Columns = Vec<(String, String)>;

const NAMES: [&str; 8] = ["id", "name", "city", "buyer", "amount", "r", "s", "value"];

impl Writer<'_> {
    fn choice(&mut self, many: usize) -> usize {
        self.choices.next().map_or(0, |choice| usize::from(*choice) % many.max(1))
    }

    fn one<'t>(&mut self, texts: &[&'t str]) -> &'t str {
        let place = self.choice(texts.len());
        texts[place]
    }

    fn statement(&mut self) -> String {
        let mut with = Vec::new();
        for number in 0..self.choice(3) {
            let columns = self.names();
            let query = match self.choice(4) {
                0 => self.query(&columns, &Vec::new(), 2),
                1 => {
                    let values = columns.iter().map(|_| self.expression(&Vec::new(), 1)).collect::<Vec<_>>();
                    format!("VALUES ({})", values.join(", "))
                }
                2 => "SELECT * FROM Shop_people JOIN (SELECT amount, id FROM Shop_orders) USING (id)"
                    .to_owned(),
                _ => self.query(&columns, &Vec::new(), 1),
            };
            with.push(format!("w{number}({}) AS ({query})", columns.join(", ")));
            self.with.push((format!("w{number}"), columns));
        }
        let with = if with.is_empty() { String::new() } else { format!("WITH {} ", with.join(", ")) };
        let names = self.names();
        format!("{with}{}", self.query(&names, &Vec::new(), 3))
    }

    /// Different names of columns.
    fn names(&mut self) -> Vec<&'static str> {
        let (many, first) = (1 + self.choice(4), self.choice(NAMES.len()));
        NAMES.iter().cycle().skip(first).take(many).copied().collect()
    }

    fn query(&mut self, names: &[&str], outer: &Columns, depth: usize) -> String {
        let first = self.select(names, outer, depth);
        match self.choice(6) {
            1 if depth > 0 => {
                let operator = self.one(&["UNION", "UNION ALL", "EXCEPT", "INTERSECT"]);
                format!("{first} {operator} {}", self.select(names, outer, depth - 1))
            }
            _ => first,
        }
    }

    fn select(&mut self, names: &[&str], outer: &Columns, depth: usize) -> String {
        let (from, own) = self.from(depth);
        let mut columns = own.clone();
        columns.extend(outer.iter().cloned());
        let has_windows = self.choice(3) == 1;
        let mut items = Vec::new();
        for name in names {
            let mut value = self.expression(&columns, depth);
            if has_windows {
                value = match self.choice(4) {
                    1 => format!("lag({value}) OVER v"),
                    2 => format!("first_value({value}) OVER (w ORDER BY {})", self.column(&columns)),
                    _ => value,
                };
            }
            items.push(match self.choice(8) {
                1 => format!("{}.*", own[0].0),
                2 => "*".to_owned(),
                3 => self.column(&columns),
                4 => format!("{value} AS [{name}]"),
                _ => format!("{value} AS {name}"),
            });
        }
        let distinct = self.one(&["", "", "", "DISTINCT "]);
        let condition = match self.choice(4) {
            1 => format!(" WHERE {} IS NOT NULL", self.expression(&columns, 1)),
            _ => String::new(),
        };
        let window = match has_windows {
            true => format!(" WINDOW w AS (PARTITION BY {0}), v AS (w ORDER BY {0})", self.column(&columns)),
            false => String::new(),
        };
        format!("SELECT {distinct}{} FROM {from}{condition}{window}", items.join(", "))
    }

    fn from(&mut self, depth: usize) -> (String, Columns) {
        let (mut text, mut columns) = self.table(depth);
        if self.choice(2) == 1 {
            let (right, others) = self.table(depth);
            let join = self.one(&["JOIN", "LEFT JOIN", "RIGHT JOIN", "FULL JOIN"]);
            text = match self.choice(4) {
                0 => format!("{text} {join} {right} USING ({})", self.one(&["id", "id", "id", "name"])),
                1 => format!("{text} NATURAL {join} {right}"),
                2 => format!("{text} {join} {right} ON {} IS NOT 'x'", self.column(&others)),
                _ => format!("{text}, {right}"),
            };
            columns.extend(others);
        }
        (text, columns)
    }

    fn table(&mut self, depth: usize) -> (String, Columns) {
        self.tables += 1;
        let alias = format!("t{}", self.tables);
        let named =
            |columns: &[&str]| columns.iter().map(|name| (alias.clone(), (*name).to_owned())).collect();
        match self.choice(7) {
            0 | 1 => (format!("Shop_people {alias}"), named(&["id", "name", "city"])),
            2 => (format!("Shop_orders AS {alias}"), named(&["id", "buyer", "amount", "placed"])),
            3 if !self.with.is_empty() => {
                let place = self.choice(self.with.len());
                let (name, columns) = self.with[place].clone();
                (format!("{name} {alias}"), named(&columns))
            }
            4 => (
                format!("json_each(json_array({})) {alias}", self.expression(&Vec::new(), 1)),
                named(&["value", "id", "key"]),
            ),
            5 if depth > 0 => {
                // To SQLite, a table of WITH reads those behind it, too, whatever they hide.
                let hidden = self.with.first().cloned();
                let (name, columns) =
                    hidden.unwrap_or_else(|| ("Shop_people".to_owned(), vec!["id", "name", "city"]));
                let (list, query) = (columns.join(", "), self.query(&columns, &Vec::new(), depth - 1));
                let with = format!("x AS (SELECT * FROM {name}), {name}({list}) AS ({query})");
                (format!("(WITH {with} SELECT * FROM x) {alias}"), named(&columns))
            }
            _ if depth > 0 => {
                let names = self.names();
                (format!("({}) {alias}", self.query(&names, &Vec::new(), depth - 1)), named(&names))
            }
            _ => (format!("Shop_people {alias}"), named(&["id", "name", "city"])),
        }
    }

    fn column(&mut self, columns: &Columns) -> String {
        if columns.is_empty() {
            return "'-'".to_owned();
        }
        let place = self.choice(columns.len());
        let (table, column) = &columns[place];
        match self.choice(8) {
            1 => format!("\"{column}\""),
            2 => column.clone(),
            3 => format!("[{table}].[{column}]"),
            _ => format!("{table}.{column}"),
        }
    }

    fn expression(&mut self, columns: &Columns, depth: usize) -> String {
        if depth == 0 {
            return self.column(columns);
        }
        let mut part = || self.expression(columns, depth - 1);
        let (one, other) = (part(), part());
        match self.choice(20) {
            14 => format!("upper({one})"),
            1 => format!("coalesce({one}, {other})"),
            2 => format!("({one} || '-' || {other})"),
            3 => format!("CASE WHEN {one} IS NULL THEN '-' ELSE {other} END"),
            4 => format!("({})", self.query(&["r"], columns, depth - 1)),
            5 => format!("(SELECT max({one}) FROM Shop_people)"),
            6 => format!("EXISTS ({})", self.query(&["r"], columns, depth - 1)),
            7 => format!("({one} IN ({}))", self.query(&["r"], columns, depth - 1)),
            8 => format!("(SELECT v FROM (SELECT {one} AS v))"),
            10 => format!("max({one}, {other})"),
            11 => format!("group_concat({one})"),
            12 => format!("substr({one}, 1)"),
            13 => format!("nullif({one}, {other})"),
            _ => one,
        }
    }
}

/// Whether lineage names a column that has a mark.
fn names<'k>(mark: &str, keys: impl IntoIterator<Item = &'k datasurface_sql::ColumnKey>) -> bool {
    keys.into_iter().any(|key| {
        let shown = format!("{}.{}", key.dataset.dataset, key.column);
        MARKS.iter().any(|(column, known)| *known == mark && *column == shown)
    })
}

/// Runs a statement without problems, and compares what comes out with its lineage. Returns how many columns could be compared.
fn compare(sql: &str, output: &SelectOutput, database: &Connection) -> Result<usize, TestCaseError> {
    let Ok(mut statement) = database.prepare(sql) else { return Ok(0) };
    let columns: Vec<String> = statement.column_names().map(str::to_owned).collect();
    let known =
        columns.iter().filter(|name| output.column(name).is_some_and(|made| made.sources.is_some())).count();
    let mut rows = statement.query([]).unwrap();
    while let Ok(Some(row)) = rows.next() {
        for (place, name) in columns.iter().enumerate() {
            let Ok(ValueRef::Text(value)) = row.get_ref(place) else { continue };
            let value = String::from_utf8_lossy(value);
            for (_, mark) in MARKS.iter().filter(|(_, mark)| value.to_lowercase().contains(mark)) {
                if let Some(sources) = output.column(name).and_then(|made| made.sources.as_ref()) {
                    prop_assert!(names(mark, sources), "`{value}` is in {name}, made of {sources:?}: {sql}");
                }
                // Of more columns than are known, this may be another one.
                let is_as_it_is = value.len() == 4 && value.starts_with(mark);
                let is_known =
                    output.is_complete && output.columns.iter().any(|made| made.may_be_named(name));
                if is_as_it_is && is_known && output.column(name).is_some_and(|made| made.sources.is_some()) {
                    prop_assert!(
                        names(mark, output.unchanged(name)),
                        "`{value}` is passed on in {name}: {sql}"
                    );
                }
            }
        }
    }
    Ok(known)
}

/// Compares statements that are drawn like this; returns how many columns were compared.
fn compared<S: Strategy>(cases: u32, drawn: S, statement: impl Fn(S::Value) -> String) -> usize {
    let database = database();
    let count = Cell::new(0);
    let mut runner = TestRunner::new(Config { cases, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&drawn, |drawn| {
        let sql = statement(drawn);
        // SQLite does not look at tables of WITH that are not used.
        if let Compilation::Select(output) = compiled(&sql)
            && output.problems.is_empty()
        {
            count.set(count.get() + compare(&sql, &output, &database)?);
        }
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
    count.get()
}

#[test]
fn what_comes_out_of_a_column_is_made_of_what_lineage_says() {
    let columns = compared(1_000, vec(any::<u16>(), 0..120), |choices| {
        Writer { choices: choices.iter(), tables: 0, with: Vec::new() }.statement()
    });
    assert!(columns > 200, "{columns} columns were compared");
}

/// Parts of texts, names and comments, so that a column may hide in any of them.
const PARTS: [&str; 16] = [
    "|| name",
    "|| ''",
    "|| '\\'",
    "|| ', name, '",
    "/*",
    "*/",
    "/* /* */",
    "-- */\n",
    "-- ",
    "--",
    "\n",
    "/*!",
    "[",
    "]",
    "`",
    "\"",
];

#[test]
fn no_column_hides_in_a_text_or_a_comment() {
    let columns = compared(6_000, vec(sample::select(&PARTS[..]), 1..6), |parts| {
        format!("SELECT 'x' {} AS r FROM Shop_people", parts.join(" "))
    });
    assert!(columns > 50, "{columns} columns were compared");
}
