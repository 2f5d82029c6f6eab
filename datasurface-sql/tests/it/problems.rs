//! What is wrong, and its neighbours that are not.

use super::{compiled, select};
use datasurface_sql::{Compilation, NotOneSelect, SqlProblem};

fn shown(problem: &SqlProblem) -> String {
    let near =
        |nearest: &Option<String>| nearest.as_deref().map_or(String::new(), |near| format!(" ~{near}"));
    match problem {
        SqlProblem::UnknownTable { name, nearest } => format!("table {name}{}", near(nearest)),
        SqlProblem::UnknownColumn { table, name, nearest } => {
            let table = table.as_deref().map_or(String::new(), |table| format!("{table}."));
            format!("column {table}{name}{}", near(nearest))
        }
        SqlProblem::AmbiguousColumn { name, tables: [one, other] } => format!("{name} of {one} and {other}"),
        SqlProblem::ColumnCounts { operator, counts: [one, other] } => {
            format!("{operator} of {one} and {other}")
        }
        SqlProblem::SurplusNames { table, names, columns } => format!("{table} names {names} of {columns}"),
        SqlProblem::UnknownPlace { place, count } => format!("place {place} of {count}"),
    }
}

fn problems(sql: &str) -> Vec<String> {
    select(sql).problems.iter().map(shown).collect()
}

