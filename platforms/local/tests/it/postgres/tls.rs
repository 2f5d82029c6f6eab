//! A real server that speaks TLS with whoever wants to be let in.

use super::{Producer, proxy::Proxy};
use crate::support::postgres::{PASSWORD, Server, USER};
use datasurface_local::{ServerSettings, SslMode};
use datasurface_platform::prelude::*;
use datasurface_test_support::certificates::{Authority, Certified};
use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::Path,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// A server with TLS, and the files of whoever speaks with it.
struct Guarded {
    server: Server,
    authority: Authority,
    files: TempDir,
}

/// Who is let in, and how. Whatever comes without TLS is not, but for the tests themselves.
const RULES: &str = "host all postgres 127.0.0.1/32 scram-sha-256
hostssl certified all 127.0.0.1/32 cert
hostssl clear all 127.0.0.1/32 password
hostssl trusting all 127.0.0.1/32 trust
hostssl all all 127.0.0.1/32 scram-sha-256
";

impl Guarded {
    fn start() -> Option<Self> {
        let guarded = Self {
            server: Server::start()?,
            authority: Authority::new("one"),
            files: TempDir::new().unwrap(),
        };
        for database in ["store", "certified", "clear", "trusting"] {
            let table = "CREATE TABLE t (id int); INSERT INTO t VALUES (1), (2)";
            guarded.server.owner(database).batch_execute(table).unwrap();
        }
        guarded.keep("authority.pem", &guarded.authority.pem());
        guarded.shows(&guarded.authority.server(&["localhost"]));
        Some(guarded)
    }

    /// Lets the server show another certificate.
    fn shows(&self, certified: &Certified) {
        self.server.speak_tls(&self.authority, certified, RULES);
    }

    /// Writes a file of whoever speaks with the server.
    fn keep(&self, file: &str, text: &str) -> String {
        let path = self.files.path().join(file);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).unwrap();
        path.to_str().unwrap().to_owned()
    }

    fn at(&self, host: &str, database: &str, server: ServerSettings) -> Producer {
        self.at_port(host, self.server.port, database, server)
    }

    fn at_port(&self, host: &str, port: u16, database: &str, server: ServerSettings) -> Producer {
        let container = ContainerKind::Postgres { host: host.into(), port, database: database.into() };
        let producer = Producer::new(&self.server, database).dataset("t", "id Integer key");
        Producer { container, server, ..producer }
    }

    fn verified(&self) -> ServerSettings {
        let roots = self.files.path().join("authority.pem").to_str().unwrap().to_owned();
        ServerSettings { sslmode: Some(SslMode::VerifyFull), root_certificates: Some(roots), ..short() }
    }

    /// Whatever would differ from one run to the next is called otherwise.
    fn failure(&self, producer: &Producer) -> String {
        let folder = self.files.path().to_str().unwrap();
        producer.failure().replace(folder, "FILES")
    }
}

fn short() -> ServerSettings {
    ServerSettings { connect_timeout_seconds: Some(5), ..ServerSettings::default() }
}

fn required() -> ServerSettings {
    ServerSettings { sslmode: Some(SslMode::Require), ..short() }
}

fn rows(producer: &Producer) -> usize {
    producer.capture().unwrap_or_else(|error| panic!("{}", error.report()))["t"].len()
}

