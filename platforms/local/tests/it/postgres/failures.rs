//! What cannot be read says so, and shows neither secrets nor records.

use super::Producer;
use crate::support::postgres::Server;
use datasurface_platform::prelude::*;

#[test]
fn who_is_not_let_in_learns_why_and_no_more() {
    let Some(server) = Server::shared() else { return };
    let with = |secret: &str| {
        let producer = Producer::new(server, "postgres").dataset("t", "id Integer key");
        Producer { secret: Some(secret.to_owned()), ..producer }.failure()
    };
    insta::assert_snapshot!(with("capturer:hunter2"), @"cannot connect to `postgres` at 127.0.0.1:PORT with the credential `USA/Team/reader`: the server refuses this user and password, or wants TLS (`sslmode`)");
    insta::assert_snapshot!(with("hunter2-is-no-user:x"), @"cannot connect to `postgres` at 127.0.0.1:PORT with the credential `USA/Team/reader`: the server refuses this user and password, or wants TLS (`sslmode`)");
    insta::assert_snapshot!(with("hunter2"), @"the value of the credential `USA/Team/reader` is not `user:password`");
    insta::assert_snapshot!(with("capturer:"), @"cannot connect to `postgres` at 127.0.0.1:PORT with the credential `USA/Team/reader`: invalid configuration: password missing");
    let missing = Producer::new(server, "postgres").dataset("t", "id Integer key");
    let port = missing.port();
    let without = Producer { secret: None, ..missing }.capture().unwrap_err().report().replace(&port, "PORT");
    insta::assert_snapshot!(without, @"`postgres` at 127.0.0.1:PORT cannot be reached: there is no value for the credential `USA/Team/reader`; set DATASURFACE_CREDENTIAL_USA__Team__reader or DATASURFACE_CREDENTIAL_USA__Team__reader_FILE");
    insta::assert_snapshot!(
        Producer::new(server, "nowhere").dataset("t", "id Integer key").failure(), @r#"cannot connect to `nowhere` at 127.0.0.1:PORT with the credential `USA/Team/reader`: database "nowhere" does not exist"#
    );
}

#[test]
fn without_a_credential_the_user_is_postgres() {
    let Some(server) = Server::shared() else { return };
    let sql = "DROP TABLE IF EXISTS t; CREATE TABLE t (id int); INSERT INTO t VALUES (1)";
    server.owner("trusting").batch_execute(sql).unwrap();
    let host = server.socket().as_str().into();
    let container = ContainerKind::Postgres { host, port: server.port, database: "trusting".into() };
    let producer = Producer::new(server, "trusting").dataset("t", "id Integer key");
    let producer = Producer { container, secret: Some("none".to_owned()), ..producer };
    // A server that runs as another user may keep its folder for itself.
    if std::fs::read_dir(server.socket()).is_ok() {
        assert_eq!(producer.capture().unwrap()["t"].len(), 1);
    }
}

#[test]
fn a_server_that_is_not_there_or_says_nothing_is_a_failure() {
    let Some(server) = Server::shared() else { return };
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let container = ContainerKind::Postgres { host: "127.0.0.1".into(), port, database: "x".into() };
    let producer = Producer::new(server, "x").dataset("t", "id Integer key");
    insta::assert_snapshot!(Producer { container, ..producer }.failure(), @"cannot connect to `x` at 127.0.0.1:PORT with the credential `USA/Team/reader`: Connection refused (os error 111)");
}

