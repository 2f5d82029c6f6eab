//! What is not Spark's is told with what to write instead. Which statements are, Spark itself is asked by tests of the platform on AWS.

use datasurface_sql::not_spark;

fn told(sql: &str) -> Vec<String> {
    let told = |problem: &datasurface_sql::NotSpark| match &problem.instead {
        Some(instead) => format!("{problem}: {instead}"),
        None => problem.to_string(),
    };
    not_spark(sql).iter().map(told).collect()
}

#[test]
fn what_is_spark_s_is_taken() {
    for sql in [
        "SELECT upper(p.\"name\") AS name, count(*) AS orders FROM Shop_people p GROUP BY upper(p.name);",
        "SELECT substr(`name`, 1, 2) AS a, current_date AS b, DATE '2026-01-01' AS c FROM Shop_people",
    ] {
        assert_eq!(told(sql), [] as [String; 0], "{sql}");
    }
}

#[test]
fn what_is_not_is_told_with_what_is() {
    for (sql, words) in [
        (
            "SELECT conacat(name, city) AS r FROM Shop_people",
            "Spark has no function `conacat`: take `concat`",
        ),
        ("SELECT upper(name, city) AS r FROM Shop_people", "`upper` has 2 arguments: in Spark it has 1"),
        ("SELECT name::text AS r FROM Shop_people", "Spark has no cast by `::`: write `CAST(… AS TEXT)`"),
        ("SELECT CAST(name AS text) AS r FROM Shop_people", "Spark has no type `TEXT`"),
        ("SELECT rank() OVER () AS r FROM Shop_people", "give it `OVER (ORDER BY …)`"),
        ("SELECT '\\n' AS r FROM Shop_people", "`chr(92)`"),
        ("SELECT (SELECT x FROM (SELECT strftime(1) AS x) y) AS r", "Spark has no function `strftime`"),
        ("SELECT 1; SELECT 2", "more than one statement"),
        ("SELECT (", "Expected"),
    ] {
        let told = told(sql);
        assert!(told.iter().any(|one| one.contains(words)), "{sql}: {told:?}");
    }
}

#[test]
fn everything_is_told_at_once() {
    assert_eq!(
        told("SELECT TOP 1 nothing(1) AS a, never(2) AS b FROM Shop_people QUALIFY other(3)").len(),
        4
    );
}
