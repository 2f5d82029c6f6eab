//! Attacks on the sandbox: a transformer whose author wants to read, count, name or change what is no input of it.
//!
//! What is attacked is the runtime alone: lint, which refuses most of these before, is not asked.

use crate::{example::plan_with, fixture::Fixture, northwind::NorthWind};
use datasurface_platform::{RunObserver, RunReport, prelude::*};
use proptest::{prelude::*, sample::select, test_runner::TestRunner};
use serde_json::json;
use std::{
    collections::BTreeMap,
    fs,
    sync::atomic::{AtomicUsize, Ordering},
    time::{Duration, Instant},
};

/// What stands in every value that the transformer must not see.
const CANARY: &str = "Canary";
/// Stands where the SELECT of the author will be.
const MARK: &str = "SELECT customer_id, company_name, city FROM NW_Data_customers WHERE 'mark' <> ''";
/// The statement that everybody may write.
const GOOD: &str = "SELECT customer_id, company_name, city FROM NW_Data_customers";

/// A place where a transformer can be made to run any text.
struct Victim {
    fixture: Fixture,
    rendered: String,
    untouched: Vec<String>,
}

impl Victim {
    fn new() -> Self {
        let wind =
            NorthWind { select: MARK, milestoning: Milestoning::LiveAndForensic, ..NorthWind::default() };
        let fixture = Fixture::with(&wind.example());
        fixture.change_source(
            "INSERT INTO Customers VALUES ('A', 'Canary of an earlier version', 'x'), ('B', 'Canary', 'gone');
             INSERT INTO products VALUES (1, 'Canary of another dataset', 8417, 1)",
        );
        // What the first batch made is captured, so the transformer's own output has the canary; from here on it has not.
        fixture.run();
        fixture.change_source(
            "DELETE FROM Customers WHERE customer_id = 'B'; UPDATE Customers SET company_name = 'a'",
        );
        fixture.run();
        let rendered = fs::read_to_string(fixture.path(OUTPUT)).unwrap();
        assert!(rendered.contains(MARK));
        let mut victim = Self { fixture, rendered, untouched: Vec::new() };
        victim.untouched = victim.outside();
        assert!(victim.untouched.iter().any(|row| row.contains("earlier version")), "{:?}", victim.untouched);
        victim
    }

    /// Runs a text in the place of the SELECT.
    fn run(&self, sql: &str) -> RunReport {
        fs::write(self.fixture.path(OUTPUT), self.rendered.replace(MARK, sql)).unwrap();
        self.fixture.try_run().unwrap()
    }

    /// All that is in the platform's database but what the transformer makes, what is made of it, and the log.
    fn outside(&self) -> Vec<String> {
        let mut everything = self.fixture.everything();
        everything
            .retain(|line| !["Masked_NW_Data", "datasurface_inputs:"].iter().any(|own| line.contains(own)));
        everything
    }

    /// What is there of what the transformer made.
    fn made(&self) -> Vec<String> {
        let made =
            "SELECT customer_id, company_name, city FROM Masked_NW_Data__customers WHERE batch_out IS NULL";
        self.fixture.rows("northwind.db", made)
    }

    /// Runs a text, and returns whether it was executed. Nothing is there afterwards that tells of the canary, and nothing
    /// outside of the outputs is different.
    fn attack(&self, sql: &str) -> bool {
        let report = self.run(sql);
        let told: Vec<&String> = report.failures.iter().map(|failure| &failure.reason).collect();
        for line in self.made().iter().chain(told.iter().copied()) {
            assert!(!line.contains(CANARY) && !line.contains("8417"), "{sql}\ngives {line}");
        }
        assert_eq!(self.outside(), self.untouched, "{sql}");
        told.is_empty()
    }
}

const OUTPUT: &str = "rendered/Local/shards/main/outputs/Mask.sql";

