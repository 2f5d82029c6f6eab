//! What somebody dropped, changed, or put where something was rendered on a server.

use super::desk::{self, Desk};
use crate::{flows::CUSTOMERS, ground::Ground, northwind::NorthWind};
use datasurface_platform::{RunRequest, prelude::*};

const TABLE: &str = "local__nw_data__customers";
const VIEW: &str = "local__sales__analysis__nw_data__customers";
const NOTHING: [&str; 0] = [];

/// A consumer that was served twice.
fn served(desk: &Desk) -> Ground {
    let ground =
        desk.ground(&NorthWind { milestoning: Milestoning::LiveAndForensic, ..NorthWind::default() });
    ground.change_source(CUSTOMERS);
    ground.run();
    ground.change_source("UPDATE Customers SET city = 'Ulm' WHERE customer_id = 'ALFKI'");
    ground.run();
    assert_eq!(told(&ground), NOTHING);
    ground
}

/// What a status tells of what drifted, and whether the next run makes it again.
fn told(ground: &Ground) -> Vec<String> {
    let drifted = ground.status().drifted.into_iter();
    drifted
        .map(|drifted| format!("{} {}: {}", drifted.is_repaired_by_run, drifted.resource, drifted.problem))
        .collect()
}

#[test]
fn what_was_dropped_or_altered_is_missed_and_made_again() {
    for (sql, expected) in [
        (format!("DROP VIEW {VIEW}"), "was dropped: the next run makes it again"),
        (
            format!("DROP TABLE {TABLE} CASCADE"),
            "was dropped: the next run makes it again, from the platform's own database",
        ),
        (
            format!("ALTER TABLE {TABLE} RENAME COLUMN city TO town"),
            "was altered (columns that are missing: city; columns that nobody rendered: town): the next run makes it again",
        ),
        (
            format!("ALTER TABLE {TABLE} DROP COLUMN city CASCADE"),
            "was altered (columns that are missing: city; columns that nobody rendered: none): the next run makes it again",
        ),
        (
            format!(
                "CREATE OR REPLACE VIEW {VIEW} AS SELECT customer_id, company_name, city FROM {TABLE} WHERE batch_out IS NULL AND city <> 'Ulm'"
            ),
            "local__sales__analysis__nw_data__customers` of `drifted` at 127.0.0.1",
        ),
        (
            format!(
                "CREATE OR REPLACE VIEW {VIEW}__history AS SELECT customer_id, company_name, city, batch_in, batch_in AS batch_out FROM {TABLE}"
            ),
            "was altered: the next run makes it again",
        ),
        (
            format!(
                "DROP VIEW {VIEW}; CREATE VIEW {VIEW} AS SELECT city::varchar(2), company_name, customer_id FROM {TABLE}"
            ),
            "was altered: the next run makes it again",
        ),
        (
            format!("DROP VIEW {VIEW}, {VIEW}__history; ALTER TABLE {TABLE} ALTER COLUMN city TYPE char(20)"),
            "was altered (columns of another type: city, character(20) instead of text): the next run makes it again",
        ),
        (
            format!("ALTER VIEW {VIEW} SET (security_barrier)"),
            "was altered (options that nobody rendered: security_barrier=true): the next run makes it again",
        ),
        (
            // Whoever reads the view would need rights on the table.
            format!(
                "DO $$ BEGIN IF current_setting('server_version_num')::int >= 150000 THEN
                     ALTER VIEW {VIEW}__history SET (security_invoker = on);
                 ELSE ALTER VIEW {VIEW}__history SET (security_barrier = on); END IF; END $$"
            ),
            "__history` of `drifted` at 127.0.0.1",
        ),
        (
            format!("ALTER TABLE {TABLE} ALTER COLUMN city SET NOT NULL"),
            "was altered (columns that nobody rendered as NOT NULL: city): the next run makes it again",
        ),
        (
            format!("ALTER TABLE {TABLE} DROP CONSTRAINT {TABLE}_pkey"),
            "was altered (another primary key: none): the next run makes it again",
        ),
        (
            format!(
                "ALTER TABLE {TABLE} ADD CONSTRAINT short CHECK (length(city) < 30), ADD UNIQUE (batch_in, customer_id)"
            ),
            "was altered (constraints that nobody rendered: local__nw_data__customers_batch_in_customer_id_key, short): the next run makes it again",
        ),
        (
            format!("CREATE UNIQUE INDEX theirs ON {TABLE} (customer_id, batch_in, city)"),
            "was altered (constraints that nobody rendered: theirs): the next run makes it again",
        ),
        ("DROP TABLE datasurface_applied".to_owned(), "the book `datasurface_applied` of"),
        (
            format!("DROP TABLE datasurface_aside, {TABLE} CASCADE"),
            "was dropped: the next run makes it again",
        ),
    ] {
        let Some(desk) = Desk::new("drifted") else { return };
        let ground = served(&desk);
        let before = {
            let mut all = desk::everything(&mut desk.owner());
            all.sort();
            all
        };
        let mut writer = desk.owner();
        writer.batch_execute(&format!("SET ROLE writer; {sql}")).unwrap();
        let said = told(&ground);
        assert!(said.iter().any(|said| said.starts_with("true ") && said.contains(expected)), "{said:?}");
        assert!(!said.iter().any(|said| said.starts_with("false ")), "{said:?}");
        std::fs::rename(ground.path("source.db"), ground.path("away.db")).unwrap();
        let report = ground.ask(&RunRequest::once().resync("Marketing"));
        assert_eq!(report.failures, [], "{sql}: no producer is asked");
        assert_eq!(told(&ground), NOTHING, "{sql}");
        std::fs::rename(ground.path("away.db"), ground.path("source.db")).unwrap();
        ground.run();
        let mut after = desk::everything(&mut desk.owner());
        after.sort();
        crate::ground::assert_same(&after, &before, &sql);
    }
}

