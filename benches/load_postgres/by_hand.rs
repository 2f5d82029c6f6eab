//! What somebody would write by hand for one table.

use crate::{
    DESK, Result, SHOP, open,
    support::postgres::{PASSWORD, Server, WRITER},
};
use postgres::{Client, Config, NoTls};
use rusqlite::{Connection, types::ValueRef};
use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::PathBuf,
};

pub(crate) struct ByHand {
    port: u16,
    folder: PathBuf,
}

impl ByHand {
    pub(crate) fn create(server: &Server, folder: &std::path::Path) -> Result<Self> {
        let by_hand = Self { port: server.port, folder: folder.to_owned() };
        open(folder, "hand.db")?.execute_batch(CREATE)?;
        by_hand.connect(DESK)?.batch_execute(CREATE_THERE)?;
        Ok(by_hand)
    }

    fn connect(&self, database: &str) -> Result<Client> {
        let mut config = Config::new();
        config.host("127.0.0.1").port(self.port).user(WRITER).password(PASSWORD).dbname(database);
        Ok(config.connect(NoTls)?)
    }

    pub(crate) fn run(&self, batch: i64) -> Result<()> {
        let mut database = open(&self.folder, "hand.db")?;
        self.capture(&mut database, batch)?;
        self.bring(&database, batch)
    }

    fn capture(&self, database: &mut Connection, batch: i64) -> Result<()> {
        let mut source = self.connect(SHOP)?;
        let transaction = database.transaction()?;
        transaction.execute_batch(STAGE)?;
        let mut insert =
            transaction.prepare("INSERT INTO stage VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")?;
        let mut lines = BufReader::with_capacity(1 << 16, source.copy_out(READ)?);
        let mut line = String::new();
        while lines.read_line(&mut line)? > 0 {
            for (at, field) in line.trim_end_matches('\n').split('\t').enumerate() {
                match field {
                    "\\N" => insert.raw_bind_parameter(at + 1, None::<&str>)?,
                    field if field.contains('\\') => insert.raw_bind_parameter(at + 1, unescaped(field))?,
                    field => insert.raw_bind_parameter(at + 1, field)?,
                }
            }
            insert.raw_execute()?;
            line.clear();
        }
        drop(insert);
        transaction.execute(CLOSE, [batch])?;
        transaction.execute(OPEN, [batch])?;
        transaction.query_row(COUNT, [batch], |_| Ok(()))?;
        transaction.execute_batch("DROP TABLE stage")?;
        Ok(transaction.commit()?)
    }

    fn bring(&self, database: &Connection, batch: i64) -> Result<()> {
        let mut desk = self.connect(DESK)?;
        let mut transaction = desk.transaction()?;
        transaction.batch_execute(STAGE_THERE)?;
        let mut copy = transaction.copy_in("COPY stage FROM STDIN")?;
        let mut changes = database.prepare(CHANGED)?;
        let mut rows = changes.query([batch])?;
        let mut text = Vec::new();
        while let Some(row) = rows.next()? {
            for at in 0..11 {
                if at > 0 {
                    text.push(b'\t');
                }
                match row.get_ref(at)? {
                    ValueRef::Null => text.extend(b"\\N"),
                    ValueRef::Integer(number) => write!(text, "{number}")?,
                    ValueRef::Real(number) => write!(text, "{number:?}")?,
                    ValueRef::Text(value) => escape(value, &mut text),
                    ValueRef::Blob(_) => return Err("there are no such values".into()),
                }
            }
            text.push(b'\n');
            if text.len() > 1 << 16 {
                copy.write_all(&text)?;
                text.clear();
            }
        }
        copy.write_all(&text)?;
        copy.finish()?;
        transaction.execute(CLOSE_THERE, &[&batch])?;
        transaction.execute(OPEN_THERE, &[])?;
        Ok(transaction.commit()?)
    }

    /// Both left the same behind, here and there.
    pub(crate) fn assert_same_tables(&self) -> Result<()> {
        let database = open(&self.folder, "hand.db")?;
        let platform = self.folder.join("platform.db");
        database
            .execute("ATTACH DATABASE ?1 AS platform", [platform.to_str().ok_or("the path is no text")?])?;
        let here: i64 =
            database
                .query_row(&DIFFERING.replace("THEIRS", "platform.Shop__orders"), [], |row| row.get(0))?;
        let there = DIFFERING.replace("THEIRS", "local__shop__orders");
        let there: i64 = self.connect(DESK)?.query_one(&there, &[])?.get(0);
        match (here, there) {
            (0, 0) => Ok(()),
            (here, there) => Err(format!("{here} records differ here, and {there} there").into()),
        }
    }
}

