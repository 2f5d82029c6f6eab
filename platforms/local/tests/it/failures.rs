//! What goes wrong: a clear message, nothing half-visible, and the rest goes on.

use crate::{
    example::Example,
    fixture::{Fixture, assert_same, in_container, moved},
    northwind::NorthWind,
};
use datasurface_local::testing::Breakpoint;
use datasurface_platform::{RunReport, RunRequest, graph::Stage, prelude::*};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

fn reasons(report: &RunReport) -> Vec<String> {
    report.failures.iter().map(|failure| format!("{}: {}", failure.job, failure.reason)).collect()
}

/// NorthWind, where somebody wants data of another source, too.
fn with_another_source() -> Example {
    let ecosystem = NorthWind::default().ecosystem().edit_team("USA", "NorthWindTeam", |team| {
        team.container(DataContainer::sqlite("Gone", "gone.db"))
            .datastore(
                Datastore::new("Gone_Data")
                    .captured(Capture::sql_snapshot("USA/NorthWindTeam/Gone"))
                    .dataset(Dataset::new("things", "id Integer key")),
            )
            .workspace(
                Workspace::new("Board")
                    .with_container("USA/NorthWindTeam/Desk")
                    .group(DatasetGroup::new("all").sink("Gone_Data/things")),
            )
    });
    let assignments = NorthWind::assignments()
        .with_group("Local", "Board/all", Stage::Provisioned)
        .with_primary("Local", "Gone_Data", Stage::Provisioned);
    Example::new(ecosystem, &assignments)
}

#[test]
fn a_source_that_is_gone_stops_nobody_else() {
    let fixture = Fixture::with(&with_another_source());
    fixture.change_source("INSERT INTO Customers VALUES ('A', 'a', 'x')");
    let report = fixture.try_run().unwrap();
    let reason = &reasons(&report)[0];
    assert!(
        reason.starts_with("capture.Gone_Data: the source `gone.db` is not there: no such file in"),
        "{reason}"
    );
    assert_eq!(
        moved(&report),
        [
            "NW_Data/customers 1: +1 ~0 -0 =0",
            "NW_Data/products 1: +0 ~0 -0 =0",
            "Gone_Data/things 1: +0 ~0 -0 =0",
            "Masked_NW_Data/customers 1: +1 ~0 -0 =0"
        ]
    );
    assert!(report.datasets[2].failure.is_some());
    let gone =
        fixture.status().sinks.into_iter().find(|sink| sink.dataset == "Gone_Data/things".into()).unwrap();
    assert_eq!(gone.last_batch, None);
    assert!(gone.last_failure.unwrap().contains("gone.db"));
}

#[test]
fn one_bad_record_keeps_its_dataset_as_it_is() {
    let fixture = Fixture::with(&NorthWind { file: "desk.db", ..NorthWind::default() }.example());
    fixture.change_source(
        "INSERT INTO Customers VALUES ('A', 'a', 'x'); INSERT INTO products VALUES (1, 'p', 1, 1)",
    );
    fixture.run();
    let products = "SELECT * FROM Local__NW_Data__products";
    let before = fixture.rows("desk.db", products);
    fixture.change_source(
        "UPDATE Customers SET city = 'y';
         ALTER TABLE products RENAME TO p;
         CREATE TABLE products AS SELECT * FROM p UNION ALL SELECT * FROM p",
    );
    let report = fixture.try_run().unwrap();
    let reason = &reasons(&report)[0];
    let expected = "capture.NW_Data: table.NW_Data.products [load]: UNIQUE constraint failed: NW_Data__products.stage.product_id";
    assert!(reason.starts_with(expected), "{reason}");
    assert_eq!(moved(&report)[0], "NW_Data/customers 2: +0 ~1 -0 =0", "the other dataset goes on");
    assert_eq!(fixture.rows("desk.db", products), before);
    fixture.change_source("DELETE FROM products WHERE rowid = 2");
    assert_eq!(moved(&fixture.run())[1], "NW_Data/products 1: +0 ~0 -0 =1", "nothing is new");
}

