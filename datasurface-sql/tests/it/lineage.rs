//! What columns are made of, pass on, and are of which type.

use super::select;
use datasurface_schema::{Column, Schema};
use datasurface_sql::ColumnKey;

pub(super) fn shown<'k>(keys: impl IntoIterator<Item = &'k ColumnKey>) -> Vec<String> {
    keys.into_iter().map(|key| format!("{}.{}", key.dataset.dataset, key.column)).collect()
}

/// The sources of the column `r`; nothing, if these cannot be told.
fn sources(sql: &str) -> Option<Vec<String>> {
    select(sql).column("r").and_then(|column| column.sources.as_ref().map(shown))
}

#[test]
fn values_are_followed_through_queries_in_queries() {
    for (sql, expected) in [
        ("WITH w AS (SELECT * FROM Shop_people) SELECT name AS r FROM w", &["people.name"][..]),
        ("WITH w(a, b, c) AS (SELECT * FROM Shop_people) SELECT b AS r FROM w", &["people.name"]),
        (
            "SELECT d.x AS r FROM (SELECT name || city AS x FROM Shop_people) d",
            &["people.city", "people.name"],
        ),
        (
            "SELECT name AS r FROM Shop_people UNION ALL SELECT buyer FROM Shop_orders",
            &["orders.buyer", "people.name"],
        ),
        ("SELECT name AS r FROM Shop_people EXCEPT SELECT buyer FROM Shop_orders", &["people.name"]),
        (
            "SELECT name AS r FROM Shop_people INTERSECT SELECT buyer FROM Shop_orders",
            &["orders.buyer", "people.name"],
        ),
        ("SELECT b AS r FROM Shop_people AS p(a, b, c)", &["people.name"]),
        (
            "WITH w AS (SELECT id AS i, sum(amount) AS s FROM Shop_orders GROUP BY id), \
                  v AS (SELECT i, s * 2 AS t FROM w) SELECT v.t AS r FROM v JOIN w USING (i)",
            &["orders.amount"],
        ),
        ("SELECT count(*) AS r FROM Shop_people WHERE name > 'x'", &[]),
        ("SELECT name AS r FROM (Shop_orders o JOIN Shop_people p ON p.id = o.buyer)", &["people.name"]),
        ("SELECT id AS r FROM Shop_orders JOIN Shop_people USING (id)", &["orders.id", "people.id"]),
        ("SELECT city AS r FROM Shop_orders JOIN Shop_people USING (id)", &["people.city"]),
        ("SELECT o.id AS r FROM Shop_orders o NATURAL JOIN Shop_people", &["orders.id"]),
        ("SELECT id AS r FROM Shop_orders NATURAL LEFT JOIN Shop_people", &["orders.id", "people.id"]),
        (
            "WITH w AS (SELECT * FROM Shop_orders JOIN Shop_people USING (id)) SELECT id AS r FROM w",
            &["orders.id", "people.id"],
        ),
        (
            "WITH w(r, b, c, d, e, f) AS (SELECT * FROM Shop_orders JOIN Shop_people USING (id)) SELECT r FROM w",
            &["orders.id", "people.id"],
        ),
        ("SELECT (SELECT max(name) FROM Shop_people) AS r", &["people.name"]),
        (
            "SELECT (SELECT q.city FROM Shop_people q WHERE q.id = p.id) AS r FROM Shop_people p",
            &["people.city", "people.id"],
        ),
        ("SELECT (SELECT 'x' WHERE p.name = 'y') AS r FROM Shop_people p", &["people.name"]),
        ("SELECT (SELECT count(*) FROM (SELECT DISTINCT city FROM Shop_people)) AS r", &["people.city"]),
        ("SELECT (SELECT id FROM Shop_people ORDER BY name LIMIT 1) AS r", &["people.id", "people.name"]),
        (
            "SELECT (SELECT id FROM (SELECT id, name FROM Shop_people UNION ALL SELECT 1, 'x' ORDER BY 2 LIMIT 1)) AS r",
            &["people.id", "people.name"],
        ),
        (
            "SELECT (SELECT id FROM Shop_people EXCEPT SELECT buyer FROM Shop_orders) AS r",
            &["orders.buyer", "people.id"],
        ),
        (
            "SELECT EXISTS (SELECT name FROM Shop_people q WHERE q.city = p.city) AS r FROM Shop_people p",
            &["people.city"],
        ),
        (
            "SELECT id IN (SELECT buyer FROM Shop_orders WHERE amount > 1) AS r FROM Shop_people",
            &["orders.amount", "orders.buyer", "people.id"],
        ),
        ("SELECT x.c AS r FROM Shop_people, (VALUES ('a'), (NULL)) AS x(c)", &[]),
        ("WITH x(a, b) AS (VALUES (1, 'a')) SELECT city || b AS r FROM x, Shop_people", &["people.city"]),
        ("SELECT (SELECT v FROM (VALUES (p.name)) AS x(v)) AS r FROM Shop_people p", &["people.name"]),
        (
            "SELECT lag(city) OVER w AS r FROM Shop_people WINDOW w AS (ORDER BY id)",
            &["people.city", "people.id"],
        ),
        (
            "SELECT max(city) OVER (w ORDER BY id) AS r FROM Shop_people WINDOW w AS (PARTITION BY name)",
            &["people.city", "people.id", "people.name"],
        ),
        (
            "SELECT max(city) OVER v AS r FROM Shop_people WINDOW v AS (w ORDER BY id), w AS (PARTITION BY name)",
            &["people.city", "people.id", "people.name"],
        ),
        ("SELECT string_agg(city, ',' ORDER BY id) AS r FROM Shop_people", &["people.city", "people.id"]),
        ("SELECT group_concat(city SEPARATOR ', ') AS r FROM Shop_people", &["people.city"]),
        (
            "SELECT listagg(city, ',') WITHIN GROUP (ORDER BY id) AS r FROM Shop_people",
            &["people.city", "people.id"],
        ),
        ("SELECT name AT TIME ZONE 'UTC' + INTERVAL '1 day' AS r FROM Shop_people", &["people.name"]),
        ("SELECT CONVERT(name, CHAR) AS r FROM Shop_people", &["people.name"]),
        (
            "SELECT name SIMILAR TO 'a%' OR city RLIKE 'b' AS r FROM Shop_people",
            &["people.city", "people.name"],
        ),
        ("SELECT overlay(name PLACING 'x' FROM id) AS r FROM Shop_people", &["people.id", "people.name"]),
        ("SELECT make_interval(days => id) AS r FROM Shop_people", &["people.id"]),
        (
            "SELECT id = ANY (SELECT buyer FROM Shop_orders) AS r FROM Shop_people",
            &["orders.buyer", "people.id"],
        ),
    ] {
        let expected: Vec<String> = expected.iter().map(|&key| key.to_owned()).collect();
        assert_eq!(sources(sql), Some(expected), "{sql}");
    }
}