#[test]
fn nothing_but_inputs_is_read_and_nothing_but_outputs_is_changed() {
    let victim = Victim::new();
    assert!(victim.attack(GOOD));
    for attack in [
        // Names that are inputs, given to something else.
        "WITH NW_Data_customers AS (SELECT product_id AS customer_id, product_name AS company_name, 'x' AS city \
         FROM main.NW_Data__products) SELECT customer_id, company_name, city FROM NW_Data_customers",
        "WITH NW_Data_customers AS (SELECT * FROM main.NW_Data__customers) \
         SELECT customer_id, company_name, city FROM NW_Data_customers",
        "WITH \"{run}.NW_Data_customers\" AS (SELECT * FROM main.NW_Data__customers) \
         SELECT customer_id, company_name, city FROM \"{run}.NW_Data_customers\"",
        "SELECT customer_id, company_name, city FROM (SELECT * FROM main.NW_Data__customers) AS NW_Data_customers",
        "SELECT NW_Data_customers.customer_id, company_name, city FROM NW_Data__customers NW_Data_customers",
        "WITH NW_Data_customers(customer_id, company_name, city) AS (SELECT 'x', name, sql FROM sqlite_schema) \
         SELECT * FROM NW_Data_customers",
        // Counts and names.
        "SELECT 'x' AS customer_id, 'x' AS company_name, count(*) || 'Canary' AS city FROM NW_Data__products",
        "SELECT 'x' AS customer_id, (SELECT count(*) || 'Canary' FROM main.NW_Data__products) AS company_name, '' AS city",
        "SELECT 'x' AS customer_id, 'Canary' AS company_name, '' AS city WHERE EXISTS (SELECT 1 FROM datasurface_batches)",
        "SELECT name AS customer_id, 'Canary' AS company_name, '' AS city FROM pragma_table_list",
        "SELECT name || 'Canary' AS customer_id, '' AS company_name, '' AS city FROM temp.sqlite_schema",
        "SELECT 'x' AS customer_id, 'Canary' AS company_name, '' AS city FROM sqlite_stmt",
        "SELECT 'x' AS customer_id, 'Canary' AS company_name, '' AS city FROM dbstat",
        "SELECT 'x' AS customer_id, 'Canary' AS company_name, '' AS city FROM sqlite_dbpage",
        "SELECT 'x' AS customer_id, 'Canary' AS company_name, '' AS city FROM bytecode('SELECT 1')",
        // More than one statement, in every disguise.
        "SELECT 1 AS customer_id, $a(') AS v); DELETE FROM main.\"NW_Data__products\"; DELETE FROM main.\"datasurface_batches\"; \
         INSERT INTO main.\"Masked_NW_Data__customers\" SELECT *, 9, NULL FROM (SELECT 'Canary' AS customer_id, $b(') AS v",
        "SELECT 1 AS customer_id, 2 AS company_name, 3 AS city); DELETE FROM main.\"NW_Data__products\"; --",
        "SELECT 1; DELETE FROM main.NW_Data__products",
        "SELECT 1); ATTACH 'file:northwind.db' AS x; SELECT * FROM (SELECT 1",
        "SELECT 1 AS customer_id, 2 AS company_name, 3 AS city) UNION ALL SELECT product_id, product_name, 'x' FROM \
         (SELECT * FROM main.NW_Data__products",
        "SELECT 1 AS customer_id /*",
        // Parameters.
        "SELECT ?1 AS customer_id, :a AS company_name, @b AS city",
        // Statements that do more than read.
        "DELETE FROM main.NW_Data__products RETURNING product_id AS customer_id, product_name AS company_name, 'x' AS city",
        "PRAGMA table_list",
        "VACUUM INTO 'Canary.db'",
        "SELECT load_extension('Canary') AS customer_id, 'Canary' AS company_name, '' AS city",
        "SELECT 'Canary' AS customer_id, sqlite_log(1, 'x') AS company_name, '' AS city",
        "SELECT 'Canary' AS customer_id, fts3_tokenizer('simple') AS company_name, '' AS city",
        "SELECT 'Canary' AS customer_id, readfile('source.db') AS company_name, '' AS city",
        "SELECT 'Canary' AS customer_id, writefile('x', 'y') AS company_name, '' AS city",
        "SELECT 'Canary' AS customer_id, edit('x') AS company_name, '' AS city",
        "SELECT 'Canary' AS customer_id, rtreecheck('main', 'NW_Data__products') AS company_name, '' AS city",
        "SELECT 'Canary' AS customer_id, fts5_locale('a', 'b') AS company_name, '' AS city",
        "EXPLAIN SELECT customer_id, company_name, city FROM NW_Data_customers",
        "INSERT INTO main.NW_Data__products VALUES (9, 'Canary', 1, 1, 1, NULL) RETURNING 'Canary' AS customer_id, '' AS company_name, '' AS city",
        "UPDATE main.NW_Data__products SET product_name = 'Canary' RETURNING 'Canary' AS customer_id, '' AS company_name, '' AS city",
        "SELECT 'Canary' AS customer_id, '' AS company_name, '' AS city\0; DELETE FROM main.NW_Data__products",
        // Other places in a statement where a table is read.
        "SELECT 'Canary' AS customer_id, '' AS company_name, '' AS city WHERE (1, 2, 3, 4, 5, 6) NOT IN main.NW_Data__products",
        "SELECT 'Canary' AS customer_id, '' AS company_name, '' AS city WHERE 'x' NOT IN pragma_table_list('x')",
        "SELECT 'Canary' AS customer_id, '' AS company_name, '' AS city LIMIT (SELECT count(*) FROM NW_Data__products)",
        "SELECT 'Canary' AS customer_id, '' AS company_name, '' AS city ORDER BY (SELECT 1 FROM NW_Data__products)",
        "SELECT 'Canary' AS customer_id, count(*) AS company_name, '' AS city FROM json_each((SELECT json_group_array(1) FROM NW_Data__products))",
        "SELECT 'Canary' AS customer_id, max(1) OVER () AS company_name, '' AS city FROM \"nw_data__PRODUCTS\"",
        "SELECT 'Canary' AS customer_id, '' AS company_name, '' AS city FROM [NW_Data__products]",
        "SELECT 'Canary' AS customer_id, '' AS company_name, '' AS city FROM `NW_Data__products`",
        "SELECT 'Canary' AS customer_id, '' AS company_name, '' AS city FROM /**/main/**/./**/NW_Data__products",
        "SELECT 'Canary' AS customer_id, '' AS company_name, '' AS city FROM TEMP.NW_Data__products",
        "SELECT 'Canary' AS customer_id, '' AS company_name, '' AS city FROM NW_Data_customers NATURAL JOIN NW_Data__products",
        "WITH x AS NOT MATERIALIZED (SELECT 1 FROM NW_Data__products) SELECT 'Canary' AS customer_id, '' AS company_name, '' AS city FROM x",
        "WITH RECURSIVE x(n) AS (SELECT 1 UNION SELECT n FROM x, NW_Data__products) SELECT 'Canary' AS customer_id, n AS company_name, '' AS city FROM x",
        "WITH nw_data_CUSTOMERS AS (SELECT * FROM main.NW_Data__customers) SELECT customer_id, company_name, city FROM NW_DATA_customers",
        "SELECT customer_id, company_name, city FROM main.NW_Data_customers",
        // Earlier versions, and what a version is known by.
        "SELECT customer_id, 'Canary' AS company_name, batch_in AS city FROM NW_Data_customers",
        "SELECT customer_id, 'Canary' AS company_name, city FROM NW_Data_customers WHERE batch_out IS NOT NULL",
        // Names.
        "SELECT 'Canary' AS customer_id, name AS company_name, '' AS city FROM sqlite_master",
        "SELECT 'Canary' AS customer_id, name AS company_name, '' AS city FROM sqlite_temp_master",
        "SELECT 'Canary' AS customer_id, '' AS company_name, '' AS city FROM sqlite_temp_schema",
        "SELECT 'Canary' AS customer_id, '' AS company_name, '' AS city FROM sqlite_stat1",
        "SELECT 'Canary' AS customer_id, name AS company_name, '' AS city FROM pragma_function_list",
        "SELECT 'Canary' AS customer_id, token AS company_name, '' AS city FROM fts3tokenize('simple', 'x')",
        "SELECT 'Canary' AS customer_id, term AS company_name, '' AS city FROM fts5vocab('main', 'NW_Data__products', 'row')",
        "SELECT 'Canary' AS customer_id, '' AS company_name, '' AS city FROM rtree",
    ] {
        assert!(!victim.attack(attack), "it was executed: {attack}");
    }
    assert!(victim.attack(GOOD), "and others go on");
    assert!(!victim.fixture.path("Canary.db").exists());
}