#[test]
fn a_row_that_moves_while_it_is_captured_is_in_one_place() {
    let example = NorthWind {
        select: "SELECT customer_id, company_name, city FROM NW_Data_customers",
        ..NorthWind::default()
    }
    .example();
    let fixture = Fixture::with(&example);
    fixture.change_source(
        "PRAGMA journal_mode = WAL; INSERT INTO Customers VALUES ('7', 'a', 'x'), ('8', 'b', 'x');",
    );
    let source = fixture.path("source.db");
    let moved_it = AtomicBool::new(false);
    let fixture = fixture.stopping_at(Breakpoint::new(move |what| {
        if what == "table.NW_Data.customers [load]" && !moved_it.swap(true, Ordering::SeqCst) {
            let writer = rusqlite::Connection::open(&source).unwrap();
            writer
                .execute_batch(
                    "BEGIN; DELETE FROM Customers WHERE customer_id = '8';
                     INSERT INTO products VALUES (8, 'b', 1, 1); COMMIT",
                )
                .unwrap();
        }
    }));
    let places = || {
        let customers = fixture.rows(
            "northwind.db",
            "SELECT * FROM Sales__analysis__NW_Data__customers WHERE customer_id = '8'",
        );
        let products = fixture.rows("northwind.db", "SELECT * FROM Sales__analysis__NW_Data__products");
        (customers.len(), products.len())
    };
    fixture.run();
    assert_eq!(places(), (1, 0));
    fixture.run();
    assert_eq!(places(), (0, 1));
}

#[test]
fn a_transformer_reads_its_inputs_and_nothing_else() {
    for select in [
        "SELECT customer_id, company_name, city FROM NW_Data__customers",
        "SELECT customer_id, company_name, city FROM main.NW_Data__customers",
        "SELECT 'a' AS customer_id, 'b' AS company_name, count(*) AS city FROM NW_Data__products",
        "SELECT name AS customer_id, sql AS company_name, '' AS city FROM sqlite_schema",
        "SELECT name AS customer_id, 'x' AS company_name, '' AS city FROM temp.sqlite_schema",
        "SELECT file AS customer_id, 'x' AS company_name, '' AS city FROM pragma_database_list",
        "SELECT customer_id, company_name, city FROM Masked_NW_Data__customers",
        "SELECT customer_id, company_name, (SELECT count(*) FROM datasurface_batches) AS city FROM NW_Data_customers",
        "WITH c AS (SELECT job FROM datasurface_runs) SELECT job AS customer_id, 'x' AS company_name, '' AS city FROM c",
        "SELECT customer_id, company_name, city FROM container.Local__NW_Data__products, NW_Data_customers",
    ] {
        for file in ["northwind.db", "desk.db"] {
            if file == "northwind.db" && select.contains("container.") {
                continue;
            }
            let fixture = Fixture::with(&NorthWind { select, file, ..NorthWind::default() }.example());
            fixture.change_source("INSERT INTO Customers VALUES ('A', 'a', 'x')");
            let report = fixture.try_run().unwrap();
            let reasons = reasons(&report);
            assert_eq!(reasons.len(), 1, "{select}");
            let (job, reason) = reasons[0].split_once(" [select customers]: ").unwrap();
            assert_eq!(job, "transform.Mask: output.Mask");
            let is_refused =
                reason.starts_with("the transformer uses ") || reason.starts_with("no such table: ");
            assert!(is_refused, "{select}: {reason}");
            let masked = "SELECT * FROM Marketing__masked__Masked_NW_Data__customers";
            assert!(fixture.rows(file, &in_container(file, masked)).is_empty(), "{select}");
        }
    }
}

