//! Rows that a dataset sets aside: in no view, closed like the dataset, purged with it, and counted.

use crate::{
    example::{Example, plan},
    fixture::{Fixture, moved},
    site::script,
    types::{fixture, of, reasons},
};
use datasurface_platform::prelude::*;

const SCHEMA: &str = "id Integer key, v Decimal(5,2)";

fn b() -> Dataset {
    Dataset::new("b", "id Integer key, v VarChar(9)")
}

fn a(invalid_rows: InvalidRows) -> Dataset {
    Dataset::new("a", SCHEMA).with_invalid_rows(invalid_rows)
}

fn example() -> Example {
    of(a(InvalidRows::SetAside), b())
}

const VIEW: &str = "SELECT * FROM W__all__S__a ORDER BY 1";
const REJECTED: &str = "SELECT \"row\", \"column\", rule, \"rows\", batch_in, batch_out FROM \"S__a.rejected\" ORDER BY batch_in, \"row\"";
const PRECISION: &str = "must have no digits that its type has no room for";
const RANGE: &str = "must be within the range of its type";

fn rejected(fixture: &Fixture) -> Vec<u64> {
    fixture.status().sinks.into_iter().map(|sink| sink.rejected).collect()
}

#[test]
fn rows_that_break_a_type_are_set_aside_and_closed_like_the_dataset() {
    let fixture = fixture(&example());
    fixture.change_source(
        "INSERT INTO a VALUES (2, 1.239), (3, 99999999999.5), (4, 5); INSERT INTO a VALUES (5, 'a' || char(0) || x'ff')",
    );
    let report = fixture.run();
    assert_eq!(report.datasets[0].rejected, 3);
    assert_eq!(moved(&report), ["S/a 1: +2 ~0 -0 =0", "S/b 1: +1 ~0 -0 =0"]);
    assert_eq!(fixture.rows("northwind.db", VIEW), ["1|-", "4|5.00"]);
    assert_eq!(
        fixture.rows("northwind.db", REJECTED),
        [
            format!("{{\"id\":2,\"v\":1.239}}|v|{PRECISION}|1|1|-"),
            format!("{{\"id\":3,\"v\":99999999999.5}}|v|{RANGE}|1|1|-"),
            "{\"id\":5,\"v\":{\"hex\":\"6100ff\"}}|v|must be text in UTF-8|1|1|-".to_owned(),
        ]
    );
    assert_eq!(rejected(&fixture), [3, 0]);
    assert_eq!(moved(&fixture.run())[0], "S/a 1: +0 ~0 -0 =2", "nothing is new");

    fixture.change_source(
        "UPDATE a SET v = 1.25 WHERE id = 2; DELETE FROM a WHERE id = 3; UPDATE a SET v = 0.001 WHERE id = 4",
    );
    let report = fixture.run();
    assert_eq!(report.datasets[0].rejected, 2);
    assert_eq!(fixture.rows("northwind.db", VIEW), ["1|-", "2|1.25"], "what is set aside is gone");
    let batches =
        "SELECT json_extract(\"row\", '$.id'), batch_in, batch_out FROM \"S__a.rejected\" ORDER BY 1";
    assert_eq!(fixture.rows("northwind.db", batches), ["2|1|2", "3|1|2", "4|2|-", "5|1|-"]);
    fixture.change_source("INSERT INTO a VALUES (6, 0.001)");
    assert_eq!(moved(&fixture.run())[0], "S/a 3: +0 ~0 -0 =2", "a row that is set aside is a batch, too");
}

#[test]
fn rejected_rows_are_in_no_view_and_go_with_earlier_versions() {
    let fixture = fixture(&of(a(InvalidRows::SetAside), b()));
    fixture.change_source("INSERT INTO a VALUES (2, 1.239)");
    fixture.run();
    let views = fixture.rows("northwind.db", "SELECT sql FROM sqlite_schema WHERE type = 'view'");
    assert!(!views.is_empty() && views.iter().all(|view| !view.contains("rejected")), "{views:?}");
    let live = script(&live_only().rendering(), "table.S.a");
    assert!(live.section("forget").unwrap().contains("\"S__a.rejected\""));
}

/// The same, where nobody wants history.
fn live_only() -> Example {
    crate::types::wanted(a(InvalidRows::SetAside), b(), Milestoning::Live)
}

#[test]
fn earlier_rejected_rows_are_forgotten_where_nobody_wants_history() {
    let fixture = fixture(&live_only());
    fixture.change_source("INSERT INTO a VALUES (2, 1.239)");
    fixture.run();
    fixture.change_source("DELETE FROM a WHERE id = 2");
    fixture.run();
    assert_eq!(fixture.rows("northwind.db", REJECTED), [] as [&str; 0]);
}