/// Statements as somebody would write them who looks for a way out.
fn statement() -> impl Strategy<Value = String> {
    let table = select(vec![
        "NW_Data_customers",
        "temp.NW_Data_customers",
        "main.NW_Data_customers",
        "NW_Data__customers",
        "main.NW_Data__customers",
        "NW_Data__products",
        "main.\"NW_Data__products\"",
        "c",
        "json_each('[1,2]')",
        "jsonb_tree(jsonb('[1,[2]]'))",
        "json_each((SELECT json_group_array(product_name) FROM NW_Data__products))",
        "(SELECT 1 WHERE 'x' IN NW_Data__products)",
        "dbstat",
        "NW_DATA__customers",
        "(SELECT rtreecheck('main', 'NW_Data__products') AS name)",
        "(VALUES (1))",
        "sqlite_schema",
        "temp.sqlite_schema",
        "pragma_table_info('NW_Data__products')",
        "datasurface_batches",
        "\"Masked_NW_Data__customers\"",
        "\"{run}.NW_Data_customers\"",
    ]);
    let column = select(vec![
        "*",
        "customer_id",
        "company_name",
        "city",
        "product_name",
        "unit_price",
        "name",
        "sql",
        "batch_out",
        "rowid",
        "1",
        "'x'",
        "count(*)",
        "max(company_name)",
        "max(product_name) OVER ()",
        "(SELECT count(*) FROM NW_Data__products)",
        "trim(company_name, 'a')",
        "$a(')",
        "?",
        "NULL",
    ]);
    let alias = select(vec![
        "",
        "",
        " AS NW_Data_customers",
        " AS c",
        " AS \"{run}.NW_Data_customers\"",
        " AS main",
        " AS temp",
    ]);
    let end = select(vec![
        "",
        "",
        "",
        "",
        ";",
        " WHERE 1",
        " GROUP BY 1",
        " ORDER BY 1",
        " LIMIT 5",
        " --",
        " /*",
        ")",
        "; DELETE FROM main.NW_Data__products",
        "); DELETE FROM main.datasurface_batches; SELECT * FROM (SELECT 1",
        " WHERE batch_out IS NOT NULL",
        " UNION SELECT product_id, product_name, unit_price FROM main.NW_Data__products",
    ]);
    let from = (column.clone(), table.clone(), alias.clone(), end.clone())
        .prop_map(|(column, table, alias, end)| format!("SELECT {column} FROM {table}{alias}{end}"));
    let (any_table, any_alias) = (table.clone(), alias.clone());
    let nested = from.prop_recursive(3, 12, 3, move |inner| {
        let name = select(vec![
            "NW_Data_customers",
            "c",
            "main",
            "temp",
            "sqlite_schema",
            "NW_Data__products",
            "\"{run}.NW_Data_customers\"",
        ]);
        let recursive = select(vec!["", " RECURSIVE", " /**/ "]);
        prop_oneof![
            (recursive, name, inner.clone(), inner.clone()).prop_map(
                |(recursive, name, first, then)| format!("WITH{recursive} {name} AS ({first}) {then}")
            ),
            (column.clone(), inner.clone(), alias.clone(), end.clone()).prop_map(
                |(column, inner, alias, end)| format!("SELECT {column} FROM ({inner}){alias}{end}")
            ),
            (inner.clone(), table.clone())
                .prop_map(|(inner, table)| format!("SELECT ({inner}) AS city FROM {table}")),
            (inner.clone(), inner).prop_map(|(one, other)| format!("{one} UNION ALL {other}")),
        ]
    });
    // Most have the three columns that are wanted, so that they get as far as being executed: one in ten does.
    prop_oneof![
        1 => nested.clone(),
        4 => nested.prop_map(|inner| {
            format!("SELECT 'x' AS customer_id, * FROM (SELECT column1 AS company_name, column1 AS city FROM (VALUES (1))), ({inner})")
        }),
        12 => (select(vec!["product_name", "company_name", "count(*)", "max(name)", "1"]), any_table, any_alias).prop_map(
            |(column, table, alias)| {
                format!("SELECT {column} AS customer_id, {column} AS company_name, 'x' AS city FROM {table}{alias}")
            }
        ),
    ]
}

