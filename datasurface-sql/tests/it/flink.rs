//! What is written for Flink, and what is not. That Flink computes it as PostgreSQL does, both are asked by tests of the platform on Kafka.

use datasurface_sql::{FlinkNumber, FlinkTable, to_flink};
use std::collections::{BTreeMap, BTreeSet};

fn tables() -> Vec<FlinkTable> {
    let table = |table: &str, names: &[&str], columns: &[&str]| FlinkTable {
        table: table.to_owned(),
        names: names.iter().map(|name| (*name).to_owned()).collect(),
        columns: columns.iter().map(|column| (*column).to_owned()).collect(),
        key: vec![columns[0].to_owned()],
        numbers: [("id", FlinkNumber::INTEGER), ("price", FlinkNumber::decimal(8, 4))]
            .into_iter()
            .filter(|(name, _)| columns.contains(name))
            .map(|(name, number)| (name.to_owned(), number))
            .collect(),
    };
    vec![
        table("a", &["Shop_people", "Shop_persons"], &["id", "Name", "city"]),
        table("b", &["Shop_cities"], &["city", "country", "odd`name"]),
        table("c", &["Shop_goods"], &["id", "price", "weight"]),
    ]
}

fn written(sql: &str, columns: &[&str]) -> Result<String, String> {
    let columns: Vec<String> = columns.iter().map(|column| (*column).to_owned()).collect();
    to_flink(sql, &tables(), &columns).map(|written| written.sql).map_err(|problem| problem.to_string())
}

#[test]
fn names_are_those_that_are_declared_and_columns_are_in_order() {
    let sql = "select UPPER_ID.ID as number, 'it''s' || name AS Called FROM shop_PERSONS upper_id WHERE City IS NOT NULL;";
    let expected = "SELECT ('it''s' || `$0`.`Name`) AS `called`, `$0`.`id` AS `number`\nFROM `a` AS `$0`\nWHERE (`$0`.`city` IS NOT NULL)";
    assert_eq!(written(sql, &["called", "number"]).as_deref(), Ok(expected));
}

/// Columns are those of the first SELECT, by their places.
#[test]
fn a_union_has_the_rows_of_each() {
    let sql = "SELECT 'person' AS kind, id AS number FROM Shop_people UNION ALL SELECT 'goods', id + 1 FROM Shop_goods \
               UNION ALL SELECT city, 3 FROM Shop_cities WHERE country = 'x'";
    let expected = "SELECT `$0`.`id` AS `number`, 'person' AS `kind`\nFROM `a` AS `$0`\nUNION ALL\n\
                    SELECT (CAST(`$0`.`id` AS DECIMAL(10, 0)) + CAST(1 AS DECIMAL(1, 0))) AS `number`, 'goods' AS `kind`\nFROM `c` AS `$0`\nUNION ALL\n\
                    SELECT 3 AS `number`, `$0`.`city` AS `kind`\nFROM `b` AS `$0`\nWHERE (`$0`.`country` = 'x')";
    let made = to_flink(sql, &tables(), &["number".to_owned(), "kind".to_owned()]).unwrap();
    assert_eq!(made.sql, expected);
    assert_eq!(made.numbers, BTreeMap::from([("number".to_owned(), FlinkNumber::decimal(11, 0))]));
    assert_eq!(made.read.keys().collect::<Vec<_>>(), ["a", "b", "c"]);
}

#[test]
fn queries_in_the_place_of_tables_are_written_where_they_are_read() {
    let sql = "WITH big AS (SELECT id, name FROM Shop_people WHERE id > 3), per AS (SELECT name, count(*) AS many FROM big GROUP BY name) \
               SELECT x.name AS n, x.many + y.id AS m FROM per x JOIN (SELECT id FROM big) y ON x.many = y.id";
    let big = "SELECT `$0`.`id` AS `id`, `$0`.`Name` AS `Name`\nFROM `a` AS `$0`\nWHERE (`$0`.`id` > 3)";
    let expected = format!(
        "SELECT `$0`.`Name` AS `n`, (CAST(`$0`.`many` AS DECIMAL(19, 0)) + CAST(`$1`.`id` AS DECIMAL(10, 0))) AS `m`\nFROM (\n\
         SELECT `$0`.`Name` AS `Name`, COUNT(*) AS `many`\nFROM (\n{big}\n) AS `$0`\nGROUP BY `$0`.`Name`\n) AS `$0`\nJOIN (\n\
         SELECT `$0`.`id` AS `id`\nFROM (\n{big}\n) AS `$0`\n) AS `$1` ON (`$0`.`many` = `$1`.`id`)"
    );
    let made = to_flink(sql, &tables(), &["n".to_owned(), "m".to_owned()]).unwrap();
    assert_eq!(made.sql, expected);
    assert_eq!(made.identity, None);
    let read: BTreeSet<String> = ["Name", "id"].map(str::to_owned).into();
    assert_eq!(made.read, BTreeMap::from([("a".to_owned(), read)]));
    // Each one reads the one before twice.
    let one = |n: u32| format!("x{n} AS (SELECT id FROM x{} UNION ALL SELECT id FROM x{})", n - 1, n - 1);
    let many: Vec<String> = (1..40).map(one).collect();
    let long =
        format!("WITH x0 AS (SELECT id FROM Shop_people), {} SELECT id AS n FROM x39", many.join(", "));
    assert!(written(&long, &["n"]).expect_err("it is long").contains("so long"));
}