#[test]
fn what_a_select_may_do_with_its_inputs_works() {
    for select in [
        "WITH c AS (SELECT * FROM NW_Data_customers) SELECT customer_id, upper(company_name) AS company_name, city FROM c",
        "SELECT 'A' AS customer_id, count(*) AS company_name, '' AS city FROM NW_Data_customers",
        "WITH one AS (SELECT 1) SELECT 'A' AS customer_id, 'x' AS company_name, '' AS city FROM one",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3) \
         SELECT i AS customer_id, company_name, city FROM n, NW_Data_customers",
        "SELECT value AS customer_id, company_name, city FROM NW_Data_customers, json_each('[1,2]')",
        "SELECT a.customer_id, b.company_name, a.city FROM nw_data_CUSTOMERS a JOIN NW_Data_customers b USING (customer_id)",
        "SELECT customer_id, company_name, row_number() OVER (ORDER BY customer_id) AS city FROM NW_Data_customers",
        "SELECT column1 AS customer_id, 'x' AS company_name, '' AS city FROM (VALUES (1), (2))",
        "SELECT value AS customer_id, rtrim(company_name, 'x') AS company_name, city FROM NW_Data_customers, jsonb_each('[1,2]')",
        "SELECT replace(customer_id, 'A', 'B') AS customer_id, json_patch('{}', '{\"a\":1}') ->> 'a' AS company_name, city FROM NW_Data_customers",
    ] {
        let fixture = Fixture::with(&NorthWind { select, ..NorthWind::default() }.example());
        fixture.change_source("INSERT INTO Customers VALUES ('A', 'a', 'x')");
        fixture.run();
        let masked = "SELECT * FROM Marketing__masked__Masked_NW_Data__customers";
        assert!(!fixture.rows("northwind.db", masked).is_empty(), "{select}");
    }
}

#[test]
fn a_source_that_never_ends_is_given_up() {
    const ROWS: &str = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r)";
    for select in ["n AS product_id", "max(n) AS product_id"] {
        let fixture = Fixture::with(&NorthWind { read_seconds: Some(1), ..NorthWind::default() }.example());
        fixture.change_source(&format!(
            "DROP TABLE products;
             CREATE VIEW products AS {ROWS} SELECT {select}, 'x' AS product_name, 1 AS unit_price, 1.0 AS weight FROM r"
        ));
        let began = Instant::now();
        let report = fixture.try_run().unwrap();
        assert!(began.elapsed() < Duration::from_secs(60));
        assert_eq!(
            reasons(&report)[0],
            "capture.NW_Data: reading \"products\" of the source `source.db`: it took longer than 1 s, the setting \
             `sqlite_statement_timeout_seconds`"
        );
        // A single function cannot be stopped, so it is not begun.
        let long = "trim(hex(zeroblob(2000000)), replace(hex(zeroblob(2000000)), '0', '1') || '0')";
        fixture.change_source(&format!(
            "DROP VIEW products; CREATE VIEW products AS SELECT 1 AS product_id, {long} AS product_name, 1 AS unit_price, 1.0 AS weight"
        ));
        let reasons = reasons(&fixture.try_run().unwrap());
        assert!(reasons[0].contains("the arguments of `trim` are too long together"), "{reasons:?}");
        fixture.change_source(
            "DROP VIEW products; CREATE TABLE products (product_id, product_name, unit_price, weight)",
        );
        fixture.run();
    }
}

#[test]
fn two_runs_at_once_are_one_too_many() {
    let fixture = Fixture::with(&NorthWind::default().example());
    fixture.change_source("INSERT INTO Customers VALUES ('A', 'a', 'x')");
    let said = Arc::new(Mutex::new(None));
    let (saying, folder) = (Arc::clone(&said), fixture.path(""));
    let fixture = fixture.stopping_at(Breakpoint::new(move |_| {
        let mut said = saying.lock().unwrap();
        if said.is_none() {
            *said = Some(Fixture::at(folder.clone()).try_run().unwrap_err().report());
        }
    }));
    fixture.run();
    let said = said.lock().unwrap().clone();
    assert_eq!(said.as_deref(), Some("another run is at work on `northwind.db`; wait until it has ended"));
}

