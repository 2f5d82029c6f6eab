//! What somebody dropped, changed, or put where something was rendered on a server.

use super::server_fixture::{self, ServerFixture};
use crate::{fixture::Fixture, flows::CUSTOMERS, northwind::NorthWind};
use datasurface_platform::{RunRequest, prelude::*};

const TABLE: &str = "local__nw_data__customers";
const VIEW: &str = "local__sales__analysis__nw_data__customers";
const NOTHING: [&str; 0] = [];

/// A consumer that was served twice.
fn served(server_fixture: &ServerFixture) -> Fixture {
    let fixture = server_fixture
        .fixture(&NorthWind { milestoning: Milestoning::LiveAndForensic, ..NorthWind::default() });
    fixture.change_source(CUSTOMERS);
    fixture.run();
    fixture.change_source("UPDATE Customers SET city = 'Ulm' WHERE customer_id = 'ALFKI'");
    fixture.run();
    assert_eq!(told(&fixture), NOTHING);
    fixture
}

/// What a status tells of what drifted, and whether the next run makes it again.
fn told(fixture: &Fixture) -> Vec<String> {
    let drifted = fixture.status().drifted.into_iter();
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
        let Some(server_fixture) = ServerFixture::new("drifted") else { return };
        let fixture = served(&server_fixture);
        let before = {
            let mut all = server_fixture::everything(&mut server_fixture.owner());
            all.sort();
            all
        };
        let mut writer = server_fixture.owner();
        writer.batch_execute(&format!("SET ROLE writer; {sql}")).unwrap();
        let said = told(&fixture);
        assert!(said.iter().any(|said| said.starts_with("true ") && said.contains(expected)), "{said:?}");
        assert!(!said.iter().any(|said| said.starts_with("false ")), "{said:?}");
        std::fs::rename(fixture.path("source.db"), fixture.path("away.db")).unwrap();
        let report = fixture.ask(&RunRequest::once().resync("Marketing"));
        assert_eq!(report.failures, [], "{sql}: no producer is asked");
        assert_eq!(told(&fixture), NOTHING, "{sql}");
        std::fs::rename(fixture.path("away.db"), fixture.path("source.db")).unwrap();
        fixture.run();
        let mut after = server_fixture::everything(&mut server_fixture.owner());
        after.sort();
        crate::fixture::assert_same(&after, &before, &sql);
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
        (
            format!(
                "CREATE FUNCTION theirs() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
                 CREATE TRIGGER nothing_arrives BEFORE INSERT ON {TABLE} FOR EACH ROW EXECUTE FUNCTION theirs()"
            ),
            "has a trigger that nobody rendered, `nothing_arrives`",
        ),
        (
            format!("CREATE RULE nothing_goes AS ON DELETE TO {VIEW} DO INSTEAD NOTHING"),
            "has a trigger that nobody rendered, `nothing_goes`",
        ),
    ] {
        let Some(server_fixture) = ServerFixture::new("put_there") else { return };
        let fixture = served(&server_fixture);
        server_fixture.owner().batch_execute(&format!("SET ROLE writer; {sql}")).unwrap();
        let kinds =
            "SELECT relname, relkind, CASE relkind WHEN 'v' THEN pg_get_viewdef(oid) END FROM pg_class
                     WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v')
                     AND relname LIKE '%nw_data__customers' ORDER BY 1";
        let there = server_fixture.rows(kinds);
        fixture.change_source(
            "DELETE FROM Customers WHERE customer_id = 'ALFKI'; INSERT INTO products VALUES (1, 'p', 1, 1)",
        );
        let said = told(&fixture);
        assert!(
            said.iter().any(|said| said.starts_with("false ") && said.contains(expected)),
            "{sql}: {said:?}"
        );
        let report = fixture.try_run().unwrap();
        assert!(report.failures.iter().any(|failure| failure.reason.contains(expected)), "{report:?}");
        assert!(!report.datasets.is_empty(), "the rest goes on");
        let after = server_fixture.rows(kinds);
        assert!(there.iter().all(|there| after.contains(there)), "{sql}: {there:?} {after:?}");
    }
}

#[test]
fn a_view_of_somebody_else_keeps_a_copy_from_being_made_again() {
    let Some(server_fixture) = ServerFixture::new("shown") else { return };
    let fixture = served(&server_fixture);
    server_fixture.owner()
        .batch_execute(&format!(
            "CREATE VIEW theirs AS SELECT customer_id FROM {TABLE}; ALTER TABLE {TABLE} RENAME COLUMN city TO town"
        ))
        .unwrap();
    let report = fixture.try_run().unwrap();
    let failure = &report.failures[0].reason;
    assert!(failure.contains("was altered") && failure.contains("could not be made again"), "{report:?}");
    assert_eq!(server_fixture.rows("SELECT count(*) FROM theirs"), ["9"]);
    assert_eq!(
        server_fixture.rows(&format!("SELECT count(*) FROM {VIEW}")),
        ["8"],
        "our views are there, too"
    );
    server_fixture.owner().batch_execute("DROP VIEW theirs").unwrap();
    fixture.run();
    assert_eq!(told(&fixture), NOTHING);
}