#[test]
fn names_that_are_not_there_are_told_with_the_nearest() {
    for (sql, expected) in [
        ("SELECT id FROM Shop_order", &["table Shop_order ~Shop_orders"][..]),
        ("SELECT id FROM Shop.orders", &["table Shop.orders ~Shop_orders"]),
        ("SELECT id FROM elsewhere", &["table elsewhere"]),
        ("SELECT ide FROM Shop_orders", &["column ide ~id"]),
        ("SELECT \"ide\" FROM Shop_orders", &["column ide ~id"]),
        ("SELECT nowhere AS nowhere FROM Shop_orders", &["column nowhere"]),
        ("SELECT o.nam FROM Shop_orders o", &["column o.nam"]),
        ("SELECT p.nam FROM Shop_people p", &["column p.nam ~name"]),
        ("SELECT Shop_people.name FROM Shop_people AS p", &["table Shop_people ~p"]),
        ("SELECT q.name FROM Shop_people AS p", &["table q ~p"]),
        ("SELECT id FROM Shop_orders, Shop_people", &["id of Shop_orders and Shop_people"]),
        ("SELECT 1 FROM Shop_orders WHERE amont > 1", &["column amont ~amount"]),
        ("SELECT 1 FROM Shop_orders o JOIN Shop_people p ON p.id = o.byer", &["column o.byer ~buyer"]),
        ("SELECT 1 FROM Shop_orders GROUP BY nowhere", &["column nowhere"]),
        ("SELECT 1 FROM Shop_orders HAVING max(nowhere) > 1", &["column nowhere"]),
        ("SELECT 1 FROM Shop_orders ORDER BY nowhere", &["column nowhere"]),
        ("SELECT 1 FROM Shop_orders WHERE id IN (SELECT ide FROM Shop_people)", &["column ide ~id"]),
        ("SELECT (SELECT max(p.nam) FROM Shop_people p) FROM Shop_orders", &["column p.nam ~name"]),
        ("WITH w AS (SELECT id FROM Shop_orders) SELECT amount FROM w", &["column amount"]),
        ("SELECT amount FROM (SELECT id AS a FROM Shop_orders) AS d", &["column amount"]),
        ("SELECT id FROM Shop_people UNION SELECT ide FROM Shop_orders", &["column ide ~id"]),
        ("WITH w(a) AS (SELECT id FROM Shop_orders) SELECT id FROM w", &["column id"]),
        ("SELECT id FROM (Shop_orders o JOIN Shop_people p ON p.id = o.buyer)", &["id of o and p"]),
        ("SELECT id FROM Shop_people UNION SELECT id, buyer FROM Shop_orders", &["UNION of 1 and 2"]),
        ("SELECT id FROM Shop_people UNION ALL (SELECT 1, 2 INTERSECT SELECT 3, 4)", &["UNION of 1 and 2"]),
        ("SELECT id, name FROM Shop_people EXCEPT VALUES (1), (2)", &["EXCEPT of 2 and 1"]),
        ("SELECT 1 FROM (SELECT 1 UNION SELECT 2, 3) AS d", &["UNION of 1 and 2"]),
        ("WITH w(a, b) AS (SELECT id FROM Shop_orders) SELECT 1 FROM w", &["w names 2 of 1"]),
        ("WITH w(a) AS (SELECT id, 2 FROM Shop_orders) SELECT 1 FROM w", &[]),
        ("WITH w(a, b) AS (SELECT * FROM Shop_orders) SELECT 1 FROM w", &[]),
        ("SELECT 1 FROM (SELECT id FROM Shop_orders) AS d(a, b)", &["d names 2 of 1"]),
        ("SELECT q.* FROM Shop_people p", &["table q ~p"]),
        ("SELECT 1 FROM Shop_people p, (SELECT p.ide AS n) AS a", &["table p"]),
        ("SELECT 1 FROM (SELECT p.id AS n) AS a, Shop_people p", &["table p"]),
        ("SELECT id: ide FROM Shop_people", &[]),
        ("SELECT Shop_people.* FROM Shop_people p", &["table Shop_people ~p"]),
        ("SELECT 1 FROM Shop_people JOIN Shop_orders USING (buyer)", &["column Shop_people.buyer"]),
        (
            "SELECT 1 FROM Shop_people JOIN Shop_orders USING (ide)",
            &["column Shop_orders.ide ~id", "column Shop_people.ide ~id"],
        ),
        ("SELECT id, name FROM Shop_people ORDER BY name, 3", &["place 3 of 2"]),
        ("SELECT id FROM Shop_people UNION SELECT buyer FROM Shop_orders ORDER BY 0, 1", &["place 0 of 1"]),
        ("SELECT id FROM Shop_people LIMIT (SELECT max(ide) FROM Shop_orders)", &["column ide ~id"]),
        (
            "WITH w AS (SELECT 1 AS n) SELECT id FROM Shop_people LIMIT 1 OFFSET (SELECT number FROM w)",
            &["column number"],
        ),
        ("SELECT id FROM Shop_people LIMIT id", &["column id"]),
        ("SELECT id FROM Shop_people WINDOW w AS (PARTITION BY nam ORDER BY city)", &["column nam ~name"]),
        ("SELECT p.id FROM Shop_people p, UNNEST(p.citi) AS c", &["column p.citi ~city"]),
        ("SELECT 1 AS a FROM read_csv('/etc/passwd')", &["table read_csv"]),
        ("SELECT 1 AS a FROM public.dblink('host=db', 'SELECT 1') AS d(x int)", &["table dblink"]),
        ("SELECT 1 AS a FROM query_table('Shop_secret')", &["table query_table"]),
        ("SELECT 1 AS a FROM TABLE('Shop_secret')", &["table Shop_secret"]),
        ("SELECT 1 AS a FROM TABLE('Shop_secret') AS s", &["table Shop_secret"]),
        ("SELECT 1 AS a FROM pg_ls_dir('/')", &["table pg_ls_dir"]),
        ("SELECT query_to_xml('SELECT 1', true, true, '') AS a", &["table query_to_xml"]),
        ("SELECT ARRAY(SELECT nowhere FROM Shop_secret) AS a", &["table Shop_secret"]),
        ("SELECT 1 FROM json_each((SELECT json_group_array(ide) FROM Shop_orders)) j", &["column ide ~id"]),
        ("SELECT 1 FROM Shop_orders o, generate_series(1, o.ide) AS u(x)", &["column o.ide ~id"]),
        ("SELECT id FROM Shop_people WHERE id IN (SELECT id, buyer FROM Shop_orders)", &["IN of 1 and 2"]),
        ("VALUES (1), (2, 3)", &["VALUES of 1 and 2"]),
        ("SELECT nowhere, elsewhere, nowhere FROM Shop_orders", &["column elsewhere", "column nowhere"]),
    ] {
        assert_eq!(problems(sql), expected, "{sql}");
    }
}