fn unescaped(field: &str) -> String {
    let mut text = String::new();
    let mut characters = field.chars();
    while let Some(character) = characters.next() {
        text.push(match character {
            '\\' => match characters.next().unwrap_or('\\') {
                'n' => '\n',
                'r' => '\r',
                't' => '\t',
                other => other,
            },
            other => other,
        });
    }
    text
}

fn escape(value: &[u8], out: &mut Vec<u8>) {
    for byte in value {
        match byte {
            b'\\' => out.extend(b"\\\\"),
            b'\n' => out.extend(b"\\n"),
            b'\r' => out.extend(b"\\r"),
            b'\t' => out.extend(b"\\t"),
            byte => out.push(*byte),
        }
    }
}

const CREATE: &str = "
PRAGMA journal_mode = WAL;
CREATE TABLE orders (
    order_id INTEGER NOT NULL, customer TEXT, product TEXT, ordered_on TEXT, quantity INTEGER, unit_price TEXT,
    weight REAL, comment TEXT, is_paid INTEGER, batch_in INTEGER NOT NULL, batch_out INTEGER,
    PRIMARY KEY (order_id, batch_in)
);
CREATE UNIQUE INDEX live ON orders (order_id) WHERE batch_out IS NULL;
CREATE INDEX opened ON orders (batch_in);
CREATE INDEX closed ON orders (batch_out) WHERE batch_out IS NOT NULL;";

const READ: &str = "
COPY (
    SELECT order_id, customer, product, ordered_on, quantity, unit_price, weight, comment, is_paid::int
    FROM orders
) TO STDOUT";

const STAGE: &str = "
CREATE TEMP TABLE stage (
    order_id INTEGER NOT NULL PRIMARY KEY, customer TEXT NOT NULL, product TEXT NOT NULL, ordered_on TEXT NOT NULL,
    quantity INTEGER NOT NULL, unit_price TEXT NOT NULL, weight REAL, comment TEXT, is_paid INTEGER NOT NULL
) WITHOUT ROWID";

const CLOSE: &str = "
UPDATE orders AS live SET batch_out = ?1
WHERE batch_out IS NULL AND NOT EXISTS (
    SELECT 1 FROM stage
    WHERE stage.order_id = live.order_id
      AND (stage.customer, stage.product, stage.ordered_on, stage.quantity, stage.unit_price, stage.weight,
           stage.comment, stage.is_paid)
       IS (live.customer, live.product, live.ordered_on, live.quantity, live.unit_price, live.weight,
           live.comment, live.is_paid)
)";

const OPEN: &str = "
INSERT INTO orders SELECT stage.*, ?1, NULL FROM stage
WHERE NOT EXISTS (SELECT 1 FROM orders AS live WHERE live.order_id = stage.order_id AND live.batch_out IS NULL)";

const COUNT: &str = "
SELECT (SELECT count(*) FROM stage), (SELECT count(*) FROM orders WHERE batch_in = ?1),
    (SELECT count(*) FROM orders WHERE batch_out = ?1),
    (SELECT count(*) FROM orders AS earlier JOIN orders AS later ON later.order_id = earlier.order_id
     WHERE earlier.batch_out = ?1 AND later.batch_in = ?1)";

const CHANGED: &str = "
SELECT * FROM orders WHERE batch_in = ?1
UNION ALL
SELECT * FROM orders WHERE batch_out = ?1 AND batch_in < ?1";

const CREATE_THERE: &str = "
CREATE TABLE orders (
    order_id integer NOT NULL, customer text, product text, ordered_on date, quantity integer, unit_price numeric,
    weight double precision, comment text, is_paid boolean, batch_in bigint NOT NULL, batch_out bigint,
    PRIMARY KEY (order_id, batch_in)
);
CREATE UNIQUE INDEX live ON orders (order_id) WHERE batch_out IS NULL;
CREATE INDEX closed ON orders (batch_out) WHERE batch_out IS NOT NULL";

const STAGE_THERE: &str = "CREATE TEMP TABLE stage (LIKE orders) ON COMMIT DROP";

const CLOSE_THERE: &str = "
UPDATE orders SET batch_out = $1
FROM stage
WHERE stage.order_id = orders.order_id AND stage.batch_in = orders.batch_in
  AND stage.batch_out IS NOT NULL AND orders.batch_out IS NULL";

const OPEN_THERE: &str = "INSERT INTO orders SELECT * FROM stage WHERE batch_out IS NULL";

const DIFFERING: &str = "
SELECT count(*) FROM (
    SELECT * FROM (SELECT * FROM orders EXCEPT SELECT * FROM THEIRS) AS missing
    UNION ALL
    SELECT * FROM (SELECT * FROM THEIRS EXCEPT SELECT * FROM orders) AS more
) AS differing";