#[test]
fn what_the_source_lacks_is_named() {
    let Some(server) = Server::shared() else { return };
    let sql = "DROP TABLE IF EXISTS t; CREATE TABLE t (id int, b smallint, d text, n numeric(10,2), f real);
        INSERT INTO t VALUES (1, 2, 'secret-record', 5.25, 1.5)";
    server.owner("lacking").batch_execute(sql).unwrap();
    let with = |schema: &str| Producer::new(server, "lacking").dataset("t", schema).failure();
    insta::assert_snapshot!(Producer::new(server, "lacking").dataset("gone", "id Integer key").failure(), @r#"cannot capture `Store/gone`: cannot read "gone" of `lacking` at 127.0.0.1:PORT: relation "gone" does not exist"#);
    insta::assert_snapshot!(with("id Integer key, vat VarChar(9)"), @r#"cannot capture `Store/t`: cannot read "t" of `lacking` at 127.0.0.1:PORT: column "vat" does not exist"#);
    insta::assert_snapshot!(with("id Integer key, n Integer"), @r#"cannot capture `Store/t`: `Store/t` fails the rule that `n Integer` must have no digits that its type has no room for: 1 row"#);
    insta::assert_snapshot!(with("id Integer key, f BigInt"), @r#"cannot capture `Store/t`: `Store/t` fails the rule that `f BigInt` must have no digits that its type has no room for: 1 row"#);
    insta::assert_snapshot!(with("id Integer key, b Boolean"), @r#"cannot capture `Store/t`: `Store/t` fails the rule that `b Boolean` must have a value of its type: 1 row"#);
    insta::assert_snapshot!(with("id Integer key, d Decimal(10,2)"), @r#"cannot capture `Store/t`: `Store/t` fails the rule that `d Decimal(10,2)` must have a value of its type: 1 row"#);
    insta::assert_snapshot!(with("id Integer key, d Date"), @r#"cannot capture `Store/t`: `Store/t` fails the rule that `d Date` must have a value of its type: 1 row"#);
    insta::assert_snapshot!(with("id Date key"), @r#"cannot capture `Store/t`: `Store/t` fails the rule that `id Date` must have a value of its type: 1 row"#);
    insta::assert_snapshot!(with("id Integer key, f Binary"), @r#"cannot capture `Store/t`: cannot read "t" of `lacking` at 127.0.0.1:PORT: column `f`: cannot cast type real to bytea"#);
}

#[test]
fn what_a_source_says_while_it_is_read_has_no_values() {
    let Some(server) = Server::shared() else { return };
    let sql = r#"DROP SCHEMA IF EXISTS told CASCADE; CREATE SCHEMA told;
        CREATE TABLE told.names AS SELECT 1 AS id, 'x" Canary 8417 "y'::text AS name;
        CREATE VIEW told.cast AS SELECT id, name::bigint AS name FROM told.names;
        CREATE FUNCTION told.complain(name text) RETURNS bigint LANGUAGE plpgsql AS
            $$ BEGIN RAISE EXCEPTION 'do not like %', name USING HINT = name; END $$;
        CREATE VIEW told.raised AS SELECT id, told.complain(name) AS name FROM told.names;
        GRANT USAGE ON SCHEMA told TO PUBLIC; GRANT SELECT ON ALL TABLES IN SCHEMA told TO PUBLIC"#;
    server.owner("telling").batch_execute(sql).unwrap();
    let said = |table| {
        Producer::new(server, "telling").dataset_of("t", "id Integer key, name BigInt", table).failure()
    };
    insta::assert_snapshot!(said("told.cast"), @r#"cannot capture `Store/t`: cannot read "told"."cast" of `telling` at 127.0.0.1:PORT: column `name`: invalid input syntax for type bigint: "…", and the source has `another type`"#);
    insta::assert_snapshot!(said("told.raised"), @r#"cannot capture `Store/t`: cannot read "told"."raised" of `telling` at 127.0.0.1:PORT: a function of the server refuses it (P0001); what it says is in the log of the server"#);
}

#[test]
fn a_server_that_dies_while_it_is_read_is_a_failure() {
    let Some(mut server) = Server::start() else { return };
    let sql = "CREATE VIEW endless AS SELECT n AS id, repeat('x', 1000) AS text
        FROM (SELECT generate_series(1, 1000000000::bigint) AS n) AS s";
    server.owner("endless").batch_execute(sql).unwrap();
    let producer = Producer::new(&server, "endless").dataset("endless", "id BigInt key, text VarChar");
    let mut rows = 0_u32;
    let error = producer.each(|_, _| {
        rows += 1;
        if rows == 1000 {
            server.kill();
        }
        Ok(())
    });
    let report = error.unwrap_err().report().replace(&producer.port(), "PORT");
    assert!(rows >= 1000);
    let start = "cannot capture `Store/endless`: cannot read \"endless\" of `endless` at 127.0.0.1:PORT: ";
    assert!(report.starts_with(start), "{report}");
}