#[test]
fn what_is_uncertain_is_not_followed() {
    for sql in [
        "SELECT (SELECT name, city FROM Shop_people) AS r",
        "SELECT (SELECT max(name) FROM Shop_people, json_each(city)) AS r",
        "SELECT (SELECT city FROM Shop_people LIMIT length(p.name)) AS r FROM Shop_people p",
        "SELECT id AS r FROM Shop_people RIGHT JOIN json_each('x') USING (id)",
        "SELECT id AS r FROM Shop_people NATURAL JOIN json_each('x')",
        // Some dialects show the column of both first, some where the left table has it.
        "WITH w(a, r, c, d) AS (SELECT * FROM (SELECT city, id FROM Shop_people) JOIN (SELECT id, buyer, amount FROM Shop_orders) USING (id)) SELECT r FROM w",
        "SELECT d.value AS r FROM (SELECT j.*, '' AS value FROM Shop_people, json_each(name) j) d",
        "SELECT column1 AS r FROM (VALUES (1)) AS x",
        "SELECT max(city) OVER w AS r FROM Shop_people",
        "SELECT max(city) OVER w AS r FROM Shop_people WINDOW w AS (v), v AS (w)",
        "SELECT (SELECT date 'x' FROM (SELECT name AS date FROM Shop_people)) AS r",
        "WITH RECURSIVE n(r) AS (SELECT id FROM Shop_people UNION SELECT r FROM n) SELECT r FROM n",
        "SELECT name AS r FROM Shop_people UNION SELECT id, buyer FROM Shop_orders",
        "SELECT name AS r, city AS r FROM Shop_people",
        "SELECT r FROM (SELECT name AS r, city AS r FROM Shop_people) AS d",
        "SELECT x.r FROM Shop_people, json_each(name) AS x",
        "SELECT name AS r FROM Shop_people BY NAME",
        // To some dialects a table of WITH reads those behind it, and some tell the cases of quoted names apart.
        "WITH q AS (SELECT city FROM Shop_people) \
         SELECT r FROM (WITH b AS (SELECT city AS r FROM q), q AS (SELECT name AS city FROM Shop_people) SELECT r FROM b) t",
        "WITH b AS (SELECT id AS r FROM Shop_orders), Shop_orders AS (SELECT name AS id FROM Shop_people) SELECT r FROM b",
        "WITH \"Q\" AS (SELECT name AS r FROM Shop_people), q AS (SELECT city AS r FROM Shop_people) SELECT r FROM \"Q\"",
        "WITH q AS (SELECT name AS r FROM Shop_people) SELECT r FROM (WITH \"Q\" AS (SELECT city AS r FROM Shop_people) SELECT r FROM q) t",
        "SELECT user AS r FROM Shop_people, json_each(name) AS j",
        "SELECT text 'y' AS r FROM Shop_people, json_each(name) AS j",
        "SELECT pg_catalog.query_to_xml('select name from Shop_people', true, true, '') AS r FROM Shop_people",
        "WITH \"shop_orders\" AS (SELECT name AS r FROM Shop_people) SELECT r FROM Shop_orders",
    ] {
        let output = super::compiled(sql);
        let column = output.select().and_then(|select| select.column("r"));
        assert_eq!(column.and_then(|column| column.sources.as_ref()), None, "{sql}");
    }
}