#[test]
fn who_a_server_is_has_to_be_shown() {
    let Some(guarded) = Guarded::start() else { return };
    assert_eq!(rows(&guarded.at("localhost", "store", guarded.verified())), 2);
    assert_eq!(rows(&guarded.at("127.0.0.1", "store", required())), 2, "nobody asks for the name");
    insta::assert_snapshot!(guarded.failure(&guarded.at("127.0.0.1", "store", guarded.verified())), @r#"cannot connect to `store` at 127.0.0.1:PORT with the credential `USA/Team/reader`: error performing TLS handshake: invalid peer certificate: certificate not valid for name "127.0.0.1"; certificate is only valid for DnsName("localhost")"#);
    insta::assert_snapshot!(guarded.failure(&guarded.at("localhost", "store", short())), @"cannot connect to `store` at localhost:PORT with the credential `USA/Team/reader`: the server refuses this user and password, or wants TLS (`sslmode`)");
    let by_system = ServerSettings { sslmode: Some(SslMode::VerifyFull), ..short() };
    insta::assert_snapshot!(guarded.failure(&guarded.at("localhost", "store", by_system)), @"cannot connect to `store` at localhost:PORT with the credential `USA/Team/reader`: error performing TLS handshake: invalid peer certificate: UnknownIssuer");
    let other = guarded.keep("other.pem", &Authority::new("another").pem());
    let by_other = ServerSettings { root_certificates: Some(other), ..guarded.verified() };
    insta::assert_snapshot!(guarded.failure(&guarded.at("localhost", "store", by_other)), @"cannot connect to `store` at localhost:PORT with the credential `USA/Team/reader`: error performing TLS handshake: invalid peer certificate: UnknownIssuer");
    let missing = ServerSettings { root_certificates: Some("missing.pem".to_owned()), ..guarded.verified() };
    insta::assert_snapshot!(guarded.failure(&guarded.at("localhost", "store", missing)), @"cannot connect to `store` at localhost:PORT with the credential `USA/Team/reader`: reading `./missing.pem`: No such file or directory (os error 2)");
    let empty = Some(guarded.keep("empty.pem", "nothing"));
    let empty = ServerSettings { root_certificates: empty, ..guarded.verified() };
    insta::assert_snapshot!(guarded.failure(&guarded.at("localhost", "store", empty)), @"cannot connect to `store` at localhost:PORT with the credential `USA/Team/reader`: there is no certificate (PEM) in `FILES/empty.pem`");

    guarded.shows(&guarded.authority.expired_server(&["localhost"]));
    let said = guarded.failure(&guarded.at("localhost", "store", guarded.verified()));
    assert!(said.contains("invalid peer certificate: certificate expired"), "{said}");
    assert_eq!(rows(&guarded.at("localhost", "store", required())), 2, "nobody asks for the day");
}

#[test]
fn a_client_shows_a_certificate() {
    let Some(guarded) = Guarded::start() else { return };
    let user = guarded.authority.user(USER);
    let certificate = guarded.keep("user.pem", &user.certificate);
    let key = guarded.keep("user.key", &user.key);
    let with = |certificate: &str, key: &str| {
        let (client_certificate, client_key) = (Some(certificate.to_owned()), Some(key.to_owned()));
        let server = ServerSettings { client_certificate, client_key, ..guarded.verified() };
        Producer { secret: Some(format!("{USER}:")), ..guarded.at("localhost", "certified", server) }
    };
    assert_eq!(rows(&with(&certificate, &key)), 2);
    let without = guarded.at("localhost", "certified", guarded.verified());
    insta::assert_snapshot!(guarded.failure(&without), @"cannot connect to `certified` at localhost:PORT with the credential `USA/Team/reader`: the server refuses this user and password, or wants a client's certificate");
    let somebody = guarded.authority.user("somebody");
    let (others, others_key) =
        (guarded.keep("other.pem", &somebody.certificate), guarded.keep("other.key", &somebody.key));
    insta::assert_snapshot!(guarded.failure(&with(&others, &others_key)), @"cannot connect to `certified` at localhost:PORT with the credential `USA/Team/reader`: the server refuses this user and password, or wants a client's certificate");
    insta::assert_snapshot!(guarded.failure(&with(&certificate, &others_key)), @"cannot connect to `certified` at localhost:PORT with the credential `USA/Team/reader`: the client's certificate `FILES/user.pem`: keys may not be consistent: KeyMismatch");
    insta::assert_snapshot!(guarded.failure(&with(&certificate, &certificate)), @"cannot connect to `certified` at localhost:PORT with the credential `USA/Team/reader`: there is no private key without a passphrase (PEM) in `FILES/user.pem`");
    fs::set_permissions(Path::new(&key), fs::Permissions::from_mode(0o644)).unwrap();
    insta::assert_snapshot!(guarded.failure(&with(&certificate, &key)), @"cannot connect to `certified` at localhost:PORT with the credential `USA/Team/reader`: others than its owner may read the private key `FILES/user.key`; take that right from them (`chmod 600`)");
}

#[test]
fn who_stands_between_is_found_out_by_the_channel() {
    let Some(guarded) = Guarded::start() else { return };
    // Its certificate is as good as the server's own: only SCRAM, bound to the channel, tells them apart.
    let own = guarded.authority.server(&["localhost"]);
    let between = Proxy::start(&own, &guarded.authority.pem(), guarded.server.port);
    let through =
        |database: &str, server: ServerSettings| guarded.at_port("localhost", between.port, database, server);
    for server in [guarded.verified(), required()] {
        let said = guarded.failure(&through("store", server));
        assert!(said.contains("the server refuses this user and password"), "{said}");
    }
    assert_eq!(between.passed(), 2, "the server said so, and not the proxy");
    let careless = ServerSettings { insecure_password: true, ..required() };
    assert_eq!(rows(&through("clear", careless.clone())), 2, "the proxy lets everything pass");
    assert!(between.heard(PASSWORD), "and hears it");
}

#[test]
fn a_password_goes_nowhere_in_clear_unless_somebody_says_so() {
    let Some(guarded) = Guarded::start() else { return };
    insta::assert_snapshot!(guarded.failure(&guarded.at("localhost", "clear", guarded.verified())), @"cannot connect to `clear` at localhost:PORT with the credential `USA/Team/reader`: the server asks for the password in clear text, and was not told it; let it ask by `scram-sha-256`, or set `insecure_password` for this server");
    let careless = ServerSettings { insecure_password: true, ..guarded.verified() };
    assert_eq!(rows(&guarded.at("localhost", "clear", careless)), 2);
    // Whoever answers with any certificate has to show that it knows the password.
    insta::assert_snapshot!(guarded.failure(&guarded.at("localhost", "trusting", required())), @"cannot connect to `trusting` at localhost:PORT with the credential `USA/Team/reader`: the server does not ask for the password, so nothing shows that it is the right one; set `sslmode` to `verify-full` for this server");
    assert_eq!(rows(&guarded.at("localhost", "trusting", guarded.verified())), 2);
}

const ENDLESS: &str = "CREATE VIEW endless AS SELECT generate_series(1, 1000000000::bigint) AS id";

#[test]
fn a_capture_that_is_given_up_stops_the_statement() {
    let Some(guarded) = Guarded::start() else { return };
    guarded.server.owner("clear").batch_execute(ENDLESS).unwrap();
    let own = guarded.authority.server(&["localhost"]);
    // Nothing gets through it but TLS.
    let between = Proxy::start(&own, &guarded.authority.pem(), guarded.server.port);
    let server = ServerSettings { insecure_password: true, ..guarded.verified() };
    let clear = guarded.at_port("localhost", between.port, "clear", server);
    let producer = Producer { datasets: Vec::new(), ..clear }.dataset("endless", "id BigInt key");
    let begin = Instant::now();
    let error = producer
        .each(|_, _| Err(PlatformError::new(PlatformErrorKind::External, "that was enough".to_owned())))
        .unwrap_err();
    assert!(error.report().contains("that was enough"), "{}", error.report());
    assert!(begin.elapsed() < Duration::from_secs(20), "the rest of the table was waited for");
    assert_eq!(between.passed(), 2, "the request to stop is as safe as what it stops");
    let log = fs::read_to_string(Path::new(&guarded.server.socket()).join("log")).unwrap();
    assert!(log.contains("canceling statement due to user request"), "{log}");
}

#[test]
fn a_statement_that_takes_too_long_is_stopped() {
    let Some(guarded) = Guarded::start() else { return };
    let slow = "CREATE VIEW slow AS SELECT 1 AS id FROM pg_sleep(600)";
    guarded.server.owner("store").batch_execute(slow).unwrap();
    let server = ServerSettings { statement_timeout_seconds: Some(1), ..guarded.verified() };
    let store = guarded.at("localhost", "store", server);
    let producer = Producer { datasets: Vec::new(), ..store }.dataset("slow", "id Integer key");
    let begin = Instant::now();
    insta::assert_snapshot!(guarded.failure(&producer), @r#"cannot capture `Store/slow`: cannot read "slow" of `store` at localhost:PORT: it took longer than `statement_timeout_seconds` allows, or somebody stopped it"#);
    assert!(begin.elapsed() < Duration::from_secs(20), "it was waited for");
}