#[test]
fn what_some_dialect_understands_is_not_wrong() {
    for sql in [
        "SELECT id, name FROM Shop_people UNION SELECT id, buyer FROM Shop_orders UNION ALL SELECT 1, 'a'",
        "SELECT id, name FROM Shop_people ORDER BY 2, 1, 1 + 7",
        "SELECT *, 1 FROM Shop_people ORDER BY 4",
        "SELECT 1 FROM Shop_people GROUP BY 9",
        "SELECT id FROM Shop_people WHERE (id, name) IN (SELECT id, buyer FROM Shop_orders)",
        "SELECT ARRAY(SELECT id FROM Shop_orders) AS a, x FROM TABLE('Shop_orders') o, generate_series(1, o.id) AS u(x)",
        "SELECT 1 FROM json_each((SELECT json_group_array(id) FROM Shop_orders)) j",
        "WITH w AS (SELECT 1 AS n) SELECT id FROM Shop_people LIMIT (SELECT n FROM w) OFFSET 2 + 1",
        "SELECT (SELECT name FROM Shop_people LIMIT o.id) FROM Shop_orders o",
        "SELECT sum(id) OVER v FROM Shop_people WINDOW w AS (PARTITION BY name), v AS (w ORDER BY city)",
        "SELECT c FROM Shop_people p, UNNEST(p.city) AS c",
        "SELECT p.* FROM Shop_people p JOIN Shop_orders USING (id)",
        "SELECT j.* FROM Shop_people, json_each(name) j",
        "SELECT a.* FROM Shop_people, LATERAL (SELECT Shop_people.*) AS a",
        "SELECT 1 FROM generate_series(1, 3) AS g(id) JOIN Shop_people USING (id)",
        "SELECT * FROM Shop_people UNION SELECT id FROM Shop_orders",
        "SELECT id FROM Shop_people UNION ALL BY NAME SELECT id, buyer FROM Shop_orders",
        "SELECT ID, \"NAME\" FROM shop_PEOPLE",
        "SELECT `id`, [name] FROM Shop_people",
        "SELECT rowid, id FROM Shop_people",
        "SELECT current_date, current_timestamp AS now FROM Shop_people",
        "SELECT datediff(day, placed, current_date) AS age FROM Shop_orders",
        "SELECT date_trunc('month', placed), strftime('%Y', placed) FROM Shop_orders",
        "SELECT amount * 2 AS double FROM Shop_orders WHERE double > 3 ORDER BY double",
        "SELECT amount * 2 AS a, a + 1 AS b FROM Shop_orders",
        "SELECT o.id FROM Shop_orders o JOIN Shop_people p ON p.id = o.buyer ORDER BY id",
        "SELECT o.id FROM Shop_orders o JOIN Shop_people p ON p.id = o.buyer GROUP BY id",
        "SELECT id, name FROM Shop_orders JOIN Shop_people USING (id)",
        "SELECT id, name FROM Shop_orders NATURAL JOIN Shop_people",
        "SELECT count(p) FROM Shop_people p",
        "SELECT id FROM Shop_orders o WHERE EXISTS (SELECT 1 FROM Shop_people WHERE id = buyer)",
        "SELECT id FROM Shop_orders o WHERE (SELECT count(*) FROM Shop_people p WHERE p.id = o.buyer) > 0",
        "SELECT id, j.value FROM Shop_people, json_each(name) AS j",
        "SELECT value FROM Shop_people, json_each(name)",
        "SELECT 1 FROM dual",
        // To DuckDB, a name before a colon is what is given, and a query sees the tables before it.
        "SELECT number: id, name FROM Shop_people",
        "SELECT a.n FROM Shop_people p, (SELECT p.id AS n) AS a",
        "SELECT a.n FROM Shop_people p JOIN (SELECT o.id AS n FROM Shop_orders o WHERE o.buyer = p.id) AS a ON true",
        "SELECT row_number() OVER (PARTITION BY city ORDER BY id) AS n FROM Shop_people",
        "SELECT sum(id) OVER w FROM Shop_people WINDOW w AS (PARTITION BY city)",
        "SELECT transform(city, x -> x + 1) FROM Shop_people",
        "SELECT name.first FROM Shop_people",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT i FROM n",
        "WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 9) SELECT i FROM n",
        "WITH Shop_people AS (SELECT * FROM Shop_people) SELECT city FROM Shop_people",
        "SELECT id FROM Shop_people UNION SELECT id FROM Shop_orders ORDER BY id",
        "SELECT id FROM (SELECT id FROM Shop_people UNION SELECT id FROM Shop_orders) AS u WHERE id > 3",
        "SELECT * FROM (SELECT * FROM Shop_people) p LEFT JOIN LATERAL (SELECT max(amount) AS m FROM Shop_orders o WHERE o.buyer = p.id) x ON true",
        "SELECT id, name FROM Shop_people LIMIT 5 OFFSET 1;",
        "-- a comment\n (SELECT id FROM Shop_people) /* another */ ; -- done",
        "WITH b AS (SELECT city FROM a), a AS (SELECT city FROM Shop_people) SELECT city FROM b",
        "SELECT q.c FROM Shop_people p CROSS APPLY (SELECT p.city AS c) q",
        "SELECT q.c FROM Shop_people p OUTER APPLY (VALUES (p.city)) q(c)",
        "SELECT city FROM Shop_people WHERE city <> \"Bonn\"",
        "SELECT city FROM Shop_people ORDER BY ALL",
        "VALUES (1, 2)",
        "SELECT CAST(name AS TEXT) COLLATE NOCASE, name LIKE 'a%', name GLOB 'a*' FROM Shop_people",
        "SELECT name IS NOT city FROM Shop_people",
        "SELECT group_concat(name, ', ' ORDER BY id) FROM Shop_people",
        "SELECT iif(id > 1, name, city), printf('%d', id) FROM Shop_people",
    ] {
        match compiled(sql) {
            Compilation::Select(select) => assert_eq!(select.problems, [], "{sql}"),
            Compilation::Unread(_) => {}
            Compilation::NotOneSelect(problem) => panic!("{sql}: {problem:?}"),
        }
    }
}