#[test]
fn what_may_be_passed_on_is_known_where_nobody_can_tell_which_column_is_meant() {
    for (sql, expected) in [
        ("SELECT name AS r, md5(name) AS r FROM Shop_people", &["people.name"][..]),
        ("SELECT md5(name) AS r, city AS R FROM Shop_people", &["people.city"]),
        ("SELECT r FROM (SELECT name AS r, city AS r FROM Shop_people) d", &["people.city", "people.name"]),
        ("SELECT d.r FROM (SELECT '' AS r, city AS r FROM Shop_people) d", &["people.city"]),
        ("SELECT max AS r FROM (SELECT max(name) FROM Shop_people) d", &["people.name"]),
        ("SELECT name AS x, x AS r FROM Shop_people", &["people.name"]),
        ("SELECT name AS r FROM Shop_people, UNNEST(city)", &["people.name"]),
        (
            "SELECT p.name AS r FROM Shop_people p LEFT SEMI JOIN Shop_orders o ON o.buyer = p.id",
            &["people.name"],
        ),
        ("SELECT p.name AS r FROM Shop_people p, Shop_people p", &["people.name"]),
        // The star may stand for one of this name, too.
        ("SELECT *, name AS r FROM Shop_people, UNNEST(city)", &["people.name", "people.city"]),
        ("SELECT md5(name) AS r, name AS s FROM Shop_people", &[]),
        ("SELECT reverse(x) AS r FROM (SELECT reverse(name) AS x FROM Shop_people) d", &["people.name"]),
        ("WITH w AS (SELECT hex(name) AS x FROM Shop_people) SELECT unhex(x) AS r FROM w", &["people.name"]),
        ("WITH w AS (SELECT hex(name) AS x FROM Shop_people) SELECT x AS r FROM w", &["people.name"]),
        ("SELECT -n AS r FROM (SELECT -id AS n FROM Shop_people) d", &["people.id"]),
    ] {
        assert_eq!(shown(select(sql).unchanged("r")).as_slice(), expected, "{sql}");
    }
}