#[test]
fn a_fuzzer_that_knows_the_grammar_finds_no_canary() {
    let victim = Victim::new();
    let executed = AtomicUsize::new(0);
    let cases =
        std::env::var("DATASURFACE_FUZZ_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(300);
    let mut runner =
        TestRunner::new(ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() });
    let ran = runner.run(&statement(), |sql| {
        executed.fetch_add(usize::from(victim.attack(&sql)), Ordering::Relaxed);
        Ok(())
    });
    ran.unwrap_or_else(|failure| panic!("{failure}"));
    let executed = executed.into_inner();
    assert!(
        executed > cases as usize / 30,
        "only {executed} statements were executed: the fuzzer attacks nothing"
    );
}

/// A transformer with limits.
fn limited(select: &'static str, limits: serde_json::Value) -> Fixture {
    let fixture = Fixture::with(&NorthWind { select, limits, ..NorthWind::default() }.example());
    fixture.change_source("INSERT INTO Customers VALUES ('A', 'a', 'x')");
    fixture
}

const ENDLESS: &str = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) \
    SELECT max(n) AS customer_id, 'x' AS company_name, '' AS city FROM r";

#[test]
fn a_statement_without_end_ends() {
    let fixture = limited(ENDLESS, json!({"seconds": 1}));
    let began = Instant::now();
    let report = fixture.try_run().unwrap();
    assert!(began.elapsed() < Duration::from_secs(60));
    assert_eq!(
        report.failures[0].reason,
        "output.Mask [select customers]: it was stopped after 1 s, the setting `transformers.seconds`"
    );
    // The lock is free, and whoever does not need the transformer has data.
    assert_eq!(
        fixture.rows("northwind.db", "SELECT count(*) FROM Sales__analysis__NW_Data__customers"),
        ["1"]
    );
}