#[test]
fn patterns_and_parts_of_dates_are_written() {
    let sql = "SELECT name NOT LIKE '%it''s%' AS n, extract(month from city) AS m FROM Shop_people";
    let expected = "SELECT (`$0`.`Name` NOT LIKE '%it''s%') AS `n`, EXTRACT(MONTH FROM `$0`.`city`) AS `m`\nFROM `a` AS `$0`";
    assert_eq!(written(sql, &["n", "m"]).as_deref(), Ok(expected));
}

#[test]
fn joins_groups_and_stars_are_written() {
    let sql = "SELECT c.country, COUNT(DISTINCT p.id) AS people, max(p.name) AS last FROM Shop_people p \
               LEFT JOIN Shop_cities c ON p.city = c.city GROUP BY c.country HAVING count(*) > 1";
    let expected = "SELECT `$1`.`country` AS `country`, COUNT(DISTINCT `$0`.`id`) AS `people`, MAX(`$0`.`Name`) AS `last`\n\
                    FROM `a` AS `$0`\nLEFT JOIN `b` AS `$1` ON (`$0`.`city` = `$1`.`city`)\nGROUP BY `$1`.`country`\nHAVING (COUNT(*) > 1)";
    assert_eq!(written(sql, &["country", "people", "last"]).as_deref(), Ok(expected));
    let star = written("SELECT DISTINCT * FROM Shop_cities", &["city", "country", "odd`name"]);
    let expected = "SELECT DISTINCT `$0`.`city` AS `city`, `$0`.`country` AS `country`, `$0`.`odd``name` AS `odd``name`\nFROM `b` AS `$0`";
    assert_eq!(star.as_deref(), Ok(expected));
}

/// Arithmetic is written in decimal numbers that have room for every result, and what a column gets is known.
#[test]
fn numbers_have_room() {
    let number = |whole, scale| Some(FlinkNumber::decimal(whole, scale));
    for (sql, expected, known) in [
        ("id", "`$0`.`id`", Some(FlinkNumber::INTEGER)),
        ("id + 1", "(CAST(`$0`.`id` AS DECIMAL(10, 0)) + CAST(1 AS DECIMAL(1, 0)))", number(11, 0)),
        ("-id", "(- CAST(`$0`.`id` AS DECIMAL(10, 0)))", number(10, 0)),
        (
            "(price - 0.05) * id",
            "((CAST(`$0`.`price` AS DECIMAL(12, 4)) - CAST(0.05 AS DECIMAL(3, 2))) * CAST(`$0`.`id` AS DECIMAL(10, 0)))",
            number(20, 4),
        ),
        ("abs(id)", "ABS(CAST(`$0`.`id` AS DECIMAL(10, 0)))", number(10, 0)),
        ("sum(id)", "SUM(CAST(`$0`.`id` AS DECIMAL(10, 0)))", number(38, 0)),
        ("coalesce(sum(price), 0)", "COALESCE(SUM(CAST(`$0`.`price` AS DECIMAL(12, 4))), 0)", number(34, 4)),
        (
            "CASE WHEN weight = 1 THEN id END",
            "CASE WHEN (`$0`.`weight` = 1) THEN `$0`.`id` END",
            Some(FlinkNumber::INTEGER),
        ),
        ("weight", "`$0`.`weight`", None),
    ] {
        let made =
            to_flink(&format!("SELECT {sql} AS n FROM Shop_goods"), &tables(), &["n".to_owned()]).unwrap();
        assert_eq!(made.sql, format!("SELECT {expected} AS `n`\nFROM `c` AS `$0`"));
        assert_eq!(made.numbers.get("n").copied(), known, "{sql}");
    }
    let small = FlinkNumber::SMALL;
    for (room, other, is_enough) in [
        (small, small, true),
        (small, FlinkNumber::INTEGER, false),
        (FlinkNumber::INTEGER, small, true),
        // 99999 is no whole number of 16 bits, and 9.5 becomes 10.
        (small, FlinkNumber::decimal(5, 0), false),
        (small, FlinkNumber::decimal(4, 9), true),
        (FlinkNumber::decimal(1, 0), FlinkNumber::decimal(1, 1), false),
        (FlinkNumber::decimal(5, 0), small, true),
    ] {
        assert_eq!(room.has_room_for(other), is_enough, "{room:?} {other:?}");
    }
}

