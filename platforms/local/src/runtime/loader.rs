//! Loading rows, one after the other, through a rendered statement. A statement takes its time to begin and to end, so beyond a few
//! rows many are loaded at once, by the same statement with more values.

use super::{
    breakpoint::Breakpoint,
    database::{Database, outside, section_of},
};
use crate::{prelude::*, sql::script::Script};
use rusqlite::{
    Connection, ErrorCode, Statement,
    types::{ToSqlOutput, ValueRef},
};

/// How many rows are loaded one by one: preparing more than that is not worth it for small tables.
const FEW: usize = 64;

/// How many rows are loaded at once then.
const AT_ONCE: usize = 16;

/// How many values they have, at most.
const MOST_VALUES: usize = 4096;

/// How many bytes of texts and bytes may wait.
const MOST_BYTES: usize = 256 << 10;

/// A statement that is executed with many rows.
pub(super) struct Loader<'d> {
    one: Statement<'d>,
    many: Option<Many<'d>>,
    /// How many rows were loaded one by one.
    loaded: usize,
    connection: &'d Connection,
    breakpoint: &'d Breakpoint,
    script: &'d Script,
    section: &'d str,
}

/// The same statement with the values of more rows.
struct Many<'d> {
    statement: Statement<'d>,
    /// How many values a row has.
    width: usize,
    /// How many rows wait.
    rows: usize,
    /// How many bytes of texts and bytes they have.
    bytes: usize,
}

impl Database<'_> {
    /// A statement of a section, to be executed with many rows. Whoever has loaded the last one finishes it.
    pub(super) fn loader<'d>(
        &'d self,
        script: &'d Script,
        section: &'d str,
    ) -> Result<Loader<'d>, PlatformError> {
        let one = self.connection.prepare(section_of(script, section)?);
        let one = one.map_err(|error| outside(format!("{} [{section}]", script.resource()), error))?;
        let Database { connection, breakpoint, .. } = self;
        Ok(Loader { one, many: None, loaded: 0, connection, breakpoint, script, section })
    }
}

impl<'d> Loader<'d> {
    /// Sets a value of the row that is loaded next; the first one has the position 1.
    pub(super) fn set(&mut self, position: usize, value: ValueRef<'_>) -> Result<(), PlatformError> {
        let set = match &mut self.many {
            None => self.one.raw_bind_parameter(position, ToSqlOutput::Borrowed(value)),
            Some(many) => many.set(position, value),
        };
        set.map_err(|error| outside(self.description(), error))
    }

    /// Loads the row; returns why the table refuses it, or one before it, if it does.
    pub(super) fn load(&mut self) -> Result<Option<PlatformError>, PlatformError> {
        let done = match &mut self.many {
            None => {
                self.breakpoint.before(|| format!("{} [{}]", self.script.resource(), self.section));
                self.one.raw_execute().map(|_| ())
            }
            Some(many) => {
                many.rows += 1;
                if many.rows < AT_ONCE && many.bytes <= MOST_BYTES {
                    return Ok(None);
                }
                return self.finish();
            }
        };
        self.loaded += 1;
        if self.loaded == FEW {
            let many = Many::prepare(&self.one, self.connection, section_of(self.script, self.section)?);
            self.many = many.map_err(|error| outside(self.description(), error))?;
        }
        self.judge(done)
    }

    /// Loads the rows that wait; returns why the table refuses one of them, if it does.
    pub(super) fn finish(&mut self) -> Result<Option<PlatformError>, PlatformError> {
        let Some(many) = self.many.as_mut().filter(|many| many.rows > 0) else {
            return Ok(None);
        };
        self.breakpoint.before(|| format!("{} [{}]", self.script.resource(), self.section));
        let done = many.execute();
        self.judge(done)
    }

    fn judge(&self, done: rusqlite::Result<()>) -> Result<Option<PlatformError>, PlatformError> {
        let Err(error) = done else { return Ok(None) };
        let is_refused =
            matches!(error.sqlite_error_code(), Some(ErrorCode::ConstraintViolation | ErrorCode::TooBig));
        let error = outside(self.description(), error);
        if is_refused { Ok(Some(error)) } else { Err(error) }
    }

    fn description(&self) -> String {
        format!("{} [{}]", self.script.resource(), self.section)
    }
}

impl<'d> Many<'d> {
    /// Prepares a statement with more values; none if it does more than insert the values of a row, or a row has too many.
    fn prepare(one: &Statement<'_>, connection: &'d Connection, sql: &str) -> rusqlite::Result<Option<Self>> {
        let width = one.parameter_count();
        let sql = many_rows(sql, width).filter(|_| width * AT_ONCE <= MOST_VALUES);
        let prepare = |sql: String| {
            let statement = connection.prepare(&sql)?;
            Ok(Self { statement, width, rows: 0, bytes: 0 })
        };
        sql.map(prepare).transpose()
    }

    fn set(&mut self, position: usize, value: ValueRef<'_>) -> rusqlite::Result<()> {
        if let ValueRef::Text(bytes) | ValueRef::Blob(bytes) = value {
            self.bytes += bytes.len();
        }
        self.statement.raw_bind_parameter(self.rows * self.width + position, ToSqlOutput::Borrowed(value))
    }

    /// Loads the rows that wait.
    fn execute(&mut self) -> rusqlite::Result<()> {
        self.statement.raw_bind_parameter(AT_ONCE * self.width + 1, self.rows)?;
        let done = self.statement.raw_execute();
        if self.bytes > MOST_BYTES {
            // SQLite would keep as much room for each of them.
            self.statement.clear_bindings();
        }
        (self.rows, self.bytes) = (0, 0);
        done.map(|_| ())
    }
}