#[test]
fn what_somebody_else_put_there_fails_and_stays() {
    for (sql, expected) in [
        (
            format!("DROP VIEW {VIEW}; CREATE TABLE {VIEW} (x int); INSERT INTO {VIEW} VALUES (1)"),
            "a table of somebody else",
        ),
        (format!("DROP VIEW {VIEW}; CREATE VIEW {VIEW} AS SELECT 1 AS x"), "not the one that was rendered"),
        (
            format!(
                "DROP VIEW {VIEW}; CREATE VIEW {VIEW} AS SELECT 'a'::text AS customer_id, 'b'::text AS company_name, 'c'::text AS city"
            ),
            "not the one that was rendered",
        ),
        (
            // What is dropped beside it is not made again with the same statements.
            format!(
                "CREATE TABLE theirs (LIKE {TABLE}); DROP VIEW {VIEW}__history; DROP VIEW {VIEW};
                 CREATE VIEW {VIEW} AS SELECT customer_id, company_name, city FROM theirs"
            ),
            "not the one that was rendered",
        ),
        (
            format!("DROP TABLE {TABLE} CASCADE; CREATE VIEW {TABLE} AS SELECT 1 AS x"),
            "a view of somebody else",
        ),
        (format!("DROP TABLE {TABLE} CASCADE; CREATE TABLE {TABLE} (customer_id text)"), "it stays"),
        (format!("ALTER TABLE {TABLE} ADD COLUMN note text"), "columns that nobody rendered: note; it stays"),
        (
            format!(
                "ALTER TABLE {TABLE} ADD COLUMN note text; DROP VIEW {VIEW}, {VIEW}__history; ALTER TABLE {TABLE} ALTER COLUMN city TYPE char(20)"
            ),
            "columns that nobody rendered: note; columns of another type: city, character(20) instead of text; it stays",
        ),
        (format!("ALTER TABLE {TABLE} RENAME TO backup"), "was renamed to `backup`"),
    ] {
        let Some(desk) = Desk::new("put_there") else { return };
        let ground = served(&desk);
        desk.owner().batch_execute(&format!("SET ROLE writer; {sql}")).unwrap();
        let kinds =
            "SELECT relname, relkind, CASE relkind WHEN 'v' THEN pg_get_viewdef(oid) END FROM pg_class
                     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v')
                     AND relname LIKE '%nw_data__customers' ORDER BY 1";
        let there = desk.rows(kinds);
        ground.change_source(
            "DELETE FROM Customers WHERE customer_id = 'ALFKI'; INSERT INTO products VALUES (1, 'p', 1, 1)",
        );
        let said = told(&ground);
        assert!(
            said.iter().any(|said| said.starts_with("false ") && said.contains(expected)),
            "{sql}: {said:?}"
        );
        let report = ground.try_run().unwrap();
        assert!(report.failures.iter().any(|failure| failure.reason.contains(expected)), "{report:?}");
        assert!(!report.datasets.is_empty(), "the rest goes on");
        let after = desk.rows(kinds);
        assert!(there.iter().all(|there| after.contains(there)), "{sql}: {there:?} {after:?}");
    }
}