#[test]
fn what_is_read_is_known() {
    let columns = ["n".to_owned()];
    let made = to_flink(
        "SELECT count(*) AS n FROM Shop_people p JOIN Shop_cities c ON p.city = c.city",
        &tables(),
        &columns,
    );
    let read: BTreeMap<String, Vec<String>> = made
        .unwrap()
        .read
        .into_iter()
        .map(|(table, columns)| (table, columns.into_iter().collect()))
        .collect();
    let city = vec!["city".to_owned()];
    assert_eq!(read, BTreeMap::from([("a".to_owned(), city.clone()), ("b".to_owned(), city)]));
}

/// A row that changes takes the place of the one before only if it has its key, and still fulfils every condition.
#[test]
fn it_is_known_by_what_a_row_is_told_and_whether_a_change_may_end_it() {
    for (sql, identity, has_condition) in [
        ("SELECT id AS n, name AS m FROM Shop_people", Some(vec!["n"]), false),
        ("SELECT id AS n, name AS m FROM Shop_people WHERE city = 'x'", Some(vec!["n"]), true),
        ("SELECT city AS n, name AS m FROM Shop_people", None, false),
        ("SELECT id || 'x' AS n, name AS m FROM Shop_people", None, false),
        ("SELECT DISTINCT id AS n, name AS m FROM Shop_people", None, false),
        (
            "SELECT p.id AS n, c.country AS m FROM Shop_people p JOIN Shop_cities c ON p.city = c.city",
            None,
            false,
        ),
        (
            "SELECT city AS n, count(*) AS m FROM Shop_people WHERE id > 1 GROUP BY city",
            Some(vec!["n"]),
            false,
        ),
        (
            "SELECT city AS n, count(*) AS m FROM Shop_people GROUP BY city HAVING count(*) > 1",
            Some(vec!["n"]),
            true,
        ),
        ("SELECT city AS n, count(*) AS m FROM Shop_people GROUP BY city, name", None, false),
        ("SELECT max(id) AS n, count(*) AS m FROM Shop_people WHERE id > 1", Some(vec![]), false),
        ("SELECT id AS n, name AS m FROM Shop_people UNION ALL SELECT id, 'x' FROM Shop_goods", None, false),
    ] {
        let made = to_flink(sql, &tables(), &["n".to_owned(), "m".to_owned()]).unwrap();
        let identity = identity.map(|names| names.into_iter().map(str::to_owned).collect());
        assert_eq!((made.identity, made.has_condition), (identity, has_condition), "{sql}");
    }
}