#[test]
fn what_must_not_be_null_is_set_aside_and_a_key_that_comes_twice_is_not() {
    let strict =
        Dataset::new("a", "id Integer key, v Integer not null").with_invalid_rows(InvalidRows::SetAside);
    let fixture = fixture(&of(strict, b()));
    fixture.change_source("INSERT INTO a VALUES (2, 2)");
    assert_eq!(fixture.run().datasets[0].rejected, 1);
    assert_eq!(fixture.rows("northwind.db", VIEW), ["2|2"]);
    fixture.change_source(
        "ALTER TABLE a RENAME TO old; CREATE TABLE a AS SELECT * FROM old UNION ALL SELECT * FROM old",
    );
    let reasons = reasons(&fixture.try_run().unwrap());
    assert!(reasons[0].contains("UNIQUE constraint failed: S__a.stage.id"), "{reasons:?}");
    assert_eq!(fixture.rows("northwind.db", VIEW), ["2|2"]);
}

#[test]
fn the_same_row_more_than_once_is_counted() {
    let fixture = fixture(&example());
    fixture.change_source(
        "ALTER TABLE a RENAME TO old; CREATE TABLE a AS SELECT * FROM old; INSERT INTO a VALUES (2, 0.001), (2, 0.001)",
    );
    assert_eq!(fixture.run().datasets[0].rejected, 2);
    assert_eq!(fixture.run().datasets[0].rejected, 2);
    assert_eq!(fixture.rows("northwind.db", "SELECT \"rows\" FROM \"S__a.rejected\""), ["2"]);
}

#[test]
fn it_can_be_asked_for_later_and_taken_back() {
    let (fails, sets_aside) = (of(a(InvalidRows::Fail), b()), example());
    let steps = plan(&fails, &sets_aside);
    assert_eq!(steps.to_string(), "update  table table.S.a, in place: differs in sets_aside");
    let fixture = fixture(&fails);
    fixture.change_source("INSERT INTO a VALUES (2, 1.239)");
    assert_eq!(fixture.try_run().unwrap().failures.len(), 1);
    fixture.apply(Some((&fails, "1")), (&sets_aside, "2"));
    assert_eq!(fixture.run().datasets[0].rejected, 1);
    fixture.apply(Some((&sets_aside, "2")), (&fails, "3"));
    let tables = "SELECT name FROM sqlite_schema WHERE name LIKE '%rejected'";
    assert_eq!(fixture.rows("northwind.db", tables), [] as [&str; 0]);
    assert_eq!(fixture.try_run().unwrap().failures.len(), 1);
    assert_eq!(fixture.rows("northwind.db", VIEW), ["1|-"]);
}

#[test]
fn with_a_watermark_a_row_stays_set_aside_until_it_is_read_again() {
    let schema = "id Integer key, v Decimal(5,2), version Integer";
    let dataset = Dataset::new("a", schema).with_invalid_rows(InvalidRows::SetAside);
    let fixture = Fixture::with(&crate::types::by_version(dataset));
    fixture.change_source(
        "CREATE TABLE a (id INTEGER PRIMARY KEY, v, version INTEGER);
         INSERT INTO a VALUES (1, 1, 1), (2, 0.001, 1), (3, 3, 1)",
    );
    fixture.run();
    fixture.change_source("UPDATE a SET v = 0.003, version = 2 WHERE id = 3");
    assert_eq!(fixture.run().datasets[0].rejected, 2, "it was not read, and stays");
    assert_eq!(fixture.rows("northwind.db", "SELECT id FROM W__all__S__a ORDER BY 1"), ["1"]);
    fixture.change_source("UPDATE a SET v = 2, version = 3 WHERE id = 2");
    assert_eq!(fixture.run().datasets[0].rejected, 1);
    assert_eq!(fixture.rows("northwind.db", "SELECT id FROM W__all__S__a ORDER BY 1"), ["1", "2"]);
}

#[test]
fn rejected_rows_are_purged_with_the_dataset() {
    let example = crate::types::kept_for(a(InvalidRows::SetAside), Retention::days(30));
    let mut fixture = Fixture::with(&example);
    fixture.change_source(
        "CREATE TABLE a (id INTEGER PRIMARY KEY, v); INSERT INTO a VALUES (1, 1), (2, 0.001), (3, 0.003)",
    );
    fixture.run();
    fixture.now = "2026-11-22T10:00:00Z".to_owned();
    fixture.change_source("DELETE FROM a WHERE id = 2");
    fixture.run();
    fixture.now = "2026-11-23T10:00:00Z".to_owned();
    fixture.change_source("UPDATE a SET v = 2 WHERE id = 1");
    fixture.run();
    let ids = "SELECT json_extract(\"row\", '$.id') FROM \"S__a.rejected\" ORDER BY 1";
    assert_eq!(fixture.rows("northwind.db", ids), ["2", "3"]);
    // In steps: a clock that jumps ahead purges nothing.
    for day in ["2026-11-29", "2026-12-05", "2026-12-11", "2026-12-17", "2026-12-23", "2026-12-29"] {
        fixture.now = format!("{day}T10:00:00Z");
        fixture.run();
    }
    assert_eq!(fixture.rows("northwind.db", ids), ["3"], "what is still rejected stays");
}