#[test]
fn what_plans_altered_on_a_server_is_as_it_was_rendered() {
    let Some(server_fixture) = ServerFixture::new("planned") else { return };
    let wind = |customers| NorthWind { customers, ..NorthWind::default() };
    let narrow = wind(crate::northwind::CUSTOMERS);
    let fixture = server_fixture.fixture(&narrow);
    fixture.change_source(CUSTOMERS);
    fixture.run();
    fixture.change_source("ALTER TABLE Customers ADD COLUMN phone TEXT");
    let wide = wind(
        "customer_id VarChar(5) key, company_name VarChar(40) not null, city VarChar(15), phone VarChar(9)",
    );
    fixture.apply(Some((&server_fixture.example(&narrow), "1")), (&server_fixture.example(&wide), "2"));
    fixture.run();
    assert_eq!(told(&fixture), NOTHING);
}

#[test]
fn a_limit_that_rows_kept_from_being_narrower_is_no_drift() {
    let Some(server_fixture) = ServerFixture::new("narrowed") else { return };
    let wind = |customers| NorthWind { customers, ..NorthWind::default() };
    let wide = wind(crate::northwind::CUSTOMERS);
    let fixture = server_fixture.fixture(&wide);
    fixture.change_source(CUSTOMERS);
    fixture.run();
    let narrow = wind("customer_id VarChar(5) key, company_name VarChar(3), city VarChar(2)");
    fixture.apply(Some((&server_fixture.example(&wide), "1")), (&server_fixture.example(&narrow), "2"));
    let limit = format!(
        "SELECT atttypmod - 4 FROM pg_attribute WHERE attrelid = '{TABLE}'::regclass AND attname = 'city'"
    );
    assert_eq!(server_fixture.rows(&limit), ["15"]);
    assert_eq!(told(&fixture), NOTHING);
    server_fixture.owner().batch_execute(&format!("SET ROLE writer; DROP VIEW {VIEW}; ALTER TABLE {TABLE} ALTER COLUMN city TYPE varchar(1) USING left(city, 1)")).unwrap();
    let said = told(&fixture);
    assert!(
        said.iter().any(|said| said.contains("city, character varying(1) instead of varchar(2)")),
        "{said:?}"
    );
}

#[test]
fn a_view_is_not_waited_for_where_somebody_has_locked_what_it_shows() {
    let Some(server_fixture) = ServerFixture::new("kept_locked") else { return };
    let fixture = served(&server_fixture);
    let mut somebody = server_fixture.owner();
    let altered =
        format!("CREATE OR REPLACE VIEW {VIEW} AS SELECT customer_id, company_name, city FROM {TABLE}");
    somebody.batch_execute(&format!("SET ROLE writer; {altered}")).unwrap();
    somebody.batch_execute(&format!("BEGIN; LOCK TABLE {TABLE}")).unwrap();
    let begun = std::time::Instant::now();
    assert_eq!(told(&fixture), NOTHING, "nobody knows");
    assert!(begun.elapsed() < std::time::Duration::from_secs(4), "{:?}", begun.elapsed());
    somebody.batch_execute("ROLLBACK").unwrap();
    assert_eq!(told(&fixture).len(), 1);
    fixture.run();
    assert_eq!(told(&fixture), NOTHING);
}

#[test]
fn a_column_that_somebody_lets_be_null_is_missed_and_one_that_a_plan_left_so_is_not() {
    let Some(server_fixture) = ServerFixture::new("nullable") else { return };
    let wind = |customers| NorthWind { customers, ..NorthWind::default() };
    let narrow = wind(crate::northwind::CUSTOMERS);
    let fixture = server_fixture.fixture(&narrow);
    fixture.change_source(CUSTOMERS);
    fixture.run();
    let required = format!(
        "SELECT attname FROM pg_attribute WHERE attrelid = '{TABLE}'::regclass AND attnotnull AND attnum > 0 ORDER BY 1"
    );
    let before = server_fixture.rows(&required);
    assert!(before.contains(&"company_name".to_owned()), "{before:?}");
    let drop = format!("SET ROLE writer; ALTER TABLE {TABLE} ALTER COLUMN company_name DROP NOT NULL");
    server_fixture.owner().batch_execute(&drop).unwrap();
    let said = told(&fixture);
    let expected =
        "was altered (columns that may be NULL, and may not: company_name): the next run makes it again";
    assert!(said.len() == 1 && said[0].contains(expected), "{said:?}");
    fixture.run();
    assert_eq!(server_fixture.rows(&required), before);
    assert_eq!(told(&fixture), NOTHING);

    // A plan adds a column that is to have a value always, and one lets another be required whose rows have none.
    fixture.change_source("ALTER TABLE Customers ADD COLUMN phone TEXT NOT NULL DEFAULT '1'");
    let wide = wind(
        "customer_id VarChar(5) key, company_name VarChar(40) not null, city VarChar(15), phone VarChar(9) not null",
    );
    fixture.apply(Some((&server_fixture.example(&narrow), "1")), (&server_fixture.example(&wide), "2"));
    assert_eq!(told(&fixture), NOTHING);
    fixture.run();
    assert_eq!(told(&fixture), NOTHING);
    fixture.change_source("UPDATE Customers SET city = NULL WHERE customer_id = 'ALFKI'");
    fixture.run();
    let required_city = wind(
        "customer_id VarChar(5) key, company_name VarChar(40) not null, city VarChar(15) not null, phone VarChar(9) not null",
    );
    fixture
        .apply(Some((&server_fixture.example(&wide), "2")), (&server_fixture.example(&required_city), "3"));
    assert_eq!(server_fixture.rows(&required), before, "a row has no city");
    assert_eq!(told(&fixture), NOTHING);
    server_fixture.owner().batch_execute(&drop).unwrap();
    let said = told(&fixture);
    assert!(said.len() == 1 && said[0].contains("may not: company_name)"), "{said:?}");
}