#[test]
fn what_a_join_makes_one_column_may_be_either() {
    let output = select("SELECT id AS r FROM Shop_orders JOIN Shop_people USING (id)");
    assert_eq!(shown(output.column("r").unwrap().unchanged()), ["orders.id", "people.id"]);
}

#[test]
fn types_are_told_where_they_are_plain() {
    for (expression, expected) in [
        ("amount", Some("Decimal(9,2)")),
        ("o.placed", Some("Date")),
        ("count(*)", Some("BigInt")),
        ("1", Some("BigInt")),
        ("-1.5", Some("Double")),
        ("'a'", Some("VarChar")),
        ("'12'", None),
        ("NULL", None),
        ("CAST(amount AS VARCHAR(9))", Some("VarChar(9)")),
        ("CAST(amount AS NUMERIC(9, 3))", Some("Decimal(9,3)")),
        ("DATE '2026-01-01'", Some("Date")),
        ("amount > 1", Some("Boolean")),
        ("placed IS NULL OR NOT amount BETWEEN 1 AND 2", Some("Boolean")),
        ("sum(buyer)", Some("BigInt")),
        ("max(placed)", Some("Date")),
        ("coalesce(buyer, 0)", Some("BigInt")),
        ("coalesce(buyer, 'none')", None),
        ("CASE WHEN id > 1 THEN amount ELSE NULL END", Some("Decimal(9,2)")),
        ("CASE WHEN id > 1 THEN amount ELSE 'a' END", None),
        ("amount || ''", None),
        ("'a' || 'b' || 'c'", Some("VarChar")),
        ("id + buyer * 2", Some("BigInt")),
        ("id + buyer + amount", Some("Double")),
        ("amount * amount", Some("Double")),
        ("id + 1 > 2", Some("Boolean")),
        ("placed - placed", None),
        ("placed + 1", None),
        ("current_date", Some("Date")),
        ("abs(amount)", None),
    ] {
        let output = select(&format!("SELECT {expression} AS r FROM Shop_orders o"));
        let expected = expected.map(|name| {
            let schema = Schema::from(format!("r {name}").as_str());
            schema.table().columns().first().map(Column::data_type).cloned().unwrap()
        });
        assert_eq!(output.column("r").unwrap().data_type, expected, "{expression}");
    }
}

#[test]
fn columns_have_the_names_that_the_statement_gives() {
    let output = select("SELECT p.id, name AS n, count(*), CAST(city AS TEXT), 1 FROM Shop_people p");
    let names: Vec<_> = output.columns.iter().map(|column| column.name.as_deref()).collect();
    assert_eq!(names, [Some("id"), Some("n"), None, None, None]);
    assert!(output.is_complete);
    for (column, name) in output.columns.iter().zip(["ID", "N", "COUNT", "city", ""]) {
        assert_eq!(column.may_be_named(name), !name.is_empty(), "{name}");
    }
    let output = select(
        "SELECT (p.id), city COLLATE \"C\", (SELECT max(id) AS a FROM Shop_orders), (SELECT max(id) FROM Shop_orders), explode(name) FROM Shop_people p",
    );
    for (column, name) in output.columns.iter().zip(["id", "city", "a", "max", "col"]) {
        assert!(column.may_be_named(name), "{name}");
    }
    assert!(!select("SELECT id, posexplode(name) FROM Shop_people").is_complete);
    let all = select("SELECT *, 1 AS one FROM Shop_people NATURAL JOIN Shop_orders");
    let names: Vec<_> = all.columns.iter().filter_map(|column| column.name.as_deref()).collect();
    assert_eq!(names, ["id", "name", "city", "buyer", "amount", "placed", "one"]);
    let changed =
        select("SELECT p.* EXCLUDE (id) REPLACE (upper(city) AS city) RENAME (name AS n) FROM Shop_people p");
    let names: Vec<_> = changed.columns.iter().filter_map(|column| column.name.as_deref()).collect();
    assert_eq!(names, ["n", "city"]);
    assert!(changed.is_complete);
    assert!(!select("SELECT * ILIKE 'n%' FROM Shop_people").is_complete);
    assert!(!select("SELECT j.* FROM Shop_people, json_each(name) j").is_complete);
}