#[test]
fn a_statement_that_explodes_while_it_is_compiled_ends() {
    // Each name stands for thirty times as much as the one before.
    let grown = (1..8).map(|level| {
        let read: Vec<String> = (0..30).map(|alias| format!("c{} a{alias}", level - 1)).collect();
        format!("c{level} AS (SELECT max(a0.n) AS n FROM {})", read.join(", "))
    });
    let select = format!(
        "WITH c0 AS (SELECT 1 AS n), {} SELECT 'A' AS customer_id, n AS company_name, '' AS city FROM c7",
        grown.collect::<Vec<_>>().join(", ")
    );
    let fixture = limited(select.leak(), json!({"seconds": 1}));
    let began = Instant::now();
    let report = fixture.try_run().unwrap();
    assert!(began.elapsed() < Duration::from_secs(60));
    let reason = &report.failures[0].reason;
    // SQLite sees it coming; if it did not, the time would run out.
    assert!(reason.contains("nested too deep") || reason.contains("it was stopped after 1 s"), "{reason}");
}

#[test]
fn a_statement_that_takes_all_memory_ends() {
    // Two hundred texts of megabytes, each below the limit of one value: far more than other tests give back meanwhile.
    let parts: Vec<String> = (0..200).map(|part| format!("length(group_concat(x || {part}))")).collect();
    let select = format!(
        "WITH RECURSIVE r(n, x) AS (SELECT 1, hex(zeroblob(500)) UNION ALL SELECT n + 1, x FROM r WHERE n < 3900) \
         SELECT 'A' AS customer_id, {} AS company_name, '' AS city FROM r",
        parts.join(" + ")
    );
    let fixture = limited(select.leak(), json!({"memory_mib": 64}));
    let report = fixture.try_run().unwrap();
    assert_eq!(
        report.failures[0].reason,
        "output.Mask [select customers]: it was stopped: it took more than 64 MiB, the setting `transformers.memory_mib`"
    );
}

