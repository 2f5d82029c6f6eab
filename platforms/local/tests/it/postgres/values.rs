//! Values that are easily lost, all the way from a PostgreSQL source to a copy in PostgreSQL.

use super::server_fixture::rows;
use crate::{
    example::{Example, plan_between},
    fixture::{Fixture, moved},
    support::postgres::{PASSWORD, Server},
};
use datasurface_platform::{
    graph::{Assignments, Stage},
    prelude::*,
};
use std::collections::BTreeMap;

/// A source and a consumer, each with a database of the server, and one dataset, `t`.
fn example(server: &Server, source: &str, server_fixture: &str, schema: &str) -> Example {
    let container = |name: &str, database: &str| {
        let database = database.into();
        let kind = ContainerKind::Postgres { host: "127.0.0.1".into(), port: server.port, database };
        DataContainer::new(name, kind)
    };
    let capture = Capture::sql_snapshot("USA/Team/Source").with_credential("owner");
    let all = DatasetGroup::new("all").sink("Store/t").with_milestoning(Milestoning::LiveAndForensic);
    let owner = Credential::new("owner", CredentialKind::Password);
    let team = Team::new()
        .credential(owner.opening("USA/Team/Source").opening("USA/Team/Desk"))
        .container(container("Source", source))
        .container(container("Desk", server_fixture).with_credential("owner"))
        .datastore(Datastore::new("Store").captured(capture).dataset(Dataset::new("t", schema)))
        .workspace(Workspace::new("Reader").with_container("USA/Team/Desk").group(all));
    let local = PlatformDeclaration::new("Local", "local").setting("database", "northwind.db");
    let owner = "github:a/model@main";
    let ecosystem = Ecosystem::new("Company", owner, "github:a/model@live").platform(local).zone(
        "USA",
        owner,
        GovernanceZone::new().team("Team", owner, team),
    );
    let assignments = Assignments::default()
        .with_group("Local", "Reader/all", Stage::Provisioned)
        .with_primary("Local", "Store", Stage::Provisioned);
    let example = Example::new(ecosystem, &assignments);
    assert_eq!(example.codes(), [] as [&str; 0]);
    example
}

fn fixture(example: &Example) -> Fixture {
    let fixture = Fixture::new().knowing(Some(format!("postgres:{PASSWORD}")));
    let plan = plan_between(None, (example, "1"), BTreeMap::new());
    fixture.render(example, &plan);
    fixture.apply_plan(&plan).unwrap();
    fixture
}

const SCHEMA: &str = "id Integer key, flag Boolean, tiny TinyInt, small SmallInt, big BigInt, single Real, double \
    Double, price Decimal(10,2), code Char(5), name VarChar(40), note NVarChar, day Date, local Timestamp, \
    instant Timestamp(UTC), berlin Timestamp(Europe/Berlin), bytes Binary";

const TABLE: &str = "CREATE TABLE t (id int PRIMARY KEY, flag boolean, tiny smallint, small smallint, big bigint,
    single real, double double precision, price numeric, code text, name text, note text, day date, local timestamp,
    instant timestamptz, berlin timestamptz, bytes bytea)";

const ROWS: &str = r#"
    INSERT INTO t (id) VALUES (0);
    INSERT INTO t VALUES
      (1, true, -128, -32768, -9223372036854775808, 'NaN', 'NaN', 'NaN', 'a', '', ' ', '0044-03-15 BC',
        '0044-03-15 12:00:00 BC', '-infinity', '0044-03-15 12:00:00+00 BC', '\x'),
      (2, false, 127, 32767, 9223372036854775807, 'Infinity', '-Infinity', 12345678.25, 'ø',
        E'two\nlines\r\n\ttab', '\N', 'infinity', 'infinity', 'infinity', '2026-07-01 12:00:00.123456+02', '\x00ff5c0a'),
      (3, NULL, 0, 0, 0, 3.4028235e38, 1.7976931348623157e308, -0.010, 'e', 'it''s "quoted" \ \\ \.', 'Zoë 🦀 日本語',
        '2026-01-31', '2026-07-01 12:00:00.5', '2026-07-01 12:00:00.5+02', '2026-01-01 12:00:00+01', '\xdeadbeef'),
      (4, true, 1, 1, 1, 1e-37, 5e-324, 0, 'NULL', 'NULL', E'e\u0301', '12026-01-01', '1899-12-31 23:59:59.999999',
        '1850-01-01 00:00:00+00', '1850-01-01 00:00:00+00', NULL),
      (5, true, 1, 1, 1, 0.1, 0.30000000000000004, 1.50, '', NULL, '', NULL, NULL, NULL, NULL, '\x5c4e');"#;