#[test]
fn what_reads_by_a_text_is_made_of_nobody_knows_what() {
    for expression in
        ["COLUMNS('name')", "upper(COLUMNS('na.*'))", "query_to_xml('SELECT 1', true, true, '')"]
    {
        let output = select(&format!("SELECT {expression} AS r FROM Shop_people"));
        assert_eq!(output.column("r").unwrap().sources, None, "{expression}");
    }
}

#[test]
fn the_order_of_columns_counts_where_they_are_not_taken_by_their_names() {
    let by_names = [
        "SELECT city, count(*) AS r FROM Shop_people GROUP BY city",
        "SELECT p.city AS r FROM Shop_people p JOIN Shop_orders o ON o.buyer = p.id WHERE o.amount * 2 > 10",
        "WITH w(a, b) AS (SELECT id, name FROM Shop_people) SELECT b AS r FROM w ORDER BY 1",
        "SELECT d.* FROM (SELECT id, name FROM Shop_people) d",
    ];
    for sql in by_names {
        assert!(select(sql).is_by_names, "{sql}");
    }
    let by_place = [
        "SELECT * FROM Shop_people",
        "SELECT p.* FROM Shop_people p",
        "SELECT b AS r FROM Shop_people AS p(a, b, c)",
        "WITH w(a, b, c) AS (SELECT * FROM Shop_people) SELECT b AS r FROM w",
        "SELECT id AS r, name, city FROM Shop_people UNION ALL SELECT * FROM Shop_people",
        "SELECT id AS r, name, city FROM Shop_people UNION ALL TABLE Shop_people",
        "SELECT id AS r FROM Shop_people WHERE (id, name, city) IN (SELECT * FROM Shop_people)",
        "SELECT id AS r FROM Shop_orders WHERE id IN (SELECT x FROM Shop_people AS p(x, y, z))",
        "SELECT row_to_json(p) AS r FROM Shop_people p",
        "SELECT 1 AS r FROM Shop_people NATURAL JOIN Shop_orders",
    ];
    for sql in by_place {
        assert!(!select(sql).is_by_names, "{sql}");
    }
}

/// ClickHouse means the name that the SELECT gives, others the column of the table.
#[test]
fn a_name_that_the_select_gives_may_be_meant_where_a_table_has_a_column_of_it() {
    for (sql, passed_on, sources) in [
        (
            "SELECT name AS city, city AS r FROM Shop_people",
            &["people.city", "people.name"][..],
            &["people.city", "people.name"][..],
        ),
        ("SELECT count(*) AS city, city AS r FROM Shop_people", &["people.city"], &["people.city"]),
        (
            "SELECT substr(name, 2, 1) AS city, city AS r FROM Shop_people",
            &["people.city"],
            &["people.city", "people.name"],
        ),
        ("SELECT name AS city, p.city AS r FROM Shop_people p", &["people.city"], &["people.city"]),
    ] {
        let made = select(sql);
        let column = made.column("r").unwrap();
        assert_eq!(shown(column.unchanged()), passed_on, "{sql}");
        assert_eq!(
            column.sources.as_ref().map(shown).as_deref(),
            Some(&*sources.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>()),
            "{sql}"
        );
    }
}