#[test]
fn a_locked_file_of_a_consumer_is_filled_when_it_is_free() {
    let fixture = Fixture::with(&NorthWind { file: "desk.db", ..NorthWind::default() }.example());
    fixture.change_source("INSERT INTO Customers VALUES ('A', 'a', 'x')");
    let consumer = fixture.open("desk.db");
    consumer.execute_batch("BEGIN IMMEDIATE").unwrap();
    let reasons = reasons(&fixture.try_run().unwrap());
    assert_eq!(
        reasons[0],
        "copy.USA/NorthWindTeam/Desk.NW_Data.customers: copy.USA/NorthWindTeam/Desk.NW_Data.customers [apply]: somebody \
         else has had the database locked for 5 seconds"
    );
    consumer.execute_batch("ROLLBACK").unwrap();
    let live = "SELECT * FROM Local__Sales__analysis__NW_Data__customers";
    assert_eq!(fixture.rows("desk.db", live), [] as [&str; 0]);
    fixture.run();
    assert_eq!(fixture.rows("desk.db", live), ["A|a|x"]);
}

#[test]
fn folders_of_files_are_made() {
    let fixture = Fixture::with(&NorthWind { file: "data/of/the/desk.db", ..NorthWind::default() }.example());
    fixture.change_source("INSERT INTO Customers VALUES ('A', 'a', 'x')");
    fixture.run();
    let live = "SELECT * FROM Local__Sales__analysis__NW_Data__customers";
    assert_eq!(fixture.rows("data/of/the/desk.db", live), ["A|a|x"]);
}

#[test]
fn nothing_runs_where_nothing_was_applied() {
    let example = NorthWind::default().example();
    let fixture = Fixture::new();
    fixture.render(&example, &Plan::default());
    let error = fixture.try_run().unwrap_err();
    assert_eq!(error.report(), "nothing was applied to `northwind.db` yet; apply what was rendered first");
    assert!(!fixture.path("northwind.db").exists());
}

/// What was in files, if they were there.
type Files = Vec<(&'static str, Option<Vec<u8>>)>;

/// Two batches in a file of the consumer, and the files of the platform as they were after the first one.
fn two_batches() -> (Fixture, Files) {
    let fixture = Fixture::with(&NorthWind::in_a_file().example());
    let mut kept = Vec::new();
    for name in ["a", "b"] {
        fixture.change_source(&format!("INSERT INTO Customers VALUES ('{name}', 'a', 'x')"));
        fixture.run();
        if kept.is_empty() {
            let files = ["northwind.db", "northwind.db-wal", "northwind.db-shm"].into_iter();
            kept = files.map(|file| (file, std::fs::read(fixture.path(file)).ok())).collect();
        }
    }
    (fixture, kept)
}

const KEPT: &str = "SELECT customer_id, batch_in, batch_out FROM Local__NW_Data__customers ORDER BY 1, 2";

#[test]
fn a_platform_that_lost_its_database_goes_on_counting_and_its_consumers_keep_what_they_have() {
    let (fixture, files) = two_batches();
    for (file, _) in files {
        let _ = std::fs::remove_file(fixture.path(file));
    }
    fixture.apply_plan(&Plan::default()).unwrap();
    assert_eq!(fixture.rows("desk.db", KEPT), ["a|1|-", "b|2|-"]);
    fixture.change_source("DELETE FROM Customers WHERE customer_id = 'b'");
    assert_eq!(moved(&fixture.run())[0], "NW_Data/customers 3: +1 ~0 -0 =0");
    assert_eq!(fixture.rows("desk.db", KEPT), ["a|1|3", "a|3|-", "b|2|3"]);
    assert_eq!(
        fixture.rows("desk.db", "SELECT * FROM Local__Marketing__masked__Masked_NW_Data__customers"),
        ["a|***|x"]
    );
    assert!(moved(&fixture.run()).iter().all(|line| line.contains("+0 ~0 -0")));
}

#[test]
fn an_older_database_of_the_platform_is_not_mixed_with_what_came_of_a_newer_one() {
    let (fixture, files) = two_batches();
    for (file, bytes) in files {
        match bytes {
            Some(bytes) => std::fs::write(fixture.path(file), bytes).unwrap(),
            None => _ = std::fs::remove_file(fixture.path(file)),
        }
    }
    let report = fixture.try_run().unwrap();
    let expected = "is at batch 2, but the platform's database is at 1";
    assert!(reasons(&report)[0].contains(expected), "{:?}", reasons(&report));
    assert_eq!(fixture.rows("desk.db", KEPT), ["a|1|-", "b|2|-"]);
}

/// As many customers as do not fit into what is left.
const MANY: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000)
    INSERT INTO Customers SELECT 'N' || i, 'name', 'city' FROM n";