#[test]
fn a_value_that_is_too_large_is_refused() {
    let fixture = limited(
        "SELECT 'A' AS customer_id, length(hex(zeroblob(2000000))) AS company_name, '' AS city",
        json!({"value_mib": 1}),
    );
    let report = fixture.try_run().unwrap();
    assert_eq!(report.failures[0].reason, "output.Mask [select customers]: string or blob too big");
}

#[test]
fn a_function_that_nothing_could_stop_is_not_begun() {
    // SQLite goes through the second text for each character of the first one.
    let fixture = limited(
        "SELECT 'A' AS customer_id, trim(hex(zeroblob(2000000)), replace(hex(zeroblob(2000000)), '0', '1') || '0') AS company_name, '' AS city",
        json!({"seconds": 1}),
    );
    let began = Instant::now();
    let report = fixture.try_run().unwrap();
    assert!(began.elapsed() < Duration::from_secs(60));
    let reason = &report.failures[0].reason;
    assert!(reason.contains("the arguments of `trim` are too long together"), "{reason}");
}

#[test]
fn a_function_that_fails_tells_no_value() {
    let fixture = limited(
        "SELECT json_extract('{}', company_name) AS customer_id, '' AS company_name, '' AS city FROM NW_Data_customers",
        json!({}),
    );
    fixture.change_source("UPDATE Customers SET company_name = 'Canary'");
    let report = fixture.try_run().unwrap();
    let reason = &report.failures[0].reason;
    assert!(reason.contains("bad JSON path") && !reason.contains("Canary"), "{reason}");
}

/// Cancels once the transformer has begun.
#[derive(Debug, Default)]
struct Impatient(AtomicUsize);

impl RunObserver for Impatient {
    fn job_started(&self, what: &str) {
        if what == "transform.Mask" {
            self.0.store(1, Ordering::SeqCst);
        }
    }

    fn is_cancelled(&self) -> bool {
        self.0.load(Ordering::SeqCst) > 0
    }
}

#[test]
fn a_run_can_be_cancelled() {
    let fixture = limited(ENDLESS, json!({}));
    let report = fixture.run_watched(&Impatient::default()).unwrap();
    assert_eq!(report.failures[0].reason, "output.Mask [select customers]: the run was cancelled");
    let mended = NorthWind::default().example();
    let before = NorthWind { select: ENDLESS, ..NorthWind::default() }.example();
    fixture.render(&mended, &plan_with(&before, &mended, BTreeMap::new()));
    fixture.run();
}

#[test]
fn limits_that_let_nothing_run_are_refused() {
    for (limits, problem) in [
        (json!({"seconds": 0}), "has `seconds: 0`, with which nothing could run"),
        (json!({"value_mib": 1000}), "has `value_mib: 1000`; SQLite's values have at most 900"),
    ] {
        let config = serde_json::from_value(json!({"database": "a.db", "transformers": limits})).unwrap();
        let instance = PlatformInstance::new(
            "Local".into(),
            "local".into(),
            "1.0.0".parse().unwrap(),
            PlatformDeclaration::new("Local", "local").config().clone(),
        );
        let refused = datasurface_local::LocalPlatform::configure(&instance, config).unwrap_err();
        assert_eq!(refused.to_string(), format!("the setting `transformers` of `Local` {problem}"));
    }
}