#[test]
fn whatever_is_not_named_is_refused() {
    for (sql, words) in [
        ("SELECT id / 2 AS n FROM Shop_people", "the operator `/`"),
        ("SELECT name + 1 AS n FROM Shop_people", "something other than whole and decimal numbers"),
        ("SELECT weight * 2 AS n FROM Shop_goods", "something other than whole and decimal numbers"),
        ("SELECT sum(weight) AS n FROM Shop_goods", "something other than whole and decimal numbers"),
        ("SELECT price * price * price * price AS n FROM Shop_goods", "more than 38 digits"),
        ("SELECT sum(price * price * id) AS n FROM Shop_goods", "a sum of numbers of more than 28 digits"),
        ("SELECT sum(sum(id)) AS n FROM Shop_goods", "a sum of numbers of more than 28 digits"),
        ("SELECT sum(count(id)) AS n FROM Shop_goods", "within another one"),
        ("SELECT name LIKE 'a_' AS n FROM Shop_people", "a pattern with `_`"),
        ("SELECT name LIKE city AS n FROM Shop_people", "something other than a text"),
        ("SELECT name ILIKE 'a%' AS n FROM Shop_people", "an expression of this form"),
        ("SELECT extract(dow FROM name) AS n FROM Shop_people", "`DOW` of a time"),
        ("SELECT lower(name) AS n FROM Shop_people", "the function `lower`"),
        ("SELECT now() AS n FROM Shop_people", "the function `now`"),
        ("SELECT substring(name, 0, 2) AS n FROM Shop_people", "numbers from 1 on"),
        ("SELECT CAST(id AS text) AS n FROM Shop_people", "an expression of this form"),
        ("SELECT (SELECT 1) AS n FROM Shop_people", "an expression of this form"),
        ("SELECT rank() OVER (ORDER BY id) AS n FROM Shop_people", "with more than its arguments"),
        ("SELECT count(*) FILTER (WHERE id > 1) AS n FROM Shop_people", "with more than its arguments"),
        ("SELECT id AS n FROM Shop_people ORDER BY id", "`ORDER BY`"),
        ("SELECT id AS n FROM Shop_people LIMIT 1", "`LIMIT`"),
        ("SELECT id AS n FROM Shop_people UNION SELECT id FROM Shop_people", "`UNION` without `ALL`"),
        ("SELECT id AS n FROM Shop_people EXCEPT ALL SELECT id FROM Shop_people", "`EXCEPT`"),
        (
            "SELECT id AS n FROM Shop_people UNION ALL (SELECT id FROM Shop_people LIMIT 1)",
            "other than SELECTs",
        ),
        ("SELECT id AS n FROM Shop_people UNION ALL SELECT id, 1 FROM Shop_people", "more columns"),
        (
            "SELECT id AS n FROM Shop_people UNION ALL SELECT elsewhere FROM Shop_people",
            "`elsewhere` is no column",
        ),
        ("WITH x AS (SELECT 1) SELECT id AS n FROM Shop_people", "a list of tables, or none"),
        ("WITH RECURSIVE x AS (SELECT id FROM x) SELECT id AS n FROM x", "`WITH RECURSIVE`"),
        ("WITH x (a) AS (SELECT id FROM Shop_people) SELECT a AS n FROM x", "more than a name and a query"),
        (
            "WITH x AS (SELECT id FROM y), y AS (SELECT id FROM Shop_people) SELECT id AS n FROM x",
            "`y` is no input",
        ),
        ("SELECT n FROM (SELECT id AS n FROM Shop_people)", "needs a name"),
        ("SELECT n FROM (SELECT id AS n FROM Shop_people) x (m)", "a list of columns"),
        ("SELECT n FROM LATERAL (SELECT id AS n FROM Shop_people) x", "of this kind in the place of a table"),
        ("SELECT n FROM (SELECT id AS n FROM Shop_people LIMIT 3) x", "`LIMIT`"),
        ("SELECT name AS n FROM (SELECT id FROM Shop_people) x", "`name` is no column"),
        ("SELECT p.id AS n FROM (SELECT id FROM Shop_people p) x", "`id` is no column"),
        ("SELECT id AS n FROM Shop_people, Shop_cities", "a list of tables"),
        ("SELECT id AS n FROM Shop_people RIGHT JOIN Shop_cities ON TRUE", "a join of this kind"),
        ("SELECT id AS n FROM Shop_people JOIN Shop_cities USING (city)", "a join without `ON`"),
        (
            "SELECT city AS n FROM Shop_people p JOIN Shop_cities c ON p.city = c.city",
            "a column of two tables",
        ),
        ("SELECT id AS n FROM Shop_people JOIN Shop_people ON TRUE", "two tables are called"),
        ("SELECT id AS n FROM elsewhere", "`elsewhere` is no input"),
        ("SELECT id AS n FROM `$0`", "is no input"),
        ("SELECT other AS n FROM Shop_people", "`other` is no column"),
        ("SELECT id AS m FROM Shop_people", "it has no column `n`"),
        ("SELECT id AS n, name FROM Shop_people", "a column `name` that nobody declared"),
        ("SELECT id AS n, name AS N FROM Shop_people", "two columns are called `N`"),
        ("SELECT city AS n FROM Shop_people GROUP BY name", "neither grouped by nor in"),
        ("SELECT name || max(city) AS n FROM Shop_people", "neither grouped by nor in"),
        ("SELECT name AS n FROM Shop_people GROUP BY name HAVING id > 1", "neither grouped by nor in"),
        ("SELECT max(min(id)) AS n FROM Shop_people", "within another one"),
        ("SELECT name AS n FROM Shop_people WHERE count(*) > 1", "where rows are chosen"),
        ("SELECT name AS n FROM Shop_people p JOIN Shop_cities c ON max(p.id) = 1", "where rows are chosen"),
        ("SELECT 1e3 AS n FROM Shop_people", "a value of this form"),
        ("SELECT E'a' AS n FROM Shop_people", "dialects differ"),
        ("SELECT 'a\nb' AS n FROM Shop_people", "a value of this form"),
        ("SELECT 1 AS n; DROP TABLE x", "more than one statement"),
        ("DROP TABLE x", "DROP"),
        ("SELECT (", "Expected"),
    ] {
        let refused = written(sql, &["n"]).expect_err(sql);
        assert!(refused.contains(words), "{sql}: {refused}");
    }
}

#[test]
fn a_deep_expression_is_refused() {
    let deep = format!("SELECT {}id AS n FROM Shop_people", "id = id OR ".repeat(300));
    assert!(written(&deep, &["n"]).expect_err("it is deep").contains("100 levels"));
    for count in [300, 5000] {
        let deep = format!("SELECT {}id AS n FROM Shop_people", "id + ".repeat(count));
        written(&deep, &["n"]).expect_err("it is deep");
    }
}