#[test]
fn a_full_disk_shows_nothing_by_half() {
    let example = || NorthWind::in_a_file().example();
    let fixture = Fixture::with(&example());
    fixture.change_source("INSERT INTO Customers VALUES ('A', 'a', 'x')");
    fixture.run();
    fixture.change_source(MANY);
    for (full, pages, failing) in [
        ("temp", 10, "capture.NW_Data: table.NW_Data.customers [load]: the disk is full"),
        ("northwind.db", 1, "capture.NW_Data: table.NW_Data.customers [merge]: the disk is full"),
        (
            "desk.db",
            1,
            "copy.USA/NorthWindTeam/Desk.NW_Data.customers: copy.USA/NorthWindTeam/Desk.NW_Data.customers [apply]: the disk is full",
        ),
    ] {
        let before = fixture.everything();
        let room = Breakpoint::default().with_page_limit(move |file| (file == full).then_some(pages));
        let reasons = reasons(&Fixture::at(fixture.path("")).stopping_at(room).try_run().unwrap());
        assert!(reasons[0].starts_with(failing), "{full}: {reasons:?}");
        let after = fixture.everything();
        match full {
            // What arrived in the platform's database stays; the consumer sees what it saw.
            "desk.db" => {
                let shown = |all: Vec<String>| {
                    all.into_iter().filter(|line| line.starts_with("desk.db")).collect::<Vec<_>>()
                };
                assert_same(&shown(after), &shown(before), full);
            }
            _ => assert_same(&after, &before, full),
        }
    }
    fixture.run();
    let uninterrupted = Fixture::with(&example());
    uninterrupted.change_source("INSERT INTO Customers VALUES ('A', 'a', 'x')");
    uninterrupted.run();
    uninterrupted.change_source(MANY);
    uninterrupted.run();
    assert_same(&fixture.everything(), &uninterrupted.everything(), "with room again");
}

#[test]
fn a_full_disk_while_a_transformer_works_shows_nothing_by_half() {
    let fixture = Fixture::with(&NorthWind::default().example());
    fixture.change_source("INSERT INTO Customers VALUES ('A', 'a', 'x')");
    fixture.run();
    fixture.change_source(MANY);
    fixture.ask(&RunRequest::once().select("NW_Data"));
    // What it makes is staged beside the database.
    let room = Breakpoint::default().with_page_limit(|file| (file == "temp").then_some(10));
    let report = Fixture::at(fixture.path("")).stopping_at(room).ask(&RunRequest::once().select("Mask"));
    let reasons = reasons(&report);
    assert_eq!(reasons.len(), 1, "{reasons:?}");
    assert!(
        reasons[0].starts_with("transform.Mask: table.Masked_NW_Data.customers [load]: the disk is full"),
        "{reasons:?}"
    );
    let count = |view: &str| fixture.rows("northwind.db", &format!("SELECT count(*) FROM {view}"));
    let masked = "Marketing__masked__Masked_NW_Data__customers";
    assert_eq!(count("Sales__analysis__NW_Data__customers"), ["3001"]);
    assert_eq!(count(masked), ["1"]);
    fixture.run();
    assert_eq!(count(masked), ["3001"]);
}