/// Returns the statement that inserts more rows at once, as many as its last parameter says, if this one inserts the values of a row and does nothing else.
fn many_rows(one: &str, width: usize) -> Option<String> {
    let (head, values) = one.rsplit_once("\nVALUES")?;
    let head = head.strip_prefix("INSERT INTO ")?;
    let is_part = |part: char| part.is_ascii_digit() || part.is_whitespace() || "?,();".contains(part);
    if !values.chars().all(is_part) {
        return None;
    }
    let row = |at: usize| {
        let values: Vec<String> = (1..=width).map(|position| format!("?{}", at * width + position)).collect();
        format!("SELECT {} WHERE ?{} > {at}", values.join(", "), AT_ONCE * width + 1)
    };
    let rows: Vec<String> = (0..AT_ONCE).map(row).collect();
    // What is refused ends the whole load. Without `FAIL`, SQLite would have to be able to undo the rows before it.
    Some(format!("INSERT OR FAIL INTO {head}\n{}", rows.join("\nUNION ALL ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(rows: usize, value: impl Fn(usize) -> i64) -> (Vec<(i64, i64)>, Option<String>) {
        let breakpoint = Breakpoint::default();
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(
                "CREATE TEMP TABLE t (a INTEGER NOT NULL, b ANY, PRIMARY KEY (a)) STRICT, WITHOUT ROWID",
            )
            .unwrap();
        let database = Database { connection, file: "some.db".to_owned(), breakpoint: &breakpoint };
        let insert = "INSERT INTO temp.\"t\"\n  (\"a\", \"b\")\nVALUES (?1, ?2);".to_owned();
        let script = Script::new("table.S.s", "some.db").add_section("load", "Puts a row into it.", [insert]);
        let mut loader = database.loader(&script, "load").unwrap();
        let mut refused = None;
        for row in 0..rows {
            loader.set(1, ValueRef::Integer(value(row))).unwrap();
            loader.set(2, ValueRef::Integer(i64::try_from(row).unwrap())).unwrap();
            refused = refused.or(loader.load().unwrap());
        }
        // One that is set and not loaded is none.
        loader.set(1, ValueRef::Integer(-1)).unwrap();
        refused = refused.or(loader.finish().unwrap());
        drop(loader);
        let mut all = database.connection.prepare("SELECT a, b FROM t ORDER BY b").unwrap();
        let all = all.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).unwrap();
        (all.map(Result::unwrap).collect(), refused.map(|error| error.report()))
    }

    #[test]
    fn every_row_is_loaded_once_however_many_there_are() {
        let own = |row: usize| i64::try_from(row * 7919 % 10_007).unwrap();
        for rows in [0, 1, FEW - 1, FEW, FEW + 1, FEW + AT_ONCE, FEW + AT_ONCE + 1, 5 * FEW + 3] {
            let expected: Vec<(i64, i64)> =
                (0..rows).map(|row| (own(row), i64::try_from(row).unwrap())).collect();
            assert_eq!(load(rows, own), (expected, None), "{rows}");
        }
    }

    #[test]
    fn a_key_that_comes_twice_is_refused_wherever_it_is() {
        let rows = 3 * FEW + 3;
        for twice in [1, FEW - 1, FEW, FEW + 5, rows - 1] {
            let (_, refused) = load(rows, |row| i64::try_from(if row == twice { 0 } else { row }).unwrap());
            assert!(
                refused.is_some_and(|refused| refused.contains("UNIQUE constraint failed: t.a")),
                "{twice}"
            );
        }
    }

    #[test]
    fn only_plain_inserts_take_more_rows() {
        let insert = "INSERT INTO t\n  (a, b)\nVALUES (?1, ?2)";
        let many = many_rows(&format!("{insert};"), 2).unwrap();
        let start = "INSERT OR FAIL INTO t\n  (a, b)\nSELECT ?1, ?2 WHERE ?33 > 0\nUNION ALL SELECT ?3, ?4 WHERE ?33 > 1\n";
        assert!(many.starts_with(start), "{many}");
        assert_eq!(many_rows("INSERT INTO t\n  (a, b)\nVALUES\n  (?1, ?2);", 2), Some(many));
        assert_eq!(many_rows(&format!("{insert} ON CONFLICT DO NOTHING;"), 2), None);
        assert_eq!(many_rows("INSERT INTO t\nVALUES (json_array(?2), ?1)", 2), None);
    }

    #[test]
    fn rows_with_much_in_them_do_not_wait() {
        let breakpoint = Breakpoint::default();
        let connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE t (a, b)").unwrap();
        let database = Database { connection, file: "some.db".to_owned(), breakpoint: &breakpoint };
        let insert = "INSERT INTO t\n  (a, b)\nVALUES (?1, ?2);".to_owned();
        let script = Script::new("table.S.s", "some.db").add_section("load", "Puts a row into it.", [insert]);
        let mut loader = database.loader(&script, "load").unwrap();
        let much = vec![b'x'; MOST_BYTES];
        for row in 0..FEW + 5 {
            loader.set(2, ValueRef::Integer(i64::try_from(row).unwrap())).unwrap();
            loader.set(1, ValueRef::Text(&much)).unwrap();
            assert!(loader.load().unwrap().is_none());
            assert!(loader.many.as_ref().is_none_or(|many| many.bytes <= MOST_BYTES));
        }
        assert!(loader.finish().unwrap().is_none());
        drop(loader);
        let sum = "SELECT sum(length(a)), count(DISTINCT b) FROM t";
        let sum = database.connection.query_row(sum, [], |row| Ok((row.get(0)?, row.get(1)?)));
        assert_eq!(sum, Ok((MOST_BYTES * (FEW + 5), FEW + 5)));
    }
}