#[test]
fn a_view_of_somebody_else_keeps_a_copy_from_being_made_again() {
    let Some(desk) = Desk::new("shown") else { return };
    let ground = served(&desk);
    desk.owner()
        .batch_execute(&format!(
            "CREATE VIEW theirs AS SELECT customer_id FROM {TABLE}; ALTER TABLE {TABLE} RENAME COLUMN city TO town"
        ))
        .unwrap();
    let report = ground.try_run().unwrap();
    let failure = &report.failures[0].reason;
    assert!(failure.contains("was altered") && failure.contains("could not be made again"), "{report:?}");
    assert_eq!(desk.rows("SELECT count(*) FROM theirs"), ["9"]);
    assert_eq!(desk.rows(&format!("SELECT count(*) FROM {VIEW}")), ["8"], "our views are there, too");
    desk.owner().batch_execute("DROP VIEW theirs").unwrap();
    ground.run();
    assert_eq!(told(&ground), NOTHING);
}

#[test]
fn what_plans_altered_on_a_server_is_as_it_was_rendered() {
    let Some(desk) = Desk::new("planned") else { return };
    let wind = |customers| NorthWind { customers, ..NorthWind::default() };
    let narrow = wind(crate::northwind::CUSTOMERS);
    let ground = desk.ground(&narrow);
    ground.change_source(CUSTOMERS);
    ground.run();
    ground.change_source("ALTER TABLE Customers ADD COLUMN phone TEXT");
    let wide = wind(
        "customer_id VarChar(5) key, company_name VarChar(40) not null, city VarChar(15), phone VarChar(9)",
    );
    ground.apply(Some((&desk.scene(&narrow), "1")), (&desk.scene(&wide), "2"));
    ground.run();
    assert_eq!(told(&ground), NOTHING);
}

#[test]
fn a_limit_that_rows_kept_from_being_narrower_is_no_drift() {
    let Some(desk) = Desk::new("narrowed") else { return };
    let wind = |customers| NorthWind { customers, ..NorthWind::default() };
    let wide = wind(crate::northwind::CUSTOMERS);
    let ground = desk.ground(&wide);
    ground.change_source(CUSTOMERS);
    ground.run();
    let narrow = wind("customer_id VarChar(5) key, company_name VarChar(3), city VarChar(2)");
    ground.apply(Some((&desk.scene(&wide), "1")), (&desk.scene(&narrow), "2"));
    let limit = format!(
        "SELECT atttypmod - 4 FROM pg_attribute WHERE attrelid = '{TABLE}'::regclass AND attname = 'city'"
    );
    assert_eq!(desk.rows(&limit), ["15"]);
    assert_eq!(told(&ground), NOTHING);
    desk.owner().batch_execute(&format!("SET ROLE writer; DROP VIEW {VIEW}; ALTER TABLE {TABLE} ALTER COLUMN city TYPE varchar(1) USING left(city, 1)")).unwrap();
    let said = told(&ground);
    assert!(
        said.iter().any(|said| said.contains("city, character varying(1) instead of varchar(2)")),
        "{said:?}"
    );
}

#[test]
fn a_view_is_not_waited_for_where_somebody_has_locked_what_it_shows() {
    let Some(desk) = Desk::new("kept_locked") else { return };
    let ground = served(&desk);
    let mut somebody = desk.owner();
    let altered =
        format!("CREATE OR REPLACE VIEW {VIEW} AS SELECT customer_id, company_name, city FROM {TABLE}");
    somebody.batch_execute(&format!("SET ROLE writer; {altered}")).unwrap();
    somebody.batch_execute(&format!("BEGIN; LOCK TABLE {TABLE}")).unwrap();
    let begun = std::time::Instant::now();
    assert_eq!(told(&ground), NOTHING, "nobody knows");
    assert!(begun.elapsed() < std::time::Duration::from_secs(4), "{:?}", begun.elapsed());
    somebody.batch_execute("ROLLBACK").unwrap();
    assert_eq!(told(&ground).len(), 1);
    ground.run();
    assert_eq!(told(&ground), NOTHING);
}