#[test]
fn what_a_source_lacks_is_named_and_nothing_arrives_until_it_is_there() {
    for (change, expected, mended) in [
        (
            "ALTER TABLE Customers RENAME COLUMN city TO town",
            "capture.NW_Data: reading \"Customers\" of the source `source.db`: no such column: \"city\"",
            "ALTER TABLE Customers RENAME COLUMN town TO city",
        ),
        (
            "ALTER TABLE products RENAME TO goods",
            "capture.NW_Data: reading \"products\" of the source `source.db`: no such table: products",
            "ALTER TABLE goods RENAME TO products",
        ),
    ] {
        let fixture = Fixture::with(&NorthWind::in_a_file().example());
        fixture.change_source("INSERT INTO Customers VALUES ('A', 'a', 'x')");
        fixture.run();
        let before = fixture.everything();
        fixture.change_source("UPDATE Customers SET company_name = 'b'");
        fixture.change_source(change);
        assert_eq!(reasons(&fixture.try_run().unwrap()), [expected]);
        assert_same(&fixture.everything(), &before, change);
        fixture.change_source(mended);
        assert_eq!(moved(&fixture.run())[0], "NW_Data/customers 2: +0 ~1 -0 =0");
    }
}

#[test]
fn a_locked_database_is_waited_for_and_then_said() {
    let fixture = Fixture::with(&NorthWind::default().example());
    fixture.change_source("INSERT INTO Customers VALUES ('A', 'a', 'x')");
    let locked = "somebody else has had the database locked for 5 seconds";

    let source = fixture.open("source.db");
    source.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let before = fixture.everything();
    let of_source = reasons(&fixture.try_run().unwrap());
    assert_eq!(
        of_source,
        [format!("capture.NW_Data: reading \"Customers\" of the source `source.db`: {locked}")]
    );
    assert_eq!(fixture.everything(), before);
    source.execute_batch("ROLLBACK").unwrap();

    let own = fixture.open("northwind.db");
    own.execute_batch("BEGIN IMMEDIATE").unwrap();
    let of_own = reasons(&fixture.try_run().unwrap());
    assert!(of_own[0].starts_with("capture.NW_Data: ") && of_own[0].ends_with(locked), "{of_own:?}");
    own.execute_batch("ROLLBACK").unwrap();
    assert_eq!(fixture.everything(), before);

    assert_eq!(moved(&fixture.run())[0], "NW_Data/customers 1: +1 ~0 -0 =0");
}

#[test]
fn what_has_another_type_than_the_model_says_is_not_taken() {
    for (change, expected) in [
        ("INSERT INTO products SELECT 1, x'00', 1, 1", "product_name VarChar(40)"),
        ("INSERT INTO products VALUES (1, 'p', 1, 'heavy')", "weight Double"),
        (
            "ALTER TABLE products RENAME TO p; CREATE TABLE products AS SELECT 'one' AS product_id, \
             NULL AS product_name, 1 AS unit_price, 1 AS weight",
            "product_id Integer",
        ),
    ] {
        let fixture = Fixture::with(&NorthWind::default().example());
        fixture.change_source("INSERT INTO Customers VALUES ('A', 'a', 'x')");
        fixture.run();
        let shown = |all: Vec<String>| -> Vec<String> {
            all.into_iter().filter(|line| !line.contains("datasurface_behind")).collect()
        };
        let before = fixture.everything();
        fixture.change_source(change);
        let reasons = reasons(&fixture.try_run().unwrap());
        let rule = format!("`{expected}` must have a value of its type: 1 row");
        assert_eq!(reasons, [format!("capture.NW_Data: `NW_Data/products` fails the rule that {rule}")]);
        assert_eq!(shown(fixture.everything()), shown(before));
    }
}