#[test]
fn what_sqlite_understands_is_read() {
    for sql in [
        "SELECT name GLOB 'a*' AS found FROM Shop_people",
        "SELECT id FROM Shop_people ORDER BY name COLLATE NOCASE LIMIT 5",
        "SELECT name || '-' || city AS both, id % 2, id & 1, ~id, -id FROM Shop_people",
        "SELECT iif(id > 1, name, city) AS one, ifnull(name, '') AS other FROM Shop_people",
        "SELECT count(*) FILTER (WHERE id > 1) AS many FROM Shop_people",
        "SELECT date(placed, '+1 day') AS next, CAST(strftime('%Y', placed) AS INTEGER) AS year FROM Shop_orders",
    ] {
        assert!(compiled(sql).select().is_some(), "{sql}: {:?}", compiled(sql));
    }
}

#[test]
fn what_is_no_single_select_is_told() {
    use NotOneSelect::{Begins, Empty, Several, Writes};
    for (sql, expected) in [
        ("", Empty),
        (" -- nothing\n;", Empty),
        ("SELECT 1; SELECT 2", Several),
        ("SELECT 1; DELETE FROM x", Several),
        ("SELECT no such thing at ; all", Several),
        ("DROP TABLE x", Begins("DROP".to_owned())),
        ("SELEC id", Begins("SELEC".to_owned())),
        ("INSERT INTO x SELECT 1", Begins("INSERT".to_owned())),
        ("WITH w AS (SELECT 1) DELETE FROM x", Writes),
        ("WITH w AS (DELETE FROM x RETURNING id) SELECT id FROM w", Writes),
        ("SELECT id INTO copy FROM Shop_people", Writes),
    ] {
        assert_eq!(compiled(sql), Compilation::NotOneSelect(expected), "{sql}");
    }
    for sql in ["SELECT ';' AS a", "SELECT 1 AS a; ;", "; SELECT 1 AS a", "((SELECT 1 AS a))"] {
        assert!(compiled(sql).select().is_some(), "{sql}");
    }
}

#[test]
fn what_no_dialect_reads_is_no_error() {
    for sql in ["SELECT", "SELECT FROM WHERE id =", "SELECT 'abc", "FROM x SELECT |> ("] {
        assert!(matches!(compiled(sql), Compilation::Unread(_)), "{sql}: {:?}", compiled(sql));
    }
}