#[test]
fn values_arrive_as_they_are() {
    let Some(server) = Server::shared() else { return };
    server.renew("values_source", "template1");
    server.renew("values_desk", "template1");
    let mut source = server.owner("values_source");
    source.batch_execute(&format!("{TABLE}; {ROWS}")).unwrap();
    let example = example(server, "values_source", "values_desk", SCHEMA);
    let fixture = fixture(&example);
    fixture.run();
    let mut server_fixture = server.owner("values_desk");
    let all = |from: &str| format!("SELECT * FROM {from} ORDER BY id");
    let shown = |rows: Vec<String>| rows.join("\n");
    let there = shown(rows(&mut server_fixture, &all("\"local__reader__all__store__t\"")));
    // A decimal has all digits of its scale; NULL and the empty text are told apart.
    let expected = |id: u32, wrong: &str, right: &str| {
        let update = format!("UPDATE t SET price = {right} WHERE id = {id} AND price = {wrong}");
        server.owner("values_source").batch_execute(&update).unwrap();
    };
    expected(3, "-0.010", "-0.01");
    expected(4, "0", "0.00");
    assert_eq!(there, shown(rows(&mut source, &all("t"))));
    let nulls = "SELECT id, name IS NULL, note IS NULL, bytes IS NULL, day IS NULL FROM";
    assert_eq!(
        rows(&mut server_fixture, &format!("{nulls} \"local__reader__all__store__t\" ORDER BY id")),
        rows(&mut source, &format!("{nulls} t ORDER BY id"))
    );
    assert_eq!(moved(&fixture.run()), ["Store/t 1: +0 ~0 -0 =6"], "and nothing looks like a change");
    source.batch_execute("UPDATE t SET name = '' WHERE name IS NULL; DELETE FROM t WHERE id = 2").unwrap();
    fixture.run();
    assert_eq!(
        shown(rows(&mut server_fixture, &all("\"local__reader__all__store__t\""))),
        shown(rows(&mut source, &all("t")))
    );
    let history = "SELECT count(*), count(batch_out) FROM \"local__reader__all__store__t__history\"";
    assert_eq!(rows(&mut server_fixture, history), ["8|3"]);
}

#[test]
fn a_time_without_a_zone_is_meant_in_the_zone_of_its_column() {
    let Some(server_fixture) = super::server_fixture::ServerFixture::new("zoned") else { return };
    let wind = crate::northwind::NorthWind {
        customers: "customer_id VarChar(5) key, company_name VarChar(40), city Timestamp(Europe/Berlin)",
        select: "SELECT customer_id, company_name, NULL AS city FROM NW_Data_customers",
        ..crate::northwind::NorthWind::default()
    };
    let fixture = server_fixture.fixture(&wind);
    fixture.change_source(
        "INSERT INTO Customers VALUES ('A', 'a', '2026-07-01 12:00:00'), ('B', 'b', '2026-07-01 12:00:00Z'),
           ('C', 'c', '2026-07-01T12:00:00.5-05:00'), ('D', 'd', NULL), ('E', 'e', '2026-07-01 12:00:00z')",
    );
    fixture.run();
    let query = "SET timezone = 'UTC'; SELECT city FROM \"local__sales__analysis__nw_data__customers\" ORDER BY customer_id";
    assert_eq!(
        server_fixture.rows(query),
        [
            "2026-07-01 10:00:00+00",
            "2026-07-01 12:00:00+00",
            "2026-07-01 17:00:00.5+00",
            "-",
            "2026-07-01 12:00:00+00"
        ]
    );
}
